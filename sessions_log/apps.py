"""The app's name for Django."""

from django.apps import AppConfig


class SessionsLogConfig(AppConfig):
    """See the package's own line."""

    name = "sessions_log"
