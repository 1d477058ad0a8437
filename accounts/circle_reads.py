"""Look-ups for the pages of a child's circle: who stands there, since when, until when; what is planned; what was done.

Every look-up starts from the rule. Restrictions are nobody's to know here: no line of these pages depends on one.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import Authority, CircleChangeKind, CircleRole, InvitationKind, StaffRole
from accounts.models import (
    Account,
    Child,
    CircleChange,
    CircleRow,
    Contact,
    HelperConsent,
    Invitation,
    Membership,
    Person,
    Practice,
    Relationship,
    Renewal,
    Supervision,
)
from accounts.models.people import names_of
from accounts.visibility import mine, viewer

CLINICAL = [StaffRole.THERAPIST, StaffRole.SUPERVISOR, StaffRole.SAFEGUARDING_LEAD]
KNOW_OF_EACH_OTHER = (Authority.FULL, Authority.INFORMED)


def lasts(moment: datetime) -> Q:
    """Rows for a time that contain the moment."""
    return Q(Q(ends__isnull=True) | Q(ends__gt=moment), starts__lte=moment)


@dataclass
class Circle:
    """Everyone tied to a child, of then, now and later, as staff see them at the viewer's moment.

    `words`: relationships by row. `clinical`, `employed`: who works here now, in a role that treats and in any. `supervisors`:
    pairs of supervisor and therapist in force.
    """

    child: Child
    moment: datetime
    rows: list[CircleRow]
    words: dict[UUID, str]
    renewed: set[UUID]
    clinical: set[int]
    employed: set[int]
    supervisors: list[tuple[int, int]]
    names: dict[int, str] = field(default_factory=dict)

    @cached_property
    def state(self) -> str:
        """A mark of all rows: what a page was made of, so that it is not acted on when another circle stands there."""
        text = "\n".join(
            f"{row.pk} {row.person_id} {row.role} {row.authority} {row.household} {row.starts} {row.ends}"
            for row in sorted(self.rows, key=lambda row: str(row.pk))
        )
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @cached_property
    def majority(self) -> datetime:
        """When guardians' rows end by themselves."""
        return self.child.comes_of(self.child.practice.majority_age)

    def holds(self, row: CircleRow, at: datetime) -> bool:
        """Whether the row's time contains the moment; a guardian's ends at majority unless renewed, one of authority none does
        not (visibility.md, Words)."""
        if not (row.starts <= at and (row.ends is None or at < row.ends)):
            return False
        grown = row.role == CircleRole.GUARDIAN and row.authority != Authority.NONE and at >= self.majority
        return not grown or row.pk in self.renewed

    def at(self, moment: datetime) -> list[CircleRow]:
        """The rows that hold at a moment."""
        return [row for row in self.rows if self.holds(row, moment)]

    def of(self, person: int) -> list[CircleRow]:
        """A person's rows, of all times."""
        return [row for row in self.rows if row.person_id == person]

    def was_family(self, person: int, at: datetime) -> bool:
        """Whether the person has or had a family row by then: no right as staff (principle 1)."""
        return any(row.role != CircleRole.THERAPIST and row.starts <= at for row in self.of(person))

    def therapists(self, at: datetime) -> list[int]:
        """The child's therapists at a moment, as far as rows and jobs say, the longest there first."""
        rows = [row for row in self.at(at) if row.role == CircleRole.THERAPIST and row.person_id in self.clinical]
        return list(dict.fromkeys(row.person_id for row in rows if not self.was_family(row.person_id, at)))

    def supervisors_of(self, therapist: int, at: datetime) -> list[int]:
        """Who supervises the therapist and comes onto the child's team by it."""
        found = [over for over, under in self.supervisors if under == therapist]
        return [over for over in dict.fromkeys(found) if not self.was_family(over, at)]

    def knowing(self, at: datetime, but: int | None) -> list[int]:
        """Guardians, full and informed, at a moment: they know of each other (principle 10)."""
        rows = [row for row in self.at(at) if row.authority in KNOW_OF_EACH_OTHER and row.person_id != but]
        return list(dict.fromkeys(row.person_id for row in rows))

    def household(self, name: str, at: datetime, but: int | None) -> list[int]:
        """Who lives in a household at a moment and is seen there: nobody with authority none is."""
        none = {row.person_id for row in self.at(at) if row.authority == Authority.NONE}
        rows = [row for row in self.at(at) if name and row.household == name and row.role != CircleRole.THERAPIST]
        return [person for person in dict.fromkeys(row.person_id for row in rows) if person not in none | {but}]

    @property
    def households(self) -> list[str]:
        """The marks of households that stand in the circle."""
        return sorted({row.household for row in self.rows if row.household})


