"""Logging a session."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.actions.once import SentBefore, insert_once
from accounts.models import Child
from accounts.visibility import viewer
from sessions_log.actions.home import add_marks
from sessions_log.actions.notes import start_note, start_process_note
from sessions_log.actions.summaries import write_summary
from sessions_log.actions.unsent import empty_unsent
from sessions_log.enums import DraftForm, MarkKind
from sessions_log.models import Attendance, Session, SessionRecord


class Written(TypedDict, total=False):
    """What was written beside the record. `note`: a draft's layout, body and sections. Nothing is made of what is missing."""

    note: dict[str, Any]
    process: str
    summary: str


@transaction.atomic
def log_session(
    *,
    child: Child,
    held_at: datetime,
    minutes: int,
    child_attended: bool,
    attended: Iterable[int],
    record: dict[str, Any],
    form_key: UUID,
    used: Iterable[UUID] = (),
    written: Written | None = None,
) -> Session:
    """Log a session as the viewer's own: its facts, who attended (person numbers), its clinical record, and what was
    `written` beside it: a draft of a progress note, a process note, a summary that nobody of the family reads yet.

    `minutes`: length. `held_at`: aware. `record`: fields of SessionRecord. `used`: updates from home it made use of; they are
    marked so. A form sent twice logs once; raises SentBefore when it came before with other words. What was kept of the
    unsent form is emptied.
    """
    me = viewer()
    placed = {"practice_id": child.practice_id, "child_id": child.pk}
    session, fresh = insert_once(
        Session(
            **placed, therapist_id=me.person_id, held_at=held_at, logged_at=me.moment,
            moment=max(held_at, me.moment), minutes=minutes, form_key=form_key,
        ),
        author="therapist_id",
    )  # fmt: skip
    if not fresh:
        if not SessionRecord.objects.visible().filter(session=session, **record).exists():
            raise SentBefore
        write_beside(child=child, session=session, form_key=form_key, written=written or {})
        return session
    people: list[int | None] = [*attended, *([None] if child_attended else [])]
    Attendance.objects.bulk_create(
        Attendance(**placed, session=session, person_id=number, logged_by_id=me.person_id, moment=session.moment)
        for number in people
    )
    SessionRecord.objects.create(**placed, session=session, author_id=me.person_id, **record)
    write_beside(child=child, session=session, form_key=form_key, written=written or {})
    mark_used(child=child, session=session, updates=list(used))
    empty_unsent(child=child, form=DraftForm.SESSION, form_key=form_key)
    audit.record("session_logged", child=child, shown=[session.pk])
    return session


def write_beside(*, child: Child, session: Session, form_key: UUID, written: Written) -> None:
    """Make the rows of what was written; of a form sent twice, once. Raises SentBefore."""
    if "note" in written:
        start_note(child=child, session=session, form_key=form_key, **written["note"])
    if "process" in written:
        start_process_note(child=child, session=session, body=written["process"], form_key=form_key)
    if "summary" in written:
        write_summary(child=child, session=session, body=written["summary"], form_key=form_key)


def mark_used(*, child: Child, session: Session, updates: list[UUID]) -> None:
    """Say of each update that it was used in the session; one the viewer has marked as used before keeps that mark."""
    if not updates:
        return
    add_marks(child=child, updates=updates, kind=MarkKind.USED, session=session)
    audit.record("update_marked", child=child, shown=[session.pk, *updates], data={"kind": MarkKind.USED})
