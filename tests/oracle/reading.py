"""May this person read this row now? One function per model; what has none is read by nobody (principle 2)."""

from collections.abc import Callable
from datetime import datetime

from tests.oracle import reading_circle, reading_home, reading_notes, reading_office, reading_sessions
from tests.oracle.standing import is_active
from tests.oracle.world import Row, World

READ: dict[str, Callable[[World, int, Row, datetime], bool]] = {
    **reading_circle.READ,
    **reading_office.READ,
    **reading_sessions.READ,
    **reading_notes.READ,
    **reading_home.READ,
}


def may_read(world: World, person: int | None, row: Row, now: datetime) -> bool:
    """Nobody, and whoever's account is not active, reads nothing."""
    if person is None or not is_active(world, person):
        return False
    return READ[row.model](world, person, row, now)
