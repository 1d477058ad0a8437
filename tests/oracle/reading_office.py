"""Who comes in, whose access ended, what circles went through, what one is told (ADR 1, readings 21 to 24; ADR 11)."""

from collections.abc import Callable
from datetime import datetime

from tests.oracle.standing import (
    circle_staff,
    contains,
    in_quiet,
    is_admin,
    is_own,
    is_therapist,
    on_team,
    people_barred,
    roles_in,
    stands_in,
)
from tests.oracle.world import Row, World


def operates(world: World, me: int, now: datetime) -> bool:
    """In the hours given to the installation's operator."""
    return any(contains(row, now) for row in world.where("OperatorAccess", "person_id", me))


def in_office(world: World, me: int, row: Row, now: datetime) -> bool:
    """An admin, and the person is of no circle they are barred from."""
    admin = "admin" in roles_in(world, me, row.practice_id, now)
    return admin and row.person_id not in people_barred(world, me, now)


def invitation(world: World, me: int, row: Row, now: datetime) -> bool:
    """Admins; for a child the child's therapists."""
    if row.child_id is not None and is_therapist(world, me, row.child_id, now):
        return True
    about_the_child = row.child_id is None or is_admin(world, me, row.child_id, now)
    return about_the_child and in_office(world, me, row, now)


def deactivation(world: World, me: int, row: Row, now: datetime) -> bool:
    """Admins and leads, of nobody in a circle they are barred from."""
    office = roles_in(world, me, row.practice_id, now) & {"admin", "safeguarding_lead"}
    return bool(office) and row.person_id not in people_barred(world, me, now)


def ones_own(_world: World, me: int, row: Row, _now: datetime) -> bool:
    """A changed address, the operator's hours."""
    return bool(row.person_id == me)


def change(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Circle row": the history is read by whoever reads all of the circle."""
    return circle_staff(world, me, row.child_id, now)


def review(world: World, me: int, row: Row, now: datetime) -> bool:
    """As the circle row, once it is flagged."""
    return row.flagged_at <= now and circle_staff(world, me, row.child_id, now)


def notice(world: World, me: int, row: Row, now: datetime) -> bool:
    """One's own, once told: about no child, while one stands in the practice; about a child of one's team; as family outside
    one's quiet times."""
    if row.person_id != me or row.told_at > now:
        return False
    if row.child_id is None:
        return stands_in(world, me, row.practice_id, now)
    seen = is_own(world, me, row.child_id, now) and not in_quiet(world, me, row.child_id, row.told_at)
    return seen or on_team(world, me, row.child_id, now)


READ: dict[str, Callable[[World, int, Row, datetime], bool]] = {
    "AddressChange": ones_own,
    "CircleChange": change,
    "Deactivation": deactivation,
    "FactorReset": in_office,
    "Invitation": invitation,
    "Notice": notice,
    "OperatorAccess": ones_own,
    "RowReview": review,
}
