"""What a therapist has seen as its readers will: a sealed mark, so that no page has to be trusted for it.

visibility.md, Releasing a summary: "See as this reader is … required the first time a reader is used or when someone is quiet
or named".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing

from accounts.models import Child
from accounts.reads import Reader
from accounts.visibility import viewer
from sessions_log.models import Release, Summary

SALT = "carebridge.see_as"
LONGEST = 12 * 3600  # seconds; as long as a session


@dataclass(frozen=True)
class Seen:
    """As which readers a text was seen, and the `state` it was in: words, wish, and how each reader stood."""

    state: str
    readers: frozenset[int]


def seal(summary: Summary, state: str, readers: Iterable[Reader]) -> str:
    """The mark that this viewer has seen the summary as these readers."""
    numbers = sorted(reader.person.pk for reader in readers)
    return signing.dumps([viewer().person_id, str(summary.pk), state, numbers], salt=SALT)


def unseal(mark: str, summary: Summary) -> Seen | None:
    """What the mark says; None if it was not made here, for this viewer, about this summary, in this session's time."""
    try:
        person, about, state, numbers = signing.loads(mark, salt=SALT, max_age=LONGEST)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if person != viewer().person_id or about != str(summary.pk):
        return None
    return Seen(state, frozenset(numbers))


def must_see(child: Child, chosen: Iterable[Reader]) -> set[int]:
    """Of the readers chosen, those as whom the viewer has to see it first: new to them, quiet, or named in a concern."""
    numbers = {reader.person.pk: reader for reader in chosen}
    used = set(
        Release.objects.visible()
        .filter(child=child, released_by_id=viewer().person_id, recipient__in=list(numbers))
        .values_list("recipient_id", flat=True)
    )
    return {number for number, reader in numbers.items() if number not in used or reader.quiet or reader.named}
