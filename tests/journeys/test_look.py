"""How every page looks: it fits, can be read and tapped in both schemes, on paper and on a phone; and one can be gone at once."""

import gzip
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Response, expect

from carebridge.pages import gallery
from tests.guards.browsing import PROOF
from tests.journeys.conftest import Visitors
from tests.journeys.site import served
from tests.journeys.test_ways import CUT
from tests.journeys.visitors import AXE, COLOUR_RULES, EVERY_RULE, SCROLLS, Visitor

pytestmark = pytest.mark.browser

# Whoever comes first shows a kind of page; of the full volume, everyone shows all of theirs.
EVERYONE = ("priya", "tom", "maya-login", "omar", "ines", "dan")
WIDTHS = (320, 360, 1280)  # CSS pixels
WAY_IN = ("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/signup/")
HALF_SEEN = (
    (360, "light", EVERY_RULE),
    (1280, "dark", COLOUR_RULES),
)
ALL_SEEN = tuple((width, scheme, EVERY_RULE) for width in WIDTHS for scheme in ("light", "dark"))
AWAY = "https://www.wikipedia.org/"
AFTER_THE_CLICK = """() => addEventListener("click",
  () => console.info("left on the screen: " + document.documentElement.childElementCount))"""
BUDGET = 60_000  # bytes of a family page, compressed, in all

SMALL = """() => [...document.querySelectorAll("button, .button, header a, summary, input, select, textarea, .chip")]
  .filter((it) => it.checkVisibility() && !it.matches(".link, .skip, [type=hidden]") && !it.closest(".visually-hidden"))
  .map((it) => [it.closest("label") || it, it])
  .filter(([box]) => { const r = box.getBoundingClientRect(); return r.height < 43.5 || r.width < 43.5; })
  .map(([, it]) => it.outerHTML.slice(0, 120))"""
PRINTED = """() => {
  const seen = [...document.querySelectorAll("body *")].filter((it) => it.checkVisibility());
  const own = (it) => [...it.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
  return {
    controls: seen.filter((it) => it.matches("button, .button, form, input, textarea, nav, header, footer"))
      .map((it) => it.tagName),
    grey: seen.filter((it) => own(it) && getComputedStyle(it).color !== "rgb(0, 0, 0)").map((it) => it.outerHTML.slice(0, 90)),
    dark: seen.concat(document.body).map((it) => getComputedStyle(it).backgroundColor)
      .filter((colour) => !["rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"].includes(colour)),
    vague: seen.filter((it) => it.matches("time[title]") && getComputedStyle(it, "::after").content !== JSON.stringify(it.title)),
    addresses: seen.filter((it) => it.matches("a[href]"))
      .filter((it) => getComputedStyle(it, "::after").content.includes("/")).length,
  };
}"""


