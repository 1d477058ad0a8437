"""What the tests of an admin's pages share: pressing a button, and reading what a page says."""

import re
from contextlib import AbstractContextManager
from datetime import datetime
from html import unescape
from typing import Any

import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.urls import reverse

from accounts.models import Person
from accounts.visibility import enter
from tests.harness import WallClient, signed_in


def later(moment: datetime) -> AbstractContextManager[Any]:
    """Frozen at another moment."""
    return time_machine.travel(moment, tick=False)


def browser_of(person: Person) -> WallClient:
    """Signed in as by the password page: in allauth's list of browsers too."""
    client = signed_in(person)
    enter(None)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    by = {"user_id": person.pk, "ip": "192.0.2.1", "user_agent": "a browser"}
    UserSession.objects.get_or_create(session_key=key, defaults=by)
    return client


def words(response: Any) -> str:
    """What stands on the page, without its tags."""
    text = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def page_of(viewer: Person | WallClient, person: Person, name: str = "person", *more: Any) -> Any:
    """A page about somebody."""
    client = viewer if isinstance(viewer, WallClient) else signed_in(viewer)
    return client.get(reverse(name, args=[person.public_id, *more]))


def press(viewer: Person | WallClient, person: Person, name: str, /, *more: Any, **data: str) -> Any:
    """An act about somebody; what the page it leads to says."""
    client = viewer if isinstance(viewer, WallClient) else signed_in(viewer)
    return client.post(reverse(name, args=[person.public_id, *more]), data)
