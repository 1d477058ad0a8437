"""Fixtures every test may ask for."""

from collections.abc import Iterator

import pytest
import time_machine

from tests import people


@pytest.fixture
def noon() -> Iterator[None]:
    """Frozen at noon of Monday, 2 November 2026, in New York."""
    with time_machine.travel(people.NOON, tick=False):
        yield


@pytest.fixture
def willow(db: None, noon: None) -> people.Willow:
    """The cast of Willow Creek, at noon."""
    return people.willow()
