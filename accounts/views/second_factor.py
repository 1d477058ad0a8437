"""allauth's pages of the second factor, with what they leave out: a row on the trail, and an end to sessions elsewhere."""

import json
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from accounts import audit, idle
from accounts.access import recent_sign_in
from accounts.second_factor import SEEN, is_missing, squares
from accounts.visibility import viewer


def changed(request: HttpRequest, action: str, kind: str, said: str) -> None:
    """On the trail, by mail, and in words; whoever is signed in elsewhere signs in anew, with what holds from now on."""
    request.session.pop(SEEN, None)
    audit.record(action, practices=viewer().practices, data={"kind": kind}, request=request)
    end_other_sessions(request, request.user)
    get_adapter(request).send_notification_mail(f"account/email/{action}", request.user, {"kind": kind})
    messages.success(request, said)


class Overview(base.IndexView):  # type: ignore[misc]
    """What is set up, and what can be."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """And whether it is demanded."""
        return {**super().get_context_data(**kwargs), "missing": is_missing(self.request)}


class AddApp(totp.ActivateTOTPView):  # type: ignore[misc]
    """An app that shows codes."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the square to scan, drawn as text may be."""
        found = super().get_context_data(**kwargs)
        return {**found, "square": squares(found["totp_url"])}

    def form_valid(self, form: Any) -> HttpResponse:
        """allauth speaks of it after the transaction, when there is no viewer any more."""
        response: HttpResponse = super().form_valid(form)
        changed(self.request, "factor_added", "app", _("The app is set up. From now on signing in asks for its code."))
        return response


class TakeOffApp(totp.DeactivateTOTPView):  # type: ignore[misc]
    """The app comes off."""

    def form_valid(self, form: Any) -> HttpResponse:
        """See the class."""
        response: HttpResponse = super().form_valid(form)
        changed(self.request, "factor_removed", "app", _("The app is removed."))
        return response


class AddPasskey(webauthn.AddWebAuthnView):  # type: ignore[misc]
    """A passkey: of this device, of a telephone, or a stick."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the browser asks with. A refused form comes back with what was chosen in it."""
        found = super().get_context_data(**kwargs)
        form = kwargs.get("form") or self.get_form()
        return {**found, "form": form, "options": json.dumps(found["js_data"]["creation_options"])}

    def form_valid(self, form: Any) -> HttpResponse:
        """See the class."""
        response: HttpResponse = super().form_valid(form)
        changed(self.request, "factor_added", "passkey", _("The passkey is added."))
        return response


class RenamePasskey(webauthn.EditWebAuthnView):  # type: ignore[misc]
    """Another name for it."""

    success_url = reverse_lazy("mfa_index")


class TakeOffPasskey(webauthn.RemoveWebAuthnView):  # type: ignore[misc]
    """A passkey comes off."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """See the class."""
        response: HttpResponse = super().form_valid(form)
        changed(self.request, "factor_removed", "passkey", _("The passkey is removed."))
        return response


class NewCodes(codes.GenerateRecoveryCodesView):  # type: ignore[misc]
    """Codes on paper anew."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Told by mail, too: they open the account."""
        response: HttpResponse = super().form_valid(form)
        get_adapter(self.request).send_notification_mail("account/email/codes_made", self.request.user)
        return response


class ShowAgainByPasskey(webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]
    """That it is oneself, by a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the browser asks with."""
        found = super().get_context_data(**kwargs)
        form = kwargs.get("form") or self.get_form()
        return {**found, "form": form, "options": json.dumps(found["js_data"]["request_options"])}

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again: allauth's leads to the sign-in page, which leads away."""
        page: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return page


class SignIn(base.AuthenticateView):  # type: ignore[misc]
    """The second step of signing in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the browser asks a passkey with."""
        found = super().get_context_data(**kwargs)
        return {**found, "options": json.dumps(found["js_data"]["request_options"])}


class SignInByPasskey(webauthn.LoginWebAuthnView):  # type: ignore[misc]
    """Signing in by a passkey alone."""

    def form_valid(self, form: Any) -> HttpResponse:
        """With what the sign-in form says of the device."""
        idle.say_shared(self.request, shared=bool(self.request.POST.get("shared")))
        response: HttpResponse = super().form_valid(form)
        return response


overview = Overview.as_view()
sign_in = SignIn.as_view()
sign_in_by_passkey = login_not_required(SignInByPasskey.as_view())
show_again = base.reauthenticate
show_again_by_passkey = ShowAgainByPasskey.as_view()
# Our own question comes before allauth's, which would keep what was sent in the session.
add_app = recent_sign_in(AddApp.as_view())
take_off_app = recent_sign_in(TakeOffApp.as_view())
add_passkey = recent_sign_in(AddPasskey.as_view())
rename_passkey = recent_sign_in(RenamePasskey.as_view())
take_off_passkey = recent_sign_in(TakeOffPasskey.as_view())
codes_on_paper = recent_sign_in(codes.view_recovery_codes)
new_codes_on_paper = recent_sign_in(NewCodes.as_view())
