"""Look-ups of the room, each starting from the visibility rule and bounded."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.text import Truncator

from accounts.models import Child
from accounts.visibility import Compiled, viewer
from carebridge.lib.among import Among
from sessions_log.enums import UpdateKind
from sessions_log.models import HomeUpdate, Mark, Release, Reply, Session, Sharing, Summary, TakenOut, UpdateEdit
from sessions_log.models.home import WORDS

PAGE = 20  # entries of a stream shown at once
KINDS = ("session", "summary", "update")  # of entries
TOLD = [name for name in WORDS if name not in {"kind", "body"}]  # of an update, besides what every line shows
EXCERPT = 240  # characters of a summary on its line of the stream


@dataclass(frozen=True)
class Entry:
    """One line of a child's stream. `kind`: session, summary or update. `item`: those columns of its row that the line
    shows. `words` (the update or its last edit), `answers`: an update's, as they stand now for the viewer."""

    kind: str
    moment: datetime
    id: UUID
    item: Any
    author_id: int
    words: Any = None
    answers: "Answers | None" = None

    @property
    def excerpt(self) -> str:
        """As much of a summary as its line shows."""
        return Truncator(self.item.body).chars(EXCERPT)

    @property
    def whole(self) -> bool:
        """Its line shows all of the summary: whoever finds it there has read it."""
        return self.kind == "summary" and self.excerpt == self.item.body

    @property
    def tag(self) -> str:
        """What an update is about, in a word, as it stands now for the viewer."""
        return str(UpdateKind(self.words.kind).label)


@dataclass(frozen=True)
class Answers:
    """What the team did with an update, for the team and its author; for anyone else there is none to see.

    `kinds`: of mark, by anyone; `mine`: by the viewer, and when first. `replied`: the team has written back.
    """

    kinds: frozenset[str] = frozenset()
    mine: frozenset[str] = frozenset()
    since: datetime | None = None
    replied: bool = False


def before(queryset: QuerySet[Any], cursor: tuple[datetime, UUID] | None, size: int = PAGE) -> QuerySet[Any]:
    """The page of a stream older than the cursor, newest first, one more than a page holds."""
    ordered = queryset.order_by("-shown_at", "-id")
    if cursor:
        at, key = cursor
        ordered = ordered.filter(Q(shown_at__lt=at) | Q(shown_at=at, id__lt=key))
    return ordered[: size + 1]


def summary_reached_me() -> Coalesce:
    """When a summary reached the viewer: when it was released to them, else when it was written."""
    to_me = Release.objects.filter(
        Release.standing_to_me(), summary=OuterRef("pk"), child_id=OuterRef("child_id")
    ).values("released_at")[:1]
    return Coalesce(to_me, "written_at")


def update_reached_me() -> Coalesce:
    """When an update reached the viewer: when it was shared with them, else when it was posted."""
    with_me = Sharing.objects.filter(
        Sharing.standing_to_me(), update=OuterRef("pk"), child_id=OuterRef("child_id")
    ).values("shared_at")[:1]
    return Coalesce(with_me, "posted_at")


def is_taken_out() -> Q:
    """The update was taken out, as far as the viewer may know."""
    return Q(TakenOut.known_of())


SUMMARY_AT = Compiled(Summary, summary_reached_me, DateTimeField())
UPDATE_AT = Compiled(HomeUpdate, update_reached_me, DateTimeField())
TAKEN_OUT = Compiled(HomeUpdate, is_taken_out)


def stream(
    child: Child,
    cursor: tuple[datetime, UUID] | None = None,
    *,
    kinds: Iterable[str] = KINDS,
    since: datetime | None = None,
    whole: bool = False,
) -> tuple[list[Entry], Entry | None]:
    """Sessions, summaries and updates of one child that the viewer may read, newest first, and the last entry of the page
    when there are older ones. A fixed number of queries, however much there is.

    What was released to or shared with the viewer stands where it reached them, not where it was written. `since`: nothing
    older. `whole`: ten pages at once with every word, to be printed.
    """
    found: list[Entry] = []
    size = 10 * PAGE if whole else PAGE
    for kind in kinds:
        rows, shown_at, author, shown = source(kind)
        shown = [*shown, *TOLD] if whole and kind == "update" else shown
        dated = rows.filter(child=child).annotate(shown_at=shown_at)
        if since is not None:
            dated = dated.filter(shown_at__gte=since)
        items = before(dated, cursor, size).values_list("pk", "shown_at", author, *shown, named=True)
        found += [Entry(kind, item.shown_at, item.pk, item, getattr(item, author)) for item in items]
    found.sort(key=lambda entry: (entry.moment, entry.id), reverse=True)
    page = found[:size]
    updates = [entry.item for entry in page if entry.kind == "update"]
    words, answered = current_words(updates), answers_to(updates)
    entries = [replace(entry, words=words.get(entry.id), answers=answered.get(entry.id)) for entry in page]
    return entries, entries[-1] if len(found) > size else None


