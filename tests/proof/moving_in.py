"""What the functions for moving in answer, question by question, in a small world: a mutant of theirs answers one differently.

No rule asks these functions, so the gallery's people would not notice. What is answered is written here by hand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from accounts.models import Child, MoveIn, MoveInRow, Person, Practice
from carebridge.lib.database import APP, WORKER
from tests import people
from tests.harness import viewing
from tests.people import DAY, NOON, Willow
from tests.proof.gallery import installed
from tests.proof.judge import undone
from tests.proof.mutations import Mutant

HOUR = timedelta(hours=1)
UNKNOWN = "the practice does not know this person"
NOT_YOURS = "only an admin of the practice or a therapist of a child there welcomes"
# Files by name: status, when uploaded and when started, in hours before noon; whose practice; and what becomes of it when
# the day is over: status, when finished, rows left. Made in this order, with ids in the order of their names.
FILES: dict[str, tuple[str, float, float | None, str, tuple[str, float | None, int]]] = {
    "b_tied": ("running", 30, 23, "alder", ("running", None, 1)),
    "a_tied": ("running", 30, 23, "birch", ("running", None, 1)),
    "c_first": ("running", 25, 24, "willow", ("expired", 0, 0)),
    "d_waits": ("checked", 23.9, None, "alder", ("checked", None, 1)),
    "e_late": ("checked", 24, None, "willow", ("expired", 0, 0)),
    "f_finished": ("finished", 48, 47, "willow", ("finished", 46, 0)),
    "g_discarded": ("discarded", 48, None, "willow", ("discarded", 46, 0)),
    "h_expired": ("expired", 72, 70, "willow", ("expired", 46, 0)),
}


@dataclass
class Small:
    """Willow Creek with Abel (an admin, and family of Leo), two practices more, bare children, and files."""

    cast: Willow
    practices: dict[str, Practice] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    files: dict[str, UUID] = field(default_factory=dict)


def small(cast: Willow) -> Small:
    """The world of the questions."""
    world, where = Small(cast), cast.practice
    world.practices = {"willow": where, "alder": Practice.objects.get(ref="alder"), "birch": people.practice("birch")}
    for name in ("Abel", "Stranger", "Vera", "Adam", "Bert"):
        cast.people[name.lower()] = people.person(name)
    people.employ(cast.abel, where, "admin")
    people.tie(cast.abel, cast.leo, "guardian", "full")
    people.employ(cast.vera, world.practices["alder"], "therapist")  # known elsewhere: by a membership, by a circle row
    people.tie(cast.adam, Child.objects.get(name="Ada"), "guardian", "full")
    people.employ(cast.bert, world.practices["birch"], "admin")
    world.children = {name: people.child(where, name, date(2016, 1, 1)) for name in ("Bare", "Now", "Ahead")}
    people.tie(cast.priya, world.children["Now"], "guardian", "full", starts=NOON)
    people.tie(cast.priya, world.children["Ahead"], "guardian", "full", starts=NOON + DAY)
    add_files(world)
    with connection.cursor() as cursor:  # an ordinary SET inside would outlive this function's own
        cursor.execute(
            "CREATE FUNCTION pg_temp.welcome_inside(practice bigint) RETURNS bigint LANGUAGE sql SET app.newcomers = ''"
            " AS $$ SELECT authz.welcome(practice, 'New', '', '') $$"
        )
    return world


def add_files(world: Small) -> None:
    """Files, each with a row."""
    with connection.cursor() as cursor:  # in an empty table rows lie as they are made: an order left out shows
        cursor.execute("TRUNCATE accounts_moveinrow, accounts_movein")
    admins = {"willow": world.cast.omar, "alder": world.cast.stella, "birch": world.cast.bert}
    for name, (status, uploaded, started, ref, _) in FILES.items():
        by: dict[str, Any] = {"practice": world.practices[ref], "uploaded_by": admins[ref]}
        over = ago(46) if status in {"finished", "discarded", "expired"} else None
        move = MoveIn(
            id=UUID(int=ord(name[0])), status=status, uploaded_at=NOON - HOUR * uploaded, finished_at=over, rows=1, **by
        )
        move.started_at = ago(started)
        move.save(force_insert=True)
        MoveInRow.objects.create(move=move, number=2, cells={}, chosen=True, **by)
        world.files[name] = move.pk


def ago(hours: float | None) -> datetime | None:
    """That many hours before noon."""
    return None if hours is None else NOON - HOUR * hours


# --- Asking ---------------------------------------------------------------------------------------------------------------

# Its name, the viewer, as which role of the database (None: past every policy), what is asked, the answer.
type Question = tuple[str, Person | None, str | None, Callable[[], Any], Any]


def fetched(statement: str, *values: Any) -> Any:
    """All the rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def answer_to(question: Question) -> Any:
    """What it says; an error by its first line. Nothing of it has happened afterwards."""
    _, who, role, ask, _ = question
    with undone(), viewing(who, NOON, as_role=role):
        try:
            with transaction.atomic():
                return ask()
        except DatabaseError as error:
            return str(error).splitlines()[0]


def wrong_answers(world: Small) -> Iterator[str]:
    """The questions that are not answered as they should be."""
    for question in (*of_welcome(world), *of_the_circle(world), *of_moves(world)):
        name, *_, expected = question
        if (answer := answer_to(question)) != expected:
            yield f"{name}: {answer!r}, not {expected!r}"


def answers_differ(mutant: Mutant, world: Small) -> bool:
    """Whether any question tells the mutant apart."""
    with installed(mutant):
        return next(wrong_answers(world), None) is not None


