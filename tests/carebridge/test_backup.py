"""The restore drill: a practice is dumped as the backup role, restored, and compared; a backup that would be none is refused."""

import json
import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from hashlib import pbkdf2_hmac, sha256
from hmac import digest
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from accounts.visibility import guarded_models
from carebridge.lib import backup, database, servers
from carebridge.management.commands.backup import NEVER_EMPTY
from tests.journeys.site import LOADED, environment, load_once, real_urls
from tests.servers_plugin import ROOT

GUARDED = [model._meta.db_table for model in guarded_models()]


@pytest.fixture(scope="module")
def practice() -> Iterator[dict[str, str]]:
    """URLs of Willow Creek, in a database of its own."""
    yield from copied(LOADED)


@pytest.fixture
def empty() -> Iterator[dict[str, str]]:
    """URLs of a database without a table."""
    yield from copied("template1")


def copied(template: str) -> Iterator[dict[str, str]]:
    """URLs of a copy that is dropped afterwards."""
    superuser_url, urls, name = os.environ["DATABASE_URL"], real_urls(), f"drill_{uuid4().hex[:12]}"
    load_once(superuser_url, urls)
    servers.create_database(superuser_url, name, template=template)
    try:
        yield servers.urls_for(name, urls)
    finally:
        servers.drop_database(superuser_url, name)


