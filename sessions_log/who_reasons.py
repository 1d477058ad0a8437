"""Why somebody reads an item or does not, in words, from what the viewer may read themselves.

Nothing is decided here. A "yes" names a place the kernel itself gave the person. A "no" is explained by a row the viewer
may read: someone named in a concern must not learn of it here. Where no such row explains it, that is all that is said.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Authority, CircleRole, RecordAccess, RestrictionKind, StaffRole
from accounts.models import Agreement, Child, CircleRow, Membership, Named, Renewal, Restriction
from accounts.models.circle import ChildItem
from accounts.visibility import Viewer, viewer
from sessions_log.error_reads import taken_out
from sessions_log.models import (
    Addendum,
    Attendance,
    HomeUpdate,
    Mark,
    NoteOffer,
    Opening,
    ProcessNote,
    ProgressNote,
    Release,
    Reply,
    Session,
    SessionRecord,
    Sharing,
    Summary,
    UpdateEdit,
    Withholding,
)

MOST = 500  # rows of one kind that are looked at for reasons

WORDS: dict[str, Any] = {
    # Yes
    "team": _("on the care team"),
    "family": _("the family knows when sessions are"),
    "admin": _("admins see when sessions are and who came, for fees and planning"),
    "own_line": _("the line about themselves"),
    "draft_author": _("wrote this draft"),
    "draft_offered": _("the draft was offered to them for co-signing"),
    "draft_left": _("who wrote the draft no longer treats the child, so the child's therapists may finish it"),
    "agreement": _("the sharing agreement opens signed notes to them, now and on the day it was signed"),
    "opened": _("named in a concern, but this note was opened to them"),
    "author": _("wrote it"),
    "released": _("it was shared with them"),
    "own_words": _("their own words"),
    "shared": _("its author shared it with them"),
    "answered": _("it answers their update"),
    "error_author": _("entered in error; its author on the care team still sees it"),
    "error_supervisor": _("entered in error; the care team's supervisors still see it"),
    "error_lead": _("entered in error; safeguarding leads still see it"),
    # No
    "none": _("recorded with no authority: sees nothing about the child"),
    "closed": _("closed: no access at all at present"),
    "therapist_ended": _("no longer treats the child"),
    "row_ended": _("no longer in the child's circle"),
    "grown_up": _("the child has come of age, and their place was not renewed"),
    "not_employed": _("no longer works here as a therapist"),
    "family_never_staff": _("family of the child, so never staff for the child"),
    "admins": _("admins read no clinical text"),
    "leads": _("safeguarding leads read concerns, not this"),
    "in_error": _("entered in error: hidden from everyone but its author on the team, supervisors and leads"),
    "sessions_family": _("sessions are for the family; helpers and contributors do not see them"),
    "team_only": _("only the care team reads the record"),
    "own_line_only": _("the lines about others are for the care team and the admins"),
    "draft": _("a draft: only who wrote it, until it is signed or offered"),
    "notes_role": _("signed notes can only be opened to guardians with full authority and the young person"),
    "withheld": _("this note is withheld from them"),
    "agreement_now": _("the sharing agreement in force does not open signed notes to them"),
    "agreement_then": _("the sharing agreement on the day it was signed did not open notes to them"),
    "before_row": _("from before they joined the child's circle"),
    "quiet": _("they were quiet at its moment, so it never reaches them"),
    "named": _("named in a concern, and this note was not opened to them"),
    "process": _("a process note: only who wrote it"),
    "not_released": _("not shared with them"),
    "withdrawn": _("it was shared with them and taken back"),
    "summary_role": _("contributors cannot receive summaries"),
    "not_shared": _("its author did not share it with them"),
    "sharing_withdrawn": _("its author took it back from them"),
    "updates_closed": _("an update is for its author, the care team, and guardians its author chose"),
    "answers": _("answers and marks are for the update's author and the care team"),
    "unexplained": _("not open to them at present"),
}


@dataclass(frozen=True)
class Part:
    """A row that opens or stays closed by itself. `host`: the item whose panel it stands in."""

    item: Any
    label: str
    host: ChildItem


@dataclass(frozen=True)
class Reason:
    """A code, and what it says."""

    code: str

    @property
    def words(self) -> str:
        """In the viewer's language."""
        return str(WORDS[self.code])


