"""A file of people to invite: its columns, what a row says, what speaks against it, and how it waits for a yes."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.actions.invite import Newcomer
from accounts.enums import InvitationKind, StaffRole
from accounts.invitation_reads import Known, known_at
from accounts.models import Practice
from accounts.visibility import viewer
from carebridge.lib.tables import HIDDEN, Line, one_line, visible

LONGEST = {"name": 200, "email": 254, "role": 200, "phone": 40, "language": 20}  # column → letters at most
COLUMNS, NEEDED = list(LONGEST), ["name", "email", "role"]
MOST = 200  # rows
GOOD_FOR = 3600  # seconds in which a checked file may be said yes to
PHONE = re.compile(r"\+?[\d ()./\-x#]{3,}")
FORMULA = re.compile(r"[=+\-@\t\r]")  # a spreadsheet that opens such a cell runs it
SALT = "carebridge.invitation-file"

# What may stand in the column "role", in either language, without accents.
STAFF = {
    "therapist": StaffRole.THERAPIST, "terapeuta": StaffRole.THERAPIST,
    "supervisor": StaffRole.SUPERVISOR, "supervisora": StaffRole.SUPERVISOR,
    "safeguarding lead": StaffRole.SAFEGUARDING_LEAD, "responsable de proteccion": StaffRole.SAFEGUARDING_LEAD,
    "admin": StaffRole.ADMIN, "administrador": StaffRole.ADMIN, "administradora": StaffRole.ADMIN,
}  # fmt: skip
FAMILY = {
    **dict.fromkeys(
        ("parent", "guardian", "mother", "father", "madre", "padre", "tutor", "tutora"), InvitationKind.GUARDIAN
    ),
    **dict.fromkeys(("helper", "teacher", "persona de apoyo", "apoyo", "docente"), InvitationKind.HELPER),
}
LANGUAGES = {
    "en": "en",
    "english": "en",
    "ingles": "en",
    "es": "es",
    "spanish": "es",
    "espanol": "es",
    "castellano": "es",
}


@dataclass
class Row:
    """One row: as it was written, whom it describes where that can be told, what is wrong, and who is known by its address."""

    number: int
    cells: Mapping[str, str]
    newcomer: Newcomer | None = None
    problems: list[str] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    outcome: str = ""  # made, refused

    @property
    def state(self) -> str:
        """wrong, invited, known or new; once it was tried, made or refused."""
        if self.outcome:
            return self.outcome
        if self.problems:
            return "wrong"
        if any(one.invitation for one in self.known):
            return "invited"
        return "known" if self.known else "new"


def judged(practice: Practice, rows: Sequence[Row]) -> Sequence[Row]:
    """Every row beside the rows before it and what the practice knows now."""
    first = dict[str, int]()
    for row in rows:
        if row.newcomer and not row.problems:
            earlier = first.setdefault(row.newcomer.email, row.number)
            if earlier != row.number:
                row.problems.append(
                    _("Row %(number)s has the same e-mail. One person, one address.") % {"number": earlier}
                )
        if row.newcomer and not row.problems:
            row.known = known_at(practice, row.newcomer.email)
    return rows


def read(line: Line) -> Row:
    """What the row says by itself."""
    cells = {column: one_line(visible(line.cells.get(column, "")))[: most + 1] for column, most in LONGEST.items()}
    row = Row(line.number, cells)
    row.problems += faults_of_form(line, cells)
    email = cells["email"].lower()
    try:
        validate_email(email)
    except ValidationError:
        if email:
            row.problems.append(_("“%(cell)s” is no e-mail address.") % {"cell": cells["email"]})
    if cells["phone"] and not PHONE.fullmatch(cells["phone"]):
        row.problems.append(_("“%(cell)s” is no telephone number.") % {"cell": cells["phone"]})
    language = LANGUAGES.get(plain(cells["language"]), "")
    if cells["language"] and not language:
        row.problems.append(_("“%(cell)s” is no language of CareBridge. Write en or es.") % {"cell": cells["language"]})
    kind, roles = work_of(cells["role"], row.problems)
    if not row.problems and kind:
        row.newcomer = Newcomer(
            name=cells["name"], email=email, kind=kind, phone=cells["phone"], roles=roles, language=language
        )
    return row


def faults_of_form(line: Line, cells: Mapping[str, str]) -> Iterable[str]:
    """Empty where something is needed, too long, invisible, a formula, cells beyond the last heading."""
    for column, text in cells.items():
        if not text and column in NEEDED:
            yield _("“%(column)s” is empty, and it is needed.") % {"column": column}
        if len(text) > LONGEST[column]:
            yield _("“%(column)s” is too long: at most %(most)s letters.") % {"column": column, "most": LONGEST[column]}
        if FORMULA.match(text) and not (column == "phone" and text.startswith("+")):
            yield _("“%(cell)s” begins as a formula does. Write it as plain text.") % {"cell": text}
        if HIDDEN.search(line.cells.get(column, "")):
            yield _("“%(column)s” holds signs that cannot be seen (shown here as �). Type it anew.") % {
                "column": column
            }
    if line.extra:
        yield _("There are cells beyond the last heading. Put a text that holds a separator in quotation marks.")


def work_of(text: str, problems: list[str]) -> tuple[InvitationKind | None, tuple[str, ...]]:
    """Parent or helper, or what a colleague works as: several with commas or plus signs between them."""
    words = [word for word in (plain(part) for part in re.split(r"[,;+/]", text)) if word]
    family = {FAMILY[word] for word in words if word in FAMILY}
    roles = list(dict.fromkeys(str(STAFF[word]) for word in words if word in STAFF))
    unknown = [word for word in words if word not in FAMILY and word not in STAFF]
    if unknown:
        problems.append(
            _("“%(word)s” is no role. Write therapist, supervisor, safeguarding lead, admin, parent or helper.")
            % {"word": unknown[0]}
        )
    elif len(family) + bool(roles) > 1:
        problems.append(_("One row is either a colleague, or a parent, or a helper."))
    elif family:
        return family.pop(), ()
    return (InvitationKind.STAFF, tuple(roles)) if roles else (None, ())


def plain(text: str) -> str:
    """Small letters without accents, low lines and hyphens as spaces."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return one_line(re.sub(r"[_\-]", " ", bare)).casefold()


# --- While it waits for a yes: in the page itself, signed, for whoever uploaded it ----------------------------------------------


def sealed(practice: Practice, rows: Sequence[Row]) -> str:
    """The rows as they stand in the form that says yes, with what is wrong in them. Nothing is kept here before."""
    kept = [[row.number, {name: text for name, text in row.cells.items() if text}, row.problems] for row in rows]
    said = {"practice": str(practice.public_id), "by": viewer().person_id, "rows": kept}
    return signing.dumps(said, salt=SALT, compress=True)


def unsealed(sent: str, practices: Mapping[str, Practice]) -> tuple[Practice, list[Row]] | None:
    """The rows again; None when they are not this viewer's, too old, or not from here."""
    try:
        said: dict[str, Any] = signing.loads(sent, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    practice = practices.get(said["practice"])
    if practice is None or said["by"] != viewer().person_id:
        return None
    return practice, [again(number, cells, problems) for number, cells, problems in said["rows"]]


def again(number: int, cells: dict[str, str], problems: list[str]) -> Row:
    """A row as it was read before. Wrong stays wrong: what could not be seen has been replaced since."""
    row = read(Line(number, cells, extra=False))
    if problems:
        row.problems, row.newcomer = problems, None
    return row
