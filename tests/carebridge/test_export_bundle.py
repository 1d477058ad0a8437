"""The command export_bundle: what is in the file and what is not, and that it is whole or not there."""

import json
import os
import re
import resource
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError

from accounts.models import AuditEvent, Person, Practice
from carebridge.bundles import export, tell_people, tell_words
from carebridge.bundles.telling import STAYS
from carebridge.lib import servers
from carebridge.lib.database import APP, OPERATOR
from sessions_log.models import ProcessNote, ProgressNote, Session, SessionRecord
from tests import people, worlds
from tests.carebridge.bundles import SKIP, WILLOW
from tests.carebridge.exporting import (
    export_to,
    load,
    refused,
    rich_world,
    undone,
)
from tests.journeys.site import LOADED, environment, load_once, real_urls
from tests.people import NOON, Willow
from tests.servers_plugin import ROOT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "operator_here")]


# --- What is in the file, and what is not -----------------------------------------------------------------------------------


def test_every_word_of_the_practice_is_in_the_file_and_none_of_another(out: Path) -> None:
    """Sentinels of the richest world: process notes, unsent forms, files moving in and the other practice stay out."""
    world = rich_world()
    export_to(out)
    found = set(re.findall(r"xq\.[\w.]+?\.qx", out.read_text()))
    theirs = {key for key, child in world.child_of.items() if child == "ada"}
    theirs |= {f"{kind}_{name}" for kind in "pkaflv" for name in ("stella", "adam")} | {"w_alder", "c_ada"}
    keys = {sentinel.split(".")[1] for sentinel in found}
    assert not keys & theirs
    assert not {key for key in keys if key.startswith("x_") or key == "unsent"}
    said = {key: row for key, row in world.rows.items() if any("xq." in str(value) for value in vars(row).values())}
    staying = {key for key, row in said.items() if type(row).__name__ in STAYS}
    assert staying
    assert not keys & staying
    ours = {key for key in said if key not in staying and world.child_of.get(key) != "ada"}
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
