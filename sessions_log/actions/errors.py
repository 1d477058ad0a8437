"""Entering in error: the cure for what stands in the wrong record (visibility.md, principle 7)."""

from collections.abc import Iterable
from typing import Any, cast

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import Child, ChildItem
from accounts.visibility import viewer
from sessions_log.actions.notes import Stale
from sessions_log.models import HomeUpdate, TakenOut


@transaction.atomic
def enter_in_error(*, child: Child, item: ChildItem, reason: str, also: Iterable[ChildItem] = ()) -> None:
    """Hide the item at once from all but its author on the team, the supervisors and the leads, for good, with a reason.

    `also`: what hangs on it and goes with it, all or none. Record and attendance of a session, wish and releases of a
    summary follow by a trigger. Raises Stale when one of them is entered already, or not for the viewer to enter: nothing
    has been changed then.
    """
    # What hangs on the item first: once the item is hidden, who is not its reviewer could no longer reach it.
    for one in [*also, item]:
        if isinstance(one, HomeUpdate):
            take_out(one, reason)
        else:
            mark_as_error(one, reason)
        audit.record("entered_in_error", child=child, shown=[one.pk], data={"what": one._meta.model_name})


def mark_as_error(item: ChildItem, reason: str) -> None:
    """The three columns, once. Raises Stale."""
    me, model = viewer(), cast(Any, type(item))
    changed = model.objects.filter(pk=item.pk, error_at__isnull=True).update(
        error_at=me.moment, error_by_id=me.person_id, error_reason=reason
    )
    if not changed:
        raise Stale


def take_out(update: HomeUpdate, reason: str) -> None:
    """An update from home is taken out by a row of its own, which its author does not read. Raises Stale when the viewer has
    taken it out before."""
    me = viewer()
    try:
        with transaction.atomic():
            TakenOut.objects.create(
                practice_id=update.practice_id, child_id=update.child_id, update=update, taken_by_id=me.person_id,
                taken_at=me.moment, reason=reason,
            )  # fmt: skip
    except IntegrityError:
        raise Stale from None
