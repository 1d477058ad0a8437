"""Load, export, load is the same practice, and each person reads in it what they read before."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import CircleRow, Membership, Practice, Supervision
from accounts.visibility import guarded_models
from carebridge.bundles.telling import STAYS
from sessions_log.models import ProcessNote, Summary, Wish
from tests import people
from tests.carebridge import bundles, fernhill, sameness
from tests.carebridge.bundles import SKIP, Json
from tests.carebridge.exporting import (
    TOM,
    all_process_notes,
    export_to,
    load,
    rich_world,
    undone,
)
from tests.carebridge.sameness import Held
from tests.proof import moves
from tests.proof.worlds import TICK, Nothing, Scene, build, moves_from

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "operator_here")]


def check_move(make: Callable[[], Practice], file: Path, asking: Callable[[], dict[str, Any]] = dict) -> None:
    """A practice is made, written and gone; loaded into the empty database, it is the same, for each who reads in it, and
    gives the same file again. `asking`: the options that ask for process notes, while there are people to name."""
    with undone():
        practice = make()
        with connection.cursor() as cursor:  # as at the end of the transactions in which all of it happened
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        ref, held = practice.ref, Held()
        holds, readable = held.practice(practice), held.readable(practice, timezone.now())
        export_to(file, ref, **asking())
    assert set(holds) == set(sameness.MOVED)
    load(file, dry_run=True)
    load(file)
    practice, held = Practice.objects.get(ref=ref), Held()
    holds_now, readable_now = held.practice(practice), held.readable(practice, timezone.now())
    for name, rows in holds.items():
        assert holds_now[name] == rows, name
    assert readable_now.keys() == readable.keys()
    for who, seen in readable.items():
        assert readable_now[who] == seen, who
    again = file.with_name("again.json")
    export_to(again, ref, **asking())
    assert again.read_bytes() == file.read_bytes()


def from_file(make: Callable[[], Json], folder: Path) -> Callable[[], Practice]:
    """A practice made from a bundle."""

    def practice() -> Practice:
        file = folder / "first.json"
        bundle = make()
        file.write_text(json.dumps(bundle))
        load(file, skip=SKIP)
        return Practice.objects.get(ref=bundle["practice"]["ref"])

    return practice


def test_every_model_and_column_is_known_to_move_or_to_stay() -> None:
    """A new one is in neither list, and stops here until someone has decided."""
    assert set(STAYS) | set(sameness.MOVED) == {"Account", *(model.__name__ for model in guarded_models())}
    for model in sameness.compared():
        moved, left = set(sameness.MOVED[model.__name__].split()), sameness.left_of(model)
        assert moved | left == sameness.columns_of(model), model.__name__
        assert not moved & left, model.__name__


@pytest.mark.parametrize("make", [bundles.willow, bundles.full, bundles.everything])
def test_a_practice_from_a_file_moves(tmp_path: Path, out: Path, make: Callable[[], Json]) -> None:
    check_move(from_file(make, tmp_path), out, lambda: {"process_notes_of": [TOM], "by": TOM})


def test_the_demo_practice_moves(tmp_path: Path, out: Path) -> None:
    """As it is at noon, with the process notes of everyone who wrote one."""
    addresses = {person["ref"]: person["email"] for person in fernhill.bundle()["people"] if "email" in person}
    notes = [note for session in fernhill.bundle()["sessions"] for note in session.get("notes", [])]
    authors = {addresses[note["author"]] for note in notes if note["kind"] == "process"}
    asking = {"process_notes_of": sorted(authors), "by": addresses["grace"], "second": addresses["marta"]}
    make = from_file(lambda: fernhill.bundle(people.NOON.astimezone(fernhill.ZONE)), tmp_path)
    check_move(make, out, lambda: asking)


def test_no_column_of_everything_is_empty_throughout(tmp_path: Path) -> None:
    """So that the comparison above leaves nothing out."""
    practice = from_file(bundles.everything, tmp_path)()
    empty = {
        f"{name}.{column}"
        for name, rows in Held().practice(practice).items()
        for column in sameness.MOVED[name].split()
        if all(dict(row)[column] in (None, "", "[]", (), False) for row in rows)
    }
    assert empty == set()


def test_the_richest_world_moves(out: Path) -> None:
    check_move(lambda: rich_world().cast.practice, out, all_process_notes)


@pytest.mark.parametrize("seed", [1, 2])
def test_worlds_that_nobody_thought_of_move(out: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Without process notes, and what a file may not hold: a young person who is a guardian or of two children, people in
    another wish, a later answer from before the first."""
    ties = [tie for tie in moves.TIES if tie[0] != "young_person"]
    monkeypatch.setattr(moves, "TIES", ties)
    add = Scene.add

    def add_as_told(scene: Scene, model: Any, **values: Any) -> Any:
        if model is Wish and values["kind"] != "not_to":
            values["not_to"] = []
        if model is Wish and "replaces" in values:
            values["recorded_at"] = values["replaces"].recorded_at
        if model is CircleRow and values["role"] == "guardian" and values["person"].name in {"kid", "yan"}:
            raise Nothing
        return add(scene, model, **values)

    monkeypatch.setattr(Scene, "add", add_as_told)

    def make() -> Practice:
        scene = build(moves_from(seed, 250))
        near, far = scene.practices
        for model in (CircleRow, Membership, Supervision):  # through these people learn names elsewhere
            model.objects.filter(practice=far).update(ends=F("starts") + TICK)
        ProcessNote.objects.all().delete()
        for summary in Summary.objects.filter(practice=near, wishes=None):
            said = {"recorded_by": summary.author, "recorded_at": summary.written_at, "error_at": summary.error_at}
            Wish.objects.create(practice=near, child=summary.child, summary=summary, kind="not_asked", **said)
        return near

    with time_machine.travel(people.NOON.replace(year=2031), tick=False):
        check_move(make, out, dict)
