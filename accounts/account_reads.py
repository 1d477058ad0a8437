"""Look-ups of one's own account page."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session as BrowserSession
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from accounts import idle
from accounts.devices import device_words
from accounts.models import Account, AddressChange, Contact
from accounts.visibility import viewer


@dataclass(frozen=True)
class SignedIn:
    """A browser that somebody is signed in on."""

    device: str
    since: datetime
    seen: datetime
    this_one: bool


def signed_in_on(request: HttpRequest) -> list[SignedIn]:
    """Where the viewer is signed in, this browser first. Those that ended without a sign-out are not there any more."""
    now, key = timezone.now(), request.session.session_key
    lives = BrowserSession.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    rows = UserSession.objects.filter(Exists(lives), user_id=viewer().person_id, last_seen_at__gt=now - idle.longest())
    found = [
        SignedIn(device_words(row.user_agent), row.created_at, row.last_seen_at, row.session_key == key)
        for row in rows.order_by("-last_seen_at", "pk")
    ]
    return sorted(found, key=lambda one: not one.this_one)


def phone_of_mine() -> str:
    """One's own telephone number."""
    return Contact.objects.visible().filter(pk=viewer().person_id).values_list("phone", flat=True).first() or ""


def waiting_address() -> AddressChange | None:
    """The new address both mailboxes are asked about."""
    open_ones = AddressChange.objects.visible().filter(done_at__isnull=True, void_at__isnull=True)
    found: AddressChange | None = open_ones.filter(expires_at__gt=viewer().moment).first()
    return found


def factors_of(account: Account) -> dict[str, int]:
    """How many of each kind of second factor."""
    kinds = list(Authenticator.objects.filter(user_id=account.pk).values_list("type", flat=True))
    return {"app": kinds.count(Authenticator.Type.TOTP), "passkeys": kinds.count(Authenticator.Type.WEBAUTHN)}


def owner_of(number: int) -> Account | None:
    """Whom a link of ours names. The caller has checked its signature, and the kernel that it is open."""
    return Account.objects.filter(pk=number).first()
