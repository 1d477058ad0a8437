"""Who in a child's circle reads an item, and which row of visibility.md's table decides: for the team.

Whether somebody reads a row is asked of the kernel alone, by standing in their place for a moment. Only the reason is put
into words here (sessions_log/who_reasons.py), from what the viewer may read themselves.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.enums import CircleRole, StaffRole
from accounts.models import Child, CircleRow, Membership, Person, Relationship, Supervision
from accounts.models.circle import ChildItem
from accounts.visibility import Viewer, acting_as, viewer
from sessions_log.models import (
    Addendum,
    Attendance,
    HomeUpdate,
    Mark,
    ProcessNote,
    ProgressNote,
    Reply,
    Session,
    SessionRecord,
    Summary,
    UpdateEdit,
)
from sessions_log.reads import marks_standing
from sessions_log.who_reasons import Part, Reason, known_of, reason

LATELY = timedelta(days=90)  # how long someone whose row has ended is still listed
MOST = 100  # people, or rows that hang on one item

KINDS: dict[str, type[ChildItem]] = {
    "session": Session, "note": ProgressNote, "process_note": ProcessNote, "summary": Summary, "update": HomeUpdate,
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """Yes or no for some parts of an item that share a reason. No `labels`: for all of it."""

    reads: bool
    why: Reason
    labels: tuple[str, ...] = ()


@dataclass
class Onlooker:
    """One person of the circle, or several of the practice with the same answers. `role`: in plain words."""

    names: list[str]
    role: str
    answers: list[Answer] = field(default_factory=list)
    circle: bool = True
    numbers: list[int] = field(default_factory=list)

    @property
    def reads(self) -> bool:
        """Whether they read anything of it."""
        return any(answer.reads for answer in self.answers)


def who_reads(child: Child, item: ChildItem) -> list[Onlooker]:
    """Everyone in the circle, then the practice's leads and admins: yes or no, and why. For the team."""
    parts = parts_of(item)
    around = people_around(child, parts)
    known = known_of(child, item)
    found = []
    for number, person in around.items():
        seen, them = seen_by(number, parts)
        answers = [
            (part.label, part.item.pk in seen, reason(part, number, part.item.pk in seen, known, them))
            for part in parts
        ]
        merged = merge(answers)
        found.append(Onlooker([person.name], person.role, merged, person.circle, [number]))
    return together(found)


def readers_if[I: ChildItem](child: Child, action: Callable[[], I]) -> list[Onlooker]:
    """Who would read the item that the action makes or changes. The action is done and taken back."""
    with transaction.atomic():
        found = who_reads(child, action())
        transaction.set_rollback(True)
    return found


def names_reading(found: Iterable[Onlooker]) -> list[str]:
    """The people of the circle who read all or part of it, by name."""
    return [name for who in found if who.reads and who.circle for name in who.names]


def seen_by(person_id: int, parts: list[Part]) -> tuple[set[UUID], Viewer]:
    """Which parts the person reads at the viewer's moment, and where they stand: asked of the rule itself."""
    rows: dict[Any, list[UUID]] = {}
    for part in parts:
        rows.setdefault(type(part.item), []).append(part.item.pk)
    with acting_as(person_id, viewer().moment) as them:
        seen = {
            key
            for model, keys in rows.items()
            for key in model.objects.visible().filter(pk__in=keys).values_list("pk", flat=True)
        }
    return seen, them


# --- What an item is made of ------------------------------------------------------------------------------------------------


def parts_of(item: ChildItem) -> list[Part]:
    """The item, and the rows shown with it that may open to fewer or to others, as far as the viewer reads them."""
    parts = [Part(item, _("When and how long") if isinstance(item, Session) else "", item)]
    if isinstance(item, Session):
        parts += hanging(item, SessionRecord, _("The record"), session=item)
        parts += hanging(item, Attendance, _("Who came"), session=item)
    elif isinstance(item, ProgressNote):
        parts += hanging(item, Addendum, _("addendum of %(day)s"), "added_at", note=item)
    elif isinstance(item, HomeUpdate):
        parts += hanging(item, UpdateEdit, _("words of %(day)s"), "edited_at", update=item)
        parts += hanging(item, Reply, _("reply of %(day)s"), "posted_at", update=item)
        parts += hanging(item, Mark, _("mark of %(day)s"), "marked_at", pk__in=marks_standing().filter(update=item))
    if len(parts) > 1 and not parts[0].label:
        label = _("the note") if isinstance(item, ProgressNote) else _("the update")
        parts[0] = Part(item, label, item)
    return parts


