"""What the viewer may enter in error."""

from typing import Any

from django.db.models import QuerySet

from accounts.visibility import in_place, mine, reviewers
from sessions_log.models import HomeUpdate, Session


def enterable[M: Any](rows: QuerySet[M]) -> QuerySet[M]:
    """Those of the rows that the viewer may enter in error: whoever will still read it then (principles 7 and 11). The
    model's `changed_into` holds the same at the wall."""
    author = "therapist_id" if rows.model is Session else "author_id"
    rule = reviewers(author)
    if rows.model is HomeUpdate:
        rule |= in_place("own") & mine(author)
    return rows.filter(rule, error_at__isnull=True)
