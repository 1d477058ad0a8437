"""`manage.py` gives each command the database role it needs, and starts servers only where they are wanted."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import manage
from carebridge.lib import servers

LOCAL = {
    "DATABASE_URL": "postgresql://app@/",
    "DATABASE_OWNER_URL": "postgresql://owner@/",
    "DATABASE_OPERATOR_URL": "postgresql://operator@/",
    "REDIS_URL": "redis://local/",
}


class Run:
    """What a run of manage.py did: the database it told Django about, and for whom servers were started."""

    def __init__(self) -> None:
        self.url: str | None = None
        self.started: list[str] = []


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Nothing in the environment, no real servers, no real command."""
    done, before = Run(), dict(os.environ)
    terminate = signal.getsignal(signal.SIGTERM)

    @contextlib.contextmanager
    def running(data: Path, *, purpose: str) -> Iterator[dict[str, str]]:
        assert data.name == ".local"
        done.started.append(purpose)
        yield LOCAL

    def execute(words: list[str]) -> None:
        done.url = os.environ.get("DATABASE_URL")

    monkeypatch.setattr(servers, "running", running)
    monkeypatch.setattr("django.core.management.execute_from_command_line", execute)
    for name in [*LOCAL, "CAREBRIDGE_ENV"]:
        os.environ.pop(name, None)
    yield done
    os.environ.clear()
    os.environ.update(before)
    signal.signal(signal.SIGTERM, terminate)


def call(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """As from a shell."""
    monkeypatch.setattr(sys, "argv", ["manage.py", *words])
    manage.main()


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("shell", "app"),
        ("runserver", "app"),
        ("migrate", "owner"),
        ("makemigrations", "owner"),
        ("load_bundle", "operator"),
        ("export_bundle", "operator"),
    ],
)
def test_each_command_logs_in_as_what_it_needs(
    command: str, role: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On servers of its own, as nothing in the environment names others."""
    call(monkeypatch, command)
    assert (run.url, run.started) == (f"postgresql://{role}@/", [f"manage.py {command}"])


@pytest.mark.parametrize("words", [["demo"], ["check"], ["help"], ["--version"], []])
def test_what_needs_no_database_starts_none(words: list[str], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or starts its own, as the demo does."""
    call(monkeypatch, *words)
    assert (run.url, run.started) == (None, [])


def test_a_database_in_the_environment_is_used(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """No servers then; and without an owner's URL migrate stays with what it was given."""
    os.environ["DATABASE_URL"] = "postgresql://given@/"
    call(monkeypatch, "migrate")
    assert (run.url, run.started) == ("postgresql://given@/", [])


def test_production_never_starts_servers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing URL is an error there, told by the settings."""
    os.environ["CAREBRIDGE_ENV"] = "production"
    call(monkeypatch, "shell")
    assert (run.url, run.started) == (None, [])
