"""Sign-in, reset and sign-out, as the pages do them, with their audit rows."""

import re
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import ProgrammingError, transaction
from django.test import RequestFactory
from django.urls import reverse

from accounts import known_browsers
from accounts.models import Account, AuditEvent, Child, Person, Practice
from accounts.tasks import end_expired_sessions
from carebridge.lib.database import APP, WORKER
from tests import people
from tests.guards.browsing import PROOF
from tests.harness import WallClient, role, signed_in, viewing
from tests.people import DAY, NOON, Willow

PASSWORD = "five quiet foxes at noon"


@pytest.fixture
def priya_with_password(willow: Willow) -> Willow:
    willow.priya.account.set_password(PASSWORD)
    willow.priya.account.save()
    return willow


def sign_in(client: WallClient, email: str | None, password: str) -> int:
    status: int = client.post(reverse("account_login"), {"login": email or "", "password": password}).status_code
    return status


def test_a_right_password_signs_in_and_is_recorded(priya_with_password: Willow) -> None:
    client = WallClient()
    assert sign_in(client, priya_with_password.priya.account.email, PASSWORD) == 302
    assert "Hello Priya" in client.get("/").content.decode()
    event = AuditEvent.objects.get(action="sign_in")
    assert event.person_id == priya_with_password.priya.pk


def test_a_wrong_password_is_refused_and_recorded_without_what_was_typed(priya_with_password: Willow) -> None:
    assert sign_in(WallClient(), priya_with_password.priya.account.email, "wrong wrong wrong wrong") == 200
    event = AuditEvent.objects.get(action="sign_in_refused")
    assert (event.person_id, event.data, event.shown) == (None, {}, [])


def test_an_inactive_account_does_not_sign_in(priya_with_password: Willow) -> None:
    account = priya_with_password.priya.account
    account.is_active = False
    account.save()
    client = WallClient()
    sign_in(client, account.email, PASSWORD)
    assert client.get("/").status_code == 302


def test_a_deactivated_account_is_out_with_the_next_request(priya_with_password: Willow) -> None:
    client = signed_in(priya_with_password.priya)
    assert client.get("/").status_code == 200
    account = priya_with_password.priya.account
    account.is_active = False
    account.save()
    assert client.get("/").status_code == 302


def test_sign_up_is_closed(willow: Willow) -> None:
    before = Account.objects.count()
    page = WallClient().post(reverse("account_signup"), {"email": "new@example.org", "password1": PASSWORD})
    assert "invitation" in page.content.decode()
    assert Account.objects.count() == before


def test_a_reset_mail_is_in_the_accounts_language_and_says_nothing(priya_with_password: Willow) -> None:
    account = priya_with_password.priya.account
    account.language = "es"
    account.save()
    client = WallClient(headers={"accept-language": "en"})
    client.post(reverse("account_reset_password"), {"email": account.email})
    message = mail.outbox[0]
    assert "contraseña" in message.subject
    words = f"{message.subject} {message.body}"
    assert not re.search("Maya|Priya|Dan|Tom|Willow", words)
    link = re.search(r"http://\S+", words)
    assert link
    form = client.get(link[0], follow=True)
    done = client.post(form.request["PATH_INFO"], {"password1": PASSWORD + "!", "password2": PASSWORD + "!"})
    assert done.status_code == 302
    assert sign_in(WallClient(), account.email, PASSWORD + "!") == 302
    assert AuditEvent.objects.filter(action="password_changed", person_id=account.pk).exists()
    again = WallClient().get(link[0], follow=True)
    assert "used or is too old" in again.content.decode()


def test_a_person_changes_their_own_password(priya_with_password: Willow) -> None:
    """The web process may write that column of an account and no other but the last sign-in."""
    account, client, new = priya_with_password.priya.account, WallClient(), PASSWORD + " sharp"
    sign_in(client, account.email, PASSWORD)
    account.refresh_from_db()
    assert account.last_login == NOON
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), form).status_code == 302
    assert [sign_in(WallClient(), account.email, each) for each in (PASSWORD, new)] == [200, 302]
    event = AuditEvent.objects.get(action="password_changed")
    assert (event.person_id, event.practice_id) == (account.pk, priya_with_password.practice.pk)
    for column in ("email", "is_active"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), role(APP):
            Account.objects.filter(pk=account.pk).update(**{column: None})


