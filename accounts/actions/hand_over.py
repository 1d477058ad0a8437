"""A caseload goes from one therapist to another at a moment in time, all of it or none."""

from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import BigIntegerField

from accounts import audit
from accounts.actions.circle import Clash, DoneBefore, Stale, take_back
from accounts.enums import CircleChangeKind, CircleRole
from accounts.hand_over_reads import Case, Leaver, caseload, children_ahead, state_of
from accounts.models import Child, CircleChange, CircleRow
from accounts.visibility import viewer
from carebridge.lib.among import Among


def hand_over(
    *, leaver: Leaver, to: int, children: set[int], at: datetime | None, evidence: str, seen: str, key: UUID
) -> int:
    """Each child's old row ends where the new one begins, now (`at` None) or later. Returns how many children. Raises DoneBefore,
    Stale when the caseload is not the one that was looked at, Clash when the database refuses."""
    try:
        with transaction.atomic():
            return pass_on(leaver, to, children, at=at or viewer().moment, evidence=evidence, seen=seen, key=key)
    except DatabaseError:
        raise Clash from None


def pass_on(leaver: Leaver, to: int, children: set[int], *, at: datetime, evidence: str, seen: str, key: UUID) -> int:
    """See `hand_over`."""
    wanted = Among("id", sorted(children), BigIntegerField())
    list(Child.objects.visible().select_for_update().filter(wanted).order_by("pk"))
    if CircleChange.objects.visible().filter(bundle=key).exists():
        raise DoneBefore
    cases = [case for case in caseload(leaver, to, at) if case.child.pk in children]
    if state_of(cases) != seen:
        raise Stale
    going = [case for case in cases if not case.reason]
    if CircleRow.objects.filter(pk__in=[case.row.pk for case in going], ends=None).update(ends=at) != len(going):
        raise Stale
    made = [
        CircleRow(
            practice_id=case.child.practice_id,
            child_id=case.child.pk,
            person_id=to,
            role=CircleRole.THERAPIST,
            starts=at,
        )
        for case in going
    ]
    CircleRow.objects.bulk_create(made)
    note_all(going, made, at, evidence, key)
    return len(going)


def note_all(going: list[Case], made: list[CircleRow], at: datetime, evidence: str, key: UUID) -> None:
    """A line of the history and one of the trail for each child."""
    me = viewer()
    CircleChange.objects.bulk_create(
        CircleChange(
            practice_id=case.child.practice_id, child_id=case.child.pk, person_id=row.person_id,
            kind=CircleChangeKind.HANDED_OVER, row=row.pk, ended=case.row.pk, effective=at, evidence=evidence,
            changed_by_id=me.person_id, changed_at=me.moment, bundle=key,
        )
        for case, row in zip(going, made, strict=True)
    )  # fmt: skip
    told = {"ahead": at > me.moment}
    events = [
        audit.event(
            "handed_over", case.child.practice_id, case.child.pk, [case.row.pk, row.pk], data=told, request=None
        )
        for case, row in zip(going, made, strict=True)
    ]
    if events:
        audit.append(events)


@transaction.atomic
def take_hand_over_back(*, bundle: UUID) -> int:
    """For every child it still stands for, or for none. Returns how many. Raises Stale, Clash."""
    children = children_ahead(bundle)
    if not children:
        raise Stale
    for child in children:
        take_back(child=child, bundle=bundle)
    return len(children)
