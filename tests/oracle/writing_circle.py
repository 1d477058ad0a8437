"""Who may tie whom to a child and untie them (ADR 7, 11), and what becomes of an uploaded file."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.oracle.standing import (
    STAFF_OF_A_CHILD,
    contains,
    is_admin,
    is_barred,
    is_lead,
    is_therapist,
    roles_in,
)
from tests.oracle.world import Row, World, same_but

SHORT = timedelta(hours=72)


def child(world: World, me: int, row: Row, now: datetime) -> bool:
    """Admins, into their own practice."""
    return "admin" in roles_in(world, me, row.practice_id, now)


def has_a_circle(world: World, child: int, now: datetime) -> bool:
    """Anyone was tied to the child before this moment."""
    return any(row.starts < now for row in world.where("CircleRow", "child_id", child))


def is_known(world: World, me: int, person: int, practice: int, now: datetime) -> bool:
    """Works or worked in the practice, was invited there, or belongs to a circle there, the latter two as far as the viewer may
    look at them."""
    if any(row.practice_id == practice for row in world.where("Membership", "person_id", person)):
        return True
    ties = [row for row in world.where("CircleRow", "person_id", person) if row.practice_id == practice]
    invited = [row for row in world.where("Invitation", "person_id", person) if row.practice_id == practice]
    return any(not is_barred(world, me, row.child_id, now) for row in ties) or any(
        row.revoked_at is None and (row.child_id is None or not is_barred(world, me, row.child_id, now))
        for row in invited
    )


def is_young(world: World, person: int) -> bool:
    """A young person's log-in, of whenever."""
    return any(row.role == "young_person" for row in world.where("CircleRow", "person_id", person))


# --- A young person's log-in (visibility.md, Growing up) -------------------------------------------------------------------


def _plain(address: str | None) -> str:
    """An e-mail without capitals; of a telephone number the last nine digits."""
    if "@" in (address or ""):
        return str(address).strip().lower()
    return "".join(figure for figure in address or "" if figure in "0123456789")[-9:]


def _addresses(world: World, person: int, contact: Row | None) -> set[str]:
    kept = world.where("Contact", "pk", person)
    reached = contact if contact and contact.pk == person else kept[0] if kept else None
    given = [world.one("Account", person).email, *([reached.email, reached.phone] if reached else [])]
    return {_plain(each) for each in given} - {""}


def shares_an_address(world: World, person: int, *, tie: Row | None = None, contact: Row | None = None) -> bool:
    """In a circle of the person, with this row added or this contact instead, a young person has an address of a guardian's."""
    ties = [*world.tables["CircleRow"], *([tie] if tie else [])]
    for child in {row.child_id for row in ties if row.person_id == person}:
        young, guardians = (
            {row.person_id for row in ties if row.child_id == child and row.role == role}
            for role in ("young_person", "guardian")
        )
        theirs = {each for who in guardians for each in _addresses(world, who, contact)}
        if any(_addresses(world, who, contact) & theirs for who in young):
            return True
    return False


def one_persons_for_one_child(world: World, row: Row) -> bool:
    """A young person's log-in has no other row, no job, and is the only one of the child's at any time."""
    own = world.where("CircleRow", "person_id", row.person_id)
    if row.role != "young_person":
        return not any(each.role == "young_person" for each in own)
    others = [each for each in world.where("CircleRow", "child_id", row.child_id) if each.role == "young_person"]
    alone = not any(
        each.person_id != row.person_id and (each.ends is None or each.ends > row.starts) for each in others
    )
    only_this = all(each.role == "young_person" and each.child_id == row.child_id for each in own)
    return alone and only_this and not world.where("Membership", "person_id", row.person_id)


# --- Circle rows -------------------------------------------------------------------------------------------------------------


def treats(world: World, person: int, practice: int, now: datetime) -> bool:
    """Staff in force there in a role that lets a therapist row count."""
    jobs = [row for row in world.where("Membership", "person_id", person) if row.practice_id == practice]
    return any(contains(row, now) and row.role in STAFF_OF_A_CHILD for row in jobs)


def is_led(world: World, me: int, person: int, practice: int, now: datetime) -> bool:
    """The viewer supervises the person, now or later: a row of theirs puts the viewer on the team."""
    over = [row for row in world.where("Supervision", "supervisor_id", me) if row.therapist_id == person]
    return any(row.practice_id == practice and (row.ends is None or row.ends > now) for row in over)


