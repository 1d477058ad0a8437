"""What the child's therapists write down about family and helpers: a helper's consent, and that limits were explained."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.models import Child, CircleRow, Explanation, HelperConsent
from accounts.visibility import viewer


@transaction.atomic
def record_consent(
    *, child: Child, row: CircleRow, given_by: int, scope: str, given_at: datetime, until: datetime | None
) -> bool:
    """A guardian lets a helper receive summaries. Returns whether it was written down: a form sent twice is one consent."""
    list(Child.objects.visible().select_for_update().filter(pk=child.pk))
    standing = Q(until__isnull=True) | Q(until__gt=viewer().moment)
    if HelperConsent.objects.visible().filter(standing, circle_row=row).exists():
        return False
    made = HelperConsent.objects.create(
        practice_id=child.practice_id, child=child, circle_row=row, given_by_id=given_by, scope=scope, given_at=given_at,
        until=until,
    )  # fmt: skip
    audit.record("consent_recorded", child=child, shown=[row.pk, made.pk])
    return True


@transaction.atomic
def withdraw_consent(*, child: Child, consent: HelperConsent) -> bool:
    """It stands no longer, from now on. Returns whether it did until now."""
    standing = Q(until__isnull=True) | Q(until__gt=viewer().moment)
    done = HelperConsent.objects.filter(standing, pk=consent.pk).update(until=viewer().moment)
    if done:
        audit.record("consent_withdrawn", child=child, shown=[consent.circle_row_id, consent.pk])
    return bool(done)


@transaction.atomic
def explain(*, child: Child, person: int, at: datetime) -> bool:
    """The limits of confidentiality were explained to a person. Returns whether that is news."""
    list(Child.objects.visible().select_for_update().filter(pk=child.pk))
    if Explanation.objects.visible().filter(child=child, person_id=person).exists():
        return False
    me = viewer()
    made = Explanation.objects.create(
        practice_id=child.practice_id, child=child, person_id=person, explained_by_id=me.person_id, explained_at=at
    )
    audit.record("limits_explained", child=child, shown=[made.pk])
    return True
