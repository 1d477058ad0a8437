"""Who stands where (visibility.md, Words and principles 1 and 10). Nothing here knows a model's rule."""

from calendar import isleap
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.world import Row, World

STAFF_OF_A_CHILD = {"therapist", "supervisor", "safeguarding_lead"}


def remembered[**P, R](answer: Callable[P, R]) -> Callable[P, R]:
    """Answers are kept on the world (the first argument): the same question is asked for every row."""

    @wraps(answer)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        world: Any = args[0]
        question = (answer.__name__, *args[1:])
        if question not in world.known:
            world.known[question] = answer(*args, **kwargs)
        known: R = world.known[question]
        return known

    return asked


def contains(row: Row, moment: datetime) -> bool:
    """The row's own half-open time contains the moment."""
    return bool(row.starts <= moment and (row.ends is None or moment < row.ends))


def is_active(world: World, person: int) -> bool:
    """In force needs an active account."""
    return bool(world.one("Account", person).is_active)


# --- The practice ----------------------------------------------------------------------------------------------------


@remembered
def is_out(world: World, person: int, practice: int, now: datetime) -> bool:
    """The practice has ended the person's access: nothing of what they are there counts (ADR 11)."""
    ended = world.where("Deactivation", "person_id", person)
    return any(row.practice_id == practice and contains(row, now) for row in ended)


def standing_only_in(world: World, person: int, practice: int) -> World:
    """The world for somebody who chose one of their practices to stand in: as if all others had ended their access."""
    others = [row.pk for row in world.tables["Practice"] if row.pk != practice]
    started = min((row.starts for row in world.tables["Membership"]), default=None)
    outs = [
        Row(model="Deactivation", pk=None, practice_id=other, person_id=person, starts=started, ends=None)
        for other in others
    ]
    return World({**world.tables, "Deactivation": [*world.tables["Deactivation"], *outs]})


@remembered
def roles_in(world: World, person: int, practice: int, now: datetime) -> frozenset[str]:
    """Roles of the person's memberships in force."""
    if not is_active(world, person) or is_out(world, person, practice, now):
        return frozenset()
    mine = world.where("Membership", "person_id", person)
    return frozenset(row.role for row in mine if row.practice_id == practice and contains(row, now))


def stands_in(world: World, person: int, practice: int, now: datetime) -> bool:
    """Works there or has a circle row in force there."""
    return works_in(world, person, practice, now) or any(
        is_own(world, person, child.pk, now) or is_therapist(world, person, child.pk, now)
        for child in world.where("Child", "practice_id", practice)
    )


def works_in(world: World, person: int, practice: int, now: datetime) -> bool:
    """A membership of any role in force."""
    return bool(roles_in(world, person, practice, now))


# --- The circle ------------------------------------------------------------------------------------------------------


def circle_rows(world: World, person: int, child: int) -> list[Row]:
    """Every circle row of the person for the child, whenever."""
    return [row for row in world.where("CircleRow", "person_id", person) if row.child_id == child]


def is_closed(world: World, person: int, child: int, now: datetime) -> bool:
    """Closed: no access at all, in any role."""
    return any(
        row.kind == "closed" and row.child_id == child and contains(row, now)
        for row in world.where("Restriction", "person_id", person)
    )


def in_quiet(world: World, person: int, child: int, moment: datetime) -> bool:
    """The moment lies in a quiet time of the person, however long ago that ended."""
    return any(
        row.kind == "quiet" and row.child_id == child and contains(row, moment)
        for row in world.where("Restriction", "person_id", person)
    )


@remembered
def comes_of(world: World, child: int, age: str) -> datetime:
    """Midnight, in the practice's zone, of the birthday; born on 29 February: 1 March in years without one.

    `age`: the column of the practice that holds the years.
    """
    card = world.one("Child", child)
    practice = world.one("Practice", card.practice_id)
    born: date = card.date_of_birth
    year = born.year + getattr(practice, age)
    on_1_march = (born.month, born.day) == (2, 29) and not isleap(year)
    month, day = (3, 1) if on_1_march else (born.month, born.day)
    return datetime(year, month, day, tzinfo=ZoneInfo(practice.time_zone))


def time_contains(world: World, row: Row, now: datetime) -> bool:
    """The row's time, which ends for guardians at the child's majority unless it was renewed by then; authority none goes on
    (ADR 1, reading 19)."""
    if not contains(row, now):
        return False
    if row.role != "guardian" or row.authority == "none" or now < comes_of(world, row.child_id, "majority_age"):
        return True
    return any(renewal.renewed_at <= now for renewal in world.where("Renewal", "circle_row_id", row.pk))


