"""How long a session lasts without anybody there. Counted from the last act of a person: what a page asks by itself, a draft
that saves itself or a look at how far something is, does not count (`accounts.access.by_itself`); typing does, since the
page says so once a minute while somebody types (static/js/here.js).

On a device that others use too it is shorter, nothing of it is kept there, and the browser is not remembered.
"""

from datetime import datetime, timedelta

from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Account
from accounts.second_factor import is_staff
from accounts.visibility import viewer

STAFF, FAMILY, SHARED = timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=10)
PRECISION = timedelta(minutes=1)  # the session is written this often at most
BEGAN, ACTED, SHARED_KEY = "signed_in_at", "acted_at", "shared_device"


def begin(request: HttpRequest) -> None:
    """Somebody signed in. A young person's device is taken for one that others use until they say otherwise."""
    moment = viewer().moment.isoformat()
    request.session[BEGAN] = request.session[ACTED] = moment
    if viewer().stands_anywhere_in("young"):
        request.session[SHARED_KEY] = True


def list_browser(request: HttpRequest, user: Account) -> None:
    """Among those the person is signed in on, however they signed in. What is not listed nobody could end."""
    if not request.session.session_key:
        request.session.save()
    told = {
        "user": user,
        "ip": request.META.get("REMOTE_ADDR") or "0.0.0.0",  # noqa: S104 - no address, not a place to listen
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[:HTTP_USER_AGENT_MAX_LENGTH],
        "last_seen_at": viewer().moment,
    }
    UserSession.objects.update_or_create(session_key=request.session.session_key, defaults=told)


def say_shared(request: HttpRequest, *, shared: bool) -> None:
    """For this session."""
    request.session[SHARED_KEY] = shared


def is_shared(request: HttpRequest) -> bool:
    """Whether other people use this device."""
    return bool(request.session.get(SHARED_KEY))


def allowance(request: HttpRequest) -> timedelta:
    """How long this viewer's session lasts without them."""
    own = STAFF if is_staff() else FAMILY
    return min(own, SHARED) if is_shared(request) else own


def longest() -> timedelta:
    """How long this viewer's sessions last at most without them, on whatever device."""
    return (STAFF if is_staff() else FAMILY) + PRECISION


def is_over(request: HttpRequest) -> bool:
    """Twelve hours after sign-in, however it was used since; and once nobody was there for longer than is allowed."""
    began, acted = request.session.get(BEGAN, ""), request.session.get(ACTED, "")
    if not began or not acted:
        return True
    now, whole = timezone.now(), timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return now >= datetime.fromisoformat(began) + whole or now >= datetime.fromisoformat(acted) + allowance(request)


def somebody_is_here(request: HttpRequest) -> None:
    """An act of a person. Written down once a minute at most."""
    now = timezone.now()
    if now >= datetime.fromisoformat(request.session[ACTED]) + PRECISION:
        request.session[ACTED] = now.isoformat()
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)
