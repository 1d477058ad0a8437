"""The words of the record as items of a bundle: sessions with their notes and summaries, updates from home.

Told some at a time, since a practice of many years does not fit into memory.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from carebridge.bundles.format import PROCESS, PROGRESS
from carebridge.bundles.shape import CHILD, shown
from carebridge.bundles.telling import CHUNK, NotTold, Telling, Told, chunks, item, ordered
from carebridge.bundles.word_rules import is_late
from sessions_log.actions.notes import sections_hash
from sessions_log.enums import WishKind
from sessions_log.models import (
    Addendum,
    Attendance,
    CoSignature,
    HomeUpdate,
    Mark,
    NoteOffer,
    Opening,
    Override,
    ProcessNote,
    ProgressNote,
    Reading,
    Release,
    Reply,
    Session,
    SessionRecord,
    Sharing,
    Summary,
    TakenOut,
    UpdateEdit,
    Wish,
    Withholding,
)

# model → id of what it hangs on → rows
type Hung = dict[type[Any], dict[Any, list[Any]]]


def in_error(telling: Telling, row: Any) -> Told:
    """Who entered an item in error, when, why."""
    if row.error_at is None:
        return {}
    must(row.error_by_id is not None, row, "entered in error by nobody")
    by = telling.people[row.error_by_id]
    return {"entered_in_error": item({"by": by, "at": row.error_at, "reason": row.error_reason})}


def unless(value: Any, default: Any) -> Any:
    """The value, or None when it is what its absence means."""
    return None if value == default else value


def must(holds: bool, row: Any, why: str) -> None:
    """Raise NotTold, without a word of the row, for what no page does and no bundle has place for."""
    if not holds:
        raise NotTold(f"{type(row).__name__} {row.pk}: {why}.")


# --- Sessions ---------------------------------------------------------------------------------------------------------


def facts(row: Session) -> tuple[int, datetime, datetime, int]:
    """By what sessions are put in order."""
    return row.child_id, row.held_at, row.logged_at, row.therapist_id


def sessions(telling: Telling) -> Iterator[Told]:
    """Every session with what hangs on it: child by child, from the first one on."""
    marks = telling.of(Mark).exclude(session=None)
    telling.marked = dict.fromkeys(marks.values_list("session_id", flat=True).distinct(), "")
    rows = telling.of(Session).order_by("child_id", "held_at", "logged_at", "therapist_id")
    for chunk in chunks(rows.iterator(chunk_size=CHUNK), facts):
        telling.counts["Session"] += len(chunk)
        hung = hanging_on_sessions(telling, chunk)
        told = [(facts(row), session(telling, row, hung), row.pk) for row in chunk]
        for _, found, key in sorted(told, key=lambda each: (each[0], json.dumps(each[1]))):
            number(telling, found)
            if key in telling.marked:
                telling.marked[key] = found["ref"]
            yield found


def number(telling: Telling, found: Told) -> None:
    """Put refs where they are wanted, now that the order is known."""
    found["ref"] = telling.ref("session")
    for note in found.get("notes", []):
        note["ref"] = telling.ref("note")
    for summary in found.get("summaries", []):
        summary["ref"] = telling.ref("summary")


def hanging_on_sessions(telling: Telling, chunk: list[Session]) -> Hung:
    """Everything that hangs on these sessions, however deep."""
    hung: Hung = {}
    add(telling, hung, "session_id", chunk, Attendance, SessionRecord, ProgressNote, ProcessNote, Summary)
    add(telling, hung, "note_id", flat(hung[ProgressNote]), Addendum, NoteOffer, CoSignature, Withholding, Opening)
    add(telling, hung, "summary_id", flat(hung[Summary]), Wish, Release)
    add(telling, hung, "release_id", flat(hung[Release]), Reading, Override)
    return hung


def add(telling: Telling, hung: Hung, column: str, holders: list[Any], *kinds: type[Any]) -> None:
    """What hangs on these rows by this column."""
    keys = [row.pk for row in holders]
    for model in kinds:
        hung[model] = telling.hanging(model, column, keys)


def flat(rows: dict[Any, list[Any]]) -> list[Any]:
    """All of them."""
    return [row for each in rows.values() for row in each]


def session(telling: Telling, row: Session, hung: Hung) -> Told:
    """The facts, who attended, the record, notes and summaries."""
    notes = [
        *(progress_note(telling, note, row, hung) for note in hung[ProgressNote][row.pk]),
        *(process_note(telling, note) for note in hung[ProcessNote][row.pk]),
    ]
    return item({
        "ref": "",
        "child": telling.child(row),
        "therapist": telling.people[row.therapist_id],
        "held_at": row.held_at,
        "logged_at": row.logged_at,
        "minutes": row.minutes,
        "attended?": attended(telling, row, hung[Attendance][row.pk]),
        **record(telling, row, hung[SessionRecord][row.pk]),
        "notes?": ordered(notes, "written_at"),
        "summaries?": ordered((summary(telling, each, hung) for each in hung[Summary][row.pk]), "written_at"),
        **in_error(telling, row),
    })  # fmt: skip


def attended(telling: Telling, row: Session, rows: list[Attendance]) -> list[str]:
    """The child first, then the others."""
    for each in rows:
        must(each.logged_by_id == row.therapist_id, each, "attendance logged by someone else than the therapist")
        must(each.error_at == row.error_at, each, "attendance in error and its session not, or the other way round")
    numbers = sorted(each.person_id or 0 for each in rows)
    return [telling.people[number] if number else CHILD for number in numbers]


def record(telling: Telling, row: Session, rows: list[SessionRecord]) -> Told:
    """The clinical record, if one was made, even where nothing stands in it."""
    if not rows:
        return {}
    (found,) = rows
    must(found.author_id == row.therapist_id, found, "a record by someone else than the session's therapist")
    texts = ("techniques", "themes", "affect", "engagement", "setting", "child_words", "child_choices")
    return {"record": item({f"{name}?": getattr(found, name) for name in texts} | in_error(telling, found))}


# --- Notes ------------------------------------------------------------------------------------------------------------


def progress_note(telling: Telling, row: ProgressNote, of: Session, hung: Hung) -> Told:
    """A draft or a signed note, with what was decided about its readers."""
    must(not (row.body and row.sections), row, "a note with both a text and sections")
    text = {"sections": sections(row.sections)} if row.sections else {"body": row.body}
    return item({
        "ref": "",
        "kind": PROGRESS,
        "template": row.template,
        "template_name?": row.template_name,
        "author": telling.people[row.author_id],
        **text,
        "written_at": row.written_at,
        "changed_at?": unless(row.changed_at, row.written_at),
        **signature(telling, row, of),
        **readers(telling, row, hung),
        "addenda?": ordered(
            item({
                "author": telling.people[each.author_id],
                "body": each.body,
                "at": each.added_at,
                **in_error(telling, each),
            })
            for each in hung[Addendum][row.pk]
        ),
        **in_error(telling, row),
    })  # fmt: skip


def signature(telling: Telling, row: ProgressNote, of: Session) -> Told:
    """When it was signed; whether late and with which hash only where that does not follow from the rest."""
    if not row.signed_at:
        return {}
    late = is_late(of.held_at, row.signed_at, telling.practice.notes_due_hours)
    own = sections_hash(row)
    return {
        "signed_at": row.signed_at,
        **({"late": row.late} if row.late != late else {}),
        **({"signed_sha256": row.signed_sha256} if row.signed_sha256 != own else {}),
    }


def sections(pairs: list[list[str]]) -> Any:
    """name → text in order; where a name cannot be a key, or stands twice, a list."""
    names = [name for name, _ in pairs]
    if len(set(names)) == len(names) and all(name.strip() and shown(name) for name in names):
        return dict(pairs)
    return [{"name": name, "text": text} for name, text in pairs]


def readers(telling: Telling, note: ProgressNote, hung: Hung) -> Told:
    """To whom a note was offered, from whom it is withheld, to whom it was opened."""
    answers = {row.offer_id: row for row in hung[CoSignature][note.pk]}
    withheld = (
        item({
            "person": telling.people[row.person_id],
            "reason": row.reason,
            "by": telling.people[row.withheld_by_id],
            "at": row.withheld_at,
        })
        for row in hung[Withholding][note.pk]
    )  # fmt: skip
    opened = (
        item({"person": telling.people[row.person_id], "by": telling.people[row.opened_by_id], "at": row.opened_at})
        for row in hung[Opening][note.pk]
    )
    return {
        "offered_to?": ordered(offer(telling, row, note, answers.get(row.pk)) for row in hung[NoteOffer][note.pk]),
        "withheld_from?": ordered(withheld),
        "opened_to?": ordered(opened),
    }


def offer(telling: Telling, row: NoteOffer, note: ProgressNote, answer: CoSignature | None) -> Told:
    """An offer to co-sign, taken back perhaps, and its answer."""
    answered = answer and item({
        "kind": answer.kind,
        "words?": answer.words,
        "at": answer.acted_at,
        **({"sha256": answer.sha256} if answer.sha256 != sections_hash(note) else {}),
    })  # fmt: skip
    return item({
        "person": telling.people[row.person_id],
        "by?": unless(telling.people[row.offered_by_id], telling.people[note.author_id]),
        "at": row.offered_at,
        "withdrawn_at?": row.withdrawn_at,
        "answer?": answered,
    })  # fmt: skip


def process_note(telling: Telling, row: ProcessNote) -> Told:
    """A process note that was asked for."""
    return item({
        "ref": "",
        "kind": PROCESS,
        "author": telling.people[row.author_id],
        "body": row.body,
        "written_at": row.written_at,
        "changed_at?": unless(row.changed_at, row.written_at),
        **in_error(telling, row),
    })  # fmt: skip


# --- Summaries --------------------------------------------------------------------------------------------------------


def summary(telling: Telling, row: Summary, hung: Hung) -> Told:
    """A summary with all the child said about it and its releases. No wish is told as "not asked", which is the same."""
    not_asked = Wish(kind=WishKind.NOT_ASKED, recorded_by_id=row.author_id, recorded_at=row.written_at)
    *earlier, last = in_line(hung[Wish][row.pk]) or [not_asked]
    for each in hung[Wish][row.pk]:
        must(each.error_at == row.error_at, row, "a wish in error and its summary not, or the other way round")
    at_once = item({"by": telling.people[row.author_id], "at": row.written_at})
    return item({
        "ref": "",
        "author": telling.people[row.author_id],
        "body": row.body,
        "written_at": row.written_at,
        "changed_at?": unless(row.changed_at, row.written_at),
        **said(telling, last),
        "wish_recorded?": unless(recorded(telling, last), at_once),
        "earlier_wishes?": [item(said(telling, each) | recorded(telling, each)) for each in earlier],
        "releases?": ordered(release(telling, each, row, hung) for each in hung[Release][row.pk]),
        **in_error(telling, row),
    })  # fmt: skip


def in_line(wishes: list[Wish]) -> list[Wish]:
    """The answers, each after the one it replaces."""
    after = {row.replaces_id: row for row in wishes}
    line: list[Wish] = []
    while (following := after.get(line[-1].pk if line else None)) is not None:
        line.append(following)
    return line


def said(telling: Telling, row: Wish) -> Told:
    """One answer of the child's."""
    not_to = [telling.people[number] for number in sorted(row.not_to)]
    return {"child_wish": row.kind, "not_to?": not_to, "asked_at?": row.asked_at}


