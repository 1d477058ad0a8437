"""What each kind of notice says, in plain words to whoever reads it. A notice holds ids; names are looked up by the rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.circle_words import listed
from accounts.enums import NoticeKind
from accounts.models import Notice


@dataclass(frozen=True)
class Told:
    """What a notice's words may name: whom it speaks of, the child, and who the child's therapists were until then."""

    about: str
    child: str
    until_then: str
    at: datetime


def new_therapist(told: Told) -> str:
    """To the child's therapists."""
    said = _(
        "%(about)s was tied to %(child)s as a therapist; the circle page says from when. If that surprises you, ask your "
        "practice."
    )
    return said % names(told)


def short_access(told: Told) -> str:
    """To the child's therapists."""
    said = _(
        "A safeguarding lead gave %(about)s access to %(child)s's record for some hours. The circle page says why."
    )
    return said % names(told)


def new_supervisor(told: Told) -> str:
    """To the therapist, and to whoever treats a child with them."""
    said = _("%(about)s supervises a therapist of children you treat, or you, and reads their records from now on.")
    return said % names(told)


def staff_as_family(told: Told) -> str:
    """To the safeguarding leads. Of no child: the circle says which."""
    return _(
        "%(about)s, who works here, was tied to a child as family. They have no right as staff for that child any more."
    ) % names(told)


def therapist_from_now(told: Told) -> str:
    """To family and helpers."""
    local = timezone.localtime(told.at)
    day = f"{formats.date_format(local, 'l')}, {formats.date_format(local, 'DATE_FORMAT')}"
    words = {**names(told), "day": day}
    if told.until_then:
        return _("Since %(day)s, %(about)s is %(child)s's therapist. Until then it was %(before)s.") % words
    return _("Since %(day)s, %(about)s is %(child)s's therapist.") % words


def factor_reset(told: Told) -> str:
    """To the person themself."""
    return _(
        "Your second factor was taken off, as %(about)s asked. Set one up again. If you did not ask for it, tell your "
        "practice at once."
    ) % names(told)


def new_card(told: Told) -> str:
    """To the young person."""
    return _(
        "%(about)s made a new card to sign in for you. If you did not ask for it, tell somebody you trust there."
    ) % names(told)


def names(told: Told) -> Mapping[str, str]:
    """The names a sentence may hold."""
    return {"about": told.about, "child": told.child, "before": told.until_then}


WORDS: dict[str, Callable[[Told], str]] = {
    NoticeKind.NEW_THERAPIST: new_therapist,
    NoticeKind.SHORT_ACCESS: short_access,
    NoticeKind.NEW_SUPERVISOR: new_supervisor,
    NoticeKind.STAFF_AS_FAMILY: staff_as_family,
    NoticeKind.THERAPIST_FROM_NOW: therapist_from_now,
    NoticeKind.FACTOR_RESET: factor_reset,
    NoticeKind.NEW_CARD: new_card,
}


def words_of(notice: Notice, people: Mapping[int, str], child: Any, until_then: list[str]) -> str:
    """The notice in words. `child`: its card, if it is about one the viewer may read."""
    about = people.get(notice.about_id or 0) or _("someone")
    told = Told(about, child.name if child else _("the child"), listed(until_then), notice.told_at)
    return WORDS[notice.kind](told)
