"""Puts rule, wall and oracle side by side for one scene, counts the decisions, and says where they differ."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import Any

from django.db import transaction

from accounts.models import Person
from accounts.visibility import guarded_models
from tests.harness import viewing
from tests.oracle import Row, World, may_change, may_insert, read_world
from tests.oracle.standing import standing_only_in
from tests.proof import trials
from tests.proof.candidates import additions, alterations, misses
from tests.proof.candidates_on_purpose import offers
from tests.proof.compare import Ids, believed, ids, rule_alone, wall_alone
from tests.proof.worlds import START, TICK, Scene

READ, ADD, CHANGE = "read", "add", "change"


@dataclass
class Tally:
    """Decisions by verb and model, and those that were a yes."""

    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    yes: Counter[tuple[str, str]] = field(default_factory=Counter)
    differ: list[str] = field(default_factory=list)

    @property
    def decisions(self) -> int:
        """How many questions rule, wall and oracle were all asked."""
        return self.asked.total()

    def table(self) -> str:
        """One line per model: yes of asked, for each verb."""
        models = sorted({model for _, model in self.asked})
        lines = [
            f"{model:14}"
            + "".join(f"{self.yes[verb, model]:8} of {self.asked[verb, model]:7}" for verb in (READ, ADD, CHANGE))
            for model in models
        ]
        return "\n".join([f"{'':14}{'read':>19}{'add':>19}{'change':>19}", *lines])


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def everyone(scene: Scene) -> list[tuple[str, Person | None]]:
    """The cast, and nobody."""
    return [*scene.people.items(), ("nobody", None)]


def judge(scene: Scene, tally: Tally, chance: Random) -> None:
    """Asks all three about every row, and about some additions and changes, for everyone."""
    world = read_world()
    models = [model.__name__ for model in guarded_models()]
    rows = world.rows(models)
    for who, person in everyone(scene):
        me = person.pk if person else None
        added = list(additions(world, scene, chance, me or 0, 1))
        added += misses(world, scene, chance, me) if who == "zoe" else []  # to whom the corners offer most
        added += islice(offers(world, scene, me), 4) if me else []  # which chance seldom makes
        changed = list(alterations(world, scene, chance, me or 0, 2))
        with viewing(person, scene.now, as_role=None):
            by_rule = ids(rule_alone())
            rule_adds = trials.allowed_by_rule(added, trials.addition_rule)
            rule_changes = trials.allowed_by_rule([new for _, new in changed], trials.change_rule)
        with viewing(person, scene.now):
            by_wall = ids(wall_alone())
            wall_adds = [trials.try_to_add(row) for row in added]
            wall_changes = [trials.try_to_change(old, new) for old, new in changed]
        by_oracle = believed(world, me, scene, models)
        for row in rows:
            tally.asked[READ, row.model] += 1
        for model, _ in by_oracle:
            tally.yes[READ, model] += 1
        tally.differ += _reading(world, scene, who, by_rule, by_wall, by_oracle)
        if person:
            standing_alone(scene, world, who, person, tally)
        for row, rule, wall in zip(added, rule_adds, wall_adds, strict=True):
            tally.differ += _writing(tally, ADD, scene, who, row, rule, wall, may_insert(world, me, row, scene.now))
        for (old, row), rule, wall in zip(changed, rule_changes, wall_changes, strict=True):
            oracle = may_change(world, me, old, row, scene.now)
            tally.differ += _writing(tally, CHANGE, scene, who, row, rule, wall, oracle)


def standing_alone(scene: Scene, world: World, who: str, person: Person, tally: Tally) -> None:
    """What somebody with a place in several practices reads who chose one of them."""
    models = [model.__name__ for model in guarded_models()]
    places = {
        row.practice_id for model in ("Membership", "CircleRow") for row in world.where(model, "person_id", person.pk)
    }
    for practice in sorted(places) if len(places) > 1 else ():
        with viewing(person, scene.now, as_role=None, only=practice):
            by_rule = ids(rule_alone())
        with viewing(person, scene.now, only=practice):
            by_wall = ids(wall_alone())
        by_oracle = believed(standing_only_in(world, person.pk, practice), person.pk, scene, models)
        for row in world.rows(models):
            tally.asked[READ, row.model] += 1
        tally.yes.update((READ, model) for model, _ in by_oracle)
        name = f"{who}, in {'near' if practice == scene.practices[0].pk else 'far'} alone,"
        tally.differ += _reading(world, scene, name, by_rule, by_wall, by_oracle)


def _reading(world: World, scene: Scene, who: str, rule: Ids, wall: Ids, oracle: Ids) -> Iterator[str]:
    for model, key in sorted((rule | wall | oracle) - (rule & wall & oracle)):
        row = next(row for row in world.tables[model] if str(row.pk) == key)
        found = [(model, key) in each for each in (rule, wall, oracle)]
        yield f"{who} reads {told(row, scene)}: rule {found[0]}, wall {found[1]}, oracle {found[2]}"


def _writing(
    tally: Tally, verb: str, scene: Scene, who: str, row: Row, rule: bool, wall: str, oracle: bool
) -> Iterator[str]:
    if wall == trials.DOUBLED:
        return
    tally.asked[verb, row.model] += 1
    tally.yes[verb, row.model] += oracle
    by_rule = oracle if wall == trials.HELD else rule  # the rule leans on that key or trigger
    if not (by_rule == oracle == (wall == trials.ALLOWED)):
        yield f"{who} {verb}s {told(row, scene)}: rule {rule}, wall {wall}, oracle {oracle}"


def told(row: Row, scene: Scene) -> str:
    """A row in a line; moments as ticks."""

    def short(value: Any) -> Any:
        return f"tick {(value - START) / TICK:g}" if hasattr(value, "tzinfo") and hasattr(value, "date") else value

    values: Iterable[tuple[str, Any]] = row.__dict__.items()
    shown = {name: short(value) for name, value in values if value not in (None, "") and name not in {"model", "id"}}
    return f"{row.model} {shown} at tick {scene.now_tick}"
