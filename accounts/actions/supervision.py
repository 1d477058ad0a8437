"""Who supervises whom. Never for one's own benefit, and always told to the therapists concerned: the kernel sees to both."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import audit, definers
from accounts.actions.people import Over, take_turn
from accounts.models import Person, Practice, Supervision


@transaction.atomic
def supervise(*, practice: Practice, supervisor: Person, therapist: Person, starts: datetime | None) -> None:
    """From a moment ahead, or from now. Raises Over when it is so then."""
    me = take_turn(practice)
    begins = max(starts or me.moment, me.moment)
    try:
        with transaction.atomic():
            Supervision.objects.create(
                practice=practice, supervisor_id=supervisor.pk, therapist_id=therapist.pk, starts=begins
            )
    except IntegrityError:
        raise Over from None
    shown = [supervisor.public_id, therapist.public_id]
    audit.record("supervision_added", practices=[practice.pk], shown=shown, data={"planned": begins > me.moment})


@transaction.atomic
def end_supervision(*, practice: Practice, supervision: Supervision, about: Person, ends: datetime | None) -> None:
    """Now or later; one that has not begun is taken back whole. Raises Over when it has ended, or ends earlier already."""
    me = take_turn(practice)
    stops = max(ends or me.moment, me.moment)
    if supervision.starts > me.moment and stops <= supervision.starts:
        done = definers.take_back_job(supervision.pk)
    else:
        lasts = Q(ends__isnull=True) | Q(ends__gt=stops)
        done = Supervision.objects.filter(lasts, pk=supervision.pk, starts__lt=stops).update(ends=stops)
    if not done:
        raise Over
    data = {"planned": stops > me.moment, "taken_back": supervision.starts > me.moment}
    audit.record("supervision_ended", practices=[practice.pk], shown=[about.public_id], data=data)
