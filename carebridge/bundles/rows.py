"""The rows of one load: waiting to be inserted, then counted."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models

from carebridge.bundles.shape import CHILD, Item

WAITING = 5_000  # rows in memory before they are inserted


@dataclass
class Rows:
    """One practice being written. `due`: hours after which a signature is late; `people`, `children`: ref → number;
    `sessions`: ref → id; `later`: turn → rows that have to wait for what the database says to those before."""

    now: datetime
    practice: int = 0
    due: int = 0
    people: dict[str, int] = field(default_factory=dict)
    children: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, Any] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    waiting: dict[type[models.Model], list[models.Model]] = field(default_factory=dict)
    held: int = 0
    later: dict[int, list[models.Model]] = field(default_factory=dict)

    def add(self, *rows: models.Model) -> None:
        """Insert these by and by: models in the order in which they were first added."""
        for row in rows:
            self.waiting.setdefault(type(row), []).append(row)
        self.held += len(rows)

    def add_in_turn(self, turn: int, *rows: models.Model) -> None:
        """Insert these by and by if it is their turn, 0; else once everything of an earlier turn is there (`take_turns`)."""
        if turn:
            self.later.setdefault(turn, []).extend(rows)
        else:
            self.add(*rows)

    def take_turns(self) -> None:
        """Insert what waits for its turn, each time once the database has judged the rows that are there."""
        self.settle()
        for turn in sorted(self.later):
            hold_now()
            self.add(*self.later.pop(turn))
            self.settle()

    def settle(self, *, limit: int = 0) -> None:
        """Insert what waits, if that is more than `limit` rows. Nothing may wait for a row that is yet to be added."""
        if self.held <= limit:
            return
        for model, rows in self.waiting.items():
            copy(model, rows)
            self.counts[model.__name__] += len(rows)
        self.waiting = {model: [] for model in self.waiting}
        self.held = 0

    def insert[M: models.Model](self, model: type[M], rows: list[M]) -> list[M]:
        """Insert these now; keys that the database makes are filled in."""
        model._default_manager.bulk_create(rows, batch_size=WAITING)
        self.counts[model.__name__] += len(rows)
        return rows

    def person(self, item: Item, name: str) -> int | None:
        """The number of the person a field refers to; None for the child, and for a field that is left out."""
        ref = item.get(name)
        return None if ref is None or ref == CHILD else self.people[ref]

    def about(self, item: Item) -> dict[str, Any]:
        """The columns that place a row: practice and child."""
        return {"practice_id": self.practice, "child_id": self.children[item["child"]]}

    def in_error(self, item: Item) -> dict[str, Any]:
        """The columns of `entered_in_error`, if it was."""
        error = item.get("entered_in_error")
        if error is None:
            return {}
        return {"error_at": error["at"], "error_by_id": self.person(error, "by"), "error_reason": error["reason"]}


def hold_now() -> None:
    """Let keys and triggers that wait for the commit have their say."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def copy(model: type[models.Model], rows: list[models.Model]) -> None:
    """Insert rows whose keys are known, by COPY: several times as fast as INSERT for a practice of many years."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    names = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            copying.write_row([field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
