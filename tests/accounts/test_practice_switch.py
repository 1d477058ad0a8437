"""Whoever has a place in several practices stands in all of them, or in the one they chose; in no other."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from accounts.access import ONLY
from accounts.models import AuditEvent, Child, CircleRow, Membership, Person, Practice, Supervision
from accounts.visibility import acting_as, enter, leave, look_again, viewer
from tests import people
from tests.accounts.offices import words
from tests.harness import WallClient, signed_in, viewing
from tests.people import DAY, LONG_AGO, NOON, Willow


@pytest.fixture
def alder(willow: Willow) -> Practice:
    """The other practice: Tom, a therapist in Willow Creek, is Ada's father there."""
    found: Practice = Practice.objects.get(ref="alder")
    people.tie(willow.tom, Child.objects.get(practice=found), "guardian", "full")
    return found


def choose(client: WallClient, practice: Practice | None) -> Any:
    """By the page's form."""
    return client.post(reverse("practices"), {"practice": str(practice.public_id) if practice else ""})


def children_of(client: WallClient) -> set[str]:
    """Names on the page of one's children."""
    response: Any = client.get(reverse("children"))
    return {child.name for child in response.context["page"].object_list} if response.status_code == 200 else set()


def test_every_page_shows_the_practice_that_was_chosen(willow: Willow, alder: Practice) -> None:
    tom, ada = signed_in(willow.tom), Child.objects.get(practice=alder)
    assert children_of(tom) == {"Maya", "Leo", "Ada"}
    assert "All practices" in words(tom.get(reverse("home")))
    assert choose(tom, willow.practice).status_code == 302
    assert children_of(tom) == {"Maya", "Leo"}
    said = words(tom.get(reverse("home")))
    assert "Practice willow" in said
    assert "Ada" not in said
    assert tom.get(reverse("child", args=[ada.public_id])).status_code == 404
    choose(tom, alder)
    assert children_of(tom) == {"Ada"}
    assert tom.get(reverse("child", args=[willow.maya.public_id])).status_code == 404
    assert tom.get(reverse("unfinished")).status_code == 404  # a father, not a therapist
    choose(tom, None)
    assert children_of(tom) == {"Maya", "Leo", "Ada"}


def test_the_page_offers_all_of_them_whichever_is_chosen(willow: Willow, alder: Practice) -> None:
    tom = signed_in(willow.tom)
    for chosen in (None, willow.practice, alder):
        choose(tom, chosen)
        response: Any = tom.get(reverse("practices"))
        assert [where.name for where in response.context["practices"]] == ["Practice alder", "Practice willow"]
        assert response.context["only"] == (chosen.pk if chosen else None)


def test_whoever_has_one_practice_sees_no_switch(willow: Willow, alder: Practice) -> None:
    for name in ("omar", "priya", "otto"):
        client = signed_in(willow.people[name])
        assert reverse("practices") not in client.get(reverse("home")).content.decode()
        assert "You have a place in one practice" in words(client.get(reverse("practices")))


def test_a_practice_one_does_not_stand_in_is_not_there(willow: Willow, alder: Practice) -> None:
    for who in (willow.priya, willow.tom):
        client, there = signed_in(who), people.practice("elm")
        for key in (str(there.public_id), "nonsense", str(there.pk)):
            assert client.post(reverse("practices"), {"practice": key}).status_code == 404
            assert ONLY not in client.session
        there.delete()


def test_a_choice_that_is_not_ones_own_any_more_is_forgotten(willow: Willow, alder: Practice) -> None:
    """The session holds a number of a practice one has left, or one never stood in."""
    tom = signed_in(willow.tom)
    choose(tom, alder)
    CircleRow.objects.filter(person=willow.tom, practice=alder).update(ends=NOON - DAY)
    assert children_of(tom) == {"Maya", "Leo"}
    assert ONLY not in tom.session
    forged = tom.session
    forged[ONLY] = {"number": alder.pk, "name": "x"}
    forged.save()
    assert children_of(tom) == {"Maya", "Leo"}
    assert ONLY not in tom.session
    Membership.objects.filter(person=willow.tom).update(ends=NOON - DAY)
    forged = tom.session
    forged[ONLY] = {"number": alder.pk, "name": "x"}
    forged.save()
    assert "You have no access here" in words(tom.get(reverse("home")))


