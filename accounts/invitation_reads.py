"""Whom an admin has invited, and who could be. Nobody of a circle the admin is barred from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet

from accounts.definers import known_by_address
from accounts.enums import CircleRole, InvitationKind
from accounts.models import Account, CircleRow, Contact, Invitation, Membership, Person, Practice
from accounts.models.joining import not_of_a_barred_circle
from accounts.visibility import admins, in_place, viewer
from carebridge.lib.among import Among

STATES = ("open", "expired", "accepted", "revoked")


def state_of(invitation: Invitation, moment: datetime) -> str:
    """One of STATES."""
    if invitation.accepted_at:
        return "accepted"
    if invitation.revoked_at:
        return "revoked"
    return "open" if moment < invitation.expires_at else "expired"


def in_state(state: str, moment: datetime) -> Q:
    """The same, as a filter."""
    unused = Q(accepted_at__isnull=True, revoked_at__isnull=True)
    return {
        "open": unused & Q(expires_at__gt=moment),
        "expired": unused & Q(expires_at__lte=moment),
        "accepted": Q(accepted_at__isnull=False),
        "revoked": Q(revoked_at__isnull=False),
    }[state]


def invitations(state: str, query: str = "") -> "QuerySet[Invitation]":
    """What was sent or made in the practices one is an admin of, the newest first."""
    found: QuerySet[Invitation] = Invitation.objects.visible().filter(
        in_state(state, viewer().moment), in_place("admin", "practice_id")
    )
    if query:
        found = found.filter(Q(person__name__icontains=query) | Q(email__icontains=query))
    return found.order_by("-invited_at", "-pk")


def still_open(person: str = "pk") -> "QuerySet[Invitation]":
    """Invitations of the person in the outer query that stand, too old or not: such a one is sent again, not made anew."""
    found: QuerySet[Invitation] = Invitation.objects.visible().filter(
        accepted_at__isnull=True, revoked_at__isnull=True, person_id=OuterRef(person)
    )
    return found


def in_force(rows: Any) -> Any:
    """Rows that have not ended."""
    return rows.filter(Q(ends__isnull=True) | Q(ends__gt=viewer().moment))


def without_way_in(query: str = "") -> "QuerySet[Person]":
    """Everyone in the books who cannot sign in and has not been invited; young people come in by a card."""
    tied = in_force(CircleRow.objects.visible().filter(admins(), person_id=OuterRef("pk")))
    grown = tied.exclude(role__in=[CircleRole.YOUNG_PERSON, CircleRole.THERAPIST])
    employed = in_force(Membership.objects.visible().filter(in_place("admin", "practice_id"), person_id=OuterRef("pk")))
    found: QuerySet[Person] = (
        Person.objects.visible()
        .filter(Exists(grown) | Exists(employed), not_of_a_barred_circle("account_id"))
        .filter(account__email__isnull=True, account__username__isnull=True)
        .exclude(Exists(still_open()))
    )
    if query:
        found = found.filter(name__icontains=query)
    return found.order_by("name", "pk")


@dataclass(frozen=True)
class Place:
    """Where somebody belongs: the practice, and what they are invited as."""

    practice: int
    kind: InvitationKind


def places_of(people: Iterable[int]) -> dict[int, Place]:
    """By person, where they belong among the practices one is an admin of. Who works there is invited as a colleague."""
    wanted = Among("person_id", sorted(people), BigIntegerField())
    found: dict[int, Place] = {}
    tied = in_force(CircleRow.objects.visible().filter(admins(), wanted)).order_by("role", "starts", "pk")
    for row in tied:
        if row.role in {CircleRole.GUARDIAN, CircleRole.HELPER}:
            found.setdefault(row.person_id, Place(row.practice_id, InvitationKind(row.role)))
    jobs = in_force(Membership.objects.visible().filter(in_place("admin", "practice_id"), wanted))
    for job in jobs.order_by("starts", "pk"):
        found[job.person_id] = Place(job.practice_id, InvitationKind.STAFF)
    return found


def contacts_of(people: Iterable[int]) -> dict[int, Contact]:
    """How they are reached, by person."""
    wanted = Among("person_id", sorted(people), BigIntegerField())
    return {contact.pk: contact for contact in Contact.objects.visible().filter(wanted)}


# --- Is an address known? -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """Somebody the practice knows by an address already. `signs_in`: they have a log-in; `invitation`: one that stands."""

    person: Person
    signs_in: bool
    invitation: Invitation | None


def known_at(practice: Practice, email: str) -> list[Known]:
    """Who the practice knows by this address: by their log-in, or, of those without one, by the address in the books. Several may
    share the one in the books: then a third must not be made without a look at them."""
    number = known_by_address(practice, email)
    numbers = [number] if number else list(sharing(practice, email))
    if not numbers:
        return []
    people = Person.objects.visible().filter(pk__in=numbers).select_related("account").order_by("name", "pk")
    standing = Invitation.objects.visible().filter(
        practice=practice, person_id__in=numbers, accepted_at__isnull=True, revoked_at__isnull=True
    )
    invited = {invitation.person_id: invitation for invitation in standing}
    return [Known(one, signs_in(one.account), invited.get(one.pk)) for one in people]


def sharing(practice: Practice, email: str) -> "QuerySet[Contact, int]":
    """The people of the practice without a log-in who have this address in the books."""
    here = {"practice": practice, "person_id": OuterRef("person_id")}
    tied = Exists(CircleRow.objects.visible().filter(admins(), **here))
    employed = Exists(Membership.objects.visible().filter(**here))
    invited = Exists(Invitation.objects.visible().filter(revoked_at__isnull=True, **here))
    found: QuerySet[Contact, int] = (
        Contact.objects.visible()
        .filter(tied | employed | invited, email__iexact=email.strip(), person__account__email__isnull=True)
        .values_list("person_id", flat=True)
    )
    return found


def signs_in(account: Account) -> bool:
    """Whether there is anything to sign in by."""
    return bool(account.email or account.username)
