"""Statements prepared by name on the server: planning is the dear part of a row policy, and is the same for every viewer.

Not psycopg's own preparing, which forgets everything at each ROLLBACK TO SAVEPOINT.
"""

from typing import Any

from django.db import connection
from psycopg import ClientCursor

_names: dict[tuple[int, str], str] = {}  # by server process and text


def run(statement: str, *values: str) -> "ClientCursor[Any]":
    """The cursor after running the statement, whose parameters are $1, $2 … as text."""
    connection.ensure_connection()
    raw = connection.connection
    cursor: ClientCursor[Any] = ClientCursor(raw)
    key = (raw.info.backend_pid, statement)
    if key not in _names:
        name = f"proof_{len(_names)}"
        kinds = f"({', '.join(['text'] * len(values))})" if values else ""
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE {name}{kinds} AS {statement}".encode())
        _names[key] = name
    given = f"({', '.join(['%s'] * len(values))})" if values else ""
    return cursor.execute(f"EXECUTE {_names[key]}{given}".encode(), values or None)


def say(command: str) -> None:
    """A command without parameters or plan, such as SAVEPOINT."""
    connection.ensure_connection()
    ClientCursor(connection.connection).execute(command.encode())
