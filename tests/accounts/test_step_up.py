"""Before something weighty one shows again that it is oneself, and loses nothing of what was typed."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, reverse

from accounts.access import for_places, recent_sign_in
from tests.accounts.signing_in import PASSWORD, code, give_app, give_password
from tests.harness import WallClient, signed_in
from tests.people import NOON, Willow

LATE = timedelta(minutes=10)


@for_places("admin")
@recent_sign_in
def weighty(request: HttpRequest) -> HttpResponse:
    """What it was asked, said back."""
    return HttpResponse(f"{request.method} {request.POST.getlist('evidence')}")


urlpatterns = [path("weighty/", weighty, name="weighty"), path("", include("carebridge.urls"))]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def late(willow: Willow) -> Iterator[WallClient]:
    """Omar, an admin with a password, ten minutes after signing in."""
    give_password(willow.omar)
    client = signed_in(willow.omar)
    with time_machine.travel(NOON + LATE, tick=False):
        yield client


def test_a_sign_in_counts_for_ten_minutes(willow: Willow) -> None:
    client = signed_in(willow.omar)
    with time_machine.travel(NOON + LATE - timedelta(seconds=1), tick=False):
        assert client.get("/weighty/").content == b"GET []"
        assert client.post("/weighty/", {"evidence": ["a", "b"]}).content == b"POST ['a', 'b']"


def test_opening_the_form_asks_and_leads_back(late: WallClient) -> None:
    asked: Any = late.get("/weighty/?child=1")
    assert asked.status_code == 302
    assert asked["Location"] == f"{reverse('account_reauthenticate')}?next=%2Fweighty%2F%3Fchild%3D1"
    assert late.post(asked["Location"], {"password": "wrong"}).status_code == 200
    assert late.get("/weighty/").status_code == 302
    shown = late.post(asked["Location"], {"password": PASSWORD, "next": "/weighty/?child=1"})
    assert shown["Location"] == "/weighty/?child=1"
    assert late.get("/weighty/").status_code == 200


def test_a_form_that_comes_too_late_keeps_what_was_typed(late: WallClient) -> None:
    typed = {"evidence": ["order of 3 March", '"seen" <by me>'], "csrfmiddlewaretoken": "t"}
    asked = late.post("/weighty/", typed)
    text = asked.content.decode()
    assert "Is it you?" in text
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
    assert [pair for pair in hidden if pair[0] == "evidence"] == [
        ("evidence", "order of 3 March"), ("evidence", "&quot;seen&quot; &lt;by me&gt;")
    ]  # fmt: skip
    assert "order" not in str(dict(late.session))
    wrong = late.post("/weighty/", {**typed, "step-up-password": "wrong wrong wrong"})
    assert "order of 3 March" in wrong.content.decode()
    assert b"POST" not in wrong.content
    done = late.post("/weighty/", {**typed, "step-up-password": PASSWORD})
    assert done.content.startswith(b"POST ['order of 3 March'")
    assert late.post("/weighty/", typed).content.startswith(b"POST")


def test_whoever_has_a_second_factor_shows_that_one(late: WallClient, willow: Willow) -> None:
    give_app(willow.omar)
    asked: Any = late.get("/weighty/", follow=True)
    assert asked.request["PATH_INFO"] == reverse("mfa_reauthenticate")
    assert late.post("/weighty/", {"step-up-password": PASSWORD}).content.startswith(b"<!doctype")
    assert late.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    assert late.get("/weighty/").status_code == 302
    assert late.post("/weighty/", {"step-up-code": "000000", "evidence": "a"}).content.startswith(b"<!doctype")
    assert late.post("/weighty/", {"step-up-code": code(), "evidence": "a"}).content == b"POST ['a']"
    with time_machine.travel(NOON + 2 * LATE, tick=False):
        asked = late.get("/weighty/", follow=True)
        shown = late.post(asked.request["PATH_INFO"], {"code": code(), "next": "/weighty/"})
        assert shown["Location"] == "/weighty/"


def test_guessing_there_is_stopped(late: WallClient) -> None:
    for _ in range(5):
        late.post("/weighty/", {"step-up-password": "wrong wrong wrong"})
    assert late.post("/weighty/", {"step-up-password": PASSWORD}).content.startswith(b"<!doctype")


def test_a_stranger_is_not_asked(willow: Willow) -> None:
    client = signed_in(willow.tom)
    with time_machine.travel(NOON + LATE, tick=False):
        assert client.get("/weighty/").status_code == client.post("/weighty/").status_code == 404
