"""What an admin sees before the practice's settings change: what stands now, and whom a new age or a new midnight moves."""

import hashlib
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.enums import Authority, CircleRole
from accounts.models import Child, CircleRow, Practice, Renewal
from accounts.models.people import names_of
from accounts.visibility import admins, in_place, viewer

# What each page changes. Everybody with a place in the practice reads the details; the policy is its admins' and rules'.
DETAILS = (
    "name", "time_zone", "language", "reply_within_hours", "reply_hours", "crisis_text", "fees", "how_to_ask", "handbook",
)  # fmt: skip
POLICY = ("assent_age", "majority_age", "guardian_access", "notes_due_hours", "policy_source", "policy_review_on")
REVIEW_AHEAD = timedelta(days=30)


def standing_as(*places: str) -> list[Practice]:
    """The practices the viewer is an admin (or a lead) of, by name."""
    numbers = frozenset[int]().union(*(viewer().places.get(place, frozenset()) for place in places))
    return list(Practice.objects.visible().filter(pk__in=numbers).order_by("name", "pk"))


def version(row: Any, names: Iterable[str]) -> str:
    """What a form carries of the text its writer saw, so that an older window never overwrites a newer one."""
    return hashlib.sha256(
        repr([(name, str(getattr(row, name)).replace("\r", "")) for name in names]).encode()
    ).hexdigest()


def to_review() -> list[Practice]:
    """Practices of the viewer's, as admin or lead, whose policy is to be looked at again within a month, or was by now."""
    me = viewer()
    soon = timezone.localdate(me.moment) + REVIEW_AHEAD
    here = in_place("admin", "id") | in_place("lead", "id")
    return list(Practice.objects.visible().filter(here, policy_review_on__lte=soon).order_by("policy_review_on", "pk"))


# --- Whom a change moves ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """One child, and for an age of majority one guardian, for whom a change means something at once."""

    child: Child
    person: int = 0


@dataclass(frozen=True)
class Moves:
    """What would be different the moment a change is saved, as far as the viewer may know of the children."""

    lose: list[Moved]
    gain: list[Moved]
    wish_on: list[Moved]
    wish_off: list[Moved]
    names: dict[int, str]

    def __bool__(self) -> bool:
        return any((self.lose, self.gain, self.wish_on, self.wish_off))

    def mark(self, values: Iterable[str]) -> str:
        """What was shown for these values, in short: who says yes says it to this and to nothing that came after."""
        parts = [[(m.child.pk, m.person) for m in part] for part in (self.lose, self.gain, self.wish_on, self.wish_off)]
        return hashlib.sha256(repr((parts, list(values))).encode()).hexdigest()


def moves(practice: Practice, values: Mapping[str, Any]) -> Moves:
    """Whom it moves if the practice has these values from now on."""
    planned = copy(practice)
    for name, value in values.items():
        setattr(planned, name, value)
    children = list(Child.objects.visible().filter(admins("id"), practice=practice).order_by("name", "pk"))
    up = [child for child in children if not of_age(child, practice, "majority") and of_age(child, planned, "majority")]
    down = [
        child for child in children if of_age(child, practice, "majority") and not of_age(child, planned, "majority")
    ]
    rows = guardians_of([*up, *down])
    wish_on = [c for c in children if not of_age(c, practice, "assent") and of_age(c, planned, "assent")]
    wish_off = [c for c in children if of_age(c, practice, "assent") and not of_age(c, planned, "assent")]
    return Moves(
        lose=[Moved(child, person) for child in up for person in rows.get(child.pk, ())],
        gain=[Moved(child, person) for child in down for person in rows.get(child.pk, ())],
        wish_on=[Moved(child) for child in wish_on],
        wish_off=[Moved(child) for child in wish_off],
        names=names_of(person for people in rows.values() for person in people),
    )


def of_age(child: Child, practice: Practice, what: str) -> bool:
    """Whether the child has reached the practice's age of assent or majority by now."""
    child.practice = practice
    return viewer().moment >= child.comes_of(getattr(practice, f"{what}_age"))


def guardians_of(children: list[Child]) -> dict[int, list[int]]:
    """By child, the guardians whose rows hold now but for the child's majority: neither renewed nor without any right."""
    moment = viewer().moment
    rows = CircleRow.objects.visible().filter(
        Q(ends__isnull=True) | Q(ends__gt=moment), child__in=children, role=CircleRole.GUARDIAN, starts__lte=moment
    )
    held = list(rows.exclude(authority=Authority.NONE).order_by("starts", "pk"))
    kept = Renewal.objects.visible().filter(circle_row__in=held, renewed_at__lte=moment)
    renewed = set(kept.values_list("circle_row_id", flat=True))
    found: dict[int, list[int]] = {}
    for row in held:
        if row.pk not in renewed and row.person_id not in found.setdefault(row.child_id, []):
            found[row.child_id].append(row.person_id)
    return found
