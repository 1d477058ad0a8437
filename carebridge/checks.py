"""Start-up checks: an unmarked view or a table outside the wall stops the process."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import LIBRARY_MARKS
from accounts.rls import unlisted_tables
from accounts.second_factor import keys


def every_pattern(resolver: URLResolver) -> Iterator[URLPattern]:
    """All addresses below a resolver."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from every_pattern(entry)
        else:
            yield entry


@register
def views_are_marked(**_: Any) -> list[CheckMessage]:
    """Every view carries a mark of its own or is one of allauth's that we marked by name."""
    return [
        Error(f"The view of {pattern.pattern} ({pattern.name}) carries no mark: who is it for?", id="carebridge.E001")
        for pattern in every_pattern(get_resolver())
        if not hasattr(pattern.callback, "mark") and pattern.name not in LIBRARY_MARKS
    ]


@register
def tables_are_listed(**_: Any) -> list[CheckMessage]:
    """Every table has a visibility rule or a written reason to stand outside the wall."""
    return [
        Error(f"The table {table} has no visibility rule and is not in accounts.rls.UNGUARDED.", id="carebridge.E002")
        for table in sorted(unlisted_tables())
    ]


@register
def keys_are_keys(**_: Any) -> list[CheckMessage]:
    """A key that is none would be noticed only when the first person sets up a second factor."""
    try:
        keys()
    except ValueError:
        hint = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        return [
            Error("MFA_KEYS: each is 32 bytes in URL-safe base64, apart by commas.", hint=hint, id="carebridge.E003")
        ]
    return []