def kinds(paths: list[str]) -> dict[str, str]:
    """One address for each kind of page."""
    return {re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\?.*", "", path): path for path in sorted(paths)}


def walk(visitor: Visitors) -> Iterator[tuple[Visitor, str, str]]:
    """Who looks, at which kind of page, at which address."""
    someone = visitor()
    yield from ((someone, path, path) for path in (*WAY_IN, "/nothing/"))
    seen: set[str] = set()
    for ref in EVERYONE:
        someone = visitor(ref)
        for kind, path in kinds([*someone.everything(), "/accounts/logout/"]).items():
            if PROOF or kind not in seen:
                yield someone, kind, path
            seen.add(kind)


@pytest.mark.proof
def test_every_page_fits_and_can_be_read(visitor: Visitors) -> None:
    """At 320, 360 and 1280 px nothing scrolls sideways or is cut off, what can be tapped is 44 px, and axe finds nothing.

    Sample: each kind of page as one person sees it, axe on a phone in light and the contrasts of a wide dark screen.
    """
    wrong, walked = [], 0
    for someone, kind, path in walk(visitor):
        someone.page.goto(path)
        walked += 1
        wrong += [f"{kind} {fault}" for fault in faults(someone, ALL_SEEN if PROOF else HALF_SEEN)]
        if kind == "/nothing/":
            someone.problems.clear()  # the browser says that there is nothing, which is true
    assert not wrong, "\n".join(wrong)
    assert walked >= 35


def faults(someone: Visitor, seen: tuple[tuple[int, str, object], ...]) -> Iterator[str]:
    """What is wrong with how the page someone is on looks."""
    page = someone.page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate(SCROLLS):
            yield f"scrolls sideways at {width}"
        yield from (f"cuts off at {width}: {cut}" for cut in page.evaluate(CUT))
        if width == 360:
            yield from (f"is too small to tap: {small}" for small in page.evaluate(SMALL))
        for _width, scheme, rules in (one for one in seen if one[0] == width):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found = AXE.run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
            if found.violations_count:
                yield f"at {width}, {scheme}: {found.generate_report()}"


def test_the_menu_of_a_phone(visitor: Visitors) -> None:
    """Folded until it is asked for, by touch and by keyboard; the page one is on is marked; no script has a part in it."""
    for script in (True, False):
        omar = visitor("omar", phone=True, script=script)
        omar.page.goto("/practice/people/")
        menu, opens = omar.page.get_by_role("navigation", name="Main"), omar.page.get_by_role("button", name="Menu")
        expect(menu).to_be_hidden()
        opens.click()
        expect(menu).to_be_visible()
        expect(menu.get_by_role("link", name="People")).to_have_attribute("aria-current", "page")
        expect(menu.locator("[aria-current]")).to_have_count(1)
        omar.page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        opens.focus()
        omar.page.keyboard.press("Enter")
        omar.page.keyboard.press("Tab")
        expect(menu.get_by_role("link", name="Today")).to_be_focused()
        menu.get_by_role("link", name="Circles").click()
        expect(omar.page.get_by_role("heading", level=1)).to_have_text("Circles")
        omar.page.set_viewport_size({"width": 1280, "height": 800})
        expect(opens).to_be_hidden()
        expect(omar.page.get_by_role("navigation", name="Main").get_by_role("link", name="Sign out")).to_be_visible()


def test_leaving_at_once(visitor: Visitors) -> None:
    """The screen is empty before any answer has come; then another site stands there, and Back shows nothing."""
    priya = visitor("priya", phone=True)
    priya.follow(re.compile("^Maya"))
    priya.follow("Write an update")
    address = priya.page.url
    priya.fill("What happened?", "He must not read this.")
    told: list[str] = []
    priya.page.on("console", lambda message: told.append(message.text))
    priya.page.evaluate(AFTER_THE_CLICK)
    elsewhere = "<!doctype html><title>Elsewhere</title><p>An encyclopedia."
    priya.context.route(f"{AWAY}**", lambda route: route.fulfill(body=elsewhere, content_type="text/html"))
    way_out = priya.page.get_by_role("link", name="Leave now")
    expect(way_out).to_have_attribute("title", re.compile("signed out"))
    priya.page.get_by_role("button", name="Menu").click()  # which does not stand in the way
    way_out.click()
    expect(priya.page.get_by_text("An encyclopedia.")).to_be_visible()
    assert "left on the screen: 0" in told
    went_away(priya)
    for _step in range(3):
        priya.page.go_back()
        expect(priya.page.locator("body")).not_to_contain_text(re.compile("Maya|read this"))
    priya.page.goto(address)
    expect(priya.page).to_have_url(re.compile("/accounts/login/"))


def went_away(someone: Visitor) -> None:
    """To another site, which is otherwise a fault."""
    away = [problem for problem in someone.problems if problem.startswith(f"request to {AWAY}")]
    assert away
    someone.problems = [problem for problem in someone.problems if problem not in away]


def test_leaving_without_scripts(visitor: Visitors) -> None:
    """A plain link does the same, in Spanish too."""
    nell = visitor("nell", script=False)
    nell.context.route(f"{AWAY}**", lambda route: route.fulfill(body="<p>An encyclopedia.", content_type="text/html"))
    nell.page.get_by_role("link", name="Salir ya").click()
    expect(nell.page.get_by_text("An encyclopedia.")).to_be_visible()
    went_away(nell)
    nell.page.goto("/")
    expect(nell.page).to_have_url(re.compile("/accounts/login/"))


def test_on_paper(visitor: Visitors) -> None:
    """A child's page, a session, a note, a summary: black on white from a dark screen, without controls and addresses, with
    exact moments."""
    tom = visitor("tom", phone=True)  # whose scheme is dark
    pages = kinds(list(tom.everything()))
    for kind in ("/children//", "/children//sessions//", "/children//notes//", "/children//summaries//"):
        tom.page.goto(pages[kind])
        tom.page.emulate_media(media="print", color_scheme="dark")
        printed = tom.page.evaluate(PRINTED)
        assert printed == {"controls": [], "grey": [], "dark": [], "vague": [], "addresses": 0}, kind
        tom.page.emulate_media(media="screen")


def test_colours_of_ones_own(visitor: Visitors) -> None:
    """Where the system draws with its own colours, what is chosen and how private a text is still show."""
    priya = visitor("priya")
    priya.page.emulate_media(forced_colors="active")
    priya.follow(re.compile("^Maya"))
    priya.follow("Write an update")
    priya.page.get_by_label("a win").check()
    style = "(it) => { const s = getComputedStyle(it); return [s.outlineStyle, s.borderInlineStartStyle]; }"
    chosen = priya.page.locator("label.choice:has(:checked)").first
    assert chosen.evaluate(style)[0] == "solid"
    assert priya.page.locator(".privacy").first.evaluate(style)[1] == "solid"


def test_family_pages_are_light(visitor: Visitors) -> None:
    """experience.md: "family pages under 60 kB compressed in all"."""
    priya = visitor("priya", phone=True)
    for path in kinds(list(priya.everything())).values():
        weighed = weigh(priya, path)
        assert sum(weighed.values()) < BUDGET, (path, weighed)


def weigh(someone: Visitor, path: str) -> dict[str, int]:
    """What the page loads, each in compressed bytes; nothing is in the browser's cache."""
    got: list[Response] = []

    def arrived(one: Response) -> None:
        got.append(one)

    fresh = someone.context.new_page()
    fresh.on("response", arrived)
    fresh.goto(path, wait_until="networkidle")
    weighed = {one.url: len(gzip.compress(one.body())) for one in got if one.ok}
    fresh.close()
    return weighed


def test_the_gallery_is_there_on_ones_own_machine(browser_here: Browser) -> None:
    """Every component, in every state, is accessible and fits; nowhere else is there such an address."""
    assert [len(gallery.addresses(env)) for env in ("local", "test", "production")] == [1, 0, 0]
    with served(CAREBRIDGE_ENV="local") as site:
        someone = Visitor(browser_here, site.url)
        someone.page.goto("/gallery/")
        for mark in ("Only me", "Care team", "Named readers"):
            shown = someone.page.locator(".privacy strong", has_text=mark)
            expect(shown).to_have_count(3 if mark == "Named readers" else 2)
        found = list(faults(someone, ALL_SEEN))
        assert not found, "\n".join(found)
        someone.done()
