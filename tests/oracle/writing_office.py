"""Who lets people in and ends their access, employs them, writes down what circles went through, and changes what is their own
(ADR 11)."""

from collections.abc import Callable
from datetime import datetime

from tests.oracle.reading_office import in_office, invitation, notice
from tests.oracle.standing import is_admin, is_lead, is_own, is_therapist, roles_in, works_in
from tests.oracle.world import Row, World, same_but
from tests.oracle.writing_circle import is_brought_forward, is_known, is_young, shares_an_address

# --- Who comes in, whose access ends ---------------------------------------------------------------------------------------


def may_be_invited(world: World, row: Row) -> bool:
    """Somebody without a log-in and without a trace in another practice; a card is for the child's young person, who may have a
    username."""
    account = world.one("Account", row.person_id)
    card = row.kind == "young_person"
    if account.email is not None or (account.username is not None and not card):
        return False
    traces = [
        *world.where("Membership", "person_id", row.person_id),
        *world.where("CircleRow", "person_id", row.person_id),
    ]
    if any(trace.practice_id != row.practice_id for trace in traces):
        return False
    young = [
        tie for tie in world.where("CircleRow", "person_id", row.person_id)
        if tie.role == "young_person" and (not card or tie.child_id == row.child_id)
    ]  # fmt: skip
    return (len(young) > 0) is bool(card)


def by_mail_or_card(row: Row) -> bool:
    """A link is bound to an address; a card to a child and a code."""
    if row.kind == "young_person":
        return bool(row.email == "" and row.card_sha256 != "" and row.child_id is not None)
    return bool(row.email != "" and row.card_sha256 == "")


def of_their_circles(world: World, me: int, row: Row, now: datetime) -> bool:
    """A therapist gives log-ins only to people who stand nowhere but with children of theirs."""
    ties = world.where("CircleRow", "person_id", row.person_id)
    return (
        not world.where("Membership", "person_id", row.person_id)
        and any(tie.child_id == row.child_id for tie in ties)
        and all(is_therapist(world, me, tie.child_id, now) for tie in ties)
    )


def add_invitation(world: World, me: int, row: Row, now: datetime) -> bool:
    """Admins; therapists for the circles of their children. In one's own name, for somebody else, now."""
    if not (
        invitation(world, me, row, now) and row.invited_by_id == me and row.person_id != me and by_mail_or_card(row)
    ):
        return False
    fresh = row.invited_at == now and row.serial == 1 and row.sent_serial == 0
    if not fresh or row.revoked_at is not None or row.accepted_at is not None:
        return False
    admin = row.child_id is None or "admin" in roles_in(world, me, row.practice_id, now)
    known = is_known(world, me, row.person_id, row.practice_id, now)
    return known and may_be_invited(world, row) and (admin or of_their_circles(world, me, row, now))


