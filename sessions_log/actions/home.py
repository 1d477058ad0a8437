"""Posting from home, choosing who else reads it, and the team's answers."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.actions.once import insert_once
from accounts.models import Child
from accounts.reads import co_guardians
from accounts.visibility import viewer
from sessions_log.models import HomeUpdate, Mark, Reply, Sharing
from sessions_log.reads import shared_with


@transaction.atomic
def post_update(*, child: Child, share_with: list[int], form_key: UUID, **words: Any) -> HomeUpdate:
    """Post an update in the viewer's name; share it with the co-guardians chosen (person numbers). Sent twice, posted once."""
    me = viewer()
    update, fresh = insert_once(
        HomeUpdate(
            practice_id=child.practice_id, child=child, author_id=me.person_id, posted_at=me.moment,
            form_key=form_key, **words,
        ),
        author="author_id",
    )  # fmt: skip
    if fresh:
        audit.record("update_posted", child=child, shown=[update.pk])
    for number in set(share_with) - set(shared_with(update)):
        share_update(child=child, update=update, person_id=number)
    return update


@transaction.atomic
def share_update(*, child: Child, update: HomeUpdate, person_id: int) -> None:
    """Show one's own update to another guardian. To the author it looks the same whether or not that person is quiet."""
    me = viewer()
    if person_id not in {other.person.pk for other in co_guardians(child)}:
        raise ValueError("not a guardian this person is told of")
    Sharing.objects.bulk_create(
        [
            Sharing(
                practice_id=child.practice_id, child=child, update=update, shared_by_id=me.person_id,
                person_id=person_id, shared_at=me.moment,
            )
        ],
        ignore_conflicts=True,  # shared already: it stands
    )  # fmt: skip
    audit.record("update_shared", child=child, shown=[update.pk], data={"to": person_id})


@transaction.atomic
def withdraw_sharing(*, child: Child, update: HomeUpdate, person_id: int) -> None:
    """Take a sharing back; from this transaction on the other guardian does not see the update."""
    withdrawn = Sharing.objects.filter(
        update=update, person_id=person_id, shared_by_id=viewer().person_id, withdrawn_at__isnull=True
    ).update(withdrawn_at=viewer().moment)
    if withdrawn:
        audit.record("sharing_withdrawn", child=child, shown=[update.pk], data={"from": person_id})


@transaction.atomic
def reply_to_update(*, child: Child, update: HomeUpdate, body: str, form_key: UUID, anyway: bool = False) -> Reply:
    """Answer an update, in the viewer's name, to its author. `anyway`: though the author is quiet; that is recorded."""
    me = viewer()
    reply, fresh = insert_once(
        Reply(
            practice_id=child.practice_id, child=child, update=update, author_id=me.person_id, body=body,
            posted_at=me.moment, form_key=form_key,
        ),
        author="author_id",
    )  # fmt: skip
    if fresh:
        audit.record("update_answered", child=child, shown=[update.pk, reply.pk], data={"anyway": anyway})
    return reply


@transaction.atomic
def mark_update(*, child: Child, update: HomeUpdate, kind: str) -> None:
    """Say what was done with an update; saying it twice is once."""
    me = viewer()
    Mark.objects.bulk_create(
        [
            Mark(
                practice_id=child.practice_id, child=child, update=update, marked_by_id=me.person_id, kind=kind,
                marked_at=me.moment,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    audit.record("update_marked", child=child, shown=[update.pk], data={"kind": kind})
