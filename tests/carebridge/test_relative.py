"""Dates said from the day of loading: what they become, whatever the hour, and that nothing past lies ahead."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from carebridge.lib import relative
from carebridge.lib.relative import Today, Unclear
from tests.carebridge import fernhill
from tests.carebridge.fernhill import Json

LONDON, HAVANA = ZoneInfo("Europe/London"), ZoneInfo("America/Havana")
THURSDAY = Today(datetime(2026, 11, 12, 15, 20, 31, tzinfo=LONDON))
# A week, both changes of the clock with the days after them, the days around 29 February, the turn of a year.
FIRST_DAYS = {"2026-11-09": 7, "2027-03-27": 4, "2026-10-24": 4, "2028-02-28": 3, "2027-02-28": 2, "2026-12-31": 2}
DAYS = [
    date.fromisoformat(first) + timedelta(days=number) for first, days in FIRST_DAYS.items() for number in range(days)
]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("W-1 Mon 09:05", "2026-11-02T09:05:00+00:00"),
        ("W-1 Sun 23:59", "2026-11-08T23:59:00+00:00"),
        ("W-3 Tue 16:10", "2026-10-20T16:10:00+01:00"),
        ("W-2 Sun 10:00", "2026-11-01T10:00:00+00:00"),
        ("B-0 11:05", "2026-11-12T11:05:00+00:00"),
        ("B-2 16:10", "2026-11-10T16:10:00+00:00"),
        ("B-4 16:10", "2026-11-06T16:10:00+00:00"),
        ("D-1 19:40", "2026-11-11T19:40:00+00:00"),
        ("H-2", "2026-11-12T13:20:00+00:00"),
    ],
)
def test_moments(words: str, expected: str) -> None:
    """From a Thursday afternoon."""
    assert relative.moment("at", words, THURSDAY).isoformat() == expected


@pytest.mark.parametrize(
    ("key", "words", "expected"),
    [
        ("review_on", "D+20", "2026-12-02"),
        ("review_on", "D-12", "2026-10-31"),
        ("date_of_birth", "age 8y 0d", "2018-11-12"),
        ("date_of_birth", "age 8y 364d", "2017-11-13"),
    ],
)
def test_days(key: str, words: str, expected: str) -> None:
    assert relative.day(key, words, THURSDAY).isoformat() == expected


@pytest.mark.parametrize(
    ("words", "expected"), [("2028-02-29", "2020-02-28"), ("2027-02-28", "2019-02-28"), ("2028-03-01", "2020-03-01")]
)
def test_nobody_is_born_on_29_february(words: str, expected: str) -> None:
    """Their birthday, and so their age, would be argued about every year."""
    today = Today(datetime.fromisoformat(words).replace(tzinfo=LONDON))
    assert relative.day("date_of_birth", "age 8y 0d", today).isoformat() == expected


@pytest.mark.parametrize(
    ("now", "working"),
    [
        ("2026-11-13T11:59", "12"), ("2026-11-13T12:00", "13"), ("2026-11-14T23:00", "13"), ("2026-11-15T00:00", "13"),
        ("2026-11-16T11:00", "13"), ("2026-11-16T12:00", "16"),
    ],
)  # fmt: skip
def test_the_working_day_is_half_over(now: str, working: str) -> None:
    """From Friday morning to Monday noon."""
    today = Today(datetime.fromisoformat(now).replace(tzinfo=LONDON))
    assert relative.moment("at", "B-0 12:00", today).isoformat()[:10] == f"2026-11-{working}"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("at", "yesterday"), ("at", "W-0 Mon 09:00"), ("at", "W-1 Mo 09:00"), ("at", "W-1 Xyz 09:00"), ("at", "D-0 09:00"),
        ("at", "D+1 09:00"), ("held_at", "B-0 12:01"), ("at", "H-0"), ("at", "2026-11-12T09:00:00+00:00"),
        ("date_of_birth", "D+1"), ("date_of_birth", "age 8y 365d"), ("date_of_birth", "2018-11-12"), ("review_on", "soon"),
    ],
)  # fmt: skip
def test_what_is_unclear_or_might_lie_ahead_is_refused(key: str, words: str) -> None:
    with pytest.raises(Unclear, match=key):
        relative.said(key, words, THURSDAY)


def test_a_text_that_looks_like_a_date_stays_a_text() -> None:
    """Only keys of dates are read as such."""
    assert relative.said("body", "D-9", THURSDAY) == "D-9"


def test_another_file_stays_as_it_is() -> None:
    """An ordinary bundle, and what is no JSON: the loader says what is wrong with it."""
    for source in (b'{"format": "carebridge-bundle/1"}', b"{", b""):
        assert relative.resolved(source, THURSDAY.now) is source


def test_an_hour_that_comes_twice_or_not_at_all_stays_in_order() -> None:
    """Havana goes back from one o'clock to midnight, and forward from midnight to one."""
    back = Today(datetime(2026, 11, 2, 9, tzinfo=HAVANA))
    assert relative.moment("at", "D-1 00:30", back) < relative.moment("at", "D-1 01:00", back)
    forward = Today(datetime(2026, 3, 9, 9, tzinfo=HAVANA))
    assert relative.moment("at", "D-1 00:30", forward).isoformat() == "2026-03-08T01:30:00-04:00"


