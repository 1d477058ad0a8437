"""Sentinels: finding them in what a browser gets, and nowhere in titles, addresses and the trail."""

import re

from django.db import connection

from accounts.models import AuditEvent

SENTINEL = re.compile(r"xq\.(\w+)\.(\w+)\.qx")
type Words = set[tuple[str, str]]  # (row, field)


def words_of(text: str) -> Words:
    """Every sentinel in a text."""
    return set(SENTINEL.findall(text))


def titled_with_names(text: str) -> list[str]:
    """Titles and addresses that hold a sentinel (security.md: titles and URLs without names)."""
    marks = re.findall(r"<title>.*?</title>|(?:href|action|src)=\"[^\"]*\"", text, re.DOTALL)
    return [mark for mark in marks if SENTINEL.search(mark)]


def assert_no_sentinel_in_the_audit() -> None:
    """Ids and codes, never content (principle 8; security.md, Audit)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_auditevent e WHERE e::text LIKE '%%xq.%%'")
        assert cursor.fetchone() == (0,)
    assert AuditEvent.objects.exists()
