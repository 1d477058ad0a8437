"""The third layer: marks on views, and the middleware that gives every request one transaction and one viewer.

A view says who it is for with a mark. The mark turns away whoever stands in none of its places, with the same 404 as an
address that does not exist; which rows the view then shows is never the mark's business but the rules'. A view without a
mark stops the start-up (carebridge/checks.py).
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from accounts import audit
from accounts.models import Account, Child
from accounts.visibility import enter, leave, viewer

type View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Mark:
    """Who a view is for. `reason`: why, when it is for everyone. `clinical`: a refusal there is audited."""

    places: tuple[str, ...]
    reason: str = ""
    clinical: bool = False


# Views of allauth, which cannot carry a decorator of ours, by the name of their address.
LIBRARY_MARKS: dict[str, Mark] = {
    "account_login": Mark((), reason="signing in comes before any viewer"),
    "account_logout": Mark((), reason="signing out needs no place"),
    "account_signup": Mark((), reason="says that one joins by invitation; no account is made here"),
    "account_inactive": Mark((), reason="tells someone that their account is not active"),
    "account_reset_password": Mark((), reason="asks for a reset link; answers the same for every address"),
    "account_reset_password_done": Mark((), reason="the same answer for every address"),
    "account_reset_password_from_key": Mark((), reason="whoever holds the mailed key sets a password"),
    "account_reset_password_from_key_done": Mark((), reason="says that the password was set"),
    "account_change_password": Mark((), reason="each person's own password; allauth asks for sign-in"),
    "account_reauthenticate": Mark((), reason="asks a signed-in person for their password again"),
}


def public(reason: str) -> Callable[[View], View]:
    """For everyone, signed in or not, and why."""

    def mark(view: View) -> View:
        view.mark = Mark((), reason=reason)  # type: ignore[attr-defined]
        return login_not_required(view)

    return mark


def for_places(*places: str) -> Callable[[View], View]:
    """For whoever stands anywhere in one of the places; with none named, for anyone signed in."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if places and not viewer().stands_anywhere_in(*places):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.mark = Mark(places, reason="" if places else "any signed-in person's own page")  # type: ignore[attr-defined]
        return guarded

    return decorate


def about_child(*places: str) -> Callable[[View], View]:
    """For whoever stands in one of the places *for the child in the address*; the view receives the Child as `child`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, child: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            found = Child.objects.visible().select_related("practice").filter(public_id=child).first()
            if found is None or not any(viewer().stands_in(place, found.pk) for place in places):
                raise Http404
            return view(request, found, *args, **kwargs)

        guarded.mark = Mark(places, clinical=True)  # type: ignore[attr-defined]
        return guarded

    return decorate


def mark_of(request: HttpRequest) -> Mark | None:
    """The mark of the view the address leads to; None for an address that leads nowhere."""
    match = request.resolver_match
    if match is None:
        return None
    own: Mark | None = getattr(match.func, "mark", None)
    return own or LIBRARY_MARKS.get(match.view_name)


class ViewerMiddleware:
    """One transaction per request, entered as whoever is signed in.

    Whatever exception leaves the view, the transaction is rolled back: looking at the response alone would commit the rows
    of a view that raised and was turned into an error page. A refusal on a clinical address is then audited in a
    transaction of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """See the class."""
        request.failure = None  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                enter(request.user.pk if request.user.is_authenticated else None)
                if request.user.is_authenticated and is_over(request):
                    logout(request)  # recorded as the person's own
                    enter(None)
                response = self.get_response(request)
                if request.failure is not None or response.status_code >= 500:  # type: ignore[attr-defined]
                    transaction.set_rollback(True)
            if response.status_code == 404:
                self.record_refusal(request)
        except audit.AuditUnwritten:
            response = unavailable(request)
        finally:
            leave()
        response["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ["Cookie"])
        if request.method == "POST" and request.path == reverse("account_logout"):
            response["Clear-Site-Data"] = '"cache"'  # pages kept for the Back button included
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Remember that the view raised. A page whose audit row cannot be written is not shown at all."""
        request.failure = exception  # type: ignore[attr-defined]
        return unavailable(request) if isinstance(exception, audit.AuditUnwritten) else None

    @staticmethod
    def record_refusal(request: HttpRequest) -> None:
        """One audit row with the ids asked for, filed under the practice of whoever asked: to file it under the practice of
        what was asked for would resolve it (principle 6)."""
        mark = mark_of(request)
        if mark is None or not mark.clinical or request.resolver_match is None:
            return
        asked = [value for value in request.resolver_match.kwargs.values() if isinstance(value, uuid.UUID)]
        with transaction.atomic():
            asking = enter(request.user.pk if request.user.is_authenticated else None)
            address = {"address": request.resolver_match.view_name}
            audit.record("refused", practices=asking.practices, shown=asked, data=address, request=request)


def is_over(request: HttpRequest) -> bool:
    """Twelve hours after sign-in a session is over, however it was used since (security.md, Accounts and browser)."""
    began = request.session.get("signed_in_at", "")
    return not began or timezone.now() >= datetime.fromisoformat(began) + timedelta(seconds=settings.SESSION_COOKIE_AGE)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: what was asked for could not be recorded, so it is not shown."""
    with translation.override(getattr(request, "LANGUAGE_CODE", None) or translation.get_language()):
        return render(request, "503.html", status=503)


class PersonLocaleMiddleware:
    """Each person reads in their own language and time zone; the practice's where they chose none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate for this request and no longer."""
        account = request.user if isinstance(request.user, Account) else None
        current = viewer()
        language = (account.language if account else "") or current.language
        zone = (account.time_zone if account else "") or current.zone or "UTC"
        language = language or translation.get_language_from_request(request)
        request.LANGUAGE_CODE = language
        try:
            with translation.override(language), timezone.override(ZoneInfo(zone)):
                response = self.get_response(request)
        except ZoneInfoNotFoundError:
            with translation.override(language), timezone.override(ZoneInfo("UTC")):
                response = self.get_response(request)
        response["Content-Language"] = language
        return response


def page_context(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - Django's signature
    """For every template: who is looking, and which menus their places open."""
    try:
        current = viewer()
    except RuntimeError:  # an error page outside the middleware, a mail
        return {}
    return {
        "viewer": current,
        "menu_children": current.stands_anywhere_in("team", "own"),
        "menu_notes": current.stands_anywhere_in("team"),
        "menu_practice": current.stands_anywhere_in("admin"),
        "menu_trail": current.stands_anywhere_in("lead"),
        # Whoever lives with the people it is about may have to be gone before somebody looks.
        "menu_leave": current.stands_anywhere_in("own"),
    }