def circle_of(child: Child) -> Circle:
    """The child's circle, for its team, the admins and the leads."""
    moment = viewer().moment
    rows = list(CircleRow.objects.visible().filter(child=child).order_by("starts", "pk"))
    jobs: list[Membership] = list(Membership.objects.visible().filter(lasts(moment), practice=child.practice_id))
    over = Supervision.objects.visible().filter(lasts(moment), practice=child.practice_id).order_by("starts", "pk")
    treating = {row.person_id for row in rows if row.role == CircleRole.THERAPIST}
    supervising = {job.person_id for job in jobs if job.role == StaffRole.SUPERVISOR}
    pairs = [pair for pair in over.values_list("supervisor_id", "therapist_id") if pair[0] in supervising]
    circle = Circle(
        child=child,
        moment=moment,
        rows=rows,
        words=dict(Relationship.objects.visible().filter(child=child).values_list("circle_row_id", "words")),
        renewed=set(Renewal.objects.visible().filter(child=child).values_list("circle_row_id", flat=True)),
        clinical={job.person_id for job in jobs if job.role in CLINICAL},
        employed={job.person_id for job in jobs},
        supervisors=pairs,
    )
    named = {row.person_id for row in rows} | {pair[0] for pair in pairs if pair[1] in treating}
    circle.names = names_of(named)
    return circle


# --- What the page says of each ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LogIn:
    """Whether somebody can come in. `state`: in, never, invited, none, off."""

    state: str
    email: str = ""
    phone: str = ""


def log_ins(practice: Practice, people: Iterable[int]) -> dict[int, LogIn]:
    """Log-in and contact of people, as far as the viewer may know them: open invitations are told to those who made them."""
    numbers = sorted(set(people))
    contacts = {one.pk: one for one in Contact.objects.visible().filter(pk__in=numbers)}
    invited = set(
        Invitation.objects.visible()
        .filter(practice=practice, person__in=numbers, revoked_at__isnull=True, accepted_at__isnull=True)
        .filter(expires_at__gt=viewer().moment)
        .values_list("person_id", flat=True)
    )
    found = {}
    for number, account in Account.objects.in_bulk(numbers).items():
        if not account.is_active:
            state = "off"
        elif account.email is None and account.username is None:
            state = "invited" if number in invited else "none"
        else:
            state = "in" if account.last_login else "never"
        contact = contacts.get(number)
        found[number] = LogIn(state, contact.email if contact else "", contact.phone if contact else "")
    return found


def consents_of(child: Child) -> dict[UUID, HelperConsent]:
    """The consent that stands for each helper's row."""
    moment = viewer().moment
    rows = HelperConsent.objects.visible().filter(Q(until__isnull=True) | Q(until__gt=moment), child=child)
    return {consent.circle_row_id: consent for consent in rows.order_by("given_at", "pk")}


# --- What was done, and what lies ahead ----------------------------------------------------------------------------------------


def changes_of(child: Child) -> QuerySet[CircleChange]:
    """Every act on the circle, the newest first."""
    found: QuerySet[CircleChange] = (
        CircleChange.objects.visible().filter(child=child).order_by("-changed_at", "-effective", "pk")
    )
    return found


