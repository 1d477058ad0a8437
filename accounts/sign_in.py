"""What CareBridge asks of allauth: closed sign-up, and every sign-in, refusal and password change on the audit trail.

The only module with signals: allauth offers no other place to stand.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed, password_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import translation

from accounts import audit
from accounts.models import Account
from accounts.visibility import enter, viewer


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: people join by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Never."""
        return False

    def set_password(self, user: Account, password: str) -> None:
        """This column alone: the web process may write no other of an account."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the account's own language where it has chosen one, whichever browser asked."""
        user = context.get("user")
        language = user.language if isinstance(user, Account) else ""
        with translation.override(language or translation.get_language()):
            super().send_mail(template_prefix, email, context)


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest, user: Account, **_: Any) -> None:
    """From here on the request is the person's own; the session remembers when it began."""
    enter(user.pk)
    request.session["signed_in_at"] = viewer().moment.isoformat()
    audit.record("sign_in", practices=viewer().practices, request=request)


@receiver(user_logged_out)
def record_sign_out(request: HttpRequest, user: Account | None, **_: Any) -> None:
    """Recorded only when someone was signed in."""
    if user is not None:
        audit.record("sign_out", practices=viewer().practices, request=request)


@receiver(user_login_failed)
def record_refused_sign_in(request: HttpRequest | None = None, **_: Any) -> None:
    """Without the address that was tried: a typed password sometimes lands in that field."""
    audit.record("sign_in_refused", request=request)


@receiver(password_changed)
@receiver(password_reset)
def record_password_change(request: HttpRequest, user: Account, **_: Any) -> None:
    """A reset happens without a viewer: the row is written as the person's own."""
    enter(user.pk)
    audit.record("password_changed", practices=viewer().practices, request=request)
