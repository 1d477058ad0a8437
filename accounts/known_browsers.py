"""Browsers someone has signed in from before, by a long-lived cookie. It lets nobody in: it only gives that browser a count
of wrong passwords of its own, so that whoever else guesses at the address cannot lock its owner out.

The cookie is a random name of the browser, then a seal for each address used there: a MAC that names nobody and cannot be
made without the server's key.
"""

import re
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

MOST = 8  # addresses remembered on one browser, the latest first
AGE = 180 * 24 * 3600  # seconds since the last sign-in there
NAME = re.compile(r"[0-9a-f]{32}")


def seal(browser: str, address: str) -> str:
    """Proof that this address signed in from this browser."""
    return salted_hmac("known browser", f"{browser}:{address.lower()}", algorithm="sha256").hexdigest()


def name_of(request: HttpRequest, address: str) -> str:
    """The browser's name if the address has signed in from it before, else nothing."""
    browser, *seals = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "").split(".")
    wanted = seal(browser, address)
    known = NAME.fullmatch(browser) and any(constant_time_compare(wanted, each) for each in seals)
    return browser if known else ""


def remember(request: HttpRequest, response: HttpResponse, address: str) -> None:
    """Someone signed in: from now on this browser is known for their address too."""
    browser, *seals = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "").split(".")
    if not NAME.fullmatch(browser):
        browser, seals = uuid.uuid4().hex, []
    mine = seal(browser, address)
    kept = [mine, *(each for each in seals if each != mine)][:MOST]
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        ".".join([browser, *kept]),
        max_age=AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
