"""Tables as spreadsheets save them: which letters, which separator, and which row a mistake is in."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from carebridge.lib.lists import joined

BYTES, ROWS = 5_000_000, 10_000
SEPARATORS = ",;\t"
SHOWN_AS = "\N{REPLACEMENT CHARACTER}"
# What no screen shows, or what makes a screen show other words than stand there: control characters but line breaks,
# and the marks that turn the direction of reading round. (Marks that join letters are part of names.)
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
SPACE = re.compile(r"[^\S\n]+")


class Unreadable(Exception):
    """The file as a whole cannot be taken; the message says why, in the reader's language, and what to do."""


@dataclass(frozen=True)
class Line:
    """One row: its number as spreadsheets count (the headings are row 1) and its cells by column. `extra`: it has more cells
    than there are headings."""

    number: int
    cells: dict[str, str]
    extra: bool


def read_table(data: bytes, columns: Sequence[str], needed: Sequence[str]) -> list[Line]:
    """The rows that have anything in them, cells trimmed. Headings may stand in any order, capitals and spaces included.

    Raises Unreadable: too large, not text, headings unknown, doubled or missing, quotes that do not match, too many rows, none.
    """
    if len(data) > BYTES:
        raise Unreadable(
            _("The file is larger than 5 MB. Divide it into several files and bring them in one after another.")
        )
    text = decoded(data)
    marked = re.match(r"sep=(.)\r?\n", text)  # how one spreadsheet tells itself
    text = text[marked.end() :] if marked else text
    separator = marked[1] if marked and marked[1] in SEPARATORS else separator_of(text, columns)
    lines = records(text, separator)
    headings = [re.sub(r"[\s\-]+", "_", cell.strip().lower()) for cell in next(lines, [])]
    check_headings(headings, columns, needed)
    found = [
        Line(
            number,
            {name: cell.strip() for name, cell in zip(headings, cells, strict=False) if name},
            extra(cells, headings),
        )
        for number, cells in enumerate(lines, start=2)
        if any(cell.strip() for cell in cells)
    ]
    if not found:
        raise Unreadable(_("The file has headings and no rows below them."))
    return found


def decoded(data: bytes) -> str:
    """UTF-8, with its mark or without; UTF-16 with its mark; else the letters of Western Windows. Raises Unreadable."""
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "cp1252"):
        try:
            return unicodedata.normalize("NFC", data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("These are not the letters of a text file. Save the table as “CSV UTF-8” and choose that file."))


def separator_of(text: str, columns: Sequence[str]) -> str:
    """The one of comma, semicolon and tab that makes the most headings of the first row."""
    first = text.partition("\n")[0].lower()

    def known(separator: str) -> int:
        cells = {re.sub(r"[\s\-]+", "_", cell.strip(' "\r')) for cell in first.split(separator)}
        return len(cells & set(columns))

    return max(SEPARATORS, key=known)


def records(text: str, separator: str) -> Iterator[list[str]]:
    """The rows, quotes understood. Raises Unreadable with the number of the row that cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Unreadable(
                _("Row %(row)s cannot be read: its quotation marks do not match, or a cell never ends.")
                % {"row": number}
            ) from None
        if number > ROWS + 1:
            raise Unreadable(
                _(
                    "The file has more than 10,000 rows. Divide it into several files and bring them in one after another."
                )
            )
        yield cells


def check_headings(headings: list[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    """Every heading known and there once. Raises Unreadable, naming those that are not."""
    given = [heading for heading in headings if heading]
    unknown = [visible(heading)[:60] for heading in given if heading not in columns]
    missing = [name for name in needed if name not in given]
    doubled = sorted({heading for heading in given if given.count(heading) > 1})
    if missing:
        raise Unreadable(
            _("The first row must hold the headings of the template; %(names)s is not among them.")
            % {"names": joined(missing)}
        )
    if unknown:
        raise Unreadable(
            _(
                "These headings are not in the template: %(names)s. Rename or remove those columns: nothing is left out unsaid."
            )
            % {"names": joined([f"“{name}”" for name in unknown[:8]])}
        )
    if doubled:
        raise Unreadable(_("These headings stand there more than once: %(names)s.") % {"names": joined(doubled)})


def extra(cells: list[str], headings: list[str]) -> bool:
    """Whether anything stands where there is no heading."""
    beyond = [cell for cell, heading in zip(cells, headings, strict=False) if not heading] + cells[len(headings) :]
    return any(cell.strip() for cell in beyond)


def visible(text: str) -> str:
    """The text with a sign where something stands that cannot be seen."""
    return HIDDEN.sub(SHOWN_AS, text)


def one_line(text: str) -> str:
    """Line breaks and runs of spaces as one space."""
    return " ".join(text.split())


# --- Dates ------------------------------------------------------------------------------------------------------------

MONTHS = (  # as people write them in English and Spanish, each month with its names
    "jan january ene enero", "feb february febrero", "mar march marzo", "apr april abr abril", "may mayo", "jun june junio",
    "jul july julio", "aug august ago agosto", "sep sept september septiembre setiembre", "oct october octubre",
    "nov november noviembre", "dec december dic diciembre",
)  # fmt: skip
MONTH_OF = {name: number for number, names in enumerate(MONTHS, start=1) for name in names.split()}
WRITTEN = [
    re.compile(r"(?P<d>\d{1,2})\.? (?:de )?(?P<name>[a-z]+)\.? (?:del? )?(?P<y>\d{4})"),
    re.compile(r"(?P<name>[a-z]+)\.? (?P<d>\d{1,2}),? (?P<y>\d{4})"),
]


class NoDate(Exception):
    """No day that can be told from what stands there."""


class TwoDates(Exception):
    """It can be read as either of two days, the first day-first, the second month-first."""

    def __init__(self, *days: date) -> None:
        super().__init__()
        self.days = days


def day_of(text: str) -> date:
    """The day in a cell: year-month-day in that order, day.month.year with points, with the month's name in English or
    Spanish, or with slashes or dashes where only one reading is a day. Midnight behind it is passed over.

    Raises NoDate, TwoDates. Years have four digits.
    """
    text = re.sub(r"[ t]0?0:00(:00(\.0+)?)?$", "", one_line(text).lower())
    if found := re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", text):
        return day(found[1], found[3], found[4])
    if found := re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", text):
        return day(found[3], found[2], found[1])
    if found := re.fullmatch(r"(\d{1,2})([-/ ])(\d{1,2})\2(\d{4})", text):
        return either(found[1], found[3], found[4])
    for pattern in WRITTEN:
        found = pattern.fullmatch(re.sub(r"[-/]", " ", text))
        if found and found["name"] in MONTH_OF:
            return day(found["y"], str(MONTH_OF[found["name"]]), found["d"])
    raise NoDate


def day(year: str, month: str, number: str) -> date:
    """That day. Raises NoDate."""
    try:
        return datetime.strptime(f"{year}-{month}-{number}", "%Y-%m-%d").date()  # noqa: DTZ007 - a day, nowhere in particular
    except ValueError:
        raise NoDate from None


def either(one: str, other: str, year: str) -> date:
    """Day and month in either order. Raises TwoDates when both are days and not the same one, NoDate when neither is."""
    days: list[date] = []
    for number, month in ((one, other), (other, one)):
        try:
            days.append(day(year, month, number))
        except NoDate:
            continue
    if not days:
        raise NoDate
    if len(set(days)) > 1:
        raise TwoDates(*days)
    return days[0]
