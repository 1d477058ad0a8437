"""A therapist's children, and to whom and from when they may go: for the admins who hand a caseload over."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import BigIntegerField, Count, Exists, Min, OuterRef, TextField
from django.db.models.functions import Cast

from accounts.circle_reads import lasts
from accounts.enums import CircleChangeKind, CircleRole
from accounts.models import Child, CircleChange, CircleRow, Person, Practice
from accounts.models.people import names_of
from accounts.visibility import admins, viewer
from carebridge.lib.among import Among


@dataclass(frozen=True)
class Leaver:
    """Somebody with children to hand over in a practice."""

    person: Person
    practice: Practice
    children: int

    @property
    def key(self) -> str:
        """How addresses name both."""
        return f"{self.practice.public_id}.{self.person.public_id}"


def leavers() -> list[Leaver]:
    """Everyone who treats a child now that the viewer administers, but the viewer: nobody ends their own row. By name."""
    me = viewer()
    counted = (
        CircleRow.objects.visible()
        .filter(admins(), lasts(me.moment), role=CircleRole.THERAPIST)
        .exclude(person_id=me.person_id)
        .values("practice_id", "person_id")
        .annotate(children=Count("pk"))
        .order_by("practice_id", "person_id")
    )
    found = list(counted)
    people = {one.pk: one for one in Person.objects.visible().filter(pk__in={row["person_id"] for row in found})}
    practices = {one.pk: one for one in Practice.objects.visible().filter(pk__in=me.places["admin"])}
    made = [
        Leaver(people[row["person_id"]], practices[row["practice_id"]], row["children"])
        for row in found
        if row["person_id"] in people
    ]
    return sorted(made, key=lambda one: (one.person.name, one.practice.name, one.person.pk))


@dataclass(frozen=True)
class Case:
    """One child of a caseload. `row`: the therapist's; `reason`: why it cannot go over, as a code; empty when it can."""

    child: Child
    row: CircleRow
    reason: str = ""


def caseload(leaver: Leaver, to: int | None, at: datetime) -> list[Case]:
    """The children the therapist treats now, by name, and what keeps each from going to `to` at a moment."""
    mine = {
        row.child_id: row
        for row in CircleRow.objects.visible()
        .filter(
            admins(), lasts(viewer().moment), practice=leaver.practice, person=leaver.person, role=CircleRole.THERAPIST
        )
        .order_by("starts", "pk")
    }
    numbers = sorted(mine)
    theirs: dict[int, list[CircleRow]] = defaultdict(list)
    if to is not None:
        rows = CircleRow.objects.visible().filter(Among("child_id", numbers, BigIntegerField()), admins(), person_id=to)
        for row in rows:
            theirs[row.child_id].append(row)
    children = Child.objects.visible().select_related("practice").filter(Among("id", numbers, BigIntegerField()))
    return [
        Case(child, mine[child.pk], kept_from(mine[child.pk], theirs[child.pk], at))
        for child in children.order_by("name", "pk")
    ]


def kept_from(row: CircleRow, theirs: list[CircleRow], at: datetime) -> str:
    """Why a child cannot go over, as a code."""
    if any(one.role != CircleRole.THERAPIST for one in theirs):
        return "family"
    if any(one.ends is None or one.ends > at for one in theirs):
        return "shared"
    if row.ends is not None:
        return "ends"
    return "begins" if row.starts >= at else ""


def state_of(cases: list[Case]) -> str:
    """A mark of what is handed over: what was looked at is what is done."""
    text = "\n".join(
        f"{case.row.pk} {case.row.ends} {case.reason}" for case in sorted(cases, key=lambda c: str(c.row.pk))
    )
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Ahead:
    """A hand-over that has not begun."""

    bundle: UUID
    effective: datetime
    children: int
    old: str
    new: str
    by: str
    zone: str


def hand_overs_ahead() -> list[Ahead]:
    """What can still be taken back whole or for the children it still stands for, by date."""
    me = viewer()
    back = CircleChange.objects.visible().filter(child=OuterRef("child"), takes_back=OuterRef("bundle"))
    lying_ahead = (
        CircleChange.objects.visible()
        .filter(~Exists(back), admins(), kind=CircleChangeKind.HANDED_OVER, effective__gt=me.moment)
    )  # fmt: skip
    bundles = list(
        lying_ahead.values("bundle", "effective", "person_id", "changed_by_id", "practice__time_zone")
        .annotate(children=Count("pk"), first=Min(Cast("ended", TextField())))
        .order_by("effective", "bundle")
    )
    for one in bundles:
        one["first"] = UUID(one["first"])
    old = dict(
        CircleRow.objects.visible().filter(pk__in=[one["first"] for one in bundles]).values_list("pk", "person_id")
    )
    names = names_of(
        {*old.values(), *(one["person_id"] for one in bundles), *(one["changed_by_id"] for one in bundles)}
    )
    return [
        Ahead(
            one["bundle"], one["effective"], one["children"], names.get(old.get(one["first"], 0), ""),
            names.get(one["person_id"], ""), names.get(one["changed_by_id"], ""), one["practice__time_zone"],
        )
        for one in bundles
    ]  # fmt: skip


def children_ahead(bundle: UUID) -> list[Child]:
    """The children a hand-over still stands for, by name."""
    back = CircleChange.objects.visible().filter(child=OuterRef("child"), takes_back=OuterRef("bundle"))
    ahead = CircleChange.objects.visible().filter(
        ~Exists(back), admins(), bundle=bundle, kind=CircleChangeKind.HANDED_OVER, effective__gt=viewer().moment
    )
    numbers = list(ahead.values_list("child_id", flat=True))
    children = Child.objects.visible().select_related("practice")
    return list(children.filter(Among("id", numbers, BigIntegerField())).order_by("name", "pk"))
