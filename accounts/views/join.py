"""The door for whoever was invited: by the link in a mail, or in the room by a card. A GET accepts nothing."""

from allauth.core.internal import ratelimit  # its public face cannot take an attempt back
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import public
from accounts.actions.join import Clash, Closed, Open, Taken, accept, accept_as
from accounts.join_forms import CardForm, CodeForm, PasswordForm
from accounts.join_reads import by_code, by_link
from accounts.log_in_names import suggested
from accounts.models import Account
from accounts.sign_in import sign_in_by

GUESSED = 429  # status of a page that asks to wait


@public("whoever holds a mailed link joins by it; says the same of every link that is not open")
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites, and what to do: choose a password, sign in first, confirm, or change accounts."""
    attempt = counted(request, "join")
    if attempt is None:
        return door(request, "wait", status=GUESSED)
    found = by_link(token)
    if found is None:
        return door(request, "closed")
    attempt.rollback()
    user = request.user
    if isinstance(user, Account):
        if (user.email or "").lower() != found.way.email.lower():
            return door(request, "other")
        return as_oneself(request, user, found)
    if found.way.has_account:
        return door(request, "sign_in", found)
    return with_password(request, found)


def with_password(request: HttpRequest, found: Open) -> HttpResponse:
    """Somebody new: a password, and in; or in without one, and on to the page that makes a passkey."""
    if request.method == "POST" and "passkey" in request.POST:
        return with_passkey(request, found)
    form = PasswordForm(request.POST if request.method == "POST" else None, account=Account(email=found.way.email))
    if not form.is_valid():
        return door(request, "password", found, form=form)
    try:
        account = accept(found=found, password=form.cleaned_data["password1"])
    except Closed:
        return door(request, "closed")
    response = sign_in_by(request, account)
    messages.success(
        request,
        _("You have joined %(practice)s. Under your name you can add a passkey, to sign in without typing.")
        % {"practice": found.way.practice},
    )
    return response


def with_passkey(request: HttpRequest, found: Open) -> HttpResponse:
    """In by the link alone. Whoever then makes no passkey gets back in as after a forgotten password: by the same mailbox."""
    try:
        account = accept(found=found, password=None)
    except Closed:
        return door(request, "closed")
    sign_in_by(request, account)
    messages.success(
        request,
        _("You have joined %(practice)s. Now make the passkey that signs you in.") % {"practice": found.way.practice},
    )
    return redirect("mfa_add_webauthn")


def as_oneself(request: HttpRequest, user: Account, found: Open) -> HttpResponse:
    """Signed in with the invited address: one button."""
    if request.method != "POST":
        return door(request, "confirm", found)
    try:
        accept_as(found=found, account=user.pk)
    except Clash:
        return door(request, "clash", found)
    except Closed:
        return door(request, "closed")
    messages.success(request, _("You have joined %(practice)s.") % {"practice": found.way.practice})
    return redirect("home")


@public("whoever holds a young person's card makes their log-in with it; says the same of every code that is on none")
def join_card(request: HttpRequest) -> HttpResponse:
    """First the code, then what to sign in by. The address of the square on the card only fills in the code."""
    if isinstance(request.user, Account):
        return render(request, "accounts/join_card.html", {"state": "other"})
    if request.method != "POST":
        code = request.GET.get("code", "").replace("\0", "")[:40]
        return render(request, "accounts/join_card.html", {"state": "code", "form": CodeForm(initial={"code": code})})
    form = CodeForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/join_card.html", {"state": "code", "form": form})
    attempt = counted(request, "join_card")
    if attempt is None:
        return render(request, "accounts/join_card.html", {"state": "wait"}, status=GUESSED)
    found = by_code(form.cleaned_data["code"])
    if found is None:
        form.add_error("code", _("No card that is open has this code. Check each letter, or ask for a new card."))
        return render(request, "accounts/join_card.html", {"state": "code", "form": form})
    attempt.rollback()
    return with_card(request, found, form.cleaned_data["code"])


def with_card(request: HttpRequest, found: Open, code: str) -> HttpResponse:
    """The second half: a log-in name, unless there is one, and a password."""
    sent = request.POST if "password1" in request.POST else None
    account = Account(username=found.way.username)
    form = CardForm(sent, account=account, initial={"username": suggested()})
    said = {"state": "choose", "form": form, "code": code, "way": found.way}
    if sent is None or not form.is_valid():
        return render(request, "accounts/join_card.html", said)
    password, username = form.cleaned_data["password1"], form.cleaned_data.get("username", "")
    try:
        number = accept(found=found, password=password, username=username)
    except Taken:
        form.add_error("username", _("Somebody has this log-in name already. Choose another one."))
        return render(request, "accounts/join_card.html", said)
    except Closed:
        return render(request, "accounts/join_card.html", {"state": "closed"})
    return sign_in_by(request, number)


# --- What both share -------------------------------------------------------------------------------------------------------


def counted(request: HttpRequest, action: str) -> ratelimit.RateLimitUsage | None:
    """An attempt to guess, until it turns out to be none; None when there were too many from this place on the network."""
    return ratelimit.consume(request, app="allauth.account", action=action, limit_get=True)


def door(
    request: HttpRequest, state: str, found: Open | None = None, *, form: PasswordForm | None = None, status: int = 200
) -> HttpResponse:
    """One page for all that can stand behind a link."""
    way = found.way if found else None
    return render(request, "accounts/join.html", {"state": state, "way": way, "form": form}, status=status)