def change_invitation(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Sent again or revoked, while it is open."""
    if old.revoked_at is not None or old.accepted_at is not None or not by_mail_or_card(new):
        return False
    revoked = new.revoked_at is None or new.revoked_at <= now
    return revoked and same_but(old, new, "serial", "expires_at", "card_sha256", "revoked_at")


def deactivation(world: World, me: int, row: Row, now: datetime) -> bool:
    """An admin, of somebody else the practice knows, from now on."""
    fresh = row.starts == now and row.ends is None and row.set_by_id == me and row.person_id != me
    return fresh and in_office(world, me, row, now) and is_known(world, me, row.person_id, row.practice_id, now)


def change_deactivation(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """An admin ends it now."""
    lasts = old.ends is None and new.ends == now > old.starts and same_but(old, new, "ends")
    return lasts and in_office(world, me, old, now) and old.person_id != me


def reset(world: World, me: int, row: Row, now: datetime) -> bool:
    """An admin, for somebody else the practice knows who signs in by an address."""
    fresh = row.asked_at == now and row.sent_at is None and row.used_at is None
    mine = row.asked_by_id == me and row.person_id != me and in_office(world, me, row, now)
    known = is_known(world, me, row.person_id, row.practice_id, now)
    return fresh and mine and known and world.one("Account", row.person_id).email is not None


# --- Jobs --------------------------------------------------------------------------------------------------------------------


def membership(world: World, me: int, row: Row, now: datetime) -> bool:
    """An admin, for somebody else the practice knows, from now on; no young person's log-in."""
    admin = "admin" in roles_in(world, me, row.practice_id, now) and row.person_id != me
    lasts = row.starts >= now and (row.ends is None or row.ends > row.starts)
    known = is_known(world, me, row.person_id, row.practice_id, now)
    return admin and lasts and known and not is_young(world, row.person_id)


def change_membership(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """An admin, of somebody else."""
    admin = "admin" in roles_in(world, me, old.practice_id, now) and old.person_id != me
    return admin and is_brought_forward(old, new, now)


def supervision(world: World, me: int, row: Row, now: datetime) -> bool:
    """An admin, never for their own benefit, from now on."""
    admin = "admin" in roles_in(world, me, row.practice_id, now) and me != row.supervisor_id != row.therapist_id
    return admin and row.starts >= now and (row.ends is None or row.ends > row.starts)


def change_supervision(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """An admin."""
    return "admin" in roles_in(world, me, old.practice_id, now) and is_brought_forward(old, new, now)


def profile(world: World, me: int, row: Row, now: datetime) -> bool:
    """One's own, while working there."""
    return row.person_id == me and works_in(world, me, row.practice_id, now)


def change_profile(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """One's own words."""
    return profile(world, me, old, now) and same_but(old, new, "body", "training")


def change_photo(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """One's own picture."""
    return profile(world, me, old, now) and same_but(old, new, "picture")


def change_practice(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Its admins: all but its reference."""
    return "admin" in roles_in(world, me, old.pk, now) and same_but(
        old, new, "name", "time_zone", "language", "reply_within_hours", "reply_hours", "notes_due_hours", "crisis_text",
        "handbook", "fees", "how_to_ask", "guardian_access", "assent_age", "majority_age", "policy_source",
        "policy_review_on",
    )  # fmt: skip


# --- Circles -----------------------------------------------------------------------------------------------------------------


def circle_change(world: World, me: int, row: Row, now: datetime) -> bool:
    """Whoever may change the circle, in their own name, now."""
    who = (
        is_admin(world, me, row.child_id, now)
        or is_lead(world, me, row.child_id, now)
        or is_therapist(world, me, row.child_id, now)
    )
    return who and row.changed_by_id == me and bool(row.changed_at == now)


def change_review(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """An admin or therapist of the child has looked."""
    who = is_admin(world, me, old.child_id, now) or is_therapist(world, me, old.child_id, now)
    looked = old.reviewed_at is None and new.reviewed_at == now and new.reviewed_by_id == me
    return who and looked and same_but(old, new, "reviewed_at", "reviewed_by_id")


def explanation(world: World, me: int, row: Row, now: datetime) -> bool:
    """The child's therapist who gave it."""
    return row.explained_by_id == me and row.explained_at <= now and is_therapist(world, me, row.child_id, now)


def consent(world: World, me: int, row: Row, now: datetime) -> bool:
    """The child's therapists write it down, for a circle row of the child."""
    of_the_child = world.one("CircleRow", row.circle_row_id).child_id == row.child_id
    return of_the_child and row.given_at <= now and is_therapist(world, me, row.child_id, now)


def change_consent(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Withdrawn now, by the child's therapists or whoever gave it."""
    stands = (old.until is None or old.until > now) and new.until == now and same_but(old, new, "until")
    gave = old.given_by_id == me and is_own(world, me, old.child_id, now)
    return stands and (gave or is_therapist(world, me, old.child_id, now))


# --- One's own ---------------------------------------------------------------------------------------------------------------


def address_change(_world: World, me: int, row: Row, now: datetime) -> bool:
    """Asked for now, with nothing said yet."""
    later = (row.sent_at, row.old_said_yes_at, row.new_said_yes_at, row.done_at, row.void_at)
    return row.person_id == me and row.asked_at == now and not any(later)


def change_address_change(_world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Given up, while it is open."""
    is_open = old.person_id == me and old.done_at is None and old.void_at is None
    return is_open and same_but(old, new, "void_at") and new.void_at is not None and bool(new.void_at <= now)


def contact(world: World, me: int, row: Row, _now: datetime) -> bool:
    """A telephone, without an address, which nobody has proven; none that a young person and a guardian would share."""
    return row.pk == me and row.email == "" and not shares_an_address(world, me, contact=row)


def change_contact(world: World, me: int, old: Row, new: Row, _now: datetime) -> bool:
    """The telephone."""
    return old.pk == me and same_but(old, new, "phone") and not shares_an_address(world, me, contact=new)


def change_person(_world: World, me: int, old: Row, new: Row, _now: datetime) -> bool:
    """The name."""
    return old.pk == me and same_but(old, new, "name")


def change_notice(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Read."""
    return notice(world, me, old, now) and same_but(old, new, "read_at")


INSERT: dict[str, Callable[[World, int, Row, datetime], bool]] = {
    "AddressChange": address_change,
    "CircleChange": circle_change,
    "Contact": contact,
    "Deactivation": deactivation,
    "Explanation": explanation,
    "FactorReset": reset,
    "HelperConsent": consent,
    "Invitation": add_invitation,
    "Membership": membership,
    "StaffPhoto": profile,
    "StaffProfile": profile,
    "Supervision": supervision,
}
CHANGE: dict[str, Callable[[World, int, Row, Row, datetime], bool]] = {
    "AddressChange": change_address_change,
    "Contact": change_contact,
    "Deactivation": change_deactivation,
    "HelperConsent": change_consent,
    "Invitation": change_invitation,
    "Membership": change_membership,
    "Notice": change_notice,
    "Person": change_person,
    "Practice": change_practice,
    "RowReview": change_review,
    "StaffPhoto": change_photo,
    "StaffProfile": change_profile,
    "Supervision": change_supervision,
}
