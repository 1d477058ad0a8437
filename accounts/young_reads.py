"""The young person of a child, as the child's therapist sees to their log-in."""

import re
from dataclasses import dataclass

from django.db.models import Q

from accounts.enums import CircleRole
from accounts.models import Child, CircleRow, Contact, Invitation, Person
from accounts.visibility import viewer

DIGITS = 9  # of a telephone number, the last: with or without a country's prefix it is one telephone


@dataclass(frozen=True)
class Young:
    """Who it is. `signs_in`: they have chosen a log-in name; `card`: one that can still be used."""

    row: CircleRow
    person: Person
    signs_in: bool
    card: Invitation | None


def young_of(child: Child) -> Young | None:
    """The child's young person at this moment, if there is one."""
    moment = viewer().moment
    row = (
        CircleRow.objects.visible()
        .filter(Q(ends__isnull=True) | Q(ends__gt=moment), child=child, role=CircleRole.YOUNG_PERSON)
        .order_by("starts", "pk")
        .first()
    )
    if row is None:
        return None
    person = Person.objects.visible().select_related("account").get(pk=row.person_id)
    card = Invitation.objects.visible().filter(
        child=child, person=person, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=moment
    )
    return Young(row, person, bool(person.account.username or person.account.email), card.first())


def shares_an_address(child: Child, young: Young) -> bool:
    """Whether an e-mail or telephone of theirs is a guardian's too, of then or now. The kernel holds the same when an address is
    written (`authz.hold_the_young`); here it is asked before a card is made, since it may have come with a file."""
    guardians = (
        CircleRow.objects.visible().filter(child=child, role=CircleRole.GUARDIAN).values_list("person_id", flat=True)
    )
    people = Person.objects.visible().filter(pk__in=[young.person.pk, *guardians]).select_related("account")
    contacts = {contact.pk: contact for contact in Contact.objects.visible().filter(pk__in=[one.pk for one in people])}
    mine, theirs = set[str](), set[str]()
    for person in people:
        contact = contacts.get(person.pk)
        found = {plain(person.account.email or "")}
        found |= {plain(contact.email), plain(contact.phone)} if contact else set()
        (mine if person.pk == young.person.pk else theirs).update(found - {""})
    return bool(mine & theirs)


def plain(address: str) -> str:
    """What an address comes down to, as in `authz.plain`."""
    return address.strip().lower() if "@" in address else re.sub(r"[^0-9]", "", address)[-DIGITS:]