@dataclass
class Known:
    """What the viewer may read about the people around a child, and about one item."""

    child: Child
    moment: datetime
    rows: dict[int, list[CircleRow]] = field(default_factory=lambda: defaultdict(list))
    restrictions: dict[int, list[Restriction]] = field(default_factory=lambda: defaultdict(list))
    named: dict[int, list[Named]] = field(default_factory=lambda: defaultdict(list))
    agreements: list[Agreement] = field(default_factory=list)
    renewed: set[Any] = field(default_factory=set)
    staff: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    about_item: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))  # releases or sharings
    withheld: set[int] = field(default_factory=set)
    openings: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    offered: set[int] = field(default_factory=set)
    taken_out: bool = False

    def quiet(self, person: int, *moments: datetime) -> bool:
        """Whether one of the moments lies in a quiet time of theirs."""
        return any(r.kind == RestrictionKind.QUIET and during(r, m) for r in self.restrictions[person] for m in moments)

    def named_before(self, person: int, *moments: datetime) -> bool:
        """Whether they are named in a concern raised by then."""
        standing = [n for n in self.named[person] if n.void_from is None or n.void_from > self.moment]
        return any(n.raised_at <= moment for n in standing for moment in moments)

    def opened(self, person: int, *moments: datetime) -> bool:
        """Whether the note, as it stood at these moments, was opened to them one by one."""
        return any(opening.opened_at >= max(moments) for opening in self.openings[person])

    def opens(self, column: str, moment: datetime) -> bool:
        """Whether the agreement in force at the moment opens signed notes."""
        terms = [agreement for agreement in self.agreements if agreement.in_force_from <= moment]
        return bool(terms) and getattr(terms[-1], column) == RecordAccess.SIGNED_NOTES


def during(row: Any, moment: datetime) -> bool:
    """Whether the moment lies in the row's time."""
    return bool(row.starts <= moment and (row.ends is None or moment < row.ends))


def by_person(rows: Iterable[Any], column: str = "person_id") -> dict[int, list[Any]]:
    """Rows by whom they are about."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def known_of(child: Child, item: ChildItem) -> Known:
    """Everything reasons may be made of, in a fixed number of queries."""
    moment = viewer().moment
    here: dict[str, Any] = {"child": child}
    known = Known(child, moment)
    known.rows = by_person(CircleRow.objects.visible().filter(starts__lte=moment, **here).order_by("starts")[:MOST])
    known.restrictions = by_person(Restriction.objects.visible().filter(**here).order_by("starts")[:MOST])
    known.named = by_person(Named.objects.visible().filter(**here).order_by("raised_at")[:MOST])
    known.agreements = list(Agreement.objects.visible().filter(**here).order_by("in_force_from")[:MOST])
    known.renewed = set(Renewal.objects.visible().filter(**here).values_list("circle_row_id", flat=True)[:MOST])
    members = Membership.objects.visible().filter(Q(ends__isnull=True) | Q(ends__gt=moment), practice=child.practice_id)
    for person, role in members.filter(starts__lte=moment).values_list("person_id", "role"):
        known.staff[person].add(role)
    add_item(known, item)
    return known


def add_item(known: Known, item: ChildItem) -> None:
    """What is known about the item itself: to whom it was released, shared, withheld, opened, offered."""
    if isinstance(item, Summary):
        rows = Release.objects.visible().filter(summary=item).order_by("released_at", "pk")[:MOST]
        known.about_item = by_person(rows, "recipient_id")
    elif isinstance(item, HomeUpdate):
        known.taken_out = taken_out(item) is not None
        known.about_item = by_person(Sharing.objects.visible().filter(update=item).order_by("shared_at", "pk")[:MOST])
    elif isinstance(item, ProgressNote):
        known.withheld = set(Withholding.objects.visible().filter(note=item).values_list("person_id", flat=True)[:MOST])
        known.openings = by_person(Opening.objects.visible().filter(note=item)[:MOST])
        offers = NoteOffer.objects.visible().filter(note=item, withdrawn_at__isnull=True)
        known.offered = set(offers.values_list("person_id", flat=True)[:MOST])


@dataclass(frozen=True)
class Case:
    """One row and one person, whom the kernel placed (`them`)."""

    part: Part
    person: int
    known: Known
    them: Viewer

    def stands_in(self, place: str) -> bool:
        """Whether the kernel gave them the place for this child."""
        return self.them.stands_in(place, self.known.child.pk)

    @property
    def in_error(self) -> bool:
        """The row, or the one it hangs on, was entered in error."""
        if isinstance(self.part.host, ProgressNote) and self.part.host.signed_at is None:
            return False  # a draft is as closed in error as it was before
        return self.known.taken_out or any(getattr(row, "error_at", None) for row in (self.part.item, self.part.host))


def reason(part: Part, person: int, reads: bool, known: Known, them: Viewer) -> Reason:
    """The deciding row of the table, given the kernel's answer and the places it gave the person."""
    case = Case(part, person, known, them)
    return Reason(why(case) if reads else why_not(case))