def test_the_worker_ends_sessions_and_addresses_people_without_their_secrets(priya_with_password: Willow) -> None:
    """Neither the key of a signed-in browser nor the hash of a password is the worker's to read."""
    signed_in(priya_with_password.priya)
    mailed = Account.objects.filter(pk=priya_with_password.priya.pk).only("email", "language", "time_zone", "is_active")
    with role(WORKER):
        assert mailed.get().email
        assert end_expired_sessions() == 0
        with time_machine.travel(NOON + DAY, tick=False):
            assert end_expired_sessions() == 1
        for rows in (Account.objects.values_list("password"), Session.objects.values_list("session_key")):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                list(rows)


def test_an_unknown_address_gets_the_same_answer(priya_with_password: Willow) -> None:
    answers = [
        WallClient().post(reverse("account_reset_password"), {"email": email})
        for email in (priya_with_password.priya.account.email, "nobody@example.org")
    ]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    assert len(mail.outbox) == 2


def guess(times: int, email: str | None, network: str, client: WallClient | None = None) -> None:
    """Wrong passwords from a place on the network. Hashing each would take the most of the time."""
    client = client or WallClient(REMOTE_ADDR=network)
    with mock.patch.object(AuthenticationBackend, "authenticate", return_value=None):
        for _ in range(times):
            assert sign_in(client, email, "wrong wrong wrong wrong") == 200


def test_guessing_is_stopped(priya_with_password: Willow) -> None:
    """From one place after five; from many after a hundred a day, however right the last one is."""
    email = priya_with_password.priya.account.email
    guess(5, email, "192.0.2.1")
    assert sign_in(WallClient(REMOTE_ADDR="192.0.2.1"), email, PASSWORD) != 302
    for number in range(2, 21):
        guess(5, email, f"192.0.2.{number}")
    assert sign_in(WallClient(REMOTE_ADDR="192.0.2.99"), email, PASSWORD) != 302
    other = priya_with_password.dan.account
    other.set_password(PASSWORD)
    other.save()
    assert sign_in(WallClient(REMOTE_ADDR="192.0.2.99"), other.email, PASSWORD) == 302


@pytest.mark.proof
def test_of_a_thousand_guesses_a_day_few_are_looked_at(priya_with_password: Willow) -> None:
    """security.md, "1,000 wrong passwords": from one place thirty a day, however patient. Sample: 200 over the day."""
    email, times = priya_with_password.priya.account.email, 1000 if PROOF else 200
    with mock.patch.object(AuthenticationBackend, "authenticate", return_value=None) as looked_at:
        for number in range(times):
            with time_machine.travel(NOON + number * DAY / times, tick=False):
                sign_in(WallClient(REMOTE_ADDR="192.0.2.1"), email, "wrong wrong wrong wrong")
        assert looked_at.call_count == 30


