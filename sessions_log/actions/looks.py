"""Remembering when somebody last looked."""

from datetime import datetime

from accounts.models import Child
from accounts.visibility import viewer
from sessions_log.models import Look


def look(*, child: Child) -> datetime | None:
    """The viewer looks at the child's stream now. Returns when they last did, None the first time."""
    me = viewer()
    mine = Look.objects.visible().filter(child=child, person_id=me.person_id)
    before: datetime | None = mine.values_list("looked_at", flat=True).first()
    now = Look(practice_id=child.practice_id, child=child, person_id=me.person_id, looked_at=me.moment)
    Look.objects.bulk_create(
        [now], update_conflicts=True, unique_fields=["person", "child"], update_fields=["looked_at"]
    )
    return before