def recorded(telling: Telling, row: Wish) -> Told:
    """By whom and when an answer was written down."""
    return item({"by": telling.people[row.recorded_by_id], "at": row.recorded_at})


def release(telling: Telling, row: Release, of: Summary, hung: Hung) -> Told:
    """One reader's access: read, withdrawn, overridden."""
    must(row.error_at == of.error_at, row, "a release in error and its summary not, or the other way round")
    reading = next(iter(hung[Reading][row.pk]), None)
    override = next(iter(hung[Override][row.pk]), None)
    return item({
        "to": telling.people[row.recipient_id],
        "by?": unless(telling.people[row.released_by_id], telling.people[of.author_id]),
        "at": row.released_at,
        "read_at?": reading and reading.read_at,
        "withdrawn_at?": row.withdrawn_at,
        "withdrawn_by?": row.withdrawn_by_id and telling.people[row.withdrawn_by_id],
        "override?": override and {"ground": override.ground, "explanation": override.explanation},
    })  # fmt: skip


# --- Home -------------------------------------------------------------------------------------------------------------


def posting(row: HomeUpdate) -> tuple[int, datetime, int, str]:
    """By what updates are put in order."""
    return row.child_id, row.posted_at, row.author_id, row.kind


def home_updates(telling: Telling) -> Iterator[Told]:
    """Every update with what hangs on it: child by child, from the first one on."""
    rows = telling.of(HomeUpdate).order_by("child_id", "posted_at", "author_id", "kind")
    for chunk in chunks(rows.iterator(chunk_size=CHUNK), posting):
        telling.counts["HomeUpdate"] += len(chunk)
        hung: Hung = {}
        add(telling, hung, "update_id", chunk, UpdateEdit, Sharing, Reply, Mark, TakenOut)
        told = [(posting(row), home_update(telling, row, hung)) for row in chunk]
        for _, found in sorted(told, key=lambda each: (each[0], json.dumps(each[1]))):
            found["ref"] = telling.ref("update")
            yield found


