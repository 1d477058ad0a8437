"""What people change about themselves."""

from datetime import timedelta

from django.db import transaction

from accounts import audit
from accounts.models import Account, AddressChange, Contact, Person
from accounts.visibility import viewer

ASKED_FOR = timedelta(hours=24)  # both mailboxes have this long to say yes


@transaction.atomic
def describe(*, name: str, phone: str, language: str, time_zone: str) -> None:
    """One's own name, telephone, language and time zone (empty: the practice's).

    Raises IntegrityError for a number that cannot be this person's: a young person's must be no guardian's.
    """
    me = viewer().person_id
    assert me is not None
    Person.objects.visible().filter(pk=me).update(name=name)
    if not Contact.objects.visible().filter(pk=me).update(phone=phone) and phone:
        Contact.objects.create(person_id=me, email="", phone=phone)
    Account.objects.filter(pk=me).update(language=language, time_zone=time_zone)
    audit.record("profile_changed", practices=viewer().practices, data={"kind": "own"})


@transaction.atomic
def ask_for_address(*, email: str) -> None:
    """Ask both mailboxes; whether the address is anybody's already nobody learns here. An earlier asking is given up."""
    now, me = viewer().moment, viewer().person_id
    void()
    made = AddressChange.objects.create(person_id=me, email=email, asked_at=now, expires_at=now + ASKED_FOR)
    audit.record("address_change_asked", practices=viewer().practices, shown=[made.pk])


@transaction.atomic
def give_up_address() -> bool:
    """Leave the address as it is. Returns whether anything was waiting."""
    return bool(void())


def void() -> int:
    """Whatever is open is worth nothing from now on."""
    waiting = AddressChange.objects.visible().filter(done_at__isnull=True, void_at__isnull=True)
    gone: int = waiting.update(void_at=viewer().moment)
    return gone
