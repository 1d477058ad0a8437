"""Writing the audit trail: one row per act and practice, in the act's own transaction, ids and codes only, never content."""

from collections.abc import Iterable
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
    current, ids = viewer(), list(shown)
    filed: list[int | None] = [child.practice_id] if child else [*sorted(practices)] or [None]
    try:
        AuditEvent.objects.bulk_create(
            [
                AuditEvent(
                    at=current.moment,
                    person_id=current.person_id,
                    practice_id=practice,
                    child_id=child.pk if child else None,
                    action=action,
                    shown=ids,
                    data=data or {},
                    request_id=getattr(request, "request_id", None),
                )
                for practice in filed
            ]
        )
    except DatabaseError as error:
        raise AuditUnwritten(action) from error
