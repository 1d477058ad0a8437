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
    # A look of another window may have come meanwhile, at a moment that has not come here: to this one it is not there, and
    # it stands.
    if before is None or not mine.update(looked_at=me.moment):
        now = Look(practice_id=child.practice_id, child=child, person_id=me.person_id, looked_at=me.moment)
        Look.objects.bulk_create([now], ignore_conflicts=True)
    return before
