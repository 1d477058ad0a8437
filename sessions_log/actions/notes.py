"""Writing, signing and adding to notes."""

import hashlib
import json
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.actions.once import insert_once
from accounts.models import Child
from accounts.visibility import viewer
from sessions_log.models import Addendum, ProcessNote, ProgressNote, Session


class Stale(Exception):
    """Someone, perhaps the same person in another window, changed the text after this form was opened."""


def sections_hash(note: ProgressNote) -> str:
    """SHA-256 of the text as signed, for the note and its audit row (security.md, Audit)."""
    text = json.dumps([note.template, note.body, note.sections], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def start_note(
    *, child: Child, session: Session, template: str, body: str, sections: list[list[str]], form_key: UUID
) -> ProgressNote:
    """A draft of the viewer's own. A form sent twice makes one."""
    me = viewer()
    note, fresh = insert_once(
        ProgressNote(
            practice_id=child.practice_id, child=child, session=session, author_id=me.person_id, template=template,
            body=body, sections=sections, written_at=me.moment, changed_at=me.moment, form_key=form_key,
        ),
        author="author_id",
    )  # fmt: skip
    if fresh:
        audit.record("note_started", child=child, shown=[note.pk])
    return note


@transaction.atomic
def change_note(*, child: Child, note: ProgressNote, body: str, sections: list[list[str]], seen: datetime) -> None:
    """Replace a draft's text, if it still is what the writer saw (`seen`: its `changed_at`). Raises Stale."""
    changed = ProgressNote.objects.filter(pk=note.pk, signed_at__isnull=True, changed_at=seen).update(
        body=body, sections=sections, changed_at=viewer().moment
    )
    if not changed:
        raise Stale
    audit.record("note_changed", child=child, shown=[note.pk])


@transaction.atomic
def sign_note(*, child: Child, note: ProgressNote) -> None:
    """Sign a draft as it stands; from now on it never changes. Raises Stale when it is signed or changed already."""
    moment = viewer().moment
    unchanged = ProgressNote.objects.filter(pk=note.pk, signed_at__isnull=True, changed_at=note.changed_at)
    signed = unchanged.update(signed_at=moment, signed_sha256=sections_hash(note))
    if not signed:
        raise Stale
    audit.record("note_signed", child=child, shown=[note.pk], data={"sha256": sections_hash(note)})


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
def change_process_note(*, child: Child, note: ProcessNote, body: str, seen: datetime) -> None:
    """Replace a process note's text, if it still is what the writer saw. Raises Stale."""
    changed = ProcessNote.objects.filter(pk=note.pk, changed_at=seen).update(body=body, changed_at=viewer().moment)
    if not changed:
        raise Stale
    audit.record("process_note_changed", child=child, shown=[note.pk])
