"""Coming in by a mailed link: once, for a time, for one address; and nothing told to anyone else."""

import json
import logging
import re
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from accounts import links
from accounts.actions.invite import invite, let_in, revoke, send_again
from accounts.definers import welcome
from accounts.enums import InvitationKind
from accounts.models import Account, AuditEvent, Child, CircleRow, Contact, Invitation, Membership, Person
from carebridge.lib.logs import JsonLines
from tests import people
from tests.accounts.joining import PASSWORD, choose, invited, newcomer, plain, token, where
from tests.accounts.signing_in import Authenticating, challenge_of
from tests.guards.browsing import faults_of
from tests.harness import WallClient, signed_in, viewing
from tests.people import DAY, NOON, Willow


def page(client: WallClient, url: str) -> str:
    """What a GET shows; always a page, never stored, never framed."""
    response: Any = client.get(url)
    assert response.status_code == 200
    assert not faults_of(response)
    return str(response.content.decode())


def proven(who: Person) -> Person:
    """Their address was confirmed, as of everyone who has joined."""
    EmailAddress.objects.create(user=who.account, email=who.account.email, verified=True, primary=True)
    return who


# --- Somebody new ------------------------------------------------------------------------------------------------------------


def test_somebody_new_chooses_a_password_and_is_in(willow: Willow) -> None:
    invitation, client = invited(willow), WallClient()
    shown = page(client, where(invitation))
    for words in ("Join Practice willow", "Omar invites you", 'value="uma@okafor.example"', "readonly"):
        assert words in shown
    for child in Child.objects.all():
        assert child.name not in shown
    assert choose(client, where(invitation))["Location"] == "/"
    assert "Hello Uma Okafor" in client.get("/").content.decode()
    account = Account.objects.get(email="uma@okafor.example")
    assert account.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=account).verified
    invitation.refresh_from_db()
    assert (invitation.accepted_at, invitation.person_id) == (NOON, account.pk)
    event = AuditEvent.objects.get(action="joined")
    assert (event.person_id, event.practice_id, event.shown) == (account.pk, willow.practice.pk, [invitation.pk])
    assert event.data == {"kind": "guardian", "with": "new_account"}
    with viewing(willow.omar):
        assert AuditEvent.objects.visible().filter(action="joined").exists()


def test_a_colleague_has_their_roles_from_the_start(willow: Willow) -> None:
    invitation, client = invited(willow, kind="staff", roles=("therapist", "supervisor")), WallClient()
    choose(client, where(invitation))
    found = Membership.objects.filter(person_id=invitation.person_id).values_list("role", flat=True)
    assert set(found) == {"therapist", "supervisor"}
    assert client.get("/")["Location"] == reverse("mfa_index"), "first a second factor"


def test_somebody_new_joins_with_a_passkey_and_no_password(willow: Willow) -> None:
    invitation, client = invited(willow), WallClient()
    assert "Join with a passkey instead" in page(client, where(invitation))
    assert client.post(where(invitation), {"passkey": "1"})["Location"] == reverse("mfa_add_webauthn")
    account = Account.objects.get(email="uma@okafor.example")
    assert not account.has_usable_password()
    shown = page(client, reverse("mfa_add_webauthn"))
    assert "You have joined Practice willow" in shown
    assert re.search(r'name="passwordless"[^>]*checked', shown)
    device = Authenticating()
    form = {"name": "", "credential": device.made(challenge_of(client.get(reverse("mfa_add_webauthn"))))}
    refused = client.post(reverse("mfa_add_webauthn"), form).content.decode()
    assert "nothing would sign you in" in refused, "it has to open the log-in by itself"
    form["credential"] = device.made(challenge_of(client.get(reverse("mfa_add_webauthn"))))
    assert client.post(reverse("mfa_add_webauthn"), {**form, "passwordless": "on"}).status_code == 302
    again = WallClient()
    asked = again.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    again.post(reverse("mfa_login_webauthn"), {"credential": device.shown(challenge_of(asked), account)})
    assert "Hello Uma Okafor" in again.get("/").content.decode()
    assert "This link opens nothing" in WallClient().post(where(invitation), {"passkey": "1"}).content.decode()