def hanging(host: ChildItem, model: Any, label: str, moment: str = "", **on: Any) -> list[Part]:
    """Rows that hang on the item, each with its label."""
    rows = model.objects.visible().filter(**on).order_by(moment or "pk", "pk")[:MOST]
    return [Part(row, label % {"day": day_of(getattr(row, moment))} if moment else label, host) for row in rows]


def day_of(moment: Any) -> str:
    """The day, in the reader's zone."""
    return date_format(timezone.localtime(moment), "MONTH_DAY_FORMAT")


# --- Who is listed ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Around:
    """Someone to be listed."""

    name: str
    role: str
    circle: bool


def people_around(child: Child, parts: list[Part]) -> dict[int, Around]:
    """Circle rows in force or lately ended, supervisors of the therapists, who wrote the item; then leads and admins."""
    moment = viewer().moment
    going_on = Q(ends__isnull=True) | Q(ends__gt=moment)
    rows = list(
        CircleRow.objects.visible()
        .filter(Q(ends__isnull=True) | Q(ends__gt=moment - LATELY), child=child, starts__lte=moment)
        .order_by("starts", "pk")[:MOST]
    )
    roles: dict[int, list[str]] = {}
    words = dict(Relationship.objects.visible().filter(child=child).values_list("person_id", "words"))
    for row in sorted(rows, key=lambda row: row.role == CircleRole.THERAPIST, reverse=True):
        said = words.get(row.person_id) if row.role != CircleRole.THERAPIST else ""
        roles.setdefault(row.person_id, []).append(said or str(CircleRole(row.role).label))
    therapists = [row.person_id for row in rows if row.role == CircleRole.THERAPIST and not ended(row)]
    for number in (
        Supervision.objects.visible()
        .filter(going_on, practice=child.practice_id, therapist__in=therapists, starts__lte=moment)
        .order_by("starts", "pk")
        .values_list("supervisor_id", flat=True)[:MOST]
    ):
        roles.setdefault(number, []).append(str(StaffRole.SUPERVISOR.label))
    for part in parts:
        author = getattr(part.item, "author_id", None)
        if author is not None:
            roles.setdefault(author, [_("author")])
    circle = set(roles)
    for number, role in (
        Membership.objects.visible()
        .filter(going_on, practice=child.practice_id, role__in=STAFF, starts__lte=moment)
        .order_by("-role", "person_id")
        .values_list("person_id", "role")[:MOST]
    ):
        if number not in circle:
            roles.setdefault(number, []).append(str(StaffRole(role).label))
    people = Person.objects.visible().in_bulk(list(roles))
    return {
        number: Around(people[number].name, ", ".join(dict.fromkeys(said)), number in circle)
        for number, said in roles.items()
        if number in people
    }


STAFF = [StaffRole.SAFEGUARDING_LEAD, StaffRole.ADMIN]


def ended(row: CircleRow) -> bool:
    """Whether the row's time is over."""
    return row.ends is not None and row.ends <= viewer().moment


def merge(answers: list[tuple[str, bool, Reason]]) -> list[Answer]:
    """One answer for all parts that share it; without labels when all do."""
    groups: dict[tuple[bool, str], tuple[Reason, list[str]]] = {}
    for label, reads, why in answers:
        groups.setdefault((reads, why.code), (why, []))[1].append(label)
    if len(groups) == 1:
        return [Answer(reads, why) for (reads, _code), (why, _labels) in groups.items()]
    return [
        Answer(reads, why, tuple(dict.fromkeys(labels))) for (reads, _code), (why, labels) in groups.items()
    ]  # fmt: skip


def together(found: list[Onlooker]) -> list[Onlooker]:
    """Leads and admins with the same role and the same answers stand in one line."""
    groups: dict[Any, Onlooker] = {}
    for who in found:
        key = who.numbers[0] if who.circle else (who.role, tuple((a.reads, a.why.code, a.labels) for a in who.answers))
        if key in groups:
            groups[key].names += who.names
            groups[key].numbers += who.numbers
        else:
            groups[key] = who
    return list(groups.values())
