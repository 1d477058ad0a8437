"""Logging a session as a therapist meets it: in taps, by keyboard, through a closed window, and many times at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from time import monotonic
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitors
from tests.journeys.site import Site
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.browser

FORMS, AT_ONCE = 50, 8


def open_form(tom: Visitor) -> str:
    """From the first page to the form; returns its address."""
    tom.page.goto("/")
    tom.follow(re.compile("^Maya"))
    tom.follow("Log a session")
    return tom.page.url


def kept(tom: Visitor) -> None:
    """The words are saved."""
    expect(tom.page.locator("[data-autosave-state]")).to_contain_text("Saved", timeout=15_000)


def test_a_session_in_taps(visitor: Visitors) -> None:
    """Nine taps and one line; what came from home is beside it, and marked as used with the session."""
    priya, tom = visitor("priya", phone=True), visitor("tom")
    priya.follow(re.compile("^Maya"))
    priya.follow("Write an update")
    priya.page.get_by_label("a win").check()
    priya.fill("What happened?", "She lined up all her foxes.")
    priya.press("Send to the care team")
    open_form(tom)
    home = tom.region("From home since the last session")
    expect(home).to_contain_text("She lined up all her foxes.")
    tom.look()
    began = monotonic()
    home.get_by_role("button", name="Let's talk").first.click()
    expect(home).to_contain_text("let's talk · Tom Reyes")
    home.get_by_label("Used in this session").first.check()
    for name in ("45", "Priya Nair", "Playroom", "Sand tray", "Puppets", "7", "calm", "playful"):
        tom.page.get_by_label(name, exact=True).check()
    tom.fill("The child's own words", "They are a choir.")
    tom.press("Log this session")
    took = monotonic() - began
    tom.reads("The session is logged.", "45 minutes", "Priya Nair", "Playroom", "Sand tray, Puppets", "7 / 10")
    tom.reads("calm, playful", "They are a choir.", "She lined up all her foxes.", "used in session")
    tom.look()
    print(f"the taps themselves took the browser {took:.1f} s")


def test_enter_in_a_line_logs_nothing_and_a_template_is_chosen(visitor: Visitors) -> None:
    """The layers are written on the same page; another template keeps every word."""
    tom = visitor("tom")
    open_form(tom)
    tom.fill("Another setting, or more about it", "by the window")
    tom.page.keyboard.press("Enter")
    tom.fill("Process note", "My own thoughts.")
    tom.page.get_by_label("Progress note", exact=True).fill("She sorted the foxes.")
    tom.page.get_by_text("Template: Free text").click()
    tom.press("DAP")
    expect(tom.page.get_by_label("Data")).to_have_value("She sorted the foxes.")
    expect(tom.page.get_by_label("Another setting, or more about it")).to_have_value("by the window")
    tom.look()
    tom.press("Log this session")
    tom.reads("The session is logged.", "by the window", "DAP", "Go on to sign")


def test_by_keyboard_alone(visitor: Visitors) -> None:
    """Tab, Space and arrows reach and set everything; a folded group opens with Enter."""
    tom = visitor("tom")
    open_form(tom)
    keys = tom.page.keyboard

    def go(label: str) -> None:
        for _step in range(150):
            keys.press("Tab")
            here = tom.page.evaluate(
                "() => { const it = document.activeElement;"
                " return (it.labels && it.labels[0] ? it.labels[0] : it).innerText.trim() }"
            )
            if here == label:
                return
        raise AssertionError(f"Tab never reaches {label}")

    go("50")
    keys.press("ArrowRight")
    go("Playroom")
    keys.press("Space")
    go("Drawing") if tom.page.get_by_label("Drawing", exact=True).is_visible() else go("Arts")
    keys.press("Enter")
    go("Drawing")
    keys.press("Space")
    go("not rated")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    go("The child's own words")
    keys.type("By keyboard.")
    go("Log this session")
    with tom.page.expect_navigation():
        keys.press("Enter")
    tom.reads("The session is logged.", "60 minutes", "Playroom", "Drawing", "1 / 10", "By keyboard.")


def test_a_closed_window_loses_nothing(visitor: Visitors) -> None:
    """What was entered waits, is offered once, and is gone when it is logged; or thrown away."""
    tom = visitor("tom")
    address = open_form(tom)
    tom.page.get_by_label("Sand tray", exact=True).check()
    tom.fill("The child's own words", "The tide comes in at four.")
    kept(tom)
    tom.page.close()
    tom.page = tom.context.new_page()
    tom.page.goto(address)
    tom.reads("You began logging a session")
    tom.look()
    tom.follow("Continue")
    expect(tom.page.get_by_label("The child's own words")).to_have_value("The tide comes in at four.")
    expect(tom.page.get_by_label("Sand tray", exact=True)).to_be_checked()
    tom.press("Log this session")
    tom.reads("The session is logged.", "The tide comes in at four.", "Sand tray")
    tom.page.goto(address)
    expect(tom.page.get_by_label("The child's own words")).to_have_value("")
    tom.fill("The child's own words", "Another one.")
    kept(tom)
    tom.page.goto(address)
    tom.press("Throw it away and start afresh")
    expect(tom.page.get_by_label("The child's own words")).to_have_value("")


def test_the_practices_words_and_an_error(visitor: Visitors) -> None:
    """A word added is tapped; a session logged in the wrong record is entered in error and gone for the family."""
    tom, priya = visitor("tom"), visitor("priya")
    open_form(tom)
    tom.follow("Add words to tap")
    tom.look()
    tom.page.get_by_text("Add a technique", exact=True).click()
    part = tom.region("Techniques")
    part.get_by_label("Name").fill("Weather report")
    part.get_by_label("Arts").check()
    tom.look()
    tom.press("Add this technique")
    tom.reads("Added.", "Weather report")
    open_form(tom)
    tom.page.get_by_text("Arts", exact=True).click()
    tom.page.get_by_label("Weather report", exact=True).check()
    tom.press("Log this session")
    tom.reads("The session is logged.", "Weather report")
    address = tom.page.url
    assert priya.fetch(address)[0] == 200
    tom.follow("Enter this session in error")
    tom.look()
    tom.press("Enter in error")
    tom.reads("Say why.")
    tom.fill("What is wrong with it?", "It was Leo's session.")
    tom.press("Enter in error")
    tom.reads("Entered in error.", "It was Leo's session.", "Tom Reyes")
    tom.look()
    assert priya.fetch(address)[0] == 404


def test_fifty_forms_eight_times_at_once_make_fifty_sessions(site: Site, visitor: Visitors) -> None:
    """A finger that taps twice, a phone that sends again: one form is one session, however often it arrives."""
    tom = visitor("tom")
    address = urlsplit(open_form(tom))
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in tom.context.cookies())
    token = tom.page.locator("form#log [name=csrfmiddlewaretoken]").input_value()
    day = tom.page.get_by_label("When it began").input_value()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies, "Origin": site.url}

    def send(body: str) -> tuple[int, str]:
        connection = HTTPConnection(str(address.hostname), address.port or 80, timeout=60)
        connection.request("POST", address.path, body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.getheader("Location") or ""

    with psycopg.connect(site.superuser_url) as database, ThreadPoolExecutor(AT_ONCE) as pool:
        count = "SELECT count(*), (SELECT count(*) FROM sessions_log_sessionrecord) FROM sessions_log_session"
        before = database.execute(count).fetchone()
        database.rollback()
        for _form in range(FORMS):
            body = urlencode(
                {
                    "csrfmiddlewaretoken": token, "form_key": str(uuid4()), "held_at": day, "length": "50",
                    "child_attended": "on", "child_words": "once", "tapped_techniques": "puppets",
                }
            )  # fmt: skip
            answers = set(pool.map(send, [body] * AT_ONCE))
            assert len(answers) == 1, answers
            assert {status for status, _ in answers} == {302}
        after = database.execute(count).fetchone()
    assert before
    assert after == (before[0] + FORMS, before[1] + FORMS)
