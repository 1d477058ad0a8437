"""Writing the audit trail: one row per act and practice, in the act's own transaction, ids and codes only, never content."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.http import HttpRequest

from accounts.models import AuditEvent, Child
from accounts.visibility import viewer


class AuditUnwritten(Exception):
    """The row could not be written: the page must not be shown and the act must not stand."""


def record(
    action: str,
    *,
    child: Child | None = None,
    practices: Iterable[int] = (),
    shown: Iterable[UUID] = (),
    data: dict[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> None:
    """Append one event by the current viewer at their moment.

    An act about a child is filed under the child's practice. Any other (sign-in, first page, refusal) is filed under
    `practices`, as a rule the viewer's own: one row in each, since the leads and admins of a practice read its own trail
    and no other, and an act filed under one of two would be missing from the second. With none it is one row without a
    practice: a stranger's. `shown`: random ids of what was read or touched. `data`: codes and booleans only.

    Raises AuditUnwritten when the row cannot be written; nobody catches it but the middleware, which answers 503.
    """
    filed: list[int | None] = [child.practice_id] if child else [*sorted(practices)] or [None]
    child_id, ids = child.pk if child else None, list(shown)
    append([event(action, practice, child_id, ids, data=data, request=request) for practice in filed])


def record_each(action: str, shown: Mapping[Child, Iterable[UUID]], *, request: HttpRequest | None = None) -> None:
    """Append one event per child, for a page about several: who is family of one of them never reads that child's in a row
    about all. `shown`: by child, the random ids of what was read about it.

    A page on which nothing about any child stood is filed under the viewer's practices. Raises AuditUnwritten as `record`.
    """
    if not shown:
        record(action, practices=viewer().practices, request=request)
        return
    append([event(action, child.practice_id, child.pk, list(ids), request=request) for child, ids in shown.items()])


def event(
    action: str, practice: int | None, child: int | None, shown: list[UUID], *, data: dict[str, Any] | None = None,
    request: HttpRequest | None,
) -> AuditEvent:  # fmt: skip
    """One row of the trail, by the viewer at their moment, not written yet."""
    current = viewer()
    return AuditEvent(
        at=current.moment, person_id=current.person_id, practice_id=practice, child_id=child, action=action, shown=shown,
        data=data or {}, request_id=getattr(request, "request_id", None),
    )  # fmt: skip


def append(events: list[AuditEvent]) -> None:
    """Write them in one statement. Raises AuditUnwritten."""
    try:
        AuditEvent.objects.bulk_create(events)
    except DatabaseError as error:
        raise AuditUnwritten(events[0].action) from error
