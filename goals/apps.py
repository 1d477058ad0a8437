"""The app's name for Django."""

from django.apps import AppConfig


class GoalsConfig(AppConfig):
    """See the package's own line."""

    name = "goals"
