"""What an admin may add when children and families move in (ADR 7), and what becomes of an uploaded file."""

from collections.abc import Callable
from datetime import datetime

from tests.oracle.standing import STAFF_OF_A_CHILD, contains, is_admin, is_barred, roles_in
from tests.oracle.world import Row, World


def child(world: World, me: int, row: Row, now: datetime) -> bool:
    """Admins, into their own practice."""
    return "admin" in roles_in(world, me, row.practice_id, now)


def has_a_circle(world: World, child: int, now: datetime) -> bool:
    """Anyone was tied to the child before this moment."""
    return any(row.starts < now for row in world.where("CircleRow", "child_id", child))


def is_known(world: World, me: int, person: int, practice: int, now: datetime) -> bool:
    """Works or worked in the practice, or belongs to a circle there that the admin may look at."""
    if any(row.practice_id == practice for row in world.where("Membership", "person_id", person)):
        return True
    ties = [row for row in world.where("CircleRow", "person_id", person) if row.practice_id == practice]
    return any(not is_barred(world, me, row.child_id, now) for row in ties)


def treats(world: World, person: int, practice: int, now: datetime) -> bool:
    """Staff in force there in a role that lets a therapist row count."""
    jobs = [row for row in world.where("Membership", "person_id", person) if row.practice_id == practice]
    return any(contains(row, now) and row.role in STAFF_OF_A_CHILD for row in jobs)


def is_led(world: World, me: int, person: int, practice: int, now: datetime) -> bool:
    """The viewer supervises the person, now or later: a row of theirs puts the viewer on the team."""
    over = [row for row in world.where("Supervision", "supervisor_id", me) if row.therapist_id == person]
    return any(row.practice_id == practice and (row.ends is None or row.ends > now) for row in over)


def circle_row(world: World, me: int, row: Row, now: datetime) -> bool:
    """An admin of the child, for somebody else the practice knows, from this moment on, where there is no circle yet."""
    if not is_admin(world, me, row.child_id, now) or has_a_circle(world, row.child_id, now):
        return False
    if row.person_id == me or row.starts != now or row.ends is not None:
        return False
    if not is_known(world, me, row.person_id, row.practice_id, now):
        return False
    if row.role == "guardian":
        return row.authority in {"full", "informed", "contributor"}
    staff = treats(world, row.person_id, row.practice_id, now)
    return row.role == "therapist" and staff and not is_led(world, me, row.person_id, row.practice_id, now)


def relationship(world: World, me: int, row: Row, now: datetime) -> bool:
    """An admin of the child, of a guardian's row made at this moment."""
    found = world.where("CircleRow", "pk", row.circle_row_id)
    if not found or found[0].child_id != row.child_id or not is_admin(world, me, row.child_id, now):
        return False
    tie = found[0]
    return tie.person_id == row.person_id and tie.role == "guardian" and bool(tie.starts == now)


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
    "MoveIn": change_move,
    "MoveInRow": change_move_row,
}
