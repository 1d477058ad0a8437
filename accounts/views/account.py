"""Everybody's own page: who one is, how one signs in, and where one is signed in."""

from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit, idle
from accounts.access import for_places
from accounts.account_reads import factors_of, phone_of_mine, signed_in_on, waiting_address
from accounts.actions.account import describe
from accounts.forms_account import AboutMeForm
from accounts.models import Account
from accounts.visibility import viewer


@require_POST
@for_places()
def stay(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Somebody is here: noted before this is called (accounts/access.py)."""
    return HttpResponse(status=204)


@for_places()
def account(request: HttpRequest) -> HttpResponse:
    """What can be changed at once, and the ways to what is weightier."""
    mine = request.user
    assert isinstance(mine, Account)
    if request.method == "POST":
        form = AboutMeForm(request.POST)
        if form.is_valid() and described(form):
            messages.success(request, _("Your details are saved."))
            return redirect("account")
    else:
        now = {"name": viewer().name, "phone": phone_of_mine(), "language": mine.language, "time_zone": mine.time_zone}
        form = AboutMeForm(initial=now)
    context = {
        "form": form, "mine": mine, "factors": factors_of(mine), "waiting": waiting_address(),
        "sessions": len(signed_in_on(request)),
    }  # fmt: skip
    return render(request, "accounts/account.html", context)


def described(form: AboutMeForm) -> bool:
    """Whether it was saved; if not, the form says why."""
    try:
        describe(**form.cleaned_data)
    except IntegrityError:
        form.add_error("phone", _("This number cannot be used here. Leave it empty, or give another one."))
        return False
    return True


@require_POST
@for_places()
def own_device(request: HttpRequest) -> HttpResponse:
    """Whether others use this device, for this session."""
    idle.say_shared(request, shared="shared" in request.POST)
    messages.success(request, _("Noted, for as long as you are signed in here."))
    return redirect("account")


@for_places()
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in, and an end to it everywhere else."""
    if request.method == "POST":
        end_other_sessions(request, request.user)
        audit.record("sessions_ended", practices=viewer().practices, data={"kind": "own"}, request=request)
        messages.success(request, _("You are signed out everywhere but here."))
        return redirect("usersessions_list")
    return render(request, "accounts/sessions.html", {"sessions": signed_in_on(request)})
