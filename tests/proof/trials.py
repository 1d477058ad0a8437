"""Tries additions and changes: under the wall, in savepoints that are rolled back; and by the rule alone.

Row security refuses with SQLSTATE 42501 or by touching no row. What keys and triggers refuse, the policies may have let
pass: some rules lean on them (carebridge/lib/hanging.py), so both together are the wall, and the rule alone is then not asked.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.apps import apps
from psycopg import Error

from accounts.rls import compiled, has_column
from accounts.visibility import in_place
from tests.oracle import Row
from tests.proof.statements import run, say

ALLOWED, REFUSED, HELD, DOUBLED = "allowed", "refused", "held", "doubled"  # by policies; by keys and triggers; unique
STATES = {"42501": REFUSED, "23503": HELD, "P0001": HELD, "23514": HELD, "23505": DOUBLED, "23P01": DOUBLED}


@cache
def model_of(name: str) -> Any:
    """The model by its name."""
    return next(model for model in apps.get_models() if model.__name__ == name)


@cache
def columns_of(name: str) -> dict[str, str]:
    """Attribute → column."""
    return {field.attname: field.column for field in model_of(name)._meta.concrete_fields}


def as_json(row: Row) -> dict[str, Any]:
    """The row by its columns."""
    return {column: row.__dict__[name] for name, column in columns_of(row.model).items() if name in row.__dict__}


def dumped(value: Any) -> str:
    """JSON with moments and random ids as text."""
    return json.dumps(value, default=str)


# --- The wall --------------------------------------------------------------------------------------------------------


def _attempt(statement: str, values: list[str], *, touches: bool) -> str:
    """One statement between savepoints; `touches`: no row touched means refused."""
    say("SAVEPOINT attempt")
    try:
        done = run(statement, *values)
        outcome = REFUSED if touches and done.rowcount == 0 else ALLOWED
        say("SET CONSTRAINTS ALL IMMEDIATE")
    except Error as refused:
        if refused.sqlstate not in STATES:
            raise
        outcome = STATES[refused.sqlstate]
    say("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt; SET CONSTRAINTS ALL DEFERRED")
    return outcome


def try_to_add(row: Row) -> str:
    """Under whatever role and viewer there is."""
    table = model_of(row.model)._meta.db_table
    statement = f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, $1::jsonb)"
    return _attempt(statement, [dumped(as_json(row))], touches=False)


def try_to_change(old: Row, new: Row) -> str:
    """Only the columns that differ; when none does, all of them are set to what they are."""
    meta = model_of(old.model)._meta
    table, key, columns = meta.db_table, meta.pk.column, columns_of(old.model)
    changed = [column for name, column in columns.items() if getattr(old, name) != getattr(new, name)]
    changed = changed or list(columns.values())
    values = ", ".join(f'"{column}" = given."{column}"' for column in changed)
    statement = (
        f"UPDATE {table} SET {values} FROM jsonb_populate_record(NULL::{table}, $1::jsonb) given"
        f' WHERE {table}."{key}" = given."{key}"'
    )
    return _attempt(statement, [dumped(as_json(new))], touches=True)


# --- The rule alone ------------------------------------------------------------------------------------------------------


def _given(table: str) -> str:
    return f"ROWS FROM (jsonb_populate_recordset(NULL::{table}, $1::jsonb)) WITH ORDINALITY AS {table}"


@cache
def _inside(name: str) -> str:
    model = model_of(name)
    if has_column(model, "practice_id") and name != "AuditEvent":
        return f"({compiled(model, in_place('practices', 'practice_id'))})"
    return "true"


@cache
def addition_rule(name: str) -> str:
    """Which of the given rows the rule lets be added, by number."""
    model = model_of(name)
    return added_by(name, compiled(model, model.insertable_by()))


def added_by(name: str, rule: str) -> str:
    """Which of the given rows this rule (in SQL) lets be added, by number."""
    model = model_of(name)
    return f"SELECT ordinality FROM {_given(model._meta.db_table)} WHERE ({rule}) AND {_inside(name)}"


@cache
def change_rule(name: str) -> str:
    """Which of the given rows, as they would be, the rule lets the rows as they are change into, by number."""
    model = model_of(name)
    table, key = model._meta.db_table, model._meta.pk.column
    read, old, new = (compiled(model, q()) for q in (model.visible_to, model.changeable_by, model.changed_into))
    may_now = f'SELECT "{key}" FROM {table} WHERE ({read}) AND ({old})'
    return (
        f"SELECT ordinality FROM {_given(table)}"
        f' WHERE ({read}) AND ({new}) AND {_inside(name)} AND "{key}" IN ({may_now})'
    )


def allowed_by_rule(rows: Sequence[Row], rule: Any) -> list[bool]:
    """For each row whether the rule (a function of the model's name that gives SQL) allows it."""
    by_model: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        by_model[row.model].append(number)
    answers = [False] * len(rows)
    for name, numbers in by_model.items():
        given = dumped([as_json(rows[number]) for number in numbers])
        for (ordinality,) in run(rule(name), given).fetchall():
            answers[numbers[ordinality - 1]] = True
    return answers
