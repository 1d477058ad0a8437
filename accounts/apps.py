"""The app's name for Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See the package's own line."""

    name = "accounts"

    def ready(self) -> None:
        """Listen to allauth's sign-ins."""
        from accounts import sign_in  # noqa: F401
