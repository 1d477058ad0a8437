"""Look-ups of the room, each starting from the visibility rule and bounded."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Child
from accounts.models.people import names_of
from accounts.visibility import viewer
from sessions_log.models import HomeUpdate, Mark, Release, Reply, Session, Sharing, Summary, UpdateEdit
from sessions_log.models.home import Told

PAGE = 20  # entries of a stream shown at once


@dataclass(frozen=True)
class Entry:
    """One line of a child's stream. `kind`: session, summary or update. `words`, `answers`: an update's, as they stand
    now for the viewer."""

    kind: str
    moment: datetime
    id: UUID
    item: Any
    author: str
    words: Told | None = None
    answers: "Answers | None" = None


@dataclass(frozen=True)
class Answers:
    """What the team did with an update, for the team and its author; for anyone else there is none to see.

    `kinds`: of mark, by anyone; `mine`: by the viewer, and when first. `replied`: the team has written back.
    """

    kinds: frozenset[str] = frozenset()
    mine: frozenset[str] = frozenset()
    since: datetime | None = None
    replied: bool = False


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
    updates = [item for kind, _, item, _ in page if kind == "update"]
    words, answered = current_words(updates), answers_to(updates)
    entries = [
        Entry(kind, moment, item.pk, item, names.get(author, ""), words.get(item.pk), answered.get(item.pk))
        for kind, moment, item, author in page
    ]
    return entries, entries[-1] if len(found) > PAGE else None


def current_words(updates: list[HomeUpdate]) -> dict[UUID, Told]:
    """The latest wording of each update that the viewer may read, whole: the update itself, or its last edit."""
    edits = UpdateEdit.objects.visible().filter(update__in=updates)
    last = edits.order_by("update_id", "-edited_at", "-pk").distinct("update_id") if updates else []
    first: dict[UUID, Told] = {update.pk: update for update in updates}
    return first | {edit.update_id: edit for edit in last}


def answers_to(updates: list[HomeUpdate]) -> dict[UUID, Answers]:
    """What the team did with each update, as far as the viewer may know."""
    if not updates:
        return {}
    me, marks = viewer().person_id, defaultdict[UUID, list[Mark]](list)
    for mark in Mark.objects.visible().filter(update__in=updates):
        marks[mark.update_id].append(mark)
    replies = Reply.objects.visible().filter(update__in=updates, error_at__isnull=True)
    replied = set(replies.values_list("update_id", flat=True).distinct())
    return {
        update.pk: Answers(
            kinds=frozenset(mark.kind for mark in marks[update.pk]),
            mine=frozenset(mark.kind for mark in marks[update.pk] if mark.marked_by_id == me),
            since=min((mark.marked_at for mark in marks[update.pk] if mark.marked_by_id == me), default=None),
            replied=update.pk in replied,
        )
        for update in updates
    }


def shared_with(update: HomeUpdate) -> list[int]:
    """Person numbers the update stands shared with, as far as the viewer may know."""
    return list(
        Sharing.objects.visible()
        .filter(update=update, withdrawn_at__isnull=True)
        .order_by("shared_at", "pk")
        .values_list("person_id", flat=True)
    )
