"""Other ways through the same pages: by keyboard, enlarged, without scripts, and back after leaving."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitors
from tests.journeys.site import PEOPLE, Site
from tests.journeys.visitors import SCROLLS, Visitor

pytestmark = pytest.mark.browser

FOCUS = """() => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0;
  return {tag: it.tagName, name: (it.innerText || it.name || "").trim(), value: it.value || "",
          label: it.labels && it.labels[0] ? it.labels[0].innerText.trim() : "", shown, inside};
}"""


def test_back_after_signing_out_shows_nothing(visitor: Visitors) -> None:
    tom = visitor("tom")
    tom.follow(re.compile("^Maya"))
    tom.follow(re.compile("^Maya practised asking"))
    address, words = tom.page.url, ["Maya", "Tom Reyes", "Priya", "worry", "break"]
    tom.reads("Maya")
    tom.page.get_by_role("navigation").get_by_role("link", name="Sign out").click()
    tom.reads("nothing of yours is shown on this device")
    tom.look()
    tom.press("Sign out")
    expect(tom.page).to_have_url(re.compile("/accounts/login/"))
    for _step in range(4):
        tom.page.go_back()
        for word in words:
            expect(tom.page.locator("body")).not_to_contain_text(word)
    tom.page.goto(address)
    expect(tom.page).to_have_url(re.compile("/accounts/login/"))
    tom.sign_in("tom")
    tom.reads("Hello Tom Reyes")


def tab_to(someone: Visitor, *, label: str = "", name: str = "", value: str = "") -> None:
    """Go on with Tab until this has the focus; wherever it stops, that shows and is in view."""
    for _step in range(60):
        someone.page.keyboard.press("Tab")
        focus = someone.page.evaluate(FOCUS)
        assert focus["tag"] != "BODY", f"the page ends before {label or name or value}"
        assert focus["shown"], f"no outline on {focus}"
        assert focus["inside"], f"out of view: {focus}"
        if all(wanted in focus[key] for key, wanted in (("label", label), ("name", name), ("value", value))):
            return
    raise AssertionError(f"Tab never reaches {label or name or value}")


def enter(someone: Visitor) -> None:
    """Press Enter and wait for the page it leads to."""
    with someone.page.expect_navigation():
        someone.page.keyboard.press("Enter")


def test_by_keyboard_alone(visitor: Visitors) -> None:
    priya, words = visitor(), "She set the table for three, unasked."
    keys = priya.page.keyboard
    priya.page.goto("/accounts/login/")
    tab_to(priya, label="E-mail or log-in name")
    keys.type(PEOPLE["priya"]["email"])
    tab_to(priya, label="Password")
    keys.type(PEOPLE["priya"]["password"])
    enter(priya)
    priya.reads("Hello Priya Nair")
    keys.press("Tab")
    assert priya.page.evaluate(FOCUS)["name"] == "Skip to the page"
    expect(priya.page.get_by_role("link", name="Skip to the page")).to_be_in_viewport()
    keys.press("Enter")
    expect(priya.page.get_by_role("main")).to_be_focused()
    tab_to(priya, name="Maya")
    assert priya.page.evaluate("document.activeElement.closest('main') !== null"), "the menu was skipped"
    enter(priya)
    tab_to(priya, name="Write an update")
    enter(priya)
    tab_to(priya, name="kind")
    keys.press("ArrowDown")
    keys.press("Space")
    tab_to(priya, label="What happened?")
    keys.type(words)
    tab_to(priya, name="Say more, if you like")
    keys.press("Enter")
    tab_to(priya, label="What helped?")
    keys.type("Nobody said hurry.")
    tab_to(priya, label="Dan Whitlock")
    tab_to(priya, name="Send to the care team")
    enter(priya)
    priya.reads(words, "a worry", "Nobody said hurry.")
    expect(priya.page.get_by_role("button", name="Take back from Dan Whitlock")).to_have_count(0)


@pytest.mark.parametrize(("width", "height", "zoom"), [(320, 568, 1), (1280, 1024, 4)])
def test_small_and_enlarged(visitor: Visitors, width: int, height: int, zoom: int) -> None:
    """320 px wide, and 400 % of a 1280 × 1024 screen: nothing scrolls sideways, nothing is cut off."""
    for ref in ("tom", "priya", "omar"):
        someone = visitor(ref, zoom=zoom)
        if zoom == 1:
            someone.page.set_viewport_size({"width": width, "height": height})
        for path in one_of_each(someone):
            someone.page.goto(path)
            assert not someone.page.evaluate(SCROLLS), f"{path} scrolls sideways for {ref}"
            cut = someone.page.evaluate(CUT)
            assert not cut, f"{path} cuts off {cut} for {ref}"


CUT = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), textarea, h1, h2, label, summary")]
  .filter((it) => !it.closest(".scroll") && !it.matches(".skip, .visually-hidden") && it.getClientRects().length)
  .filter((it) => it.getBoundingClientRect().right > innerWidth + 1 || it.getBoundingClientRect().left < -1)
  .map((it) => it.outerHTML.slice(0, 120))"""


def one_of_each(someone: Visitor) -> list[str]:
    """The addresses this person can reach, one for each kind of page."""
    kinds = {re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\?.*", "", path): path for path in sorted(someone.everything())}
    return list(kinds.values())


def test_without_scripts(site: Site, visitor: Visitors) -> None:
    """Reading, writing, sharing and answering need no JavaScript."""
    site.arrange("UPDATE accounts_restriction SET ends = starts + interval '1 second'")
    tom, priya = visitor("tom", script=False), visitor("priya", phone=True, script=False)
    priya.follow(re.compile("^Maya"))
    priya.follow("Write an update")
    priya.page.get_by_label("something I noticed").check()
    priya.fill("What happened?", "The ladder hangs on the fridge now.")
    priya.page.get_by_text("Say more, if you like").click()
    priya.fill("What helped?", "Magnets.")
    priya.page.get_by_label("Dan Whitlock").check()
    priya.press("Send to the care team")
    priya.reads("The ladder hangs on the fridge now.", "Magnets.", "reads your words")
    tom.follow(re.compile("^Maya"))
    tom.follow("The ladder hangs")
    tom.fill("Reply", "Which rung gets the magnet?")
    tom.press("Send the reply")
    tom.press("Seen")
    tom.follow("Maya")
    tom.follow("Log a session")
    tom.fill("The child's own words", "Rung four.")
    tom.press("Log this session")
    tom.follow("Write a summary")
    tom.fill("Summary", "Maya chose rung four by herself.")
    tom.press("Save, then choose readers")
    tom.follow("Choose readers")
    tom.page.get_by_label("may be shared").check()
    tom.press("Record what was said")
    tom.region("Share with").get_by_label("Priya Nair").check()
    tom.press("See it as they will")
    tom.press("Share with Priya Nair")
    tom.reads("Shared with Priya Nair.")
    priya.page.reload()
    priya.reads("Which rung gets the magnet?", "seen")
    priya.follow("Maya")
    priya.reads("Maya chose rung four by herself.")
    expect(priya.main).not_to_contain_text("Rung four.")
