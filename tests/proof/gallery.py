"""A fixed set of worlds, side by side in one database, and what the oracle says about everyone in them.

A mutant is told apart when anyone, looking through it, reads, adds or changes what the oracle does not say.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from random import Random

from psycopg import Error

from accounts.visibility import guarded_models
from carebridge.lib.database import APP
from tests.oracle import Row, World, may_change, may_insert, read_world
from tests.oracle.reading_office import operates
from tests.proof import trials
from tests.proof.candidates import additions, alterations, every_alteration, misses, newcomers
from tests.proof.candidates_moving import every_tie
from tests.proof.candidates_on_purpose import on_purpose
from tests.proof.compare import Ids, believed, ids, wall_alone
from tests.proof.corners import corners
from tests.proof.mutations import Mutant
from tests.proof.statements import run, say
from tests.proof.worlds import Scene, build, check_deferred, moves_from

WORLDS, MOVES = 12, 140
PLACES = [
    *("person", "now", "practices", "member", "admin", "lead", "barred", "barred_people", "team", "therapist"),
    *("supervised", "family", "guardians", "own", "recipients", "young", "signers", "note_readers", "spans", "notes"),
    *("notes_if_opened", "withheld", "opened", "drafts", "taken_out", "to_review", "people", "known_rows"),
    *("known_people", "named_concerns", "named_about", "newcomers", "operator"),
]


@dataclass
class Looker:
    """One person in one of the worlds, and what the oracle says they may do."""

    number: str  # of the person, or empty: nobody
    moment: str
    reads: dict[str, set[str]]
    adds: dict[str, list[tuple[Row, bool]]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[str, list[tuple[Row, Row, bool]]] = field(default_factory=lambda: defaultdict(list))
    places: tuple[str, ...] = ()  # what the kernel as it is gives them
    operates: bool = False  # reads the practices of all worlds


def hang() -> list[Looker]:
    """Builds the worlds and asks the oracle. Needs a transaction that is rolled back afterwards."""
    lookers: list[Looker] = []
    before: set[tuple[str, object]] = set()
    for seed in range(WORLDS):
        scene = build(moves_from(seed, MOVES)) if seed else corners()
        every = read_world()
        own = World(
            {name: [row for row in rows if (name, row.pk) not in before] for name, rows in every.tables.items()}
        )
        before = {(row.model, row.pk) for row in every.rows(every.tables)}
        lookers += _lookers(scene, own, Random(seed))
    practices = {str(row.pk) for row in read_world().tables["Practice"]}
    for looker in lookers:
        if looker.operates:
            looker.reads["Practice"] = practices
        with entered(looker):
            looker.places = settings()
    check_deferred()  # a table with waiting keys takes no new policy
    say("ANALYZE")  # what other tests left of statistics would have the planner begin anywhere
    return lookers


def _lookers(scene: Scene, world: World, chance: Random) -> Iterator[Looker]:
    """Everyone of one world. Rows of the others are of other practices: nobody here reads them."""
    models = [model.__name__ for model in guarded_models()]
    for who, person in [*scene.people.items(), ("nobody", None)]:
        me = person.pk if person else None
        tries = 20 if who.startswith(("gone", "zoe", "full")) else 3  # what was theirs tempts them
        reads: dict[str, set[str]] = defaultdict(set)
        for model, key in believed(world, me, scene, models):
            reads[model].add(key)
        looker = Looker(str(me or ""), scene.now.isoformat(), reads, operates=operates(world, me or 0, scene.now))
        tried = [
            *additions(world, scene, chance, me or 0, tries),
            *misses(world, scene, chance, me),
            *newcomers(world, chance),
            *(on_purpose(world, scene, me) if me else ()),
            *(every_tie(world, scene, me) if me else ()),
        ]
        for row in tried:
            looker.adds[row.model].append((row, may_insert(world, me, row, scene.now)))
        changes = [
            *alterations(world, scene, chance, me or 0, 3),
            *(every_alteration(world, scene, chance, me) if me else ()),
        ]
        for old, new in changes:
            looker.changes[old.model].append((old, new, may_change(world, me, old, new, scene.now)))
        yield looker


# --- Looking -------------------------------------------------------------------------------------------------------------


@contextmanager
def entered(looker: Looker) -> Iterator[None]:
    """As the web process, with this person entered by the kernel as it is now."""
    say(f"SET LOCAL ROLE {APP}")
    run("SELECT authz.enter(NULLIF($1, '')::bigint, $2::timestamptz)", looker.number, looker.moment)
    try:
        yield
    finally:
        say("RESET ROLE")


def settings() -> tuple[str, ...]:
    """What the kernel has handed out."""
    (values,) = run(
        f"SELECT ARRAY[{', '.join(f"current_setting('app.{place}', true)" for place in PLACES)}]"
    ).fetchall()
    return tuple(values[0])


def same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two answers of the kernel say the same: the order of a list means nothing."""
    return all(_sorted(a) == _sorted(b) for a, b in zip(one, other, strict=True))


