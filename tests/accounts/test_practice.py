"""What an admin looks for: the name is found, page after page, and stands in no address."""

import re
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from tests import people
from tests.harness import signed_in
from tests.people import Willow

FOUND = 120  # three pages
HIDDEN = re.compile(r'<input type="hidden" name="q" value="([^"]*)">')
BUTTON = re.compile(r'name="page" value="(\d+)">Later')
NAMES = re.compile(r"Ferreira \d{3}")


@pytest.fixture
def crowded(willow: Willow) -> Willow:
    """Many families of one name."""
    for number in range(FOUND):
        child = people.child(willow.practice, f"Child Ferreira {number:03}", date(2015, 1, 1))
        people.tie(people.person(f"Parent Ferreira {number:03}"), child, "guardian", "full")
    return willow


@pytest.mark.parametrize("name", ["people", "circles"])
def test_a_search_goes_from_page_to_page_without_the_name_in_an_address(crowded: Willow, name: str) -> None:
    """security.md, "titles and URLs without names": as the page's own form sends it, without scripts."""
    client, page, seen = signed_in(crowded.omar), "1", set[str]()
    query = "ferreira"
    for _ in range(3):
        answer: Any = client.post(reverse(name), {"q": query, "page": page})
        text = answer.content.decode()
        assert not re.search(r'(?:href|action|src)="[^"]*ferreira', text, re.IGNORECASE)
        assert "Priya" not in text
        assert "Leo" not in text
        seen |= set(NAMES.findall(text))
        later = BUTTON.search(text)
        sent = HIDDEN.search(text)
        assert sent
        query, page = sent[1], later[1] if later else ""
    assert len(seen) == FOUND
    assert page == ""


@pytest.mark.parametrize("name", ["people", "circles"])
def test_a_name_in_an_address_is_not_looked_for(crowded: Willow, name: str) -> None:
    """Whoever kept such an address sees the whole list; pages of the whole list have addresses, for the Back button."""
    client = signed_in(crowded.omar)
    first, second = (client.get(reverse(name) + query).content.decode() for query in ("?q=Priya", "?page=2"))
    assert 'value="Priya"' not in first
    assert "Ferreira" in first
    assert 'method="get"' in first
    assert NAMES.findall(second)
    assert set(NAMES.findall(first)).isdisjoint(NAMES.findall(second))
