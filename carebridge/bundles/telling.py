"""From rows to the items of a bundle: what telling a practice needs throughout. The format: `format.py`."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import models

from accounts.models import Person, Practice
from accounts.visibility import guarded_models
from carebridge.lib.among import Among
from sessions_log.models import ProcessNote, Wish

type Told = dict[str, Any]

# Guarded tables that no bundle holds. Whatever is in none of these must be told, or nothing is written (`export.py`).
STAYS = {
    "AddressChange": "a log-in of one installation, on its way to another address: finish before a move",
    "AuditEvent": "what was done in one database is no fact of another; a trail that can be brought along proves nothing",
    "FactorReset": "a second factor of one installation; none moves",
    "FormDraft": "words that nobody has sent",
    "Invitation": "a way into one installation: its links and cards are worth nothing in another; invite anew",
    "Look": "when somebody looked is their own business, and no part of the record",
    "MoveIn": "an import in progress: what it has made is told, and how it went belongs to the trail",
    "StaffPhoto": "a picture is no fact of the record; whoever it shows puts it in where they want to be seen",
    "MoveInRow": "an import in progress: its rows outlive neither it nor the day",
    "Notice": "what somebody was told in one installation, of rows that are told themselves",
    "OperatorAccess": "hours at one installation's register",
}
CHUNK = 1_000  # sessions or updates in memory, with everything that hangs on them


class NotTold(Exception):
    """The practice cannot be written to a bundle; the message says why, in words for whoever runs the command."""


@dataclass
class Telling:
    """One practice being told. `authors`: whose process notes are told too. `people`, `children`: number → ref; `ties`:
    the circle rows that the history speaks of, id → ref; `marked`: the sessions that marks refer to, id → ref once it is
    told; `counts`: rows told, by model."""

    practice: Practice
    authors: frozenset[int] = frozenset()
    people: dict[int, str] = field(default_factory=dict)
    children: dict[int, str] = field(default_factory=dict)
    ties: dict[Any, str] = field(default_factory=dict)
    marked: dict[Any, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    last: Counter[str] = field(default_factory=Counter)

    def ref(self, kind: str) -> str:
        """A new ref, numbered in the order of telling."""
        self.last[kind] += 1
        return f"{kind}-{self.last[kind]}"

    def every[M: models.Model](self, model: type[M]) -> list[M]:
        """The practice's rows of a model, few enough to hold."""
        rows = list(self.of(model).order_by("pk"))
        self.counts[model.__name__] += len(rows)
        return rows

    def hanging(self, model: type[models.Model], column: str, keys: list[Any]) -> dict[Any, list[Any]]:
        """key → the rows of a model that hang on it."""
        found: dict[Any, list[Any]] = defaultdict(list)
        for row in self.of(model).filter(Among(column, keys, models.UUIDField())):
            found[getattr(row, column)].append(row)
            self.counts[model.__name__] += 1
        return found

    def of[M: models.Model](self, model: type[M]) -> "models.QuerySet[M]":
        """The rows of a model that are told: of process notes only those asked for."""
        rows = model._default_manager.filter(practice=self.practice)
        return rows.filter(author__in=self.authors) if issubclass(model, ProcessNote) else rows

    def child(self, row: Any) -> str:
        """The ref of the child a row is about."""
        return self.children[row.child_id]


def told_models() -> list[type[models.Model]]:
    """Every model with a practice of its own whose rows belong into its bundle."""
    return [
        model for model in guarded_models()
        if model.__name__ not in STAYS and any(field.name == "practice" for field in model._meta.concrete_fields)
    ]  # fmt: skip


def people_of(telling: Telling) -> set[int]:
    """The numbers of all whom a row of the practice names. Nobody else belongs to it."""
    found: set[int] = set()
    for model in told_models():
        for column in model._meta.concrete_fields:
            if column.related_model is Person:
                rows = telling.of(model).exclude(**{column.name: None})
                found.update(rows.values_list(column.attname, flat=True).distinct())
    for numbers in telling.of(Wish).exclude(not_to=[]).values_list("not_to", flat=True).iterator():
        found.update(numbers)
    return found


# --- Values -----------------------------------------------------------------------------------------------------------


def item(fields: dict[str, Any]) -> Told:
    """An object of the bundle; a field with a `?` only when there is something in it."""
    return {
        name.removesuffix("?"): plain(value)
        for name, value in fields.items()
        if not (name.endswith("?") and value in (None, "", [], {}))
    }


def plain(value: Any) -> Any:
    """A moment in UTC, a day as it is, everything else unchanged."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
    return value.isoformat() if isinstance(value, date) else value


def ordered(items: Iterable[Told], moment: str = "at") -> list[Told]:
    """By moment, then by all they say: in the order of no database."""
    return sorted(items, key=lambda each: (each[moment].removesuffix("Z"), json.dumps(each)))


def chunks[M: models.Model](rows: Iterable[M], key: Callable[[M], Hashable]) -> Iterator[list[M]]:
    """Some rows at a time, those of the same key together."""
    held: list[M] = []
    for row in rows:
        if len(held) >= CHUNK and key(row) != key(held[-1]):
            yield held
            held = []
        held.append(row)
    if held:
        yield held