@pytest.fixture(scope="module")
def dump(practice: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    return backup.take(practice["DATABASE_BACKUP_URL"], tmp_path_factory.mktemp("kept"), never_empty=NEVER_EMPTY)


def manage(urls: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """A command as the container runs it."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=environment(urls), capture_output=True, text=True, check=False,
    )  # fmt: skip


def counted(url: str, person: int | None = None) -> dict[str, int]:
    """Rows of each guarded table that the role at `url` sees, as this person or as nobody."""
    with psycopg.connect(url) as connection:
        if person:
            connection.execute("SELECT authz.enter(%s, now())", [person])
        rows = {}
        for table in GUARDED:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            (rows[table],) = connection.execute(query).fetchone() or (-1,)
        return rows


def people(url: str) -> list[int]:
    """Everyone with an account."""
    with psycopg.connect(url) as connection:
        return [number for (number,) in connection.execute("SELECT account_id FROM accounts_person ORDER BY 1")]


# --- The drill --------------------------------------------------------------------------------------------------------


def test_what_is_restored_is_the_same(practice: dict[str, str], empty: dict[str, str], dump: Path) -> None:
    """Rows, words, rights and policies by the manifest; and everyone sees the same as before, nobody nothing."""
    found = backup.restore(dump, empty["DATABASE_SUPERUSER_URL"])
    assert found["tables"]["public.sessions_log_progressnote"][0] > 0
    assert sum(line.startswith("policy ") for line in found["wall"]) > 3 * len(GUARDED)
    assert set(counted(empty["DATABASE_URL"]).values()) == {0}
    everyone = people(practice["DATABASE_SUPERUSER_URL"])
    before = {person: counted(practice["DATABASE_URL"], person) for person in everyone}
    assert {person: counted(empty["DATABASE_URL"], person) for person in everyone} == before
    assert any(rows["sessions_log_progressnote"] for rows in before.values())


def test_life_goes_on_in_it(empty: dict[str, str], dump: Path) -> None:
    """Numbers go on where they were; an upgrade finds nothing to migrate and puts up the same wall."""
    restored = backup.restore(dump, empty["DATABASE_SUPERUSER_URL"])
    done = manage(empty, "migrate")
    assert "No migrations to apply" in done.stdout, done.stderr
    with psycopg.connect(empty["DATABASE_SUPERUSER_URL"]) as connection:
        assert not backup.differences(restored, backup.contents(connection))
        sequence = "pg_get_serial_sequence('public.accounts_child', 'id')"
        row = connection.execute(f"SELECT nextval({sequence}) - max(id) FROM public.accounts_child".encode()).fetchone()
    assert row
    assert row[0] >= 1


def test_the_drill_of_the_command_line(practice: dict[str, str], tmp_path: Path) -> None:
    """As operations.md says: back up, then restore into a server of its own."""
    done = manage(practice, "backup", str(tmp_path))
    assert done.returncode == 0, done.stderr
    (dump,) = tmp_path.glob("*.dump")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    drill = manage({}, "restore_drill", str(dump))
    assert drill.returncode == 0, drill.stderr
    assert drill.stdout.startswith("Restored and equal: ")


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    """With their manifests; nothing else in the folder is touched."""
    for day in (1, 2, 3):
        for ending in ("dump", "json"):
            (tmp_path / f"carebridge-2026110{day}T030000000000Z.{ending}").touch()
    (tmp_path / "another.dump").touch()
    assert [path.name for path in backup.keep_newest(tmp_path, 2)] == ["carebridge-20261101T030000000000Z.dump"]
    left = {path.name.partition("T")[0] + path.suffix for path in tmp_path.iterdir()}
    assert left == {"another.dump.dump", *(f"carebridge-2026110{n}.{end}" for n in (2, 3) for end in ("dump", "json"))}


# --- What is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL"])
def test_a_role_that_sees_only_its_own_is_refused(practice: dict[str, str], tmp_path: Path, role: str) -> None:
    """security.md: "pg_dump under row security can write an empty backup with exit 0"."""
    with pytest.raises(backup.Refused, match="is bound by row security"):
        backup.take(practice[role], tmp_path, never_empty=NEVER_EMPTY)
    assert not list(tmp_path.iterdir())


def test_an_empty_database_is_refused(empty: dict[str, str], tmp_path: Path) -> None:
    """There is nothing to keep, so something is wrong."""
    with pytest.raises(backup.Refused, match="accounts_practice, accounts_account would be empty in this backup"):
        backup.take(empty["DATABASE_BACKUP_URL"], tmp_path, never_empty=NEVER_EMPTY)
    assert not list(tmp_path.iterdir())


def test_a_damaged_file_is_refused(empty: dict[str, str], dump: Path, tmp_path: Path) -> None:
    """Before anything is written."""
    damaged = tmp_path / dump.name
    damaged.write_bytes(dump.read_bytes()[:-1] + b"?")
    backup.manifest_of(damaged).write_bytes(backup.manifest_of(dump).read_bytes())
    with pytest.raises(backup.Refused, match="is not the file"):
        backup.restore(damaged, empty["DATABASE_SUPERUSER_URL"])


def test_a_database_with_tables_is_refused(practice: dict[str, str], dump: Path) -> None:
    """A restore never overwrites."""
    with pytest.raises(backup.Refused, match="is not empty"):
        backup.restore(dump, practice["DATABASE_SUPERUSER_URL"])


CHANGES = {
    "a row gone": ("DELETE FROM sessions_log_mark", "public.sessions_log_mark: 0 rows, expected"),
    "other words": ("UPDATE accounts_person SET name = name || '!'", "or other words in them"),
    "a policy gone": ("DROP POLICY read ON sessions_log_progressnote", "missing: policy sessions_log_progressnote read"),
    "a policy wide open": ("CREATE POLICY more ON accounts_child USING (true)", "not in the backup: policy accounts_child more"),
    "a right too many": ("GRANT DELETE ON accounts_child TO carebridge_app", "not in the backup: right accounts_child"),
    "a column's right": ("GRANT UPDATE (email) ON accounts_account TO carebridge_app", "not in the backup: column right"),
    "no row security": ("ALTER TABLE accounts_child NO FORCE ROW LEVEL SECURITY", "missing: relation accounts_child"),
    "a trigger gone": ("ALTER TABLE sessions_log_summary DISABLE TRIGGER USER", "missing: trigger"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_the_comparison_notices(practice: dict[str, str], dump: Path, change: str) -> None:
    """A drill that cannot fail proves nothing."""
    statement, told = CHANGES[change]
    manifest = json.loads(backup.manifest_of(dump).read_text())
    with psycopg.connect(practice["DATABASE_SUPERUSER_URL"]) as connection:
        assert not backup.differences(manifest, backup.contents(connection))
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL search_path = public")
        connection.execute(statement.encode())
        connection.execute("SET LOCAL session_replication_role = origin")
        found = backup.differences(manifest, backup.contents(connection))
        connection.rollback()
    assert any(told in line for line in found), found


# --- Roles --------------------------------------------------------------------------------------------------------------


def test_make_roles_sets_the_passwords(practice: dict[str, str]) -> None:
    """Hashed before they are sent; the roles were there already, so it may be repeated."""
    with_password = {
        key: url.replace("@/", f":secret-of-{key}@/") for key, url in practice.items() if "SUPERUSER" not in key
    }
    urls = {**with_password, "DATABASE_SUPERUSER_URL": practice["DATABASE_SUPERUSER_URL"]}
    done = manage(urls, "make_roles")
    assert done.returncode == 0, done.stderr
    with psycopg.connect(practice["DATABASE_SUPERUSER_URL"]) as connection:
        passwords = connection.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolname ~ '^carebridge'")
        stored: dict[str, str] = dict(passwords.fetchall())
    for key, role in servers.ROLES.items():
        if role != "postgres":
            assert is_password(f"secret-of-{key}", stored[role])
    assert stored[database.AUTHZ] is None


def is_password(password: str, stored: str) -> bool:
    """Whether PostgreSQL would let it in: RFC 5802's stored key."""
    _, rounds_and_salt, keys = stored.split("$")
    rounds, salt = rounds_and_salt.split(":")
    salted = pbkdf2_hmac("sha256", password.encode(), b64decode(salt), int(rounds))
    return sha256(digest(salted, b"Client Key", "sha256")).digest() == b64decode(keys.split(":")[0])


def test_make_roles_refuses_a_url_of_another_role(practice: dict[str, str]) -> None:
    """Swapped URLs would hand the web the owner's rights."""
    with pytest.raises(ValueError, match="The URL for carebridge_app names carebridge_owner"):
        database.make_roles(practice["DATABASE_SUPERUSER_URL"], {database.APP: practice["DATABASE_OWNER_URL"]})
