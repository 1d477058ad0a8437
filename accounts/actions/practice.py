"""Changing how a practice works: its details and its policy, each against the text its writer saw."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import Practice
from accounts.practice_reads import DETAILS, POLICY, version


class Stale(Exception):
    """The text was changed after the form was opened. `now`: the practice as it stands."""

    def __init__(self, now: Practice) -> None:
        super().__init__()
        self.now = now


@transaction.atomic
def change_details(*, practice: Practice, values: Mapping[str, Any], seen: str) -> list[str]:
    """What everyone in the practice reads. Returns the names of what changed. Raises Stale."""
    changed = written(practice, DETAILS, values, seen)
    if changed:
        audit.record("practice_changed", practices=[practice.pk], shown=[practice.public_id], data={"fields": changed})
    return changed


@transaction.atomic
def change_policy(*, practice: Practice, values: Mapping[str, Any], seen: str) -> list[str]:
    """Ages, access and due times, and where they come from: in force at once. Returns the names of what changed. Raises Stale."""
    before = {name: getattr(practice, name) for name in POLICY}
    changed = written(practice, POLICY, values, seen)
    if changed:
        told = [
            name for name in changed if name != "policy_source"
        ]  # a text: that it changed is said, not what it says
        data = {
            "fields": changed,
            "before": {name: code(before[name]) for name in told},
            "after": {name: code(values[name]) for name in told},
        }
        audit.record("policy_changed", practices=[practice.pk], shown=[practice.public_id], data=data)
    return changed


def code(value: Any) -> Any:
    """A number, a code or a day as the trail keeps it."""
    return value if isinstance(value, int) or value is None else str(value)


def written(practice: Practice, names: tuple[str, ...], values: Mapping[str, Any], seen: str) -> list[str]:
    """Write those of the values that are new, on the row as it is now."""
    now = Practice.objects.visible().select_for_update().get(pk=practice.pk)
    if version(now, names) != seen:
        raise Stale(now)
    changed = [name for name in names if getattr(now, name) != values[name]]
    if changed:
        Practice.objects.filter(pk=now.pk).update(**{name: values[name] for name in changed})
    return changed