def test_a_refusal_is_filed_under_the_practice_one_stands_in(willow: Willow, alder: Practice) -> None:
    tom, ada = signed_in(willow.tom), Child.objects.get(practice=alder)
    choose(tom, willow.practice)
    tom.get(reverse("child", args=[ada.public_id]))
    (event,) = AuditEvent.objects.filter(action="refused")
    assert (event.practice_id, event.shown, event.child_id) == (willow.practice.pk, [ada.public_id], None)


def test_standing_in_somebody_elses_place_leaves_the_choice_alone(willow: Willow, alder: Practice) -> None:
    enter(willow.tom.pk, only=willow.practice.pk)
    before = viewer()
    with acting_as(willow.stella.pk) as stella:
        assert stella.practices == [alder.pk]
    assert viewer() == before
    assert set(Child.objects.visible().values_list("name", flat=True)) == {"Maya", "Leo"}
    assert look_again().only == willow.practice.pk
    enter(None)
    leave()


def test_an_admin_of_two_sees_the_people_of_the_one_chosen(willow: Willow, alder: Practice) -> None:
    people.employ(willow.omar, alder, "admin")
    omar = signed_in(willow.omar)

    def listed() -> set[str]:
        response: Any = omar.get(reverse("people"))
        return {entry.person.name for entry in response.context["entries"]}

    assert {"Stella", "Priya"} <= listed()
    choose(omar, alder)
    assert listed() == {"Stella", "Tom", "Omar"}
    said = words(omar.get(reverse("person", args=[willow.tom.public_id])))
    assert "Ada" in said
    assert "Maya" not in said
    choose(omar, None)
    pages = [
        words(omar.get(reverse("person", args=[willow.tom.public_id]) + f"?practice={where.public_id}"))
        for where in (alder, willow.practice)
    ]
    assert ["Ada" in page for page in pages] == [True, False]
    assert ["Maya" in page for page in pages] == [False, True]


@pytest.mark.parametrize("wall", [None, "carebridge_app"])
def test_a_supervisor_in_two_practices_supervises_in_the_one_chosen(
    willow: Willow, alder: Practice, wall: str | None
) -> None:
    """With the rule alone as with the wall."""
    other = people.person("Other")
    people.employ(other, alder, "therapist")
    people.employ(willow.ines, alder, "supervisor")
    Supervision.objects.create(practice=alder, supervisor=willow.ines, therapist=other, starts=LONG_AGO)
    eve = people.child(alder, "Eve", date(2014, 1, 1))
    people.tie(other, eve, "therapist")
    with viewing(willow.ines, as_role=wall):
        assert {child.name for child in Child.objects.visible()} == {"Maya", "Leo", "Eve"}
        stood = enter(willow.ines.pk, only=willow.practice.pk)
        assert {child.name for child in Child.objects.visible()} == {"Maya", "Leo"}
        assert eve.pk not in stood.places["team"]


def test_the_switch_costs_no_query(willow: Willow, alder: Practice) -> None:
    """As many statements on a page with a choice as without, and no more for whoever has one practice than before."""

    def counted(who: Person, chosen: Practice | None) -> int:
        client, texts = signed_in(who), list[str]()
        session = client.session
        if chosen:
            session[ONLY] = {"number": chosen.pk, "name": chosen.name}
            session.save()

        def note_down(execute: Any, sql: str, *more: Any) -> Any:
            texts.append(sql)
            return execute(sql, *more)

        with connection.execute_wrapper(note_down):
            assert client.get(reverse("children")).status_code == 200
        return len(texts)

    assert counted(willow.tom, None) == counted(willow.tom, willow.practice) == counted(willow.priya, None)
