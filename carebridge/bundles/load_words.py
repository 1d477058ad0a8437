"""The words of the record as rows: sessions with their notes and summaries, updates from home."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from carebridge.bundles.format import PROCESS
from carebridge.bundles.rows import WAITING, Rows
from carebridge.bundles.shape import CHILD, Item
from carebridge.bundles.word_rules import answers, is_late, marks_in_order, went_by
from sessions_log.actions.notes import sections_hash
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
from sessions_log.models.home import WORDS

Placed = dict[str, Any]  # the columns practice and child


def given(item: Item, *names: str) -> dict[str, Any]:
    """The fields of these names that are in the file; the others have their column's default."""
    return {name: item[name] for name in names if name in item}


# --- Sessions ---------------------------------------------------------------------------------------------------------


def add_sessions(sessions: list[Item], rows: Rows) -> None:
    """Every session with what hangs on it, some thousand rows at a time."""
    for item in sessions:
        add_session(item, rows)
        rows.settle(limit=WAITING)


def add_session(item: Item, rows: Rows) -> None:
    """The facts, who attended, the record, notes and summaries."""
    placed, error = rows.about(item), rows.in_error(item)
    therapist = rows.person(item, "therapist")
    session = Session(
        **placed,
        **error,
        **given(item, "held_at", "logged_at", "minutes"),
        therapist_id=therapist,
        moment=max(item["held_at"], item["logged_at"]),
    )
    rows.sessions[item["ref"]] = session.pk
    rows.add(session)
    for who in item.get("attended", []):
        rows.add(
            Attendance(
                **placed,
                session=session,
                person_id=None if who == CHILD else rows.people[who],
                logged_by_id=therapist,
                moment=session.moment,
                error_at=session.error_at,
            )
        )
    if "record" in item:
        record = item["record"]
        texts = given(record, "techniques", "themes", "affect", "engagement", "setting", "child_words", "child_choices")
        rows.add(SessionRecord(**placed, **rows.in_error(record), **texts, session=session, author_id=therapist))
    for note in item.get("notes", []):
        if note["kind"] == PROCESS:
            add_process_note(note, session, placed, rows)
        else:
            add_progress_note(note, session, placed, rows)
    for summary in item.get("summaries", []):
        add_summary(summary, session, placed, rows)


def add_process_note(item: Item, session: Session, placed: Placed, rows: Rows) -> None:
    """A process note."""
    rows.add(
        ProcessNote(
            **placed,
            **rows.in_error(item),
            session=session,
            author_id=rows.person(item, "author"),
            body=item["body"],
            written_at=item["written_at"],
            changed_at=item.get("changed_at", item["written_at"]),
        )
    )


def add_progress_note(item: Item, session: Session, placed: Placed, rows: Rows) -> None:
    """A draft or a signed note, hashed as signing it on a page does, with what was decided about its readers."""
    note = ProgressNote(
        **placed,
        **rows.in_error(item),
        **given(item, "template", "template_name", "body", "sections", "written_at", "signed_at"),
        session=session,
        author_id=rows.person(item, "author"),
        changed_at=item.get("changed_at", item["written_at"]),
    )
    if note.signed_at:
        note.signed_sha256 = item.get("signed_sha256", sections_hash(note))
        note.late = item.get("late", is_late(session.held_at, note.signed_at, rows.due))
    rows.add(note)
    for addendum in item.get("addenda", []):
        author = rows.person(addendum, "author")
        rows.add(
            Addendum(
                **placed,
                **rows.in_error(addendum),
                note=note,
                author_id=author,
                body=addendum["body"],
                added_at=addendum["at"],
            )
        )
    for offer in item.get("offered_to", []):
        add_offer(offer, note, placed, rows)
    for withheld in item.get("withheld_from", []):
        rows.add(
            Withholding(
                **placed,
                note=note,
                person_id=rows.person(withheld, "person"),
                reason=withheld["reason"],
                withheld_by_id=rows.person(withheld, "by"),
                withheld_at=withheld["at"],
            )
        )
    for opened in item.get("opened_to", []):
        reader, by = rows.person(opened, "person"), rows.person(opened, "by")
        rows.add(Opening(**placed, note=note, person_id=reader, opened_by_id=by, opened_at=opened["at"]))


def add_offer(item: Item, note: ProgressNote, placed: Placed, rows: Rows) -> None:
    """A draft offered for co-signing, by its author unless the file says otherwise, and its answer."""
    offer = NoteOffer(
        **placed,
        **given(item, "withdrawn_at"),
        note=note,
        offered_by_id=rows.person(item, "by") or note.author_id,
        person_id=rows.person(item, "person"),
        offered_at=item["at"],
    )
    rows.add(offer)
    if answer := item.get("answer"):
        rows.add(
            CoSignature(
                **placed,
                **given(answer, "kind", "words"),
                offer=offer,
                note=note,
                person_id=offer.person_id,
                sha256=answer.get("sha256", sections_hash(note)),
                acted_at=answer["at"],
            )
        )


