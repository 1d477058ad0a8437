"""The first page of every role, and the way from it through a child's timeline and search; by keyboard, too."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitors
from tests.journeys.test_ways import enter, tab_to

pytestmark = pytest.mark.browser

SAYS = {
    "tom": ("Sessions today", "From home", "To finish", "Children you care for"),
    "priya": ("Write an update", "New since you looked", "When a reply comes"),
    "dan": ("Write an update", "New since you looked"),
    "maya-login": ("Write an update", "What was shared about me"),
    "mrs-lund": ("Write an update", "New since you looked"),
    "omar": ("Have not signed in yet", "Accounts to look at", "Children without a therapist"),
    "ruth": ("Access to look at again",),
}


@pytest.mark.parametrize("ref", SAYS)
def test_each_role_opens_with_what_is_theirs(visitor: Visitors, ref: str) -> None:
    someone = visitor(ref)
    someone.reads(*SAYS[ref])
    someone.look()


def test_a_worry_is_seen_found_again_and_printed(visitor: Visitors) -> None:
    """Tom marks what came from home on his first page, narrows Maya's timeline, finds a word, and prints."""
    tom = visitor("tom")
    came = tom.region("From home")
    first = came.get_by_role("listitem").first
    first.get_by_role("button", name="Seen", exact=True).click()
    expect(first).to_contain_text("seen")
    tom.follow(re.compile("^Maya"))
    tom.follow(re.compile("^Only summaries"))
    expect(tom.page.get_by_role("link", name="Only summaries", exact=True)).to_have_attribute("aria-current", "true")
    expect(tom.main).not_to_contain_text("Log a sessionFrom home")
    tom.look()
    tom.follow(re.compile("^Search"))
    tom.fill("Look for", "ladders")
    tom.page.get_by_label("In", exact=True).select_option("0")
    tom.press("Search")
    expect(tom.main.locator("mark").first).to_have_text("ladder")
    assert "ladder" not in tom.page.url
    tom.look()
    tom.follow(re.compile("^Maya"))
    tom.follow(re.compile("^Print"))
    tom.page.get_by_label("From", exact=True).fill("2026-01-01")
    tom.press("Show")
    tom.reads("What Tom Reyes could read")
    tom.look()


def test_the_search_by_keyboard(visitor: Visitors) -> None:
    """From the first page to a text that was found, without a pointer; what stands new is new once."""
    priya = visitor("priya")
    tab_to(priya, name="What happened")
    enter(priya)
    tab_to(priya, name="Search")
    enter(priya)
    tab_to(priya, label="Look for")
    priya.page.keyboard.type("worry ladder")
    tab_to(priya, label="In")
    priya.page.keyboard.press("End")
    tab_to(priya, name="Search")
    enter(priya)
    tab_to(priya, name="Summary")
    enter(priya)
    priya.reads("noticing worry early")
    priya.page.goto("/")
    priya.reads("Nothing new since you last looked")
