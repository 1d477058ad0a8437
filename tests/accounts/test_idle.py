"""A session without anybody there ends: counted from the last act of a person, not of a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from accounts.models import AuditEvent, Person
from accounts.step_up import KEY
from carebridge.checks import every_pattern
from tests import people
from tests.harness import WallClient, signed_in
from tests.people import NOON, Willow

MINUTE = timedelta(minutes=1)


@contextmanager
def at(minutes: float) -> Iterator[None]:
    """That long after signing in."""
    with time_machine.travel(NOON + minutes * MINUTE, tick=False):
        yield


def status(client: WallClient, minutes: float) -> int:
    """Of the first page, then."""
    with at(minutes):
        answer: int = client.get("/").status_code
        return answer


@pytest.mark.parametrize(
    ("name", "lasts"), [("tom", 15), ("omar", 15), ("ruth", 15), ("priya", 30), ("karin", 30), ("maya_login", 10)]
)
def test_it_ends_after_so_many_quiet_minutes(willow: Willow, name: str, lasts: int) -> None:
    """Staff 15, family 30; a young person's device is taken for one that others use."""
    who: Person = getattr(willow, name)
    assert status(signed_in(who), lasts - 0.1) == 200
    assert status(signed_in(who), lasts) == 302


def test_every_act_begins_anew_and_the_end_is_recorded(willow: Willow) -> None:
    client = signed_in(willow.tom)
    assert [status(client, minutes) for minutes in (14, 28, 42)] == [200, 200, 200]
    with at(57):
        ended: Any = client.get(reverse("child", args=[willow.maya.public_id]))
    assert ended["Location"] == f"/accounts/login/?next=%2Fchildren%2F{willow.maya.public_id}%2F&ended=1"
    event = AuditEvent.objects.get(action="sign_out")
    assert (event.person_id, event.practice_id) == (willow.tom.pk, willow.practice.pk)
    with at(58):
        page = client.get(ended["Location"]).content.decode()
    assert "nothing was done here for a while" in page
    assert f'value="/children/{willow.maya.public_id}/"' in page
    assert not UserSession.objects.filter(user=willow.tom.account).exists()


def test_what_saves_itself_keeps_no_session_alive(willow: Willow) -> None:
    """The draft does go into its row as long as the session lasts, and is there afterwards."""
    child = willow.maya.public_id
    client = signed_in(willow.tom)
    draft = {"held_at": "2026-11-02T09:00", "minutes": 50, "form_key": str(uuid4()), "body": "Half a thought"}
    for minutes in (5, 10, 14.9):
        with at(minutes):
            assert client.post(reverse("session_draft", args=[child]), draft).status_code == 200
    with at(15):
        answer = client.post(reverse("session_draft", args=[child]), draft)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("account_login"))
    with time_machine.travel(NOON + 16 * MINUTE, tick=False):
        again = signed_in(willow.tom)
        assert again.get(reverse("session_new", args=[child])).status_code == 200


def test_every_page_that_asks_by_itself_says_so() -> None:
    """A new address for words that save themselves must not be forgotten."""
    asking = {str(p.name) for p in every_pattern(get_resolver()) if hasattr(p.callback, "by_itself")}
    saving = {str(p.name) for p in every_pattern(get_resolver()) if "autosave" in str(p.name) or "draft" in str(p.name)}
    assert saving
    assert asking == saving | {"move_in_file"}


def test_words_that_wait_for_a_connection_keep_no_session_alive(willow: Willow) -> None:
    client = signed_in(willow.priya)
    with at(29):
        page = client.get(reverse("update_new", args=[willow.maya.public_id]), headers={"X-Requested-With": "fetch"})
        assert page.status_code == 200
    assert status(client, 31) == 302


def test_typing_does_count(willow: Willow) -> None:
    """The page says so itself (static/js/here.js); no other answer is as short."""
    client = signed_in(willow.tom)
    with at(14):
        assert client.post(reverse("stay")).status_code == 204
    assert status(client, 28) == 200
    page = client.get("/").content.decode()
    assert 'data-ends="900"' in page


def test_the_session_is_written_once_a_minute_at_most(willow: Willow) -> None:
    client = signed_in(willow.tom)
    for seconds, written in ((30, False), (61, True), (100, False), (122, True)):
        with at(seconds / 60), CaptureQueriesContext(connection) as asked:
            client.get("/")
        wrote = [query for query in asked.captured_queries if 'UPDATE "django_session"' in query["sql"]]
        assert bool(wrote) is written, seconds


def test_a_form_that_comes_too_late_leads_back_to_its_page(willow: Willow) -> None:
    """Not to an address that only takes forms, and not to another site."""
    page = f"http://testserver{reverse('people')}"
    for referer, back in ((page, "%2Fpractice%2Fpeople%2F"), ("https://evil.example/x", "%2F"), ("", "%2F")):
        client = signed_in(willow.omar)
        with at(16):
            answer = client.post(reverse("own_device"), headers={"Referer": referer})
            assert answer["Location"] == f"/accounts/login/?next={back}&ended=1"


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(willow: Willow) -> None:
    client = signed_in(willow.omar)
    with at(16):
        answer = client.get(reverse("move_in"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/accounts/login/?next=")
    assert answer.content == b""


def test_staff_who_are_parents_too_have_the_time_of_staff(willow: Willow) -> None:
    people.tie(willow.otto, willow.leo, "guardian", "full")
    assert status(signed_in(willow.otto), 15) == 302


def test_a_session_of_before_this_was_noted_ends(willow: Willow) -> None:
    client = signed_in(willow.priya)
    session = client.session
    del session["acted_at"]
    session.save()
    assert session[KEY]
    assert status(client, 0) == 302
