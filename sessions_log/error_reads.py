"""What the viewer may enter in error."""

from typing import Any

from django.db.models import QuerySet


def enterable[M: Any](rows: QuerySet[M]) -> QuerySet[M]:
    """Those of the rows that the viewer may enter in error: the rule for changing them, which a trigger narrows to that."""
    rule = rows.model.changeable_by()
    return rows.filter(rule, error_at__isnull=True)
