"""Where the next page of a stream begins, as an address says it."""

from datetime import datetime
from uuid import UUID


def written(moment: datetime, key: UUID) -> str:
    """The last entry of a page."""
    return f"{moment.isoformat()}_{key}"


def read(value: str) -> tuple[datetime, UUID] | None:
    """The entry an older page begins after; None for the newest page, or an address nobody made here."""
    at, _, key = value.partition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(key)) if moment.tzinfo else None
    except ValueError:
        return None
