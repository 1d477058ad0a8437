"""Fixtures of the two commands that move a practice."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def operator_here(settings: Any) -> None:
    """On this test's own connection; passwords are hashed in no time."""
    settings.DATABASE_OPERATOR_URL = ""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the practice is written: in a folder of its own."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "practice.json"
