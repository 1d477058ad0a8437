"""Rule alone = wall alone = oracle, for reading, adding and changing, over worlds that Hypothesis makes.

`make test` asks at least 500,000 questions, `make proof` (CAREBRIDGE_PROOF=1) a million; the same ones each time.
"""

import os
from datetime import date
from random import Random

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.visibility import guarded_models
from tests import oracle
from tests.oracle.standing import comes_of
from tests.proof import candidates_moving, candidates_office
from tests.proof.candidates import CHANGES, SHAPES
from tests.proof.candidates_moving import MOVING
from tests.proof.candidates_office import OFFICE
from tests.proof.corners import corners
from tests.proof.judge import ADD, CHANGE, READ, Tally, judge, undone
from tests.proof.moves import WEIGHTED
from tests.proof.worlds import LARGEST, NUMBERS, Move, build, moves_from

FULL = os.environ.get("CAREBRIDGE_PROOF") == "1"
EXAMPLES, DECISIONS = (70, 1_000_000) if FULL else (10, 500_000)
MOVES = 60

pytestmark = [pytest.mark.proof, pytest.mark.django_db]

one_move = st.builds(
    Move,
    name=st.sampled_from(WEIGHTED),
    numbers=st.tuples(*[st.integers(0, LARGEST)] * NUMBERS),
)
# Fixed places for moves, each of which may stay empty: long by nature, and each shrinks to nothing by itself.
some_moves = st.tuples(*[st.none() | one_move] * MOVES)


def test_the_oracle_knows_every_guarded_model() -> None:
    assert set(oracle.READ) == {model.__name__ for model in guarded_models()}
    assert set(oracle.INSERT) == {*SHAPES, *MOVING, *OFFICE, "AuditEvent"}
    assert set(oracle.CHANGE) == {*CHANGES, *candidates_moving.CHANGES, *candidates_office.CHANGES}


BIRTHS = [
    date(2012, 2, 28),
    date(2012, 2, 29),
    date(2012, 3, 1),
    date(2011, 2, 28),
    date(2010, 12, 31),
    date(2000, 2, 29),
]
ZONES = ["America/New_York", "Pacific/Auckland", "Europe/Berlin", "UTC", "Africa/Cairo", "America/Havana"]


@pytest.mark.parametrize("zone", ZONES)
def test_age_comes_at_the_same_moment(zone: str) -> None:
    for born in BIRTHS:
        for years in range(12, 22):
            card = oracle.Row(model="Child", pk=1, practice_id=1, date_of_birth=born)
            practice = oracle.Row(model="Practice", pk=1, time_zone=zone, years=years)
            world = oracle.World({"Child": [card], "Practice": [practice]})
            with connection.cursor() as cursor:
                cursor.execute("SELECT authz.majority(%s::date, %s::int, %s::text)", [born, years, zone])
                assert cursor.fetchone() == (comes_of(world, 1, "years"),), (born, years)


def judge_world(moves: list[Move], tally: Tally) -> None:
    """The world half-way and at its end."""
    chance = Random(repr(moves))
    for some in (moves[: len(moves) // 2], moves):
        with undone():
            judge(build(some), tally, chance)
        assert not tally.differ, "\n".join(tally.differ[:5])


def test_rule_alone_is_wall_alone_is_the_oracle(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        print_blob=False,
    )
    @given(some_moves)
    def agree(moves: tuple[Move | None, ...]) -> None:
        tally.differ.clear()
        judge_world([move for move in moves if move], tally)

    for seed in range(EXAMPLES // 2):  # and worlds in which everything happens at least once
        judge_world(moves_from(seed, 2 * MOVES), tally)
    agree()
    with undone():
        judge(corners(), tally, Random(0))
    assert not tally.differ, "\n".join(tally.differ[:5])
    with capsys.disabled():
        print(f"\nrule = wall = oracle: {tally.decisions} decisions, {tally.yes.total()} of them yes\n{tally.table()}")
    assert tally.decisions >= DECISIONS
    for verb, models in ((READ, oracle.READ), (ADD, oracle.INSERT), (CHANGE, oracle.CHANGE)):
        for model in models:  # there is always data that could leak, and always someone who may
            asked, yes = tally.asked[verb, model], tally.yes[verb, model]
            assert 0 < yes < asked, f"{verb} {model}: {yes} yes of {asked}"
