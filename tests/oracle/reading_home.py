"""The rows of the table about updates from home."""

from collections.abc import Callable
from datetime import datetime

from tests.oracle.reading_sessions import reaches, reviews
from tests.oracle.standing import family_roles, is_lead, is_own, is_supervisor, on_team
from tests.oracle.world import Row, World


def wrote(world: World, me: int, update: Row, now: datetime) -> bool:
    """Principle 11: own words, while a family row other than none is in force."""
    return update.author_id == me and is_own(world, me, update.child_id, now)


def shared_with(world: World, me: int, update: Row, sharing: Row, now: datetime) -> bool:
    """A guardian full or informed, while the sharing stands; both moments outside quiet times (ADR 1, reading 10)."""
    return bool(
        sharing.person_id == me
        and sharing.withdrawn_at is None
        and family_roles(world, me, update.child_id, now) & {"full", "informed"}
        and reaches(world, me, update.child_id, update.posted_at, now)
        and reaches(world, me, update.child_id, sharing.shared_at, now)
    )


def home_update(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Home update": its author; team; each guardian it was shared with, while the sharing stands."""
    if wrote(world, me, row, now):
        return True
    if row.posted_at > now:
        return False
    on_it = on_team(world, me, row.child_id, now)
    if is_taken_out(world, row):
        reworded = bool(world.where("UpdateEdit", "update_id", row.pk))
        return reviews(world, me, row.child_id, row.author_id, now) and (on_it or not reworded)
    return on_it or any(
        shared_with(world, me, row, sharing, now) for sharing in world.where("Sharing", "update_id", row.pk)
    )


def is_taken_out(world: World, update: Row) -> bool:
    """Entered in error, by whomever."""
    return bool(world.where("TakenOut", "update_id", update.pk))


def taken_out(world: World, me: int, row: Row, now: datetime) -> bool:
    """That an update was entered in error (ADR 1, reading 15): the team's supervisors, the leads, and who did it."""
    if row.taken_at > now:
        return False
    still = is_own(world, me, row.child_id, now) or on_team(world, me, row.child_id, now)
    return (
        is_supervisor(world, me, row.child_id, now)
        or is_lead(world, me, row.child_id, now)
        or (row.taken_by_id == me and still)
    )


def edit(world: World, me: int, row: Row, now: datetime) -> bool:
    """As the update, at the edit's own moment."""
    update = world.one("HomeUpdate", row.update_id)
    if wrote(world, me, update, now):
        return True
    if row.edited_at > now or not home_update(world, me, update, now):
        return False
    if on_team(world, me, row.child_id, now):
        return True
    if not family_roles(world, me, row.child_id, now) & {"full", "informed"}:
        return False
    standing = [each for each in world.where("Sharing", "update_id", row.update_id)
                if shared_with(world, me, update, each, now)]  # fmt: skip
    return reaches(world, me, row.child_id, row.edited_at, now) or any(
        row.edited_at <= each.shared_at
        for each in standing  # ADR 1, reading 10
    )


def sharing(world: World, me: int, row: Row, now: datetime) -> bool:
    """Team; the author who chose; the reader while it stands. Hidden with the update."""
    update = world.one("HomeUpdate", row.update_id)
    if row.shared_by_id == me and is_own(world, me, row.child_id, now):
        return True
    if row.shared_at > now or not home_update(world, me, update, now):
        return False
    return on_team(world, me, row.child_id, now) or shared_with(world, me, update, row, now)


def _answer(world: World, me: int, row: Row, moment: datetime, now: datetime) -> bool:
    """Row "Reply to an update; marks": team; the update's author outside quiet times. The update must be visible."""
    update = world.one("HomeUpdate", row.update_id)
    if moment > now or not home_update(world, me, update, now):
        return False
    if on_team(world, me, row.child_id, now):
        return True
    return wrote(world, me, update, now) and reaches(world, me, row.child_id, moment, now)


def reply(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Reply to an update"."""
    if row.error_at is not None:
        update = world.one("HomeUpdate", row.update_id)
        reviewing = row.posted_at <= now and reviews(world, me, row.child_id, row.author_id, now)
        return reviewing and home_update(world, me, update, now)
    return _answer(world, me, row, row.posted_at, now)


def mark(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "marks (seen, used, let's talk)"."""
    return _answer(world, me, row, row.marked_at, now)


def look(world: World, me: int, row: Row, now: datetime) -> bool:
    """When one last looked: one's own, while one may look."""
    there = on_team(world, me, row.child_id, now) or is_own(world, me, row.child_id, now)
    return bool(row.person_id == me and row.looked_at <= now and there)


READ: dict[str, Callable[[World, int, Row, datetime], bool]] = {
    "HomeUpdate": home_update,
    "Look": look,
    "Mark": mark,
    "Reply": reply,
    "Sharing": sharing,
    "TakenOut": taken_out,
    "UpdateEdit": edit,
}