def test_who_made_no_passkey_gets_in_by_the_mailbox(willow: Willow) -> None:
    """A colleague has none yet and no password: nothing but the set-up pages opens, and a password can be set there."""
    invitation, client = invited(willow, kind="staff", roles=("therapist",)), WallClient()
    client.post(where(invitation), {"passkey": "1"})
    assert client.get("/")["Location"] == reverse("mfa_index")
    assert "Set a password instead" in page(client, reverse("mfa_add_webauthn"))
    chosen = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post(reverse("account_set_password"), chosen).status_code == 302
    assert Account.objects.get(pk=invitation.person_id).check_password(PASSWORD)
    other = invited(willow, email="vi@okafor.example")
    WallClient().post(where(other), {"passkey": "1"})
    mail.outbox.clear()
    WallClient().post(reverse("account_reset_password"), {"email": "vi@okafor.example"})
    assert [sent.to for sent in mail.outbox] == [["vi@okafor.example"]]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("short", "short", "too short"),
        ("passwordpassword", "passwordpasswort", "two different passwords"),
        ("uma@okafor.example", "uma@okafor.example", "Without your name or address in it"),
        ("", "", "still needed"),
        ("x" * 5000, "x" * 5000, "too long"),
    ],
)
def test_a_bad_password_is_told_and_lets_nobody_in(willow: Willow, first: str, second: str, said: str) -> None:
    invitation, client = invited(willow), WallClient()
    answer = client.post(where(invitation), {"password1": first, "password2": second})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert client.get("/").status_code == 302


def test_the_address_is_the_invited_one_whatever_is_sent(willow: Willow) -> None:
    invitation = invited(willow)
    sent = {"password1": PASSWORD, "password2": PASSWORD, "email": "other@x.example", "address": "other@x.example"}
    WallClient().post(where(invitation), {**sent, "person": str(willow.dan.pk)})
    assert Account.objects.get(pk=invitation.person_id).email == "uma@okafor.example"
    assert not Account.objects.filter(email="other@x.example").exists()


# --- Links that open nothing -------------------------------------------------------------------------------------------------


def dead_links(willow: Willow) -> dict[str, str]:
    """Every way in which a link can be no good."""
    used, late, revoked, again, ended = (invited(willow, email=f"{n}@x.example") for n in ("a", "b", "c", "d", "e"))
    choose(WallClient(), where(used))
    Invitation.objects.filter(pk=late.pk).update(expires_at=NOON)
    with viewing(willow.omar):
        revoke(invitation=revoked)
        send_again(invitation=again)
    Account.objects.filter(pk=ended.person_id).update(is_active=False)
    good = invited(willow, email="f@x.example")
    forged = token(good)[:-1] + ("A" if token(good)[-1] != "A" else "B")
    return {
        "used": token(used), "too late": token(late), "revoked": token(revoked), "an older one": token(again, 1),
        "not active": token(ended), "forged": forged, "of nothing": links.seal("invitation", uuid4(), "1"),
        "not sent yet": token(good, 2), "another purpose": links.seal("address", good.pk, "1"), "no number": links.seal(
            "invitation", good.pk, "x"), "a huge number": links.seal("invitation", good.pk, "9" * 30), "garbage": "x~y",
    }  # fmt: skip


