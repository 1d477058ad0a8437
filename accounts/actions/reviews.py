"""Rows of guardians that somebody should look at again: looked at."""

from django.db import transaction

from accounts import audit
from accounts.models import RowReview
from accounts.visibility import viewer


@transaction.atomic
def mark_reviewed(*, review: RowReview) -> bool:
    """Looked at by the viewer, now. Returns whether it was not yet. `review`: loaded with its child."""
    me = viewer()
    done = RowReview.objects.filter(pk=review.pk, reviewed_at__isnull=True).update(
        reviewed_at=me.moment, reviewed_by_id=me.person_id
    )
    if done:
        audit.record("row_reviewed", child=review.child, shown=[review.circle_row_id], data={"reason": review.reason})
    return bool(done)
