"""A file that moves children and families in: taken, chosen from, started or put aside. Nobody is made here (moving.py)."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.enums import MoveInCaution, MoveInStatus
from accounts.models import MoveIn, MoveInRow, Practice
from accounts.move_in_columns import Entry, Problem, alike, cells_of, entry_of, problems_of
from accounts.move_in_reads import Judged, judge, look_around
from accounts.visibility import viewer
from carebridge.lib.tables import Line


class Over(Exception):
    """The file waits no longer: it was started, put aside or forgotten."""


class Busy(Exception):
    """Another file of the practice is being brought in."""


class NothingChosen(Exception):
    """No row is chosen."""


@transaction.atomic
def take(*, practice: Practice, lines: Sequence[Line]) -> MoveIn:
    """Check every row and keep the file until it is started, replaced or a day old. An earlier one of the viewer's that
    waits is put aside: a corrected file takes its place, and so does the same file sent twice."""
    me = viewer()
    for waiting in MoveIn.objects.visible().filter(
        practice=practice, uploaded_by_id=me.person_id, status=MoveInStatus.CHECKED
    ):
        discard(move=waiting)
    kept = [cells_of(line) for line in lines]
    entries = [entry_of(line.number, cells) for line, cells in zip(lines, kept, strict=True)]
    for line, entry in zip(lines, entries, strict=True):
        entry.problems[:0] = problems_of(line)
    two_names_at_one_address(entries)
    first, around = first_of_each_child(entries), look_around(practice, entries)
    move: MoveIn = MoveIn.objects.create(
        practice=practice, uploaded_by_id=me.person_id, uploaded_at=me.moment, rows=len(lines)
    )
    rows = [row_of(move, cells, judge(entry, around), first) for cells, entry in zip(kept, entries, strict=True)]
    MoveInRow.objects.bulk_create(rows, batch_size=500)
    wrong = sum(bool(row.problems) for row in rows)
    audit.record("move_in_uploaded", practices=[practice.pk], shown=[move.pk], data={"rows": len(rows), "wrong": wrong})
    return move


def row_of(move: MoveIn, cells: Mapping[str, str], judged: Judged, first: Mapping[tuple[str, str], int]) -> MoveInRow:
    """A row as it is kept; chosen unless something speaks against it."""
    entry = judged.entry
    twin_of = first.get(child_key(entry))
    twin = twin_of is not None and twin_of != entry.number
    caution = judged.caution or (MoveInCaution.TWIN if twin else "")
    return MoveInRow(
        practice_id=move.practice_id, move=move, uploaded_by_id=move.uploaded_by_id, number=entry.number, cells=dict(cells),
        problems=[[problem.column, problem.code, problem.detail] for problem in judged.problems],
        caution=caution, twin_of=twin_of if twin else None, chosen=not judged.problems and not caution,
    )  # fmt: skip


def child_key(entry: Entry) -> tuple[str, str]:
    """What makes two rows the same child."""
    return alike(entry.name), entry.born.isoformat() if entry.born else ""


def first_of_each_child(entries: Sequence[Entry]) -> dict[tuple[str, str], int]:
    """The number of the first row of each child that can be told."""
    first: dict[tuple[str, str], int] = {}
    for entry in entries:
        if entry.name and entry.born:
            first.setdefault(child_key(entry), entry.number)
    return first


def two_names_at_one_address(entries: Sequence[Entry]) -> None:
    """A later row that gives an address to somebody else is a mistake: one of the two would read the other's child."""
    first: dict[str, tuple[str, int]] = {}
    for entry in entries:
        for guardian in (one for one in entry.guardians if one.email):
            name, number = first.setdefault(guardian.email, (alike(guardian.name), entry.number))
            if name != alike(guardian.name) and number != entry.number:
                entry.problems.append(Problem(f"{guardian.seat}_email", "file_name", str(number)))


# --- While it waits ------------------------------------------------------------------------------------------------------


def held(move: MoveIn) -> MoveIn:
    """The file, locked until the transaction ends. Raises Over when it waits no longer."""
    found: MoveIn | None = (
        MoveIn.objects.visible()
        .select_for_update()
        .filter(pk=move.pk, uploaded_by_id=viewer().person_id, status=MoveInStatus.CHECKED)
        .first()
    )
    if found is None:
        raise Over
    return found


@transaction.atomic
def choose(*, move: MoveIn, shown: Sequence[int], chosen: Sequence[int]) -> None:
    """Of the rows with these numbers, bring in those chosen and leave out the others. A row with something wrong stays out.

    Raises Over.
    """
    held(move)
    rows = MoveInRow.objects.visible().filter(move=move, number__in=shown, problems=[])
    rows.filter(number__in=chosen).update(chosen=True)
    rows.exclude(number__in=chosen).update(chosen=False)


@transaction.atomic
def start(*, move: MoveIn) -> None:
    """Say yes: from now on a worker brings the chosen rows in. Raises Over (also the second time), Busy, NothingChosen."""
    move, me = held(move), viewer()
    to_do = MoveInRow.objects.visible().filter(move=move, chosen=True).count()
    if not to_do:
        raise NothingChosen
    try:
        with transaction.atomic():
            MoveIn.objects.filter(pk=move.pk).update(status=MoveInStatus.RUNNING, started_at=me.moment, to_do=to_do)
    except IntegrityError:
        raise Busy from None
    audit.record("move_in_started", practices=[move.practice_id], shown=[move.pk], data={"rows": to_do})


@transaction.atomic
def discard(*, move: MoveIn) -> None:
    """Put a file aside before anything was made of it; its rows are deleted with the worker's next round. Raises Over."""
    move = held(move)
    MoveIn.objects.filter(pk=move.pk).update(status=MoveInStatus.DISCARDED, finished_at=viewer().moment)
    audit.record("move_in_discarded", practices=[move.practice_id], shown=[move.pk])
