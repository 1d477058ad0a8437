"""A served practice for each module, one browser, and as many visitors as a journey needs."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from carebridge.lib import chromium
from tests.journeys.site import Site, served
from tests.journeys.visitors import Visitor

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]

type Visitors = Callable[..., Visitor]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Willow Creek without goals, concerns and messages, as it came out of the bundle."""
    with served() as here:
        yield here


@pytest.fixture(scope="module")
def browser_here() -> Iterator[Browser]:
    """One Chromium. Not for the whole session: while Playwright runs, Django's ORM takes the thread for an async one."""
    path = chromium.find()
    assert path, "No Chromium was found: `python -m carebridge.lib.chromium` says what to do."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(site: Site, browser_here: Browser) -> Iterator[Visitors]:
    """Makes visitors. In the end nothing forbidden may have happened in any of their browsers."""
    made: list[Visitor] = []

    def make(ref: str = "", **how: object) -> Visitor:
        someone = Visitor(browser_here, site.url, **how)  # type: ignore[arg-type]
        made.append(someone)
        if ref:
            someone.sign_in(ref)
        return someone

    yield make
    for someone in made:
        someone.done()
