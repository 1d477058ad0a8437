"""The words in which a bundle's format is declared, and their checking.

A `Parse` takes one JSON value and gives what rules and loading work with (moments as UTC datetimes, days as dates,
objects as `Item`), or `BAD` after recording why. References are resolved while reading, since every list stands after
those it refers to.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from carebridge.bundles.problems import Problems, below
from carebridge.bundles.reading import DoubledKeys

BAD: Final = object()
CHILD: Final = "child"  # in `attended`: the child; no object may take it as its ref
LONGEST_KEY = 100  # characters of a key that is repeated in a pointer
FIRST_YEAR, LAST_YEAR = 1900, 9998  # outside, a time zone's offset would leave what Python's dates can hold
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
SHA256 = re.compile(r"([0-9a-f]{64})?", re.ASCII)
WALL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d{1,6})?)?", re.ASCII)
OFFSET = re.compile(r"Z|[+-](0\d|1[0-5])(:?[0-5]\d)?", re.ASCII)  # no place was ever 16 hours away


class Item(dict[str, Any]):
    """An object of the bundle, with what was right about it.

    `at`: its pointer. `whole`: every field of its own was right, so that rules may look at it; items of its lists are
    whole or not by themselves.
    """

    __slots__ = ("at", "whole")
    at: str
    whole: bool


@dataclass
class Reading:
    """One reading of one document. `now`: acts may not lie after it. `refs`: ref → (kind of object, its pointer)."""

    now: datetime
    problems: Problems
    refs: dict[str, tuple[str, str]] = field(default_factory=dict)

    def refuse(self, at: str, why: str) -> Any:
        """Record the problem; gives BAD."""
        self.problems.add(at, why)
        return BAD

    def unfit(self, at: str, value: Any, expected: str) -> Any:
        """A value of the wrong type; gives BAD."""
        return self.refuse(at, f"{described(value)} stands here; expected: {expected}.")


type Parse = Callable[[Reading, str, Any], Any]


def described(value: Any) -> str:
    """What a JSON value is, without saying it."""
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else "null"
    names = {str: "Text", int: "A number", float: "A number", list: "A list"}
    return names.get(type(value), "An object")


# --- Texts ------------------------------------------------------------------------------------------------------------


def text(most: int | None = None, *, blank: bool = True) -> Parse:
    """Text of at most that many characters; `blank=False`: with something in it."""

    def parse(reading: Reading, at: str, value: Any) -> Any:
        if not isinstance(value, str):
            return reading.unfit(at, value, "text")
        if "\0" in value or not encodable(value):
            return reading.refuse(at, "This text has a NUL or half a surrogate pair in it, which no database can keep.")
        if most is not None and len(value) > most:
            return reading.refuse(at, f"This text has {len(value)} characters; at most {most} are allowed.")
        if not blank and not value.strip():
            return reading.refuse(at, "This text is empty; some words are expected.")
        return value

    return parse


def encodable(value: str) -> bool:
    """Whether the text exists in UTF-8: JSON can spell half a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def fits(model: type[models.Model], column: str, *, blank: bool = True) -> Parse:
    """Text that fits the column it goes to."""
    return text(getattr(model._meta.get_field(column), "max_length", None), blank=blank)


def one_of(words: Iterable[str], *, what: str = "") -> Parse:
    """One of these words. `what`: how to name them where they are too many to list."""
    known = list(words)
    expected = what or ", ".join(known)

    def parse(reading: Reading, at: str, value: Any) -> Any:
        if not isinstance(value, str):
            return reading.unfit(at, value, f"text, one of {expected}")
        return value if value in known else reading.refuse(at, f"This word is not known here; expected: {expected}.")

    return parse


def email(reading: Reading, at: str, value: Any) -> Any:
    """An e-mail address."""
    if text(254)(reading, at, value) is BAD:
        return BAD
    try:
        validate_email(value)
    except ValidationError:
        return reading.refuse(at, "This is not an e-mail address.")
    return value


def email_or_none(reading: Reading, at: str, value: Any) -> Any:
    """An e-mail address, or empty: known to have none."""
    return value if value == "" else email(reading, at, value)


