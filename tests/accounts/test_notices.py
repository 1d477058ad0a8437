"""What people are told inside the app: in words, one's own alone, read once opened (Notice.visible_to; visibility.md, Quiet)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.enums import NoticeKind
from accounts.models import AuditEvent, CircleRow, Notice, Person
from accounts.notice_words import WORDS
from tests import people
from tests.accounts.circling import read
from tests.guards.browsing import texts_of
from tests.harness import signed_in
from tests.people import DAY, NOON, Willow

COUNT = re.compile(r'<span class="count">(\d+)</span>')


def tell(
    willow: Willow, who: Person, kind: str = "new_therapist", *, about: Person | None = None, **more: Any
) -> Notice:
    """A notice as the kernel writes it."""
    values = {"child": willow.maya, "about": about or willow.otto, "told_at": NOON - DAY, **more}
    notice: Notice = Notice.objects.create(practice=willow.practice, person=who, kind=kind, **values)
    return notice


def test_every_kind_has_its_words(willow: Willow) -> None:
    """Whole sentences that name whom they speak of."""
    assert set(WORDS) == set(NoticeKind)
    for kind in NoticeKind:
        child = None if kind in {"factor_reset", "new_card", "new_supervisor", "staff_as_family"} else willow.maya
        tell(willow, willow.tom, kind, child=child)
    found = read(willow.tom, "notices")
    assert found.count("Otto") >= len(NoticeKind)
    assert "None" not in found


def test_read_when_opened(willow: Willow) -> None:
    """The menu counts what waits; the first page shows it; opened, it is read and stays on the list."""
    notice = tell(willow, willow.tom)
    home = read(willow.tom, "home")
    assert "Otto was tied to Maya as a therapist; the circle page says from when." in home
    assert COUNT.findall(home) == ["1"]
    Notice.objects.get(pk=notice.pk, read_at=None)
    first = read(willow.tom, "notices")
    assert '<span class="tag new">' in first
    assert Notice.objects.get(pk=notice.pk).read_at == NOON
    again = read(willow.tom, "notices")
    assert "Otto was tied to Maya" in again
    assert '<span class="tag new">' not in again
    assert not COUNT.findall(again)
    assert "Otto was tied" not in read(willow.tom, "home")
    event = AuditEvent.objects.filter(action="notices_read").latest("at")
    assert (event.child_id, event.shown) == (willow.maya.pk, [notice.pk])


def test_ones_own_alone_and_only_while_one_stands_there(willow: Willow) -> None:
    """Tom's is not Ines's; and no longer his when he is off the team."""
    tell(willow, willow.tom)
    assert "Otto" not in read(willow.ines, "notices")
    CircleRow.objects.filter(child=willow.maya, person=willow.tom).update(ends=NOON)
    assert "Otto" not in read(willow.tom, "notices")
    assert not COUNT.findall(read(willow.tom, "home"))


def test_nothing_of_a_quiet_time_or_of_a_later_day(willow: Willow) -> None:
    """Neither the words nor the count, then or later. Priya's reach her."""
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - 2 * DAY, NOON - timedelta(hours=1))
    people.tie(willow.otto, willow.maya, "therapist", starts=NOON - DAY)
    for who in (willow.dan, willow.priya):
        tell(willow, who, "therapist_from_now")
        tell(willow, who, "therapist_from_now", told_at=NOON + DAY)
    assert "Otto is Maya's therapist" not in read(willow.dan, "notices") + read(willow.dan, "home")
    assert not COUNT.findall(read(willow.dan, "home"))
    home = read(willow.priya, "home")
    assert "Since Sunday, Nov. 1, 2026, Otto is Maya's therapist." in home
    assert COUNT.findall(home) == ["1"]


def test_a_name_one_may_not_read_is_not_said(willow: Willow) -> None:
    """A card that an admin made: the young person does not know Omar."""
    tell(willow, willow.maya_login, "new_card", child=None, about=willow.omar)
    found = read(willow.maya_login, "notices")
    assert "Omar" not in found
    assert "someone made a new card" in found


def test_pages_and_their_cost(willow: Willow) -> None:
    """Twenty a page, and as many statements for one as for many; the menu costs one."""
    counts = []
    for size in (1, 3, 30):
        while Notice.objects.count() < size:
            tell(willow, willow.priya, "therapist_from_now", told_at=NOON - timedelta(minutes=Notice.objects.count()))
        read(willow.priya, "notices")
        read(willow.priya, "notices", query="?page=2")
        counts.append(len(texts_of(willow.priya, reverse("notices"))))
    assert counts[0] == counts[1] == counts[2]
    assert "Page 1 of 2" in read(willow.priya, "notices")
    asked = [text for text in texts_of(willow.priya, reverse("children")) if "accounts_notice" in text]
    assert len(asked) == 1


@pytest.mark.parametrize("who", ["stella", "otto", "sue"])
def test_an_empty_list_says_what_will_be_there(willow: Willow, who: str) -> None:
    """Everybody has the page."""
    assert "Nothing has happened that you had to be told of" in read(getattr(willow, who), "notices")
    answer: Any = signed_in(getattr(willow, who)).post(reverse("notices"))
    assert answer.status_code == 405
