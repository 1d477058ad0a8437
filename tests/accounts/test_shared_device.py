"""A device that others use too keeps nothing of whoever was there."""

from datetime import timedelta

import time_machine
from django.conf import settings
from django.urls import reverse

from tests.accounts.signing_in import code as shown
from tests.accounts.signing_in import give_app, give_password, sign_in
from tests.harness import WallClient, signed_in
from tests.people import NOON, Willow

EVERYTHING, PAGES = '"cache", "storage"', '"cache"'


def shared(willow: Willow) -> WallClient:
    """Priya, who ticked the box."""
    give_password(willow.priya)
    client = WallClient()
    assert sign_in(client, willow.priya, shared="on").status_code == 302
    return client


def test_the_browser_is_not_remembered(willow: Willow) -> None:
    client = shared(willow)
    assert settings.KNOWN_BROWSER_COOKIE_NAME not in client.cookies
    own = WallClient()
    sign_in(own, willow.priya)
    assert settings.KNOWN_BROWSER_COOKIE_NAME in own.cookies


def test_it_ends_after_ten_quiet_minutes_and_forgets(willow: Willow) -> None:
    client = shared(willow)
    with time_machine.travel(NOON + timedelta(minutes=9, seconds=59), tick=False):
        assert client.get("/").status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=20), tick=False):
        ended = client.get("/")
        assert (ended.status_code, ended["Clear-Site-Data"]) == (302, EVERYTHING)
        assert "Clear-Site-Data" not in client.get(reverse("account_login"))


def test_signing_out_and_leaving_empty_the_browser(willow: Willow) -> None:
    assert shared(willow).post(reverse("account_logout"))["Clear-Site-Data"] == EVERYTHING
    assert shared(willow).get(reverse("leave"))["Clear-Site-Data"] == EVERYTHING
    own = signed_in(willow.priya)
    assert own.post(reverse("account_logout"))["Clear-Site-Data"] == PAGES, "what is kept by choice stays"


def test_keeping_words_on_it_is_not_offered(willow: Willow) -> None:
    url = reverse("update_new", args=[willow.maya.public_id])
    assert "data-keep data-never hidden" in shared(willow).get(url).content.decode()
    assert "data-keep hidden" in signed_in(willow.priya).get(url).content.decode()


def test_it_holds_through_the_second_step_of_signing_in(willow: Willow) -> None:
    give_app(willow.priya)
    client = shared(willow)
    assert client.post(reverse("mfa_authenticate"), {"code": shown()}).status_code == 302
    assert settings.KNOWN_BROWSER_COOKIE_NAME not in client.cookies
    assert client.post(reverse("account_logout"))["Clear-Site-Data"] == EVERYTHING


def test_the_next_person_says_it_for_themselves(willow: Willow) -> None:
    give_password(willow.dan)
    client = shared(willow)
    client.post(reverse("account_logout"))
    sign_in(client, willow.dan)
    assert client.post(reverse("account_logout"))["Clear-Site-Data"] == PAGES


def test_a_young_persons_device_is_taken_for_shared_until_they_say_otherwise(willow: Willow) -> None:
    give_password(willow.maya_login)
    client = WallClient()
    sign_in(client, willow.maya_login)
    assert settings.KNOWN_BROWSER_COOKIE_NAME not in client.cookies
    assert "Only I use this device" in client.get(reverse("account")).content.decode()
    client.post(reverse("own_device"))
    with time_machine.travel(NOON + timedelta(minutes=29), tick=False):
        assert client.get("/").status_code == 200
    client.post(reverse("own_device"), {"shared": "1"})
    assert client.post(reverse("account_logout"))["Clear-Site-Data"] == EVERYTHING


def test_the_form_says_what_it_means(willow: Willow) -> None:
    page = WallClient().get(reverse("account_login")).content.decode()
    assert "Other people use this device" in page
    assert "nothing of yours stays on it" in page
