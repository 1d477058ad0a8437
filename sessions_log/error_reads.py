"""What the viewer may enter in error."""

from typing import Any

from django.db.models import QuerySet

from accounts.visibility import in_place, mine, reviewers
from sessions_log.models import HomeUpdate, Session, TakenOut


def enterable[M: Any](rows: QuerySet[M]) -> QuerySet[M]:
    """Those of the rows that the viewer may enter in error: whoever will still read it then (principles 7 and 11). The
    model's `changed_into` holds the same at the wall."""
    author = "therapist_id" if rows.model is Session else "author_id"
    rule = reviewers(author)
    if rows.model is HomeUpdate:
        return rows.filter(rule | (in_place("own") & mine(author)), ~TakenOut.known_of())
    return rows.filter(rule, error_at__isnull=True)


def still_in(updates: QuerySet[HomeUpdate]) -> QuerySet[HomeUpdate]:
    """Without those taken out, as far as the viewer may know: an author knows of those they took out themselves."""
    return updates.filter(~TakenOut.known_of())


def taken_out(update: HomeUpdate) -> TakenOut | None:
    """Who took the update out first, when and why, as far as the viewer may know."""
    found: TakenOut | None = TakenOut.objects.visible().filter(update=update).order_by("taken_at", "pk").first()
    return found