# --- Fernhill House, loaded at every hour of many days ------------------------------------------------------------------


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_demo_is_in_order_whatever_the_hour(day: date) -> None:
    """Nothing past lies ahead, what follows comes later, sessions are held on working days, one a day for each child."""
    source = json.loads(fernhill.FILE.read_bytes())
    midnight = datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
    for hour in range(25):
        now = (midnight + timedelta(hours=hour, minutes=59 * (hour % 2))).astimezone(LONDON)
        practice = relative.dated(source, Today(now))
        ahead = [f"{key}: {at}" for key, at in acts(practice) if datetime.fromisoformat(at) > now]
        assert not ahead, now
        assert_in_order(practice)
        assert_held_on_working_days(practice)
        assert {child["ref"]: age(child, now.date()) for child in practice["children"]} == AGES


AGES = {"nico": 5, "theo": 8, "poppy": 10, "freya": 12, "jonas": 15}


def acts(part: Json) -> Iterator[tuple[str, str]]:
    """Everything that is done at a moment, with its key."""
    if isinstance(part, list):
        for each in part:
            yield from acts(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, str) and (key == "at" or key.endswith("_at")):
                yield key, value
            else:
                yield from acts(value)


def age(child: Json, today: date) -> int:
    """In whole years."""
    born = date.fromisoformat(child["date_of_birth"])
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def assert_held_on_working_days(practice: Json) -> None:
    """In order for each child, as they are numbered."""
    for child in practice["children"]:
        held = [at(it["held_at"]) for it in practice["sessions"] if it["child"] == child["ref"]]
        assert all(one.date() < other.date() for one, other in pairwise(held)), child["ref"]
        assert all(moment.weekday() < 5 for moment in held)


def at(words: str) -> datetime:
    """On the practice's clock."""
    return datetime.fromisoformat(words).astimezone(LONDON)


def assert_in_order(practice: Json) -> None:
    """Each chain of acts, as they can only have followed each other."""
    sessions = {session["ref"]: session for session in practice["sessions"]}
    for session in sessions.values():
        for chain in session_chains(session):
            assert_later(session["ref"], chain)
    for update in practice["home_updates"]:
        for chain in update_chains(update, sessions):
            assert_later(update["ref"], chain)


def assert_later(ref: str, chain: list[Any]) -> None:
    """No step before the one before it."""
    moments = [at(words) for words in chain if words]
    assert moments == sorted(moments), f"{ref}: {chain}"


def session_chains(session: Json) -> Iterator[list[Any]]:
    """Held, logged, written, signed, added to, released, read."""
    done = (at(session["held_at"]) + timedelta(minutes=session["minutes"])).isoformat()
    yield [done, session["logged_at"]]
    for note in session.get("notes", []):
        error = note.get("entered_in_error", {}).get("at")
        offered = [offer["at"] for offer in note.get("offered_to", [])]
        yield [done, note["written_at"], *offered, note.get("signed_at"), error]
        for part in (*note.get("addenda", []), *note.get("withheld_from", [])):
            yield [note["signed_at"], part["at"]]
    for summary in session.get("summaries", []):
        yield [session["held_at"], summary.get("asked_at"), summary["written_at"]]
        for release in summary.get("releases", []):
            yield [summary["written_at"], release["at"], release.get("read_at"), release.get("withdrawn_at")]


def update_chains(update: Json, sessions: dict[str, Json]) -> Iterator[list[Any]]:
    """Observed, posted, reworded, answered, used in a session, shared, taken back."""
    posted, answers = update["posted_at"], [*update.get("marks", []), *update.get("replies", [])]
    edits = [edit["at"] for edit in update.get("edits", [])]
    yield [update["observed_at"], posted, *edits]
    for answer in answers:
        yield [posted, *edits, answer["at"]]
        if used := sessions.get(answer.get("session", "")):
            assert used["child"] == update["child"]
            yield [posted, used["held_at"], answer["at"]]
    for sharing in update.get("shared_with", []):
        yield [posted, sharing["at"], sharing.get("withdrawn_at")]
    yield [posted, update.get("entered_in_error", {}).get("at")]
