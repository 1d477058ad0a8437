"""Asks the rule alone and the wall alone what one person reads: one statement each for every table."""

from functools import cache
from typing import Any

from django.db import connection
from psycopg import ClientCursor

from accounts.visibility import guarded_models
from tests.oracle import World, may_read
from tests.proof.statements import run
from tests.proof.worlds import Scene

Ids = set[tuple[str, str]]  # (model, key)


def as_text(query: Any) -> str:
    """A query's SQL with its parameters in place. No rule has one that depends on the viewer: those are settings."""
    sql, params = query.sql_with_params()
    connection.ensure_connection()
    return ClientCursor(connection.connection).mogrify(sql, params)


@cache
def rule_alone() -> str:
    """Every table filtered by its read rule."""
    return " UNION ALL ".join(
        f"SELECT '{model.__name__}', k::text FROM ({as_text(model.objects.visible().values_list('pk').query)}) AS x(k)"
        for model in guarded_models()
    )


@cache
def wall_alone() -> str:
    """Every table, unfiltered."""
    return " UNION ALL ".join(
        f"SELECT '{model.__name__}', {model._meta.pk.column}::text FROM {model._meta.db_table}"
        for model in guarded_models()
    )


def ids(sql: str) -> Ids:
    """What a statement finds."""
    return set(run(sql).fetchall())


def believed(world: World, person: int | None, scene: Scene, models: list[str]) -> Ids:
    """What the oracle lets the person read."""
    now = scene.now
    there = (row for row in world.rows(models) if row.pk is not None)
    return {(row.model, str(row.pk)) for row in there if may_read(world, person, row, now)}
