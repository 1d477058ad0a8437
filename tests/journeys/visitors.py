"""One person's browser, and what is watched in it all the time: accessibility, errors, requests to anywhere else."""

import re
from collections.abc import Iterable
from html import unescape
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, ViewportSize, expect

from tests.journeys.site import PEOPLE

WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=780)
AXE = Axe()
EVERY_RULE: Any = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR_RULES: Any = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # all that dark can change
SCHEMES: list[tuple[Literal["light", "dark"], Any]] = [("light", EVERY_RULE), ("dark", COLOUR_RULES)]
SCROLLS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Visitor:
    """A browser of one's own, with its cookies. `problems`: what may never happen, as it happened."""

    def __init__(self, browser: Browser, url: str, *, phone: bool = False, script: bool = True, zoom: int = 1) -> None:
        size = PHONE if phone else WIDE
        if zoom > 1:
            size = ViewportSize(width=1280 // zoom, height=1024 // zoom)
        self.url = url
        self.problems: list[str] = []
        self.looked: list[str] = []
        self.context: BrowserContext = browser.new_context(
            base_url=url,
            viewport=size,
            device_scale_factor=zoom,
            color_scheme="dark" if phone else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
            locale="en-US",
        )
        self.context.set_default_timeout(15_000)  # milliseconds
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(f"error in a script: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"{message.type} on {self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.url + "/", "data:")):
            self.problems.append(f"request to {request.url}")

    # --- Doing -----------------------------------------------------------------------------------------------------------

    def sign_in(self, ref: str, password: str | None = None) -> None:
        """With the password from the bundle, unless another is given."""
        self.page.goto("/accounts/login/")
        self.fill("E-mail or log-in name", PEOPLE[ref]["email"])
        self.fill("Password", password or PEOPLE[ref]["password"])
        self.press("Sign in")

    def fill(self, label: str, words: str) -> None:
        """Write into the box with this label."""
        self.page.get_by_label(label, exact=True).fill(words)

    def press(self, name: str) -> None:
        """Press the button with this name, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def tap(self, name: str) -> None:
        """Press a button that changes a part of the page it is on."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow the first link of the page's main part whose name has these words, and wait for its page."""
        with self.page.expect_navigation():
            self.main.get_by_role("link", name=name).first.click()

    def region(self, name: str) -> Locator:
        """A part of the page by its heading."""
        return self.page.get_by_role("region", name=name)

    @property
    def main(self) -> Locator:
        """The page without header and footer."""
        return self.page.get_by_role("main")

    # --- Seeing ----------------------------------------------------------------------------------------------------------

    def reads(self, *words: str) -> None:
        """These words are on the page, for the eye."""
        for word in words:
            expect(self.main).to_contain_text(word)

    def look(self) -> None:
        """The page is accessible and fits, narrow and wide, light and dark."""
        self.page.wait_for_load_state("load")  # styles and all
        before = self.page.viewport_size or WIDE
        for size in (PHONE, WIDE):
            self.page.set_viewport_size(size)
            assert not self.page.evaluate(SCROLLS), f"{self.page.url} scrolls sideways at {size['width']} px"
            for scheme, rules in SCHEMES:
                self.page.emulate_media(color_scheme=scheme)
                found = AXE.run(self.page, options={"runOnly": rules, "resultTypes": ["violations"]})
                where = f"{self.page.url} at {size['width']} px, {scheme}"
                assert not found.violations_count, f"{where}\n{found.generate_report()}"
        self.page.set_viewport_size(before)
        self.looked.append(self.page.url)

    def fetch(self, path: str) -> tuple[int, str]:
        """Status and text of an address, asked with this browser's cookies but not shown in it."""
        response = self.context.request.get(urljoin(self.url, path))
        return response.status, unescape(response.text())

    def everything(self) -> dict[str, str]:
        """Every page that can be reached by links from the first one, with its words; signing out and leaving are not tried."""
        found: dict[str, str] = {}
        todo = ["/"]
        while todo:
            path = todo.pop()
            if path in found or "logout" in path or path == "/leave/":
                continue
            status, found[path] = self.fetch(path)
            assert status == 200, f"{path} is linked to and answers {status}"
            todo += (link for link in map(self._inside, links(found[path])) if link)
            for asked in re.findall(r'href="(\?[^"]+)"', found[path]):
                todo.append(urlsplit(path).path + asked)
        return found

    def _inside(self, link: str) -> str:
        return (
            link if link.startswith("/") and not link.startswith("/static/") and not link.endswith(".csv") else ""
        )  # a file is no page

    def finds_nowhere(self, words: Iterable[str]) -> dict[str, str]:
        """None of the words stands on any page this person can reach; returns the pages by their addresses."""
        pages = self.everything()
        for path, text in pages.items():
            for word in words:
                assert word not in text, f"{word!r} on {path}"
        return pages

    def done(self) -> None:
        """Close the browser; nothing forbidden has happened in it."""
        self.context.close()
        assert not self.problems, "\n".join(self.problems)


def links(text: str) -> list[str]:
    """Addresses of the links in a page."""
    return re.findall(r'<a [^>]*href="([^"]+)"', text)
