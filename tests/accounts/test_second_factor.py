"""The second factor: demanded of staff, offered to everybody else, its secrets in no table, each code once."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.urls import reverse

from accounts.models import AuditEvent, Person
from accounts.second_factor import OPEN, clear, write_anew
from carebridge.management.commands import rotate_mfa_keys
from tests.accounts.signing_in import (
    SECRET,
    Authenticating,
    challenge_of,
    code,
    demand,
    give_app,
    give_paper,
    give_passkey,
    give_password,
    sign_in,
)
from tests.harness import WallClient, signed_in
from tests.people import NOON, Willow

HALF_MINUTE = timedelta(seconds=30)


def test_staff_without_one_see_the_set_up_and_nothing_else(willow: Willow) -> None:
    for who in (willow.tom, willow.omar, willow.ruth):
        demand(who)
        client = signed_in(who)
        for url in ("/", reverse("people"), reverse("child", args=[willow.maya.public_id]), reverse("account")):
            answer = client.get(url)
            assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index")), (who.name, url)
            assert client.post(url).status_code == 302
    page = client.get(reverse("mfa_index")).content.decode()
    assert "everything else waits until then" in page
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    assert client.get(reverse("leave")).status_code == 302
    assert signed_in(willow.ruth).post(reverse("account_logout")).status_code == 302


def test_an_address_that_is_not_proven_is_no_dead_end(willow: Willow) -> None:
    demand(willow.tom)
    EmailAddress.objects.create(user=willow.tom.account, email=willow.tom.account.email, verified=False, primary=True)
    client = signed_in(willow.tom)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    give_passkey(client)
    assert client.get("/").status_code == 200


def test_families_and_the_young_are_offered_one_and_never_stopped(willow: Willow) -> None:
    for who in (willow.priya, willow.maya_login, willow.karin):
        demand(who)
        client = signed_in(who)
        assert client.get("/").status_code == 200
        assert client.get(reverse("mfa_activate_totp")).status_code == 200
        assert reverse("mfa_index") in client.get(reverse("account")).content.decode()


def test_a_waiver_counts_outside_production_alone(willow: Willow) -> None:
    client = signed_in(willow.tom)
    assert willow.tom.account.factor_waived
    assert client.get("/").status_code == 200
    with override_settings(PRODUCTION=True):
        assert client.get("/")["Location"] == reverse("mfa_index")
        give_app(willow.tom)
        assert client.get("/").status_code == 200


def test_an_app_is_set_up_and_asked_for(willow: Willow) -> None:
    demand(willow.tom)
    give_password(willow.tom)
    client, elsewhere = signed_in(willow.tom), signed_in(willow.tom)
    page: Any = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).context["form"].secret == secret
    done = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    paper = re.findall(r"<code>(\d{8})</code>", client.get(done["Location"]).content.decode())
    assert len(paper) == 10
    assert not re.search(paper[0], client.get(done["Location"]).content.decode()), "shown once"
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302, "signed in elsewhere without it"
    event = AuditEvent.objects.get(action="factor_added")
    assert (event.person_id, event.practice_id, event.data) == (willow.tom.pk, willow.practice.pk, {"kind": "app"})
    told = mail.outbox[-1]
    assert told.subject == "A second factor was added to your CareBridge sign-in"
    assert not re.search("Maya|Leo|Tom|Willow|therap", f"{told.subject} {told.body}")
    fresh = WallClient()
    assert sign_in(fresh, willow.tom)["Location"] == reverse("mfa_authenticate")
    assert fresh.get("/").status_code == 302, "the password alone opens nothing"
    assert fresh.post(reverse("mfa_authenticate"), {"code": code(secret)}).status_code == 200, "used while setting up"
    with time_machine.travel(NOON + HALF_MINUTE, tick=False):
        assert fresh.post(reverse("mfa_authenticate"), {"code": code(secret)}).status_code == 302
        assert fresh.get("/").status_code == 200


def test_a_code_counts_once_however_long_it_would_be_taken(willow: Willow) -> None:
    give_password(willow.tom)
    give_app(willow.tom)
    seen = code()
    for later, shown, status in ((0, seen, 302), (0, seen, 200), (31, seen, 200), (31, "", 302)):
        with time_machine.travel(NOON + timedelta(seconds=later), tick=False):
            client = WallClient()
            sign_in(client, willow.tom)
            answer = client.post(reverse("mfa_authenticate"), {"code": shown or code()})
            assert answer.status_code == status, later


def test_a_code_on_paper_counts_once(willow: Willow) -> None:
    give_password(willow.tom)
    give_app(willow.tom)
    paper = give_paper(willow.tom)
    for used, status in ((paper[3], 302), (paper[3], 200), (paper[4], 302)):
        client = WallClient()
        sign_in(client, willow.tom)
        assert client.post(reverse("mfa_authenticate"), {"code": used}).status_code == status


def test_guessing_codes_is_stopped(willow: Willow) -> None:
    give_password(willow.tom)
    give_app(willow.tom)
    client = WallClient()
    sign_in(client, willow.tom)
    for _ in range(5):
        assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": code()}).status_code == 200


def test_it_comes_off_by_itself_alone_and_is_demanded_again(willow: Willow) -> None:
    demand(willow.tom)
    give_app(willow.tom)
    give_paper(willow.tom)
    client, elsewhere = signed_in(willow.tom), signed_in(willow.tom)
    assert client.get("/").status_code == 200
    assert client.post(reverse("mfa_deactivate_totp"), {}).status_code == 302
    assert not Authenticator.objects.filter(user=willow.tom.account).exists(), "nor is paper left of it"
    assert elsewhere.get("/").status_code == 302
    assert client.get("/")["Location"] == reverse("mfa_index")
    assert AuditEvent.objects.filter(action="factor_removed", data={"kind": "app"}).exists()
    assert mail.outbox[-1].subject == "A second factor was removed from your CareBridge sign-in"


def test_what_changes_it_asks_again_who_it_is(willow: Willow) -> None:
    give_password(willow.priya)
    client = signed_in(willow.priya)
    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"):
            assert client.get(reverse(name))["Location"].startswith(reverse("account_reauthenticate")), name
        answer = client.post(reverse("mfa_activate_totp"), {"code": "123456"})
        assert "Is it you?" in answer.content.decode()
        assert "123456" not in str(dict(client.session))


def test_someone_elses_passkey_is_not_there(willow: Willow) -> None:
    theirs = Authenticator.objects.create(user=willow.dan.account, type="webauthn", data={"name": "Dan's"})
    client = signed_in(willow.priya)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code == 404
        assert client.post(reverse(name, args=[theirs.pk]), {"name": "x"}).status_code == 404


# --- Passkeys ---------------------------------------------------------------------------------------------------------------


def sign_in_by_passkey(client: WallClient, device: Authenticating, who: Person) -> Any:
    """By the button on the sign-in page."""
    asked = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    form = {"credential": device.shown(challenge_of(asked), who.account)}
    return client.post(reverse("mfa_login_webauthn"), form)


def test_a_passkey_that_asked_for_a_finger_signs_in_by_itself(willow: Willow) -> None:
    """It is both factors: staff are asked for nothing else."""
    demand(willow.tom)
    setting_up = signed_in(willow.tom)
    device = give_passkey(setting_up)
    assert "My stick" in setting_up.get(reverse("mfa_index")).content.decode()
    assert AuditEvent.objects.get(action="factor_added").data == {"kind": "passkey"}
    client = WallClient()
    assert sign_in_by_passkey(client, device, willow.tom)["Location"] == "/"
    assert client.get("/").status_code == 200
    assert AuditEvent.objects.filter(action="sign_in", person_id=willow.tom.pk).count() == 2


def test_one_that_did_not_ask_is_asked_for_after_the_password_alone(willow: Willow) -> None:
    give_password(willow.tom)
    device = give_passkey(signed_in(willow.tom), verified=False)
    client = WallClient()
    assert sign_in_by_passkey(client, device, willow.tom)["Location"] == reverse("account_login")
    assert client.get("/").status_code == 302
    asked = sign_in(client, willow.tom)
    assert asked["Location"] == reverse("mfa_authenticate")
    challenge = challenge_of(client.get(asked["Location"]))
    answer = {"credential": device.shown(challenge, willow.tom.account)}
    assert client.post(reverse("mfa_authenticate"), answer).status_code == 302
    assert client.get("/").status_code == 200
    fresh = WallClient()
    sign_in(fresh, willow.tom)
    fresh.get(reverse("mfa_authenticate"))
    assert fresh.post(reverse("mfa_authenticate"), answer).status_code == 200, "an answer of before is none"


def test_a_passkey_is_its_owners(willow: Willow) -> None:
    device = give_passkey(signed_in(willow.tom))
    client = WallClient()
    assert sign_in_by_passkey(client, device, willow.omar)["Location"] == reverse("account_login")
    assert client.get("/").status_code == 302
    willow.tom.account.is_active = False
    willow.tom.account.save()
    sign_in_by_passkey(client, device, willow.tom)
    assert client.get("/").status_code == 302


def test_a_passkey_shows_who_it_is(willow: Willow) -> None:
    client = signed_in(willow.tom)
    device = give_passkey(client)
    Authenticator.objects.filter(type="recovery_codes").delete()
    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        asked: Any = client.get(reverse("address_change"), follow=True)
        assert asked.request["PATH_INFO"] == reverse("mfa_reauthenticate_webauthn")
        wrong = client.post(asked.request["PATH_INFO"], {"credential": "{}", "next": "/account/"})
        assert wrong.status_code == 200
        answer = device.shown(challenge_of(wrong), willow.tom.account)
        shown = client.post(asked.request["PATH_INFO"], {"credential": answer, "next": reverse("address_change")})
        assert shown["Location"] == reverse("address_change")
        assert client.get(reverse("address_change")).status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=22), tick=False):
        late: Any = client.post(reverse("address_change"), {"email": "tom.new@example.org"})
        assert "Is it you?" in late.content.decode()
        challenge = json.loads(late.context["question"].options)["publicKey"]["challenge"]
        both = {"email": "tom.new@example.org", "step-up-credential": device.shown(challenge, willow.tom.account)}
        assert client.post(reverse("address_change"), both).status_code == 302


def test_a_name_has_an_end(willow: Willow) -> None:
    client = signed_in(willow.tom)
    challenge = challenge_of(client.get(reverse("mfa_add_webauthn")))
    long: Any = client.post(
        reverse("mfa_add_webauthn"),
        {"name": "x" * 101, "passwordless": "on", "credential": Authenticating().made(challenge)},
    )
    assert long.context["form"].errors.keys() == {"name"}
    assert not Authenticator.objects.exists()


def test_a_passkey_is_renamed_and_comes_off(willow: Willow) -> None:
    client = signed_in(willow.tom)
    give_passkey(client)
    key = Authenticator.objects.get(type="webauthn").pk
    client.post(reverse("mfa_edit_webauthn", args=[key]), {"name": "The blue one"})
    assert "The blue one" in client.get(reverse("mfa_remove_webauthn", args=[key])).content.decode()
    assert client.post(reverse("mfa_remove_webauthn", args=[key]))["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject == "A second factor was removed from your CareBridge sign-in"


# --- Secrets ----------------------------------------------------------------------------------------------------------------


def test_no_secret_stands_in_a_table(willow: Willow) -> None:
    client = signed_in(willow.priya)
    page: Any = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    waiting = Session.objects.get(session_key=client.session.session_key).get_decoded()
    assert secret not in str(waiting), "not while it is being set up either"
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    rows = {row.type: row.data for row in Authenticator.objects.filter(user=willow.priya.account)}
    assert rows.keys() == {"totp", "recovery_codes"}
    assert secret not in str(rows)
    assert clear(rows["totp"]["secret"]) == secret
    seed = clear(rows["recovery_codes"]["seed"])
    assert seed
    assert seed not in str(rows)


def test_keys_are_exchanged_without_anybody_noticing(willow: Willow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old key reads until every secret was written anew; then it can go."""
    monkeypatch.setattr(rotate_mfa_keys, "become_operator", lambda: None)  # within this test's transaction
    give_password(willow.tom)
    app = give_app(willow.tom)
    paper = give_paper(willow.tom)
    before = app.data["secret"]
    new = Fernet.generate_key().decode()
    with override_settings(MFA_KEYS=[new, *settings.MFA_KEYS]):
        call_command("rotate_mfa_keys")
    app.refresh_from_db()
    assert app.data["secret"] != before
    with override_settings(MFA_KEYS=[new]):
        assert clear(before) is None
        assert clear(app.data["secret"]) == SECRET
        client = WallClient()
        sign_in(client, willow.tom)
        assert client.post(reverse("mfa_authenticate"), {"code": paper[0]}).status_code == 302
        assert write_anew() == 2
    with override_settings(MFA_KEYS=[Fernet.generate_key().decode()]), pytest.raises(CommandError, match="Nothing was"):
        call_command("rotate_mfa_keys")
    app.refresh_from_db()
    with override_settings(MFA_KEYS=[new]):
        assert clear(app.data["secret"]) == SECRET


def test_the_list_of_open_pages_names_pages(willow: Willow) -> None:
    assert all(reverse(name) for name in OPEN)
