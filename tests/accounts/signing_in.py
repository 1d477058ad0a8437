"""Passwords, apps and passkeys of the people in these tests."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse

from accounts.models import Account, Person
from tests.harness import WallClient

PASSWORD = "five quiet foxes at noon"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_password(who: Person, password: str = PASSWORD) -> Account:
    """A password, and the address as proven."""
    account: Account = who.account
    account.set_password(password)
    account.save()
    if account.email:
        EmailAddress.objects.get_or_create(user=account, email=account.email, verified=True, primary=True)
    return account


def demand(who: Person) -> Account:
    """As of a log-in that no bundle brought."""
    account: Account = who.account
    account.factor_waived = False
    account.save()
    return account


def give_app(who: Person, secret: str = SECRET) -> Authenticator:
    """An authenticator app."""
    made: Authenticator = TOTP.activate(who.account, secret).instance
    return made


def give_paper(who: Person) -> list[str]:
    """Codes on paper."""
    codes: list[str] = RecoveryCodes.activate(who.account).generate_codes()
    return codes


def code(secret: str = SECRET, step: int = 0) -> str:
    """What the app shows at this moment, or that many half minutes later."""
    return str(format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1] + step)))


def sign_in(client: WallClient, who: Person, password: str = PASSWORD, **more: Any) -> Any:
    """By the form."""
    return client.post(reverse("account_login"), {"login": who.account.email, "password": password, **more})
