"""Everybody's own page: their own row and nobody else's."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from accounts.models import Account, AuditEvent, Contact, Person
from tests.accounts.signing_in import give_app, give_password, sign_in
from tests.harness import WallClient, signed_in
from tests.people import Willow

ME = {"name": "Priya N. Nair", "phone": "+1 212 555 0134", "language": "es", "time_zone": "Europe/Madrid"}


def test_the_name_in_the_menu_leads_there(willow: Willow) -> None:
    for who in (willow.tom, willow.priya, willow.maya_login, willow.karin, willow.omar):
        client = signed_in(who)
        assert f'href="{reverse("account")}"' in client.get("/").content.decode()
        page = client.get(reverse("account"))
        assert page.status_code == 200
        assert f'value="{who.name}"' in page.content.decode()


def test_name_telephone_language_and_zone_are_ones_own_to_change(willow: Willow) -> None:
    client = signed_in(willow.priya)
    others = set(Contact.objects.exclude(pk=willow.priya.pk).values_list("pk", "phone"))
    assert client.post(reverse("account"), ME)["Location"] == reverse("account")
    who = Person.objects.select_related("account", "contact").get(pk=willow.priya.pk)
    assert (who.name, who.contact.phone) == (ME["name"], ME["phone"])
    assert (who.account.language, who.account.time_zone) == ("es", "Europe/Madrid")
    assert 'lang="es"' in client.get(reverse("account")).content.decode()
    assert set(Contact.objects.exclude(pk=willow.priya.pk).values_list("pk", "phone")) == others
    event = AuditEvent.objects.get(action="profile_changed")
    assert (event.person_id, event.data) == (willow.priya.pk, {"kind": "own"})


def test_whoever_has_no_contact_yet_gets_one(willow: Willow) -> None:
    Contact.objects.filter(pk=willow.maya_login.pk).delete()
    client = signed_in(willow.maya_login)
    client.post(reverse("account"), {**ME, "phone": ""})
    assert not Contact.objects.filter(pk=willow.maya_login.pk).exists()
    client.post(reverse("account"), ME)
    assert Contact.objects.get(pk=willow.maya_login.pk).phone == ME["phone"]


def test_a_young_persons_number_is_no_guardians(willow: Willow) -> None:
    Contact.objects.filter(pk=willow.priya.pk).update(phone="0012125550134")
    answer = signed_in(willow.maya_login).post(reverse("account"), ME)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "cannot be used here" in page
    assert 'value="Priya N. Nair"' in page, "nothing typed is lost"
    assert not re.search("guardian|parent", page.partition("<main")[2])
    assert Person.objects.get(pk=willow.maya_login.pk).name == willow.maya_login.name


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"time_zone": "Mars/Olympus"}, {"language": "tlh"}, {"name": "x" * 201}]
)
def test_what_cannot_be_is_said_and_nothing_is_lost(willow: Willow, wrong: dict[str, str]) -> None:
    answer = signed_in(willow.priya).post(reverse("account"), {**ME, **wrong})
    assert answer.status_code == 200
    assert 'class="errorlist"' in answer.content.decode()
    assert ME["phone"] in answer.content.decode()
    assert Person.objects.get(pk=willow.priya.pk).name == willow.priya.name


def test_whoever_has_no_password_can_set_one(willow: Willow) -> None:
    """Signed in by a passkey alone: the page of the password is no error."""
    client = signed_in(willow.priya)
    led = client.get(reverse("account_change_password"), follow=True)
    assert (led.status_code, led.request["PATH_INFO"]) == (200, reverse("account_set_password"))
    assert "You have none; you can set one" in client.get(reverse("account")).content.decode()
    EmailAddress.objects.create(
        user=willow.priya.account, email=willow.priya.account.email, verified=True, primary=True
    )
    new = {"password1": "four quiet otters juggling", "password2": "four quiet otters juggling"}
    assert client.post(reverse("account_set_password"), new).status_code == 302
    assert Account.objects.get(pk=willow.priya.pk).check_password("four quiet otters juggling")
    assert AuditEvent.objects.get(action="password_changed").person_id == willow.priya.pk
    assert mail.outbox[-1].subject == "Your CareBridge password was set"
    assert sign_in(WallClient(), willow.priya, "four quiet otters juggling").status_code == 302


def test_it_says_how_one_signs_in(willow: Willow) -> None:
    give_password(willow.priya)
    client = signed_in(willow.priya)
    page = client.get(reverse("account")).content.decode()
    assert "Not set up: your password alone opens your account" in page
    give_app(willow.priya)
    page = client.get(reverse("account")).content.decode()
    assert "An app that shows codes" in page
    assert str(willow.priya.account.email) in page
