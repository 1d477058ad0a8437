"""The operator's register: open in the hours given and never else; practices and accounts, and nothing of any child."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import override_settings
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import (
    Account,
    AuditEvent,
    Child,
    CircleRow,
    Contact,
    Invitation,
    Membership,
    OperatorAccess,
    Person,
    Practice,
)
from accounts.views.register import site
from accounts.visibility import guarded_models
from carebridge.checks import every_pattern
from tests import people
from tests.accounts.signing_in import give_app
from tests.guards.browsing import faults_of
from tests.harness import signed_in, viewing
from tests.people import NOON, Willow

HOUR = timedelta(hours=1)
FOUND = {
    "name": "Oak House", "ref": "oak-house", "time_zone": "Europe/Madrid", "language": "es", "admin_name": "Ana Ruiz",
    "admin_email": "ana@oak.example",
}  # fmt: skip


@pytest.fixture
def olga(willow: Willow) -> Person:
    """The operator, with two hours from noon."""
    person = people.person("Olga", email="olga@host.example")
    OperatorAccess.objects.create(person=person, reason="ticket 12", starts=NOON, ends=NOON + 2 * HOUR)
    return person


def addresses(willow: Willow) -> list[str]:
    """Every address of the register."""
    ids = {"practice": willow.practice.pk, "account": willow.tom.pk}
    found = []
    for pattern in site.urls[0]:
        assert isinstance(pattern, URLPattern)
        model = pattern.name.split("_")[1] if pattern.name and pattern.name.startswith("accounts_") else ""
        args: list[Any] = [ids[model]] if "<int:pk>" in str(pattern.pattern) else []
        found.append(
            reverse(f"operator:{pattern.name}", args=args or (["accounts"] if pattern.name == "app_list" else []))
        )
    return found


def test_in_the_hours_every_page_opens_and_keeps_its_promises(willow: Willow, olga: Person) -> None:
    client = signed_in(olga)
    assert len(addresses(willow)) == 8
    for url in addresses(willow):
        answer: Any = client.get(url)
        assert answer.status_code == 200, url
        assert not faults_of(answer), url
        assert "Open until" in answer.content.decode(), url
        assert "ticket 12" in answer.content.decode(), url


def test_it_is_the_404_of_nothing_for_everybody_else(willow: Willow, olga: Person) -> None:
    for who in ("omar", "ruth", "tom", "priya", "stella"):
        client = signed_in(willow.people[who])
        nothing = client.get("/nothing/")
        for url in addresses(willow):
            for answer in (client.get(url), client.post(url, FOUND)):
                assert (answer.status_code, answer.content) == (404, nothing.content), (who, url)
    for url in addresses(willow):
        assert signed_in(None).get(url).status_code == 302


@pytest.mark.parametrize("when", [NOON - HOUR, NOON + 2 * HOUR])
def test_before_and_after_the_hours_there_is_nothing(willow: Willow, olga: Person, when: Any) -> None:
    with time_machine.travel(when, tick=False):
        client = signed_in(olga)
        for url in addresses(willow):
            assert client.get(url).status_code == 404, url
            assert client.post(url, FOUND).status_code == 404, url
        assert "/operator/" not in client.get("/").content.decode()
    assert not Practice.objects.filter(ref="oak-house").exists()


def test_an_account_that_was_closed_loses_its_hours(willow: Willow, olga: Person) -> None:
    Account.objects.filter(pk=olga.pk).update(is_active=False)
    with viewing(olga) as entered:
        assert not entered.operator


def test_the_hours_open_no_clinical_table(willow: Willow, olga: Person) -> None:
    """Not a child, not a person, not a circle, not a trail: nothing but practices, the own name, address and hours."""
    with viewing(olga) as entered:
        assert entered.operator
        seen = {model.__name__ for model in guarded_models() if model.objects.exists()}
    assert seen == {"Practice", "Person", "Contact", "OperatorAccess"}
    with viewing(olga):
        assert [p.pk for p in Person.objects.all()] == [olga.pk]
        assert [c.pk for c in Contact.objects.all()] == [olga.pk]
        assert Practice.objects.update(name="x") == 0
        assert Child.objects.update(name="x") == 0
        assert CircleRow.objects.update(household="x") == 0
        assert Membership.objects.update(role="admin") == 0


def test_every_address_is_marked() -> None:
    ours = [
        p
        for p in every_pattern(get_resolver())
        if getattr(getattr(p.callback, "mark", None), "places", ()) == ("operator",)
    ]
    assert len(ours) == 8


def test_it_names_no_child_and_no_person(willow: Willow, olga: Person) -> None:
    client = signed_in(olga)
    for url in addresses(willow):
        text = client.get(url).content.decode()
        for name in ("Maya", "Leo", "Tom<", "Priya<", "Omar<"):
            assert name not in text, url


# --- What it does ----------------------------------------------------------------------------------------------------


def test_a_practice_is_founded_with_its_first_admin(willow: Willow, olga: Person) -> None:
    answer = signed_in(olga).post(reverse("operator:accounts_practice_add"), FOUND)
    practice = Practice.objects.get(ref="oak-house")
    assert answer["Location"] == reverse("operator:accounts_practice_change", args=[practice.pk])
    assert (practice.name, practice.time_zone, practice.language, practice.assent_age) == (
        "Oak House",
        "Europe/Madrid",
        "es",
        12,
    )
    invitation = Invitation.objects.get(practice=practice)
    assert (invitation.email, invitation.invited_by_id, invitation.sent_serial) == ("ana@oak.example", olga.pk, 0)
    assert invitation.expires_at == NOON + timedelta(days=14)
    job = Membership.objects.get(practice=practice)
    assert (job.person_id, job.role) == (invitation.person_id, "admin")
    event = AuditEvent.objects.get(action="operator_changed")
    assert (event.person_id, event.practice_id, event.data) == (olga.pk, practice.pk, {"kind": "practice_founded"})
    assert OperatorAccess.objects.get().pk in event.shown


def test_another_admin_later(willow: Willow, olga: Person) -> None:
    url = reverse("operator:accounts_practice_change", args=[willow.practice.pk])
    assert signed_in(olga).post(url, {"admin_name": "Ana", "admin_email": "ana@oak.example"}).status_code == 302
    assert Invitation.objects.get().practice_id == willow.practice.pk
    event = AuditEvent.objects.get(action="operator_changed")
    assert event.practice_id == willow.practice.pk
    assert "installation" in signed_in(willow.omar).get(reverse("trail")).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("ref", "willow"), ("ref", "Oak House"), ("ref", ""), ("name", ""), ("time_zone", "Mars"), ("language", "xx"),
     ("admin_email", "ana"), ("admin_name", "")],
)  # fmt: skip
def test_what_cannot_be_is_refused(willow: Willow, olga: Person, field: str, value: str) -> None:
    answer = signed_in(olga).post(reverse("operator:accounts_practice_add"), {**FOUND, field: value})
    assert answer.status_code == 200
    assert not Invitation.objects.exists()
    assert Practice.objects.count() == 2


def test_an_account_is_closed_and_opened_again(willow: Willow, olga: Person) -> None:
    client, url = signed_in(olga), reverse("operator:accounts_account_change", args=[willow.tom.pk])
    assert client.post(url, {"close": "1"}).status_code == 302
    assert not Account.objects.get(pk=willow.tom.pk).is_active
    assert signed_in(willow.tom).get("/").status_code == 302
    assert client.post(url, {}).status_code == 200  # neither word: nothing happens
    assert not Account.objects.get(pk=willow.tom.pk).is_active
    assert client.post(url, {"open": "1"}).status_code == 302
    assert Account.objects.get(pk=willow.tom.pk).is_active
    kinds = list(AuditEvent.objects.filter(action="operator_changed").values_list("data__kind", flat=True))
    assert sorted(kinds) == ["account_closed", "account_opened"]


def test_nobody_closes_their_own(willow: Willow, olga: Person) -> None:
    client, url = signed_in(olga), reverse("operator:accounts_account_change", args=[olga.pk])
    assert "your own account" in client.get(url).content.decode()
    assert client.post(url, {"close": "1"}).status_code == 404
    assert Account.objects.get(pk=olga.pk).is_active


def test_an_account_is_found_by_its_whole_address_that_no_address_holds(willow: Willow, olga: Person) -> None:
    client, url = signed_in(olga), reverse("operator:accounts_account_find")
    email = willow.tom.account.email or ""
    answer = client.post(url, {"email": email.upper()})
    assert answer["Location"] == reverse("operator:accounts_account_change", args=[willow.tom.pk])
    assert "No account" in client.post(url, {"email": "to@example.org"}).content.decode()


def test_every_look_is_on_the_trail_with_the_reason(willow: Willow, olga: Person) -> None:
    client = signed_in(olga)
    for url in addresses(willow):
        client.get(url)
    looks = list(AuditEvent.objects.filter(action="operator_read"))
    assert len(looks) == 8
    assert {tuple(look.shown) for look in looks} == {(OperatorAccess.objects.get().pk,)}
    assert {look.practice_id for look in looks} == {None, willow.practice.pk}


@pytest.mark.parametrize(
    "query", ["?q=tom", "?o=9", "?p=99999", "?is_active__exact=x", "?person__name=Tom", "?all=", "?_popup=1"]
)
def test_the_lists_look_nothing_else_up(willow: Willow, olga: Person, query: str) -> None:
    """No look-up through other tables by way of an address."""
    answer = signed_in(olga).get(reverse("operator:accounts_account_changelist") + query)
    assert answer.status_code in {200, 302, 400, 404}
    assert "Tom<" not in answer.content.decode()


@pytest.mark.parametrize(
    "lookup", ["password__startswith=argon2", "email__contains=a", "person__name=Tom", "pk=1", "last_login__isnull=1"]
)
def test_no_column_is_asked_by_way_of_an_address(willow: Willow, olga: Person, lookup: str) -> None:
    """Not what a password's hash begins with, and no name behind an account."""
    answer = signed_in(olga).get(f"{reverse('operator:accounts_account_changelist')}?{lookup}")
    assert answer.status_code in {302, 400}
    filtered = signed_in(olga).get(f"{reverse('operator:accounts_account_changelist')}?is_active__exact=0")
    assert filtered.status_code == 200
    assert str(willow.tom.account.email) not in filtered.content.decode()


