"""A file's rows beside the practice as it is: who is here already, who may be linked, who may treat. Through the rule alone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower

from accounts.enums import MoveInCaution, MoveInStatus
from accounts.models import Child, CircleRow, Contact, Membership, MoveIn, MoveInRow, Person, Practice, Supervision
from accounts.move_in_columns import OLDEST, Entry, Guardian, Problem, alike, entry_of
from accounts.visibility import admins, viewer
from carebridge.lib.among import Among

NUMBER = models.BigIntegerField()
TREATING = {"therapist", "supervisor", "safeguarding_lead"}


@dataclass(frozen=True)
class Known:
    """Someone the practice knows by an address. `roles`: what they work here as, in force now."""

    person: Person
    roles: frozenset[str]

    @property
    def treats(self) -> bool:
        """Whether a therapist row of theirs would count."""
        return bool(self.roles & TREATING)


@dataclass
class Around:
    """What stands around some rows. `children`: name and birth date → child. `people`: address → who has it as contact."""

    practice: Practice
    children: dict[tuple[str, date], Child]
    people: dict[str, list[Known]]
    led: frozenset[int]  # whom the viewer supervises, now or later


def look_around(practice: Practice, entries: Iterable[Entry]) -> Around:
    """What the viewer may know about the rows' children and addresses: the same few queries for one row and for all."""
    entries = list(entries)
    days = {entry.born for entry in entries if entry.born}
    found = Child.objects.visible().filter(Among("date_of_birth", days, models.DateField()), practice=practice)
    children = {(alike(child.name), child.date_of_birth): child for child in found.order_by("-pk")}
    people = people_by_address(practice, {each for entry in entries for each in entry.addresses})
    over = Supervision.objects.visible().filter(practice=practice, supervisor_id=viewer().person_id)
    over = over.filter(Q(ends__isnull=True) | Q(ends__gt=viewer().moment))
    return Around(practice, children, people, frozenset(over.values_list("therapist_id", flat=True)))


def people_by_address(practice: Practice, addresses: set[str]) -> dict[str, list[Known]]:
    """People of this practice by the address in a contact the viewer may read; nobody of another practice of theirs."""
    tied = CircleRow.objects.visible().filter(admins(), practice=practice, person_id=OuterRef("pk"))
    employed = Membership.objects.visible().filter(practice=practice, person_id=OuterRef("pk"))
    contacts = Contact.objects.visible().annotate(address=Lower("email"))
    contacts = contacts.filter(Among("address", addresses, models.TextField())).filter(Exists(tied) | Exists(employed))
    found = list(contacts.order_by("pk").values_list("pk", "address"))
    numbers = [number for number, _ in found]
    people = {person.pk: person for person in Person.objects.visible().filter(Among("pk", numbers, NUMBER))}
    roles: dict[int, set[str]] = defaultdict(set)
    moment = viewer().moment
    hired = Membership.objects.visible().filter(
        Among("person_id", numbers, NUMBER), practice=practice, starts__lte=moment
    )
    for number, role in hired.exclude(ends__lte=moment).values_list("person_id", "role"):
        roles[number].add(role)
    known: dict[str, list[Known]] = defaultdict(list)
    for number, address in found:
        known[address].append(Known(people[number], frozenset(roles[number])))
    return known


@dataclass
class Judged:
    """A row beside the practice as it is. `links`: by seat, who is here already. `known`: the child that looks the same."""

    entry: Entry
    problems: list[Problem]
    links: dict[str, Known] = field(default_factory=dict)
    therapist: Person | None = None
    known: Child | None = None
    caution: str = ""


def judge(entry: Entry, around: Around) -> Judged:
    """What would come of the row now."""
    judged = Judged(entry, list(entry.problems))
    for guardian in entry.guardians:
        link(guardian, judged, around)
    treat(judged, around)
    if entry.born:
        judge_child(judged, entry.born, around)
    if judged.known:
        judged.caution = MoveInCaution.KNOWN
    elif any(known.roles for known in judged.links.values()):
        judged.caution = MoveInCaution.COLLEAGUE
    return judged


def link(guardian: Guardian, judged: Judged, around: Around) -> None:
    """Whoever has this address and this name. Another name at the same address is another person, or a mistake: nobody is
    given a row by an address alone."""
    there = around.people.get(guardian.email, []) if guardian.email else []
    same = [known for known in there if alike(known.person.name) == alike(guardian.name)]
    column = f"{guardian.seat}_email"
    if any(known.person.pk == viewer().person_id for known in there):
        judged.problems.append(Problem(column, "yourself"))
    elif len(same) == 1:
        judged.links[guardian.seat] = same[0]
    elif there:
        judged.problems.append(Problem(column, "other_name", there[0].person.name))


def treat(judged: Judged, around: Around) -> None:
    """The therapist: staff in force of this practice, and not the viewer, nor anyone the viewer supervises."""
    address = judged.entry.therapist_email
    if not address:
        return
    there = [known for known in around.people.get(address, []) if known.treats]
    if len(there) != 1:
        judged.problems.append(Problem("therapist_email", "no_therapist"))
    elif there[0].person.pk == viewer().person_id:
        judged.problems.append(Problem("therapist_email", "own_team"))
    elif there[0].person.pk in around.led:
        judged.problems.append(Problem("therapist_email", "led"))
    else:
        judged.therapist = there[0].person


def judge_child(judged: Judged, born: date, around: Around) -> None:
    """Whether the birth date can be, and whether the child is here already."""
    today = viewer().moment.astimezone(around.practice.zone).date()
    if born > today:
        judged.problems.append(Problem("date_of_birth", "ahead"))
    elif born.year < today.year - OLDEST:
        judged.problems.append(Problem("date_of_birth", "long_ago"))
    elif (
        judged.entry.guardians
        and Child(practice=around.practice, date_of_birth=born).comes_of(around.practice.majority_age)
        <= viewer().moment
    ):
        judged.problems.append(Problem("date_of_birth", "of_age"))
    judged.known = around.children.get((alike(judged.entry.name), born))
    if judged.known and viewer().stands_in("barred", judged.known.pk):
        judged.problems.append(Problem("child_name", "own_family"))


# --- What waits, runs and is over ------------------------------------------------------------------------------------------


def tally(move: MoveIn) -> dict[str, int]:
    """How many of a file's rows are chosen, could be, and have something wrong."""
    rows = MoveInRow.objects.visible().filter(move=move)
    counts: dict[str, int] = rows.aggregate(
        rows=Count("pk"),
        chosen=Count("pk", filter=Q(chosen=True)),
        wrong=Count("pk", filter=~Q(problems=[])),
        doubtful=Count("pk", filter=~Q(caution="") & Q(problems=[])),
    )
    return counts


def waiting(practices: Iterable[int]) -> MoveIn | None:
    """The viewer's own upload that waits for a yes."""
    found: MoveIn | None = (
        MoveIn.objects.visible()
        .filter(uploaded_by_id=viewer().person_id, practice__in=practices, status=MoveInStatus.CHECKED)
        .order_by("-uploaded_at", "pk")
        .first()
    )
    return found


def judged_rows(practice: Practice, rows: list[Any]) -> list[tuple[Any, Judged]]:
    """Rows of a file with what would come of each."""
    entries = [entry_of(row.number, row.cells) for row in rows]
    around = look_around(practice, entries)
    return [(row, judge(entry, around)) for row, entry in zip(rows, entries, strict=True)]


def problems_in(row: MoveInRow) -> list[Problem]:
    """The problems a row was stored with."""
    return [Problem(*each) for each in row.problems]
