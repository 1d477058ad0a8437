"""Who belongs to the practices one administers, how they sign in, and what hangs on them. For admins; no clinical word.

Of anyone around a child the admin is family of, or closed to, nothing is told (principles 1 and 10): not even their name.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from accounts.enums import CircleRole, PersonState, StaffRole
from accounts.models import (
    Account,
    Child,
    CircleRow,
    Contact,
    Deactivation,
    FactorReset,
    Invitation,
    Membership,
    Person,
    Practice,
    Relationship,
    RowReview,
    Supervision,
)
from accounts.models.circle import treats
from accounts.models.joining import not_of_a_barred_circle
from accounts.visibility import admins, in_place, mine, viewer

SECOND = ["totp", "webauthn"]  # recovery codes alone are no second factor
OFFICE = in_place("admin", "practice_id")


def on_now(starts: str = "starts", ends: str = "ends") -> Q:
    """The row's time contains now."""
    moment = viewer().moment
    return Q(**{f"{starts}__lte": moment}) & (Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gt": moment}))


# --- Who they are -----------------------------------------------------------------------------------------------------------


def people_of_practice() -> QuerySet[Person]:
    """Everyone who works or worked in the practices one administers, has or had a circle row for a child there, or is invited;
    by name."""
    tied = CircleRow.objects.visible().filter(admins(), person_id=OuterRef("pk"))
    employed = Membership.objects.visible().filter(OFFICE, person_id=OuterRef("pk"))
    invited = Invitation.objects.visible().filter(OFFICE, person_id=OuterRef("pk"))
    told = mine("account_id") | not_of_a_barred_circle("account_id")
    found: QuerySet[Person] = Person.objects.visible().filter(Exists(tied) | Exists(employed) | Exists(invited), told)
    return found.order_by("name", "pk")


def out_now(practice: str = "") -> Exists:
    """The person's access is ended at present: by a practice one administers, or, with the column's name, by that one."""
    more = {"practice_id": OuterRef(practice)} if practice else {}
    column = "person_id" if practice else "pk"
    return Exists(Deactivation.objects.visible().filter(OFFICE, on_now(), person_id=OuterRef(column), **more))


def employed_now() -> QuerySet[Membership]:
    """Memberships in force in the practices one administers."""
    found: QuerySet[Membership] = Membership.objects.visible().filter(OFFICE, on_now())
    return found


def belongs() -> Q:
    """The person has something in the practices one administers that has not ended: job, tie to a child, invitation."""
    lasts = Q(ends__isnull=True) | Q(ends__gt=viewer().moment)
    employed = Exists(Membership.objects.visible().filter(OFFICE, lasts, person_id=OuterRef("pk")))
    tied = Exists(CircleRow.objects.visible().filter(admins(), lasts, person_id=OuterRef("pk")))
    invited = Exists(
        Invitation.objects.visible().filter(
            OFFICE, person_id=OuterRef("pk"), revoked_at__isnull=True, accepted_at__isnull=True
        )
    )
    return Q(employed) | Q(tied) | Q(invited)


def as_role(people: QuerySet[Person], role: str) -> QuerySet[Person]:
    """Those who have the role at present, of staff or in a circle; everyone for any other word."""
    if role in StaffRole.values:
        return people.filter(Exists(employed_now().filter(person_id=OuterRef("pk"), role=role)))
    if role in {CircleRole.GUARDIAN, CircleRole.YOUNG_PERSON, CircleRole.HELPER}:
        return people.filter(
            Exists(CircleRow.objects.visible().filter(admins(), on_now(), person_id=OuterRef("pk"), role=role))
        )
    return people


def in_state(people: QuerySet[Person], state: str) -> QuerySet[Person]:
    """Those who stand so; everyone for any other word."""
    out = out_now() | Q(account__is_active=False)
    if state == PersonState.DEACTIVATED:
        return people.filter(out)
    if state == PersonState.WAITING:
        return people.filter(belongs(), ~out, account__last_login__isnull=True)
    if state == PersonState.ACTIVE:
        return people.filter(~out, account__last_login__isnull=False)
    if state == PersonState.NO_FACTOR:
        second = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=SECOND)
        employed = Exists(employed_now().filter(person_id=OuterRef("pk")))
        return people.filter(employed, ~out, ~Exists(second), account__last_login__isnull=False)
    return people


