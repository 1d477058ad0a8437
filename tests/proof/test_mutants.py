"""A kernel with any one sentence changed is told apart by the worlds of the gallery, or is listed with the reason why not.

`make test` tries every 16th mutant, `make proof` (CAREBRIDGE_PROOF=1) all of them; of the functions for moving in, which are
quickly asked, both try all, and none is equivalent.
"""

import os

import pytest

from tests.people import Willow
from tests.proof import deciding
from tests.proof.equivalent import BEGINNINGS, EQUIVALENT, reason
from tests.proof.gallery import hang, same_as_oracle, told_apart
from tests.proof.moving_in import answers_differ, small, wrong_answers
from tests.proof.mutations import deciding_mutants, moving_mutants, rule_mutants, sql_mutants

FULL = os.environ.get("CAREBRIDGE_PROOF") == "1"
EVERY = 1 if FULL else 16

pytestmark = [pytest.mark.proof, pytest.mark.django_db]


def test_every_mutant_of_the_kernel_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    lookers = hang()
    assert all(same_as_oracle(looker) for looker in lookers)
    mutants = [*sql_mutants(), *rule_mutants()]
    names = [mutant.name for mutant in mutants]
    assert len(set(names)) == len(names)
    unknown = set(EQUIVALENT) - set(names)
    unknown |= {start for start in BEGINNINGS if not any(name.startswith(start) for name in names)}
    assert not unknown, f"listed as equivalent, but there is no such mutant: {sorted(unknown)}"
    tried = [mutant for mutant in mutants[::EVERY] if not reason(mutant.name)]
    survivors = [mutant.name for mutant in tried if not told_apart(mutant, lookers)]
    with capsys.disabled():
        print(
            f"\nmutants: {len(mutants)} in all, {sum(bool(reason(name)) for name in names)} equivalent; {len(tried)} tried,"
            f" {len(tried) - len(survivors)} told apart by {len(lookers)} people in their worlds"
        )
    assert not survivors, "\n".join(survivors)


def test_every_mutant_of_moving_in_is_told_apart(willow: Willow, capsys: pytest.CaptureFixture[str]) -> None:
    world = small(willow)
    assert list(wrong_answers(world)) == []
    mutants = moving_mutants()
    survivors = [mutant.name for mutant in mutants if not answers_differ(mutant, world)]
    with capsys.disabled():
        print(f"\nmutants of moving in: {len(mutants)} tried, {len(mutants) - len(survivors)} told apart")
    assert not survivors, "\n".join(survivors)


def test_every_mutant_of_what_decides_is_told_apart(willow: Willow, capsys: pytest.CaptureFixture[str]) -> None:
    """Sample: every 16th; the tests of the kernel are the judges."""
    every = list(deciding.cases(willow))
    assert not [case[0] for case in every if deciding.fails(case)]
    mutants = [(name, mutant) for name, found in deciding_mutants().items() for mutant in found]
    names = [mutant.name for _, mutant in mutants]
    assert len(set(names)) == len(names)
    assert set(deciding.EQUIVALENT) <= set(names)
    tried = [(name, mutant) for name, mutant in mutants[::EVERY] if mutant.name not in deciding.EQUIVALENT]
    asking = {name: deciding.askers(name, every) for name in dict.fromkeys(name for name, _ in tried)}
    survivors = [mutant.name for name, mutant in tried if not deciding.told_apart(mutant, asking[name])]
    with capsys.disabled():
        print(
            f"\nmutants of what decides: {len(mutants)} in all; {len(tried)} tried, {len(tried) - len(survivors)} told apart"
        )
    assert not survivors, "\n".join(survivors)
