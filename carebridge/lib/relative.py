"""A demo practice's dates, said from the day it is loaded, and the ordinary bundle they become.

A file of the format `carebridge-demo/1` is a bundle but for its dates. In the practice's zone they say:

  "W-3 Tue 16:10"   Tuesday of the third calendar week (Monday to Sunday) before this one; W-1 is last week
  "B-1 16:10"       the working day before B-0, which is the last working day that is half over: its times end at noon
  "D-2 19:40"       two days before today; D+30 lies ahead (only `from`, `until`, `in_force_from` and `review_on` may)
  "H-5"             five hours before now, to the minute
  "D-9", "D+20"     as a day
  "age 8y 140d"     as a day of birth: turned eight 140 days ago; never born on 29 February

Whatever day it is, W-1 Tue lies before B-2, and W-1 Sat before D-1 and H-1. Nothing but what is said to lie ahead ever does.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

FORMAT, BUNDLE = "carebridge-demo/1", "carebridge-bundle/1"
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MOMENT = re.compile(
    r"W-(?P<week>[1-9]\d*) (?P<weekday>\w{3}) (?P<in_week>\d\d:\d\d)|B-(?P<worked>\d) (?P<in_worked>\d\d:\d\d)"
    r"|D(?P<days>[-+][1-9]\d*) (?P<in_days>\d\d:\d\d)|H-(?P<hours>[1-9]\d*)"
)
DAY = re.compile(r"D(?P<days>[-+][1-9]\d*)|age (?P<years>\d+)y (?P<since>\d{1,3})d")
DAYS, AHEAD = {"date_of_birth", "review_on"}, {"from", "until", "in_force_from", "review_on"}
NOON = time(12)


class Unclear(ValueError):
    """A date of the file is not said in this notation; the message has its key and what stands there."""


@dataclass(frozen=True)
class Today:
    """The moment of loading, in the practice's zone."""

    now: datetime

    @property
    def day(self) -> date:
        """By the practice's calendar."""
        return self.now.date()

    def at(self, day: date, clock: str) -> datetime:
        """A wall time of that day; of an hour that comes twice the first, of one left out the hour after."""
        there = datetime.combine(day, time.fromisoformat(clock), self.now.tzinfo)
        return there.astimezone(UTC).astimezone(self.now.tzinfo)

    def working_day(self, back: int) -> date:
        """So many working days before the last one that is half over."""
        day = self.day if self.now.time() >= NOON else self.day - timedelta(days=1)
        while day.weekday() > 4 or back:
            back -= day.weekday() <= 4
            day -= timedelta(days=1)
        return day


def resolved(source: bytes, now: datetime) -> bytes:
    """The bundle that a file is at that moment; one that is not of this format, or no JSON at all, as it is.

    Raises Unclear.
    """
    if FORMAT.encode() not in source[:100]:
        return source
    document = json.loads(source)
    today = Today(now.astimezone(ZoneInfo(document["practice"]["time_zone"])))
    return json.dumps({**dated(document, today), "format": BUNDLE}, ensure_ascii=False, indent=1).encode()


def dated(part: Any, today: Today) -> Any:
    """The same part of the document, with every date as a bundle says it."""
    if isinstance(part, list):
        return [dated(each, today) for each in part]
    if isinstance(part, dict):
        return {key: said(key, value, today) for key, value in part.items()}
    return part


def said(key: str, value: Any, today: Today) -> Any:
    """What stands at a key: a date if the key is one of dates."""
    if not isinstance(value, str):
        return dated(value, today)
    if key in DAYS:
        return day(key, value, today).isoformat()
    if key in {"at", *AHEAD} or key.endswith("_at"):
        return moment(key, value, today).isoformat()
    return value


def moment(key: str, words: str, today: Today) -> datetime:
    """A moment in the notation."""
    told = MOMENT.fullmatch(words)
    if told is None or (told["weekday"] or "Mon") not in WEEKDAYS:
        raise Unclear(f"{key}: {words!r} is no moment of a demo practice.")
    if told["hours"]:
        return (today.now.astimezone(UTC) - timedelta(hours=int(told["hours"]))).replace(second=0, microsecond=0)
    if told["worked"]:
        if told["worked"] == "0" and told["in_worked"] > "12:00":
            raise Unclear(f"{key}: {words!r} may lie ahead: the times of B-0 end at noon.")
        return today.at(today.working_day(int(told["worked"])), told["in_worked"])
    if told["days"]:
        return today.at(in_days(key, told["days"], today), told["in_days"])
    monday = today.day - timedelta(days=today.day.weekday(), weeks=int(told["week"]))
    return today.at(monday + timedelta(days=WEEKDAYS.index(told["weekday"])), told["in_week"])


def day(key: str, words: str, today: Today) -> date:
    """A day in the notation."""
    told = DAY.fullmatch(words)
    if told is None or int(told["since"] or 0) > 364:
        raise Unclear(f"{key}: {words!r} is no day of a demo practice.")
    if told["days"]:
        return in_days(key, told["days"], today)
    birthday = today.day - timedelta(days=int(told["since"]))
    leap = (birthday.month, birthday.day) == (2, 29)
    return birthday.replace(year=birthday.year - int(told["years"]), day=28 if leap else birthday.day)


def in_days(key: str, days: str, today: Today) -> date:
    """A day so many days from today. Raises Unclear where nothing may lie ahead."""
    if days[0] == "+" and key not in AHEAD:
        raise Unclear(f"{key}: D{days} lies ahead; only {', '.join(sorted(AHEAD))} may.")
    return today.day + timedelta(days=int(days))
