"""Search in one child's record over what the viewer may read, in English and in Spanish.

Row security keeps full-text indexes from being used (a matching operator could leak what it is asked about), so a search is
bounded by child and time and reads the viewer's rows alone. Words are found by their stem in either language. A snippet is
cut from the very row that was found, hence from text the viewer may read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, F, Func, OuterRef, Q, QuerySet, TextField, UUIDField, When
from django.db.models import Value as V
from django.db.models.functions import Coalesce

from accounts.models import Child
from accounts.visibility import Compiled
from carebridge.lib.among import Among
from sessions_log.models import (
    Addendum,
    HomeUpdate,
    ProcessNote,
    ProgressNote,
    Reply,
    SessionRecord,
    Summary,
    TakenOut,
    UpdateEdit,
)
from sessions_log.models.home import WORDS
from sessions_log.reads import PAGE, SUMMARY_AT, UPDATE_AT, before

LANGUAGES = ("english", "spanish")  # whose stems are known
OPEN, CLOSE = "\x02", "\x03"  # around a word found; taken out of the text before it is cut
CUT = f'StartSel="{OPEN}", StopSel="{CLOSE}", MaxWords=28, MinWords=12, MaxFragments=2, FragmentDelimiter=" … "'
TOLD = [name for name in WORDS if name not in {"kind", "intensity", "observed_at"}]


@dataclass(frozen=True)
class Hit:
    """One text found. `kind`: what it is; `item`: id of the item whose page it stands on; `id`: of its own row. `snippet`:
    pieces of the text, each with whether it is a word found."""

    kind: str
    moment: datetime
    id: UUID
    item: UUID
    author_id: int
    snippet: list[tuple[str, bool]]


# --- Where texts are ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """Rows of one kind with the moment at which they stand, the item they belong to, their author, and their text."""

    kind: str
    rows: QuerySet[Any]
    moment: Any
    item: str
    author: str
    text: Any


def joined(*parts: Any) -> Func:
    """Texts one after the other, each on a line of its own."""
    return Func(V("\n"), *parts, function="concat_ws", output_field=TextField())


def listed(column: str) -> Func:
    """The words of a list."""
    return Func(F(column), V(", "), function="array_to_string", output_field=TextField())


def sections() -> Func:
    """The texts of a note's sections, without their headings."""
    read = "(SELECT string_agg(part ->> 1, E'\\n') FROM jsonb_array_elements(%(expressions)s) part)"
    return Func(F("sections"), template=read, output_field=TextField())


def record_text() -> Func:
    """What a session's record says."""
    return joined("setting", listed("techniques"), listed("themes"), "affect", "child_words", "child_choices")


def note_text() -> Func:
    """What a progress note says."""
    return joined("body", sections())


def told_text() -> Func:
    """What an update, or a later wording of it, says."""
    return joined(*TOLD)


# An update is found by the words that stand for the viewer, as on every page.


def is_first_wording() -> Q:
    """The update stands in the words it was posted with."""
    edited = UpdateEdit.objects.visible().filter(update_id=OuterRef("pk"), child_id=OuterRef("child_id"))
    return ~Q(Exists(edited)) & ~Q(TakenOut.known_of())


def is_last_wording() -> Q:
    """The update stands in these words, written later."""
    later = UpdateEdit.objects.visible().filter(update_id=OuterRef("update_id"), child_id=OuterRef("child_id"))
    later = later.filter(
        Q(edited_at__gt=OuterRef("edited_at")) | Q(edited_at=OuterRef("edited_at"), pk__gt=OuterRef("pk"))
    )
    return ~Q(Exists(later)) & ~Q(TakenOut.known_of("update_id"))


RECORD = Compiled(SessionRecord, record_text, TextField())
NOTE = Compiled(ProgressNote, note_text, TextField())
FIRST, LAST = Compiled(HomeUpdate, told_text, TextField()), Compiled(UpdateEdit, told_text, TextField())


