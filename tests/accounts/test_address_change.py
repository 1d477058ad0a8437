"""Another address signs in once both mailboxes have said yes. Nobody learns whose an address is."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from accounts import links
from accounts.models import Account, AddressChange, AuditEvent, Contact, RowReview
from tests.accounts.signing_in import PASSWORD, give_password, sign_in
from tests.harness import WallClient, signed_in
from tests.people import DAY, NOON, Willow

NEW = "priya.new@example.org"


@pytest.fixture
def asked(willow: Willow) -> tuple[WallClient, AddressChange]:
    """Priya, who has asked for a new address."""
    give_password(willow.priya)
    client = WallClient()
    sign_in(client, willow.priya)
    assert client.post(reverse("address_change"), {"email": NEW.upper()})["Location"] == reverse("account")
    return client, AddressChange.objects.get()


def link(change: AddressChange, side: str) -> str:
    """The address in the mail to this side."""
    return reverse("address_yes", args=[links.seal("address", change.pk, side)])


def say_yes(change: AddressChange, side: str, client: WallClient | None = None) -> str:
    """Press the button behind the link."""
    text: str = (client or WallClient()).post(link(change, side)).content.decode()
    return text


def signs_in(willow: Willow, email: str | None) -> bool:
    """Whether Priya's password opens with this address."""
    answer: Any = WallClient().post(reverse("account_login"), {"login": email or "", "password": PASSWORD})
    return bool(answer.status_code == 302)


def test_both_mailboxes_say_yes(asked: tuple[WallClient, AddressChange], willow: Willow) -> None:
    client, change = asked
    old = willow.priya.account.email
    assert (change.email, change.expires_at) == (NEW, NOON + DAY)
    assert NEW in client.get(reverse("account")).content.decode()
    for side in ("old", "new"):
        page = WallClient().get(link(change, side)).content.decode()
        assert "Yes, that was me" in page
        assert str(old) not in page, "the new mailbox may be a stranger's"
    change.refresh_from_db()
    assert change.old_said_yes_at is change.new_said_yes_at is None, "opening a link changes nothing"
    assert "the other mailbox" in say_yes(change, "old")
    assert "the other mailbox" in say_yes(change, "old"), "the same one twice is not both"
    assert signs_in(willow, old)
    assert not signs_in(willow, NEW)
    assert client.get("/").status_code == 200
    assert "From now on you sign in by the new address" in say_yes(change, "new", client)
    assert client.get("/").status_code == 302, "every session has ended"
    assert signs_in(willow, NEW)
    assert not signs_in(willow, old)
    assert Contact.objects.get(pk=willow.priya.pk).email == NEW
    assert EmailAddress.objects.get(user=willow.priya.account).verified
    assert [review.child_id for review in RowReview.objects.all()] == [willow.maya.pk]
    assert "no longer works" in say_yes(change, "new")


def test_it_is_recorded_and_the_old_mailbox_is_told(asked: tuple[WallClient, AddressChange], willow: Willow) -> None:
    _, change = asked
    old = willow.priya.account.email
    for side in ("new", "old"):
        say_yes(change, side, signed_in(willow.dan))
    events = {event.action: event for event in AuditEvent.objects.filter(action__startswith="address_")}
    assert events.keys() == {"address_change_asked", "address_changed"}
    assert {(e.person_id, e.practice_id) for e in events.values()} == {(willow.priya.pk, willow.practice.pk)}
    assert NEW not in str([event.data for event in events.values()])
    told = mail.outbox[-1]
    assert told.to == [old]
    assert "moved to another e-mail address" in str(told.body)
    assert not re.search("Maya|Priya|Tom|Willow|therap", f"{told.subject} {told.body}")


def test_whoever_says_yes_in_another_persons_browser_signs_nobody_out(
    asked: tuple[WallClient, AddressChange], willow: Willow
) -> None:
    dan = signed_in(willow.dan)
    for side in ("old", "new"):
        say_yes(asked[1], side, dan)
    assert dan.get("/").status_code == 200


def test_it_can_be_given_up_and_asked_anew(asked: tuple[WallClient, AddressChange]) -> None:
    client, change = asked
    assert client.post(reverse("address_give_up")).status_code == 302
    assert "no longer works" in WallClient().get(link(change, "new")).content.decode()
    assert "no longer works" in say_yes(change, "new")
    client.post(reverse("address_change"), {"email": "one@example.org"})
    client.post(reverse("address_change"), {"email": "two@example.org"})
    waiting = AddressChange.objects.filter(void_at__isnull=True, done_at__isnull=True)
    assert [change.email for change in waiting] == ["two@example.org"]


