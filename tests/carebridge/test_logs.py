"""Production's logs: one line of JSON per request, and no word that anybody wrote, whatever goes wrong."""

import io
import json
import logging
import logging.config
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import shared_task
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from carebridge.lib import logs
from tests.harness import WallClient, signed_in
from tests.people import Willow

CANARY = "xq-canary-word"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What production would write to standard error; the test run's own set-up comes back afterwards."""
    config, stream = logs.config(production=True), io.StringIO()
    config["handlers"]["stderr"]["stream"] = stream
    touched = [logging.getLogger(), *(logging.getLogger(name) for name in config["loggers"])]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in touched]
    logging.config.dictConfig(config)
    yield stream
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    """Every line is JSON, and none has the word."""
    assert CANARY not in written.getvalue()
    return [json.loads(line) for line in written.getvalue().splitlines()]


def browser(person: Any = None) -> WallClient:
    """A client that sees error pages, as people do."""
    client = signed_in(person)
    client.raise_request_exception = False
    return client


def test_one_line_per_request(willow: Willow, written: io.StringIO) -> None:
    """Method, view, status and time; no address, no query, no name of a browser."""
    browser(willow.priya).get(
        reverse("child", args=[willow.maya.public_id]), {"q": CANARY}, headers={"user-agent": CANARY}
    )
    (line,) = lines(written)
    assert line.pop("ms") >= 0
    assert len(line.pop("request_id")) == 36
    assert line.pop("time").startswith("2026-11-02T17:00:00")
    assert line == {
        "level": "INFO", "logger": "carebridge.access", "message": "request", "method": "GET", "view": "child",
        "status": 200,
    }  # fmt: skip


def test_the_audit_trail_has_the_same_request(willow: Willow, written: io.StringIO) -> None:
    """So that an error can be followed to who met it, by whoever may read the trail."""
    from accounts.models import AuditEvent

    browser(willow.priya).get(reverse("child", args=[willow.maya.public_id]))
    event = AuditEvent.objects.filter(action="child_read").latest("id")
    assert [line["request_id"] for line in lines(written)] == [str(event.request_id)]


def test_an_address_that_leads_nowhere(willow: Willow, written: io.StringIO) -> None:
    """It may hold whatever somebody typed."""
    browser(willow.priya).get(f"/{CANARY}/", {CANARY: CANARY})
    browser(willow.priya).generic(CANARY.upper(), "/")
    assert [(line["view"], line["status"], line["method"]) for line in lines(written)] == [
        (None, 404, "GET"),
        ("home", 200, "other"),
    ]


def test_a_host_that_is_not_ours(db: None, written: io.StringIO) -> None:
    """Django logs the host's name in the exception's words."""
    client = Client(raise_request_exception=False, headers={"host": f"{CANARY}.example"})
    assert client.get("/accounts/login").status_code == 400
    told = [line["logger"] for line in lines(written)]
    assert "django.security.DisallowedHost" in told
    assert "carebridge.access" in told


def test_a_view_that_raises(willow: Willow, written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a note's words in the exception and in what caused it."""

    def stream(*_: Any, **__: Any) -> None:
        try:
            int(CANARY)
        except ValueError as error:
            raise RuntimeError(f"{CANARY} cannot be shown") from error

    monkeypatch.setattr("carebridge.pages.child.stream", stream)
    answer = browser(willow.priya).post(reverse("child", args=[willow.maya.public_id]), {"body": CANARY})
    assert answer.status_code == 500
    access, error = sorted(lines(written), key=lambda line: str(line["logger"]))
    assert access["status"] == 500
    assert (error["level"], error["request_id"]) == ("ERROR", access["request_id"])
    assert error["exception"]["type"] == "builtins.RuntimeError"
    assert error["exception"]["at"][-1].endswith(" stream")
    assert error["exception"]["cause"]["type"] == "builtins.ValueError"


BROKEN = {
    "23514": f"INSERT INTO said VALUES ('{CANARY} in a row that breaks a check')",
    "22P02": f"SELECT '{CANARY}'::integer",
    "42601": f"SELECT {CANARY} {CANARY} {CANARY} '",
}


@pytest.mark.parametrize("state", BROKEN)
def test_an_error_of_the_database(
    willow: Willow, written: io.StringIO, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """PostgreSQL quotes the row, the value or the statement: neither our log nor its own has it."""

    def stream(*_: Any, **__: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE said (word text CONSTRAINT is_short CHECK (length(word) < 5))")
            cursor.execute(BROKEN[state])

    monkeypatch.setattr("carebridge.pages.child.stream", stream)
    client = browser(willow.priya)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BROKEN[state] if state != "23514" else f'SELECT 1 / 0 AS "{CANARY}"')
    with transaction.atomic():
        assert client.get(reverse("child", args=[willow.maya.public_id])).status_code == 500
        transaction.set_rollback(True)
    exception = next(line for line in lines(written) if line["level"] == "ERROR")["exception"]
    assert exception["cause"]["sqlstate"] == state
    assert exception["cause"].get("constraint") == ("is_short" if state == "23514" else None)
    server_log = Path(os.environ["CAREBRIDGE_TEST_SERVERS"]) / "logs" / "postgres.log"
    assert "database system is ready" in server_log.read_text()
    assert CANARY not in server_log.read_text()


@shared_task
def fail(word: str) -> None:
    """A task that meets something in its words."""
    raise RuntimeError(word)


def test_a_task_that_raises(written: io.StringIO) -> None:
    """Celery's line quotes the exception and the arguments; ours names task and id."""
    fail.apply(args=(CANARY,), throw=False)
    (line,) = lines(written)
    assert line["task"].endswith(".fail")
    assert line["exception"]["type"] == "builtins.RuntimeError"


def test_what_is_printed_is_withheld(written: io.StringIO) -> None:
    """Nobody knows what it is."""
    logging.getLogger("py.warnings").warning(CANARY)
    logging.getLogger("anybody").warning({"not": CANARY})
    logging.getLogger("anybody").warning("said %s", CANARY)
    assert [line["message"] for line in lines(written)] == [logs.WITHHELD, logs.WITHHELD, "said %s"]
