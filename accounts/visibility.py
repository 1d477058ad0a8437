"""The vocabulary of every visibility rule, and the base of every model that has one.

`authz.enter()` (accounts/sql/authz.sql) resolves once per transaction which *places* the viewer stands in and leaves them
in transaction-local settings. A rule is one `Q` over those places, written once on its model: it filters the queryset
(`QuerySet.visible()`) and, compiled by Django's own compiler, it is the table's row policy (accounts/rls.py). No rule
looks at a restriction, withholding, naming or agreement table: a policy's sub-queries run under row security too, so the
very person a row restrains could not see it. What those tables say reaches rules only as places and spans.

Source of every rule: visibility.md; each model names its row of the table there.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Self
from zlib import crc32

from django.db import connection, models, transaction
from django.db.models import BooleanField, Expression, F, Func, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

# --- Places: what a rule may ask -----------------------------------------------------------------------------------------


class _InSetting(Func):
    """`column` is one of the numbers in a place. The scalar sub-select makes it an index condition, evaluated once."""

    arity = 1
    output_field = BooleanField()
    template = (
        "%(expressions)s = ANY((SELECT NULLIF(current_setting('app.%(place)s', true), '')::%(kind)s[])::%(kind)s[])"
    )


class _InSpan(Func):
    """`moment` (second column) lies in the spans this viewer may read for the child or note (first column)."""

    arity = 2
    output_field = BooleanField()
    # The joiner closes the look-up in a JSON map of child (or note) → multirange and opens the comparison.
    template = "(((SELECT NULLIF(current_setting('app.%(place)s', true), '')::jsonb) ->> (%(expressions)s))"
    arg_joiner = ")::text)::tstzmultirange @> ("


class _Now(Func):
    """The viewer's moment. Never the server's clock, so that frozen time means the same in Python and in a policy."""

    arity = 0
    output_field = models.DateTimeField()
    template = "(SELECT NULLIF(current_setting('app.now', true), '')::timestamptz)"


def now() -> Func:
    """The viewer's moment, to compare with."""
    return _Now()


class _Me(Func):
    """The viewer's person number, or NULL."""

    arity = 0
    output_field = models.BigIntegerField()
    template = "(SELECT NULLIF(current_setting('app.person', true), '')::bigint)"


def in_place(place: str, column: str = "child_id") -> Q:
    """The row's child (or practice, person: name the column) belongs to the place."""
    return Q(_InSetting(F(column), place=place, kind="bigint"))


def listed(place: str, column: str = "id") -> Q:
    """The row's random id is in a list that `enter()` gave (notes withheld from the viewer, for example)."""
    return Q(_InSetting(F(column), place=place, kind="uuid"))


def seen(moment: str, *, spans: str = "spans", of: str = "child_id") -> Q:
    """The moment lies in the time this family viewer may read: up to now, without their quiet times. `of`: the column by which
    the spans are kept."""
    return Q(_InSpan(F(of), F(moment), place=spans))


def told_of(person: str = "person_id", child: str = "child_id") -> Q:
    """The viewer and the person are guardians, full or informed, who know of each other (principle 10)."""
    text = models.TextField()
    pair = Concat(Cast(F(child), text), Value(":", output_field=text), Cast(F(person), text))
    return Q(_InSetting(pair, place="known_people", kind="text"))


def past(moment: str) -> Q:
    """Nothing with a moment in the future is visible, to anyone."""
    return Q(**{f"{moment}__lte": _Now()})


def mine(column: str) -> Q:
    """The column names the viewer."""
    return Q(**{column: _Me()})


def not_barred(column: str = "child_id") -> Q:
    """The viewer has and had no family row for the child and is not closed to it: staff rights may apply (principle 1)."""
    return ~in_place("barred", column)


def admins(child: str = "child_id", practice: str = "practice_id") -> Q:
    """Admins of the practice, for children they have no family tie to."""
    return in_place("admin", practice) & not_barred(child)


def leads(child: str = "child_id", practice: str = "practice_id") -> Q:
    """Safeguarding leads of the practice, for children they have no family tie to."""
    return in_place("lead", practice) & not_barred(child)


def unless_in_error(rule: Q, *, author: str, begun: Q) -> Q:
    """`rule`, but once entered in error only its author on the team, the team's supervisors and the leads (principle 7).

    `begun`: the item's moment is not in the future, which holds for them too.
    """
    return (Q(error_at__isnull=True) & rule) | (Q(error_at__isnull=False) & begun & reviewers(author))