def standing_changes(child: Child) -> QuerySet[CircleChange]:
    """The acts on the circle that were not taken back."""
    back = CircleChange.objects.visible().filter(child=OuterRef("child"), takes_back=OuterRef("bundle"))
    return changes_of(child).filter(~Exists(back), takes_back__isnull=True)


@dataclass(frozen=True)
class Planned:
    """One act on the circle that has not begun. `old`, `new`: the rows it ends and makes."""

    bundle: UUID
    effective: datetime
    person: int
    kind: str
    old: CircleRow | None
    new: CircleRow | None
    by: int
    evidence: str

    @property
    def takes_therapists(self) -> bool:
        """Whether it moves a therapist: taken back by admins alone."""
        return any(row is not None and row.role == CircleRole.THERAPIST for row in (self.old, self.new))

    @property
    def people(self) -> set[int]:
        """Whom it concerns."""
        return {row.person_id for row in (self.old, self.new) if row is not None}


def planned(circle: Circle) -> list[Planned]:
    """What lies ahead and can be taken back, by date. An act part of which has begun stays as it is."""
    rows = {row.pk: row for row in circle.rows}
    changes = list(standing_changes(circle.child))
    begun = {change.bundle for change in changes if change.effective <= circle.moment}
    ahead = [change for change in changes if change.bundle not in begun]
    made = {change.row for change in ahead if change.row}
    found = [
        Planned(
            bundle=change.bundle, effective=change.effective, person=change.person_id, kind=change.kind,
            old=rows.get(change.ended) if change.ended else None, new=rows.get(change.row) if change.row else None,
            by=change.changed_by_id, evidence=change.evidence,
        )
        for change in ahead
        if not (change.kind == CircleChangeKind.ENDED and change.ended in made)  # the end of a row planned with it
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.effective, str(one.bundle)))


def end_is_recorded(child: Child, row: CircleRow) -> bool:
    """Whether the row's end ahead was set by an act on the circle: only then a later act can be taken back to it."""
    if row.ends is None:
        return False
    acts = standing_changes(child).filter(kind=CircleChangeKind.ENDED, ended=row.pk, effective=row.ends)
    return acts.exists()


# --- Whom one may choose -----------------------------------------------------------------------------------------------------


def staff_to_tie(practice: Practice) -> list[Person]:
    """Who treats here now and may be given a therapist's row by the viewer: not oneself, and nobody whom the viewer supervises,
    since the row would bring its maker onto the team."""
    moment = viewer().moment
    led = set(
        Supervision.objects.visible()
        .filter(Q(ends__isnull=True) | Q(ends__gt=moment), mine("supervisor_id"), practice=practice)
        .values_list("therapist_id", flat=True)
    )
    jobs = Membership.objects.visible().filter(lasts(moment), practice=practice, role__in=CLINICAL)
    numbers = set(jobs.values_list("person_id", flat=True)) - led - {viewer().person_id}
    return list(Person.objects.visible().filter(pk__in=sorted(numbers)).order_by("name", "pk"))


def colleagues(practice: Practice) -> list[Person]:
    """Who works here now in any role, but oneself: for admins, who may tie a colleague as family."""
    jobs = Membership.objects.visible().filter(lasts(viewer().moment), practice=practice)
    numbers = set(jobs.values_list("person_id", flat=True)) - {viewer().person_id}
    return list(Person.objects.visible().filter(pk__in=sorted(numbers)).order_by("name", "pk"))


def address_to_invite(practice: Practice, person: int) -> str:
    """Where a first invitation to somebody known would go; empty when they have a log-in, an open invitation or no address."""
    found = log_ins(practice, [person]).get(person)
    return found.email if found and found.state == "none" else ""


INVITED_AS = {CircleRole.GUARDIAN: InvitationKind.GUARDIAN, CircleRole.HELPER: InvitationKind.HELPER}
