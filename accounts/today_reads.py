"""What a first page tells of people and access: for admins who waits and what to look at, for leads which restrictions to look
at again.

Every look-up starts from the rule and is bounded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import BigIntegerField, Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.enums import PersonState
from accounts.models import Child, Invitation, Person, Restriction
from accounts.people_reads import (
    OFFICE,
    belongs,
    in_state,
    people_of_practice,
    to_look_at,
    without_therapist,
)
from accounts.visibility import leads, viewer
from carebridge.lib.among import Among

FEW = 6  # lines of a list on the first page
REVIEW_AHEAD = timedelta(days=14)


def children_in(*places: str) -> QuerySet[Child]:
    """The children the viewer stands in one of these places for, by name."""
    numbers = sorted(set[int]().union(*(viewer().places.get(place, frozenset()) for place in places)))
    found: QuerySet[Child] = (
        Child.objects.visible()
        .select_related("practice")
        .filter(Among("id", numbers, BigIntegerField()))
        .order_by("name", "pk")
    )
    return found


def cards(numbers: Iterable[int]) -> dict[int, Child]:
    """The cards of children by number, as far as the viewer may read them."""
    found = Child.objects.visible().filter(Among("id", sorted(numbers), BigIntegerField()))
    return {child.pk: child for child in found}


@dataclass(frozen=True)
class Bounded[T]:
    """The first few of a list, and how many there are in all."""

    first: list[T]
    total: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.first)


def first_of[M: Model](rows: QuerySet[M]) -> Bounded[M]:
    """The first lines of a list, and its length."""
    return Bounded(list(rows[:FEW]), rows.count())


@dataclass(frozen=True)
class Waiting:
    """Somebody who has not come in yet, and their open invitation. `late`: it is too old by now. `can`: they have a log-in."""

    person: Person
    invitation: Invitation | None
    late: bool
    can: bool


def people_waiting() -> Bounded[Waiting]:
    """People with something to do here who never signed in, by name."""
    found = first_of(in_state(people_of_practice(), PersonState.WAITING).select_related("account"))
    open_ones = Invitation.objects.visible().filter(
        OFFICE, person_id__in=[who.pk for who in found.first], revoked_at__isnull=True, accepted_at__isnull=True
    )
    by, moment = {one.person_id: one for one in open_ones}, viewer().moment
    lines = [
        Waiting(
            who, by.get(who.pk), late=who.pk in by and by[who.pk].expires_at <= moment,
            can=bool(who.account.email or who.account.username),
        )
        for who in found.first
    ]  # fmt: skip
    return Bounded(lines, found.total)


def without_factor() -> Bounded[Person]:
    """Staff who sign in with a password alone, by name."""
    return first_of(in_state(people_of_practice(), PersonState.NO_FACTOR))


def shut_out() -> Bounded[Person]:
    """People without access at present to whom something here still belongs, by name."""
    return first_of(in_state(people_of_practice(), PersonState.DEACTIVATED).filter(belongs()))


def changed_people() -> Bounded[Person]:
    """Guardians whose rows somebody should look at again, by name."""
    flagged = to_look_at().filter(person_id=OuterRef("pk")).order_by()
    return first_of(people_of_practice().filter(Exists(flagged)))


def alone() -> Bounded[Child]:
    """Children of whom no therapist's row counts now."""
    return first_of(without_therapist())


def to_review() -> list[Restriction]:
    """Quiet and closed access whose review date is near or past, the longest due first. For leads (row "Restriction")."""
    moment = viewer().moment
    soon = timezone.localdate(moment) + REVIEW_AHEAD
    on = Restriction.objects.visible().filter(Q(ends__isnull=True) | Q(ends__gt=moment), leads(), starts__lte=moment)
    return list(on.filter(review_on__lte=soon).order_by("review_on", "pk")[:FEW])
