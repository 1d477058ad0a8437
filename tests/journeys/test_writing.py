"""Writing notes while things go wrong: a crash, a lost connection, a sign-out elsewhere, two windows; and co-signing."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitors
from tests.journeys.site import PEOPLE
from tests.journeys.test_ways import enter, tab_to
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.browser

SAVED = re.compile(r"^Saved at \w")
FIRST = "He lined up the animals by size."
MORE = "Then the smallest one led the others out."


def state(page: Page, words: str | re.Pattern[str]) -> None:
    """The line under the boxes says so."""
    expect(page.locator("[data-autosave-state]")).to_contain_text(words, timeout=20_000)


def forgive(someone: Visitor, *words: str) -> None:
    """What the browser complained about was arranged here: the connection was cut, an answer was a refusal."""
    someone.problems = [problem for problem in someone.problems if not any(word in problem for word in words)]


def new_note(someone: Visitor, kind: str = "progress") -> None:
    """From the first page to an empty note of the latest session of Leo's."""
    someone.page.goto("/")
    someone.follow(re.compile("^Leo"))
    someone.follow(re.compile("^Session"))
    someone.follow(f"Write a {kind} note")


def box(page: Page, label: str) -> str:
    """What stands in the box."""
    return page.get_by_label(label, exact=True).input_value()


def test_a_crash_loses_no_word(visitor: Visitors) -> None:
    tom = visitor("tom")
    new_note(tom)
    tom.page.get_by_label("Data", exact=True).press_sequentially(FIRST, delay=5)
    state(tom.page, SAVED)
    assert re.search(r"/notes/[0-9a-f-]{36}/$", tom.page.url), "a reload opens the draft"
    tom.page.get_by_label("Plan", exact=True).press_sequentially(MORE, delay=5)
    state(tom.page, "Saving")
    state(tom.page, SAVED)
    tom.page.get_by_label("Plan", exact=True).press_sequentially(" And", delay=5)
    address = urlsplit(tom.page.url).path
    tom.context.close()  # mid-word
    again = visitor("tom")
    again.page.goto("/unfinished/")
    again.reads("My drafts")
    again.look()
    with again.page.expect_navigation():  # Leo has another draft, of the same session
        again.main.locator(f'a[href="{address}"]').click()
    assert box(again.page, "Data") == FIRST
    assert box(again.page, "Plan").startswith(MORE)
    again.look()
    again.page.reload()
    assert box(again.page, "Data") == FIRST
    again.press("Save the draft")
    again.reads("The draft is saved.")


def test_a_process_note_through_a_crash(visitor: Visitors) -> None:
    tom = visitor("tom")
    new_note(tom, "process")
    tom.page.get_by_label("Process note", exact=True).press_sequentially(FIRST, delay=5)
    state(tom.page, SAVED)
    address = tom.page.url
    tom.context.close()
    again = visitor("tom")
    again.page.goto(address)
    assert box(again.page, "Process note") == FIRST


