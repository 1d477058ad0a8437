"""The rows of the table about practices, people and the circle."""

from collections.abc import Callable
from datetime import datetime

from tests.oracle.reading_office import invitation, operates
from tests.oracle.standing import (
    circle_rows,
    circle_staff,
    family_roles,
    in_quiet,
    is_admin,
    is_lead,
    is_own,
    is_supervisor,
    names_now,
    on_team,
    people_barred,
    remembered,
    roles_in,
    stands_in,
    time_contains,
    works_in,
)
from tests.oracle.world import Row, World

# Sign-ins, accounts, circle, moving in, exports (row "Audit").
OF_ADMINS = {
    "sign_in", "sign_in_refused", "sign_out", "password_changed", "circle_read", "people_read", "denied_admin",
    "move_in_uploaded", "move_in_read", "move_in_started", "move_in_batch", "move_in_finished", "move_in_discarded",
    "bundle_exported",
    "invited", "invitation_sent_again", "invitation_revoked", "joined", "people_invited", "person_deactivated",
    "person_reactivated", "role_added", "role_ended", "supervision_added", "supervision_ended", "sessions_ended",
    "factor_added", "factor_removed", "factor_reset_asked", "factor_reset", "address_change_asked", "address_changed",
    "practice_changed", "policy_changed", "profile_changed", "child_added", "child_changed", "circle_changed",
    "handed_over", "short_access_given", "change_taken_back", "row_reviewed", "consent_recorded", "consent_withdrawn",
    "limits_explained", "trail_read", "trail_exported", "operator_read", "operator_changed",
}  # fmt: skip


def practice(world: World, me: int, row: Row, now: datetime) -> bool:
    """Whoever works there or has a circle row in force there; the operator in their hours (ADR 11)."""
    return stands_in(world, me, row.pk, now) or operates(world, me, now)


def colleagues(world: World, me: int, row: Row, now: datetime) -> bool:
    """ADR 1, reading 13: memberships and supervision rows, by staff in force of the practice."""
    return works_in(world, me, row.practice_id, now)


def profile(world: World, me: int, row: Row, now: datetime) -> bool:
    """ADR 1, reading 13: staff in force; families whose child the person is or was therapist of."""
    return works_in(world, me, row.practice_id, now) or any(
        tie.role == "therapist" and tie.starts <= now and tie.practice_id == row.practice_id
        and is_own(world, me, tie.child_id, now)
        for tie in world.where("CircleRow", "person_id", row.person_id)
    )  # fmt: skip


