"""Entering in error: the cure for what stands in the wrong record (visibility.md, principle 7)."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Child, ChildItem
from accounts.visibility import viewer
from sessions_log.actions.notes import Stale


@transaction.atomic
def enter_in_error(*, child: Child, item: ChildItem, reason: str, also: Iterable[ChildItem] = ()) -> None:
    """Hide the item at once from all but its author on the team, the supervisors and the leads, for good, with a reason.

    `also`: what hangs on it and goes with it, all or none. Record and attendance of a session, wish and releases of a
    summary follow by a trigger. Raises Stale when one of them is entered already, or not for the viewer to enter: nothing
    has been changed then.
    """
    me = viewer()
    # What hangs on the item first: once the item is hidden, who is not its reviewer could no longer reach it.
    for one in [*also, item]:
        model: Any = type(one)
        changed = model.objects.filter(pk=one.pk, error_at__isnull=True).update(
            error_at=me.moment, error_by_id=me.person_id, error_reason=reason
        )
        if not changed:
            raise Stale
        audit.record("entered_in_error", child=child, shown=[one.pk], data={"what": model._meta.model_name})
