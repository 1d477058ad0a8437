"""Acts on a child's circle: somebody comes, stands otherwise, goes; a plan is taken back.

Each is one transaction that leaves a row in the history and one in the trail. What may not be, the database refuses
(accounts/sql/people.sql).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, transaction

from accounts import audit
from accounts.actions.invite import invite
from accounts.circle_reads import INVITED_AS, Circle, circle_of, end_is_recorded, planned, standing_changes
from accounts.circle_words import New
from accounts.definers import take_back as delete_planned
from accounts.definers import welcome
from accounts.enums import CircleChangeKind, CircleRole
from accounts.models import Child, CircleChange, CircleRow, Relationship
from accounts.visibility import viewer


class Stale(Exception):
    """The circle is not the one that was looked at."""


class DoneBefore(Exception):
    """This form has done its act already."""


class Clash(Exception):
    """The database refuses: a row stands there already, or both cannot be one person here."""


class EndsAlready(Exception):
    """The row has an end ahead that no act here set: a later act could not be taken back to it."""


@dataclass(frozen=True)
class Newcomer:
    """Someone new to the practice."""

    name: str
    email: str = ""
    phone: str = ""


def hold(child: Child, *, seen: str, key: UUID) -> Circle:
    """The circle as it was looked at, held until the transaction ends. Raises DoneBefore, Stale.

    Leads hold no card; two of their forms at once the constraint on overlapping rows keeps apart.
    """
    list(Child.objects.visible().select_for_update().filter(pk=child.pk))
    if CircleChange.objects.visible().filter(child=child, bundle=key).exists():
        raise DoneBefore
    circle = circle_of(child)
    if circle.state != seen:
        raise Stale
    return circle


def note(child: Child, kind: CircleChangeKind, person: int, effective: datetime, **more: Any) -> CircleChange:
    """One line of the history."""
    me = viewer()
    made: CircleChange = CircleChange.objects.create(
        practice_id=child.practice_id, child=child, kind=kind, person_id=person, effective=effective,
        changed_by_id=me.person_id, changed_at=me.moment, **more,
    )  # fmt: skip
    return made


def place(child: Child, person: int, new: New, starts: datetime) -> CircleRow:
    """A row and what its person is to the child. Raises DatabaseError where the database refuses."""
    row: CircleRow = CircleRow.objects.create(
        practice_id=child.practice_id, child=child, person_id=person, role=new.role, authority=new.authority,
        household=new.household, starts=starts, ends=new.ends,
    )  # fmt: skip
    if new.relationship:
        Relationship.objects.create(
            practice_id=child.practice_id, child=child, circle_row=row, person_id=person, words=new.relationship
        )
    return row


def add(
    *,
    child: Child,
    who: int | Newcomer,
    new: New,
    starts: datetime | None,
    evidence: str,
    seen: str,
    key: UUID,
    address: str = "",
) -> bool:
    """Tie somebody to the child, from now (`starts` None) or later. `address`: where an invitation goes, if one does. Returns
    whether the invitation, if asked for, could be made. Raises DoneBefore, Stale, Clash."""
    try:
        return tie(child=child, who=who, new=new, starts=starts, evidence=evidence, seen=seen, key=key, address=address)
    except DatabaseError:
        raise Clash from None


@transaction.atomic
def tie(
    *,
    child: Child,
    who: int | Newcomer,
    new: New,
    starts: datetime | None,
    evidence: str,
    seen: str,
    key: UUID,
    address: str,
) -> bool:
    """See `add`. Raises DatabaseError."""
    hold(child, seen=seen, key=key)
    number, begins = who if isinstance(who, int) else 0, starts or viewer().moment
    if isinstance(who, Newcomer):
        number = welcome(child.practice, name=who.name, email=who.email, phone=who.phone)
    row = place(child, number, new, begins)
    note(child, CircleChangeKind.ADDED, number, begins, row=row.pk, evidence=evidence, bundle=key)
    if new.ends is not None:
        note(child, CircleChangeKind.ENDED, number, new.ends, ended=row.pk, evidence=evidence, bundle=key)
    data = {"act": "added", "role": new.role, "authority": new.authority, "ahead": starts is not None}
    audit.record("circle_changed", child=child, shown=[row.pk], data=data)
    return not address or invited(child, number, new, address)


def invited(child: Child, person: int, new: New, address: str) -> bool:
    """Invite the person: an admin about no child, a therapist for the child. Whether it could be: the row stands either way."""
    office = viewer().stands_in("admin", child.practice_id)
    try:
        with transaction.atomic():
            invite(
                practice=child.practice, person=person, kind=INVITED_AS[CircleRole(new.role)], email=address,
                child=None if office else child,
            )  # fmt: skip
    except DatabaseError:
        return False
    return True


def change(*, child: Child, row: CircleRow, new: New, at: datetime | None, evidence: str, seen: str, key: UUID) -> None:
    """Let a guardian stand otherwise, from now (`at` None) or later: the old row ends where the new one begins. Raises
    DoneBefore, Stale, Clash."""
    try:
        with transaction.atomic():
            hold(child, seen=seen, key=key)
            begins = at or viewer().moment
            end_row(row, begins)
            made = place(child, row.person_id, new, begins)
            note(
                child,
                CircleChangeKind.CHANGED,
                row.person_id,
                begins,
                row=made.pk,
                ended=row.pk,
                evidence=evidence,
                bundle=key,
            )
            data = {"act": "changed", "was": row.authority, "authority": new.authority, "ahead": at is not None}
            audit.record("circle_changed", child=child, shown=[row.pk, made.pk], data=data)
    except DatabaseError:
        raise Clash from None


def end_row(row: CircleRow, at: datetime) -> None:
    """Set the row's end or bring it forward. Raises Stale when it is not the row that was looked at."""
    if CircleRow.objects.filter(pk=row.pk, ends=row.ends).update(ends=at) != 1:
        raise Stale


