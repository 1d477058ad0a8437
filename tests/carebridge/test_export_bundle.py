"""The command export_bundle: load, export, load is the same practice; who may have what in the file; whole or not there."""

import json
import os
import re
import resource
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import AuditEvent, CircleRow, Membership, Person, Practice, Supervision
from accounts.visibility import guarded_models
from carebridge.bundles import export, tell_people, tell_words
from carebridge.bundles.telling import STAYS
from carebridge.lib import servers
from carebridge.lib.database import APP, OPERATOR
from sessions_log.models import ProcessNote, ProgressNote, Session, SessionRecord, Summary, Wish
from tests import people, worlds
from tests.carebridge import bundles, sameness
from tests.carebridge.bundles import SKIP, WILLOW, Json
from tests.carebridge.sameness import Held
from tests.harness import role, viewing
from tests.journeys.site import LOADED, environment, load_once, real_urls
from tests.people import DAY, NOON, Willow, day
from tests.proof import moves
from tests.proof.worlds import TICK, build, moves_from
from tests.servers_plugin import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
TOM, INES, RUTH, OMAR = (f"{name}@willow.example" for name in ("tom", "ines", "ruth", "omar"))


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    """On this test's own connection; passwords are hashed in no time."""
    settings.DATABASE_OPERATOR_URL = ""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the practice is written: in a folder of its own."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "practice.json"


def load(file: Path, skip: str = "", **options: Any) -> None:
    """Load, with the rights of the operator."""
    with role(OPERATOR):
        call_command("load_bundle", file, skip=skip, **options)


def export_to(file: Path, ref: str = "willow", *, as_role: str = OPERATOR, **options: Any) -> Json:
    """Export, with the rights of the operator; the document."""
    with role(as_role):
        call_command("export_bundle", ref, file, **options)
    return json.loads(file.read_bytes())


def refused(capsys: pytest.CaptureFixture[str], file: Path, ref: str = "willow", **options: Any) -> str:
    """The one line of an export that failed with status 1 and left no file, not even part of one, and no record."""
    capsys.readouterr()
    around = [file, *file.parent.iterdir()] if file.parent.is_dir() else []
    before = {path: path.read_bytes() for path in around if path.is_file()}
    records = AuditEvent.objects.count()
    with pytest.raises(SystemExit) as stopped:
        export_to(file, ref, **options)
    assert stopped.value.code == 1
    assert {path: path.read_bytes() for path in {*before, *file.parent.glob("*")} if path.is_file()} == before
    assert AuditEvent.objects.count() == records
    told, line = capsys.readouterr()
    assert told == ""
    assert "Traceback" not in line
    assert line.endswith(" Nothing was written.\n")
    assert line.count("\n") == 1
    return line.removesuffix(" Nothing was written.\n")


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside, the database is as it was: the house from which a practice moves out."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- Load, export, load is the same practice ------------------------------------------------------------------------------


def check_move(make: Callable[[], Practice], file: Path, asking: Callable[[], dict[str, Any]] = dict) -> None:
    """A practice is made, written and gone; loaded into the empty database, it is the same, for each who reads in it, and
    gives the same file again. `asking`: the options that ask for process notes, while there are people to name."""
    with undone():
        practice = make()
        with connection.cursor() as cursor:  # as at the end of the transactions in which all of it happened
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        ref, held = practice.ref, Held()
        holds, readable = held.practice(practice), held.readable(practice, timezone.now())
        export_to(file, ref, **asking())
    assert set(holds) == set(sameness.MOVED)
    load(file, dry_run=True)
    load(file)
    practice, held = Practice.objects.get(ref=ref), Held()
    holds_now, readable_now = held.practice(practice), held.readable(practice, timezone.now())
    for name, rows in holds.items():
        assert holds_now[name] == rows, name
    assert readable_now.keys() == readable.keys()
    for who, seen in readable.items():
        assert readable_now[who] == seen, who
    again = file.with_name("again.json")
    export_to(again, ref, **asking())
    assert again.read_bytes() == file.read_bytes()


def from_file(make: Callable[[], Json], folder: Path) -> Callable[[], Practice]:
    """A practice made from a bundle."""

    def practice() -> Practice:
        file = folder / "first.json"
        file.write_text(json.dumps(make()))
        load(file, skip=SKIP)
        return Practice.objects.get(ref="willow")

    return practice


