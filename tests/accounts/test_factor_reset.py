"""A second factor that is lost comes off by the mailed link and the password, and by neither alone."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.urls import reverse

from accounts import links
from accounts.models import AuditEvent, FactorReset, Notice
from tests.accounts.signing_in import PASSWORD, give_app, give_paper, give_password, sign_in
from tests.harness import WallClient, signed_in
from tests.people import DAY, NOON, Willow


@pytest.fixture
def reset(willow: Willow) -> FactorReset:
    """Omar's word that Tom lost his telephone."""
    give_password(willow.tom)
    give_app(willow.tom)
    give_paper(willow.tom)
    return FactorReset.objects.create(
        practice=willow.practice, person=willow.tom, asked_by=willow.omar, reason="telephone lost", asked_at=NOON,
        expires_at=NOON + DAY,
    )  # fmt: skip


def link(reset: FactorReset) -> str:
    """The address in the mail."""
    return reverse("factor_reset_use", args=[links.seal("factor", reset.pk, "once")])


def factors(willow: Willow) -> int:
    """How many Tom has."""
    return int(Authenticator.objects.filter(user=willow.tom.account).count())


def test_link_and_password_take_it_off(reset: FactorReset, willow: Willow) -> None:
    elsewhere, client = signed_in(willow.tom), WallClient()
    page = client.get(link(reset))
    assert "Take it off" in page.content.decode()
    assert "telephone lost" not in page.content.decode()
    assert factors(willow) == 2, "opening the link changes nothing"
    done = client.post(link(reset), {"password": PASSWORD})
    assert done["Location"] == reverse("account_login")
    assert factors(willow) == 0
    assert elsewhere.get("/").status_code == 302
    assert "Your second factor is off" in client.get(reverse("account_login")).content.decode()
    assert sign_in(WallClient(), willow.tom)["Location"] == "/"
    event = AuditEvent.objects.get(action="factor_reset")
    assert (event.person_id, event.practice_id) == (willow.tom.pk, willow.practice.pk)
    assert Notice.objects.get(person=willow.tom).kind == "factor_reset"
    assert mail.outbox[-1].to == [willow.tom.account.email]
    assert "taken off" in str(mail.outbox[-1].body)
    assert "telephone lost" not in str(mail.outbox[-1].body)


def test_the_link_alone_takes_nothing_off_and_guessing_is_stopped(reset: FactorReset, willow: Willow) -> None:
    client = WallClient()
    for _ in range(5):
        answer = client.post(link(reset), {"password": "wrong wrong wrong wrong"})
        assert answer.status_code == 200
        assert "not the password" in answer.content.decode()
    assert client.post(link(reset), {"password": PASSWORD}).status_code == 200
    assert factors(willow) == 2
    assert AuditEvent.objects.filter(action="sign_in_refused").count() == 5


def test_somebody_elses_password_is_not_it(reset: FactorReset, willow: Willow) -> None:
    give_password(willow.dan, "another four quiet otters")
    answer = signed_in(willow.dan).post(link(reset), {"password": "another four quiet otters"})
    assert answer.status_code == 200
    assert factors(willow) == 2


def test_once_and_for_a_day(reset: FactorReset, willow: Willow) -> None:
    with time_machine.travel(NOON + DAY, tick=False):
        assert "no longer works" in WallClient().get(link(reset)).content.decode()
        assert "no longer works" in WallClient().post(link(reset), {"password": PASSWORD}).content.decode()
    assert factors(willow) == 2
    WallClient().post(link(reset), {"password": PASSWORD})
    give_app(willow.tom)
    assert "no longer works" in WallClient().post(link(reset), {"password": PASSWORD}).content.decode()
    assert factors(willow) == 1


def test_other_links_open_nothing(reset: FactorReset, willow: Willow) -> None:
    tokens = ["x", links.seal("factor", uuid4(), "once"), links.seal("factor", reset.pk, "twice")]
    tokens += [links.seal("address", reset.pk, "once")]
    for token in tokens:
        answer = WallClient().post(reverse("factor_reset_use", args=[token]), {"password": PASSWORD})
        assert answer.status_code == 200
        assert "no longer works" in answer.content.decode()
    assert factors(willow) == 2


def test_in_somebody_elses_browser_it_signs_nobody_out(reset: FactorReset, willow: Willow) -> None:
    dan = signed_in(willow.dan)
    assert dan.post(link(reset), {"password": PASSWORD}).status_code == 302
    assert dan.get("/").status_code == 200
    assert factors(willow) == 0


def test_ones_own_session_ends_without_an_error(reset: FactorReset, willow: Willow) -> None:
    tom = signed_in(willow.tom)
    with time_machine.travel(NOON + timedelta(minutes=2), tick=False):
        assert tom.post(link(reset), {"password": PASSWORD}).status_code == 302
        assert tom.get("/").status_code == 302
