"""A summary for Maya's mother alone: her wish, seen as Priya, shared, read, taken back, shared again; Dan's pages as before."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.journeys.conftest import Visitors
from tests.journeys.site import Site
from tests.journeys.test_thread import open_maya, open_session
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.browser

WORDS = "Maya found a word for the knot in her belly. At home, ask for the weather in there. Then listen."
HEADING = "Who sees this, and why"


def test_a_summary_for_the_mother_alone(site: Site, visitor: Visitors) -> None:
    site.arrange("UPDATE accounts_restriction SET ends = starts + interval '1 second'")
    tom, priya, dan = visitor("tom"), visitor("priya", phone=True), visitor("dan")
    before = what_he_reads(dan)
    address = write(tom)
    nobody_yet(tom)
    wish_and_see_as(tom)
    tom.press("Share with Priya Nair")
    tom.reads("Shared with Priya Nair.", "not read yet")
    assert what_he_reads(dan) == before
    priya_reads(priya)
    read_mark(tom, address)
    why(tom)
    assert what_he_reads(dan) == before
    take_back(tom)
    assert priya.fetch(address)[0] == 404
    priya.finds_nowhere([WORDS])
    share_again(tom, address)
    priya_reads(priya)
    assert what_he_reads(dan) == before
    assert dan.fetch(address)[0] == 404
    dan.finds_nowhere([WORDS])


def what_he_reads(dan: Visitor) -> dict[str, str]:
    """Every page Dan can reach, without what differs between any two requests; forms carry the clock or a challenge of their own,
    and are left out."""
    dan.everything()  # what is new is new until one has looked
    left_out = ("/new/", "/edit/", reverse("mfa_add_webauthn"), reverse("mfa_activate_totp"))
    pages = {path: text for path, text in dan.everything().items() if not path.endswith(left_out)}
    for mask in (
        r'nonce="[^"]+"',
        r'name="csrfmiddlewaretoken" value="\w+"',
        r'name="form_key" value="[^"]+"',
        r"could read, from [^<]+",
    ):  # when it was printed
        pages = {path: re.sub(mask, "", text) for path, text in pages.items()}
    return pages


def write(tom: Visitor) -> str:
    """Half of it is typed and the window closed without a button: the words wait. Returns the summary's address."""
    open_session(tom)
    tom.follow("Write a summary")
    tom.reads("Begin with a strength", "The care team reads this.")
    tom.look()
    tom.fill("Summary", WORDS[:40])
    expect(tom.page.locator("[data-autosave-state]")).to_contain_text("Saved at", timeout=15_000)
    expect(tom.page).to_have_url(re.compile("/edit/$"))
    page = tom.page.url
    tom.page.goto("/")
    tom.page.goto(page)
    expect(tom.page.get_by_label("Summary", exact=True)).to_have_value(WORDS[:40])
    tom.fill("Summary", WORDS)
    tom.press("Save, then choose readers")
    tom.reads(WORDS)
    return tom.page.url


def nobody_yet(tom: Visitor) -> None:
    """Nobody of the family reads it, and the panel says so."""
    tom.reads("Nobody of the family yet.", "began to write it")
    tom.look()


def wish_and_see_as(tom: Visitor) -> None:
    tom.follow("Choose readers")
    tom.reads("Easy to read")
    said = tom.region("What Maya said")
    said.get_by_label("not to some people").check()
    said.get_by_label("Dan Whitlock").check()
    said.get_by_role("button").click()
    tom.reads("What Maya said is recorded.")
    readers = tom.region("Share with")
    expect(readers.get_by_role("listitem").filter(has_text="Dan Whitlock")).to_contain_text("not the child's wish")
    readers.get_by_role("listitem").filter(has_text="Priya Nair").get_by_role("checkbox").check()
    tom.look()
    tom.press("See it as they will")
    expect(tom.region("As Priya Nair sees it")).to_contain_text(WORDS)
    tom.reads("Then these people read it:")
    expect(tom.main).not_to_contain_text("Dan Whitlock")
    tom.look()


def priya_reads(priya: Visitor) -> None:
    open_maya(priya)
    priya.follow(re.compile(re.escape(WORDS[:30])))
    priya.reads(WORDS, "Tom Reyes")
    expect(priya.main).not_to_contain_text(HEADING)
    expect(priya.main).not_to_contain_text("What happened to it")
    priya.look()


def read_mark(tom: Visitor, address: str) -> None:
    tom.page.goto(address)
    expect(tom.region("Who reads it")).to_contain_text("read today")
    tom.reads("Priya Nair opened it for the first time.", "recorded what Maya said: not to some people")
    tom.look()


def why(tom: Visitor) -> None:
    """The panel opens where it stands: each person, yes or no, and the reason."""
    tom.page.get_by_text(HEADING).click()
    people = tom.page.locator(".who-answers")
    expect(people.get_by_role("listitem").filter(has_text="Priya Nair")).to_contain_text("Yes: it was shared with them")
    expect(people.get_by_role("listitem").filter(has_text="Dan Whitlock")).to_contain_text("No: not shared with them")
    expect(people).to_contain_text("admins read no clinical text")
    tom.look()


def take_back(tom: Visitor) -> None:
    tom.follow("Take back from Priya Nair")
    tom.reads("From then on Priya Nair finds it on no page", "has opened it (first:", "What has been read stays read")
    tom.look()
    tom.press("Take it back from Priya Nair")
    tom.reads("Withdrawn: Priya Nair no longer finds this summary.", "Tom Reyes took it back from Priya Nair.")
    tom.look()


def share_again(tom: Visitor, address: str) -> None:
    tom.page.goto(address)
    tom.follow("Choose readers")
    tom.region("Share with").get_by_role("listitem").filter(has_text="Priya Nair").get_by_role("checkbox").check()
    tom.press("See it as they will")
    tom.press("Share with Priya Nair")
    tom.reads("Shared with Priya Nair.", "not read yet")


def test_without_javascript_the_reasons_are_a_page(visitor: Visitors) -> None:
    tom = visitor("tom", script=False)
    open_session(tom)
    tom.page.get_by_text(HEADING).click()
    tom.follow("Show each person, and the reason")
    expect(tom.page.get_by_role("heading", level=1)).to_have_text(HEADING)
    tom.reads("Priya Nair", "mother", "only the care team reads the record", "Nobody else sees it")
    tom.follow("Back to it")
    expect(tom.page.get_by_role("heading", level=1)).to_contain_text("Session")
