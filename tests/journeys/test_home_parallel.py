"""Fifty forms, each sent eight times at once to the served practice: fifty updates."""

import json
import re
import urllib.parse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from tests.journeys.site import PEOPLE, Site

pytestmark = pytest.mark.browser

FORMS, TIMES = 50, 8
KEPT = re.compile(r"[A-Za-z0-9_-]+=[^;]+")


class Browser:
    """As little of one as it takes to sign in and send a form."""

    def __init__(self, site: Site, ref: str) -> None:
        self.site, self.cookies = site, dict[str, str]()
        token = self.token("/accounts/login/")
        form = {"login": PEOPLE[ref]["email"], "password": PEOPLE[ref]["password"], "csrfmiddlewaretoken": token}
        status, _ = self.ask("POST", "/accounts/login/", form)
        assert status == 302

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, scripted: bool = False
    ) -> tuple[int, str]:
        """One request on a connection of its own."""
        there = urlsplit(self.site.url)
        connection = HTTPConnection(there.hostname or "", there.port, timeout=60)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": self.site.url,
        }
        headers |= {"X-Requested-With": "fetch"} if scripted else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urllib.parse.urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if not scripted:
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
        connection.close()
        return answer.status, text

    def token(self, path: str) -> str:
        """A form's token."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask("GET", path)[1])
        assert found, path
        return found[1]


def test_fifty_forms_sent_eight_times_at_once(site: Site) -> None:
    """Every post is answered with the one update its form has made, whoever came first, with and without a script."""
    priya = Browser(site, "priya")
    child = re.search(r"/children/[0-9a-f-]{36}/", priya.ask("GET", "/")[1])
    assert child
    address = f"{child[0]}updates/new/"
    token = priya.token(address)
    forms = [
        {"kind": "win", "body": f"parallel {number}", "form_key": str(uuid4()), "csrfmiddlewaretoken": token,
         "opened": "2026-11-02T12:00:00Z", "observed_at": "2026-11-01T12:00", "when": "exact"}
        for number in range(FORMS)
    ]  # fmt: skip

    def post(form: dict[str, str]) -> tuple[str, int, str]:
        status, text = priya.ask("POST", address, form, scripted=True)
        return form["body"], status, json.loads(text)["address"] if status == 200 else text[:200]

    with ThreadPoolExecutor(TIMES) as pool:
        answers = list(pool.map(post, [form for form in forms for _ in range(TIMES)]))
    assert Counter(status for _, status, _ in answers) == {200: FORMS * TIMES}
    assert len({(body, address) for body, _, address in answers}) == FORMS, "one address for each form"
    with psycopg.connect(site.superuser_url) as connection:
        asked = "SELECT count(*), count(DISTINCT form_key) FROM sessions_log_homeupdate WHERE body LIKE 'parallel %'"
        made = connection.execute(asked).fetchone()
        told = (
            "SELECT count(*) FROM accounts_auditevent WHERE action = 'update_posted' AND at > now() - interval '1 hour'"
        )
        recorded = connection.execute(told).fetchone()
    assert made == (FORMS, FORMS)
    assert recorded
    assert recorded[0] >= FORMS
