"""Rows to look at again, since something about their person changed."""

from django.db import transaction

from accounts import audit
from accounts.models import Child, RowReview
from accounts.visibility import viewer


@transaction.atomic
def review(*, child: Child, found: RowReview) -> bool:
    """Somebody has looked at the row. Returns whether this was the first time."""
    me = viewer()
    done = RowReview.objects.filter(pk=found.pk, reviewed_at__isnull=True).update(
        reviewed_at=me.moment, reviewed_by_id=me.person_id
    )
    if done:
        audit.record("row_reviewed", child=child, shown=[found.circle_row_id])
    return bool(done)