def test_it_ends_by_itself_after_a_day(asked: tuple[WallClient, AddressChange], willow: Willow) -> None:
    _, change = asked
    say_yes(change, "old")
    with time_machine.travel(NOON + DAY, tick=False):
        assert "no longer works" in say_yes(change, "new")
        client = signed_in(willow.priya)
        assert NEW not in client.get(reverse("account")).content.decode()
        assert client.post(reverse("address_change"), {"email": NEW}).status_code == 302, "and can be asked for again"
    assert not signs_in(willow, NEW)


def test_an_address_that_is_somebodys_is_told_from_none(
    asked: tuple[WallClient, AddressChange], willow: Willow
) -> None:
    """Asking answers the same; saying yes ends as any old link does, and its owner keeps it."""
    client, change = asked
    free = client.post(reverse("address_change"), {"email": "free@example.org"}, follow=True)
    taken = client.post(reverse("address_change"), {"email": willow.dan.account.email}, follow=True)
    said = [page.content.decode().partition('<div role="status">')[2][:400] for page in (free, taken)]
    assert said[0] == said[1]
    taken_change = AddressChange.objects.get(void_at__isnull=True)
    answers = {side: say_yes(taken_change, side) for side in ("old", "new")}
    assert all("no longer works" in text for text in answers.values())
    assert unchanging(answers["new"]) == unchanging(say_yes(change, "new"))
    assert Account.objects.get(pk=willow.dan.pk).email == willow.dan.account.email


def unchanging(text: str) -> str:
    """Without what is new in every answer."""
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]+"', "", text)


def test_a_guardians_address_is_no_young_persons(willow: Willow) -> None:
    """Also where it is only in the practice's books. A young person without an address has no old mailbox to ask."""
    Contact.objects.filter(pk=willow.dan.pk).update(email="books@example.org")
    account = willow.maya_login.account
    Contact.objects.filter(pk=account.pk).update(email="")
    account.email = None
    account.save()
    client = signed_in(willow.maya_login)
    for email, done in (("books@example.org", False), ("maya@example.org", True)):
        assert client.post(reverse("address_change"), {"email": email}).status_code == 302
        change = AddressChange.objects.get(void_at__isnull=True, done_at__isnull=True)
        answer = say_yes(change, "new")
        assert ("From now on you sign in by the new address" in answer) is done
        assert ("no longer works" in answer) is not done
    account.refresh_from_db()
    assert account.email == "maya@example.org"


def test_asking_asks_again_who_it_is(willow: Willow) -> None:
    give_password(willow.priya)
    client = signed_in(willow.priya)
    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        assert client.get(reverse("address_change"))["Location"].startswith(reverse("account_reauthenticate"))
        page = client.post(reverse("address_change"), {"email": NEW}).content.decode()
        assert "Is it you?" in page
        assert NEW in page
        assert not AddressChange.objects.exists()
        done = client.post(reverse("address_change"), {"email": NEW, "step-up-password": PASSWORD})
        assert done.status_code == 302
    assert AddressChange.objects.get().email == NEW


@pytest.mark.parametrize("token", ["x", "~", "a" * 32 + ".new~forged", "é"])
def test_other_links_open_nothing(willow: Willow, token: str) -> None:
    answer = WallClient().get(reverse("address_yes", args=[token]))
    assert answer.status_code == 200
    assert "no longer works" in answer.content.decode()


def test_a_link_for_one_thing_is_none_for_another(asked: tuple[WallClient, AddressChange]) -> None:
    _, change = asked
    for purpose, mark in (("factor", "once"), ("address", "both"), ("invitation", "1")):
        token = links.seal(purpose, change.pk, mark)
        assert "no longer works" in WallClient().post(reverse("address_yes", args=[token])).content.decode()


def test_the_same_address_is_not_a_change(willow: Willow) -> None:
    answer = signed_in(willow.priya).post(reverse("address_change"), {"email": str(willow.priya.account.email).upper()})
    assert "already" in answer.content.decode()
    assert not AddressChange.objects.exists()