def sha256(reading: Reading, at: str, value: Any) -> Any:
    """A SHA-256 as hexadecimal digits; empty where none was made."""
    if not isinstance(value, str):
        return reading.unfit(at, value, "64 hexadecimal digits")
    return (
        value if SHA256.fullmatch(value) else reading.refuse(at, "These are not 64 hexadecimal digits, a to f small.")
    )


def sections(reading: Reading, at: str, value: Any) -> Any:
    """An object of name → text; or, for names that no key can be, a list of objects. As a list of [name, text]."""
    if not isinstance(value, list):
        return named_texts(reading, at, value)
    found = listed(thing({"name": text(), "text": text()}))(reading, at, value)
    right = len(found) == len(value) and all(item.whole for item in found)
    return [[item["name"], item["text"]] for item in found] if right else BAD


def named_texts(reading: Reading, at: str, value: Any) -> Any:
    """An object of name → text, as a list of [name, text] in the file's order."""
    if not isinstance(value, dict):
        return reading.unfit(at, value, "an object of name and text")
    right = refuse_doubled(reading, at, value)
    for name, words in value.items():
        if not name.strip() or not shown(name):
            reading.refuse(at, f"A name here is not one printable line of 1 to {LONGEST_KEY} characters.")
            right = False
        elif text()(reading, below(at, name), words) is BAD:
            right = False
    return [[name, words] for name, words in value.items()] if right else BAD


# --- Numbers, yes and no ----------------------------------------------------------------------------------------------


def whole(low: int, high: int) -> Parse:
    """A whole number from `low` to `high`, both included."""

    def parse(reading: Reading, at: str, value: Any) -> Any:
        if type(value) is not int:  # in Python true is an int; in JSON it is not
            return reading.unfit(at, value, f"a whole number from {low} to {high}")
        if not low <= value <= high:
            return reading.refuse(at, f"This number is out of range; expected: {low} to {high}.")
        return value

    return parse


def yes_or_no(reading: Reading, at: str, value: Any) -> Any:
    """true or false."""
    return value if isinstance(value, bool) else reading.unfit(at, value, "true or false")


# --- Days and moments -------------------------------------------------------------------------------------------------


def day(reading: Reading, at: str, value: Any) -> Any:
    """A day of the calendar, YYYY-MM-DD."""
    if not isinstance(value, str):
        return reading.unfit(at, value, "a day, YYYY-MM-DD")
    try:
        if not DAY.fullmatch(value):
            raise ValueError
        found = date.fromisoformat(value)
    except ValueError:
        return reading.refuse(at, "This is not a day of the calendar; expected: YYYY-MM-DD.")
    return found if in_range(found) else out_of_range(reading, at)


def moment(reading: Reading, at: str, value: Any) -> Any:
    """A moment in ISO 8601 with an offset, to the microsecond; in UTC."""
    if not isinstance(value, str):
        return reading.unfit(at, value, "a moment in ISO 8601 with an offset")
    wall = WALL_TIME.match(value)
    offset = OFFSET.fullmatch(value, wall.end()) if wall else None
    if wall and wall.end() == len(value):
        return reading.refuse(at, "This moment has no offset; expected: one, as in 2026-10-05T15:00:00-04:00.")
    try:
        if not offset:
            raise ValueError
        found = datetime.fromisoformat(value)
    except ValueError:
        return reading.refuse(at, "This is not a moment; expected: ISO 8601 with an offset: 2026-10-05T15:00:00-04:00.")
    return found.astimezone(UTC) if in_range(found) else out_of_range(reading, at)


def act(reading: Reading, at: str, value: Any) -> Any:
    """The moment of something that was done: it cannot lie ahead."""
    found = moment(reading, at, value)
    if found is not BAD and found > reading.now:
        return reading.refuse(at, "This moment is in the future; what was done lies in the past.")
    return found


def in_range(found: date) -> bool:
    """Whether every time zone can show it."""
    return FIRST_YEAR <= found.year <= LAST_YEAR


def out_of_range(reading: Reading, at: str) -> Any:
    """Record a year nobody can mean; gives BAD."""
    return reading.refuse(at, f"This date is out of range; expected: a year from {FIRST_YEAR} to {LAST_YEAR}.")


# --- References -------------------------------------------------------------------------------------------------------


