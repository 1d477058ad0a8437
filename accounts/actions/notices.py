"""Notices that were read."""

from collections.abc import Iterable
from uuid import UUID

from accounts.models import Notice
from accounts.visibility import viewer


def mark_notices_read(*, shown: Iterable[UUID]) -> None:
    """The viewer has seen them. One's own alone: the rule lets nobody mark another's."""
    Notice.objects.visible().filter(pk__in=list(shown), read_at__isnull=True).update(read_at=viewer().moment)
