"""An update from home on a phone, with and without a connection: nothing is lost, nothing comes twice, nothing stays behind."""

import re
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Dialog, Route, expect

from tests.journeys.conftest import Visitors
from tests.journeys.site import Site
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.browser

SAVED = "Saved on this device. It will be sent when the connection is back."
OWN = re.compile("This is my own device")
# What a browser's console says of a network that is gone, and of a form that is refused; both are meant here.
MEANT = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "status of 422", "status of 403")
STORED = "Object.entries(localStorage).filter(([key]) => key.startsWith('carebridge:')).map((one) => one.join(' '))"


def rows(site: Site, body: str) -> int:
    """How many updates have these words."""
    with psycopg.connect(site.superuser_url) as connection:
        found = connection.execute("SELECT count(*) FROM sessions_log_homeupdate WHERE body = %s", [body]).fetchone()
    assert found
    return int(found[0])


def stored(someone: Visitor) -> list[str]:
    """What this browser keeps."""
    kept: list[str] = someone.page.evaluate(STORED)
    return kept


def begin(someone: Visitor, words: str, *, kind: str = "a worry", own: bool = True) -> None:
    """The form, a tap, the box ticked or not, a few words."""
    someone.page.goto("/")
    someone.follow(re.compile("^Maya"))
    someone.follow("Write an update")
    if own:
        someone.page.get_by_label(OWN).check()
    if kind:
        someone.page.get_by_label(kind).check()
    someone.fill("What happened?", words)


def device(someone: Visitor) -> Any:
    """The part of the page that says what waits here."""
    return someone.region("On this device")


def forgive(*people: Visitor) -> None:
    """Drop what was meant to go wrong."""
    for someone in people:
        someone.problems = [said for said in someone.problems if not any(meant in said for meant in MEANT)]


def test_one_thumb(site: Site, visitor: Visitors) -> None:
    """A tap, a few words, a tap; then other words, then out with it."""
    priya, tom = visitor("priya", phone=True), visitor("tom")
    begin(priya, "She hummed at breakfast.", kind="a win", own=False)
    priya.look()
    send = priya.page.get_by_role("button", name="Send to the care team")
    expect(send).to_be_in_viewport()
    priya.page.get_by_label("Dan Whitlock").check()
    expect(send).to_have_accessible_name("Send to the care team and Dan Whitlock")
    priya.page.get_by_label("Dan Whitlock").uncheck()
    priya.press("Send to the care team")
    priya.reads("Your update is with Maya's care team.", "She hummed at breakfast.")
    assert not stored(priya), "nothing is kept on a device that nobody called their own"
    priya.look()
    priya.follow("Change your words")
    expect(priya.page.get_by_label("What happened?")).to_have_value("She hummed at breakfast.")
    priya.look()
    priya.fill("What happened?", "She hummed at breakfast, twice.")
    priya.page.get_by_text("Say more, if you like").click()
    priya.page.get_by_label("4", exact=True).check()
    priya.press("Save the new words")
    priya.reads("She hummed at breakfast, twice.", "4 / 10", "changed since")
    priya.page.get_by_text("How it read before").click()
    priya.reads("She hummed at breakfast.")
    priya.look()
    tom.follow(re.compile("^Maya"))
    line = tom.page.get_by_role("listitem").filter(has_text="She hummed at breakfast, twice.")
    line.get_by_role("button", name="Seen").click()
    expect(line.get_by_role("button", name="Seen")).to_have_attribute("aria-pressed", "true")
    expect(line.get_by_role("button", name="Seen")).to_be_focused()
    tom.look()
    priya.page.reload()
    priya.reads("seen", "Tom Reyes")
    expect(priya.page.get_by_role("link", name="Change your words")).to_have_count(0)
    priya.follow("I wrote this by mistake")
    priya.look()
    priya.page.get_by_label("It did not happen like this").check()
    priya.press("Take it out")
    priya.reads("You took this out.", "It did not happen like this.")
    priya.look()
    tom.page.reload()
    expect(tom.main).not_to_contain_text("She hummed")