def child(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Child's card": everyone in the circle but authority none; team; admins; leads."""
    return is_own(world, me, row.pk, now) or circle_staff(world, me, row.pk, now)


def circle_row(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Circle row": team, admins, leads: all. Family and helpers: their own, and the therapists'; once begun (ADR 1,
    reading 3)."""
    if circle_staff(world, me, row.child_id, now):
        return True
    begun_and_mine_or_therapist = row.starts <= now and (row.person_id == me or row.role == "therapist")
    return begun_and_mine_or_therapist and is_own(world, me, row.child_id, now)


def co_guardian(world: World, me: int, row: Row, now: datetime) -> bool:
    """Principle 10's exception: guardians full and informed of each other, the other's row containing now."""
    return (
        bool(family_roles(world, me, row.child_id, now) & {"full", "informed"})
        and row.authority in {"full", "informed"}
        and time_contains(world, row, now)
    )


def relationship(world: World, me: int, row: Row, now: datetime) -> bool:
    """ADR 1, reading 4: staff of the circle; one's own; co-guardians."""
    tie = world.one("CircleRow", row.circle_row_id)
    if circle_staff(world, me, row.child_id, now) or co_guardian(world, me, tie, now):
        return True
    return row.person_id == me and tie.starts <= now and is_own(world, me, row.child_id, now)


def of_circle_staff(world: World, me: int, row: Row, now: datetime) -> bool:
    """ADR 1, reading 13: renewals, by team, admins, leads."""
    return circle_staff(world, me, row.child_id, now)


def consent(world: World, me: int, row: Row, now: datetime) -> bool:
    """ADR 1, reading 13: as the circle row to staff; the guardian who gave it."""
    return circle_staff(world, me, row.child_id, now) or (
        row.given_by_id == me and is_own(world, me, row.child_id, now)
    )


def restriction(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Restriction and its reason": team, leads. Never family, never admins."""
    return on_team(world, me, row.child_id, now) or is_lead(world, me, row.child_id, now)


def named(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Safety concern": team, leads; nobody ever named in it, whatever their role (principle 1). In error: supervisors
    and leads (ADR 1, reading 7)."""
    concern = world.where("Named", "concern", row.concern)
    if row.named_at > now or any(other.person_id == me and other.named_at <= now for other in concern):
        return False
    if is_supervisor(world, me, row.child_id, now) or is_lead(world, me, row.child_id, now):
        return True
    return on_team(world, me, row.child_id, now) and names_now(row, now)


# --- Names and addresses -----------------------------------------------------------------------------------------------


@remembered
def _household(world: World, me: int, child_id: int, now: datetime) -> frozenset[str]:
    return frozenset(
        row.household for row in circle_rows(world, me, child_id)
        if row.role != "therapist" and row.household and time_contains(world, row, now)
    )  # fmt: skip


def named_to_family(world: World, me: int, row: Row, now: datetime) -> bool:
    """ADR 1, reading 2: whose name someone standing as family or helper reads from this circle row."""
    mine = family_roles(world, me, row.child_id, now)
    if not mine:
        return False
    if row.role == "therapist":
        return bool(row.starts <= now)
    if row.starts > now or row.authority == "none":
        return False
    if row.role == "young_person":
        return True
    if row.household in _household(world, me, row.child_id, now) and time_contains(world, row, now):
        theirs = circle_rows(world, row.person_id, row.child_id)
        if not any(tie.authority == "none" and time_contains(world, tie, now) for tie in theirs):
            return True
    guardian = row.authority in {"full", "informed"} and time_contains(world, row, now)
    return guardian and bool(mine & {"full", "informed", "young_person"})


@remembered
def _people_known(world: World, me: int, now: datetime) -> frozenset[int]:
    known = {me}
    for row in world.tables["CircleRow"]:
        if circle_row(world, me, row, now) or named_to_family(world, me, row, now):
            known.add(row.person_id)
    for row in world.tables["Membership"]:
        if works_in(world, me, row.practice_id, now):
            known.add(row.person_id)
    known |= {row.person_id for row in world.tables["Invitation"] if invitation(world, me, row, now)}
    for card in world.tables["Child"]:
        roles = family_roles(world, me, card.pk, now)
        if roles:  # the child's supervisors in force
            supervisors = {row.supervisor_id for row in world.where("Supervision", "practice_id", card.practice_id)}
            known |= {person for person in supervisors if is_supervisor(world, person, card.pk, now)}
        if "young_person" in roles:  # whoever a summary was released to
            from tests.oracle.reading_sessions import release

            about = world.where("Release", "child_id", card.pk)
            known |= {row.recipient_id for row in about if release(world, me, row, now)}
    return frozenset(known)


def person(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Person's name" and ADR 1, reading 2."""
    return row.pk in _people_known(world, me, now)


def contact(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Contact": oneself; team, admins, leads: of the people of their children's circles, and of their colleagues; and
    whoever reads an invitation of theirs (ADR 1, reading 21)."""
    if row.pk == me or any(invitation(world, me, each, now) for each in world.where("Invitation", "person_id", row.pk)):
        return True
    ties = world.where("CircleRow", "person_id", row.pk)
    if any(circle_staff(world, me, tie.child_id, now) for tie in ties):
        return True
    return any(
        roles_in(world, me, job.practice_id, now) & {"admin", "safeguarding_lead"}
        for job in world.where("Membership", "person_id", row.pk)
    )


# --- Agreements --------------------------------------------------------------------------------------------------------


def agreement(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Sharing agreement's terms": team; everyone asked to sign (full and young person), outside quiet times."""
    if row.in_force_from > now:
        return False
    asked = bool(family_roles(world, me, row.child_id, now) & {"full", "young_person"})
    return on_team(world, me, row.child_id, now) or (asked and not in_quiet(world, me, row.child_id, row.in_force_from))


def signature(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Sharing agreement": team; one's own."""
    if row.signed_at > now:
        return False
    return on_team(world, me, row.child_id, now) or (row.person_id == me and is_own(world, me, row.child_id, now))


def explanation(world: World, me: int, row: Row, now: datetime) -> bool:
    """ADR 1, reading 13: the team; whom it was given to, outside quiet times."""
    if row.explained_at > now:
        return False
    given_to_me = row.person_id == me and is_own(world, me, row.child_id, now)
    return on_team(world, me, row.child_id, now) or (
        given_to_me and not in_quiet(world, me, row.child_id, row.explained_at)
    )


def audit_event(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Audit": leads all of it; admins accounts, circle, sign-ins; neither about a child they are family of, nor what
    someone else of that child's circle did elsewhere (ADR 1, reading 16)."""
    if row.practice_id is None:
        return False
    roles = roles_in(world, me, row.practice_id, now)
    if row.child_id is None:
        if row.person_id not in (None, me) and row.person_id in people_barred(world, me, now):
            return False
        return "safeguarding_lead" in roles or ("admin" in roles and row.action in OF_ADMINS)
    return is_lead(world, me, row.child_id, now) or (row.action in OF_ADMINS and is_admin(world, me, row.child_id, now))


# --- Moving in (ADR 7) -------------------------------------------------------------------------------------------------


def move(world: World, me: int, row: Row, now: datetime) -> bool:
    """What was brought in, when, by whom: the practice's admins."""
    return row.uploaded_at <= now and "admin" in roles_in(world, me, row.practice_id, now)


def move_row(world: World, me: int, row: Row, now: datetime) -> bool:
    """Names and addresses of a file: whoever uploaded it, while an admin there."""
    return row.uploaded_by_id == me and "admin" in roles_in(world, me, row.practice_id, now)


READ: dict[str, Callable[[World, int, Row, datetime], bool]] = {
    "Agreement": agreement,
    "AuditEvent": audit_event,
    "Child": child,
    "CircleRow": circle_row,
    "Contact": contact,
    "Explanation": explanation,
    "HelperConsent": consent,
    "Membership": colleagues,
    "MoveIn": move,
    "MoveInRow": move_row,
    "Named": named,
    "Person": person,
    "Practice": practice,
    "Relationship": relationship,
    "Renewal": of_circle_staff,
    "Restriction": restriction,
    "Signature": signature,
    "StaffPhoto": profile,
    "StaffProfile": profile,
    "Supervision": colleagues,
}
