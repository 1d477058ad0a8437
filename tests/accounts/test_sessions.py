"""Where one is signed in, and what ends it."""

import re
from datetime import timedelta

import time_machine
from allauth.usersessions.models import UserSession
from django.core import mail
from django.urls import reverse

from accounts import definers
from accounts.devices import device_words
from accounts.models import AuditEvent
from accounts.visibility import enter
from tests.accounts.signing_in import PASSWORD, give_password, sign_in
from tests.harness import WallClient, signed_in, viewing
from tests.people import NOON, Willow

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1"
OFFICE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def two_browsers(willow: Willow) -> tuple[WallClient, WallClient]:
    """Priya's telephone and a computer."""
    give_password(willow.priya)
    clients = WallClient(HTTP_USER_AGENT=PHONE), WallClient(HTTP_USER_AGENT=OFFICE)
    for client in clients:
        assert sign_in(client, willow.priya).status_code == 302
    return clients


def test_the_list_says_what_on_since_when_and_which_is_this_one(willow: Willow) -> None:
    phone, office = two_browsers(willow)
    signed_in(willow.dan)
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        assert phone.get("/").status_code == 200
        page = phone.get(reverse("usersessions_list")).content.decode()
    found = re.findall(r"<strong>([^<]+)</strong>( <span class=\"tag\">this one</span>)?", page)
    assert [(words, bool(mark)) for words, mark in found] == [("Safari on iPhone", True), ("Firefox on Windows", False)]
    assert "today, 12:05 p.m." in page
    assert "127.0.0.1" not in page
    assert office.get("/").status_code == 200


def test_one_button_ends_all_others(willow: Willow) -> None:
    phone, office = two_browsers(willow)
    other = signed_in(willow.dan)
    assert phone.post(reverse("usersessions_list"), follow=True).status_code == 200
    assert [client.get("/").status_code for client in (phone, office, other)] == [200, 302, 200]
    assert AuditEvent.objects.get(action="sessions_ended").person_id == willow.priya.pk
    assert "Nowhere else." in phone.get(reverse("usersessions_list")).content.decode()


def test_one_that_ended_by_itself_is_not_listed(willow: Willow) -> None:
    phone, office = two_browsers(willow)
    with time_machine.travel(NOON + timedelta(minutes=25), tick=False):
        assert phone.get("/").status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=35), tick=False):
        assert "Firefox" not in phone.get(reverse("usersessions_list")).content.decode()
        assert office.get("/").status_code == 302


def test_signing_out_takes_it_off_the_list(willow: Willow) -> None:
    phone, _ = two_browsers(willow)
    phone.post(reverse("account_logout"))
    assert [row.user_agent for row in UserSession.objects.all()] == [OFFICE]


def test_a_new_password_ends_every_session(willow: Willow) -> None:
    phone, office = two_browsers(willow)
    new = "brass kettle under maps"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert phone.post(reverse("account_change_password"), form).status_code == 302
    assert [client.get("/").status_code for client in (phone, office)] == [302, 302]
    assert mail.outbox[-1].subject == "Your CareBridge password was changed"


def test_an_admin_ends_them_however_somebody_signed_in(willow: Willow) -> None:
    """What is ended by the kernel (an admin, a new address, a factor taken off) is what is listed: every way in is."""
    phone, office = two_browsers(willow)
    by_force = signed_in(willow.priya)
    with viewing(willow.omar):
        assert definers.end_sessions(willow.priya.pk, willow.practice.pk) == 3
    enter(None)
    assert [client.get("/").status_code for client in (phone, office, by_force)] == [302, 302, 302]


def test_words_for_devices() -> None:
    edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
    droid = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
    said = [device_words(agent) for agent in (edge, droid, "curl/8", "", "<script>Firefox</script>")]
    assert said == ["Edge on Windows", "Chrome on Android", "a device", "a device", "Firefox"]
