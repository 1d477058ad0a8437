"""The rich world for the guards."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import Account
from accounts.visibility import guarded_models
from tests.worlds import Rich, rich


@pytest.fixture
def swept(django_db_setup: None, django_db_blocker: Any) -> None:
    """What earlier tests took back lies in the tables as dead rows, and every look-up would wade through them."""
    tables = [model._meta.db_table for model in guarded_models()] + [Account._meta.db_table]
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"VACUUM {', '.join(tables)}, django_session")


@pytest.fixture
def world(swept: None, db: None, noon: None) -> Rich:
    """Willow Creek with much that could leak, at noon."""
    made = rich()
    with connection.cursor() as cursor:  # as at the end of the transactions in which all of it happened
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return made