def test_djangos_own_admin_stands_nowhere() -> None:
    """Registered by libraries, routed by nobody."""
    names = [str(pattern.pattern) for pattern in every_pattern(get_resolver())]
    assert not [name for name in names if re.search(r"login/$", name) and "accounts/" not in name]
    assert not [name for name in names if "delete" in name or "history" in name]
    assert {model.__name__ for model in site._registry} == {"Practice", "Account"}


# --- In a terminal ---------------------------------------------------------------------------------------------------


def command(*words: str) -> str:
    """What it says."""
    out = StringIO()
    with override_settings(DATABASE_OPERATOR_URL=""):
        call_command(*words, stdout=out)
    return out.getvalue()


def test_the_log_in_is_made_and_opens_nothing_before_it_has_hours(
    willow: Willow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAREBRIDGE_OPERATOR_PASSWORD", "a long enough password")
    assert "opens nothing yet" in command("operator", "Olga@Host.example", "--name", "Olga")
    account = Account.objects.get(email="olga@host.example")
    assert account.check_password("a long enough password")
    person = Person.objects.get(pk=account.pk)
    assert signed_in(person).get("/operator/").status_code == 404
    assert "open to this account until" in command("operator_access", "olga@host.example", "--reason", "ticket 12")
    give_app(person)  # whoever opens the register has a second factor
    given = OperatorAccess.objects.get()
    assert (given.person_id, given.reason, given.starts, given.ends) == (account.pk, "ticket 12", NOON, NOON + 2 * HOUR)
    assert signed_in(person).get("/operator/").status_code == 200
    kinds = [event.data["kind"] for event in AuditEvent.objects.filter(action="operator_changed").order_by("at", "id")]
    assert sorted(kinds) == ["operator_hours", "operator_made"]


def test_an_account_that_is_there_keeps_its_password(willow: Willow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREBRIDGE_OPERATOR_PASSWORD", "a long enough password")
    assert "there already" in command("operator", willow.tom.account.email or "")
    assert not Account.objects.get(pk=willow.tom.pk).has_usable_password()


@pytest.mark.parametrize(
    "words",
    [
        ("operator", "nobody"), ("operator_access", "nobody@host.example", "--reason", "r"),
        ("operator_access", "olga@host.example", "--reason", " "),
        ("operator_access", "olga@host.example", "--reason", "r", "--hours", "9"),
        ("operator_access", "olga@host.example", "--reason", "r", "--hours", "0"),
    ],
)  # fmt: skip
def test_what_a_terminal_is_refused(willow: Willow, olga: Person, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command(*words)
    assert OperatorAccess.objects.count() == 1


def test_a_weak_password_makes_no_log_in(willow: Willow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREBRIDGE_OPERATOR_PASSWORD", "short")
    with pytest.raises(CommandError):
        command("operator", "olga@host.example")
    assert not Account.objects.filter(email="olga@host.example").exists()


def test_nobody_gives_themselves_hours(willow: Willow) -> None:
    """No page makes such a row, and the wall takes none from the web."""
    for who in ("omar", "ruth", "priya"):
        with viewing(willow.people[who]), pytest.raises(DatabaseError), transaction.atomic():
            OperatorAccess.objects.create(person=willow.people[who], reason="r", starts=NOON, ends=NOON + HOUR)