def test_a_tunnel(site: Site, visitor: Visitors) -> None:
    """The network goes, the words wait, the page is opened again, the network is back: one update, and the marks return."""
    priya, tom, words = visitor("priya", phone=True), visitor("tom"), "He waved from the train."
    begin(priya, words)
    priya.context.set_offline(True)
    priya.tap("Send to the care team")
    expect(device(priya)).to_contain_text(SAVED)
    expect(device(priya)).to_contain_text(words)
    assert rows(site, words) == 0
    kept = " ".join(stored(priya))
    assert words in kept
    assert not [name for name in ("Maya", "Dan", "Priya", "Tom", "csrf") if name in kept]
    here = priya.page.url
    priya.page.goto("about:blank")  # or the open page, hearing of the network first, would send them itself
    priya.context.set_offline(False)
    priya.page.goto(here)
    expect(device(priya)).to_contain_text("Sent. The words are removed from this device.")
    assert rows(site, words) == 1
    assert len(stored(priya)) == 1, "that it is one's own device is remembered, nothing else"
    expect(priya.page.get_by_label(OWN)).to_be_checked()
    priya.page.reload()
    priya.page.goto("/")
    assert rows(site, words) == 1
    tom.follow(re.compile("^Maya"))
    tom.follow(words)
    tom.tap("Let's talk")
    tom.reads("let's talk")
    priya.follow(re.compile("^Maya"))
    priya.follow(words)
    priya.reads("let's talk", "Tom Reyes")
    forgive(priya)


def test_back_while_the_page_is_open(site: Site, visitor: Visitors) -> None:
    """Without opening anything again."""
    priya, words = visitor("priya", phone=True), "Two stops later."
    begin(priya, words)
    priya.context.set_offline(True)
    priya.tap("Send to the care team")
    expect(device(priya)).to_contain_text(SAVED)
    priya.context.set_offline(False)
    expect(device(priya)).to_contain_text("Sent.")
    expect(device(priya).get_by_role("link", name="Read it")).to_be_visible()
    assert rows(site, words) == 1
    forgive(priya)


def test_the_answer_is_lost(site: Site, visitor: Visitors) -> None:
    """The server has stored it, the phone never hears of it and sends again: one update."""
    priya, words, arrived = visitor("priya", phone=True), "The answer fell into the tunnel.", []
    begin(priya, words)

    def swallow(route: Route) -> None:
        if route.request.method == "POST":
            arrived.append(route.fetch().status)
            route.abort()
        else:
            route.fallback()

    priya.page.route("**/updates/new/", swallow)
    priya.tap("Send to the care team")
    expect(device(priya)).to_contain_text(SAVED)
    assert arrived == [200]
    assert rows(site, words) == 1
    priya.page.unroute("**/updates/new/")
    priya.page.reload()
    expect(device(priya)).to_contain_text("Sent.")
    assert rows(site, words) == 1
    assert len(stored(priya)) == 1
    forgive(priya)


def test_nobody_elses_words(site: Site, visitor: Visitors) -> None:
    """Signed out, the words wait; whoever signs in next at this browser neither sees nor sends nor removes them."""
    priya, words = visitor("priya", phone=True), "Only hers."
    begin(priya, words)
    priya.context.clear_cookies()
    priya.tap("Send to the care team")
    expect(device(priya)).to_contain_text("You are signed out. Your words are safe on this device")
    expect(device(priya).get_by_role("link", name="Sign in")).to_be_visible()
    before = stored(priya)
    priya.sign_in("dan")
    priya.follow(re.compile("^Maya"))
    priya.follow("Write an update")
    priya.page.wait_for_load_state("networkidle")
    expect(priya.main).not_to_contain_text(words)
    expect(priya.page.get_by_label(OWN)).not_to_be_checked()
    expect(priya.page.get_by_label("What happened?")).to_have_value("")
    assert stored(priya) == before
    assert rows(site, words) == 0
    priya.context.clear_cookies()
    priya.sign_in("priya")
    expect(device(priya)).to_contain_text("Sent.")
    assert rows(site, words) == 1
    forgive(priya)


