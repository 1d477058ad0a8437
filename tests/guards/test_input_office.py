"""Bad words in every field and query parameter of the office: settings, profile, trail, words to tap, the operator's register."""

from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import OperatorAccess, Person
from sessions_log.models import PracticeChoice
from tests import people
from tests.guards.test_input import encoded, post, sample, troubles
from tests.guards.test_urls import undone
from tests.harness import signed_in
from tests.people import DAY, LONG_AGO, NOON
from tests.worlds import Rich

DETAILS = {
    "name": "W", "time_zone": "America/New_York", "language": "en", "reply_within_hours": "48", "reply_hours": "",
    "crisis_text": "", "fees": "", "how_to_ask": "", "handbook": "", "confirmed": "",
}  # fmt: skip
POLICY = {
    "assent_age": "12", "majority_age": "18", "guardian_access": "summaries_only", "notes_due_hours": "72", "policy_source": "",
    "policy_review_on": "", "confirmed": "",
}  # fmt: skip
PROFILE = {"body": "w", "training": "w"}
TRAIL = {"person": "", "child": "", "kind": "", "since": "", "until": ""}
WORD = {"kind": "theme", "name": "w", "change": "", "back": "", "retire": ""}
FOUNDED = {
    "name": "W",
    "ref": "w",
    "time_zone": "UTC",
    "language": "en",
    "admin_name": "w",
    "admin_email": "w@example.org",
}
FORMS: list[tuple[str, str, dict[str, str]]] = [
    ("omar", "details", DETAILS), ("omar", "policy", POLICY), ("tom", "my_profile", PROFILE), ("omar", "trail", TRAIL),
    ("omar", "trail_export", {"person": "", "child": "", "kind": "", "from": "", "until": ""}),
    ("tom", "my_photo", {"remove": ""}),
    ("olga", "operator:accounts_practice_add", FOUNDED), ("olga", "operator:accounts_account_find", {"email": "w"}),
]  # fmt: skip
QUERIES: list[tuple[str, str, tuple[str, ...]]] = [
    ("omar", "trail", ("practice", "person", "child", "kind", "from", "until", "before")), ("omar", "details", ("practice",)),
    ("omar", "policy", ("practice",)), ("tom", "my_profile", ("practice",)), ("tom", "choices", ("change",)),
    ("olga", "operator:accounts_account_changelist", ("p", "o", "q", "is_active__exact", "e")),
    ("olga", "operator:accounts_practice_changelist", ("p", "o", "q", "name__startswith")),
]  # fmt: skip
SAYS = {"details": ("name", "crisis_text", "fees", "handbook"), "my_profile": ("body", "training")}


def asking(world: Rich, who: str) -> Person:
    """Somebody of the cast, or the operator in their hours."""
    if who != "olga":
        return world.person(who)
    olga = people.person("Olga")
    OperatorAccess.objects.create(person=olga, reason="r", starts=NOON, ends=NOON + DAY / 12)
    return olga


@pytest.mark.proof
@pytest.mark.parametrize(("who", "name", "good"), FORMS, ids=[name for _, name, _ in FORMS])
def test_bad_words_in_every_field_of_the_office(world: Rich, who: str, name: str, good: dict[str, str]) -> None:
    """Never a 5xx, never unescaped; what was stored is read back whole."""
    client, url, wrong, stored = signed_in(asking(world, who)), reverse(name), list[str](), 0
    page = client.get(url).content.decode() if "export" not in name and "photo" not in name else ""
    seen = page.split('name="seen" value="')[1].split('"')[0] if 'name="seen"' in page else ""
    for place, field in enumerate([*good, "seen"] if seen else good):
        for word in sample(67, place):
            with undone():
                response = post(client, url, {"seen": seen, **good, field: word})
                wrong += [f"{name}.{field} {word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
                if response.status_code == 302:
                    shown: Any = client.get(response["Location"])
                    wrong += [f"{name}.{field} {word[:40]!r}, read: {trouble}" for trouble in troubles(shown, word)]
                    stored += field in SAYS.get(name, ()) and word.strip() in unescape(shown.content.decode())
    assert not wrong
    assert stored > 2 or name not in SAYS


@pytest.mark.proof
@pytest.mark.parametrize(("who", "name", "parameters"), QUERIES, ids=[name for _, name, _ in QUERIES])
def test_bad_words_in_every_query_of_the_office(world: Rich, who: str, name: str, parameters: tuple[str, ...]) -> None:
    """Filters, cursors and ids; the operator's lists too."""
    client, wrong = signed_in(asking(world, who)), list[str]()
    client.raise_request_exception = False
    for number, parameter in enumerate(parameters):
        for word in sample(67, number):
            response: Any = client.get(f"{reverse(name)}?{encoded({parameter: word})}")
            wrong += [f"{name}?{parameter}={word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
    assert not wrong


@pytest.mark.proof
@pytest.mark.parametrize("field", WORD)
def test_bad_words_about_a_word_to_tap(world: Rich, field: str) -> None:
    """Changing, bringing back, taking off."""
    choice = PracticeChoice.objects.create(
        practice=world.cast.practice, kind="theme", name="w", added_by=world.cast.tom, added_at=LONG_AGO
    )
    client, wrong = signed_in(world.cast.tom), list[str]()
    for word in sample(67, len(field)):
        with undone():
            sent = {"kind": "theme", "name": "w", "change": str(choice.pk)}
            response = post(client, reverse("choices"), {**sent, field: word})
            wrong += [f"{field} {word[:40]!r}: {trouble}" for trouble in troubles(response, word)]
    assert not wrong