def test_leaving_the_page_saves_at_once(visitor: Visitors) -> None:
    tom = visitor("tom")
    new_note(tom)
    tom.page.get_by_label("Data", exact=True).fill("A word before the bell.")
    with tom.page.expect_response(lambda answer: answer.url.endswith("/autosave/")) as told:
        tom.page.evaluate(
            """() => {
              Object.defineProperty(document, "hidden", {value: true});
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    assert told.value.status == 200
    tom.page.goto("/unfinished/")


def test_a_lost_connection_keeps_the_words_and_saves_them_when_it_is_back(visitor: Visitors) -> None:
    tom = visitor("tom")
    new_note(tom)
    tom.context.set_offline(True)
    tom.fill("Data", FIRST)
    state(tom.page, "No connection. Your words are still here")
    tom.page.get_by_role("button", name="Save the draft").click()
    tom.fill("Plan", MORE)
    state(tom.page, "No connection. Your words are still here")
    assert box(tom.page, "Data") == FIRST, "the button did not take the page away"
    tom.look()
    tom.context.set_offline(False)
    state(tom.page, SAVED)
    expect(tom.page).to_have_url(re.compile(r"/notes/[0-9a-f-]{36}/$"))
    other = visitor("tom")
    expect_saved(other, tom.page.url, FIRST, MORE)
    tom.press("Save the draft")
    tom.reads("The draft is saved.")
    forgive(tom, "ERR_INTERNET_DISCONNECTED")


def expect_saved(someone: Visitor, address: str, *words: str) -> None:
    """The draft, opened in another browser, says so; it may still be on its way."""
    for _ in range(20):
        someone.page.goto(address)
        text = [area.input_value() for area in someone.main.get_by_role("textbox").all()]
        if all(word in text for word in words):
            return
        someone.page.wait_for_timeout(500)  # milliseconds
    raise AssertionError(f"{words} is not saved at {address}")


def test_signed_out_in_another_tab_and_in_again(visitor: Visitors) -> None:
    tom = visitor("tom")
    new_note(tom)
    tom.fill("Data", FIRST)
    state(tom.page, SAVED)
    other = tom.context.new_page()
    other.goto("/accounts/logout/")
    other.get_by_role("main").get_by_role("button").click()
    expect(other).to_have_url(re.compile("/accounts/login/"))
    tom.fill("Plan", MORE)
    state(tom.page, "You are signed out.")
    tom.look()
    expect(tom.page.get_by_role("link", name="Sign in in another tab")).to_have_attribute("href", "/accounts/login/")
    sign_in(other, "ines")
    tom.page.evaluate("window.dispatchEvent(new Event('focus'))")
    tom.page.wait_for_timeout(1500)  # milliseconds: nothing may come of it
    state(tom.page, "You are signed out.")
    other.goto("/accounts/logout/")
    other.get_by_role("main").get_by_role("button").click()
    sign_in(other, "tom")
    other.close()
    tom.page.bring_to_front()
    tom.page.evaluate("window.dispatchEvent(new Event('focus'))")
    state(tom.page, SAVED)
    assert (box(tom.page, "Data"), box(tom.page, "Plan")) == (FIRST, MORE)
    expect_saved(visitor("tom"), tom.page.url, FIRST, MORE)
    tom.press("Save the draft")
    tom.reads("The draft is saved.")
    forgive(tom, "403", "404")


def sign_in(page: Page, ref: str) -> None:
    """On a second page of the same browser."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail or log-in name", exact=True).fill(PEOPLE[ref]["email"])
    page.get_by_label("Password", exact=True).fill(PEOPLE[ref]["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Hello")


def test_two_browsers_never_lose_either_text(visitor: Visitors) -> None:
    here, there = visitor("tom"), visitor("tom", phone=True)
    new_note(here)
    here.fill("Data", "As both knew it.")
    state(here.page, SAVED)
    there.page.goto(here.page.url)
    here.fill("Data", "Written at the desk.")
    state(here.page, "Saving")
    state(here.page, SAVED)
    there.fill("Data", "Written on the phone.")
    state(there.page, "This was changed in another window. Saving shows both.")
    there.press("Save the draft")
    expect(there.region("What is saved now")).to_contain_text("Written at the desk.")
    assert box(there.page, "Data") == "Written on the phone."
    there.look()
    there.page.wait_for_timeout(4000)  # milliseconds: longer than a pause of typing
    expect_saved(visitor("tom"), here.page.url, "Written at the desk.")
    there.fill("Data", "Written at the desk, and on the phone.")
    there.press("Save the draft")
    there.reads("The draft is saved.")
    assert box(there.page, "Data") == "Written at the desk, and on the phone."
    forgive(there, "409")


def test_a_note_changes_its_template_and_keeps_its_words(visitor: Visitors) -> None:
    tom = visitor("tom")
    new_note(tom)
    tom.fill("Data", FIRST)
    tom.fill("Plan", MORE)
    tom.page.get_by_text("Template: DAP").click()
    tom.press("Play therapy")
    assert box(tom.page, "Play and themes") == f"Data:\n{FIRST}"
    assert box(tom.page, "Plan") == MORE
    tom.look()


def test_a_draft_is_given_back_and_co_signed(visitor: Visitors) -> None:
    tom, ines = visitor("tom"), visitor("ines", phone=True)
    new_note(tom)
    tom.fill("Data", "He shouted at the dragon until it slept.")
    tom.press("Offer for co-signing")
    tom.reads("Offering it is your word to sign it")
    tom.look()
    tom.page.get_by_label("Ines Falk").check()
    tom.press("Offer for co-signing")
    tom.reads("Offered to Ines Falk for co-signing.", "It waits for Ines Falk to co-sign it.")
    tom.look()
    address = tom.page.url
    ines.page.goto("/unfinished/")
    ines.reads("For me to co-sign", "by Tom Reyes")
    ines.look()
    ines.follow(re.compile("^Leo"))
    ines.reads("He shouted at the dragon until it slept.", "Once signed, it is read by", "Nell Okafor")
    ines.look()
    ines.fill("What should be changed?", "Say what you did when he shouted.")
    ines.press("Give it back to Tom Reyes")
    ines.reads("Given back, with your words.")
    tom.page.goto("/unfinished/")
    tom.reads("Given back to me")
    tom.page.goto(address)
    tom.reads("Ines Falk gave it back:", "Say what you did when he shouted.")
    tom.look()
    tom.fill("Assessment", "I sat beside him and counted.")
    tom.press("Offer for co-signing")
    tom.page.get_by_label("Ines Falk").check()
    tom.press("Offer for co-signing")
    ines.page.goto("/unfinished/")
    ines.follow(re.compile("^Leo"))
    ines.reads("I sat beside him and counted.")
    ines.press("Co-sign this note")
    ines.reads("Co-signed.", "Late entry.")
    ines.look()
    tom.page.goto(address)
    history = tom.region("History")
    for words in (
        "Tom Reyes offered it to Ines Falk for co-signing", "Say what you did when he shouted.", "Ines Falk co-signed it",
        "Signed by Tom Reyes, as a late entry",
    ):  # fmt: skip
        expect(history).to_contain_text(words)
    tom.look()
    nell = visitor("nell", phone=True)
    nell.page.goto(address)
    nell.reads("I sat beside him and counted.")
    expect(nell.main).not_to_contain_text("Say what you did")
    nell.look()


def test_written_signed_and_entered_in_error_by_keyboard_alone(visitor: Visitors) -> None:
    tom = visitor("tom")
    keys = tom.page.keyboard
    new_note(tom)
    tab_to(tom, label="Data")
    keys.type(FIRST)
    tab_to(tom, label="Plan")
    keys.type(MORE)
    tab_to(tom, name="Go on to sign")
    enter(tom)
    tom.reads("Once signed, it is read by", "Tom Reyes", "Ines Falk", "Late entry.")
    tom.look()
    tab_to(tom, name="Sign this note")
    enter(tom)
    tom.reads("The note is signed.", FIRST, MORE)
    tab_to(tom, name="Enter this note in error")
    enter(tom)
    tom.look()
    tab_to(tom, label="What is wrong with it?")
    keys.type("Another child's.")
    tab_to(tom, name="Enter in error")
    enter(tom)
    tom.reads("Entered in error.", "Another child's.")
    tom.look()
