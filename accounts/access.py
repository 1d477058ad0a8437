"""The third layer: marks on views, and the middleware that gives every request one transaction and one viewer.

A view says who it is for with a mark. The mark turns away whoever stands in none of its places, with the same 404 as an
address that does not exist; which rows the view then shows is never the mark's business but the rules'. A view without a
mark stops the start-up (carebridge/checks.py).
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from accounts import audit, idle, step_up
from accounts.models import Account, Child
from accounts.notice_reads import unread_count
from accounts.visibility import Viewer, enter, leave, viewer

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
    "account_set_password": Mark((), reason="a first password, for whoever signs in by a passkey alone"),
    "mfa_index": Mark((), reason="each person's own second factor; allauth asks for sign-in"),
    "mfa_authenticate": Mark((), reason="the second step of signing in comes before any viewer"),
    "mfa_reauthenticate": Mark((), reason="asks a signed-in person for their second factor again"),
    "mfa_activate_totp": Mark((), reason="each person's own second factor"),
    "mfa_deactivate_totp": Mark((), reason="each person's own second factor"),
    "mfa_view_recovery_codes": Mark((), reason="each person's own second factor"),
    "mfa_generate_recovery_codes": Mark((), reason="each person's own second factor"),
    "mfa_add_webauthn": Mark((), reason="each person's own passkeys"),
    "mfa_login_webauthn": Mark((), reason="signing in comes before any viewer"),
    "mfa_reauthenticate_webauthn": Mark((), reason="asks a signed-in person for a passkey again"),
    "mfa_edit_webauthn": Mark((), reason="each person's own passkeys"),
    "mfa_remove_webauthn": Mark((), reason="each person's own passkeys"),
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


OFFICES = ("admin", "lead")  # places by practice, not by child


def stands(place: str, child: Child) -> bool:
    """Whether the viewer stands in the place for this child. An office opens every child of the practice but those one is or was
    family of, or is closed to (principle 1)."""
    me = viewer()
    if place in OFFICES:
        return me.stands_in(place, child.practice_id) and not me.stands_in("barred", child.pk)
    return me.stands_in(place, child.pk)


def about_child(*places: str) -> Callable[[View], View]:
    """For whoever stands in one of the places *for the child in the address*; the view receives the Child as `child`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, child: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            found = Child.objects.visible().select_related("practice").filter(public_id=child).first()
            if found is None or not any(stands(place, found) for place in places):
                raise Http404
            return view(request, found, *args, **kwargs)

        guarded.mark = Mark(places, clinical=True)  # type: ignore[attr-defined]
        return guarded

    return decorate


