"""The columns of a file that moves children and families in, and what one row of it says. Nothing here asks the database."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.enums import Authority
from carebridge.lib.tables import HIDDEN, Line, NoDate, TwoDates, day_of, one_line, visible

CHILD = {"child_name": 200, "date_of_birth": 40, "pronouns": 40, "about_me": 2000}  # column → letters at most
GUARDIAN = {"name": 200, "email": 254, "phone": 40, "relationship": 100, "authority": 20, "household": 100}
SEATS = ("guardian_1", "guardian_2")
LONGEST = {
    **CHILD,
    **{f"{seat}_{column}": most for seat in SEATS for column, most in GUARDIAN.items()},
    "therapist_email": 254,
}
COLUMNS = list(LONGEST)
NEEDED = ["child_name", "date_of_birth"]
AUTHORITIES = {
    "full": Authority.FULL, "informed": Authority.INFORMED, "contributor": Authority.CONTRIBUTOR,
    "plena": Authority.FULL, "informada": Authority.INFORMED, "colaboración": Authority.CONTRIBUTOR,
}  # fmt: skip
OLDEST = 30  # years; whoever is older was typed wrong
# A spreadsheet that opens such a cell runs it: no name begins so. (A telephone number may begin with a plus.)
FORMULA = re.compile(r"[=+\-@\t\r]")


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be taken: which column (empty: the row as a whole), which mistake, and what the words need to say it."""

    column: str
    code: str
    detail: str = ""


@dataclass(frozen=True)
class Guardian:
    """One of the two guardians of a row."""

    seat: str
    name: str
    email: str
    phone: str
    relationship: str
    authority: str
    household: str


@dataclass
class Entry:
    """A row as it is understood. `born` is None where the day cannot be told."""

    number: int
    name: str
    born: date | None
    pronouns: str
    about_me: str
    guardians: list[Guardian]
    therapist_email: str
    problems: list[Problem] = field(default_factory=list)

    @property
    def addresses(self) -> list[str]:
        """Every e-mail address in the row, in lower case."""
        return [each for each in (*(one.email for one in self.guardians), self.therapist_email) if each]


def cells_of(line: Line) -> dict[str, str]:
    """What is kept of a row: cells that say something, with a sign for what cannot be seen; of one that is too long as much
    as shows that it is."""
    kept = {column: visible(text)[: LONGEST[column] + 1] for column, text in line.cells.items() if text}
    return {column: text if column == "about_me" else one_line(text) for column, text in kept.items()}


def problems_of(line: Line) -> list[Problem]:
    """What is wrong with the cells as they were read, before what cannot be seen was replaced."""
    found = [Problem(column, "hidden") for column, text in line.cells.items() if HIDDEN.search(text)]
    return found + ([Problem("", "extra")] if line.extra else [])


def entry_of(number: int, cells: Mapping[str, str]) -> Entry:
    """The row with what is wrong in it, in the order of its columns."""
    problems = list(too_long_or_formula(cells))
    born = born_on(cells.get("date_of_birth", ""), problems)
    if not cells.get("child_name"):
        problems.append(Problem("child_name", "missing"))
    guardians = [one for seat in SEATS if (one := guardian_of(seat, cells, problems))]
    therapist = address("therapist_email", cells, problems)
    addresses = [one.email for one in guardians if one.email]
    if len(set(addresses)) < len(addresses):
        problems.append(Problem("guardian_2_email", "same_address"))
    if therapist and therapist in addresses:
        problems.append(Problem("therapist_email", "both"))
    problems.sort(key=lambda problem: COLUMNS.index(problem.column))
    return Entry(
        number=number, name=cells.get("child_name", ""), born=born, pronouns=cells.get("pronouns", ""),
        about_me=cells.get("about_me", ""), guardians=guardians, therapist_email=therapist, problems=problems,
    )  # fmt: skip


def too_long_or_formula(cells: Mapping[str, str]) -> Iterator[Problem]:
    """Cells that do not fit, and cells that a spreadsheet would run."""
    for column, text in cells.items():
        if len(text) > LONGEST[column]:
            yield Problem(column, "long", str(LONGEST[column]))
        if FORMULA.match(text) and not (column.endswith("phone") and text.startswith("+")):
            yield Problem(column, "formula")


def born_on(text: str, problems: list[Problem]) -> date | None:
    """The day, or None with the problem."""
    if not text:
        problems.append(Problem("date_of_birth", "missing"))
        return None
    try:
        return day_of(text)
    except TwoDates as two:
        problems.append(Problem("date_of_birth", "two_dates", " ".join(day.isoformat() for day in two.days)))
    except NoDate:
        problems.append(Problem("date_of_birth", "no_date"))
    return None


def guardian_of(seat: str, cells: Mapping[str, str], problems: list[Problem]) -> Guardian | None:
    """The guardian in this seat; None when it is empty."""
    given = {column: cells.get(f"{seat}_{column}", "") for column in GUARDIAN}
    if not any(given.values()):
        return None
    problems += [Problem(f"{seat}_{column}", "missing") for column in ("name", "authority") if not given[column]]
    authority = AUTHORITIES.get(given["authority"].lower(), "")
    if given["authority"] and not authority:
        problems.append(Problem(f"{seat}_authority", "none" if given["authority"].lower() == "none" else "authority"))
    if given["phone"] and not re.fullmatch(r"\+?[\d ()./\-x#]{3,}", given["phone"]):
        problems.append(Problem(f"{seat}_phone", "phone"))
    email = address(f"{seat}_email", cells, problems)
    return Guardian(
        seat=seat, name=given["name"], email=email, phone=given["phone"], relationship=given["relationship"],
        authority=authority, household=given["household"],
    )  # fmt: skip


def address(column: str, cells: Mapping[str, str], problems: list[Problem]) -> str:
    """The e-mail address in lower case; empty when there is none, or none that mail could go to."""
    text = cells.get(column, "")
    if not text:
        return ""
    try:
        validate_email(text)
    except ValidationError:
        problems.append(Problem(column, "email"))
        return ""
    return text.lower()


def alike(name: str) -> str:
    """A name for comparing: capitals and spaces make no other person, accents do."""
    return unicodedata.normalize("NFC", one_line(name)).casefold()
