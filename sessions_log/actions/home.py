"""Posting from home, choosing who else reads it, and the team's answers."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.actions.once import SentBefore, insert_once
from accounts.models import Child
from accounts.reads import co_guardians
from accounts.visibility import look_again, viewer
from sessions_log.actions.notes import Stale
from sessions_log.enums import MarkKind
from sessions_log.error_reads import taken_out
from sessions_log.home_reads import is_answered, latest
from sessions_log.models import HomeUpdate, Mark, Reply, Session, Sharing, UpdateEdit
from sessions_log.reads import my_last_marks, shared_with


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


class Answered(Exception):
    """The team has been at work on an update: its words stay as they were read."""


@transaction.atomic
def reword_update(*, child: Child, update: HomeUpdate, seen: UUID, form_key: UUID, **words: Any) -> None:
    """Put a later wording in the place of one's own update, whole; the earlier ones are kept. Sent twice, changed once.

    `seen`: the id of the wording the writer saw. Raises Stale when it is not the latest any more, Answered when somebody
    of the team has marked or answered the update, as far as its author may know (visibility.md, Quiet), or its author has
    taken it out. Raises SentBefore when this form came before with other words, DoesNotExist when it is the writer's no more.
    """
    # Whoever marks it at this moment waits for the end of this, and so does another window of the author. Whoever was first
    # is not overlooked: what counts is what stands when the wait is over.
    list(HomeUpdate.objects.visible().select_for_update().filter(pk=update.pk))
    me = look_again()
    update = HomeUpdate.objects.visible().get(pk=update.pk)
    before = UpdateEdit.objects.visible().filter(update=update, form_key=form_key).first()
    if before is not None:
        if any(getattr(before, name) != value for name, value in words.items()):
            raise SentBefore
        return
    if latest(update).id != seen:
        raise Stale
    if taken_out(update) or is_answered(update):
        raise Answered
    edit = UpdateEdit.objects.create(
        practice_id=child.practice_id, child=child, update=update, edited_at=me.moment, form_key=form_key, **words
    )
    audit.record("update_reworded", child=child, shown=[update.pk, edit.pk])


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
                person_id=person_id, posted_at=update.posted_at, shared_at=me.moment,
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


def hold_to(update: HomeUpdate, seen: UUID | None) -> None:
    """The wording that was answered still stands. Asked after the answer is in: from then on the words cannot change."""
    if seen is not None and latest(update).id != seen:
        raise Stale


@transaction.atomic
def reply_to_update(
    *, child: Child, update: HomeUpdate, body: str, form_key: UUID, anyway: bool = False, seen: UUID | None = None
) -> Reply:
    """Answer an update, in the viewer's name, to its author. `anyway`: though the author is quiet; that is recorded.

    `seen`: the id of the wording that is answered. Raises Stale, and nothing is sent, when the author has changed it since.
    """
    me = viewer()
    reply, fresh = insert_once(
        Reply(
            practice_id=child.practice_id, child=child, update=update, author_id=me.person_id, body=body,
            posted_at=me.moment, form_key=form_key,
        ),
        author="author_id",
    )  # fmt: skip
    if fresh:
        hold_to(update, seen)
        audit.record("update_answered", child=child, shown=[update.pk, reply.pk], data={"anyway": anyway})
    return reply


@transaction.atomic
def mark_update(
    *, child: Child, update: HomeUpdate, kind: str, session: Session | None = None, seen: UUID | None = None
) -> None:
    """Say what was done with an update; saying it twice is once, after taking it back it is a mark again. `session`: the one
    it was used in.

    `seen`: the id of the wording that was read. Raises Stale, and nothing is marked, when the author has changed it since.
    """
    add_marks(child=child, updates=[update.pk], kind=kind, session=session if kind == MarkKind.USED else None)
    hold_to(update, seen)
    audit.record("update_marked", child=child, shown=[update.pk], data={"kind": kind})


def add_marks(*, child: Child, updates: list[UUID], kind: str, session: Session | None) -> None:
    """A mark of the viewer's on each update that bears none of this kind by them, or that they took back."""
    me, last = viewer(), my_last_marks(updates, kind)
    turns = {
        key: last[key].turn + 1 if key in last else 0 for key in updates if key not in last or last[key].taken_back
    }
    Mark.objects.bulk_create(
        [
            Mark(
                practice_id=child.practice_id, child=child, update_id=key, marked_by_id=me.person_id, kind=kind,
                session=session, marked_at=me.moment, turn=turn,
            )
            for key, turn in turns.items()
        ],
        ignore_conflicts=True,  # made in another window at this moment: it stands
    )  # fmt: skip


@transaction.atomic
def withdraw_mark(*, child: Child, update: HomeUpdate, kind: str) -> None:
    """Take back the viewer's own mark: the update's author is shown it no more. Twice is once; where there is none nothing
    happens.

    That it was made stays (ADR 1, reading 20): the author's words cannot change, and the team reads when it was there.
    """
    me, mark = viewer(), my_last_marks([update.pk], kind).get(update.pk)
    if mark is None or mark.taken_back:
        return
    back = Mark(
        practice_id=child.practice_id, child=child, update=update, marked_by_id=me.person_id, kind=kind,
        marked_at=me.moment, turn=mark.turn + 1,
    )  # fmt: skip
    Mark.objects.bulk_create([back], ignore_conflicts=True)  # in another window at this moment: it is
    audit.record("mark_withdrawn", child=child, shown=[update.pk], data={"kind": kind})
