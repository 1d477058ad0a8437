"""Leaving at once: experience.md, "Quick exit on family pages"."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import AuditEvent
from tests.harness import WallClient, signed_in
from tests.people import Willow

LEAVE = reverse("leave")


def test_who_leaves_is_signed_out_and_led_away(willow: Willow) -> None:
    """At a page that has nothing to do with us; the sign-out stands on the trail like any other."""
    priya = signed_in(willow.priya)
    response = priya.get(LEAVE, headers={"Sec-Fetch-Site": "same-origin"})
    assert (response.status_code, response["Location"]) == (302, settings.LEAVE_FOR)
    assert response["Clear-Site-Data"] == '"cache"'
    assert "no-store" in response["Cache-Control"]
    assert priya.get(reverse("home")).status_code == 302
    assert AuditEvent.objects.filter(action="sign_out", person_id=willow.priya.pk).exists()


def test_a_link_on_somebody_elses_page_signs_nobody_out(willow: Willow) -> None:
    """It leads away and no more."""
    priya = signed_in(willow.priya)
    assert priya.get(LEAVE, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 302
    assert priya.get(reverse("home")).status_code == 200


@pytest.mark.django_db
def test_whoever_is_signed_out_already_is_led_away_too() -> None:
    """A session may be over while a page still stands open."""
    assert WallClient().get(LEAVE)["Location"] == settings.LEAVE_FOR


@pytest.mark.parametrize(("who", "offered"), [("priya", True), ("maya_login", True), ("karin", True), ("tom", False)])
def test_family_pages_offer_it(willow: Willow, who: str, offered: bool) -> None:
    """Parents, the young person and helpers; therapists write in rooms of their own."""
    page = signed_in(willow.people[who]).get(reverse("home")).content.decode()
    assert (f'href="{LEAVE}"' in page) is offered
