"""What CareBridge asks of allauth: closed sign-up, guessing stopped without locking anyone out, and every sign-in, refusal
and password change on the audit trail.

The only module with signals: allauth offers no other place to stand.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.account.models import Login
from allauth.account.signals import authentication_step_completed, password_changed, password_reset, password_set
from allauth.core import context
from allauth.core.internal import ratelimit  # its public face cannot take an attempt back
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy

from accounts import audit, idle, known_browsers, step_up
from accounts.models import Account
from accounts.visibility import enter, viewer

REFUSED = gettext_lazy("That log-in and that password do not belong together. Check both and try again.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: people join by invitation."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": REFUSED,
        "username_password_mismatch": REFUSED,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before the password is looked at; with too many behind it, it is not.

        A browser this address has signed in from before has a count of its own. Any other is counted by network address,
        by e-mail (or log-in name) and network address together, and, against many who guess at once, by e-mail. So who knows
        an address can use up the attempts of strangers to it, and not those of its owner.
        """
        address = typed_in(credentials)
        self.counted: list[ratelimit.RateLimitUsage] = []
        for action, key in self.counts(request, address):
            usage = ratelimit.consume(request, app="allauth.account", action=action, key=key)
            if usage is None:
                raise self.validation_error("too_many_login_attempts")
            self.counted.append(usage)

    @staticmethod
    def counts(request: HttpRequest, address: str) -> list[tuple[str, str]]:
        """The limits an attempt falls under (settings.ACCOUNT_RATE_LIMITS), each with what it is counted by."""
        browser = known_browsers.name_of(request, address)
        if browser:
            return [("login_failed_known", f"{address}:{browser}")]
        return [("login_failed", f"{address}:{ratelimit.get_ip(request)}"), ("login_failed_anywhere", address)]

    def _rollback_login_failed_rl_usage(self) -> None:
        """The password was right: no failure after all."""
        for usage in self.counted:
            usage.rollback()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Whoever set a new password by a mailed key owns the address: nothing stands against it any more."""
        for action, key in self.counts(request, typed_in(credentials)):
            ratelimit.clear(request, app="allauth.account", action=action, key=key)

    def post_login(self, request: HttpRequest, user: Account, **more: Any) -> HttpResponse:
        """From now on this browser is known, unless others use it too."""
        response: HttpResponse = super().post_login(request, user, **more)
        login = user.email or user.username
        if login and not idle.is_shared(request):
            known_browsers.remember(request, response, login)
        return response

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, Any]]:
        """By the second factor, for whoever has one: a password that somebody has seen shows nothing. A passkey comes first
        where there is no app."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        by_factor = [method for method in methods if method["id"].startswith("mfa_")]
        app_first = any("totp" in method.get("types", ()) for method in get_reauthentication_flows(user))
        return sorted(by_factor, key=lambda method: (method["id"] != "mfa_reauthenticate") == app_first) or methods

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:  # noqa: ARG002 - allauth's signature
        """As our own pages ask (accounts/step_up.py): a sign-in counts too."""
        return not step_up.proved_lately(context.request)

    def set_password(self, user: Account, password: str) -> None:
        """This column alone: the web process may write no other of an account."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_notification_mail(
        self, template_prefix: str, user: Account, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """In the account's own language. Of second factors accounts/views/second_factor.py tells: allauth does after the
        transaction, in whatever language is left then."""
        if not template_prefix.startswith("mfa/"):
            super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the account's own language where it has chosen one, whichever browser asked."""
        user = context.get("user")
        language = user.language if isinstance(user, Account) else ""
        with translation.override(language or translation.get_language()):
            super().send_mail(template_prefix, email, context)


def typed_in(credentials: dict[str, Any]) -> str:
    """What an account is called by whoever signs in: its address, or a young person's log-in name."""
    return str(credentials.get("email") or credentials.get("username") or "").lower()


def sign_in_by(request: HttpRequest, number: int) -> HttpResponse:
    """Sign in whoever has just chosen their password with a link or card of their own, as the sign-in page would. As after a
    mailed key nothing stands against them any more."""
    account = Account.objects.get(pk=number)
    called = {"email": account.email} if account.email else {"username": account.username}
    AccountAdapter(request)._delete_login_attempts_cached_email(request, **called)
    login = Login(user=account, email=account.email, redirect_url=settings.LOGIN_REDIRECT_URL)
    response: HttpResponse = perform_password_login(request, called, login)
    return response


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest, user: Account, **_: Any) -> None:
    """From here on the request is the person's own; the session remembers when it began."""
    enter(user.pk)
    idle.begin(request)
    idle.list_browser(request, user)
    step_up.prove(request)
    audit.record("sign_in", practices=viewer().practices, request=request)


@receiver(authentication_step_completed)
def note_that_it_was_shown_again(request: HttpRequest, **said: Any) -> None:
    """On allauth's own pages: by the password, or by the second factor of whoever has one."""
    if said.get("reauthenticated"):
        step_up.prove(request)


@receiver(user_logged_out)
def record_sign_out(request: HttpRequest, user: Account | None, **_: Any) -> None:
    """Recorded only when someone was signed in. The list of browsers they are signed in on is one shorter."""
    if user is not None:
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        audit.record("sign_out", practices=viewer().practices, request=request)


@receiver(user_login_failed)
def record_refused_sign_in(request: HttpRequest | None = None, **_: Any) -> None:
    """Without the address that was tried: a typed password sometimes lands in that field."""
    audit.record("sign_in_refused", request=request)


@receiver(password_changed)
@receiver(password_reset)
@receiver(password_set)
def record_password_change(request: HttpRequest, user: Account, **_: Any) -> None:
    """A reset happens without a viewer: the row is written as the person's own."""
    enter(user.pk)
    audit.record("password_changed", practices=viewer().practices, request=request)