def _sorted(value: str) -> str:
    """A list in order; spans as they are."""
    is_list = value.startswith("{") and '"' not in value
    return ",".join(sorted(value.strip("{}").split(","))) if is_list else value


@cache
def handing_out(places: tuple[str, ...]) -> str:
    """A statement that hands out the same again, without resolving it."""
    return "SELECT " + ", ".join(
        f"set_config('app.{place}', $1::text[][{number}], true)".replace("[][", "[])[").replace("$1", "($1")
        for number, place in enumerate(places, start=1)
    )


def as_array(values: tuple[str, ...]) -> str:
    """A PostgreSQL array of texts."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def hand_out(looker: Looker) -> None:
    """The places the kernel as it is gives this person."""
    run(handing_out(tuple(PLACES)), as_array(looker.places))


# --- Telling apart ---------------------------------------------------------------------------------------------------------


@contextmanager
def installed(mutant: Mutant) -> Iterator[None]:
    """The mutant, for a while. What it breaks breaks for that while only."""
    say("SAVEPOINT mutant")
    try:
        say(mutant.sql)
        yield
    finally:
        say("ROLLBACK TO SAVEPOINT mutant; RELEASE SAVEPOINT mutant; RESET ROLE; SET CONSTRAINTS ALL DEFERRED")


def told_apart(mutant: Mutant, lookers: list[Looker]) -> bool:
    """Whether anyone notices; what raises while they look is noticed, too. (A policy that cannot be installed is not.)"""
    notices = _kernel_differs if not mutant.model else _rule_differs
    if mutant.verb == "practice":
        notices = _leaves_its_practices
    with installed(mutant):
        try:
            return notices(mutant, lookers)
        except Error:
            return True


def _leaves_its_practices(mutant: Mutant, lookers: list[Looker]) -> bool:
    """The second lock, tried with the first one open: every other rule stays within the viewer's practices by itself."""
    table = trials.model_of(mutant.model)._meta.db_table
    say(f"ALTER POLICY read ON {table} USING (true)")
    say(f"SET LOCAL ROLE {APP}")
    inside = "practice_id = ANY (NULLIF(current_setting('app.practices', true), '')::bigint[])"
    for looker in lookers:
        hand_out(looker)
        if run(f"SELECT FROM {table} WHERE ({inside}) IS NOT TRUE LIMIT 1").fetchone() is not None:
            return True
    return False


def _rule_differs(mutant: Mutant, lookers: list[Looker]) -> bool:
    say(f"SET LOCAL ROLE {APP}")
    for looker in lookers:
        hand_out(looker)
        if _differs(looker, mutant.model, mutant.verb):
            return True
    say("RESET ROLE")
    alone = {"read": _reads_alone_differ, "add": _adds_alone_differ}.get(mutant.verb)
    return bool(mutant.rule) and alone is not None and any(alone(mutant, looker) for looker in lookers)


def _differs(looker: Looker, model: str, verb: str) -> bool:
    if verb == "read":
        meta = trials.model_of(model)._meta
        found = {key for (key,) in run(f"SELECT {meta.pk.column}::text FROM {meta.db_table}").fetchall()}
        return found != looker.reads[model]
    if verb == "add":
        return any(_is_wrong(trials.try_to_add(row), oracle) for row, oracle in looker.adds[model])
    return any(_is_wrong(trials.try_to_change(old, new), oracle) for old, new, oracle in looker.changes[model])


def _is_wrong(outcome: str, oracle: bool) -> bool:
    return outcome != trials.DOUBLED and (outcome == trials.ALLOWED) is not oracle


def _reads_alone_differ(mutant: Mutant, looker: Looker) -> bool:
    """With the wall down: look-ups inside a rule are then not filtered by the policies of what they look into."""
    meta = trials.model_of(mutant.model)._meta
    hand_out(looker)
    found = {
        key for (key,) in run(f"SELECT {meta.pk.column}::text FROM {meta.db_table} WHERE {mutant.rule}").fetchall()
    }
    return found != looker.reads[mutant.model]


def _adds_alone_differ(mutant: Mutant, looker: Looker) -> bool:
    """Rules lean on keys in places, so the mutated rule is held against the rule as it is."""
    hand_out(looker)
    rows = [row for row, _ in looker.adds[mutant.model]]
    as_it_is = trials.allowed_by_rule(rows, trials.addition_rule)
    return as_it_is != trials.allowed_by_rule(rows, lambda name: trials.added_by(name, mutant.rule))


def _kernel_differs(mutant: Mutant, lookers: list[Looker]) -> bool:
    for looker in lookers:
        with entered(looker):
            if not same(settings(), looker.places) and _looks_different(looker):
                return True
    return False


def _looks_different(looker: Looker) -> bool:
    by_model: Ids = {(model, key) for model, keys in looker.reads.items() for key in keys}
    if ids(wall_alone()) != by_model:
        return True
    return any(_differs(looker, model, "add") for model in looker.adds) or any(
        _differs(looker, model, "change") for model in looker.changes
    )


def same_as_oracle(looker: Looker) -> bool:
    """Whether nothing is told apart when nothing was changed."""
    with entered(looker):
        return not _looks_different(looker)
