"""Words and templates a practice adds: for its staff, and for nobody else."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Practice
from sessions_log.models import PracticeChoice
from tests import people
from tests.harness import signed_in
from tests.people import NOON, Willow

URL = "/practice/choices/"
TEMPLATE = {
    "kind": "template",
    "name": "Play diary",
    "sections": "What we played\r\n\r\n Mood \r\nWhat we played\r\nPlan",
}


def test_staff_add_words_and_templates(willow: Willow) -> None:
    ines = signed_in(willow.ines)
    assert reverse("choices") == URL
    for data in (
        {"kind": "technique", "name": " Weather report ", "group": "arts"}, {"kind": "theme", "name": "Foxes"},
        {"kind": "setting", "name": "Rooftop"}, TEMPLATE,
    ):  # fmt: skip
        assert ines.post(URL, data).status_code == 302, data
    found = {choice.kind: choice for choice in PracticeChoice.objects.all()}
    assert (found["technique"].name, found["technique"].group) == ("Weather report", "arts")
    assert found["template"].sections == ["What we played", "Mood", "Plan"]
    assert {(c.practice_id, c.added_by_id, c.added_at) for c in found.values()} == {
        (willow.practice.pk, willow.ines.pk, NOON)
    }
    page = signed_in(willow.omar).get(URL).content.decode()
    for words in ("Weather report", "Arts", "Foxes", "Rooftop", "What we played · Mood · Plan"):
        assert words in page
    event = AuditEvent.objects.get(action="choice_added", data__kind="technique")
    assert (event.practice_id, event.data) == (willow.practice.pk, {"kind": "technique"})


def test_it_is_the_practices_own(willow: Willow) -> None:
    signed_in(willow.tom).post(URL, {"kind": "theme", "name": "Foxes"})
    assert "Foxes" not in signed_in(willow.stella).get(URL).content.decode()
    for who in ("priya", "dan", "maya_login", "karin", "nell", "joy"):
        client = signed_in(willow.people[who])
        assert client.get(URL).status_code == 404, who
        assert client.post(URL, {"kind": "theme", "name": "Owls"}).status_code == 404, who
    foxes = PracticeChoice.objects.get()
    assert signed_in(willow.stella).post(URL, {"retire": str(foxes.pk)}).status_code == 404
    assert PracticeChoice.objects.get().retired_at is None


def test_taken_off_it_can_be_added_again(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    tom.post(URL, {"kind": "theme", "name": "Foxes"})
    key = str(PracticeChoice.objects.get().pk)
    assert tom.post(URL, {"retire": key}).status_code == 302
    assert tom.post(URL, {"retire": key}).status_code == 302
    assert AuditEvent.objects.filter(action="choice_retired").count() == 1
    assert "Foxes" not in tom.get(URL).content.decode().split("Taken off")[0]
    assert tom.post(URL, {"kind": "theme", "name": "Foxes"}).status_code == 302
    assert PracticeChoice.objects.filter(name="Foxes").count() == 2


def test_the_same_word_twice_is_told(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    tom.post(URL, {"kind": "theme", "name": "Foxes"})
    page = tom.post(URL, {"kind": "theme", "name": "Foxes"})
    assert "has this already" in page.content.decode()
    assert 'value="Foxes"' in page.content.decode()
    assert PracticeChoice.objects.count() == 1


def test_who_works_in_two_practices_says_for_which(willow: Willow) -> None:
    alder = Practice.objects.get(ref="alder")
    people.employ(willow.tom, alder, "therapist")
    tom = signed_in(willow.tom)
    assert "This is still needed" in tom.post(URL, {"kind": "theme", "name": "Foxes"}).content.decode()
    assert tom.post(URL, {"kind": "theme", "name": "Foxes", "practice": str(alder.public_id)}).status_code == 302
    assert PracticeChoice.objects.get().practice_id == alder.pk


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 81), ("name", "a\u0000b"), ("sections", ""), ("sections", "x" * 81),
        ("sections", "a\u0000b"), ("sections", "\n".join(map(str, range(13)))), ("sections", "é" * 100_000), ("kind", "other"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_plainly(willow: Willow, field: str, value: str) -> None:
    response = signed_in(willow.tom).post(URL, {**TEMPLATE, field: value})
    assert response.status_code == 200
    assert not PracticeChoice.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "a\u0000", "00000000-0000-4000-8000-000000000000"])
def test_taking_off_what_is_not_there_finds_nothing(willow: Willow, key: str) -> None:
    assert signed_in(willow.tom).post(URL, {"retire": key}).status_code == 404