def home_update(telling: Telling, row: HomeUpdate, hung: Hung) -> Told:
    """An update as first posted, its later wordings, who reads it, and the team's answers."""
    return item({
        "ref": "",
        "child": telling.child(row),
        "author": telling.people[row.author_id],
        "posted_at": row.posted_at,
        "kind": row.kind,
        **words(row),
        "shared_with?": ordered(
            item({
                "person": telling.people[each.person_id],
                "at": each.shared_at,
                "withdrawn_at?": each.withdrawn_at,
            })
            for each in hung[Sharing][row.pk]
        ),
        "marks?": ordered(marks(telling, hung[Mark][row.pk])),
        "edits?": ordered(
            item({"at": each.edited_at, "kind?": unless(each.kind, row.kind), **words(each)})
            for each in hung[UpdateEdit][row.pk]
        ),
        "replies?": ordered(
            item({
                "author": telling.people[each.author_id],
                "body": each.body,
                "at": each.posted_at,
                **in_error(telling, each),
            })
            for each in hung[Reply][row.pk]
        ),
        **taken_out(telling, hung[TakenOut][row.pk]),
    })  # fmt: skip


def taken_out(telling: Telling, rows: list[TakenOut]) -> Told:
    """Who entered an update in error, when, why: the first, and the others."""
    errors = ordered(
        item({"by": telling.people[row.taken_by_id], "at": row.taken_at, "reason": row.reason}) for row in rows
    )
    return {"entered_in_error?": errors[:1] and errors[0], "also_in_error?": errors[1:]}


def words(row: HomeUpdate | UpdateEdit) -> Told:
    """All that one wording tells beside its kind."""
    return {
        "observed_at": row.observed_at,
        "body": row.body,
        "where?": row.where,
        "antecedent?": row.antecedent,
        "behaviour?": row.behaviour,
        "consequence?": row.consequence,
        "helped?": row.helped,
        "intensity?": row.intensity,
    }


def marks(telling: Telling, rows: list[Mark]) -> Iterator[Told]:
    """What the team did with an update: each mark with when it was taken back, if it was."""
    turns = {(row.marked_by_id, row.kind, row.turn): row for row in rows}
    for (by, kind, turn), row in turns.items():
        must(turn == 0 or (by, kind, turn - 1) in turns, row, "a mark without the one before it")
        if row.taken_back:
            must(row.session_id is None, row, "taken back in a session")
            continue
        back = turns.get((by, kind, turn + 1))
        yield item({
            "by": telling.people[by],
            "at": row.marked_at,
            "kind": kind,
            "session?": telling.marked[row.session_id] if row.session_id else None,
            "withdrawn_at?": back and back.marked_at,
        })  # fmt: skip
