"""Short ways to invite somebody and to come in, as tests do it."""

import re
from typing import Any
from uuid import UUID

from django.core import mail
from django.urls import reverse

from accounts import links
from accounts.actions.invite import Newcomer, let_in, make_card
from accounts.actions.mail_log_ins import Patience
from accounts.enums import InvitationKind
from accounts.models import Child, Invitation, Person
from accounts.tasks import send_log_in_mails
from carebridge.lib.database import WORKER
from tests.harness import WallClient, role, viewing
from tests.people import Willow

PASSWORD = "seven calm herons under maps"
NEW = {"kind": "guardian", "name": "Uma Okafor", "email": "uma@okafor.example", "phone": "", "language": "en"}


def newcomer(**more: Any) -> Newcomer:
    """A parent nobody knows."""
    given = {"name": "Uma Okafor", "email": "uma@okafor.example", "kind": InvitationKind.GUARDIAN, **more}
    return Newcomer(**given)


def invited(willow: Willow, by: str = "omar", **more: Any) -> Invitation:
    """Someone new, invited by an admin behind the wall."""
    with viewing(willow.people[by]):
        made = let_in(practice=willow.practice, newcomer=newcomer(**more))
    return Invitation.objects.get(pk=made.pk)


def token(invitation: Invitation, serial: int | None = None) -> str:
    """What the mail's link ends with."""
    return links.seal("invitation", invitation.pk, str(serial or invitation.serial))


def where(invitation: Invitation, serial: int | None = None) -> str:
    """The address in the mail."""
    return reverse("join", args=[token(invitation, serial)])


def choose(client: WallClient, url: str, password: str = PASSWORD) -> Any:
    """The form of somebody new."""
    return client.post(url, {"password1": password, "password2": password})


def card(willow: Willow, child: Child, person: int, by: str = "tom") -> tuple[Invitation, str]:
    """A card, made by the child's therapist behind the wall."""
    with viewing(willow.people[by]):
        return make_card(child=child, person=person)


def sweep() -> int:
    """One round of the worker, as its own role."""
    with role(WORKER):
        went: int = send_log_in_mails()
    return went


def forget_failures(monkeypatch: Any) -> Patience:
    """A worker that has just been started."""
    fresh = Patience()
    monkeypatch.setattr("accounts.tasks.patience", fresh)
    return fresh


def link_in(number: int = -1) -> str:
    """The path of the link in a mail that was sent."""
    found = re.search(r"https?://[^/\s]+(/\S+)", str(mail.outbox[number].body))
    assert found
    return found[1]


def plain(text: str) -> str:
    """A page without its tokens."""
    return re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]+"', r"\1", text)


def number_of(person: Person | UUID) -> Any:
    """How pages name a person."""
    return person.public_id if isinstance(person, Person) else person