def test_every_model_and_column_is_known_to_move_or_to_stay() -> None:
    """A new one is in neither list, and stops here until someone has decided."""
    assert set(STAYS) | set(sameness.MOVED) == {"Account", *(model.__name__ for model in guarded_models())}
    for model in sameness.compared():
        moved, left = set(sameness.MOVED[model.__name__].split()), sameness.left_of(model)
        assert moved | left == sameness.columns_of(model), model.__name__
        assert not moved & left, model.__name__


@pytest.mark.parametrize("make", [bundles.willow, bundles.full, bundles.everything])
def test_a_practice_from_a_file_moves(tmp_path: Path, out: Path, make: Callable[[], Json]) -> None:
    check_move(from_file(make, tmp_path), out, lambda: {"process_notes_of": [TOM], "by": TOM})


def test_no_column_of_everything_is_empty_throughout(tmp_path: Path) -> None:
    """So that the comparison above leaves nothing out."""
    practice = from_file(bundles.everything, tmp_path)()
    empty = {
        f"{name}.{column}"
        for name, rows in Held().practice(practice).items()
        for column in sameness.MOVED[name].split()
        if all(dict(row)[column] in (None, "", "[]", (), False) for row in rows)
    }
    assert empty == set()


def rich_world() -> worlds.Rich:
    """The richest world; its notes have sections and no free text besides, as no page writes both."""
    plain = worlds.sentinels_of

    def without_body(key: str, model: Any) -> dict[str, Any]:
        return {name: text for name, text in plain(key, model).items() if (model, name) != (ProgressNote, "body")}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "sentinels_of", without_body)
        return worlds.rich()


def all_process_notes() -> dict[str, Any]:
    """Those of everyone in the rich world, as a lead and a second person ask for them."""
    ids = {who.name.split()[0]: str(who.public_id) for who in Person.objects.all()}
    authors = [ids[name] for name in ("Tom", "Fred", "Vera", "Hugo")]
    return {"process_notes_of": authors, "by": ids["Ruth"], "second": ids["Omar"]}


def test_the_richest_world_moves(out: Path) -> None:
    check_move(lambda: rich_world().cast.practice, out, all_process_notes)


