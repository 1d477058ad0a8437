"""The project as an app, so that its commands and system checks are found."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class CareBridgeConfig(AppConfig):
    """Brings the management commands and the start-up checks."""

    name = "carebridge"

    def ready(self) -> None:
        """Register the start-up checks, what forms say, and how many statements a connection keeps."""
        from carebridge import checks  # noqa: F401
        from carebridge.lib import form_words

        form_words.install()
        connection_created.connect(keep_statements)


def keep_statements(connection: Any, **_: Any) -> None:
    """Room for every page's statements: psycopg keeps a hundred, and pages opened in turn would push each other's out before
    any was met often enough to be prepared."""
    if connection.vendor == "postgresql":
        connection.connection.prepared_max = 1000
