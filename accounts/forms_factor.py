"""The forms of the second factor, where allauth's own leave something open."""

import struct
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn import forms as webauthn
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from accounts.second_factor import clear, closed

CODE_LABEL = gettext_lazy("Code from your app")
NAME = 100  # characters of a passkey's name
COUNTS = 120  # seconds: longer than any code of an app is taken (settings, MFA_TOTP_TOLERANCE)


def use_up(user: Account, code: str) -> None:
    """A code of an app counts once, however often it is seen. Raises ValidationError the second time."""
    plain = "".join(letter for letter in code if letter.isdigit())
    if not cache.add(f"factor-code:{user.pk}:{plain}", "used", timeout=COUNTS):
        raise get_adapter().validation_error("incorrect_code")


class OnceForm(base.BaseAuthenticateForm):  # type: ignore[misc]
    """A code from an app or from paper."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = gettext_lazy("Code from your app, or one of your codes on paper")
        self.fields["code"].widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}

    def clean_code(self) -> str:
        """allauth forgets a code after half a minute, while its neighbours count longer."""
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            use_up(self.user, code)
        return code


class AuthenticateForm(OnceForm, base.AuthenticateForm):  # type: ignore[misc]
    """While signing in."""


class ReauthenticateForm(OnceForm, base.ReauthenticateForm):  # type: ignore[misc]
    """Before something weighty."""


# What fido2 raises over an answer that no browser would give.
GARBLED = (ValueError, TypeError, KeyError, AttributeError, IndexError, struct.error)


class AddPasskeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(MaxLengthValidator(NAME))
        if not self.user.has_usable_password():
            self.initial["passwordless"] = True

    def clean_passwordless(self) -> bool:
        """Whoever has no password needs one that signs in by itself."""
        alone = bool(self.cleaned_data["passwordless"])
        if not alone and not self.user.has_usable_password():
            raise ValidationError(
                _(
                    "You have no password: without this tick nothing would sign you in. Tick it, or set a password first."
                )
            )
        return alone

    def clean(self) -> dict[str, Any]:
        """An answer that cannot be read is a wrong one."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except GARBLED as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return cleaned


class RenamePasskeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(MaxLengthValidator(NAME))


class ReadableAnswer(webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey that is shown."""

    def clean_credential(self) -> Authenticator:
        """An answer that cannot be read is a wrong one."""
        try:
            return super().clean_credential()
        except GARBLED as error:
            raise get_adapter().validation_error("incorrect_code") from error


class AuthenticatePasskeyForm(ReadableAnswer):
    """As the second step of signing in."""


class ReauthenticatePasskeyForm(ReadableAnswer, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Before something weighty."""


class LoginPasskeyForm(ReadableAnswer, webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    """Signing in by it alone."""


class ActivateTOTPForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app. Its secret waits in the session as it will stand in the table: encrypted."""

    secret: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session = context.request.session
        made = self.secret
        self.secret = (clear(made) if self.is_bound else None) or made
        session[SECRET_SESSION_KEY] = closed(self.secret)
        self.fields["code"].label = CODE_LABEL
        self.fields["code"].widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}

    def clean_code(self) -> str:
        """The same code does not sign in afterwards."""
        code: str = super().clean_code()
        use_up(self.user, code)
        return code
