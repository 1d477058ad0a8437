"""`restore`: a dump into an empty database, compared with its manifest."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carebridge.lib import backup, database


class Command(BaseCommand):
    """Restore as superuser (`DATABASE_SUPERUSER_URL`): owners and rights are part of what is restored.

    Exit status 1 when the database is not empty, the file is damaged, or anything differs from the manifest.
    """

    help = "Restore a dump made by `backup` into an empty database that has the roles, and compare."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the module."""
        parser.add_argument("dump", type=Path)

    def handle(self, *, dump: Path, **_: Any) -> None:
        """See the class."""
        begun = time.monotonic()
        try:
            found = backup.restore(dump.resolve(), database.needed("DATABASE_SUPERUSER_URL"))
        except backup.Refused as error:
            raise CommandError(str(error)) from error
        rows = sum(count for count, _ in found["tables"].values())
        took = backup.seconds_since(begun)
        self.stdout.write(f"Restored and equal: {len(found['tables'])} tables, {rows} rows, {took}.")
