"""A world as plain rows: every table, read once, with look-ups by one column."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import connection


class Row(SimpleNamespace):
    """One row: its model's name, its key as `pk`, and a value per column (`child_id`, not `child`)."""

    model: str
    pk: Any

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{self.__dict__.get('model')} has no column {name}")

    def but(self, **values: Any) -> "Row":
        """The same row with other values."""
        return Row(**{**self.__dict__, **values})


def same_but(old: Row, new: Row, *columns: str) -> bool:
    """Nothing but these columns differs."""
    return new.but(**{name: old.__dict__[name] for name in columns}) == old


class World:
    """All rows by model name, with indexes and answers worked out so far. A changed world is a new World."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.tables = tables
        self.known: dict[Hashable, Any] = {}
        self._indexes: dict[tuple[str, str], dict[Any, list[Row]]] = {}

    def where(self, model: str, column: str, value: Any) -> list[Row]:
        """Rows of the model whose column has this value."""
        if (model, column) not in self._indexes:
            index: dict[Any, list[Row]] = defaultdict(list)
            for row in self.tables.get(model, []):
                index[getattr(row, column)].append(row)
            self._indexes[model, column] = index
        return self._indexes[model, column].get(value, [])

    def one(self, model: str, pk: Any) -> Row:
        """The row with this key. Raises IndexError when there is none."""
        return self.where(model, "pk", pk)[0]

    def rows(self, models: Iterable[str]) -> list[Row]:
        """Every row of these models."""
        return [row for model in models for row in self.tables.get(model, [])]


def read_world() -> World:
    """The database as it is, read past row security by the superuser the tests log in as."""
    tables: dict[str, list[Row]] = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.app_label not in {"accounts", "sessions_log", "goals"}:
                continue
            fields = model._meta.concrete_fields
            columns = ", ".join(f'"{field.column}"' for field in fields)
            cursor.execute(f'SELECT {columns} FROM "{model._meta.db_table}"')
            names, key = [field.attname for field in fields], model._meta.pk.attname
            tables[model.__name__] = [
                Row(model=model.__name__, pk=values[names.index(key)], **dict(zip(names, values, strict=True)))
                for values in cursor.fetchall()
            ]
    return World(tables)