# --- Lines of the list --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One person as the list shows them. `factor`: yes or no for whoever works here, None for the others."""

    person: Person
    contact: Contact | None
    roles: list[str]
    last_seen: datetime | None
    factor: bool | None
    sessions: int
    out: bool
    closed: bool


def entries_of(people: Sequence[Person]) -> list[Entry]:
    """The lines of a page, with the same few queries however many there are."""
    numbers = [person.pk for person in people]
    accounts = Account.objects.in_bulk(numbers)
    contacts = {contact.pk: contact for contact in Contact.objects.visible().filter(pk__in=numbers)}
    staff, roles = roles_of(numbers)
    sessions, second = sessions_of(numbers), with_second_factor(numbers)
    out = set(
        Deactivation.objects.visible()
        .filter(OFFICE, on_now(), person_id__in=numbers)
        .values_list("person_id", flat=True)
    )
    return [
        Entry(
            person=person, contact=contacts.get(person.pk), roles=roles[person.pk],
            last_seen=last_seen(accounts.get(person.pk), sessions.get(person.pk)),
            factor=person.pk in second if person.pk in staff else None,
            sessions=sessions[person.pk].open if person.pk in sessions else 0,
            out=person.pk in out, closed=not accounts[person.pk].is_active,
        )
        for person in people
    ]  # fmt: skip


def roles_of(numbers: Sequence[int]) -> tuple[set[int], dict[int, list[str]]]:
    """Who of them works here now, and what each is here, in words."""
    roles: dict[int, list[str]] = defaultdict(list)
    staff = set[int]()
    for membership in employed_now().filter(person_id__in=numbers).order_by("role"):
        staff.add(membership.person_id)
        roles[membership.person_id].append(membership.get_role_display())
    circle = CircleRow.objects.visible().filter(admins(), on_now(), person_id__in=numbers)
    for row in circle.exclude(role=CircleRole.THERAPIST).order_by("role"):
        roles[row.person_id].append(row.get_role_display())
    return staff, defaultdict(list, {number: list(dict.fromkeys(words)) for number, words in roles.items()})


@dataclass(frozen=True)
class Signed:
    """Browsers somebody is signed in on, and when one was last used."""

    open: int
    seen: datetime


def sessions_of(numbers: Sequence[int]) -> dict[int, Signed]:
    """By person. A session that is over may still stand in allauth's list."""
    lasts = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=viewer().moment)
    rows = (
        UserSession.objects.filter(Exists(lasts), user_id__in=numbers)
        .values("user_id")
        .annotate(open=Count("pk"), seen=Max("last_seen_at"))
    )
    return {row["user_id"]: Signed(row["open"], row["seen"]) for row in rows}


