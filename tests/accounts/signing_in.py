"""Passwords, apps and passkeys of the people in these tests."""

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.urls import reverse
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

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


@dataclass
class Authenticating:
    """A passkey in software: what a browser and its device answer."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    number: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    verified: bool = True  # by a finger, a face or a PIN
    host: str = "testserver"

    def flags(self) -> AuthenticatorData.FLAG:
        """Somebody was there, and who."""
        there = AuthenticatorData.FLAG.UP
        return there | AuthenticatorData.FLAG.UV if self.verified else there

    def client_data(self, kind: str, challenge: str) -> bytes:
        """What the browser says it was asked."""
        return json.dumps({"type": kind, "challenge": challenge, "origin": f"https://{self.host}"}).encode()

    def answer(self, **parts: bytes) -> dict[str, Any]:
        """As it is posted."""
        number = websafe_encode(self.number)
        response = {name: websafe_encode(value) for name, value in parts.items()}
        return {"id": number, "rawId": number, "type": "public-key", "response": response}

    def made(self, challenge: str, *, alone: bool = True) -> str:
        """A new passkey. `alone`: it signs in by itself."""
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        about = AttestedCredentialData.create(b"\0" * 16, self.number, public)
        data = AuthenticatorData.create(
            sha256(self.host.encode()).digest(), self.flags() | AuthenticatorData.FLAG.AT, 0, about
        )
        said = self.client_data("webauthn.create", challenge)
        whole = self.answer(clientDataJSON=said, attestationObject=bytes(AttestationObject.create("none", data, {})))
        return json.dumps({**whole, "clientExtensionResults": {"credProps": {"rk": alone}}})

    def shown(self, challenge: str, owner: Account) -> str:
        """The passkey, used."""
        data = AuthenticatorData.create(sha256(self.host.encode()).digest(), self.flags(), 1)
        said = self.client_data("webauthn.get", challenge)
        signature = self.key.sign(bytes(data) + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        handle = user_pk_to_url_str(owner).encode()
        return json.dumps(
            self.answer(clientDataJSON=said, authenticatorData=bytes(data), signature=signature, userHandle=handle)
        )


def challenge_of(page: Any) -> str:
    """What the page has the browser ask with."""
    options = json.loads(page.context["options"]) if page.context else page.json()["request_options"]
    return str(options["publicKey"]["challenge"])


def give_passkey(client: WallClient, **how: Any) -> Authenticating:
    """One for whoever is signed in here, by the page."""
    device = Authenticating(**how)
    challenge = challenge_of(client.get(reverse("mfa_add_webauthn")))
    form = {"name": "My stick", "credential": device.made(challenge), "passwordless": "on" if device.verified else ""}
    assert client.post(reverse("mfa_add_webauthn"), form).status_code == 302
    return device
