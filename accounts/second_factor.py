"""The second factor: demanded of whoever works in a practice, offered to everybody else. allauth does the checking; here are
the keys its secrets are encrypted with, and the middleware that keeps staff without one on the pages where it is set up.
"""

from collections.abc import Callable
from typing import Any

import qrcode
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.devices import device_words
from accounts.models import Account
from accounts.visibility import viewer

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # codes on paper are no factor of their own
SEEN = "has_factor"  # in the session: it was there, which ends with the session when it comes off
# Where someone may go who still has to set one up.
OPEN = {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout", "leave", "stay",
    "account_set_password",
}  # fmt: skip


def keys() -> MultiFernet:
    """Those in the environment, outside the database: the first one writes, all of them read."""
    return MultiFernet([Fernet(key) for key in settings.MFA_KEYS])


def closed(text: str) -> str:
    """Encrypted."""
    return keys().encrypt(text.encode()).decode()


def clear(text: str) -> str | None:
    """What was encrypted with one of the keys; None for anything else."""
    try:
        return keys().decrypt(text.encode()).decode()
    except InvalidToken:
        return None


class KeyLost(Exception):
    """None of the keys opens the secret of the factor with this number."""


@transaction.atomic
def write_anew() -> int:
    """Every secret with the first key. Returns of how many factors. Raises KeyLost, and has changed nothing then."""
    kept = Authenticator.objects.select_for_update().filter(type__in=("totp", "recovery_codes"))
    for factor in kept:
        for field in {"secret", "seed"} & factor.data.keys():
            text = clear(factor.data[field])
            if text is None:
                raise KeyLost(factor.pk)
            factor.data[field] = closed(text)
        factor.save(update_fields=["data"])
    return len(kept)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What CareBridge asks of allauth.mfa."""

    def encrypt(self, text: str) -> str:
        """Before it goes into mfa_authenticator."""
        return closed(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises InvalidToken when none of the keys made it."""
        return keys().decrypt(encrypted_text.encode()).decode()

    def _get_user_identifier(self, user: Account) -> str:
        """What the app and the browser write beside the entry: by what this person signs in."""
        return user.email or user.username or ""

    def get_public_key_credential_user_entity(self, user: Account) -> dict[str, Any]:
        """The name a browser offers a passkey under."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": self._get_user_identifier(user)}

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:  # noqa: ARG002
        """After the device it is made on."""
        return device_words(context.request.headers.get("User-Agent", ""))


def has_factor(account: Account) -> bool:
    """Whether something beside the password is asked of this account."""
    return bool(Authenticator.objects.filter(user_id=account.pk, type__in=FACTORS).exists())


def waived(account: Account) -> bool:
    """A log-in that came with its password in a bundle does without, outside production."""
    return account.factor_waived and not settings.PRODUCTION


def is_staff() -> bool:
    """Whether the viewer works in a practice, or for the installation."""
    return viewer().operator or viewer().stands_anywhere_in("member")


def is_missing(request: HttpRequest) -> bool:
    """Whether the viewer has to set one up before anything else."""
    account = request.user
    if not isinstance(account, Account) or not is_staff() or waived(account) or request.session.get(SEEN):
        return False
    if not has_factor(account):
        return True
    request.session[SEEN] = True
    return False


class SecondFactorMiddleware:
    """Whoever works here and has none sees nothing but the pages that set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """See `process_view`."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Lead there."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        return redirect("mfa_index") if name not in OPEN and is_missing(request) else None


def squares(text: str) -> dict[str, Any]:
    """A square to scan: its size in little squares, and the path of those that are dark."""
    drawn = qrcode.QRCode(border=4)
    drawn.add_data(text)
    rows = drawn.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on)
    return {"size": len(rows), "path": "".join(dark)}
