"""Making the children and families of a file, batch by batch. A worker acts as whoever started it, and may what they may."""

import logging
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F

from accounts import audit
from accounts.definers import forget_moves, welcome
from accounts.enums import CircleRole, MoveInStatus
from accounts.models import Child, CircleRow, MoveIn, MoveInRow, Person, Practice, Relationship
from accounts.move_in_columns import Guardian, alike, entry_of
from accounts.move_in_reads import Around, Judged, Known, judge, look_around
from accounts.visibility import acting_as, viewer

BATCH = 50  # rows in one transaction: what a killed worker does again
MADE = "made"
log = logging.getLogger(__name__)


@dataclass
class Made:
    """What came of a batch. `shown`: random ids of the children and circle rows made."""

    outcomes: dict[UUID, str] = field(default_factory=dict)
    people: int = 0
    linked: int = 0
    shown: list[UUID] = field(default_factory=list)

    @property
    def children(self) -> int:
        """How many were made."""
        return sum(outcome == MADE for outcome in self.outcomes.values())


def carry_on(*, move: UUID, person: int, batch: int = BATCH) -> bool:
    """Bring in the next rows of a started file, acting as the person who started it. Returns whether there may be more.

    A row's children, people and ties, its outcome, and the counts are one transaction: a worker that dies has done nothing
    of its batch, and the next one finds every row either made or still to do. A second worker passes on: the first holds the
    file. Someone who is no admin any more brings nothing in.
    """
    with acting_as(person):
        found = MoveIn.objects.visible().select_for_update(skip_locked=True)
        under_way = found.filter(pk=move, uploaded_by_id=person, status=MoveInStatus.RUNNING).first()
        if under_way is None:
            return False
        practice = Practice.objects.visible().get(pk=under_way.practice_id)
        rows = list(MoveInRow.objects.visible().filter(move=move, chosen=True, outcome="").order_by("number")[:batch])
        made = make(practice, rows)
        keep(under_way, made)
        if len(rows) < batch:
            finish(under_way)
        return len(rows) == batch


def make(practice: Practice, rows: list[MoveInRow]) -> Made:
    """Each row in a savepoint of its own: one that the database refuses is left out and the others go on."""
    made = Made()
    entries = [entry_of(row.number, row.cells) for row in rows]
    around = look_around(practice, entries)
    for row, entry in zip(rows, entries, strict=True):  # each beside what the rows before it made
        judged = judge(entry, around)
        made.outcomes[row.pk] = why_not(row, judged) or make_one(judged, around, made)
    return made


def why_not(row: MoveInRow, judged: Judged) -> str:
    """What speaks against the row now and did not when it was chosen; empty when nothing does."""
    if judged.problems:
        return "changed"
    return "" if row.caution else judged.caution


def make_one(judged: Judged, around: Around, made: Made) -> str:
    """A child and the people around it, all of them or none; the outcome."""
    try:
        with transaction.atomic():
            child, ties, new = make_child(judged, around.practice)
    except DatabaseError as refused:  # its words would quote names
        log.warning("A row of a file was refused: %s", type(refused).__name__)
        return "failed"
    entry = judged.entry
    around.children[alike(entry.name), child.date_of_birth] = child
    for guardian, number in new:
        if guardian.email:
            person = Person(account_id=number, name=guardian.name)
            around.people.setdefault(guardian.email, []).append(Known(person, frozenset()))
    made.people += len(new)
    made.linked += len(entry.guardians) - len(new)
    made.shown += [child.public_id, *(row.pk for row in ties)]
    return MADE


def make_child(judged: Judged, practice: Practice) -> tuple[Child, list[CircleRow], list[tuple[Guardian, int]]]:
    """The card, its circle from this moment on, and who of it is new. No e-mail is sent and nobody can sign in by it."""
    entry, ties = judged.entry, list[CircleRow]()
    assert entry.born  # a row without one has a problem
    child: Child = Child.objects.create(
        practice=practice, name=entry.name, date_of_birth=entry.born, pronouns=entry.pronouns, about_me=entry.about_me
    )
    new: list[tuple[Guardian, int]] = []
    for guardian in entry.guardians:
        known = judged.links.get(guardian.seat)
        if known is None:
            number = welcome(practice, name=guardian.name, email=guardian.email, phone=guardian.phone)
            new.append((guardian, number))
        ties.append(tie_guardian(child, guardian, known.person.pk if known else number))
    if judged.therapist:
        ties.append(tie(child, judged.therapist.pk, CircleRole.THERAPIST))
    return child, ties, new


def tie_guardian(child: Child, guardian: Guardian, person: int) -> CircleRow:
    """A guardian's row, and what they are to the child if the file says it."""
    row = tie(child, person, CircleRole.GUARDIAN, authority=guardian.authority, household=guardian.household)
    if guardian.relationship:
        about = {"practice_id": child.practice_id, "child_id": child.pk, "person_id": person}
        Relationship.objects.create(circle_row_id=row.pk, words=guardian.relationship, **about)
    return row


def tie(child: Child, person: int, role: str, **more: Any) -> CircleRow:
    """A circle row from this moment on: it opens no older one."""
    row: CircleRow = CircleRow.objects.create(
        practice_id=child.practice_id, child_id=child.pk, person_id=person, role=role, starts=viewer().moment, **more
    )
    return row


def keep(move: MoveIn, made: Made) -> None:
    """The rows' outcomes, the counts, and one row of the trail with the ids of what was made."""
    for outcome in set(made.outcomes.values()):
        keys = [key for key, each in made.outcomes.items() if each == outcome]
        MoveInRow.objects.filter(pk__in=keys, outcome="").update(outcome=outcome)
    MoveIn.objects.filter(pk=move.pk).update(
        done=F("done") + len(made.outcomes), children=F("children") + made.children, people=F("people") + made.people,
        linked=F("linked") + made.linked,
    )  # fmt: skip
    if made.shown:
        counts = {"children": made.children, "people": made.people, "linked": made.linked}
        audit.record("move_in_batch", practices=[move.practice_id], shown=[move.pk, *made.shown], data=counts)


def finish(move: MoveIn) -> None:
    """It is over: its rows are deleted; which of them made no child, and why, stays by number."""
    rows = MoveInRow.objects.visible().filter(move=move).exclude(outcome=MADE).order_by("number")
    left_out = [[row.number, reason(row)] for row in rows.iterator()]
    now = viewer().moment
    MoveIn.objects.filter(pk=move.pk).update(status=MoveInStatus.FINISHED, finished_at=now, left_out=left_out)
    over = MoveIn.objects.visible().get(pk=move.pk)
    counts = {name: getattr(over, name) for name in ("rows", "children", "people", "linked")}
    audit.record("move_in_finished", practices=[move.practice_id], shown=[move.pk], data=counts)
    forget_moves(now)


def reason(row: MoveInRow) -> str:
    """Why a row made no child, as a code."""
    if row.outcome:
        return row.outcome
    if row.problems:
        code: str = row.problems[0][1]
        return code
    return row.caution or "unchosen"