def source(kind: str) -> tuple[QuerySet[Any], Any, str, list[str]]:
    """Where one kind of entry comes from: its rows, their moment for the viewer, their author, what a line shows."""
    match kind:
        case "session":
            return Session.objects.visible(), F("moment"), "therapist_id", ["held_at", "minutes"]
        case "summary":
            return Summary.objects.visible(), SUMMARY_AT, "author_id", ["body"]
        case _:
            rows = HomeUpdate.objects.visible().annotate(is_out=TAKEN_OUT)
            return rows, UPDATE_AT, "author_id", ["body", "kind", "is_out"]


def current_words(updates: list[Any]) -> dict[UUID, Any]:
    """The latest wording, whole, of those the viewer may read, of each update (its model, or a row with its `pk` and words):
    the update itself, or its last edit."""
    words: dict[UUID, Any] = {update.pk: update for update in updates}
    if words:
        edits = UpdateEdit.objects.visible().filter(Among("update_id", words, UUIDField()))
        last = edits.order_by("update_id", "-edited_at", "-pk").distinct("update_id")
        words |= {edit.update_id: edit for edit in last}
    return words


def is_standing() -> Q:
    """The mark is not taken back, as far as the viewer may know: who is quiet keeps what stood before."""
    later = Mark.objects.visible().filter(
        child_id=OuterRef("child_id"),
        update=OuterRef("update_id"),
        marked_by=OuterRef("marked_by_id"),
        kind=OuterRef("kind"),
        turn__gt=OuterRef("turn"),
    )
    return Q(Exact(F("turn") % 2, 0)) & ~Q(Exists(later))


def marks_standing() -> QuerySet[Mark]:
    """The marks that are not taken back, as far as the viewer may know."""
    made: QuerySet[Mark] = Mark.objects.visible().filter(Compiled(Mark, is_standing))
    return made


def my_last_marks(updates: Iterable[UUID], kind: str) -> dict[UUID, Mark]:
    """Update → the viewer's last mark of this kind on it, which may say that they took it back."""
    mine = Mark.objects.visible().filter(
        Among("update_id", list(updates), UUIDField()), marked_by=viewer().person_id, kind=kind
    )
    return {mark.update_id: mark for mark in mine.order_by("turn")}


def answers_to(updates: list[Any]) -> dict[UUID, Answers]:
    """What the team did with each update, as far as the viewer may know."""
    if not updates:
        return {}
    me, keys, marks = viewer().person_id, [update.pk for update in updates], defaultdict[UUID, list[Mark]](list)
    for mark in marks_standing().filter(Among("update_id", keys, UUIDField())):
        marks[mark.update_id].append(mark)
    replies = Reply.objects.visible().filter(Among("update_id", keys, UUIDField()), error_at__isnull=True)
    replied = set(replies.values_list("update_id", flat=True).distinct())
    return {
        key: Answers(
            kinds=frozenset(mark.kind for mark in marks[key]),
            mine=frozenset(mark.kind for mark in marks[key] if mark.marked_by_id == me),
            since=min((mark.marked_at for mark in marks[key] if mark.marked_by_id == me), default=None),
            replied=key in replied,
        )
        for key in keys
    }


def shared_with(update: HomeUpdate) -> list[int]:
    """Person numbers the update stands shared with, as far as the viewer may know."""
    return list(
        Sharing.objects.visible()
        .filter(update=update, withdrawn_at__isnull=True)
        .order_by("shared_at", "pk")
        .values_list("person_id", flat=True)
    )