def reviewers(author: str) -> Q:
    """Who still reads an item entered in error: its author on the team, the team's supervisors, the leads (principle 7)."""
    return (mine(author) & in_place("team")) | in_place("supervised") | leads()


def not_in_error() -> Q:
    """Entered in error once. Who may is asked of what the row becomes; a trigger lets nothing else change with it."""
    return Q(error_at__isnull=True)


def entered_in_error(author: str) -> Q:
    """What it looks like afterwards: at a moment that has come, in the name of a viewer who still reads it."""
    return past("error_at") & mine("error_by_id") & ~Q(error_reason="") & reviewers(author)


def nobody() -> Q:
    """The rule of whatever no rule allows."""
    return Q(Value(False))


class _NoViewer(Func):
    arity = 0
    output_field = BooleanField()
    template = "((SELECT NULLIF(current_setting('app.person', true), '')) IS NULL)"


def no_viewer() -> Q:
    """Nobody is entered: sign-in pages, and addresses refused to strangers."""
    return Q(_NoViewer())


class _Operating(Func):
    arity = 0
    output_field = BooleanField()
    template = "((SELECT NULLIF(current_setting('app.operator', true), '')) IS NOT NULL)"


def operating() -> Q:
    """The installation's operator, in the hours given to them (OperatorAccess)."""
    return Q(_Operating())


# --- What a rule asks of another table ---------------------------------------------------------------------------------------

_for_the_wall: ContextVar[bool] = ContextVar("for_the_wall", default=False)


def readable(model: type["Guarded"]) -> Q:
    """In a rule's look-up in another table: only rows the viewer may read themselves.

    A policy leaves it to that table's own policy, which PostgreSQL puts there anyway: saying it twice would double every
    look-up below it, level by level (ADR 10).
    """
    return Q() if _for_the_wall.get() else model.visible_to()


@contextmanager
def for_the_wall() -> Iterator[None]:
    """Rules written in this block are to become policies."""
    token = _for_the_wall.set(True)
    try:
        yield
    finally:
        _for_the_wall.reset(token)


# --- Rules: what a model declares ------------------------------------------------------------------------------------------


_YES_OR_NO = BooleanField()
type Written = Q | Expression | Subquery


class Compiled(Expression):
    """An expression over a model's own columns as SQL compiled once: building it anew costs more than its query.

    `write` gives the expression; it is asked once a process, so it may depend on nothing but the code.
    """

    def __init__(
        self,
        model: type[models.Model],
        write: Callable[[], Written],
        output_field: "models.Field[Any, Any]" = _YES_OR_NO,
        alias: str = "",
    ) -> None:
        super().__init__(output_field=output_field)
        self.model, self.write, self.alias = model, write, alias or model._meta.db_table

    def under(self, alias: str) -> "Compiled":
        """The same where the table goes by another name."""
        return Compiled(self.model, self.write, self.output_field, alias)

    def resolve_expression(self, query: Any = None, *_: Any, **__: Any) -> "Compiled":
        """The expression speaks of the query's own first table."""
        return self.under(query.get_initial_alias())

    def relabeled_clone(self, change_map: Mapping[str, str]) -> "Compiled":
        """Inside a sub-query the table goes by another name."""
        return self.under(change_map.get(self.alias, self.alias))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[()]]:  # noqa: ARG002 - Django's
        """The SQL over the alias; it has no parameters."""
        return _sql_of(self.model, self.write).replace(f'"{self.model._meta.db_table}".', f'"{self.alias}".'), ()


@cache
def _sql_of(model: type[models.Model], write: Callable[[], Written]) -> str:
    """The expression's SQL. Aliases inside get names that neither an outer query nor another such expression has: one may stand
    inside another. Per cent signs are the driver's."""
    from accounts.rls import compiled

    mark = f"{crc32(f'{model._meta.label} {write.__module__} {write.__qualname__}'.encode()):08x}"
    return re.sub(r'"([T-Z][0-9]+)"', rf'"\1_{mark}"', compiled(model, write())).replace("%", "%%")


class VisibleQuerySet[M: models.Model](models.QuerySet[M]):
    """Every list starts here."""

    def visible(self) -> Self:
        """What the entered viewer may read. One object is this plus its key.

        Reading a related row that was not asked for raises: it would be a query per row, and a row past the rules.
        """
        rule = Compiled(self.model, self.model.visible_to)  # type: ignore[attr-defined]
        return self.filter(rule).fetch_mode(models.FETCH_RAISE)


