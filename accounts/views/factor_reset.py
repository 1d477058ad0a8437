"""A second factor that is lost comes off by the mailed link and the password together: neither alone is enough."""

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, definers, links
from accounts.access import public
from accounts.account_reads import owner_of
from accounts.forms_account import PasswordForm
from accounts.models import Account
from accounts.visibility import acting_as, viewer


@public("whoever lost their second factor follows the mailed link and gives their password")
def use(request: HttpRequest, token: str) -> HttpResponse:
    """The question, and then to sign-in. Opening the page changes nothing."""
    named = links.unseal("factor", token)
    person = definers.open_reset(named[0], timezone.now()) if named and named[1] == "once" else None
    owner = owner_of(person) if person else None
    if named is None or owner is None:
        return render(request, "accounts/factor_reset_over.html")
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and is_theirs(request, owner, form):
        take_off(request, named[0], owner)
        return redirect("account_login")
    return render(request, "accounts/factor_reset_use.html", {"form": form})


def is_theirs(request: HttpRequest, owner: Account, form: PasswordForm) -> bool:
    """Whether the password is right; counted like an attempt to sign in."""
    by = {"email": owner.email} if owner.email else {"username": owner.username}
    try:
        found = get_adapter(request).authenticate(request, **by, password=form.cleaned_data["password"])
    except ValidationError as why:
        form.add_error(None, why)
        return False
    if found is None or found.pk != owner.pk:
        form.add_error("password", _("This is not the password. Try again, or set a new one by mail first."))
        return False
    return True


def take_off(request: HttpRequest, reset: UUID, owner: Account) -> None:
    """Once; with it every session ends, and the owner is told."""
    if not definers.take_off_factors(reset, timezone.now()):
        return
    with acting_as(owner.pk):
        audit.record("factor_reset", practices=viewer().practices, request=request)
    get_adapter(request).send_notification_mail("account/email/factor_removed", owner, {"kind": "all"})
    if request.user.pk == owner.pk:
        logout(request)
    messages.success(request, _("Your second factor is off. Sign in with your password, and set up a new one."))
