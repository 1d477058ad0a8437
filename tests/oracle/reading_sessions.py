"""The rows of the table about sessions and summaries."""

from collections.abc import Callable
from datetime import datetime

from tests.oracle.standing import (
    family_roles,
    in_quiet,
    is_admin,
    is_family,
    is_lead,
    is_own,
    is_supervisor,
    on_team,
)
from tests.oracle.world import Row, World


def reviews(world: World, me: int, child: int, author: int, now: datetime) -> bool:
    """Principle 7: whom an item entered in error does not hide from."""
    return (
        (author == me and on_team(world, me, child, now))
        or is_supervisor(world, me, child, now)
        or is_lead(world, me, child, now)
    )


def reaches(world: World, me: int, child: int, moment: datetime, now: datetime) -> bool:
    """The moment has come and does not lie in a quiet time of the reader."""
    return moment <= now and not in_quiet(world, me, child, moment)


def is_young_person(world: World, me: int, child: int, now: datetime) -> bool:
    """The child's own log-in, in force."""
    return "young_person" in family_roles(world, me, child, now)


# --- Sessions ----------------------------------------------------------------------------------------------------------


def session(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Session facts": team, admins, family; quiet does not hide them (ADR 1, reading 1)."""
    if max(row.held_at, row.logged_at) > now:
        return False
    if row.error_at is not None:
        return reviews(world, me, row.child_id, row.therapist_id, now)
    return (
        on_team(world, me, row.child_id, now)
        or is_admin(world, me, row.child_id, now)
        or is_family(world, me, row.child_id, now)
    )


def record(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Session record": team; hidden with its session."""
    if row.error_at is not None:
        return reviews(world, me, row.child_id, row.author_id, now)
    return on_team(world, me, row.child_id, now) and session(world, me, world.one("Session", row.session_id), now)


def attendance(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Attendance": team, admins; each person their own, outside quiet times; the child's: the young person."""
    if row.moment > now:
        return False
    if row.error_at is not None:
        return reviews(world, me, row.child_id, row.logged_by_id, now)
    if on_team(world, me, row.child_id, now) or is_admin(world, me, row.child_id, now):
        return True
    if row.person_id is None:
        own = is_young_person(world, me, row.child_id, now)
    else:
        own = row.person_id == me and is_own(world, me, row.child_id, now)
    return own and not in_quiet(world, me, row.child_id, row.moment)


# --- Summaries ---------------------------------------------------------------------------------------------------------


def stands_for(world: World, me: int, row: Row, now: datetime) -> bool:
    """A release that stands for this reader, who is family or a helper, at a moment that reaches them."""
    return bool(
        row.recipient_id == me
        and row.withdrawn_at is None
        and row.error_at is None
        and family_roles(world, me, row.child_id, now) & {"full", "informed", "young_person", "helper"}
        and reaches(world, me, row.child_id, row.released_at, now)
    )


def summary(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Summary": team; each recipient while their release stands, if family or helper."""
    if row.written_at > now:
        return False
    if row.error_at is not None:
        return reviews(world, me, row.child_id, row.author_id, now)
    return on_team(world, me, row.child_id, now) or any(
        stands_for(world, me, release_row, now) for release_row in world.where("Release", "summary_id", row.pk)
    )


def release(world: World, me: int, row: Row, now: datetime) -> bool:
    """ADR 1, reading 9: team; the recipient while it stands; the young person always, withdrawn ones too, outside quiet times."""
    if row.released_at > now:
        return False
    if row.error_at is not None:
        return reviews(world, me, row.child_id, row.released_by_id, now)
    young = is_young_person(world, me, row.child_id, now) and reaches(world, me, row.child_id, row.released_at, now)
    return on_team(world, me, row.child_id, now) or stands_for(world, me, row, now) or young


def is_own_act(world: World, me: int, row: Row, now: datetime) -> bool:
    """What someone in force as a recipient did themselves stays before their eyes, as own words do."""
    recipients = {"full", "informed", "young_person", "helper"}
    return row.reader_id == me and bool(family_roles(world, me, row.child_id, now) & recipients)


def reading(world: World, me: int, row: Row, now: datetime) -> bool:
    """ADR 1, reading 9: as the release, for team, the reader and the young person; the reading has a moment of its own."""
    if row.read_at > now or not release(world, me, world.one("Release", row.release_id), now):
        return False
    if on_team(world, me, row.child_id, now) or is_own_act(world, me, row, now):
        return True
    return is_young_person(world, me, row.child_id, now) and not in_quiet(world, me, row.child_id, row.read_at)


def override(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "The child's wish, overrides": team, the young person, at the release's moment."""
    if not release(world, me, world.one("Release", row.release_id), now):
        return False
    return on_team(world, me, row.child_id, now) or is_young_person(world, me, row.child_id, now)


def wish(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "The child's wish": team; the young person once a release of its summary is readable (ADR 1, reading 9), each
    answer at its own moment."""
    if row.recorded_at > now:
        return False
    if row.error_at is not None:
        return reviews(world, me, row.child_id, row.recorded_by_id, now)
    released = world.where("Release", "summary_id", row.summary_id)
    return on_team(world, me, row.child_id, now) or (
        is_young_person(world, me, row.child_id, now)
        and reaches(world, me, row.child_id, row.recorded_at, now)
        and any(release(world, me, each, now) for each in released)
    )


READ: dict[str, Callable[[World, int, Row, datetime], bool]] = {
    "Attendance": attendance,
    "Override": override,
    "Reading": reading,
    "Release": release,
    "Session": session,
    "SessionRecord": record,
    "Summary": summary,
    "Wish": wish,
}