def test_whatever_is_wrong_with_a_link_the_page_is_the_same(willow: Willow, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    pages = dict[str, set[str]]()
    for why, dead in dead_links(willow).items():
        url, before = reverse("join", args=[dead]), Account.objects.filter(email__isnull=False).count()
        answers: list[Any] = [WallClient().get(url), choose(WallClient(), url), signed_in(willow.dan).get(url)]
        assert [answer.status_code for answer in answers] == [200, 200, 200], why
        assert Account.objects.filter(email__isnull=False).count() == before, why
        pages[why] = {plain(answer.content.decode()) for answer in answers[:2]}
    assert len(set[str]().union(*pages.values())) == 1
    (only,) = pages["forged"]
    assert "ask the practice that invited you for a new link" in only
    assert not any(word in only for word in ("willow", "Omar", "Uma"))


def test_a_link_is_good_until_its_last_moment(willow: Willow) -> None:
    invitation = invited(willow)
    with time_machine.travel(NOON + 14 * DAY, tick=False):
        assert "This link opens nothing" in page(WallClient(), where(invitation))
    with time_machine.travel(NOON + 13.999 * DAY, tick=False):
        assert "Choose a password" in page(WallClient(), where(invitation))


def test_a_replay_changes_no_password(willow: Willow) -> None:
    invitation = invited(willow)
    choose(WallClient(), where(invitation))
    answer = choose(WallClient(), where(invitation), "another long password here")
    assert "This link opens nothing" in answer.content.decode()
    assert Account.objects.get(pk=invitation.person_id).check_password(PASSWORD)


def test_guessing_links_is_stopped_and_costs_no_good_one(willow: Willow) -> None:
    """Twenty a minute from one place; a good link counts for nothing."""
    good, client = where(invited(willow)), WallClient()
    for _ in range(25):
        assert "Choose a password" in page(client, good)
    for number in range(20):
        assert "opens nothing" in page(client, reverse("join", args=[f"guess~{number}"]))
    stopped = client.get(reverse("join", args=["guess~20"]))
    assert (stopped.status_code, "wait a little" in stopped.content.decode()) == (429, True)
    assert client.get(good).status_code == 429
    assert "Choose a password" in page(WallClient(REMOTE_ADDR="192.0.2.7"), good)


# --- By GET nothing is accepted ----------------------------------------------------------------------------------------------


def test_looking_changes_nothing(willow: Willow) -> None:
    """Mail programs open links before people do."""
    stella = proven(willow.stella)
    new, known = invited(willow), invited(willow, email=stella.account.email)
    for client, url in ((WallClient(), where(new)), (WallClient(), where(known)), (signed_in(stella), where(known))):
        for _ in range(2):
            page(client, url)
            assert client.head(url).status_code == 200
    assert not Invitation.objects.filter(accepted_at__isnull=False).exists()
    assert Person.objects.filter(pk__in=[new.person_id, known.person_id]).count() == 2
    assert not AuditEvent.objects.filter(action="joined").exists()


# --- With an account that is there -------------------------------------------------------------------------------------------


def test_an_address_with_an_account_is_asked_to_sign_in(willow: Willow) -> None:
    """The holder of the link reads no more than that; the way leads back here."""
    stella = proven(willow.stella)
    invitation = invited(willow, email=str(stella.account.email).upper())
    url, client = where(invitation), WallClient()
    shown = page(client, url)
    assert "first. Then this page asks once" in shown
    assert f"{reverse('account_login')}?next={quote(url)}" in shown
    for word in ("Stella", "alder", "Ada"):
        assert word not in shown
    assert plain(choose(client, url).content.decode()) == plain(shown)
    assert Account.objects.get(pk=stella.pk).password == stella.account.password
    stella.account.set_password(PASSWORD)
    stella.account.save()
    login = client.post(reverse("account_login"), {"login": stella.account.email, "password": PASSWORD, "next": url})
    assert login["Location"] == url
    assert "with the account you are signed in with" in page(client, url)


def test_a_therapist_elsewhere_becomes_a_parent_here_and_sees_both(willow: Willow) -> None:
    stella = proven(willow.stella)
    invitation = invited(willow, email=stella.account.email, name="Stella S.")
    people.tie(Person.objects.get(pk=invitation.person_id), willow.leo, "guardian", "full", relationship="stepmother")
    client = signed_in(stella)
    answer = client.post(where(invitation))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    home = client.get("/").content.decode()
    assert "Leo" in home
    assert "Ada" in home
    assert "Hello Stella" in home
    assert not Person.objects.filter(pk=invitation.person_id).exists()
    assert CircleRow.objects.get(child=willow.leo, role="guardian", person=stella).authority == "full"
    event = AuditEvent.objects.get(action="joined")
    assert (event.person_id, event.practice_id) == (stella.pk, willow.practice.pk)
    assert event.data == {"kind": "guardian", "with": "own_account"}
    assert "This link opens nothing" in page(client, where(invitation))


def test_somebody_signed_in_with_another_address_sees_nothing_of_it(willow: Willow) -> None:
    invitation = invited(willow)
    client = signed_in(proven(willow.stella))
    for shown in (page(client, where(invitation)), choose(client, where(invitation)).content.decode()):
        assert "This link is for another account" in shown
        for word in ("willow", "Omar", "Uma", "okafor"):
            assert word not in shown
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    away = client.post(reverse("account_logout"), {"next": where(invitation)})
    assert away["Location"] == where(invitation)
    assert "Choose a password" in page(client, where(invitation))


def test_an_address_that_was_never_confirmed_does_not_join(willow: Willow) -> None:
    """The kernel asks for a proven address, whatever stands in the account."""
    invitation = invited(willow, email=willow.stella.account.email)
    answer = signed_in(willow.stella).post(where(invitation))
    assert "This link opens nothing" in answer.content.decode()
    assert Person.objects.filter(pk=invitation.person_id).exists()


def test_family_and_staff_of_one_child_is_for_the_practice_to_sort_out(willow: Willow) -> None:
    """Stella treats Ada; a place as Ada's mother that waits for her cannot become hers."""
    stella, ada = proven(willow.stella), Child.objects.get(name="Ada")
    other = people.person("Alba")
    people.employ(other, ada.practice, "admin")
    with viewing(other):
        invitation = let_in(practice=ada.practice, newcomer=newcomer(email=str(stella.account.email)))
    people.tie(Person.objects.get(pk=invitation.person_id), ada, "guardian", "full")
    client = signed_in(stella)
    shown = client.post(where(invitation)).content.decode()
    assert "both family and staff" in shown
    assert "call the practice" in shown
    assert Person.objects.filter(pk=invitation.person_id).exists()
    assert "asks once" not in shown
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_with_and_without_an_account_only_the_tokens_holder_learns_which(willow: Willow) -> None:
    """To anyone else sign-in, reset and any other link answer as if there were no such address."""
    proven(willow.stella)
    known, new = invited(willow, email=willow.stella.account.email), invited(willow)
    differ = [plain(page(WallClient(), where(each))) for each in (known, new)]
    assert "password1" not in differ[0]
    assert "password1" in differ[1]
    forged = [reverse("join", args=[token(each)[:-2] + "xx"]) for each in (known, new)]
    assert len({plain(page(WallClient(), url)) for url in forged}) == 1
    resets: list[Any] = [
        WallClient().post(reverse("account_reset_password"), {"email": each.email}) for each in (known, new)
    ]
    assert resets[0]["Location"] == resets[1]["Location"]


def test_a_contact_in_the_books_follows_the_proven_address(willow: Willow) -> None:
    with viewing(willow.omar):
        number = welcome(willow.practice, name="Ola", email="old@x.example", phone="7")
        made = invite(practice=willow.practice, person=number, kind=InvitationKind.HELPER, email="new@x.example")
    choose(WallClient(), where(made))
    contact = Contact.objects.get(pk=number)
    assert (contact.email, contact.phone) == ("new@x.example", "7")


# --- Logs --------------------------------------------------------------------------------------------------------------------


def test_no_log_line_of_production_holds_the_token(willow: Willow, caplog: pytest.LogCaptureFixture) -> None:
    """The access line names the view; a failed form is no more talkative."""
    invitation = invited(willow)
    strict = WallClient(enforce_csrf_checks=True)
    with caplog.at_level(logging.INFO):
        WallClient().get(where(invitation))
        assert choose(strict, where(invitation)).status_code == 403
        choose(WallClient(), where(invitation))
    lines = [JsonLines().format(record) for record in caplog.records]
    assert any(json.loads(line).get("view") == "join" for line in lines)
    for line in lines:
        assert token(invitation) not in line
        assert invitation.pk.hex not in line
        assert "okafor" not in line
