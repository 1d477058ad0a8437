"""Another address to sign in by: asked for here, said yes to from both mailboxes. Nobody learns whose an address is."""

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import logout
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit, definers, links
from accounts.access import for_places, public, recent_sign_in
from accounts.account_reads import owner_of
from accounts.actions.account import ask_for_address, give_up_address
from accounts.forms_account import AddressForm
from accounts.models import Account
from accounts.visibility import acting_as, viewer


@for_places()
@recent_sign_in
def change(request: HttpRequest) -> HttpResponse:
    """Ask for it."""
    mine = request.user
    assert isinstance(mine, Account)
    form = AddressForm(request.POST if request.method == "POST" else None, now=mine.email or "")
    if request.method == "POST" and form.is_valid():
        ask_for_address(email=form.cleaned_data["email"])
        both = _("A mail is on its way to each address. The change counts when both have said yes, within a day.")
        messages.success(request, both if mine.email else _("A mail is on its way. Say yes there within a day."))
        return redirect("account")
    return render(request, "accounts/address_change.html", {"form": form, "mine": mine})


@require_POST
@for_places()
def give_up(request: HttpRequest) -> HttpResponse:
    """Leave it as it is."""
    if give_up_address():
        messages.success(request, _("Your address stays as it is. The links in the mails are worth nothing any more."))
    return redirect("account")


@public("each mailbox says yes by the link mailed to it, signed in or not")
def yes(request: HttpRequest, token: str) -> HttpResponse:
    """One button; opening the page changes nothing, since programs that look through mail open links too."""
    named = links.unseal("address", token)
    found = definers.open_address(named[0], timezone.now()) if named else None
    if named is None or found is None:
        return render(request, "accounts/address_over.html")
    if request.method != "POST":
        return render(request, "accounts/address_yes.html", {"new": found.new})
    done = said_yes(*named)
    if done is None:
        return render(request, "accounts/address_over.html")
    if done:
        moved(request, found)
    return render(request, "accounts/address_done.html", {"done": done})


def said_yes(change: UUID, side: str) -> bool | None:
    """What came of it. An address that belongs to somebody, or that may not be this person's, ends like an old link."""
    try:
        with transaction.atomic():
            return definers.confirm_address(change, side, timezone.now())
    except IntegrityError:
        return None


def moved(request: HttpRequest, change: definers.OpenAddress) -> None:
    """It is on the trail, and the mailbox of before is told. Every session has ended, this one too if it is theirs."""
    owner = owner_of(change.person)
    assert owner is not None
    with acting_as(owner.pk):
        audit.record("address_changed", practices=viewer().practices, request=request)
    if change.old:
        get_adapter(request).send_notification_mail("account/email/address_changed", owner, email=change.old)
    if request.user.pk == owner.pk:
        logout(request)