class Guarded(models.Model):
    """A model with three rules. A subclass that declares none shows, takes and changes nothing (principle 2)."""

    objects: ClassVar[Any] = models.Manager.from_queryset(VisibleQuerySet)()

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls) -> Q:
        """Who may read a row."""
        return nobody()

    @classmethod
    def insertable_by(cls) -> Q:
        """Who may add a row that looks like this."""
        return nobody()

    @classmethod
    def changeable_by(cls) -> Q:
        """Who may change a row that looks like this now."""
        return nobody()

    @classmethod
    def changed_into(cls) -> Q:
        """What a changed row must still look like; the same as `changeable_by` unless a move ends it (signing)."""
        return cls.changeable_by()


def guarded_models() -> list[type[Guarded]]:
    """Every concrete guarded model, parents of foreign keys in no particular order, by table name."""
    from django.apps import apps

    found = [m for m in apps.get_models() if issubclass(m, Guarded)]
    return sorted(found, key=lambda m: m._meta.db_table)


# --- The viewer: who is looking, since when, from where ---------------------------------------------------------------------


@dataclass(frozen=True)
class Viewer:
    """Whoever a transaction acts as. `places` are for choosing menus and words; rows are chosen by the rules.

    `zone` and `language` are the viewer's practice's, empty for whoever stands nowhere. `closed_to`: first names of the
    children a closed restriction keeps this family member or helper from: it is told plainly (visibility.md, Quiet).
    `operator`: in the hours of the installation's operator. `only`: the one practice chosen to stand in.
    """

    person_id: int | None
    moment: datetime
    places: dict[str, frozenset[int]] = field(default_factory=dict)
    name: str = ""
    zone: str = ""
    language: str = ""
    closed_to: tuple[str, ...] = ()
    operator: bool = False
    only: int | None = None

    @property
    def practices(self) -> list[int]:
        """Numbers of the practices the viewer works in or has a family row in force in."""
        return sorted(self.places.get("practices", ()))

    def stands_in(self, place: str, number: int) -> bool:
        """Whether the child (or practice) number is in the place."""
        return number in self.places.get(place, frozenset())

    def stands_anywhere_in(self, *places: str) -> bool:
        """Whether any of the places holds anything for this viewer."""
        return any(self.places.get(place) for place in places)


_viewer: ContextVar[Viewer | None] = ContextVar("viewer", default=None)


def viewer() -> Viewer:
    """The viewer of this transaction. Raises RuntimeError when nothing has been entered."""
    current = _viewer.get()
    if current is None:
        raise RuntimeError("No viewer: enter() or acting_as() comes first.")
    return current


def enter(person_id: int | None, moment: datetime | None = None, only: int | None = None) -> Viewer:
    """Resolve the person's places for the rest of this transaction, in one round trip.

    `only`: the number of the one practice to stand in, for whoever has a place in several and chose one.
    `moment` (aware; now if left out) is the viewer's clock. Call it again after changing a circle row inside a
    transaction. Must run inside `atomic`: the settings are transaction-local. A person whose account is not active, and
    None, stand nowhere.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("enter() outside a transaction would be forgotten at once.")
    moment = moment or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT authz.enter(%s::bigint, %s::timestamptz, %s::bigint)", [person_id, moment, only])
        answer = json.loads(cursor.fetchone()[0])
    places = {place: frozenset(numbers) for place, numbers in answer.pop("places", {}).items()}
    closed_to = tuple(answer.pop("closed_to", ()))
    current = Viewer(person_id if places else None, moment, places, closed_to=closed_to, only=only, **answer)
    _viewer.set(current)
    return current


def look_again() -> Viewer:
    """The same viewer at this moment: after waiting for somebody else's transaction."""
    me = viewer()
    return enter(me.person_id, only=me.only)


def leave() -> None:
    """Forget the viewer when its transaction is over."""
    _viewer.set(None)


@contextmanager
def acting_as(person_id: int | None, moment: datetime | None = None) -> Iterator[Viewer]:
    """A transaction that sees and does what this person may: for requests, tasks and commands alike.

    On the way out the viewer before it is restored, in the database too (inside one outer transaction the settings would
    otherwise outlive the block).
    """
    before = _viewer.get()
    try:
        with transaction.atomic():
            yield enter(person_id, moment)
    finally:
        _viewer.set(None)
        if connection.in_atomic_block and not connection.needs_rollback:
            enter(*((before.person_id, before.moment, before.only) if before else (None,)))
        _viewer.set(before)
