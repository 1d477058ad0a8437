"""`migrate` with the wall around it, all in one transaction."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections, transaction

from accounts import rls
from carebridge.lib.database import database_settings


class Command(DjangoMigrate):
    """Lift the wall, run Django's migrate, put the wall of the present code back: all of it or nothing.

    Runs as the owner (`DATABASE_OWNER_URL`; where that is unset, as whoever the process logs in as).
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """See the class."""
        connection = connections["default"]
        if settings.DATABASE_OWNER_URL:
            connection.close()
            connection.settings_dict.update(database_settings(settings.DATABASE_OWNER_URL))
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '10s'")
            rls.lift()
            super().handle(*args, **options)
            call_command("createcachetable", verbosity=0)
            rls.install()
