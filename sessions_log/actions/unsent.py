"""Keeping the words of a form that is not sent yet."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import Child
from accounts.visibility import viewer
from sessions_log.actions.notes import Stale
from sessions_log.models import FormDraft


@transaction.atomic
def keep_unsent(
    *, child: Child, form: str, data: dict[str, list[str]], seen: datetime | None, about: UUID | None = None
) -> datetime:
    """Keep what the viewer has typed into a form so far; returns when it was saved.

    `seen`: what this function returned to the same window last, None for a form just opened. Raises Stale when another
    window has kept something since: it is not written over. The same words again are saved already. The first words of a
    form are audited, not each of the many savings after them.
    """
    me = viewer()
    placed: dict[str, Any] = {"author_id": me.person_id, "child": child, "form": form, "about": about}
    mine = FormDraft.objects.visible().select_for_update().filter(**placed)
    kept = mine.first()
    if kept is None:
        try:
            with transaction.atomic():
                FormDraft.objects.create(practice_id=child.practice_id, data=data, saved_at=me.moment, **placed)
            audit.record("draft_begun", child=child, data={"form": form})
            return me.moment
        except IntegrityError:  # another window, a moment ago
            kept = mine.get()
    if kept.data == data:
        saved: datetime = kept.saved_at
        return saved
    if kept.data and kept.saved_at != seen:
        raise Stale
    if not kept.data:
        audit.record("draft_begun", child=child, shown=[kept.pk], data={"form": form})
    FormDraft.objects.filter(pk=kept.pk).update(data=data, saved_at=me.moment)
    return me.moment


@transaction.atomic
def discard_unsent(*, child: Child, form: str, about: UUID | None = None) -> None:
    """Throw away what the viewer typed into a form and did not send."""
    mine = {"author_id": viewer().person_id, "child": child, "form": form, "about": about}
    FormDraft.objects.filter(**mine).update(data={}, saved_at=viewer().moment)
    audit.record("draft_discarded", child=child, data={"form": form})


def empty_unsent(*, child: Child, form: str, form_key: UUID, about: UUID | None = None) -> None:
    """Once the form is sent nothing of it waits. What another window has begun meanwhile stays."""
    mine = {"author_id": viewer().person_id, "child": child, "form": form, "about": about}
    FormDraft.objects.filter(**mine, data__form_key__0=str(form_key)).update(data={}, saved_at=viewer().moment)
