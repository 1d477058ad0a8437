"""Whether the kernel's own tests (tests/accounts/test_people_sql.py, test_log_ins_sql.py) tell a mutant of its functions apart.

They are run where they are, in savepoints of one world: a mutant is told apart when any of the tests fails. Which tests ask a
function is found out once, by taking the function away.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from typing import Any

import pytest
from django.db import connection

from tests.accounts import test_log_ins_sql, test_people_sql
from tests.people import Willow
from tests.proof.gallery import installed
from tests.proof.judge import undone
from tests.proof.mutations import Mutant, functions

type Case = tuple[str, Callable[[], Any]]
ELSEWHERE = {"test_all_that_is_said_of_somebody_moves_and_nothing_else"}  # makes a world of its own, for seconds


def cases(willow: Willow) -> Iterator[Case]:
    """Every test with every value of its parameters, in this world."""
    for module in (test_people_sql, test_log_ins_sql):
        for name, test in vars(module).items():
            if name.startswith("test_") and name not in ELSEWHERE:
                yield from with_values(name, test, module.MAKERS, willow)


def with_values(name: str, test: Any, makers: dict[str, Any], willow: Willow) -> Iterator[Case]:
    """One test, once for each choice of values."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    for chosen in product(*(mark.args[1] for mark in marks)):
        given: dict[str, Any] = {}
        for mark, values in zip(marks, chosen, strict=True):
            names = [mark.args[0]] if isinstance(mark.args[0], str) else list(mark.args[0])
            given |= dict(zip(names, [values] if len(names) == 1 else values, strict=True))
        wanted = [each for each in inspect.signature(test).parameters if each not in given]

        def run(given: dict[str, Any] = given, wanted: list[str] = wanted) -> None:
            known: dict[str, Callable[[], Any]] = {"willow": lambda: willow, "db": lambda: None, "noon": lambda: None}
            made = {each: known[each]() if each in known else makers[each](willow) for each in wanted}
            test(**made, **given)

        yield f"{name} {given}", run


def fails(case: Case) -> bool:
    """Whether the test fails; nothing of it has happened afterwards."""
    with undone():
        try:
            case[1]()
        except (Exception, pytest.fail.Exception):  # whatever it is, the mutant is noticed
            return True
        finally:
            with suppress(Exception), connection.cursor() as cursor:
                cursor.execute("RESET ROLE")
    return False


def askers(name: str, every: list[Case]) -> list[Case]:
    """The tests that fail when the function does nothing but fail."""
    ((_, text),) = functions((name,))
    head, _, _ = text.partition("AS $$")
    body = head.replace("LANGUAGE sql", "LANGUAGE plpgsql") + "AS $$ BEGIN RAISE EXCEPTION 'gone'; END $$;"
    with installed(Mutant(name, body)):
        return [case for case in every if fails(case)]


def told_apart(mutant: Mutant, asking: list[Case]) -> bool:
    """Whether any of these tests notices."""
    with installed(mutant):
        return any(fails(case) for case in asking)


EQUIVALENT: dict[str, str] = {
    "hold_the_invitation: \"NEW.kind = 'young_person'\" → 'true' in \"IF NEW.kind = 'young_person' AND EXISTS (\"": (
        "an invitation of another kind for somebody with a log-in name is refused before"
    ),
    "open_invitation: 'a.id <> i.person_id' → 'true' in 'OR EXISTS (SELECT FROM public.accounts_account a WHERE lower(a.email) ="
    " lower(i.email) AND a.id <> i.person_id)),'": "whoever is invited has no address to sign in by",
    "join_as: 'i.id = join_as.invitation' → 'true' in 'PERFORM FROM public.accounts_invitation i WHERE i.id = join_as.invitation"
    " FOR UPDATE;'": "it locks more than it has to",
    "join_as: \"PERFORM set_config('app.joining', 'yes', true);\" → '' in \"PERFORM set_config('app.joining', 'yes', true);\"": (
        "whoever joins with an account is signed in, which the triggers ask, too"
    ),
}
