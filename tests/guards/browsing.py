"""What every response must keep, and how guards walk the pages."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from accounts.models import Person
from accounts.visibility import VisibleQuerySet, enter, leave
from tests.harness import WallClient, signed_in

PROOF = os.environ.get("CAREBRIDGE_PROOF") == "1"  # full volume; otherwise the sample each test states
SUSPECT = re.compile(rb"style|on\w+\s*=|<script|javascript|//|<base|<meta|<iframe|<object|<embed")
LOADING = {"src", "href", "action", "formaction", "data", "srcset", "hx-get", "hx-post", "content"}


class Inspector(HTMLParser):
    """Finds in the tags of a page what its policy forbids; text that only looks like it is no fault."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One tag with its attributes."""
        given = {name: value or "" for name, value in attrs}
        if tag in {"style", "iframe", "object", "embed", "base"} or (tag == "script" and not given.get("src")):
            self.faults.append(f"<{tag}>")
        self.faults += [f"{name}= on <{tag}>" for name in given if name.startswith("on") or name == "style"]
        for name in LOADING & given.keys():
            target = re.sub(r"\s", "", given[name]).lower()
            if target.startswith(("javascript:", "data:", "//", "http:", "https:")) and tag != "meta":
                self.faults.append(f"{name}={target[:40]} on <{tag}>")

    handle_startendtag = handle_starttag


def faults_of(response: HttpResponse) -> list[str]:
    """Which of the promises of security.md ("Accounts and browser") a response breaks."""
    faults = []
    wanted = {
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    faults += [f"{name}: {response.get(name)}" for name, value in wanted.items() if response.get(name) != value]
    if "no-store" not in response.get("Cache-Control", ""):
        faults.append(f"Cache-Control: {response.get('Cache-Control')}")
    policy = response.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy or "http" in policy or "*" in policy:
        faults.append(f"Content-Security-Policy: {policy}")
    for cookie in response.cookies.values():
        if cookie.value and not (
            cookie["httponly"] and cookie["samesite"] in {"Lax", "Strict"} and not cookie["domain"]
        ):
            faults.append(f"cookie {cookie.key}")
    if SUSPECT.search(response.content):
        inspector = Inspector()
        inspector.feed(response.content.decode())
        faults += inspector.faults
    return faults


# --- Walking ----------------------------------------------------------------------------------------------------------------


def everything_said(response: HttpResponse) -> str:
    """Body, headers and cookies, as the browser gets them."""
    return "\n".join([unescape(response.content.decode()), str(response.headers), response.cookies.output()])


def read_all(client: Client, url: str) -> tuple[int, str]:
    """A page, with the older pages of its stream."""
    status, text, query = 0, "", ""
    while True:
        response: Any = client.get(url + query)
        status = status or response.status_code
        text += everything_said(response)
        older = re.search(r'href="(\?before=[^"]+)"', response.content.decode())
        if not older:
            return status, text
        query = unescape(older[1])


@contextmanager
def filter_off(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """`visible()` filters nothing: the wall stands alone."""
    with patch.context() as patched:
        patched.setattr(VisibleQuerySet, "visible", lambda self: self.all())
        yield


class BareClient(WallClient):
    """Requests as the superuser: the Django filter stands alone."""

    def request(self, **request: Any) -> Any:
        """One request without the wall."""
        response = Client.request(self, **request)
        if not connection.needs_rollback:
            enter(None)
        leave()
        return response


# --- Counting ---------------------------------------------------------------------------------------------------------------

MANY = re.compile(r"(?:%s, )+%s")
LIMIT = re.compile(r"LIMIT \d+")
SAVEPOINT = re.compile(r"s\d+_x\d+")
ROWS = re.compile(r"(?<=\) )VALUES \(.*\)")  # of one INSERT, however many: the trail, child by child


def texts_of(who: Person, url: str, posted: dict[str, str] | None = None) -> list[str]:
    """The statements one request makes, lists of any length written alike; a post if there is something to post."""
    client, texts = signed_in(who), list[str]()

    def note_down(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said = ROWS.sub("VALUES rows", SAVEPOINT.sub("s", sql))
        texts.append(LIMIT.sub("LIMIT n", MANY.sub("…", said)).replace("(%s)", "(…)"))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note_down):
        response = client.get(url) if posted is None else client.post(url, posted)
    assert response.status_code == 200
    return texts
