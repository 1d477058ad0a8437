"""`backup`: the whole database as a file, with a manifest of what is in it."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carebridge.lib import backup, database

NEVER_EMPTY = ("accounts_practice", "accounts_account")


class Command(BaseCommand):
    """Dump as the backup role (`DATABASE_BACKUP_URL`), count, and keep the newest.

    Exit status 1, and no file, when the role does not see everything or there is nothing to keep.
    """

    help = "Write a dump of the whole database into a folder, with rows and hash of every table beside it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the module."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keep", type=int, default=0, metavar="N", help="delete all but the N newest afterwards")

    def handle(self, *, folder: Path, keep: int, **_: Any) -> None:
        """See the class."""
        begun = time.monotonic()
        try:
            dump = backup.take(database.needed("DATABASE_BACKUP_URL"), folder, never_empty=NEVER_EMPTY)
        except backup.Refused as error:
            raise CommandError(str(error)) from error
        tables = json.loads(backup.manifest_of(dump).read_text())["tables"]
        rows, size = sum(count for count, _ in tables.values()), dump.stat().st_size
        took = backup.seconds_since(begun)
        self.stdout.write(f"{dump}: {len(tables)} tables, {rows} rows, {size} bytes, {took}.")
        for old in backup.keep_newest(folder, keep) if keep else ():
            self.stdout.write(f"Deleted {old}.")
