"""What the demo serves with: silent browsers do not keep anybody waiting."""

import contextlib
import http.client
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from carebridge.lib import processes
from carebridge.lib.processes import Child
from carebridge.management.commands.demo import programs
from tests.carebridge.test_demo import ROOT, free_port

IDLE = 20  # more than there are threads
AT_ONCE = 1.0  # seconds
APP = "wsgiref.simple_server:demo_app"  # a page that needs no database


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Where it is served, by the demo's own command."""
    children: list[Child] = []
    number = free_port()
    [(name, _, words), *_] = programs(tmp_path, [f"127.0.0.1:{number}"], number)
    command = [sys.executable, "-m", *words[:-1], APP]
    try:
        web = processes.spawn(children, name, command, data=tmp_path, env={"PATH": ""}, cwd=ROOT)
        processes.wait_until(lambda: answered(number) is not None, web, timeout=60)
        yield number
    finally:
        processes.stop(children)


def answered(port: int) -> float | None:
    """Seconds until a new request is answered; None where nobody listens."""
    connection, began = http.client.HTTPConnection("127.0.0.1", port, timeout=30), time.monotonic()
    with contextlib.suppress(OSError), contextlib.closing(connection):
        connection.request("GET", "/")
        assert connection.getresponse().read().startswith(b"Hello")
        return time.monotonic() - began
    return None


def test_connections_that_say_nothing_keep_nobody_waiting(port: int) -> None:
    """As browsers open them ahead of need; each is answered once it speaks."""
    with contextlib.ExitStack() as open_ones:
        silent = [open_ones.enter_context(socket.create_connection(("127.0.0.1", port), 5)) for _ in range(IDLE)]
        took = answered(port)
        assert took is not None
        assert took < AT_ONCE
        for each in silent:
            each.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert all(each.recv(12) == b"HTTP/1.1 200" for each in silent)


def test_connections_kept_alive_keep_nobody_waiting(port: int) -> None:
    """As browsers keep them after a page."""
    with contextlib.ExitStack() as open_ones:
        for _ in range(IDLE):
            kept = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            open_ones.enter_context(contextlib.closing(kept))
            kept.request("GET", "/")
            assert kept.getresponse().read().startswith(b"Hello")
        took = answered(port)
        assert took is not None
        assert took < AT_ONCE
