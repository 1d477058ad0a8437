"""What the database does on a worker's behalf beyond entering (accounts/sql/authz.sql, Moving in): no other module calls it."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from accounts.models import Practice


def welcome(practice: Practice, *, name: str, email: str, phone: str) -> int:
    """Someone new: an account nobody can sign in to, a name, and a contact if there is one. Returns the person's number.

    For an admin of the practice; whoever asks may tie them to a child until their transaction ends. Raises DatabaseError.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT authz.welcome(%s::bigint, %s::text, %s::text, %s::text)", [practice.pk, name, email, phone]
        )
        number: int = cursor.fetchone()[0]
    return number


def moves_under_way() -> list[tuple[UUID, int]]:
    """Files that were started and are not over, the longest under way first, and the number of whom each acts as."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT move, person FROM authz.moves_under_way()")
        return list(cursor.fetchall())


def forget_moves(moment: datetime) -> None:
    """Delete the rows of files that are over, those of a day before the moment (aware) included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT authz.forget_moves(%s::timestamptz)", [moment])