def with_second_factor(numbers: Sequence[int]) -> dict[int, list[str]]:
    """The kinds of second factor each has, by person. Never what they are made of."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Authenticator.objects.filter(user_id__in=numbers, type__in=SECOND).order_by("user_id", "type")
    for number, kind in rows.values_list("user_id", "type"):
        found[number].append(kind)
    return dict(found)


def last_seen(account: Account | None, signed: Signed | None) -> datetime | None:
    """The later of the last sign-in and the last use."""
    moments = [account.last_login if account else None, signed.seen if signed else None]
    return max((moment for moment in moments if moment), default=None)


# --- One person ---------------------------------------------------------------------------------------------------------------


def person_of_practice(public_id: UUID) -> Person | None:
    """The person, if one may look after them."""
    return people_of_practice().filter(public_id=public_id).first()


def practices_of(person: Person) -> list[Practice]:
    """The practices one administers in which the person is, or was, something; by name."""
    of = {"practice_id": OuterRef("pk"), "person_id": person.pk}
    tied = CircleRow.objects.visible().filter(admins(), **of)
    employed = Membership.objects.visible().filter(**of)
    invited = Invitation.objects.visible().filter(**of)
    here = Exists(tied) | Exists(employed) | Exists(invited)
    return list(Practice.objects.visible().filter(here, in_place("admin", "id")).order_by("name", "pk"))


def deactivation_now(person: Person, practice: Practice) -> Deactivation | None:
    """The end of their access to the practice, while it lasts."""
    found: Deactivation | None = (
        Deactivation.objects.visible().filter(on_now(), person_id=person.pk, practice=practice).first()
    )
    return found


@dataclass(frozen=True)
class Tie:
    """A child somebody is or was tied to."""

    row: CircleRow
    child: Child
    words: str


def ties_of(person: Person, practice: Practice) -> list[Tie]:
    """Every row for a child one administers, those that hold first."""
    rows = list(
        CircleRow.objects.visible()
        .filter(admins(), practice=practice, person_id=person.pk)
        .order_by(F("ends").desc(nulls_first=True), "starts", "pk")
    )
    children = Child.objects.visible().in_bulk([row.child_id for row in rows])
    words = dict(
        Relationship.objects.visible()
        .filter(circle_row__in=[row.pk for row in rows])
        .values_list("circle_row_id", "words")
    )
    return [Tie(row, children[row.child_id], words.get(row.pk, "")) for row in rows if row.child_id in children]


def jobs_of(person: Person, practice: Practice) -> list[Membership]:
    """Every role in the practice, of now, of then and planned, the latest first."""
    found = Membership.objects.visible().filter(practice=practice, person_id=person.pk)
    return list(found.order_by("-starts", "role", "pk"))


def supervision_of(person: Person, practice: Practice) -> list[Supervision]:
    """Who supervises them and whom they supervise, of now, of then and planned."""
    about = Q(supervisor_id=person.pk) | Q(therapist_id=person.pk)
    return list(Supervision.objects.visible().filter(about, practice=practice).order_by("-starts", "pk"))


def latest_invitation(person: Person, practice: Practice) -> Invitation | None:
    """The last way in that was made for them."""
    found: Invitation | None = (
        Invitation.objects.visible()
        .filter(person_id=person.pk, practice=practice)
        .order_by("-invited_at", "pk")
        .first()
    )
    return found


def open_reset(person: Person, practice: Practice) -> FactorReset | None:
    """A wish to take off the second factor that still waits for them."""
    found: FactorReset | None = (
        FactorReset.objects.visible()
        .filter(person_id=person.pk, practice=practice, used_at__isnull=True, expires_at__gt=viewer().moment)
        .first()
    )
    return found


def past_deactivations(person: Person, practice: Practice) -> list[Deactivation]:
    """Each time their access was ended, the latest first."""
    return list(Deactivation.objects.visible().filter(person_id=person.pk, practice=practice).order_by("-starts", "pk"))


def to_look_at(person: Person | None = None) -> QuerySet[RowReview]:
    """Rows of guardians to look at again, since something about the person changed, the oldest first."""
    found: QuerySet[RowReview] = RowReview.objects.visible().filter(
        admins(), not_of_a_barred_circle(), reviewed_at__isnull=True
    )
    if person is not None:
        found = found.filter(person_id=person.pk)
    return found.order_by("flagged_at", "pk")


def colleagues(practice: Practice, *roles: str) -> list[Person]:
    """Those who have one of the roles in the practice now or later, by name. Without people around a child one is family of."""
    lasts = Q(ends__isnull=True) | Q(ends__gt=viewer().moment)
    employed = Membership.objects.visible().filter(lasts, practice=practice, role__in=roles, person_id=OuterRef("pk"))
    found = Person.objects.visible().filter(Exists(employed), not_of_a_barred_circle("account_id"))
    return list(found.order_by("name", "pk"))


# --- Who treats whom ------------------------------------------------------------------------------------------------------------


def treating_now() -> QuerySet[CircleRow]:
    """Therapists' rows that count: in their time, of somebody who works there in a clinical role and whose access is not ended.

    Restrictions are no admin's to know, so they do not come into it.
    """
    closed = Account.objects.filter(pk=OuterRef("person_id"), is_active=False)
    rows: QuerySet[CircleRow] = CircleRow.objects.visible().filter(
        on_now(), treats(), ~out_now("practice_id"), ~Exists(closed), role=CircleRole.THERAPIST
    )
    return rows


def without_therapist() -> QuerySet[Child]:
    """Children of whom no therapist's row counts now, by name."""
    treated = treating_now().filter(child_id=OuterRef("pk"))
    found: QuerySet[Child] = Child.objects.visible().filter(admins("id"), ~Exists(treated))
    return found.order_by("name", "pk")


def left_alone(person: Person, practice: Practice) -> list[Child]:
    """Children of the practice who have this person as their one therapist, by name."""
    rows = treating_now().filter(child_id=OuterRef("pk"))
    by, others = rows.filter(person_id=person.pk), rows.exclude(person_id=person.pk)
    found = Child.objects.visible().filter(admins("id"), Exists(by), ~Exists(others), practice=practice)
    return list(found.order_by("name", "pk"))
