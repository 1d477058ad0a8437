"""The viewer's own notices, always by the rule: what one may not know (any more, or of a quiet time) is simply not there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import BigIntegerField, QuerySet

from accounts.enums import CircleRole, NoticeKind
from accounts.models import Child, CircleRow, Notice
from accounts.models.people import names_of
from accounts.notice_words import words_of
from accounts.visibility import mine, viewer
from carebridge.lib.among import Among

FEW = 5  # on the first page
RECENT = timedelta(days=30)  # how long a child's page says that the therapist changed


@dataclass(frozen=True)
class Said:
    """One notice in words."""

    notice: Notice
    words: str
    child: Child | None
    fresh: bool


def notices() -> QuerySet[Notice]:
    """One's own, the newest first."""
    found: QuerySet[Notice] = Notice.objects.visible().filter(mine("person_id")).order_by("-told_at", "pk")
    return found


def unread_count() -> int:
    """How many wait: one query, for the menu."""
    return notices().filter(read_at__isnull=True).count()


def in_words(found: Sequence[Notice]) -> list[Said]:
    """The notices with their words, in their order; four queries whatever their number."""
    numbers = sorted({one.child_id for one in found if one.child_id})
    cards = {child.pk: child for child in Child.objects.visible().filter(Among("id", numbers, BigIntegerField()))}
    changes = [one for one in found if one.kind == NoticeKind.THERAPIST_FROM_NOW]
    ended: dict[tuple[int, object], list[int]] = defaultdict(list)
    if changes:
        rows = CircleRow.objects.visible().filter(
            Among("child_id", numbers, BigIntegerField()),
            role=CircleRole.THERAPIST,
            ends__in={one.told_at for one in changes},
        )
        for number, ends, person in rows.order_by("starts", "pk").values_list("child_id", "ends", "person_id"):
            ended[number, ends].append(person)
    people = names_of(
        {one.about_id for one in found if one.about_id} | {who for some in ended.values() for who in some}
    )
    said = []
    for one in found:
        before = [people[who] for who in ended.get((one.child_id or 0, one.told_at), []) if who in people]
        child = cards.get(one.child_id or 0)
        said.append(Said(one, words_of(one, people, child, before), child, one.read_at is None))
    return said


def waiting() -> list[Said]:
    """The first few that were not read, for the first page."""
    return in_words(list(notices().filter(read_at__isnull=True)[:FEW]))


def change_of_therapist(child: Child) -> str:
    """What the family was told of a new therapist lately, to stand on the child's page; empty when nothing."""
    since = viewer().moment - RECENT
    latest = notices().filter(child=child, kind=NoticeKind.THERAPIST_FROM_NOW, told_at__gt=since).first()
    return in_words([latest])[0].words if latest else ""
