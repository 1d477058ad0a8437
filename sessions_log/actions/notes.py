"""Writing, signing and adding to notes."""

import hashlib
import json
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.actions.once import insert_once
from accounts.models import Child
from accounts.visibility import viewer
from sessions_log.models import Addendum, ProcessNote, ProgressNote, Session
from sessions_log.note_reads import Layout, offer_of


class Stale(Exception):
    """Someone, perhaps the same person in another window, changed the text after this form was opened."""


class Offered(Exception):
    """The draft waits for a co-signature: its author takes it back before signing alone or offering it again."""


def sections_hash(note: ProgressNote) -> str:
    """SHA-256 of the text as signed, for the note and its audit row (security.md, Audit)."""
    text = json.dumps([note.template, note.body, note.sections], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def start_note(
    *, child: Child, session: Session, layout: Layout, body: str, sections: list[list[str]], form_key: UUID
) -> ProgressNote:
    """A draft of the viewer's own. A form sent twice makes one."""
    me = viewer()
    note, fresh = insert_once(
        ProgressNote(
            practice_id=child.practice_id, child=child, session=session, author_id=me.person_id,
            template=layout.template, template_name=layout.own_name, body=body, sections=sections, written_at=me.moment,
            changed_at=me.moment, form_key=form_key,
        ),
        author="author_id",
    )  # fmt: skip
    if fresh:
        audit.record("note_started", child=child, shown=[note.pk])
    return note


@transaction.atomic
def change_note(
    *,
    child: Child,
    note: ProgressNote,
    layout: Layout,
    body: str,
    sections: list[list[str]],
    seen: datetime | None,
    by_hand: bool = True,
) -> datetime:
    """Replace a draft's text and template, if it still is what the writer saw (`seen`: its `changed_at`), or says the same
    already: an answer may have been lost on its way. Returns the new `changed_at`. Raises Stale.

    `by_hand`: someone pressed a button, which the trail keeps. A save after each pause of typing writes no audit row: dozens
    for one note would bury the reads and releases that people look for there. Who opened the draft to write, and when, is in
    the trail all the same (note_read), and so is what it became (note_signed, with the text's hash).
    """
    values = {
        "template": layout.template, "template_name": layout.own_name, "body": body, "sections": sections,
    }  # fmt: skip
    drafts = ProgressNote.objects.visible().filter(pk=note.pk, signed_at__isnull=True, author_id=viewer().person_id)
    saved: datetime | None = drafts.filter(**values).values_list("changed_at", flat=True).first()
    moment = later_than(note.changed_at)
    if saved is None:
        still = ProgressNote.objects.filter(pk=note.pk, signed_at__isnull=True, changed_at=seen or moment)
        if not still.update(**values, changed_at=moment):
            raise Stale
    if by_hand:
        audit.record("note_changed", child=child, shown=[note.pk])
    return saved or moment


def later_than(before: datetime) -> datetime:
    """The viewer's moment, or one just after the version before: two saves never bear the same version."""
    return max(viewer().moment, before + timedelta(microseconds=1))


def is_late(note: ProgressNote, child: Child) -> bool:
    """Whether a signature now comes later than the practice allows. `note` with its session."""
    return viewer().moment > note.session.held_at + timedelta(hours=child.practice.notes_due_hours)


@transaction.atomic
def sign_note(*, child: Child, note: ProgressNote) -> ProgressNote:
    """Sign a draft as it stands; from now on it never changes.

    Raises Stale when it is signed or changed already, Offered while it waits for a co-signature.
    """
    if offer_of(note) is not None:
        raise Offered
    return put_signature(child=child, note=note)


def put_signature(*, child: Child, note: ProgressNote) -> ProgressNote:
    """The signature itself, in the viewer's name; late when it is. Raises Stale. For actions, inside their transaction."""
    moment, sha256, late = viewer().moment, sections_hash(note), is_late(note, child)
    unchanged = ProgressNote.objects.filter(pk=note.pk, signed_at__isnull=True, changed_at=note.changed_at)
    if not unchanged.update(signed_at=moment, signed_sha256=sha256, late=late):
        raise Stale
    audit.record("note_signed", child=child, shown=[note.pk], data={"sha256": sha256, "late": late})
    note.signed_at, note.signed_sha256, note.late = moment, sha256, late
    return note


@transaction.atomic
def add_addendum(*, child: Child, note: ProgressNote, body: str, form_key: UUID) -> Addendum:
    """Add to a signed note, in the viewer's name."""
    me = viewer()
    addendum, fresh = insert_once(
        Addendum(
            practice_id=child.practice_id, child=child, note=note, author_id=me.person_id, body=body,
            added_at=me.moment, form_key=form_key,
        ),
        author="author_id",
    )  # fmt: skip
    if fresh:
        audit.record("addendum_added", child=child, shown=[note.pk, addendum.pk])
    return addendum


@transaction.atomic
def start_process_note(*, child: Child, session: Session, body: str, form_key: UUID) -> ProcessNote:
    """A process note: the viewer's alone."""
    me = viewer()
    note, fresh = insert_once(
        ProcessNote(
            practice_id=child.practice_id, child=child, session=session, author_id=me.person_id, body=body,
            written_at=me.moment, changed_at=me.moment, form_key=form_key,
        ),
        author="author_id",
    )  # fmt: skip
    if fresh:
        audit.record("process_note_started", child=child, shown=[note.pk])
    return note


@transaction.atomic
def change_process_note(
    *, child: Child, note: ProcessNote, body: str, seen: datetime | None, by_hand: bool = True
) -> datetime:
    """Replace a process note's text, if it still is what the writer saw or says the same already; see `change_note`.
    Returns the new `changed_at`. Raises Stale."""
    saved: datetime | None = (
        ProcessNote.objects.visible().filter(pk=note.pk, body=body).values_list("changed_at", flat=True).first()
    )
    moment = later_than(note.changed_at)
    if saved is None and not ProcessNote.objects.filter(pk=note.pk, changed_at=seen or moment).update(
        body=body, changed_at=moment
    ):
        raise Stale
    if by_hand:
        audit.record("process_note_changed", child=child, shown=[note.pk])
    return saved or moment
