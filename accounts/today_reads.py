"""What a first page tells of people and access: for admins who cannot come in, for leads which restrictions to look at again.

Every look-up starts from the rule and is bounded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import BigIntegerField, Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.enums import CircleRole
from accounts.models import Child, CircleRow, Membership, Person, Restriction
from accounts.visibility import admins, in_place, leads, viewer
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


def now_on(rows: QuerySet[CircleRow]) -> QuerySet[CircleRow]:
    """Circle rows whose time contains now. Restrictions are no admin's to know, so they do not come into it."""
    moment = viewer().moment
    return rows.filter(Q(ends__isnull=True) | Q(ends__gt=moment), starts__lte=moment)


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


def people_here() -> QuerySet[Person]:
    """Everyone with a membership or a circle row now, in the practices and for the children the viewer administers."""
    moment = viewer().moment
    tied = now_on(CircleRow.objects.visible()).filter(admins(), person_id=OuterRef("pk"))
    employed = Membership.objects.visible().filter(
        Q(ends__isnull=True) | Q(ends__gt=moment), in_place("admin", "practice_id"),
        person_id=OuterRef("pk"), starts__lte=moment,
    )  # fmt: skip
    found: QuerySet[Person] = Person.objects.visible().filter(Exists(tied) | Exists(employed)).order_by("name", "pk")
    return found


def never_came() -> Bounded[Person]:
    """People who have an active log-in and never used it."""
    return first_of(people_here().filter(account__is_active=True, account__last_login__isnull=True))


def shut_out() -> Bounded[Person]:
    """People who still have something to do here, and whose log-in is not active."""
    return first_of(people_here().filter(account__is_active=False))


def without_therapist() -> Bounded[Child]:
    """Children no therapist's row is on for now."""
    treating = now_on(CircleRow.objects.visible()).filter(role=CircleRole.THERAPIST, child_id=OuterRef("pk"))
    return first_of(Child.objects.visible().filter(admins("id"), ~Exists(treating)).order_by("name", "pk"))


def to_review() -> list[Restriction]:
    """Quiet and closed access whose review date is near or past, the longest due first. For leads (row "Restriction")."""
    moment = viewer().moment
    soon = timezone.localdate(moment) + REVIEW_AHEAD
    on = Restriction.objects.visible().filter(Q(ends__isnull=True) | Q(ends__gt=moment), leads(), starts__lte=moment)
    return list(on.filter(review_on__lte=soon).order_by("review_on", "pk")[:FEW])
