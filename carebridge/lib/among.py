"""Lists of any length in one statement."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Field, Func, Value


class Among(Func):
    """The column is one of the keys, sent as one array.

    `__in` writes a statement for each length of the list, and each is planned anew: for a deeply nested rule that costs
    ten times what running it does. This is one statement, planned once a connection.
    """

    output_field = BooleanField()
    template = "%(expressions)s)"
    arg_joiner = " = ANY("

    def __init__(self, column: str, keys: Iterable[Any], kind: "Field[Any, Any]") -> None:
        super().__init__(F(column), Value(list(keys), output_field=ArrayField(kind)))
