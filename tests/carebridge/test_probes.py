"""/health and /ready: what each asks, what each tells, and that neither needs a viewer, a session or TLS."""

from typing import Any

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from carebridge.lib import state
from carebridge.pages import probes
from tests.harness import WallClient

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def asked(path: str) -> tuple[int, dict[str, str]]:
    """Status and answer, as the web's role."""
    response: Any = WallClient().get(path)
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    return response.status_code, response.json()


def test_health_asks_nothing() -> None:
    """Without a database too: this test may not use one."""
    response: Any = Client().get("/health")
    assert (response.status_code, response.json()) == (200, {"process": "ok"})


def test_ready_with_everything(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Is there a table of migrations, and what is in it: no viewer's transaction, no session."""
    with django_assert_num_queries(2):
        Client().get("/ready")
    assert asked("/ready") == (200, {"database": "ok", "broker": "ok"})


def test_ready_without_a_broker(db: None, settings: Settings) -> None:
    """security.md, "Works with Redis down": told, not failed."""
    settings.REDIS_URL = NOBODY_LISTENS
    assert asked("/ready") == (200, {"database": "ok", "broker": "down"})


def test_not_ready_without_a_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error's text names hosts and roles: it is not told."""

    def unreachable(_: MigrationRecorder) -> None:
        raise OperationalError("connection to carebridge_app@db failed")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", unreachable)
    assert asked("/ready") == (503, {"database": "unreachable", "broker": "ok"})


def test_not_ready_before_the_migrations(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that came before its migrations must not be sent anybody."""
    monkeypatch.setattr(state, "migrations", lambda: frozenset({("accounts", "9999_not_yet")}))
    assert asked("/ready") == (503, {"database": "migrations missing", "broker": "ok"})


@pytest.mark.parametrize("path", probes.ADDRESSES)
def test_neither_is_redirected_to_tls(path: str, db: None, settings: Settings) -> None:
    """The container asks its own port, by whatever name; everything else is sent to TLS."""
    settings.SECURE_SSL_REDIRECT = True
    client = WallClient(headers={"host": "localhost:8000"})
    settings.ALLOWED_HOSTS = ["localhost"]
    assert client.get("/accounts/login/").status_code == 301
    settings.ALLOWED_HOSTS = []
    assert client.get(path).status_code == 200