def test_what_cannot_be_sent_comes_back_to_the_form(site: Site, visitor: Visitors) -> None:
    """Written without a connection and not complete: the page says what to change, with the words in it."""
    priya, words = visitor("priya", phone=True), "Nobody tapped what it is."
    begin(priya, words, kind="")
    priya.context.set_offline(True)
    priya.tap("Send to the care team")
    expect(device(priya)).to_contain_text(SAVED)
    priya.context.set_offline(False)
    priya.page.goto("/")
    expect(device(priya)).to_contain_text("This could not be sent as it is.")
    priya.look()
    with priya.page.expect_navigation(url=re.compile("updates/new")):
        device(priya).get_by_role("link", name="Open it").click()
    priya.reads("Tap one of the four.")
    expect(priya.page.get_by_label("What happened?")).to_have_value(words)
    priya.look()
    priya.page.get_by_label("a win").check()
    priya.press("Send to the care team")
    priya.reads("Your update is with Maya's care team.", words)
    assert rows(site, words) == 1
    assert len(stored(priya)) == 1
    forgive(priya)


def test_begun_and_left(site: Site, visitor: Visitors) -> None:
    """What was begun is there again; "Remove from this device" removes it, and so does taking the tick away."""
    priya, words = visitor("priya", phone=True), "Half a sen"
    begin(priya, words)
    priya.page.get_by_text("When and where").click()
    priya.page.get_by_label("at school").check()
    priya.page.goto("/")
    begin_again = priya.page.get_by_label("What happened?")
    for _visit in range(2):
        priya.page.goto("/")
        priya.follow(re.compile("^Maya"))
        priya.follow("Write an update")
        expect(begin_again).to_have_value(words)
        expect(priya.page.get_by_label("at school")).to_be_checked()
    priya.look()
    priya.tap("Remove from this device")
    expect(begin_again).to_have_value("")
    assert len(stored(priya)) == 1
    priya.fill("What happened?", words)
    priya.page.wait_for_timeout(500)  # milliseconds; it is kept after the last key
    assert len(stored(priya)) == 2
    priya.page.get_by_label(OWN).uncheck()
    assert not stored(priya)
    expect(begin_again).to_have_value(words)
    assert rows(site, words) == 0


def test_not_my_own_device(site: Site, visitor: Visitors) -> None:
    """Without the tick nothing is kept, and nothing is lost as long as the page is open."""
    priya, words = visitor("priya", phone=True), "On the library's computer."
    begin(priya, words, own=False)
    priya.context.set_offline(True)
    priya.tap("Send to the care team")
    priya.reads("No connection. Nothing is sent yet, your words are still here")
    expect(priya.page.get_by_label("What happened?")).to_have_value(words)
    assert not stored(priya)
    priya.context.set_offline(False)
    priya.press("Send to the care team")
    priya.reads("Your update is with Maya's care team.", words)
    assert rows(site, words) == 1
    assert not stored(priya)
    forgive(priya)


def test_unsent_words_are_not_left_without_a_warning(visitor: Visitors) -> None:
    """What stands in the page alone is asked about; what is kept on the device is not."""
    priya, asked = visitor("priya", phone=True), list[str]()

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    priya.page.on("dialog", answer)
    begin(priya, "Words in the page alone.", own=False)
    priya.page.reload()
    assert asked == ["beforeunload"]
    begin(priya, "Words on the device.")
    priya.page.wait_for_timeout(600)
    priya.page.reload()
    assert asked == ["beforeunload"]