def may_tie(world: World, me: int, row: Row, now: datetime) -> bool:
    """Admins any family row, and therapists in force whom they do not lead; the child's therapists family, but no colleague;
    leads short access for a therapist in force whom they do not lead."""
    staff = treats(world, row.person_id, row.practice_id, now) and not is_led(
        world, me, row.person_id, row.practice_id, now
    )
    family = row.role != "therapist"
    if is_admin(world, me, row.child_id, now) and (family or staff):
        return True
    if is_therapist(world, me, row.child_id, now) and family:
        jobs = [job for job in world.where("Membership", "person_id", row.person_id) if contains(job, now)]
        if not any(job.practice_id == row.practice_id for job in jobs):
            return True
    short = row.starts == now and row.ends is not None and row.ends <= now + SHORT
    return is_lead(world, me, row.child_id, now) and not family and staff and short


def circle_row(world: World, me: int, row: Row, now: datetime) -> bool:
    """For somebody else the practice knows, from now on."""
    if row.person_id == me or row.starts < now or (row.ends is not None and row.ends <= row.starts):
        return False
    if (row.role == "guardian") != (row.authority != ""):
        return False
    if not (may_tie(world, me, row, now) and is_known(world, me, row.person_id, row.practice_id, now)):
        return False
    return one_persons_for_one_child(world, row) and not shares_an_address(world, row.person_id, tie=row)


def may_end(world: World, me: int, row: Row, now: datetime) -> bool:
    """Admins any row of others, the child's therapists those of family, leads short access."""
    if row.person_id == me:
        return False
    family = row.role != "therapist"
    return (
        is_admin(world, me, row.child_id, now)
        or (family and is_therapist(world, me, row.child_id, now))
        or (not family and row.ends is not None and is_lead(world, me, row.child_id, now))
    )


def is_brought_forward(old: Row, new: Row, now: datetime) -> bool:
    """What was is history: an end is set, or comes sooner, now at the earliest, and nothing else changes."""
    if not same_but(old, new, "ends") or new.ends is None or new.ends < now or new.ends <= new.starts:
        return False
    return old.ends is None or now < old.ends >= new.ends


def change_circle_row(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """It ends, or sooner."""
    return is_brought_forward(old, new, now) and may_end(world, me, old, now) and may_end(world, me, new, now)


def relationship(world: World, me: int, row: Row, now: datetime) -> bool:
    """An admin or therapist of the child, of a family row that does not lie behind."""
    found = world.where("CircleRow", "pk", row.circle_row_id)
    if not found or found[0].child_id != row.child_id:
        return False
    tie = found[0]
    who = is_admin(world, me, row.child_id, now) or is_therapist(world, me, row.child_id, now)
    return who and tie.person_id == row.person_id and tie.role != "therapist" and bool(tie.starts >= now)


def change_child(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """The card, by admins and the child's therapists."""
    who = is_admin(world, me, old.pk, now) or is_therapist(world, me, old.pk, now)
    return who and same_but(old, new, "name", "date_of_birth", "pronouns", "about_me")


def _own(world: World, me: int, row: Row, now: datetime) -> bool:
    return row.uploaded_by_id == me and "admin" in roles_in(world, me, row.practice_id, now)


def move(world: World, me: int, row: Row, now: datetime) -> bool:
    """An admin, in their own name, before anything has begun."""
    begun = row.started_at is not None or row.finished_at is not None or row.status != "checked"
    return _own(world, me, row, now) and row.uploaded_at <= now and not begun


def move_row(world: World, me: int, row: Row, now: datetime) -> bool:
    """With a file of one's own, before it was worked off."""
    found = world.where("MoveIn", "pk", row.move_id)
    mine = bool(found) and found[0].uploaded_by_id == me and found[0].practice_id == row.practice_id
    return mine and _own(world, me, row, now) and row.outcome == ""


def change_move(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """One's own, until it is over."""
    return old.status in {"checked", "running"} and _own(world, me, old, now) and _own(world, me, new, now)


def change_move_row(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """One's own, until it was worked off; it stays with a file of one's own."""
    found = world.where("MoveIn", "pk", new.move_id)
    still = bool(found) and found[0].uploaded_by_id == me and found[0].practice_id == new.practice_id
    return still and old.outcome == "" and _own(world, me, old, now) and _own(world, me, new, now)


INSERT: dict[str, Callable[[World, int, Row, datetime], bool]] = {
    "Child": child,
    "CircleRow": circle_row,
    "MoveIn": move,
    "MoveInRow": move_row,
    "Relationship": relationship,
}
CHANGE: dict[str, Callable[[World, int, Row, Row, datetime], bool]] = {
    "Child": change_child,
    "CircleRow": change_circle_row,
    "MoveIn": change_move,
    "MoveInRow": change_move_row,
}
