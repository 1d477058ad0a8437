"""The bench as a Django app, for the one table of its bare page."""

from django.apps import AppConfig


class BenchConfig(AppConfig):
    """Added by tests/bench/settings.py and nowhere else."""

    name = "tests.bench"
    label = "bench"
