"""Logging a session."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.actions.once import SentBefore, insert_once
from accounts.models import Child
from accounts.visibility import viewer
from sessions_log.models import Attendance, Session, SessionRecord


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
) -> Session:
    """Log a session as the viewer's own: its facts, who attended (person numbers), and its clinical record.

    `minutes`: length. `held_at`: aware. `record`: fields of SessionRecord. A form sent twice logs once.
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
        return session
    people: list[int | None] = [*attended, *([None] if child_attended else [])]
    Attendance.objects.bulk_create(
        Attendance(**placed, session=session, person_id=number, logged_by_id=me.person_id, moment=session.moment)
        for number in people
    )
    SessionRecord.objects.create(**placed, session=session, author_id=me.person_id, **record)
    audit.record("session_logged", child=child, shown=[session.pk])
    return session
