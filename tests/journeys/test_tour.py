"""docs/tour.md is true: each stop is there, shows the words it quotes, and can be photographed.

`CAREBRIDGE_TOUR=1 make test ARGS="-n 1 tests/journeys/test_tour.py"` takes the pictures anew, into docs/tour/.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from carebridge.lib import relative, servers
from tests.carebridge import fernhill
from tests.journeys import tour
from tests.journeys.site import Site, create_loaded, real_urls, serving
from tests.journeys.tour import Step
from tests.journeys.visitors import Visitor
from tests.servers_plugin import ROOT

pytestmark = pytest.mark.browser

TAKING = os.environ.get("CAREBRIDGE_TOUR") == "1"
TEXT = tour.PAGE.read_text()
STEPS = tour.steps(TEXT)
PEOPLE = {person["ref"]: person for person in fernhill.bundle()["people"]}
LOADED = f"carebridge_tour_{os.getpid()}"  # a database with the demo practice in it


@pytest.fixture(scope="module")
def house() -> Iterator[Site]:
    """Fernhill House, on a Thursday afternoon that does not pass."""
    superuser_url = os.environ["DATABASE_URL"]
    with tempfile.TemporaryDirectory(prefix="cb-tour-") as folder, pytest.MonkeyPatch.context() as patch:
        bundle = Path(folder) / "bundle.json"
        bundle.write_bytes(relative.resolved(fernhill.FILE.read_bytes(), fernhill.THURSDAY))
        create_loaded(LOADED, superuser_url, real_urls(), bundle)
        patch.setenv("CAREBRIDGE_PINNED", fernhill.THURSDAY.isoformat())
        try:
            with serving(LOADED, "tests.journeys.pinned") as site:
                yield site
        finally:
            servers.drop_database(superuser_url, LOADED)


@pytest.fixture(scope="module")
def visitors(house: Site, browser_here: Browser) -> Iterator[dict[str, Visitor]]:
    """Who has signed in so far. In the end nothing forbidden may have happened in any of their browsers."""
    made: dict[str, Visitor] = {}
    yield made
    for someone in made.values():
        someone.done()


@pytest.mark.parametrize("step", STEPS, ids=[step.name for step in STEPS])
def test_the_tour_is_true(house: Site, browser_here: Browser, visitors: dict[str, Visitor], step: Step) -> None:
    """Who it names can go there, reads what it says, on a wide page and on a telephone."""
    if step.who not in visitors:
        visitors[step.who] = signed_in(browser_here, house, step.who)
    someone = visitors[step.who]
    someone.page.goto("/")
    for words in step.links:
        follow(someone, words)
    someone.reads(*step.words)
    for width, file in step.pictures():
        picture = photograph(someone, width)
        if TAKING:
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(picture)


def follow(someone: Visitor, words: str) -> None:
    """A link of the page, or else of its menu."""
    name = re.compile("^" + re.escape(words))
    within = someone.main.get_by_role("link", name=name)
    link = within if within.count() else someone.page.get_by_role("link", name=name)
    with someone.page.expect_navigation():
        link.first.click()


def signed_in(browser: Browser, house: Site, ref: str) -> Visitor:
    """With the demo's own password."""
    someone = Visitor(browser, house.url)
    someone.page.goto("/accounts/login/")
    someone.fill("E-mail or log-in name", PEOPLE[ref]["email"])
    someone.fill("Password", PEOPLE[ref]["password"])
    someone.press("Sign in")
    expect(someone.main).not_to_contain_text("Password")
    return someone


def photograph(someone: Visitor, width: int) -> bytes:
    """What fits into the window."""
    someone.page.set_viewport_size(ViewportSize(width=width, height=tour.WIDTHS[width]))
    someone.page.evaluate("document.fonts.ready.then(() => scrollTo(0, 0))")
    return tour.small(someone.page.screenshot(animations="disabled"))


def test_the_pictures_are_those_of_the_steps() -> None:
    """Each is shown once, each file is one of them, and they are light."""
    files = [file.name for step in STEPS for _width, file in step.pictures()]
    assert sorted(tour.shown(TEXT)) == sorted(files)
    assert sorted(path.name for path in tour.PICTURES.iterdir()) == sorted(files)
    assert sum(path.stat().st_size for path in tour.PICTURES.iterdir()) < tour.BUDGET


@pytest.mark.parametrize("width", tour.WIDTHS)
def test_the_pictures_have_their_width(width: int) -> None:
    """As a PNG says it: four bytes from the sixteenth on."""
    for step in STEPS:
        assert int.from_bytes(dict(step.pictures())[width].read_bytes()[16:20]) == width


def test_everyone_is_met() -> None:
    """Therapist, supervisor, both parents, a quiet one, the young person, a teacher, an admin, the lead, and who is closed."""
    assert len(STEPS) >= 12
    wanted = {"hana", "marta", "ingrid", "peter", "alan", "jonas-own", "paola", "okoro", "colin", "grace"}
    assert wanted <= {step.who for step in STEPS}
    assert all(step.words for step in STEPS)


def test_the_readme_tells_log_ins_that_work() -> None:
    """Each address with its password."""
    readme = (ROOT / "README.md").read_text()
    rows = [line for line in readme.splitlines() if re.match(r"\| .*\.example`", line)]
    told = {word for row in rows for word in re.findall(r"`([^`]+)`", row)}
    people = [person for person in PEOPLE.values() if person.get("email") in told]
    assert told == {person[key] for person in people for key in ("email", "password")}
    assert len(people) >= 10
