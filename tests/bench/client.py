"""One keep-alive connection to a server, signed in as someone, with a stop-watch."""

import http.client
import re
import time
from urllib.parse import urlencode

from tests.bench.practice import PASSWORD

BARE = "/bench/bare/"  # tests/bench/bare.py


class Client:
    """A browser without a screen. `cookies` as the server set them."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def sign_in(self, person: int) -> None:
        """Through the sign-in page."""
        self.open("/accounts/login/")
        words = {"login": f"person-{person}@bench.example", "password": PASSWORD}
        status, _seconds = self.send("/accounts/login/", words)
        if status != 302:
            raise RuntimeError(f"person {person} could not sign in: {status}")

    def open(self, path: str) -> tuple[int, float]:
        """Status, and seconds from asking to the last byte."""
        return self.ask("GET", path)

    def send(self, path: str, words: dict[str, str]) -> tuple[int, float]:
        """Post a form, with the token of the page opened last."""
        return self.ask("POST", path, urlencode({**words, "csrfmiddlewaretoken": self.token}))

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, float]:
        """One request. A connection the server closed in a pause is opened again first, untimed."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for last_try in (False, True):
            try:
                begun = time.perf_counter()
                self.connection.request(method, path, body, headers)
                response = self.connection.getresponse()
                page = response.read()
                seconds = time.perf_counter() - begun
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                if last_try:
                    raise
                self.connection.close()
        self._keep(response, page)
        self.queries = int(response.headers.get("X-Queries", 0))
        return response.status, seconds

    def _keep(self, response: http.client.HTTPResponse, page: bytes) -> None:
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        if found := re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page):
            self.token = found[1].decode()
