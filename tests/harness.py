"""How tests act as someone: the wall with the rule, the wall alone, the rule alone, and a browser-like client.

Fixtures are written as the superuser. Reading "under the wall" sets the web process's role for a while.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.idle import ACTED, PRECISION
from accounts.models import Person
from accounts.visibility import Viewer, enter, leave
from carebridge.lib.database import APP


@contextmanager
def role(name: str = APP) -> Iterator[None]:
    """Everything inside runs as this database role, as the web process does. Needs an open transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {name}")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


@contextmanager
def viewing(
    person: Person | None, moment: datetime | None = None, *, as_role: str | None = APP, only: int | None = None
) -> Iterator[Viewer]:
    """The person's places; with the wall up, or (`as_role=None`) without it, to see what the rule alone gives. `only`: the
    number of the one practice they chose."""
    entered = enter(person.pk if person else None, moment, only)
    try:
        if as_role:
            with role(as_role):
                yield entered
        else:
            yield entered
    finally:
        if not connection.needs_rollback:
            enter(None)
        leave()


class WallClient(Client):
    """A client whose requests run as the web process's database role, inside the test's transaction.

    After each request deferred constraints are checked, as the commit would have, and nobody is entered any more.
    `attentive`: somebody sat there all the time, however far the test travels from one request to the next.
    """

    attentive = False

    def request(self, **request: Any) -> Any:
        """One request behind the wall."""
        if self.attentive:
            self.stay()
        with role(APP):
            response = super().request(**request)
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            enter(None)
        leave()
        return response

    def stay(self) -> None:
        """The session does not end for want of anybody there (accounts/idle.py)."""
        session = self.session
        acted = session.get(ACTED)
        if acted and timezone.now() > datetime.fromisoformat(acted) + PRECISION:
            session[ACTED] = timezone.now().isoformat()
            session.save()


def signed_in(person: Person | None, *, attentive: bool = True) -> WallClient:
    """A client signed in as this person (their session row is made without the password page)."""
    client = WallClient()
    if person is not None:
        client.attentive = attentive
        client.force_login(person.account)
    return client
