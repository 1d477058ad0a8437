"""What every response must keep, and how guards walk the pages."""

import os
import re
from html.parser import HTMLParser

from django.conf import settings
from django.http import HttpResponse

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
