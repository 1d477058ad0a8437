"""Look-ups of the room, each starting from the visibility rule and bounded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Child
from accounts.models.people import names_of
from sessions_log.models import HomeUpdate, Release, Session, Sharing, Summary, UpdateEdit

PAGE = 20  # entries of a stream shown at once


@dataclass(frozen=True)
class Entry:
    """One line of a child's stream. `kind`: session, summary or update. `words`: an update's, as they stand now."""

    kind: str
    moment: datetime
    id: UUID
    item: Any
    author: str
    words: str


def before(queryset: QuerySet[Any], cursor: tuple[datetime, UUID] | None) -> QuerySet[Any]:
    """The page of a stream older than the cursor, newest first, one more than a page holds."""
    ordered = queryset.order_by("-shown_at", "-id")
    if cursor:
        at, key = cursor
        ordered = ordered.filter(Q(shown_at__lt=at) | Q(shown_at=at, id__lt=key))
    return ordered[: PAGE + 1]


def stream(child: Child, cursor: tuple[datetime, UUID] | None = None) -> tuple[list[Entry], Entry | None]:
    """Sessions, summaries and updates of one child that the viewer may read, newest first, and the last entry of the page
    when there are older ones. A fixed number of queries, however much there is.

    What was released to or shared with the viewer stands where it reached them, not where it was written.
    """
    to_me = Release.objects.filter(Release.standing_to_me(), summary=OuterRef("pk")).values("released_at")[:1]
    with_me = Sharing.objects.filter(Sharing.standing_to_me(), update=OuterRef("pk")).values("shared_at")[:1]
    sources: list[tuple[str, str, QuerySet[Any]]] = [
        ("session", "therapist_id", Session.objects.visible().annotate(shown_at=F("moment"))),
        ("summary", "author_id", Summary.objects.visible().annotate(shown_at=Coalesce(to_me, "written_at"))),
        ("update", "author_id", HomeUpdate.objects.visible().annotate(shown_at=Coalesce(with_me, "posted_at"))),
    ]
    found = [
        (kind, item.shown_at, item, getattr(item, author))
        for kind, author, rows in sources
        for item in before(rows.filter(child=child), cursor)
    ]
    found.sort(key=lambda entry: (entry[1], entry[2].pk), reverse=True)
    page = found[:PAGE]
    names = names_of(author for _, _, _, author in page)
    words = current_words([item for kind, _, item, _ in page if kind == "update"])
    entries = [
        Entry(kind, moment, item.pk, item, names.get(author, ""), words.get(item.pk, ""))
        for kind, moment, item, author in page
    ]
    return entries, entries[-1] if len(found) > PAGE else None


def current_words(updates: list[HomeUpdate]) -> dict[UUID, str]:
    """The latest wording of each update that the viewer may read."""
    edits = UpdateEdit.objects.visible().filter(update__in=updates).order_by("edited_at", "pk") if updates else []
    return {update.pk: update.body for update in updates} | {edit.update_id: edit.body for edit in edits}


def shared_with(update: HomeUpdate) -> list[int]:
    """Person numbers the update stands shared with, as far as the viewer may know."""
    return list(
        Sharing.objects.visible()
        .filter(update=update, withdrawn_at__isnull=True)
        .order_by("shared_at", "pk")
        .values_list("person_id", flat=True)
    )
