"""An access is ended while its owner is signed in and has a page open (visibility.md, principle 5: "A block works at once").

The ways back are walked too: what they see when they sign in again, and that it all counts again once it is given back.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitors
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.browser

WHO = "Who sees this, and why"


def open_a_session(someone: Visitor) -> str:
    """A page about Maya that still has a part to ask for; its address."""
    someone.page.goto("/children/")
    someone.follow("Maya")
    maya = someone.page.url
    panels = someone.page.get_by_text(WHO)
    for link in someone.main.get_by_role("link").all():
        path = link.get_attribute("href") or ""
        if re.search(r"/sessions/[0-9a-f-]{36}/$", path):
            someone.page.goto(path)
            break
    expect(panels.first).to_be_visible()
    return maya


def test_a_therapist_with_open_pages_sees_nothing_from_the_next_tap_on(visitor: Visitors) -> None:
    tom, phone, omar = visitor("tom"), visitor("tom", phone=True), visitor("omar")
    maya = open_a_session(tom)
    phone.page.goto(maya)
    omar.page.goto("/practice/people/")
    omar.look()
    omar.follow("Tom Reyes")
    omar.look()
    omar.follow("Deactivate")
    omar.reads("They are signed out on 2 browsers.", "Nobody would treat these children any more", "Maya")
    omar.look()
    omar.press("Deactivate Tom Reyes")
    omar.reads("Say why: somebody may ask one day.")
    omar.fill("Reason", "Has left the practice")
    omar.press("Deactivate Tom Reyes")
    omar.reads("Tom Reyes has no access here any more", "Has left the practice")
    omar.look()
    # A part of the page he has open, and a tap on the other browser: neither shows anything.
    with tom.page.expect_navigation():
        tom.page.get_by_text(WHO).first.click()
    expect(tom.page).to_have_url(re.compile("/accounts/login/"))
    expect(tom.page.get_by_text("Maya")).to_have_count(0)
    phone.page.reload()
    expect(phone.page).to_have_url(re.compile("/accounts/login/"))
    # Signing in again says how it stands, and nothing else.
    tom.sign_in("tom")
    tom.reads("You have no access here at the moment", "please ask your practice")
    tom.look()
    assert len(tom.finds_nowhere(["Maya", "Leo", "Willow", "Omar"])) >= 1
    assert tom.fetch(maya)[0] == 404
    omar.page.goto("/")
    expect(omar.region("Children without a therapist")).to_contain_text("Maya")
    expect(omar.region("Accounts to look at")).to_contain_text("Tom Reyes")
    omar.look()
    # Given back, everything counts again.
    omar.region("Accounts to look at").get_by_role("link", name="Tom Reyes").first.click()
    omar.follow("Give the access back")
    omar.look()
    omar.press("Give Tom Reyes access")
    omar.reads("Tom Reyes has access again, as before.")
    tom.page.goto(maya)
    tom.reads("Maya")