@pytest.mark.parametrize("seed", [1, 2])
def test_worlds_that_nobody_thought_of_move(out: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Without process notes, and what a file may not hold: a young person of two children, people in another wish."""
    ties = [tie for tie in moves.TIES if tie[0] != "young_person"]
    monkeypatch.setattr(moves, "TIES", ties)

    def make() -> Practice:
        scene = build(moves_from(seed, 250))
        near, far = scene.practices
        for model in (CircleRow, Membership, Supervision):  # through these people learn names elsewhere
            model.objects.filter(practice=far).update(ends=F("starts") + TICK)
        ProcessNote.objects.all().delete()
        Wish.objects.exclude(kind="not_to").update(not_to=[])
        for summary in Summary.objects.filter(practice=near, wish=None):
            said = {"recorded_by": summary.author, "recorded_at": summary.written_at, "error_at": summary.error_at}
            Wish.objects.create(practice=near, child=summary.child, summary=summary, kind="not_asked", **said)
        return near

    with time_machine.travel(people.NOON.replace(year=2031), tick=False):
        check_move(make, out, dict)


# --- What is in the file, and what is not -----------------------------------------------------------------------------------


def test_every_word_of_the_practice_is_in_the_file_and_none_of_another(out: Path) -> None:
    """Sentinels of the richest world: process notes, unsent forms and the other practice stay out."""
    world = rich_world()
    export_to(out)
    found = set(re.findall(r"xq\.[\w.]+?\.qx", out.read_text()))
    theirs = {key for key, child in world.child_of.items() if child == "ada"}
    theirs |= {f"{kind}_{name}" for kind in "pkaflv" for name in ("stella", "adam")} | {"w_alder", "c_ada"}
    keys = {sentinel.split(".")[1] for sentinel in found}
    assert not keys & theirs
    assert not {key for key in keys if key.startswith("x_") or key == "unsent"}
    ours = {
        key for key, row in world.rows.items()
        if world.child_of[key] != "ada" and any("xq." in str(value) for value in vars(row).values())
    }  # fmt: skip
    assert ours - keys == {key for key, row in world.rows.items() if isinstance(row, ProcessNote) and key not in theirs}
    assert worlds.PASSWORD not in out.read_text()


def test_a_person_of_two_practices_takes_along_what_is_of_the_first(willow: Willow, out: Path) -> None:
    alder = Practice.objects.get(ref="alder")
    people.employ(willow.tom, alder, "admin")
    told = export_to(out)
    tom = next(person for person in told["people"] if person["name"] == "Tom")
    assert [row["role"] for row in tom["staff"]] == ["therapist"]
    assert "Stella" not in out.read_text()


def test_letters_stand_as_they_are_and_a_line_holds_an_item(willow: Willow, out: Path) -> None:
    Person.objects.filter(pk=willow.tom.pk).update(name="Tomás\u2028\U0001f9d2")
    export_to(out)
    lines = out.read_bytes().decode().split("\n")
    assert any("Tomás\u2028\U0001f9d2" in line for line in lines)
    assert lines[-3:] == ["]", "}", ""]


def test_it_says_and_records_how_much_it_wrote(capsys: pytest.CaptureFixture[str], out: Path) -> None:
    load(WILLOW, skip=SKIP)
    capsys.readouterr()
    export_to(out)
    lines = capsys.readouterr().out.splitlines()
    assert {"Written:", "  Person: 10", "  Session: 3", "  Release: 5", str(out)} <= set(lines)
    assert lines[-1].startswith("Not in it: passwords")
    assert "all process notes" in lines[-1]
    event = AuditEvent.objects.get(action="bundle_exported")
    assert (event.person_id, event.practice_id, event.shown) == (None, Practice.objects.get().pk, [])
    assert event.data["ProgressNote"] == 4
    assert not {"ProcessNote", "Restriction", "Named"} & set(event.data)
    assert all(isinstance(count, int) for count in event.data.values())
    assert not AuditEvent.objects.filter(action="process_notes_exported").exists()


# --- Process notes --------------------------------------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path) -> Practice:
    """Willow Creek, with a process note by Ines beside Tom's."""
    load(WILLOW, skip=SKIP)
    session = Session.objects.filter(child__name="Leo").get()
    ines = Person.objects.get(name="Ines Falk")
    ProcessNote.objects.create(
        practice=session.practice, child=session.child, session=session, author=ines, body="Ines wonders.",
        written_at=NOON - DAY, changed_at=NOON - DAY,
    )  # fmt: skip
    return session.practice


def process_notes(told: Json) -> list[str]:
    """The words of those in the file."""
    notes = [note for session in told["sessions"] for note in session.get("notes", [])]
    return [note["body"] for note in notes if note["kind"] == "process"]


@pytest.mark.usefixtures("written")
def test_process_notes_stay_behind(out: Path) -> None:
    assert process_notes(export_to(out)) == []


def test_an_author_takes_their_own_and_no_others(
    written: Practice, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert process_notes(export_to(out, process_notes_of=["INES@willow.example"], by=INES)) == ["Ines wonders."]
    assert "all other process notes" in capsys.readouterr().out
    event = AuditEvent.objects.get(action="process_notes_exported")
    ines = Person.objects.get(name="Ines Falk").pk
    assert (event.practice_id, event.data) == (written.pk, {"of": [ines], "by": ines, "second": None, "count": 1})


def test_a_lead_takes_others_notes_with_a_second_person(written: Practice, out: Path) -> None:
    """By random id, too; of someone who has left."""
    ids = {person.name.split()[0]: person for person in Person.objects.all()}
    Membership.objects.filter(person=ids["Ines"]).update(ends=NOON - DAY)
    options: dict[str, Any] = {"process_notes_of": [INES, str(ids["Tom"].public_id)], "by": RUTH, "second": OMAR}
    assert sorted(process_notes(export_to(out, **options)))[0] == "Ines wonders."
    event = AuditEvent.objects.get(action="process_notes_exported")
    numbers = {name: person.pk for name, person in ids.items()}
    assert event.data == {
        "of": sorted([numbers["Ines"], numbers["Tom"]]), "by": numbers["Ruth"], "second": numbers["Omar"], "count": 2,
    }  # fmt: skip


def test_an_admin_reads_that_it_was_exported_and_nothing_of_process_notes(written: Practice, out: Path) -> None:
    """visibility.md, row "Audit": not even how many restrictions, namings and withheld notes there are."""
    export_to(out, process_notes_of=[INES], by=INES)
    told = {}
    for name in ("Omar Lindqvist", "Ruth Adeyemi", "Tom Reyes"):
        with viewing(Person.objects.get(name=name)):
            told[name] = sorted(AuditEvent.objects.visible().values_list("action", flat=True))
    leads = ["bundle_exported", "bundle_loaded", "process_notes_exported"]
    assert told == {"Omar Lindqvist": ["bundle_exported"], "Ruth Adeyemi": leads, "Tom Reyes": []}
    assert not export.OF_LEADS & set(AuditEvent.objects.get(action="bundle_exported").data)


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("options", "telling"),
    [
        ({"process_notes_of": [INES]}, "say who asks"),
        ({"by": INES}, "go with --process-notes-of"),
        ({"second": OMAR}, "go with --process-notes-of"),
        ({"process_notes_of": [INES], "by": TOM}, f"{TOM} may ask for their own"),
        ({"process_notes_of": [INES, TOM], "by": INES}, "only a safeguarding lead"),
        ({"process_notes_of": [INES], "by": TOM, "second": RUTH}, "only a safeguarding lead"),
        ({"process_notes_of": [INES], "by": RUTH}, "take two"),
        ({"process_notes_of": [INES], "by": RUTH, "second": RUTH}, "take two"),
        (
            {"process_notes_of": [INES], "by": RUTH, "second": "priya@family.example"},
            "not the sign-in e-mail of anyone",
        ),
        ({"process_notes_of": ["ines"], "by": INES}, "ines is not the sign-in e-mail"),
    ],
)
def test_who_may_not_ask(options: dict[str, Any], telling: str, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = refused(capsys, out, **options)
    assert telling in line
    assert "wonders" not in line


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("how", ["employment", "account"])
def test_who_has_left_asks_for_nothing(how: str, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sealed: their own notes, too."""
    ines = Person.objects.get(name="Ines Falk")
    if how == "account":
        ines.account.is_active = False
        ines.account.save()
    else:
        Membership.objects.filter(person=ines).update(ends=NOON)
    assert "does not work in this practice now" in refused(capsys, out, process_notes_of=[INES], by=INES)


def test_who_is_family_or_closed_asks_for_nothing(
    written: Practice, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Principle 1: for that child they have no right as staff."""
    leo = written.child_set.get(name="Leo")
    omar, ines = Person.objects.get(name="Omar Lindqvist"), Person.objects.get(name="Ines Falk")
    people.tie(omar, leo, "helper", ends=day(2, 1))
    assert "no right as staff" in refused(capsys, out, process_notes_of=[INES], by=RUTH, second=OMAR)
    export_to(out, process_notes_of=[INES], by=INES)
    people.restrict(ines, leo, "closed", omar, day(3, 1))
    again = out.with_name("again.json")
    assert "no right as staff" in refused(capsys, again, process_notes_of=[INES], by=INES)


# --- Whole or not there -----------------------------------------------------------------------------------------------------


def test_the_file_is_its_owners_alone(willow: Willow, out: Path) -> None:
    export_to(out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(out.parent.iterdir()) == [out]


def test_a_practice_that_is_none_is_refused(willow: Willow, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, out, "nowhere") == "There is no practice with the ref nowhere."


def test_a_file_is_written_over_only_when_told(willow: Willow, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out.write_text("something else")
    out.chmod(0o644)
    assert refused(capsys, out) == f"{out} cannot be written: Something stands there already."
    export_to(out, overwrite=True)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_places_where_nothing_can_be_written(willow: Willow, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, out.parent, overwrite=True) == f"{out.parent} cannot be written: Is a directory."
    nowhere = out.parent / "missing" / "practice.json"
    assert refused(capsys, nowhere) == f"{nowhere} cannot be written: No such file or directory."
    assert "This is not a file" in refused(capsys, Path("/dev/full"), overwrite=True)
    inside = WILLOW / "practice.json"
    assert refused(capsys, inside) == f"{inside} cannot be written: Not a directory."


def test_a_full_disk_leaves_nothing_behind(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file may grow to 4,096 bytes here; what was there before stays."""
    load(WILLOW, skip=SKIP)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for before in (None, "before"):
        if before:
            out.write_text(before)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, limits[1]))
        try:
            line = refused(capsys, out, overwrite=True)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert line == f"{out} cannot be written: File too large."


def test_someone_who_takes_the_name_in_the_meantime_keeps_it(
    willow: Willow, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = export.hold_to_everything

    def meanwhile(telling: Any) -> None:
        told(telling)
        out.write_text("theirs")

    monkeypatch.setattr(export, "hold_to_everything", meanwhile)
    with pytest.raises(SystemExit):
        export_to(out)
    assert "cannot be written: File exists" in capsys.readouterr().err
    assert [path.read_text() for path in out.parent.iterdir()] == ["theirs"]


def test_what_a_bundle_has_no_place_for_is_said_and_not_lost(
    willow: Willow, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    about = {"practice": willow.practice, "child": willow.maya}
    held = {"held_at": NOON, "logged_at": NOON, "moment": NOON, "minutes": 5}
    session = Session.objects.create(**about, **held, therapist=willow.tom)
    with undone():
        SessionRecord.objects.create(**about, session=session, author=willow.ines)
        assert "SessionRecord" in refused(capsys, out)
    with undone():
        moments = {"written_at": NOON, "changed_at": NOON}
        ProgressNote.objects.create(
            **about, **moments, session=session, author=willow.tom, body="b", sections=[["Plan", "p"]]
        )
        assert "a note with both a text and sections" in refused(capsys, out)
    with undone():
        EmailAddress.objects.create(user=willow.tom.account, email="other@example.org")
        assert "second e-mail address" in refused(capsys, out)
    people.name_in_concern(willow.dan, willow.maya, NOON)
    monkeypatch.setattr(tell_people, "LISTS", {**tell_people.LISTS, "named": lambda _: []})
    assert refused(capsys, out) == "The practice holds 1 rows of Named, of which a bundle would hold 0."


def test_a_role_that_sees_a_part_exports_nothing(willow: Willow, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "may not read a whole practice" in refused(capsys, out, as_role=APP)


@pytest.mark.parametrize("error", [KeyError("Draws foxes."), DatabaseError("Draws foxes."), MemoryError()])
def test_a_mistake_of_the_program_is_a_line_without_values(
    willow: Willow, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: Any) -> None:
        raise error

    monkeypatch.setattr(tell_words, "home_updates", broken)
    line = refused(capsys, out)
    assert type(error).__name__ in line
    assert "foxes" not in line


def test_ctrl_c_leaves_nothing_behind(
    willow: Willow, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tell_words, "home_updates", stopped)
    with pytest.raises(SystemExit) as exit_:
        export_to(out)
    assert exit_.value.code == 130
    assert capsys.readouterr().err == "Stopped. Nothing was written.\n"
    assert list(out.parent.iterdir()) == []


# --- One moment -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def house() -> Iterator[dict[str, str]]:
    """A database with Willow Creek in it, and how each role reaches it."""
    superuser_url, urls = os.environ["DATABASE_URL"], real_urls()
    load_once(superuser_url, urls)
    name = f"export_{uuid4().hex[:12]}"
    servers.create_database(superuser_url, name, template=LOADED)
    yield servers.urls_for(name, urls)
    servers.drop_database(superuser_url, name)


def test_what_changes_meanwhile_is_not_in_the_file(house: dict[str, str], out: Path) -> None:
    """The command itself, as the operator: it waits for a table; what is changed while it waits comes too late."""
    env = environment({key: house[key] for key in ("DATABASE_URL", "DATABASE_OPERATOR_URL")})
    command = [sys.executable, "manage.py", "export_bundle", "willow", str(out)]
    with psycopg.connect(house["DATABASE_SUPERUSER_URL"]) as lock:
        lock.execute("LOCK TABLE sessions_log_homeupdate IN ACCESS EXCLUSIVE MODE")
        running = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with psycopg.connect(house["DATABASE_SUPERUSER_URL"], autocommit=True) as beside:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND wait_event_type = 'Lock'"
            while running.poll() is None and beside.execute(waiting, [OPERATOR]).fetchone() == (0,):
                time.sleep(0.05)
            beside.execute("UPDATE accounts_child SET name = 'Too late'")
            beside.execute("UPDATE sessions_log_session SET minutes = 1")
    told, _ = running.communicate()
    assert running.returncode == 0, told
    assert b"Too late" not in out.read_bytes()
    assert {session["minutes"] for session in json.loads(out.read_bytes())["sessions"]} == {50, 45}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with psycopg.connect(house["DATABASE_SUPERUSER_URL"]) as beside:
        recorded = "SELECT count(*) FROM accounts_auditevent WHERE action = 'bundle_exported'"
        assert beside.execute(recorded).fetchone() == (1,)


def test_stopped_by_sigterm_it_leaves_nothing_behind(house: dict[str, str], out: Path) -> None:
    """Nor a process: it was waiting for a table."""
    env = environment({key: house[key] for key in ("DATABASE_URL", "DATABASE_OPERATOR_URL")})
    command = [sys.executable, "manage.py", "export_bundle", "willow", str(out)]
    with psycopg.connect(house["DATABASE_SUPERUSER_URL"]) as lock:
        lock.execute("LOCK TABLE sessions_log_homeupdate IN ACCESS EXCLUSIVE MODE")
        running = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        while running.poll() is None and not list(out.parent.glob(".carebridge-*")):
            time.sleep(0.05)
        running.terminate()
        told, _ = running.communicate()
    assert (running.returncode, told) == (130, b"Stopped. Nothing was written.\n")
    assert list(out.parent.iterdir()) == []
