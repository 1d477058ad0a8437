"""Writing the audit trail: one row per act, in the act's own transaction, ids and codes only, never content."""

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
    practice_id: int | None = None,
    shown: Iterable[UUID] = (),
    data: dict[str, Any] | None = None,
    request: HttpRequest | None = None,
) -> None:
    """Append one event by the current viewer at their moment.

    `shown`: random ids of what was read or touched. `data`: codes and booleans only. Raises AuditUnwritten when the row
    cannot be written; nobody catches it but the middleware, which answers 503.
    """
    current = viewer()
    try:
        AuditEvent.objects.bulk_create(
            [
                AuditEvent(
                    at=current.moment,
                    person_id=current.person_id,
                    practice_id=child.practice_id if child else practice_id,
                    child_id=child.pk if child else None,
                    action=action,
                    shown=list(shown),
                    data=data or {},
                    request_id=getattr(request, "request_id", None),
                )
            ]
        )
    except DatabaseError as error:
        raise AuditUnwritten(action) from error