def wrote(item: Any) -> int | None:
    """The person number of whoever wrote the row."""
    for column in ("author_id", "therapist_id", "logged_by_id", "marked_by_id"):
        number: int | None = getattr(item, column, None)
        if number is not None:
            return number
    return None


def first_of(*reasons: tuple[bool, str]) -> str:
    """The first reason that holds; else what is said where the viewer may read none."""
    return next((code for holds, code in reasons if holds), "unexplained")


# --- Yes ----------------------------------------------------------------------------------------------------------------------


def why(case: Case) -> str:
    """Which of the person's places opened the row."""
    item, team, mine = case.part.item, case.stands_in("team"), wrote(case.part.item) == case.person
    draft = isinstance(item, ProgressNote) and item.signed_at is None
    theirs = isinstance(item, HomeUpdate | UpdateEdit) and wrote(case.part.host) == case.person
    wrong = bool(getattr(item, "error_at", None)) or (isinstance(item, HomeUpdate) and case.known.taken_out)
    return first_of(
        (isinstance(item, ProcessNote), "author"),
        (theirs and case.stands_in("own"), "own_words"),
        (wrong and not team, "error_lead"),
        (wrong and mine, "error_author"),
        (wrong, "error_supervisor"),
        (draft and mine, "draft_author"),
        (draft and case.person in case.known.offered, "draft_offered"),
        (draft, "draft_left"),
        (team, "team"),
        (True, outside_the_team(case)),
    )


def outside_the_team(case: Case) -> str:
    """The same for family, helpers and admins."""
    item = case.part.item
    note = isinstance(item, ProgressNote | Addendum)
    # That it was opened one by one says that they are named: only to whoever may know that.
    named = (
        note
        and getattr(item, "signed_at", item) is not None
        and case.known.opened(case.person, moment_of(item))
        and case.known.named_before(case.person, moment_of(item))
    )
    return first_of(
        (isinstance(item, Session) and case.stands_in("family"), "family"),
        (isinstance(item, Attendance) and case.stands_in("own"), "own_line"),
        (isinstance(item, Session | Attendance), "admin"),
        (named, "opened"),
        (note, "agreement"),
        (isinstance(item, Summary), "released"),
        (isinstance(item, Reply | Mark), "answered"),
        (True, "shared"),
    )


def moment_of(item: Any) -> datetime:
    """When the row could first be read."""
    columns = ("signed_at", "added_at", "posted_at", "marked_at", "edited_at", "moment")
    found: datetime = next(getattr(item, column) for column in columns if getattr(item, column, None))
    return found


# --- No -----------------------------------------------------------------------------------------------------------------------


def why_not(case: Case) -> str:
    """What keeps the row from them, as far as the viewer may read it."""
    if not (case.stands_in("team") or case.stands_in("own")):
        return why_outside(case)
    return "in_error" if case.in_error else CLOSED[type(case.part.item)](case)


