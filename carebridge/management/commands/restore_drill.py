"""`restore_drill`: would this backup bring everything back? On a server of its own, thrown away afterwards."""

import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from psycopg import sql

from accounts.visibility import guarded_models
from carebridge.lib import backup, database, postgres, processes, servers
from carebridge.lib.processes import Child, ChildDied


class Command(BaseCommand):
    """Restore into a private PostgreSQL, compare rows, words, rights and policies, and look as the web without a viewer.

    Nothing of the real database is touched. Exit status 1 on any difference.
    """

    help = "Restore a dump into a server of its own, compare with the manifest, and throw it away."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the module."""
        parser.add_argument("dump", type=Path)
        parser.add_argument("--scratch", type=Path, help="folder with room for a whole database (default: temporary)")

    def handle(self, *, dump: Path, scratch: Path | None, **_: Any) -> None:
        """See the class."""
        begun, children = time.monotonic(), list[Child]()
        with tempfile.TemporaryDirectory(prefix="cb-drill-", dir=scratch) as data, servers.short_folder() as sockets:
            try:
                found = drill(children, dump.resolve(), Path(data), sockets)
            except (backup.Refused, ChildDied) as error:
                raise CommandError(str(error)) from error
            finally:
                processes.stop(children)
        rows = sum(count for count, _ in found["tables"].values())
        took = backup.seconds_since(begun)
        self.stdout.write(
            f"Restored and equal: {len(found['tables'])} tables, {rows} rows; without a viewer, 0. {took}."
        )


def drill(children: list[Child], dump: Path, data: Path, sockets: Path) -> backup.Contents:
    """The whole of it; what the restored database holds."""
    maintenance = servers.url_for("postgres", sockets, "postgres")
    postgres.start(children, data, sockets, maintenance, durable=False)
    servers.create_database(maintenance, servers.DATABASE)
    found = backup.restore(dump, servers.url_for("postgres", sockets))
    if seen := seen_without_a_viewer(servers.url_for(database.APP, sockets)):
        raise backup.Refused(f"Restored, but the web's role sees without a viewer: {', '.join(seen)}.")
    return found


def seen_without_a_viewer(url: str) -> list[str]:
    """Guarded tables of which the role sees any row before anybody is entered."""
    seen = []
    with psycopg.connect(url) as connection:
        for model in guarded_models():
            table = sql.Identifier(model._meta.db_table)
            if connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table)).fetchone():
                seen.append(model._meta.db_table)
    return seen
