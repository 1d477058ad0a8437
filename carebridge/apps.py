"""The project as an app, so that its commands and system checks are found."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class CareBridgeConfig(AppConfig):
    """Brings the management commands and the start-up checks."""

    name = "carebridge"

    def ready(self) -> None:
        """Register the start-up checks, what forms say, and how many statements a connection keeps."""
        from carebridge import checks  # noqa: F401
        from carebridge.lib import database, form_words

        form_words.install()
        connection_created.connect(database.keep_statements)
