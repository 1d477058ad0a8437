"""`make_roles`: the database's roles and their passwords, once at the first start and whenever a password changes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from carebridge.lib import database


class Command(BaseCommand):
    """As superuser (`DATABASE_SUPERUSER_URL`): make what roles are missing, hand the database to its owner, and set each
    role's password to the one in the URL its process is given. `DATABASE_URL` is the web's."""

    help = "Create the database roles and set their passwords from the DATABASE_…_URLs. Can be repeated."
    requires_system_checks = ()

    def handle(self, **_: Any) -> None:
        """Exit status 1 when a URL names another role than the one it is for."""
        urls = {
            database.APP: settings.DATABASE_URL,
            database.WORKER: settings.DATABASE_WORKER_URL,
            database.OWNER: settings.DATABASE_OWNER_URL,
            database.OPERATOR: settings.DATABASE_OPERATOR_URL,
            database.BACKUP: settings.DATABASE_BACKUP_URL,
        }
        try:
            given = database.make_roles(database.needed("DATABASE_SUPERUSER_URL"), urls)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Roles are there; passwords set: {', '.join(given) or 'none'}.")