def ever_family(world: World, person: int, child: int, now: datetime) -> bool:
    """Has or had a family row (any but therapist), authority none included."""
    return any(row.role != "therapist" and row.starts <= now for row in circle_rows(world, person, child))


@remembered
def family_roles(world: World, person: int, child: int, now: datetime) -> frozenset[str]:
    """What the person is as family, in force: full, informed, contributor, helper, young_person.

    Authority none empties it, whatever other family rows there are.
    """
    if not is_active(world, person) or is_closed(world, person, child, now):
        return frozenset()
    if is_out(world, person, world.one("Child", child).practice_id, now):
        return frozenset()
    rows = [r for r in circle_rows(world, person, child) if r.role != "therapist" and time_contains(world, r, now)]
    if any(row.authority == "none" for row in rows):
        return frozenset()
    return frozenset(row.authority if row.role == "guardian" else row.role for row in rows)


def is_family(world: World, person: int, child: int, now: datetime) -> bool:
    """The word "family" within a cell of the table: guardians full and informed, and the young person."""
    return bool(family_roles(world, person, child, now) & {"full", "informed", "young_person"})


def is_own(world: World, person: int, child: int, now: datetime) -> bool:
    """Principle 11: a family row in force other than none."""
    return bool(family_roles(world, person, child, now))


# --- Staff of a child --------------------------------------------------------------------------------------------------


@remembered
def is_therapist(world: World, person: int, child: int, now: datetime) -> bool:
    """A therapist row in force, with a membership that lets it count, and no family tie."""
    rows = [row for row in circle_rows(world, person, child) if row.role == "therapist" and contains(row, now)]
    return any(roles_in(world, person, row.practice_id, now) & STAFF_OF_A_CHILD for row in rows) and not is_barred(
        world, person, child, now
    )


@remembered
def is_barred(world: World, person: int, child: int, now: datetime) -> bool:
    """No right as staff for this child: family once (principle 1), or closed."""
    return ever_family(world, person, child, now) or is_closed(world, person, child, now)


@remembered
def is_supervisor(world: World, person: int, child: int, now: datetime) -> bool:
    """A supervisor in force of one of the child's therapists in force."""
    practice = world.one("Child", child).practice_id
    if "supervisor" not in roles_in(world, person, practice, now) or is_barred(world, person, child, now):
        return False
    return any(
        row.practice_id == practice and contains(row, now) and is_therapist(world, row.therapist_id, child, now)
        for row in world.where("Supervision", "supervisor_id", person)
    )


def on_team(world: World, person: int, child: int, now: datetime) -> bool:
    """Team of a child: its therapists in force, and the supervisors in force of one of them."""
    return is_therapist(world, person, child, now) or is_supervisor(world, person, child, now)


def _as_staff(world: World, role: str, person: int, child: int, now: datetime) -> bool:
    practice = world.one("Child", child).practice_id
    return role in roles_in(world, person, practice, now) and not is_barred(world, person, child, now)


def is_lead(world: World, person: int, child: int, now: datetime) -> bool:
    """A safeguarding lead of the child's practice without a family tie to the child."""
    return _as_staff(world, "safeguarding_lead", person, child, now)


def is_admin(world: World, person: int, child: int, now: datetime) -> bool:
    """An admin of the child's practice without a family tie to the child."""
    return _as_staff(world, "admin", person, child, now)


@remembered
def people_barred(world: World, person: int, now: datetime) -> frozenset[int]:
    """Whoever has or had a circle row for a child that one has no right as staff for."""
    barred = [card.pk for card in world.tables["Child"] if is_barred(world, person, card.pk, now)]
    return frozenset(
        row.person_id for child in barred for row in world.where("CircleRow", "child_id", child) if row.starts <= now
    )


def circle_staff(world: World, person: int, child: int, now: datetime) -> bool:
    """Team, admins, leads."""
    return (
        on_team(world, person, child, now) or is_admin(world, person, child, now) or is_lead(world, person, child, now)
    )


# --- Concerns and agreements -------------------------------------------------------------------------------------------


def names_now(named: Row, now: datetime) -> bool:
    """A naming counts from its moment until its concern is found to be an error (ADR 1, reading 7)."""
    return bool(named.named_at <= now and (named.void_from is None or now < named.void_from))


def access_at(world: World, child: int, column: str, moment: datetime) -> str:
    """What the agreement in force at the moment says; none: closed."""
    begun = [row for row in world.where("Agreement", "child_id", child) if row.in_force_from <= moment]
    return str(getattr(max(begun, key=lambda row: row.in_force_from), column)) if begun else "summaries_only"