def test_who_knows_an_address_cannot_lock_its_owner_out(priya_with_password: Willow) -> None:
    """Dan guesses at Priya's address, from many places and from her own network: her own browser is let in, and so is a
    new one at another place, or, with all attempts of a day used up, after a mailed reset."""
    email, hers = priya_with_password.priya.account.email, WallClient(REMOTE_ADDR="198.51.100.1")
    assert sign_in(hers, email, PASSWORD) == 302
    hers.post(reverse("account_logout"))
    guess(6, email, "192.0.2.1")
    guess(6, email, "198.51.100.1")
    assert sign_in(WallClient(REMOTE_ADDR="198.51.100.7"), email, PASSWORD) == 302
    for number in range(2, 25):
        guess(5, email, f"192.0.2.{number}")
    assert sign_in(hers, email, PASSWORD) == 302
    fresh = WallClient(REMOTE_ADDR="203.0.113.5")
    assert sign_in(fresh, email, PASSWORD) == 200
    assert f'href="{reverse("account_reset_password")}"' in fresh.get(reverse("account_login")).content.decode()
    fresh.post(reverse("account_reset_password"), {"email": email})
    link = re.search(r"http://\S+", str(mail.outbox[-1].body))
    assert link
    form = fresh.get(link[0], follow=True)
    new = {"password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    assert fresh.post(form.request["PATH_INFO"], new).status_code == 302
    assert sign_in(fresh, email, PASSWORD + "!") == 302


def test_a_known_browser_is_no_way_to_guess(priya_with_password: Willow) -> None:
    """It has five attempts as well, and it is known for whoever signed in there, under a seal nobody can make."""
    client = WallClient()
    hers, his = (str(who.account.email) for who in (priya_with_password.priya, priya_with_password.dan))
    assert sign_in(client, hers, PASSWORD) == 302
    client.post(reverse("account_logout"))
    cookie = client.cookies[settings.KNOWN_BROWSER_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "priya" not in cookie.value
    request = RequestFactory().get("/")
    for value, address, known in (
        (cookie.value, hers, True),
        (cookie.value, hers.upper(), True),
        (cookie.value, his, False),
        ("f" * 32 + cookie.value[32:], hers, False),
        (cookie.value[:32], hers, False),
        ("é.é", hers, False),
        ("", "", False),
    ):
        request.COOKIES = {settings.KNOWN_BROWSER_COOKIE_NAME: value}
        assert bool(known_browsers.name_of(request, address)) is known, value
    guess(6, hers, "", client)
    assert sign_in(client, hers, PASSWORD) == 200


def test_signing_out_forgets_pages_and_is_recorded(priya_with_password: Willow) -> None:
    client = signed_in(priya_with_password.priya)
    answer = client.post(reverse("account_logout"))
    assert answer["Clear-Site-Data"] == '"cache"'
    assert client.get("/").status_code == 302
    assert AuditEvent.objects.filter(action="sign_out").exists()


def test_every_answer_is_for_nobody_else_to_keep(willow: Willow) -> None:
    for client, path in (
        (WallClient(), "/accounts/login/"),
        (signed_in(willow.priya), "/"),
        (WallClient(), "/nowhere/"),
    ):
        answer = client.get(path)
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_a_session_is_over_after_twelve_hours(willow: Willow) -> None:
    """However busy somebody was, and though whatever rewrites the session gives its row another twelve hours; the sign-out
    that follows is recorded."""
    client = signed_in(willow.priya)
    for quarter in range(1, 48):
        with time_machine.travel(NOON + quarter * timedelta(minutes=15), tick=False):
            assert client.get("/").status_code == 200, quarter
    with time_machine.travel(NOON + timedelta(hours=12), tick=False):
        assert client.get("/").status_code == 302
    event = AuditEvent.objects.get(action="sign_out")
    assert (event.person_id, event.practice_id) == (willow.priya.pk, willow.practice.pk)


def trail_of(reader: Person, *actions: str) -> list[AuditEvent]:
    """What someone reads of the trail, behind the wall."""
    with viewing(reader):
        return list(AuditEvent.objects.visible().filter(action__in=actions))


def test_leads_and_admins_see_who_signed_in_and_out(priya_with_password: Willow) -> None:
    """visibility.md, row "Audit": "Leads: all. Admins: accounts, circle, sign-ins". Nobody else, and no other practice's."""
    cast = priya_with_password
    client = WallClient()
    assert sign_in(client, cast.priya.account.email, PASSWORD) == 302
    client.post(reverse("account_logout"))
    for reader in (cast.ruth, cast.omar):
        found = trail_of(reader, "sign_in", "sign_out")
        assert {(e.action, e.person_id) for e in found} == {("sign_in", cast.priya.pk), ("sign_out", cast.priya.pk)}
    for reader in (cast.stella, cast.tom, cast.priya):
        assert trail_of(reader, "sign_in", "sign_out") == []


def test_who_works_in_two_practices_is_in_both_trails(willow: Willow) -> None:
    """One sign-in in each; what the first page showed is filed child by child, each in its own practice's."""
    alder = Practice.objects.get(ref="alder")
    ada = Child.objects.get(practice=alder)
    people.employ(willow.tom, alder, "therapist")
    people.tie(willow.tom, ada, "therapist")
    client = signed_in(willow.tom)
    assert client.get("/").status_code == 200
    read = AuditEvent.objects.filter(action="home_read")
    assert {(e.practice_id, e.child_id, *e.shown) for e in read} == {
        (child.practice_id, child.pk, child.public_id) for child in (willow.maya, willow.leo, ada)
    }
    for lead, rows in ((willow.ruth, 3), (willow.stella, 2)):
        assert {e.person_id for e in trail_of(lead, "sign_in", "home_read")} == {willow.tom.pk}
        assert len(trail_of(lead, "sign_in", "home_read")) == rows
    assert trail_of(willow.omar, "home_read") == []  # whom a person cares for is not an admin's to read there


def test_a_lead_sees_who_tried_an_address_that_was_not_theirs(willow: Willow) -> None:
    """Filed under the practice of whoever asked, whatever was asked for: otherwise the row would tell whose the id is."""
    for asking in (willow.otto, willow.stella):
        client = signed_in(asking)
        assert client.get(reverse("child", args=[willow.maya.public_id])).status_code == 404
    assert [e.person_id for e in trail_of(willow.ruth, "refused")] == [willow.otto.pk]
    assert [e.person_id for e in trail_of(willow.stella, "refused")] == [willow.stella.pk]
    assert trail_of(willow.omar, "refused") == []
