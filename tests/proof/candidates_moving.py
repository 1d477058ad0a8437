"""Rows an admin might add when children and families move in, each with one thing wrong, and changes of an uploaded file."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from uuid import uuid4

from tests.oracle import Row, World, may_insert, may_read
from tests.oracle.standing import is_barred
from tests.oracle.writing_circle import has_a_circle
from tests.proof.worlds import TICK, Scene

MOVING = ("Child", "CircleRow", "MoveIn", "MoveInRow", "Relationship")
TIES = [
    ("guardian", "full"), ("guardian", "informed"), ("guardian", "contributor"), ("guardian", "none"), ("helper", ""),
    ("young_person", ""), ("therapist", ""), ("therapist", ""), ("therapist", ""),
]  # fmt: skip
HOURS = 12  # ticks that short access lasts at most
MISSES: dict[str, tuple[str, ...]] = {
    "Child": ("practice",),
    "CircleRow": (
        "none", "helper", "young", "therapist", "past", "ahead", "ends", "short", "long", "short_ahead", "me", "other_child",
        "practice", "person", "colleague",
    ),
    "MoveIn": ("owner", "practice", "upload_ahead", "running", "finished", "started", "ended"),
    "MoveInRow": ("owner", "practice", "outcome", "other_file"),
    "Relationship": ("person", "other_row"),
}  # fmt: skip
CHANGES: dict[str, tuple[str, ...]] = {
    "MoveIn": ("status", "status", "owner", "to_me", "practice", "upload_ahead", "nothing"),
    "MoveInRow": ("chosen", "outcome", "owner", "practice", "other_file", "nothing"),
}


def sound(world: World, scene: Scene, chance: Random, model: str, me: int) -> Row | None:
    """What a worker or a page would write for this person."""
    jobs = [row.practice_id for row in world.where("Membership", "person_id", me)]
    practice = chance.choice(jobs or [row.pk for row in world.tables["Practice"]])
    key = uuid4()
    match model:
        case "Child":
            number = chance.randrange(10**9, 10**12)
            return world.tables["Child"][0].but(pk=number, id=number, public_id=uuid4(), practice_id=practice, name="n")
        case "CircleRow":
            there = [row for row in world.tables["Child"] if row.practice_id == practice] or world.tables["Child"]
            bare = [row for row in there if not has_a_circle(world, row.pk, scene.now)]
            child = chance.choice(bare if bare and chance.random() < 0.4 else there)
            role, authority = chance.choice(TIES)
            staff = [row.person_id for row in world.where("Membership", "practice_id", practice)]
            everyone = [row.pk for row in world.tables["Person"]]
            person = chance.choice(staff if role == "therapist" and staff else everyone)
            row = tied(child, person, role, authority, scene.now)
            if chance.random() < 0.3:
                return row.but(ends=scene.now + HOURS * TICK)
            return row.but(starts=scene.now + TICK) if chance.random() < 0.2 else row
        case "MoveIn":
            return Row(
                model=model, pk=key, id=key, practice_id=practice, uploaded_by_id=me, uploaded_at=scene.now, started_at=None,
                finished_at=None, status="checked", rows=1, to_do=0, done=0, children=0, people=0, linked=0, left_out=[],
            )  # fmt: skip
        case "MoveInRow":
            mine = world.where("MoveIn", "uploaded_by_id", me) or world.tables["MoveIn"]
            move = chance.choice(mine) if mine else None
            return move and Row(
                model=model, pk=key, id=key, practice_id=move.practice_id, move_id=move.pk, uploaded_by_id=me,
                number=chance.randrange(100, 10**6), cells={}, problems=[], caution="", twin_of=None, chosen=False, outcome="",
            )  # fmt: skip
    return next(iter(chance.sample(found, 1)), None) if (found := related(world, scene, practice)) else None


def tied(child: Row, person: int, role: str, authority: str, starts: datetime) -> Row:
    """A circle row."""
    return Row(
        model="CircleRow", pk=(key := uuid4()), id=key, practice_id=child.practice_id, child_id=child.pk, person_id=person,
        role=role, authority=authority, household="", starts=starts, ends=None,
    )  # fmt: skip


def related(world: World, scene: Scene, practice: int) -> list[Row]:
    """A relationship for every circle row of the practice that has none."""
    taken = {row.circle_row_id for row in world.tables["Relationship"]}
    bare = [row for row in world.where("CircleRow", "practice_id", practice) if row.pk not in taken]
    return [
        Row(
            model="Relationship", pk=(key := uuid4()), id=key, practice_id=tie.practice_id, child_id=tie.child_id,
            circle_row_id=tie.pk, person_id=tie.person_id, words="kin",
        )
        for tie in bare
    ]  # fmt: skip


def spoiled(world: World, scene: Scene, chance: Random, row: Row, how: str, me: int) -> Row | None:
    """The same row with one thing wrong."""
    people, now = world.tables["Person"], scene.now
    match how:
        case "practice":
            return row.but(practice_id=chance.choice(world.tables["Practice"]).pk)
        case "to_me":
            return row.but(uploaded_by_id=me)
        case "owner":
            return row.but(uploaded_by_id=chance.choice(people).pk)
        case "person":
            return row.but(person_id=chance.choice(people).pk)
        case "me":
            return row.but(person_id=me)
        case "none":
            return row.but(role="guardian", authority="none")
        case "helper" | "young":
            return row.but(role="helper" if how == "helper" else "young_person", authority="")
        case "past" | "ahead":
            return row.but(starts=now + (TICK if how == "ahead" else -TICK))
        case "ends":
            return row.but(ends=now + 2 * TICK)
        case "short" | "long" | "short_ahead":
            starts = now + TICK if how == "short_ahead" else now
            return row.but(starts=starts, ends=now + (HOURS + (how == "long")) * TICK)
        case "therapist":
            return row.but(role="therapist", authority="")
        case "colleague":
            jobs = world.where("Membership", "practice_id", row.practice_id)
            return row.but(person_id=chance.choice(jobs).person_id) if jobs else None
        case "other_child":
            child = chance.choice(world.tables["Child"])
            return row.but(child_id=child.pk, practice_id=child.practice_id)
        case "upload_ahead":
            return row.but(uploaded_at=now + TICK)
        case "running" | "finished":
            return row.but(status=how)
        case "started" | "ended":
            return row.but(**{"started_at" if how == "started" else "finished_at": now})
        case "outcome":
            return row.but(outcome="made")
        case "other_file":
            return row.but(move_id=chance.choice(world.tables["MoveIn"]).pk)
        case "other_row":
            ties = [tie for tie in world.tables["CircleRow"] if tie.child_id == row.child_id]
            return row.but(circle_row_id=chance.choice(ties).pk) if ties else None
        case "status":
            return row.but(status=chance.choice(["running", "finished", "discarded"]))
        case "chosen":
            return row.but(chosen=not row.chosen)
    return row.but()


def moving_in(world: World, scene: Scene, chance: Random, me: int, per_model: int) -> Iterator[Row]:
    """Of each model a few, about half of them sound."""
    for model in MOVING:
        for number in range(per_model):
            row = sound(world, scene, chance, model, me)
            if row is None:
                break
            yield spoiled(world, scene, chance, row, chance.choice(MISSES[model]), me) or row if number % 2 else row


def near_misses(world: World, scene: Scene, chance: Random, me: int) -> Iterator[Row]:
    """Of each model one this person may add, if one is found soon, with every near miss of it."""
    for model in MOVING:
        found = (sound(world, scene, chance, model, me) for _ in range(12))
        row = next((row for row in found if row and may_insert(world, me, row, scene.now)), None)
        if row:
            yield row
            yield from filter(None, (spoiled(world, scene, chance, row, how, me) for how in MISSES[model]))


def every_tie(world: World, scene: Scene, me: int) -> Iterator[Row]:
    """Everyone who works anywhere as therapist, oneself and a few others as guardian, to a child without a circle, to those one
    is barred from and to those one treats, for admins, leads and therapists, whenever that is; some of it for hours; for all
    staff every relationship there could be."""
    roles = {"admin", "safeguarding_lead"}
    jobs = {row.practice_id for row in world.where("Membership", "person_id", me) if row.role in roles}
    treated = {row.child_id for row in world.where("CircleRow", "person_id", me) if row.role == "therapist"}
    jobs |= {world.one("Child", child).practice_id for child in treated}
    staff = sorted({row.person_id for row in world.tables["Membership"]})
    others = [me, *(row.pk for row in world.tables["Person"] if row.pk not in staff)][:12]
    for practice in sorted(jobs):
        bare = [
            row for row in world.where("Child", "practice_id", practice) if not has_a_circle(world, row.pk, scene.now)
        ]
        own = [
            world.one("Child", child) for child in sorted(treated) if world.one("Child", child).practice_id == practice
        ]
        for child in bare[:1] + own[:1] + [row for row in bare[1:] if is_barred(world, me, row.pk, scene.now)]:
            rows = [tied(child, person, "therapist", "", scene.now) for person in [*staff, *others[:3]]]
            yield from rows
            yield from (row.but(ends=scene.now + HOURS * TICK) for row in rows)
            yield from (row.but(ends=scene.now + (HOURS + 1) * TICK) for row in rows[:4])
            yield from (tied(child, person, "guardian", "full", scene.now) for person in others)
            yield from (tied(child, person, "helper", "", scene.now) for person in staff)
    for practice in sorted({row.practice_id for row in world.where("Membership", "person_id", me)}):
        yield from related(world, scene, practice)


def changed_files(world: World, scene: Scene, chance: Random, me: int, per_model: int) -> Iterator[tuple[Row, Row]]:
    """Changes of a file and its rows: (as it is, as it would be)."""
    for model, ways in CHANGES.items():
        rows = world.tables[model]
        mine = [row for row in rows if row.uploaded_by_id == me]
        for _ in range(per_model if rows else 0):
            old = chance.choice(mine if mine and chance.random() < 0.7 else rows)
            yield old, read(spoiled(world, scene, chance, old, chance.choice(ways), me) or old)


def every_change_of_files(world: World, scene: Scene, chance: Random, me: int) -> Iterator[tuple[Row, Row]]:
    """Every kind of change of every file that can be read, and of its rows."""
    for model, ways in CHANGES.items():
        for old in [row for row in world.tables[model] if may_read(world, me, row, scene.now)][:24]:
            for how in dict.fromkeys(ways):
                yield old, read(spoiled(world, scene, chance, old, how, me) or old)


def read(row: Row) -> Row:
    """The row with its JSON as values: a world holds it as text."""
    return row.but(left_out=[]) if row.model == "MoveIn" else row.but(cells={}, problems=[])
