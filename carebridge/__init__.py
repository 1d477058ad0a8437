"""The project: settings, addresses, Celery, and the pages made of every room."""

from carebridge.celery import app as celery_app

__all__ = ["celery_app"]