def of_welcome(world: Small) -> Iterator[Question]:
    """Who may welcome, what is then there, and for how long the newcomer counts as one."""
    cast, willow, alder = world.cast, world.practices["willow"].pk, world.practices["alder"].pk

    def welcome(practice: int, email: str = "", phone: str = "") -> Callable[[], Any]:
        def ask() -> Any:
            ((number,),) = fetched("SELECT authz.welcome(%s, 'New', %s, %s)", practice, email, phone)
            ((newcomers,),) = fetched("SELECT current_setting('app.newcomers')")
            return made(number), newcomers == f"{{{number}}}"

        return ask

    def made(number: int) -> Any:
        """As the superuser: nobody welcomed is readable by the worker yet."""
        fetched("SELECT set_config('role', 'none', true)")
        return fetched(
            "SELECT a.email, left(a.password, 1), length(a.password), a.is_active, a.language, a.time_zone, p.name,"
            " k.email, k.phone, a.factor_waived FROM accounts_account a LEFT JOIN accounts_person p ON p.account_id = a.id"
            " LEFT JOIN accounts_contact k ON k.person_id = a.id WHERE a.id = %s",
            number,
        )

    def twice() -> Any:
        numbers = [fetched("SELECT authz.welcome(%s, 'New', '', '')", willow)[0][0] for _ in range(2)]
        return fetched("SELECT current_setting('app.newcomers')::bigint[]")[0][0] == numbers

    def later() -> Any:
        fetched("SELECT pg_temp.welcome_inside(%s)", willow)
        return fetched("SELECT current_setting('app.newcomers')")

    person, waived = (None, "!", 33, True, "", "", "New"), False
    for email, phone, contact in (
        ("n@x.example", "", ("n@x.example", "")), ("", "1", ("", "1")), ("n@x.example", "1", ("n@x.example", "1")),
        ("", "", (None, None)),
    ):  # fmt: skip
        yield (
            f"welcome {email} {phone}",
            cast.omar,
            WORKER,
            welcome(willow, email, phone),
            ([(*person, *contact, waived)], True),
        )
    yield "two newcomers", cast.omar, WORKER, twice, True
    yield "a newcomer of this transaction alone", cast.omar, WORKER, later, [("",)]
    yield "to another practice", cast.omar, WORKER, welcome(alder), NOT_YOURS
    yield "by a therapist", cast.tom, APP, welcome(willow), ([(*person, None, None, waived)], True)
    yield "by a colleague without children", cast.otto, WORKER, welcome(willow), NOT_YOURS
    yield "by a mother", cast.priya, WORKER, welcome(willow), NOT_YOURS
    yield "by nobody", None, WORKER, welcome(willow), NOT_YOURS


def of_the_circle(world: Small) -> Iterator[Question]:
    """Which circle rows a viewer may add: past every policy, so that the trigger alone is asked."""
    cast, bare, added = world.cast, world.children["Bare"], 1

    def tie(who: Person, to: Child, *newcomers: Person) -> Callable[[], Any]:
        def ask() -> Any:
            if newcomers:
                fetched("SELECT set_config('app.newcomers', %s, true)", f"{{{','.join(str(n.pk) for n in newcomers)}}}")
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO accounts_circlerow (id, practice_id, child_id, person_id, role, authority, household, starts)"
                    " VALUES (gen_random_uuid(), %s, %s, %s, 'guardian', 'full', '', %s)",
                    [to.practice_id, to.pk, who.pk, NOON],
                )
                return cursor.rowcount

        return ask

    for name, by, asked, answer in (
        ("by nobody, whoever it is and wherever", None, tie(cast.stranger, cast.maya), added),
        ("where there is a circle", cast.omar, tie(cast.otto, cast.maya), added),
        ("where the circle begins now", cast.omar, tie(cast.otto, world.children["Now"]), added),
        ("where the circle lies ahead", cast.omar, tie(cast.otto, world.children["Ahead"]), added),
        ("a newcomer", cast.omar, tie(cast.stranger, bare, cast.stranger), added),
        ("someone beside a newcomer", cast.omar, tie(cast.stranger, bare, cast.dan), UNKNOWN),
        ("a colleague", cast.omar, tie(cast.otto, bare), added),
        ("family of another child", cast.omar, tie(cast.nell, bare), added),
        ("family of one's own child alone", cast.abel, tie(cast.nell, bare), UNKNOWN),
        ("family of another child, by someone barred from one", cast.abel, tie(cast.dan, bare), added),
        ("a stranger", cast.omar, tie(cast.stranger, bare), UNKNOWN),
        ("a colleague elsewhere", cast.omar, tie(cast.vera, bare), UNKNOWN),
        ("family elsewhere", cast.omar, tie(cast.adam, bare), UNKNOWN),
    ):
        yield f"tie {name}", by, None, asked, answer


def of_moves(world: Small) -> Iterator[Question]:
    """What a worker goes on with, and what is over."""
    admins = {"willow": world.cast.omar.pk, "alder": world.cast.stella.pk, "birch": world.cast.bert.pk}
    wanted = [(world.files[name], admins[FILES[name][3]]) for name in ("c_first", "a_tied", "b_tied")]

    def forget() -> Any:
        fetched("SELECT authz.forget_moves(%s)", NOON)
        fetched("SELECT set_config('role', 'none', true)")
        return fetched(
            "SELECT m.id, m.status, m.finished_at, (SELECT count(*) FROM accounts_moveinrow r WHERE r.move_id = m.id)"
            " FROM accounts_movein m ORDER BY m.id"
        )

    over = [(world.files[name], became[0], ago(became[1]), became[2]) for name, (*_, became) in sorted(FILES.items())]
    yield "under way", None, WORKER, lambda: fetched("SELECT * FROM authz.moves_under_way()"), wanted
    yield "over", None, WORKER, forget, over
