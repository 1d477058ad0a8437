"""Worlds for the proofs: a small practice, a second one, a cast in every role and odd combinations, and moves.

A world is its list of moves: `Move` is a name and a few numbers, and every choice a move makes is one of its numbers modulo
what there is to choose from. So a list of moves always means something, shrinks well, and can come from Hypothesis or from
a fixed seed alike. All moments lie on a grid of six hours, so that boundaries are met exactly and often.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction
from psycopg import Error

from accounts.models import (
    Account,
    Agreement,
    Child,
    CircleRow,
    Contact,
    Membership,
    Person,
    Practice,
    Relationship,
    StaffPhoto,
    StaffProfile,
    Supervision,
)
from tests.proof.statements import say

ZONE = ZoneInfo("America/New_York")
START = datetime(
    2030, 2, 25, 0, 0, tzinfo=ZONE
)  # tick 0; tick 16 is midnight of 1 March in a year without a 29 February
TICK = timedelta(hours=6)
FIRST_NOW = 9
LAST_NOW = 24
NUMBERS = 6  # per move
LARGEST = 999
_worlds = count(1)

THERAPIST, GUARDIAN, YOUNG, HELPER = "therapist", "guardian", "young_person", "helper"
CAST = "tom ines ruth omar otto sue priya dan kid karin joy abe nell stella ivan uma zoe lena nia noa yan vic".split()  # noqa: SIM905 - a list of words
WITHOUT_AN_ADDRESS = {"nia", "noa", "yan"}  # nobody has accepted an invitation yet; Yan has a username


@dataclass(frozen=True)
class Move:
    """One thing that happens, and the numbers its choices are made from."""

    name: str
    numbers: tuple[int, ...]


class Choices:
    """The numbers of one move, used up in order."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._left = list(numbers)

    def number(self) -> int:
        """The next number; zero when none are left."""
        return self._left.pop(0) if self._left else 0

    def one[T](self, of: Sequence[T]) -> T:
        """One of these."""
        return of[self.number() % len(of)]

    def flag(self, one_in: int = 2) -> bool:
        """True once in so many."""
        return self.number() % one_in == one_in - 1


class Nothing(Exception):
    """The move has nothing to act on."""


