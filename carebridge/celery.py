"""Celery: JSON payloads that carry numbers only, late acknowledgement, no results kept."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carebridge.settings")

app = Celery("carebridge")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def keep_our_logs(**_: Any) -> None:
    """Celery's own log lines quote exceptions and results; in production they are written as ours (carebridge/lib/logs.py)."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


if os.environ.get("CAREBRIDGE_ENV") == "production":
    setup_logging.connect(keep_our_logs)


@worker_process_init.connect
def refuse_powerful_role(**_: Any) -> None:
    """A worker that could read past row security must not start (security.md, the wall)."""
    from carebridge.lib.database import refuse_powerful_role

    refuse_powerful_role()
