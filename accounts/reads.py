"""Look-ups about the circle, each starting from the visibility rule."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.enums import CircleRole, RestrictionKind
from accounts.models import Child, CircleRow, Explanation, HelperConsent, Named, Person, Relationship, Restriction
from accounts.visibility import acting_as, viewer


def therapists_now(child: Child) -> list[int]:
    """Person numbers of the child's therapists at this moment, the longest there first."""
    moment = viewer().moment
    rows = CircleRow.objects.visible().filter(child=child, role=CircleRole.THERAPIST, starts__lte=moment)
    return list(rows.exclude(ends__lte=moment).order_by("starts", "pk").values_list("person_id", flat=True))


@dataclass(frozen=True)
class Reader:
    """A member of the child's family or a helper, as the team sees them when choosing who reads something.

    `in_force`: a release could reach them. `needs`: what is missing before one may be made, as a code. `quiet`, `named`:
    known to the team alone.
    """

    person: Person
    words: str
    role: str
    in_force: bool
    quiet: bool
    named: bool
    needs: str = ""

    @property
    def adult(self) -> bool:
        """Anyone but the young person: the child's wish is about them."""
        return self.role != CircleRole.YOUNG_PERSON

    @property
    def choosable(self) -> bool:
        """Whether the page offers to share with them at all."""
        return self.in_force and not self.needs


def possible_readers(child: Child) -> list[Reader]:
    """Everyone with a family row for the child at this moment, and how a release would stand with them. For the team.

    Whether a person is in force is asked of the kernel itself, by standing in their place for a moment: the rule stays
    written once.
    """
    moment = viewer().moment
    rows = list(
        CircleRow.objects.visible()
        .filter(Q(ends__isnull=True) | Q(ends__gt=moment), child=child, starts__lte=moment)
        .exclude(role=CircleRole.THERAPIST)
        .order_by("starts", "pk")
    )
    quiet = set(quiet_now(child).values_list("person_id", flat=True))
    standing = Q(void_from__isnull=True) | Q(void_from__gt=moment)
    named = set(Named.objects.visible().filter(standing, child=child).values_list("person_id", flat=True))
    explained = set(Explanation.objects.visible().filter(child=child).values_list("person_id", flat=True))
    consented = let_in(child)
    words = dict(Relationship.objects.visible().filter(child=child).values_list("person_id", "words"))
    people = {person.pk: person for person in Person.objects.visible().filter(pk__in={row.person_id for row in rows})}
    # Who is a guardian as well as a helper is treated as a guardian: more is asked before a release to them.
    weight = [CircleRole.HELPER, CircleRole.YOUNG_PERSON, CircleRole.GUARDIAN]
    roles = {row.person_id: row.role for row in sorted(rows, key=lambda row: weight.index(CircleRole(row.role)))}
    readers = []
    for person_id, role in roles.items():
        needs = ""
        if role == CircleRole.GUARDIAN and person_id not in explained:
            needs = "explanation"
        elif role == CircleRole.HELPER and person_id not in consented:
            needs = "consent"
        readers.append(
            Reader(
                person=people[person_id],
                words=words.get(person_id, ""),
                role=role,
                in_force=receives(person_id, child, moment),
                quiet=person_id in quiet,
                named=person_id in named,
                needs=needs,
            )
        )
    return readers


def let_in(child: Child) -> set[int]:
    """Person numbers of the helpers for whom a consent stands: given for a row that holds now, by a guardian who has a parent's
    rights at this moment. Whether they still have is asked of the kernel: an account, a restriction, a birthday ends them."""
    moment = viewer().moment
    holds = Q(until__isnull=True) | Q(until__gt=moment)
    row_holds = Q(circle_row__ends__isnull=True) | Q(circle_row__ends__gt=moment)
    given = (
        HelperConsent.objects.visible()
        .filter(holds, row_holds, child=child, given_at__lte=moment, circle_row__starts__lte=moment)
        .values_list("circle_row__person_id", "given_by_id")
    )
    consents = list(given)
    full = {giver for giver in {giver for _helper, giver in consents} if is_full(giver, child, moment)}
    return {helper for helper, giver in consents if giver in full}


def is_full(person_id: int, child: Child, moment: datetime) -> bool:
    """Whether the person is in force as a guardian with full authority."""
    with acting_as(person_id, moment) as them:
        return them.stands_in("full", child.pk)


def quiet_now(child: Child) -> QuerySet[Restriction]:
    """The quiet restrictions in force for the child, as far as the viewer may know of them."""
    moment = viewer().moment
    found: QuerySet[Restriction] = Restriction.objects.visible().filter(
        Q(ends__isnull=True) | Q(ends__gt=moment), child=child, kind=RestrictionKind.QUIET, starts__lte=moment
    )
    return found


def is_out_of_reach(person_id: int, child: Child) -> bool:
    """Whether what is written to the person now would not reach them: quiet, closed or ended. For the team."""
    if quiet_now(child).filter(person_id=person_id).exists():
        return True
    with acting_as(person_id, viewer().moment) as them:
        return not them.stands_in("own", child.pk)


def receives(person_id: int, child: Child, moment: datetime) -> bool:
    """Whether the person is in force as someone who can receive a summary: guardian full or informed, young person, helper."""
    with acting_as(person_id, moment) as them:
        return any(them.stands_in(place, child.pk) for place in ("family", "helper"))


@dataclass(frozen=True)
class CoGuardian:
    """Another guardian as a guardian knows them: name and relationship, nothing else."""

    person: Person
    words: str


def co_guardians(child: Child) -> list[CoGuardian]:
    """The other guardians this guardian is told of (principle 10), whatever restricts them, by name."""
    others = dict(
        Relationship.objects.visible()
        .filter(child=child)
        .exclude(person_id=viewer().person_id)
        .values_list("person_id", "words")
    )
    people = Person.objects.visible().filter(pk__in=sorted(others)).order_by("name", "pk")
    return [CoGuardian(person, others[person.pk]) for person in people]
