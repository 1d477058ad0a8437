"""What is said about a row of a file: what will be made of it, what is wrong in which cell, what became of it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Authority, MoveInCaution
from accounts.models import MoveInRow
from accounts.move_in_columns import Guardian, Problem
from accounts.move_in_reads import Judged

GUARDIAN_COLUMNS = {
    "name": gettext_lazy("name of %(guardian)s"),
    "email": gettext_lazy("e-mail of %(guardian)s"),
    "phone": gettext_lazy("telephone of %(guardian)s"),
    "relationship": gettext_lazy("relationship of %(guardian)s"),
    "authority": gettext_lazy("authority of %(guardian)s"),
    "household": gettext_lazy("household of %(guardian)s"),
}
SEATS = {"guardian_1": gettext_lazy("guardian 1"), "guardian_2": gettext_lazy("guardian 2")}
OTHER_COLUMNS = {
    "child_name": gettext_lazy("child's name"),
    "date_of_birth": gettext_lazy("date of birth"),
    "pronouns": gettext_lazy("child's pronouns"),
    "about_me": gettext_lazy("about me"),
    "therapist_email": gettext_lazy("e-mail of the therapist"),
}


def column_in_words(column: str) -> str:
    """A column as people call it."""
    for seat, words in SEATS.items():
        if column.startswith(f"{seat}_"):
            return str(GUARDIAN_COLUMNS[column.removeprefix(f"{seat}_")]) % {"guardian": words}
    return str(OTHER_COLUMNS[column])


# What is wrong and what to do. `cell`: what stands there; `detail`: what the check found.
MISTAKES = {
    "missing": gettext_lazy("This is needed, and the cell is empty."),
    "hidden": gettext_lazy("The cell holds signs that cannot be seen (shown here as �). Type it anew."),
    "extra": gettext_lazy("There are cells beyond the last heading. Put a text that holds a separator in quotation marks."),
    "long": gettext_lazy("This is too long: at most %(detail)s letters."),
    "formula": gettext_lazy("“%(cell)s” begins as a formula does. Write it as plain text."),
    "no_date": gettext_lazy("“%(cell)s” is no day. Write year, month and day: 2015-04-30."),
    "two_dates": gettext_lazy("“%(cell)s” can be read in two ways. Write %(one)s or %(other)s."),
    "ahead": gettext_lazy("“%(cell)s” has not come yet."),
    "long_ago": gettext_lazy("“%(cell)s” is more than 30 years ago."),
    "of_age": gettext_lazy("Born on that day, the child is of age: guardians' rows have ended. Leave the guardians out."),
    "email": gettext_lazy("“%(cell)s” is no e-mail address."),
    "phone": gettext_lazy("“%(cell)s” is no telephone number."),
    "authority": gettext_lazy("“%(cell)s” is none of full, informed and contributor."),
    "none": gettext_lazy("Authority “none” goes with a decision about a person: a therapist records it with its reason."),
    "same_address": gettext_lazy("Both guardians have the same address. Each person needs their own, or none."),
    "both": gettext_lazy("The therapist is the child's guardian, too: family is never staff for the same child."),
    "other_name": gettext_lazy(
        "This address belongs to %(detail)s. If it is the same person, write the name in the same way; if not, give another"
        " address or none."
    ),
    "file_name": gettext_lazy("Row %(detail)s has this address with another name. Each person needs their own address, or none."),
    "yourself": gettext_lazy("This is your own address. Nobody gives themself a row: another admin brings this child in."),
    "no_therapist": gettext_lazy("“%(cell)s” is no address of a therapist who works here now."),
    "own_team": gettext_lazy("This is your own address. Nobody makes themself a child's therapist: ask another admin."),
    "led": gettext_lazy("You supervise this therapist, so the row would put you on the child's team: ask another admin."),
    "own_family": gettext_lazy("You belong to this child's family: another admin looks after the record."),
}  # fmt: skip
# Why a row made no child, once the file is over. Codes without words here are MISTAKES: the row had something wrong.
OUTCOMES = {
    "unchosen": gettext_lazy("left out by you"),
    "twin": gettext_lazy("twice in the file"),
    "known": gettext_lazy("a child of this name and birth date is here already"),
    "colleague": gettext_lazy("a guardian works in the practice"),
    "changed": gettext_lazy("no longer as it was when the file was checked"),
    "failed": gettext_lazy("the database refused it"),
    "stopped": gettext_lazy("not reached"),
}
WRONG = gettext_lazy("something in the row is wrong")


def mistake(row: MoveInRow, problem: Problem) -> str:
    """A problem with its row and column in words."""
    one, _space, other = problem.detail.partition(" ")
    values = {"cell": row.cells.get(problem.column, ""), "detail": problem.detail, "one": one, "other": other}
    said = str(MISTAKES[problem.code]) % values
    if not problem.column:
        return _("Row %(row)s: %(said)s") % {"row": row.number, "said": said}
    named = {"row": row.number, "column": column_in_words(problem.column), "said": said}
    return _("Row %(row)s, %(column)s: %(said)s") % named


def caution(row: MoveInRow, judged: Judged) -> str:
    """Why a sound row is left out unless it is chosen; empty when nothing speaks against it."""
    if judged.known and not judged.problems:
        return _("A child of this name and birth date is here already. Choose the row only if this is another child.")
    if row.caution == MoveInCaution.TWIN:
        return _(
            "Row %(row)s has the same name and birth date. Choose this one, too, only if these are two children."
        ) % {"row": row.twin_of}
    if judged.caution == MoveInCaution.COLLEAGUE:
        return _(
            "A guardian works in the practice. Choose the row if they are this child's family: as family they never have a"
            " right as staff for the child."
        )
    return ""


def guardian_line(guardian: Guardian, judged: Judged) -> tuple[str, str]:
    """(what happens, and as what) of one guardian of a row."""
    parts = [guardian.relationship, str(Authority(guardian.authority).label) if guardian.authority else ""]
    parts += [_("household %(name)s") % {"name": guardian.household} if guardian.household else ""]
    linked = guardian.seat in judged.links
    return (_("here already") if linked else _("new")), ", ".join(part for part in parts if part)


def outcome(code: str) -> str:
    """Why a row made no child."""
    return str(OUTCOMES.get(code, WRONG))
