"""The practice's own words over time: said otherwise, taken off, brought back; and therapists find them where they tap."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from sessions_log.models import PracticeChoice
from tests.harness import signed_in
from tests.people import DAY, NOON, Willow

URL = "/practice/choices/"
WORD = {"kind": "technique", "name": "Weather report", "group": "arts"}
TEMPLATE = {"kind": "template", "name": "Play diary", "sections": "What we played\r\nPlan"}


def added(willow: Willow, **values: str) -> PracticeChoice:
    """By the admin."""
    assert signed_in(willow.omar).post(URL, values or WORD).status_code == 302
    return PracticeChoice.objects.get(retired_at__isnull=True)


def standing() -> dict[str, PracticeChoice]:
    """On the pages now."""
    return {choice.name: choice for choice in PracticeChoice.objects.filter(retired_at__isnull=True)}


def test_an_admin_says_a_word_otherwise_and_the_therapist_taps_the_new_one(willow: Willow) -> None:
    old = added(willow)
    admin = signed_in(willow.omar)
    assert 'value="Weather report"' in admin.get(f"{URL}?change={old.pk}").content.decode()
    answer = admin.post(URL, {**WORD, "name": "Weather map", "group": "cbt", "change": str(old.pk)})
    assert answer.status_code == 302
    (new,) = standing().values()
    assert (new.name, new.group, new.added_by_id) == ("Weather map", "cbt", willow.omar.pk)
    old.refresh_from_db()
    assert (old.name, old.retired_at) == ("Weather report", NOON)
    page = signed_in(willow.tom).get(reverse("session_new", args=[willow.maya.public_id])).content.decode()
    assert "Weather map" in page
    assert "Weather report" not in page
    event = AuditEvent.objects.get(action="choice_renamed")
    assert (event.data, set(event.shown)) == ({"kind": "technique"}, {old.pk, new.pk})


def test_sections_of_a_note_change_for_notes_to_come(willow: Willow) -> None:
    old = added(willow, **TEMPLATE)
    signed_in(willow.omar).post(URL, {**TEMPLATE, "sections": "Mood\r\nPlan", "change": str(old.pk)})
    assert standing()["Play diary"].sections == ["Mood", "Plan"]
    old.refresh_from_db()
    assert old.sections == ["What we played", "Plan"]


def test_nothing_different_changes_nothing(willow: Willow) -> None:
    old = added(willow)
    assert signed_in(willow.omar).post(URL, {**WORD, "change": str(old.pk)}).status_code == 302
    assert list(PracticeChoice.objects.all()) == [old]


@pytest.mark.parametrize("name", ["", "Owls", "Sand tray", "a\u0000b", "x" * 81])
def test_what_cannot_be_is_refused_and_the_word_stays(willow: Willow, name: str) -> None:
    """Nothing, another of the practice's, a built-in one, what cannot be kept."""
    old = added(willow)
    signed_in(willow.omar).post(URL, {**WORD, "name": "Owls"})
    answer: Any = signed_in(willow.omar).post(URL, {**WORD, "name": name, "change": str(old.pk)})
    assert answer.status_code == 200
    assert standing().keys() == {"Weather report", "Owls"}


def test_taken_off_it_is_brought_back_as_it_was(willow: Willow) -> None:
    word = added(willow, **TEMPLATE)
    admin = signed_in(willow.omar)
    admin.post(URL, {"retire": str(word.pk)})
    assert not standing()
    assert "Bring back" in admin.get(URL).content.decode()
    assert admin.post(URL, {"back": str(word.pk)}).status_code == 302
    assert standing()["Play diary"].sections == ["What we played", "Plan"]
    assert admin.post(URL, {"back": str(word.pk)}).status_code == 302  # once is enough
    assert len(standing()) == 1
    assert "Bring back" not in admin.get(URL).content.decode()
    assert AuditEvent.objects.filter(action="choice_brought_back").count() == 1


def test_a_word_taken_off_meanwhile_is_not_changed(willow: Willow) -> None:
    word = added(willow)
    PracticeChoice.objects.filter(pk=word.pk).update(retired_at=NOON - DAY)
    answer = signed_in(willow.omar).post(URL, {**WORD, "name": "Weather map", "change": str(word.pk)})
    assert answer.status_code == 404
    assert not standing()


@pytest.mark.parametrize("act", ["change", "back", "retire"])
def test_another_practices_word_is_nobodys_here(willow: Willow, act: str) -> None:
    word = added(willow)
    for who in ("stella", "priya", "karin"):
        answer = signed_in(willow.people[who]).post(URL, {**WORD, "name": "Owls", act: str(word.pk)})
        assert answer.status_code == 404, who
        assert signed_in(willow.people[who]).get(f"{URL}?change={word.pk}").status_code == 404, who
    for key in ("", "x", "a\u0000"):
        assert signed_in(willow.omar).post(URL, {**WORD, act: key}).status_code == 404
    assert standing().keys() == {"Weather report"}
