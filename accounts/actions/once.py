"""A form sent twice is one act: the same hidden key gives the same row."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.visibility import Guarded, look_again


class SentBefore(Exception):
    """A form with this key was sent before with other words: neither text may silently win."""


def insert_once[M: Guarded](item: M, *, author: str) -> tuple[M, bool]:
    """Insert the row; or return the row this author's form has already made, and False.

    `author`: the column that, with `form_key`, is unique. Raises SentBefore when that row is about another child or says
    something else. Other integrity errors pass through.
    """
    same: dict[str, Any] = {author: getattr(item, author), "form_key": getattr(item, "form_key", None)}
    try:
        with transaction.atomic():
            item.save(force_insert=True)
    except IntegrityError:
        if not same["form_key"]:
            raise
        rows: Any = type(item).objects
        found: M | None = rows.visible().filter(**same).first()
        if found is None:  # the other sending began later and was faster: to this moment its row lies in the future
            look_again()
            found = rows.visible().filter(**same).first()
        if found is None:
            raise
        if any(getattr(found, name) != getattr(item, name) for name in said_in(item)):
            raise SentBefore from None
        return found, False
    return item, True


def said_in(item: Guarded) -> list[str]:
    """The columns that make two sendings the same act: not the moments of writing, nor what came afterwards."""
    later = {"signed_at", "signed_sha256", "late", "error_at", "error_by_id", "error_reason"}
    written = {"id", "written_at", "changed_at", "logged_at", "posted_at", "added_at", "moment"} | later
    return [field.attname for field in item._meta.concrete_fields if field.attname not in written]
