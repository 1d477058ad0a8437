"""The audit trail as admins and leads look through it: what each may read is AuditEvent's rule; nothing here adds to it."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import batched
from uuid import UUID

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet

from accounts.audit_words import ABOUT_ONE, KINDS, STANDS_OUT, WORDS, detail, said
from accounts.models import AuditEvent, Child, CircleRow, Membership, Person, Practice
from accounts.models.people import names_of
from accounts.visibility import admins, leads, mine
from carebridge.lib.among import Among

PAGE = 50
EXPORTED = 50_000  # rows of one file: it is made whole before it is sent, inside the request's transaction
FOUND = 10  # people or children of one name, to choose from
NOBODY = UUID(int=0)


def people_here(practice: Practice) -> QuerySet[Person]:
    """Whom the viewer knows here as an admin or a lead, and themselves: not whom they know as family alone."""
    tied = CircleRow.objects.visible().filter(admins() | leads(), practice=practice, person_id=OuterRef("pk"))
    employed = Membership.objects.visible().filter(practice=practice, person_id=OuterRef("pk"))
    found: QuerySet[Person] = Person.objects.visible().filter(Exists(tied) | Exists(employed) | mine("account_id"))
    return found


def children_here(practice: Practice) -> QuerySet[Child]:
    """Children the viewer is an admin or a lead for."""
    found: QuerySet[Child] = Child.objects.visible().filter(admins("id") | leads("id"), practice=practice)
    return found


@dataclass(frozen=True)
class Filter:
    """What of the trail is looked for. `person`, `child`: None when nobody is asked for; `nobody`: an id was asked for that leads
    to no one the viewer knows here, so that nothing is found."""

    practice: Practice
    person: Person | None = None
    child: Child | None = None
    nobody: bool = False
    kind: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, practice: Practice, given: Mapping[str, str]) -> "Filter":
        """As an address or a form says it. An id of somebody else finds nothing; a kind or day that is none is passed over."""
        person, child = key(given.get("person", "")), key(given.get("child", ""))
        who = people_here(practice).filter(public_id=person).first() if person else None
        about = children_here(practice).filter(public_id=child).first() if child else None
        nobody = bool((person and who is None) or (child and about is None))
        kind = given.get("kind", "")
        since, until = (day(given.get(name, "")) for name in ("from", "until"))
        return cls(practice, who, about, nobody, kind if kind in KINDS or kind in WORDS else "", since, until)

    def address(self) -> dict[str, str]:
        """The same as an address says it: ids, codes and days alone."""
        said = {
            "person": str(self.person.public_id) if self.person else "",
            "child": str(self.child.public_id) if self.child else "",
            "kind": self.kind,
            "from": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        if self.nobody:
            said["person"] = str(NOBODY)
        return {name: value for name, value in said.items() if value}

    def codes(self) -> dict[str, str | bool]:
        """What the trail keeps of having looked; the ids of person and child go where ids go."""
        days = {name: value for name, value in self.address().items() if name in {"kind", "from", "until"}}
        return {**days, "person": self.person is not None, "child": self.child is not None}

    def ids(self) -> list[UUID]:
        """Whom was asked for."""
        return [one.public_id for one in (self.person, self.child) if one]


def key(value: str) -> UUID | None:
    """An id as an address has it; for anything else that is not empty, the id of nobody."""
    try:
        return UUID(value) if value else None
    except ValueError:
        return NOBODY


def day(value: str) -> date | None:
    """A day as browsers send it; None for anything else."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def events(asked: Filter) -> QuerySet[AuditEvent]:
    """The rows that were asked for, of those the viewer may read, newest first."""
    found: QuerySet[AuditEvent] = AuditEvent.objects.visible().filter(practice_id=asked.practice.pk)
    if asked.nobody:
        return found.none()
    if asked.person:
        found = found.filter(Q(person_id=asked.person.pk) | Q(shown__contains=[asked.person.public_id]))
    if asked.child:
        found = found.filter(child_id=asked.child.pk)
    if asked.kind:
        found = found.filter(action__in=KINDS[asked.kind][1] if asked.kind in KINDS else [asked.kind])
    if asked.since:
        found = found.filter(at__gte=midnight(asked.since, asked.practice))
    if asked.until and asked.until < date.max:
        found = found.filter(at__lt=midnight(asked.until + timedelta(days=1), asked.practice))
    return found.order_by("-at", "-id")


def midnight(when: date, practice: Practice) -> datetime:
    """Where the day begins in the practice. The first and last days there are begin at no moment everywhere on earth."""
    within = min(max(when, date(1900, 1, 1)), date(9000, 1, 1))
    return datetime.combine(within, time(), practice.zone)


def page_of(asked: Filter, before: tuple[datetime, UUID] | None) -> tuple[list[AuditEvent], AuditEvent | None]:
    """One page, and its last row if there are older ones."""
    found = events(asked)
    if before:
        at, pk = before
        found = found.filter(at__lte=at).filter(Q(at__lt=at) | Q(pk__lt=pk))
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1] if len(rows) > PAGE else None


# --- In words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One row in words. `who`: empty for whom the viewer may not name; `stands_out`: to be looked at first."""

    event: AuditEvent
    who: str
    said: str
    child: str
    about: str
    detail: str

    @property
    def stands_out(self) -> bool:
        """Short access and refusals."""
        return self.event.action in STANDS_OUT


def lines(rows: Iterable[AuditEvent], practice: Practice) -> list[Line]:
    """The rows with the names the viewer may read: of those who acted, of children, and of whom an act was about."""
    found = list(rows)
    names = names_of(event.person_id for event in found if event.person_id)
    numbers = sorted({event.child_id for event in found if event.child_id})
    children = dict(Child.objects.visible().filter(Among("id", numbers, BigIntegerField())).values_list("pk", "name"))
    ids = {each for event in found if event.action in ABOUT_ONE for each in event.shown}
    touched = dict(people_here(practice).filter(public_id__in=ids).values_list("public_id", "name")) if ids else {}
    return [
        Line(
            event, names.get(event.person_id or 0, ""), said(event), children.get(event.child_id or 0, ""),
            ", ".join(touched[each] for each in event.shown if event.action in ABOUT_ONE and each in touched), detail(event),
        )
        for event in found
    ]  # fmt: skip


# --- As a table ------------------------------------------------------------------------------------------------------

COLUMNS = ("at", "person", "action", "words", "child", "about", "detail", "request")


def table(asked: Filter) -> tuple[str, int]:
    """The rows as CSV, newest first and at most EXPORTED, and how many."""
    written, count = io.StringIO(), 0
    out = csv.writer(written)
    out.writerow(COLUMNS)
    for some in batched(events(asked)[:EXPORTED].iterator(chunk_size=2_000), 2_000, strict=False):
        for line in lines(some, asked.practice):
            out.writerow(harmless(cell) for cell in cells(line, asked.practice))
            count += 1
    return written.getvalue(), count


def cells(line: Line, practice: Practice) -> Iterator[str]:
    """One row by column; moments in the practice's zone."""
    event = line.event
    yield event.at.astimezone(practice.zone).isoformat(timespec="seconds")
    yield from (line.who, event.action, line.said, line.child, line.about, line.detail)
    yield str(event.request_id or "")


def harmless(cell: str) -> str:
    """A name that begins as a formula does is text to a spreadsheet as well."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell
