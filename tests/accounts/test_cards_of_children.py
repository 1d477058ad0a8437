"""Cards of children: made by admins, put right by admins and the child's therapists (Child.insertable_by, changeable_by)."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Child, Practice
from tests import people
from tests.accounts.circling import hidden_in, read, text_of
from tests.harness import signed_in
from tests.people import Willow

URL = "child_new"


def card(**given: Any) -> dict[str, Any]:
    """Nia, new."""
    values = {"name": "Nia Okafor", "date_of_birth": "2016-02-29", "pronouns": "she", "about_me": "I like maps."}
    return {**values, "form_key": str(uuid4()), **given}


def test_a_new_child_and_straight_to_its_circle(willow: Willow) -> None:
    """Sent twice it is one card. Nobody stands there yet; the trail says who made it."""
    client, sent = signed_in(willow.omar), card()
    for _ in range(2):
        answer: Any = client.post(reverse(URL), sent)
        nia = Child.objects.get(name="Nia Okafor")
        assert answer["Location"] == reverse("circle", args=[nia.public_id])
    assert (nia.date_of_birth, nia.practice_id) == (date(2016, 2, 29), willow.practice.pk)
    assert str(nia.public_id) != sent["form_key"]
    assert "No therapist stands here." in read(willow.omar, "circle", nia.public_id)
    assert AuditEvent.objects.filter(action="child_added", child_id=nia.pk, person_id=willow.omar.pk).count() == 1


def test_a_likely_twin_is_asked_about(willow: Willow) -> None:
    """Same name, whatever the capitals, and same birth date; a yes makes a second card, another birth date asks nothing."""
    client = signed_in(willow.omar)
    twin = card(name="MAYA", date_of_birth=willow.maya.date_of_birth.isoformat())
    said = text_of(client.post(reverse(URL), twin))
    assert "Two cards for one child" in said
    assert "I like maps." in said
    assert Child.objects.filter(name__iexact="maya").count() == 1
    assert client.post(reverse(URL), {**twin, "twin": "on"}).status_code == 302
    assert Child.objects.filter(name__iexact="maya").count() == 2
    assert client.post(reverse(URL), card(name="Maya", date_of_birth="2012-05-15")).status_code == 302


@pytest.mark.parametrize(
    "given", [{"name": " "}, *({"date_of_birth": born} for born in ("2027-01-01", "1850-01-01", ""))]
)
def test_what_does_not_fit_is_said_at_its_field(willow: Willow, given: dict[str, str]) -> None:
    """And nothing typed is lost."""
    said = text_of(signed_in(willow.omar).post(reverse(URL), card(**given)))
    assert "errorlist" in said
    assert "I like maps." in said
    assert not Child.objects.filter(name="Nia Okafor").exists()


@pytest.mark.parametrize("who", ["tom", "ruth", "ines", "priya", "maya_login"])
def test_admins_alone_make_cards(willow: Willow, who: str) -> None:
    """Nobody else finds the page."""
    for method in ("get", "post"):
        assert getattr(signed_in(getattr(willow, who)), method)(reverse(URL), card()).status_code == 404


def test_an_admin_of_two_practices_says_where(willow: Willow) -> None:
    """And reaches no third one."""
    alder = Practice.objects.get(ref="alder")
    people.employ(willow.omar, alder, "admin")
    third = people.practice("third")
    client = signed_in(willow.omar)
    assert "errorlist" in text_of(client.post(reverse(URL), card(practice=str(third.public_id))))
    client.post(reverse(URL), card(practice=str(alder.public_id)))
    assert Child.objects.get(name="Nia Okafor").practice == alder


@pytest.mark.parametrize("who", ["omar", "tom"])
def test_a_card_is_put_right(willow: Willow, who: str) -> None:
    """The trail says which columns, and no word."""
    client, url = signed_in(getattr(willow, who)), reverse("child_card", args=[willow.maya.public_id])
    sent = {**hidden_in(text_of(client.get(url))), **card(name="Maya Rao", date_of_birth="2012-05-14")}
    assert client.post(url, sent).status_code == 302
    willow.maya.refresh_from_db()
    assert (willow.maya.name, willow.maya.pronouns) == ("Maya Rao", "she")
    event = AuditEvent.objects.get(action="child_changed")
    assert event.data == {"columns": ["about_me", "name", "pronouns"]}


def test_an_older_window_does_not_overwrite_a_newer_card(willow: Willow) -> None:
    """Both are shown; saved again, it stands."""
    url = reverse("child_card", args=[willow.maya.public_id])
    tom, omar = signed_in(willow.tom), signed_in(willow.omar)
    seen = hidden_in(text_of(tom.get(url)))
    omar.post(url, {**seen, **card(name="Maya Rao", date_of_birth="2012-05-14")})
    said = text_of(tom.post(url, {**seen, **card(name="Maya R.", date_of_birth="2012-05-14")}))
    assert "This text was changed elsewhere" in said
    assert "Maya Rao" in said
    assert "Maya R." in said
    assert Child.objects.get(pk=willow.maya.pk).name == "Maya Rao"
    tom.post(url, {**hidden_in(said), **card(name="Maya R.", date_of_birth="2012-05-14")})
    assert Child.objects.get(pk=willow.maya.pk).name == "Maya R."


def test_who_puts_no_card_right(willow: Willow) -> None:
    """Supervisors, leads, family, strangers; an admin who is family."""
    people.employ(willow.dan, willow.practice, "admin")
    for who in ("ines", "ruth", "dan", "priya", "karin", "otto", "stella"):
        read(getattr(willow, who), "child_card", willow.maya.public_id, status=404)