def known(kind: str) -> Parse:
    """The ref of a person, a child or a session of this file."""

    def parse(reading: Reading, at: str, value: Any) -> Any:
        if not isinstance(value, str):
            return reading.unfit(at, value, f"the ref of a {kind}")
        found, _ = reading.refs.get(value, ("", ""))
        return value if found == kind else reading.refuse(at, f"No {kind} of this file has this ref.")

    return parse


def person_or_child(reading: Reading, at: str, value: Any) -> Any:
    """The ref of a person, or the word `child`."""
    return value if value == CHILD else known("person")(reading, at, value)


def new(kind: str) -> Parse:
    """A ref, used nowhere else in the file, which from here on stands for an object of this kind."""

    def parse(reading: Reading, at: str, value: Any) -> Any:
        if text(100, blank=False)(reading, at, value) is BAD:
            return BAD
        if value == CHILD:
            return reading.refuse(at, "The ref child is taken: in `attended` it means the child.")
        if not value.isprintable():
            return reading.refuse(at, "This ref has a character that cannot be shown; expected: one printable line.")
        if value in reading.refs:
            return reading.refuse(
                at, f"This ref is doubled: {reading.refs[value][1]} has it; a ref is unique in the file."
            )
        reading.refs[value] = (kind, at)
        return value

    return parse


# --- Objects and lists ------------------------------------------------------------------------------------------------


def thing(fields: dict[str, Parse]) -> Parse:
    """An object with these keys, read in this order; a name with a `?` may be left out. Any may have a `ref`."""
    wanted = {"ref": new("object"), **{name.removesuffix("?"): parse for name, parse in fields.items()}}
    required = [name for name in fields if not name.endswith("?")]

    def parse(reading: Reading, at: str, value: Any) -> Any:
        if not isinstance(value, dict):
            return reading.unfit(at, value, "an object")
        item = Item()
        item.at = at
        item.whole = refuse_doubled(reading, at, value)
        for name in value:
            if name not in wanted:
                refuse_unknown(reading, at, name)
        for name in required:
            if name not in value:
                reading.problems.add(at, f"The key {name} is missing.")
                item.whole = False
        for name, parse_field in wanted.items():
            if name in value:
                keep(item, name, parse_field(reading, f"{at}/{name}", value[name]))
        refuse_empty_range(reading, item)
        return item

    return parse


def keep(item: Item, name: str, found: Any) -> None:
    """Put a field's value into its item, if it is right."""
    if found is BAD or (isinstance(found, Item) and not found.whole):
        item.whole = False
    if found is not BAD:
        item[name] = found


def refuse_unknown(reading: Reading, at: str, name: str) -> None:
    """A key that the format does not have. One that would break the line is left out of the pointer."""
    if shown(name):
        reading.problems.add(below(at, name), "This key is not known here.")
    else:
        reading.problems.add(at, f"A key here is not known, nor can it be shown: it has {len(name)} characters.")


def refuse_doubled(reading: Reading, at: str, value: dict[str, Any]) -> bool:
    """Whether every key is given once."""
    doubled = value.doubled if isinstance(value, DoubledKeys) else []
    for name in doubled:
        reading.problems.add(below(at, name) if shown(name) else at, "This key is doubled in its object.")
    return not doubled


def shown(name: str) -> bool:
    """Whether a key can stand in a line of its own."""
    return len(name) <= LONGEST_KEY and name.isprintable()


def refuse_empty_range(reading: Reading, item: Item) -> None:
    """Ranges are half-open: one that ends when it starts holds never."""
    if "until" in item and "from" in item and item["until"] <= item["from"]:
        keep(
            item,
            "until",
            reading.refuse(f"{item.at}/until", "This end is not after `from`; expected: a later moment."),
        )


def listed(parse_each: Parse) -> Parse:
    """A list of objects; those that are none are left out after saying so."""

    def parse(reading: Reading, at: str, value: Any) -> Any:
        if not isinstance(value, list):
            return reading.unfit(at, value, "a list")
        found = [parse_each(reading, f"{at}/{number}", each) for number, each in enumerate(value)]
        return [each for each in found if each is not BAD]

    return parse


def several(parse_each: Parse) -> Parse:
    """A list of plain values: right when all of them are."""

    def parse(reading: Reading, at: str, value: Any) -> Any:
        found = listed(parse_each)(reading, at, value)
        return BAD if found is BAD or len(found) < len(value) else found

    return parse