def recent_sign_in(view: View) -> View:
    """Below a mark, for what is weighty: whoever is signed in has shown within ten minutes that it is them.

    Opening the form asks first and leads back. A form that comes too late is asked about on a page that carries what was
    typed; a file cannot be carried and is to be chosen anew.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not step_up.proved_lately(request):
            if request.method != "POST":
                return step_up.to_the_question(request)
            asked = step_up.ask_with_what_was_typed(request)
            if asked is not None:
                return asked
        return view(request, *args, **kwargs)

    return guarded


def by_itself(asked: Callable[[HttpRequest], bool] = lambda _: True) -> Callable[[View], View]:
    """For what a page asks without anybody doing anything: it keeps no session alive (accounts/idle.py). `asked`: for a view
    that people ask too, whether this request is one of the page's own."""

    def mark(view: View) -> View:
        view.by_itself = asked  # type: ignore[attr-defined]
        return view

    return mark


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
        request.failure, request.ended = None, False  # type: ignore[attr-defined]
        shared = idle.is_shared(request)
        try:
            with transaction.atomic():
                enter_as(request)
                if request.user.is_authenticated and idle.is_over(request):
                    logout(request)  # recorded as the person's own
                    enter(None)
                    request.ended = True  # type: ignore[attr-defined]
                response = self.get_response(request)
                if request.failure is not None or response.status_code >= 500:  # type: ignore[attr-defined]
                    transaction.set_rollback(True)
            if response.status_code == 404:
                self.record_refusal(request)
        except audit.AuditUnwritten:
            response = unavailable(request)
        finally:
            leave()
        response = to_whole_page(request, response)
        response["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ["Cookie"])
        leaving = request.method == "POST" and request.path == reverse("account_logout")
        if leaving or request.path == reverse("leave") or (shared and request.ended):  # type: ignore[attr-defined]
            forget_in_the_browser(response, shared=shared)
        return response

    def process_view(self, request: HttpRequest, view: View, *_: Any) -> HttpResponse | None:
        """Somebody is here, unless the page asks by itself; and whose session has just ended is led to where it begins."""
        if request.user.is_authenticated:
            asked = getattr(view, "by_itself", None)
            waiting = (
                request.headers.get("X-Requested-With") == "fetch"
            )  # words that are sent once there is a connection
            if not waiting and (asked is None or not asked(request)):
                idle.somebody_is_here(request)
        elif request.ended and getattr(view, "login_required", True):  # type: ignore[attr-defined]
            return to_sign_in(request)
        return None

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
            asking = enter_as(request)
            address = {"address": request.resolver_match.view_name}
            audit.record("refused", practices=asking.practices, shown=asked, data=address, request=request)


ONLY = "only_practice"  # in the session of whoever chose one of their practices: its number and its name then


def enter_as(request: HttpRequest) -> Viewer:
    """Enter whoever is signed in, in the one practice they chose, if they did. A practice they do not stand in (any more) is
    forgotten: then they stand in all of theirs."""
    if not request.user.is_authenticated:
        return enter(None)
    chosen = request.session.get(ONLY)
    current = enter(request.user.pk, only=chosen["number"] if chosen else None)
    if chosen and not current.practices:
        del request.session[ONLY]
        current = enter(request.user.pk)
    return current


def to_whole_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A part of a page that cannot be had any more is no place for a sign-in page or an error: the whole page is asked anew, and
    says how it stands."""
    if not request.headers.get("HX-Request"):
        return response
    if response.status_code == 404:
        response["HX-Refresh"] = "true"
    elif response.status_code == 302 and response["Location"].startswith(reverse("account_login")):
        here = urlsplit(request.headers.get("HX-Current-URL", "")).path
        query = QueryDict(mutable=True)
        query["next"] = here or "/"
        response = HttpResponse(
            status=204, headers={"HX-Redirect": f"{reverse('account_login')}?{query.urlencode('/')}"}
        )
    return response


def forget_in_the_browser(response: HttpResponse, *, shared: bool) -> None:
    """Pages kept for the Back button; on a device that others use, what scripts kept there too."""
    response["Clear-Site-Data"] = '"cache", "storage"' if shared else '"cache"'


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, which says why and leads back: to the page a form was on, since what it sent is not for a link."""
    back = request.get_full_path()
    if request.method != "GET":
        came = urlsplit(request.headers.get("Referer", ""))
        back = came.path if came.netloc == request.get_host() else "/"
    query = urlencode({REDIRECT_FIELD_NAME: back, "ended": "1"})
    address = f"{reverse(settings.LOGIN_URL)}?{query}"
    if request.headers.get("HX-Request"):  # a part of a page: the whole of it goes there
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


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


def page_context(request: HttpRequest) -> dict[str, Any]:
    """For every template: who is looking, and which menus their places open."""
    try:
        current = viewer()
    except RuntimeError:  # an error page outside the middleware, a mail
        return {}
    return {
        "viewer": current,
        "shared_device": idle.is_shared(request),
        "session_ended": "ended" in request.GET,
        "idle_seconds": int(idle.allowance(request).total_seconds()),
        "menu_children": current.stands_anywhere_in("team", "own"),
        "menu_notes": current.stands_anywhere_in("team"),
        "menu_practice": current.stands_anywhere_in("admin"),
        "menu_switch": switch_of(request, current),
        "menu_circles": current.stands_anywhere_in("admin", "lead"),
        # One query, and none on a page without the menu.
        "menu_notices": SimpleLazyObject(unread_count),
        "menu_trail": current.stands_anywhere_in("lead"),
        # Whoever lives with the people it is about may have to be gone before somebody looks.
        "menu_leave": current.stands_anywhere_in("own"),
    }


def switch_of(request: HttpRequest, current: Viewer) -> str:
    """What the switch between practices says; nothing for whoever has one practice. It asks the database nothing."""
    if current.only is not None:
        return str(request.session[ONLY]["name"]) if ONLY in request.session else ""
    return translation.gettext("All practices") if len(current.practices) > 1 else ""