def add_summary(item: Item, session: Session, placed: Placed, rows: Rows) -> None:
    """A summary with what the child said about it and its releases, by its author unless the file says otherwise.

    The database holds a release to the last answer there is when it asks: those given after a release come in later turns.
    """
    summary = Summary(
        **placed,
        **rows.in_error(item),
        **given(item, "body", "written_at"),
        session=session,
        author_id=rows.person(item, "author"),
        changed_at=item.get("changed_at", item["written_at"]),
    )
    rows.add(summary)
    said, releases = answers(item), item.get("releases", [])
    went = [went_by(said, released) for released in releases]
    first = min(went, default=len(said))
    before = None
    for number, answer in enumerate(said):
        before = wish(answer, summary, before, placed, rows)
        rows.add_in_turn(max(0, number - first), before)
    for number, released in zip(went, releases, strict=True):
        rows.add_in_turn(number - first, *release(released, summary, placed, rows))


def wish(item: Item, summary: Summary, before: Wish | None, placed: Placed, rows: Rows) -> Wish:
    """One answer of the child's, in the place of the one before."""
    return Wish(
        **placed,
        **given(item, "asked_at"),
        summary=summary,
        replaces=before,
        kind=item["child_wish"],
        not_to=[rows.people[ref] for ref in item.get("not_to", [])],
        recorded_by_id=rows.person(item, "by"),
        recorded_at=item["at"],
        error_at=summary.error_at,
    )


def release(item: Item, summary: Summary, placed: Placed, rows: Rows) -> Iterator[Model]:
    """One reader's access, when they read, and why it went against the wish."""
    made = Release(
        **placed,
        **given(item, "withdrawn_at"),
        summary=summary,
        recipient_id=rows.person(item, "to"),
        released_by_id=rows.person(item, "by") or summary.author_id,
        withdrawn_by_id=rows.person(item, "withdrawn_by"),
        released_at=item["at"],
        error_at=summary.error_at,
    )
    yield made
    if "read_at" in item:
        yield Reading(**placed, release=made, reader_id=made.recipient_id, read_at=item["read_at"])
    if override := item.get("override"):
        yield Override(**placed, **given(override, "ground", "explanation"), release=made)


# --- Home -------------------------------------------------------------------------------------------------------------


def add_updates(updates: list[Item], rows: Rows) -> None:
    """Every update from home with what hangs on it, some thousand rows at a time."""
    for item in updates:
        add_update(item, rows)
        rows.settle(limit=WAITING)


def add_update(item: Item, rows: Rows) -> None:
    """An update as first posted, its later wordings, who reads it, and the team's answers."""
    placed = rows.about(item)
    texts = given(
        item, "kind", "body", "where", "antecedent", "behaviour", "consequence", "helped", "intensity", "observed_at",
        "posted_at",
    )  # fmt: skip
    update = HomeUpdate(**placed, **texts, author_id=rows.person(item, "author"))
    rows.add(update)
    for error in [*([item["entered_in_error"]] if "entered_in_error" in item else []), *item.get("also_in_error", [])]:
        by = rows.person(error, "by")
        rows.add(TakenOut(**placed, update=update, taken_by_id=by, taken_at=error["at"], reason=error["reason"]))
    for edit in item.get("edits", []):
        kept = WORDS if "observed_at" not in edit else ["kind"]
        words = {name: getattr(update, name) for name in kept}
        words |= given(edit, *WORDS)
        rows.add(UpdateEdit(**placed, **words, update=update, edited_at=edit["at"]))
    for sharing in item.get("shared_with", []):
        rows.add(
            Sharing(
                **placed,
                **given(sharing, "withdrawn_at"),
                update=update,
                shared_by_id=update.author_id,
                person_id=rows.person(sharing, "person"),
                posted_at=update.posted_at,
                shared_at=sharing["at"],
            )
        )
    for reply in item.get("replies", []):
        author = rows.person(reply, "author")
        rows.add(
            Reply(
                **placed,
                **rows.in_error(reply),
                update=update,
                author_id=author,
                body=reply["body"],
                posted_at=reply["at"],
            )
        )
    turns: Counter[tuple[str, str]] = Counter()
    for mark in marks_in_order(item):
        made = {**placed, "update": update, "marked_by_id": rows.person(mark, "by"), "kind": mark["kind"]}
        turn = turns[mark["by"], mark["kind"]]
        session = rows.sessions[mark["session"]] if "session" in mark else None
        rows.add(Mark(**made, session_id=session, marked_at=mark["at"], turn=turn))
        if "withdrawn_at" in mark:
            rows.add(Mark(**made, marked_at=mark["withdrawn_at"], turn=turn + 1))
        turns[mark["by"], mark["kind"]] += 2
