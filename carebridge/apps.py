"""The project as an app, so that its commands and system checks are found."""

from django.apps import AppConfig


class CareBridgeConfig(AppConfig):
    """Brings the management commands and the start-up checks."""

    name = "carebridge"

    def ready(self) -> None:
        """Register the start-up checks, and what forms say."""
        from carebridge import checks  # noqa: F401
        from carebridge.lib import form_words

        form_words.install()