def end(*, child: Child, row: CircleRow, at: datetime | None, evidence: str, seen: str, key: UUID) -> None:
    """End a row now (`at` None) or on a later day. Raises DoneBefore, Stale, Clash, EndsAlready."""
    try:
        with transaction.atomic():
            hold(child, seen=seen, key=key)
            ends = at or viewer().moment
            if at is not None and row.ends is not None and not end_is_recorded(child, row):
                raise EndsAlready
            end_row(row, ends)
            note(child, CircleChangeKind.ENDED, row.person_id, ends, ended=row.pk, evidence=evidence, bundle=key)
            data = {"act": "ended", "role": row.role, "authority": row.authority, "ahead": at is not None}
            audit.record("circle_changed", child=child, shown=[row.pk], data=data)
    except DatabaseError:
        raise Clash from None


# --- Taking back -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_back(*, child: Child, bundle: UUID, evidence: str = "") -> None:
    """Undo what is planned before it begins: rows that were to come go, rows that were to end go on as before. The history keeps
    both. Raises Stale when there is nothing (any more) to take back, Clash when a later plan stands on it."""
    list(Child.objects.visible().select_for_update().filter(pk=child.pk))
    steps = [one for one in planned(circle_of(child)) if one.bundle == bundle]
    if not steps:
        raise Stale
    made = [step.new for step in steps if step.new is not None]
    reopened = [step.old for step in steps if step.old is not None]
    # What a planned row was to end with, the row it replaced ended with before; an earlier end, an earlier act had set.
    ends = {
        step.old.pk: step.new.ends if step.new else earlier_end(child, step.old, bundle) for step in steps if step.old
    }
    try:
        with transaction.atomic():
            delete_planned(child, planned=[row.pk for row in made], reopened=[row.pk for row in reopened])
            for row, before in ends.items():
                if before is not None:
                    CircleRow.objects.filter(pk=row).update(ends=before)
    except DatabaseError:
        raise Clash from None
    fresh = uuid4()
    for person in {step.person for step in steps}:
        moment = viewer().moment
        note(child, CircleChangeKind.TAKEN_BACK, person, moment, evidence=evidence, bundle=fresh, takes_back=bundle)
    audit.record("change_taken_back", child=child, shown=[bundle, *(row.pk for row in [*made, *reopened])])


def earlier_end(child: Child, row: CircleRow, bundle: UUID) -> datetime | None:
    """The end an earlier act gave the row, if one did and it still stands."""
    acts = standing_changes(child).filter(kind=CircleChangeKind.ENDED, ended=row.pk, effective__gt=viewer().moment)
    latest = acts.exclude(bundle=bundle).first()
    return latest.effective if latest else None


# --- Short access --------------------------------------------------------------------------------------------------------------


def give_short_access(*, child: Child, person: int, hours: int, reason: str, seen: str, key: UUID) -> None:
    """A therapist's row for hours, by a safeguarding lead in an emergency. It ends by itself; the child's therapists are told by
    the database. Raises DoneBefore, Stale, Clash."""
    ends = viewer().moment + timedelta(hours=hours)
    try:
        with transaction.atomic():
            hold(child, seen=seen, key=key)
            row = place(child, person, New(CircleRole.THERAPIST, ends=ends), viewer().moment)
            note(child, CircleChangeKind.SHORT_ACCESS, person, viewer().moment, row=row.pk, evidence=reason, bundle=key)
            audit.record("short_access_given", child=child, shown=[row.pk], data={"hours": hours})
    except DatabaseError:
        raise Clash from None