def why_outside(case: Case) -> str:
    """Why the person stands nowhere in the circle."""
    known, staff, rows = case.known, case.known.staff[case.person], case.known.rows[case.person]
    live = [row for row in rows if row.ends is None or row.ends > known.moment]
    family = any(row.role != CircleRole.THERAPIST for row in rows)
    restrictions = known.restrictions[case.person]
    treats = any(row.role == CircleRole.THERAPIST for row in live)
    other = not rows and StaffRole.SUPERVISOR not in staff  # leads and admins without a tie to the child
    return first_of(
        (any(row.authority == Authority.NONE for row in live), "none"),
        (any(r.kind == RestrictionKind.CLOSED and during(r, known.moment) for r in restrictions), "closed"),
        (isinstance(case.part.item, ProcessNote), "process"),
        (treats and not staff - {StaffRole.ADMIN}, "not_employed"),
        (bool(live) and all(is_grown_up(row, known) for row in live), "grown_up"),
        (family and not live and bool(staff), "family_never_staff"),
        (family and not live, "row_ended"),
        (bool(rows) and not live, "therapist_ended"),
        (other and case.in_error, "in_error"),
        (other and StaffRole.ADMIN in staff, "admins"),
        (other and StaffRole.SAFEGUARDING_LEAD in staff, "leads"),
    )


def is_grown_up(row: CircleRow, known: Known) -> bool:
    """A guardian's row that ended with the child's majority."""
    of_age = known.moment >= known.child.comes_of(known.child.practice.majority_age)
    return of_age and row.role == CircleRole.GUARDIAN and row.pk not in known.renewed


def session_closed(case: Case) -> str:
    """Row "Session facts"."""
    return first_of((not case.stands_in("family"), "sessions_family"))


def attendance_closed(case: Case) -> str:
    """Row "Attendance"."""
    line: Attendance = case.part.item
    theirs = line.person_id == case.person or (line.person_id is None and case.stands_in("young"))
    return first_of((not theirs, "own_line_only"), (case.known.quiet(case.person, line.moment), "quiet"))


def note_closed(case: Case) -> str:
    """Rows "Progress note, draft" and "signed; addenda": what hangs on a note needs the note open too."""
    known, person, note = case.known, case.person, case.part.host
    if getattr(note, "signed_at", None) is None:
        return "draft"
    moments = [moment_of(note), moment_of(case.part.item)]
    kinds = {"full": "guardian_access", "young": "young_person_access"}
    columns = [column for place, column in kinds.items() if case.stands_in(place)]
    then = [known.moment, *moments]
    first = min((row.starts for row in known.rows[person] if row.role != CircleRole.THERAPIST), default=known.moment)
    return first_of(
        (not columns, "notes_role"),
        (person in known.withheld, "withheld"),
        (not any(known.opens(column, known.moment) for column in columns), "agreement_now"),
        (not any(all(known.opens(column, moment) for moment in then) for column in columns), "agreement_then"),
        (first > min(moments), "before_row"),
        (known.quiet(person, *moments), "quiet"),
        (known.named_before(person, *moments) and not known.opened(person, *moments), "named"),
    )


def summary_closed(case: Case) -> str:
    """Row "Summary"."""
    releases = case.known.about_item[case.person]
    standing = [release for release in releases if release.withdrawn_at is None]
    return first_of(
        (not (case.stands_in("family") or case.stands_in("helper")), "summary_role"),
        (not releases, "not_released"),
        (not standing, "withdrawn"),
        (case.known.quiet(case.person, *(release.released_at for release in standing)), "quiet"),
    )


def update_closed(case: Case) -> str:
    """Row "Home update", and its later wordings."""
    sharings = case.known.about_item[case.person]
    standing = [sharing for sharing in sharings if sharing.withdrawn_at is None]
    moments = [moment_of(case.part.host), moment_of(case.part.item), *(sharing.shared_at for sharing in standing)]
    return first_of(
        (not case.stands_in("guardians"), "updates_closed"),
        (not sharings, "not_shared"),
        (not standing, "sharing_withdrawn"),
        (case.known.quiet(case.person, *moments), "quiet"),
    )


def answer_closed(case: Case) -> str:
    """Rows "Reply to an update; marks"."""
    theirs = wrote(case.part.host) == case.person
    return first_of((not theirs, "answers"), (case.known.quiet(case.person, moment_of(case.part.item)), "quiet"))


CLOSED: dict[type[Any], Callable[[Case], str]] = {
    Session: session_closed, SessionRecord: lambda _case: "team_only", Attendance: attendance_closed,
    ProgressNote: note_closed, Addendum: note_closed, ProcessNote: lambda _case: "process", Summary: summary_closed,
    HomeUpdate: update_closed, UpdateEdit: update_closed, Reply: answer_closed, Mark: answer_closed,
}  # fmt: skip
