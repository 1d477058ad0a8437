"""The world the guards rest on: every guarded model has a row in it, every text is a sentinel, and its table of readers,
written by hand, is what the rules and the wall give and what the oracle says."""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.visibility import guarded_models
from tests.harness import viewing
from tests.oracle import World, may_read, read_world
from tests.people import NOON
from tests.worlds import EVERYBODY, READERS, Rich


def test_every_guarded_model_has_a_row(world: Rich) -> None:
    empty = [model.__name__ for model in guarded_models() if not model.objects.exists()]
    assert not empty


def test_every_text_of_every_row_is_a_sentinel(world: Rich) -> None:
    """There is always data that could leak."""
    bare = []
    for model in guarded_models():
        for row in model.objects.all():
            for column in model._meta.concrete_fields:
                value = getattr(row, column.attname)
                if is_prose(column, value) and "xq." not in str(value):
                    bare.append(f"{model.__name__}.{column.name}: {value!r}")
    assert not bare


def is_prose(column: Any, value: Any) -> bool:
    """A text someone wrote, not a code of the program's."""
    codes = {"ref", "time_zone", "language", "signed_sha256", "action", "outcome"}
    textual = isinstance(column, models.CharField | models.TextField | ArrayField) or column.name in {
        "sections",
        "cells",
    }
    numbers = isinstance(column, ArrayField) and not isinstance(column.base_field, models.CharField)
    return bool(value) and textual and not numbers and not column.choices and column.name not in codes


def test_every_row_has_its_readers_written_down(world: Rich) -> None:
    assert set(world.rows) <= set(READERS)


def test_the_table_is_what_rules_wall_and_oracle_give(world: Rich) -> None:
    """The table of visibility.md, row by row, for each of the people."""
    plain = read_world()
    assert not [(who, *wrong) for who in sorted(EVERYBODY) for wrong in disagreements(world, plain, who)]


def disagreements(world: Rich, plain: World, who: str) -> Iterator[tuple[str, dict[str, bool]]]:
    """Rows about which the four do not say the same for this person."""
    number = world.person(who).pk
    with viewing(world.person(who)):
        models = {type(row) for row in world.rows.values()}
        walled = {key for model in models for key in keys_of(model.objects.all())}
        ruled = {key for model in models for key in keys_of(model.objects.visible())}
    for key, row in world.rows.items():
        opinions = {
            "table": who in READERS[key],
            "wall": row.pk in walled,
            "rule": row.pk in ruled,
            "oracle": may_read(plain, number, plain.one(type(row).__name__, row.pk), NOON),
        }
        if len(set(opinions.values())) > 1:
            yield key, opinions


def keys_of(rows: Any) -> list[Any]:
    """Their primary keys."""
    return list(rows.values_list("pk", flat=True))