@dataclass
class Scene:
    """One world in the database, while it is being made."""

    now_tick: int = FIRST_NOW
    practices: list[Practice] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    made: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The world's clock."""
        return self.at(self.now_tick)

    def at(self, tick: int) -> datetime:
        """The moment of a tick."""
        return START + tick * TICK

    def add(self, model: Any, **values: Any) -> Any:
        """A row, remembered by its model's name. Raises Nothing when a constraint refuses it."""
        if issubclass(model, Guarded_child_items()) and "practice" not in values:
            values["practice_id"] = values["child"].practice_id
        try:
            with transaction.atomic():
                row = model.objects.create(**values)
                check_deferred()
        except (DatabaseError, Error) as refused:
            raise Nothing from refused
        self.made.setdefault(model.__name__, []).append(row)
        return row

    def change(self, row: Any, **values: Any) -> None:
        """Other values for a row. Raises Nothing when a constraint or trigger refuses them."""
        try:
            with transaction.atomic():
                type(row).objects.filter(pk=row.pk).update(**values)
                check_deferred()
        except (DatabaseError, Error) as refused:
            raise Nothing from refused
        for name, value in values.items():
            setattr(row, name, value)

    def some(self, choices: Choices, *names: str, where: Callable[[Any], bool] = lambda row: True) -> Any:
        """One of the rows made of these models. Raises Nothing when there is none."""
        rows = [row for name in names for row in self.made.get(name, []) if where(row)]
        if not rows:
            raise Nothing
        return choices.one(rows)

    def person(self, choices: Choices) -> Person:
        """Anyone of the cast."""
        return choices.one(list(self.people.values()))

    def tied(self, choices: Choices, child: Child, *roles: str) -> Person:
        """Someone with a circle row of these roles (any, if none are given) for the child, at whatever time; one time in
        nine anyone."""
        number = choices.number()
        rows = [
            row for row in self.made.get("CircleRow", [])
            if row.child_id == child.pk and (not roles or row.role in roles)
        ]  # fmt: skip
        if number % 9 == 8 or not rows:
            return list(self.people.values())[number % len(self.people)]
        found: Person = rows[number % len(rows)].person
        return found

    def past(self, choices: Choices) -> datetime:
        """A moment up to now; one time in twelve a later one."""
        number = choices.number()
        if number % 12 == 11:
            return self.at(self.now_tick + 1 + number % 3)
        return self.at(number % (self.now_tick + 1))

    def done(self, choices: Choices) -> datetime:
        """A moment up to now, for acts that no page and no file dates ahead."""
        return self.at(choices.number() % (self.now_tick + 1))

    def later(self, choices: Choices, starts: datetime) -> datetime | None:
        """An end after the start, or none."""
        number = choices.number()
        return None if number % 2 == 0 else starts + (1 + number // 2 % 8) * TICK


def check_deferred() -> None:
    """Keys and triggers that wait for the end of a transaction have their say now. Raises what they raise."""
    say("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def Guarded_child_items() -> Any:
    """ChildItem, asked for late: apps must be loaded."""
    from accounts.models import ChildItem

    return ChildItem


# --- The first hour of every world ---------------------------------------------------------------------------------------


def employ(scene: Scene, who: str, *roles: str, practice: int = 0, tick: int = 0, until: int | None = None) -> None:
    """Memberships."""
    for role in roles:
        scene.add(
            Membership, practice=scene.practices[practice], person=scene.people[who], role=role,
            starts=scene.at(tick), ends=None if until is None else scene.at(until),
        )  # fmt: skip


def tie(
    scene: Scene, who: str, child: int, role: str, authority: str = "", *, household: str = "", tick: int = 0,
    until: int | None = None,
) -> CircleRow:  # fmt: skip
    """A circle row with its relationship."""
    about = scene.children[child]
    row: CircleRow = scene.add(
        CircleRow, child=about, person=scene.people[who], role=role, authority=authority, household=household,
        starts=scene.at(tick), ends=None if until is None else scene.at(until),
    )  # fmt: skip
    scene.add(Relationship, child=about, person=scene.people[who], circle_row=row, words=f"{who} to {child}")
    return row


def cast() -> Scene:
    """Two practices, four children, everyone; who is what to whom is in the lines below."""
    number = next(_worlds)
    scene = Scene()
    for ref, zone in (("near", "America/New_York"), ("far", "Pacific/Auckland")):
        scene.practices.append(scene.add(Practice, ref=f"{ref}-{number}", name=ref, time_zone=zone, majority_age=18))
    near, far = scene.practices
    # Majority: tick 16 (born on 29 February), tick 8, far away, and in another zone.
    for where, name, born in (
        (near, "Maya", date(2012, 2, 29)), (near, "Leo", date(2012, 2, 27)), (near, "Ben", date(2020, 1, 1)),
        (far, "Ada", date(2012, 3, 1)),
    ):  # fmt: skip
        scene.children.append(scene.add(Child, practice=where, name=name, date_of_birth=born))
    accounts = Account.objects.bulk_create(
        [
            Account(
                email=None if who in WITHOUT_AN_ADDRESS else f"{who}{number}@example.org",
                username=f"yan{number}" if who == "yan" else None,
                password="!",
            )
            for who in CAST
        ]
    )
    people = Person.objects.bulk_create(
        [Person(account=each, name=who) for who, each in zip(CAST, accounts, strict=True)]
    )
    scene.people = dict(zip(CAST, people, strict=True))
    scene.made["Contact"] = Contact.objects.bulk_create(
        [
            Contact(person=row, email=row.account.email or "")
            for who, row in scene.people.items()
            if who not in WITHOUT_AN_ADDRESS
        ]
    )
    scene.made["Account"] = accounts
    employ(scene, "tom", "therapist")
    employ(scene, "ines", "therapist", "supervisor")
    employ(scene, "ruth", "therapist", "safeguarding_lead")
    employ(scene, "omar", "admin")
    employ(scene, "otto", "therapist", tick=3)
    employ(scene, "sue", "therapist", "supervisor")
    employ(scene, "abe", "admin", "safeguarding_lead")
    employ(scene, "lena", "therapist", "supervisor", until=9)
    employ(scene, "stella", "therapist", "supervisor", "safeguarding_lead", "admin", practice=1)
    employ(scene, "noa", "therapist")
    employ(scene, "vic", "therapist", "supervisor", "admin")  # at home in both practices
    employ(scene, "vic", "therapist", "supervisor", "safeguarding_lead", practice=1)
    scene.add(
        Supervision, practice=far, supervisor=scene.people["vic"], therapist=scene.people["stella"], starts=scene.at(1)
    )
    for supervisor, therapist in (("ines", "tom"), ("sue", "tom"), ("tom", "otto"), ("lena", "ruth")):
        scene.add(
            Supervision, practice=near, supervisor=scene.people[supervisor], therapist=scene.people[therapist],
            starts=scene.at(1),
        )  # fmt: skip
    tie(scene, "tom", 0, THERAPIST)
    tie(scene, "tom", 1, THERAPIST)
    tie(scene, "ruth", 2, THERAPIST, tick=2)
    tie(scene, "stella", 3, THERAPIST)
    tie(scene, "priya", 0, GUARDIAN, "full", household="maple", tick=1)
    tie(scene, "dan", 0, GUARDIAN, "full", household="harbour")
    tie(scene, "kid", 0, YOUNG)
    tie(scene, "karin", 0, HELPER)
    tie(scene, "sue", 0, GUARDIAN, "none")
    tie(scene, "joy", 0, GUARDIAN, "contributor", household="maple")
    tie(scene, "abe", 0, GUARDIAN, "informed", household="harbour")
    tie(scene, "nell", 1, GUARDIAN, "full")
    tie(scene, "dan", 1, GUARDIAN, "informed", household="harbour", tick=2)
    tie(scene, "ivan", 2, GUARDIAN, "full", household="mill")
    tie(scene, "uma", 2, GUARDIAN, "full", household="mill", until=8)
    tie(scene, "uma", 3, GUARDIAN, "full")
    tie(scene, "nia", 2, GUARDIAN, "informed", household="mill")
    tie(scene, "yan", 1, YOUNG)
    tie(scene, "vic", 2, THERAPIST, tick=1)
    scene.add(StaffProfile, practice=near, person=scene.people["tom"], body="About Tom")
    scene.add(StaffProfile, practice=near, person=scene.people["lena"], body="About Lena")
    scene.add(StaffPhoto, practice=near, person=scene.people["tom"], picture=b"1")
    scene.add(Agreement, child=scene.children[0], guardian_access="signed_notes", young_person_access="signed_notes",
              in_force_from=scene.at(3))  # fmt: skip
    scene.add(Agreement, child=scene.children[2], guardian_access="signed_notes", in_force_from=scene.at(0))
    return scene


def build(moves: Sequence[Move], *, after_each: Callable[[Scene], None] | None = None) -> Scene:
    """The cast, and then the moves; one that has nothing to act on is passed over."""
    from tests.proof.moves import MOVES

    scene = cast()
    for move in moves:
        try:
            MOVES[move.name](scene, Choices(move.numbers))
        except Nothing:
            continue
        if after_each:
            after_each(scene)
    return scene


def moves_from(seed: int, length: int) -> list[Move]:
    """A fixed list of moves: every kind once, in a shuffled order, then as they come."""
    from tests.proof.moves import MOVES, WEIGHTED

    chance = Random(seed)
    names = sorted(MOVES)
    chance.shuffle(names)
    names = [*names, *(chance.choice(WEIGHTED) for _ in range(max(0, length - len(names))))]
    return [Move(name, tuple(chance.randint(0, LARGEST) for _ in range(NUMBERS))) for name in names]