def sources(child: Child) -> Iterator[Source]:
    """Everything that is searched. Items entered in error are found by nobody; mandated reports are no part of it."""
    right = {"child": child, "error_at__isnull": True}
    records = SessionRecord.objects.visible().filter(**right)
    yield Source("record", records, F("session__moment"), "session_id", "author_id", RECORD)
    notes = ProgressNote.objects.visible().filter(**right)
    yield Source("note", notes, Coalesce("signed_at", "written_at"), "pk", "author_id", NOTE)
    added = Addendum.objects.visible().filter(**right)
    yield Source("addendum", added, F("added_at"), "note_id", "author_id", F("body"))
    mine = ProcessNote.objects.visible().filter(**right)
    yield Source("process_note", mine, F("written_at"), "pk", "author_id", F("body"))
    yield Source("summary", Summary.objects.visible().filter(**right), SUMMARY_AT, "pk", "author_id", F("body"))
    posted = HomeUpdate.objects.visible().filter(Compiled(HomeUpdate, is_first_wording), child=child)
    yield Source("update", posted, UPDATE_AT, "pk", "author_id", FIRST)
    edits = UpdateEdit.objects.visible().filter(Compiled(UpdateEdit, is_last_wording), child=child)
    yield Source("update", edits, F("edited_at"), "update_id", "update__author_id", LAST)
    replies = Reply.objects.visible().filter(**right)
    yield Source("reply", replies, F("posted_at"), "update_id", "author_id", F("body"))


# --- Finding words --------------------------------------------------------------------------------------------------------


def matches(text: Any, words: str, language: str) -> Func:
    """The text holds the words asked for, by the stems of one language."""
    return Func(
        text,
        V(words),
        template=f"to_tsvector('{language}', %(expressions)s)",
        arg_joiner=f") @@ websearch_to_tsquery('{language}', ",
        output_field=BooleanField(),
    )


def cut(text: Any, words: str, language: str) -> Func:
    """A few words around each word found."""
    plain = Func(text, V(OPEN + CLOSE), V(""), function="translate")
    return Func(
        plain,
        V(words),
        template=f"ts_headline('{language}', %(expressions)s), '{CUT}')",
        arg_joiner=f", websearch_to_tsquery('{language}', ",
        output_field=TextField(),
    )


def pieces(snippet: str) -> list[tuple[str, bool]]:
    """The snippet in pieces, each with whether it is a word found."""
    found = []
    for number, part in enumerate(snippet.replace(CLOSE, OPEN).split(OPEN)):
        if part:
            found.append((part, number % 2 == 1))
    return found


def shown_whole(hits: list[Hit]) -> list[UUID]:
    """The summaries whose snippet is all there is of them: whoever finds one has read it."""
    told = {hit.item: "".join(text for text, _ in hit.snippet).split() for hit in hits if hit.kind == "summary"}
    bodies = Summary.objects.visible().filter(Among("id", told, UUIDField())).values_list("pk", "body")
    return [pk for pk, body in bodies if body.split() == told[pk]]


def search(
    child: Child, words: str, since: datetime, cursor: tuple[datetime, UUID] | None = None
) -> tuple[list[Hit], Hit | None]:
    """Texts about the child that the viewer may read and that hold the words, newest first, from `since` on; and the last
    one of the page when there are older ones. A fixed number of queries."""
    english, spanish = LANGUAGES
    found: list[Hit] = []
    for source in sources(child):
        in_english, in_spanish = (matches(source.text, words, language) for language in LANGUAGES)
        snippet = Case(
            When(in_english, then=cut(source.text, words, english)), default=cut(source.text, words, spanish)
        )
        rows = source.rows.annotate(shown_at=source.moment).filter(Q(in_english) | Q(in_spanish), shown_at__gte=since)
        page = before(rows, cursor).values_list("pk", "shown_at", source.item, source.author, snippet)
        found += [Hit(source.kind, at, pk, item, author, pieces(text)) for pk, at, item, author, text in page]
    found.sort(key=lambda hit: (hit.moment, hit.id), reverse=True)
    return found[:PAGE], found[PAGE - 1] if len(found) > PAGE else None
