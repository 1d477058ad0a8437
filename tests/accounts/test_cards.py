"""A young person's log-in: made in the room, by a card that works once, for them alone; and signing in by its name."""

import re
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
import time_machine
from allauth.account.auth_backends import AuthenticationBackend
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import links
from accounts.actions.invite import revoke
from accounts.cards import square
from accounts.log_in_names import FIRST, SECOND, suggested
from accounts.models import (
    Account,
    AuditEvent,
    CircleChange,
    CircleRow,
    Contact,
    Invitation,
    Notice,
    Person,
    Relationship,
)
from tests import people
from tests.accounts.joining import PASSWORD, plain
from tests.guards.browsing import faults_of
from tests.guards.test_urls import seen_of
from tests.harness import WallClient, signed_in, viewing
from tests.people import DAY, NOON, Willow

CARD = "/join/card/"
NAME = "velvet-otter-300"
HOURS = timedelta(hours=1)


def text(answer: Any, status: int = 200) -> str:
    """A page that answers as it should."""
    assert answer.status_code == status
    assert not faults_of(answer)
    return str(answer.content.decode())


def about(child: Any) -> str:
    """The page of the child's young person."""
    return reverse("young_person", args=[child.public_id])


def code_in(page: str) -> str:
    """The code on the card that was just made."""
    found = re.search(r'class="ticket-code">([A-Z2-9 ]+)<', page)
    assert found
    return found[1]


def made_for(willow: Willow, child: Any, **sent: str) -> str:
    """The code of a card that the child's therapist has just made."""
    return code_in(text(signed_in(willow.tom).post(about(child), sent)))


def use(client: WallClient, code: str, username: str = NAME, password: str = PASSWORD) -> Any:
    """The second form."""
    return client.post(CARD, {"code": code, "username": username, "password1": password, "password2": password})


def leo_login() -> Person:
    """Leo's young person."""
    return Person.objects.get(name="Leo B.")


# --- In the room -------------------------------------------------------------------------------------------------------


def test_a_therapist_makes_a_log_in_and_a_card(willow: Willow) -> None:
    """From nothing: a place in the circle, no contact, a code that is kept nowhere."""
    client = signed_in(willow.tom)
    first = text(client.get(about(willow.leo)))
    assert "Who sees what" in first
    assert not Person.objects.filter(name="Leo B.").exists()
    page = text(client.post(about(willow.leo), {"name": "  Leo   B. "}))
    code = code_in(page)
    assert re.fullmatch(r"([A-Z2-9]{4} ){2}[A-Z2-9]{4}", code)
    row = CircleRow.objects.get(child=willow.leo, role="young_person")
    assert (row.person, row.starts, row.ends) == (leo_login(), NOON, None)
    assert not Contact.objects.filter(pk=row.person_id).exists()
    assert not Relationship.objects.filter(circle_row=row).exists()
    change = CircleChange.objects.get(child=willow.leo)
    assert (change.row, change.kind, change.changed_by_id) == (row.pk, "added", willow.tom.pk)
    card = Invitation.objects.get()
    assert (card.kind, card.email, card.child, card.expires_at) == ("young_person", "", willow.leo, NOON + DAY)
    assert card.card_sha256 == links.code_sha256(code)
    bare = code.replace(" ", "")
    for kept in (*AuditEvent.objects.values_list("data", flat=True), card.card_sha256):
        assert bare not in str(kept)
    assert {"circle_changed", "invited"} <= set(
        AuditEvent.objects.filter(child_id=willow.leo.pk).values_list("action", flat=True)
    )
    assert "Leo" not in page.split('class="ticket"')[1].split("</section>")[0], "who finds the card learns no name"
    assert code not in text(client.get(about(willow.leo))), "shown once"


def test_the_square_leads_to_the_code(willow: Willow) -> None:
    """It is drawn from the address and the code, and nothing else; dark on white in any colours."""
    page = text(signed_in(willow.tom).post(about(willow.leo), {"name": "Leo B."}))
    drawn = square(code_in(page).replace(" ", ""))
    assert f'd="{drawn.path}"' in page
    assert f'viewBox="0 0 {drawn.size} {drawn.size}"' in page
    assert 'fill="#fff"' in page
    assert square("A" * 12).path != drawn.path


@pytest.mark.parametrize("who", ["ines", "ruth", "omar", "otto", "priya", "nell", "maya_login", "karin", "stella"])
def test_nobody_else_makes_one(willow: Willow, who: str) -> None:
    client = signed_in(willow.people[who])
    nothing = seen_of(client.get(reverse("young_person", args=["00000000-0000-4000-8000-000000000000"])))
    for child in (willow.leo, willow.maya):
        assert seen_of(client.get(about(child))) == nothing
        assert client.post(about(child), {"name": "x", "sure": "on"}).status_code == 404
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "\u202ex", "x" * 201, "a\0b"])
def test_a_name_that_cannot_be_read_makes_nobody(willow: Willow, name: str) -> None:
    page = text(signed_in(willow.tom).post(about(willow.leo), {"name": name}))
    assert "ticket-code" not in page
    assert "errorlist" in page
    assert not CircleRow.objects.filter(child=willow.leo, role="young_person").exists()


def test_a_second_card_takes_the_place_of_the_first_and_has_to_be_meant(willow: Willow) -> None:
    client, first = signed_in(willow.tom), made_for(willow, willow.leo, name="Leo B.")
    shown = text(client.post(about(willow.leo), {"name": "Leo Again"}))
    assert "ticket-code" not in shown
    assert "still needed" in shown
    second = made_for(willow, willow.leo, sure="on")
    assert "No card that is open has this code" in text(WallClient().post(CARD, {"code": first}))
    assert "Your own log-in" in text(WallClient().post(CARD, {"code": second}))
    assert CircleRow.objects.filter(child=willow.leo, role="young_person").count() == 1
    assert not Person.objects.filter(name="Leo Again").exists()


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"email": "Nell@Home.example"}, {"email": "nell@home.example"}),
        ({"phone": "+1 (555) 0100 200"}, {"phone": "555-0100-200"}),
        ({"phone": "0155 5010 0200"}, {"phone": "+49 155 50100200"}),
    ],
)
def test_an_address_of_a_guardians_is_refused_in_clear_words(
    willow: Willow, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    """visibility.md, Growing up. It came with a file; the kernel refuses the same when it is written by a person."""
    young = people.person("Leo B.")
    Account.objects.filter(pk=young.pk).update(email=None)
    people.tie(young, willow.leo, "young_person")
    Contact.objects.filter(pk=young.pk).update(**{"email": "", **mine})
    Contact.objects.filter(pk=willow.nell.pk).update(**theirs)
    client = signed_in(willow.tom)
    for answer in (client.get(about(willow.leo)), client.post(about(willow.leo))):
        page = text(answer)
        assert "No card can be made" in page
        assert "Make the card" not in page
    assert not Invitation.objects.exists()
    Contact.objects.filter(pk=young.pk).update(email="", phone="")
    assert made_for(willow, willow.leo)


def test_an_address_given_afterwards_lets_nobody_in(willow: Willow) -> None:
    """A card is out; then the address turns out to be a guardian's: the kernel does not accept it."""
    code = made_for(willow, willow.leo, name="Leo B.")
    Contact.objects.create(person=leo_login(), email=str(willow.nell.account.email))
    assert "This card opens nothing any more" in text(use(WallClient(), code))
    assert Account.objects.get(pk=leo_login().pk).username is None


# --- With the card ---------------------------------------------------------------------------------------------------------


def test_a_young_person_makes_their_log_in(willow: Willow) -> None:
    code, client = made_for(willow, willow.leo, name="Leo B."), WallClient()
    filled = text(client.get(f"{CARD}?code={code.replace(' ', '')}"))
    assert f'value="{code.replace(" ", "")}"' in filled
    choose = text(client.post(CARD, {"code": code.lower().replace(" ", "-")}))
    found = re.search(r'name="username" value="([a-z]+-[a-z]+-\d+)"', choose)
    assert found
    assert "Leo" not in choose
    assert use(client, code, username="  Velvet-Otter-300 ")["Location"] == "/"
    assert "Hello Leo B." in text(client.get("/"))
    account = Account.objects.get(pk=leo_login().pk)
    assert (account.username, account.email) == (NAME, None)
    event = AuditEvent.objects.get(action="joined")
    assert (event.person_id, event.practice_id) == (account.pk, willow.practice.pk)
    assert event.data == {"kind": "young_person", "with": "new_account"}


def test_a_card_works_once_for_a_day_and_not_when_taken_back(willow: Willow) -> None:
    code = made_for(willow, willow.leo, name="Leo B.")
    with time_machine.travel(NOON + 24 * HOURS, tick=False):
        assert "No card that is open" in text(use(WallClient(), code))
    with time_machine.travel(NOON + 23 * HOURS, tick=False):
        assert use(WallClient(), code).status_code == 302
    assert "No card that is open" in text(use(WallClient(), code, username="other-name"))
    other = made_for(willow, willow.leo, sure="on")
    with viewing(willow.tom):
        revoke(invitation=Invitation.objects.get(accepted_at=None))
    assert "No card that is open" in text(use(WallClient(), other))


def test_a_code_that_is_on_no_card_says_the_same_as_one_that_was(willow: Willow) -> None:
    client, code = WallClient(), made_for(willow, willow.leo, name="Leo B.")
    use(client, code)
    said = {
        plain(text(WallClient().post(CARD, {"code": sent}))).replace(sent, "CODE") for sent in (code, "ABCD EFGH JKLM")
    }
    assert len(said) == 1
    for sent in ("", "ABC", "ABCD EFGH JKL0", "ABCD EFGH JKLI", "💥", "a\0b", "A" * 200):
        assert "errorlist" in text(WallClient().post(CARD, {"code": sent}))


def test_looking_accepts_nothing(willow: Willow) -> None:
    code = made_for(willow, willow.leo, name="Leo B.")
    for query in (f"?code={code}", f"?code={code}&username={NAME}&password1={PASSWORD}&password2={PASSWORD}"):
        text(WallClient().get(CARD + query))
    WallClient().post(CARD, {"code": code})
    assert Invitation.objects.get().accepted_at is None
    assert Account.objects.get(pk=leo_login().pk).username is None


def test_a_device_somebody_is_signed_in_on_is_left_first(willow: Willow) -> None:
    """As the therapist's own in the room."""
    code, client = made_for(willow, willow.leo, name="Leo B."), signed_in(willow.tom)
    for answer in (client.get(CARD), use(client, code)):
        assert "Somebody is signed in here" in text(answer)
    assert Invitation.objects.get().accepted_at is None
    assert client.post(reverse("account_logout"), {"next": CARD})["Location"] == CARD


@pytest.mark.parametrize(
    ("username", "said"),
    [
        ("abc", "four letters"),
        ("", "still needed"),
        ("leo@home.example", "Letters from a to z"),
        ("-otter-", "Letters from a to z"),
        ("leo b", "Letters from a to z"),
        ("löwe", "Letters from a to z"),
        ("x" * 41, "too long"),
        ("Taken-Name", "has this log-in name already"),
    ],
)
def test_a_log_in_name_that_does_not_do_is_told_and_the_card_stays_good(
    willow: Willow, username: str, said: str
) -> None:
    Account.objects.filter(pk=willow.maya_login.pk).update(username="taken-name")
    code, client = made_for(willow, willow.leo, name="Leo B."), WallClient()
    page = text(use(client, code, username=username))
    assert said in page
    assert use(client, code).status_code == 302


def test_a_password_like_the_log_in_name_is_no_good(willow: Willow) -> None:
    code = made_for(willow, willow.leo, name="Leo B.")
    page = text(use(WallClient(), code, username="velvet-otter-300", password="velvet-otter-3000"))
    assert "Without your name or address in it" in page


def test_codes_are_guessed_ten_times_a_minute(willow: Willow) -> None:
    code, client = made_for(willow, willow.leo, name="Leo B."), WallClient()
    for number in range(10):
        assert "No card that is open" in text(client.post(CARD, {"code": f"AAAABBBBCC{'23456789AB'[number]}2"}))
    assert "wait a little" in text(client.post(CARD, {"code": code}), 429)
    other = WallClient(REMOTE_ADDR="192.0.2.7")
    for _ in range(12):  # a right code counts for nothing
        assert "Your own log-in" in text(other.post(CARD, {"code": code}))


def test_a_forgotten_password_is_a_new_card(willow: Willow) -> None:
    """The name stays; whoever was signed in is out; the young person is told. No mailbox has any part in it."""
    before = WallClient()
    use(before, made_for(willow, willow.leo, name="Leo B."))
    assert "Password forgotten?" in text(signed_in(willow.tom).get(about(willow.leo)))
    code = made_for(willow, willow.leo, sure="on")
    page = text(WallClient().post(CARD, {"code": code}))
    assert f'value="{NAME}"' in page
    assert 'name="username"' not in page
    assert before.get("/").status_code == 200
    after = WallClient()
    assert use(after, code, username="other-name", password=PASSWORD + "!")["Location"] == "/"
    assert before.get("/").status_code == 302
    account = Account.objects.get(pk=leo_login().pk)
    assert (account.username, account.check_password(PASSWORD + "!")) == (NAME, True)
    assert Notice.objects.get(kind="new_card").person_id == account.pk
    assert not mail.outbox


def test_a_link_is_no_card_and_a_card_no_link(willow: Willow) -> None:
    made_for(willow, willow.leo, name="Leo B.")
    card = Invitation.objects.get()
    url = reverse("join", args=[links.seal("invitation", card.pk, "1")])
    assert "This link opens nothing" in text(WallClient().get(url))


def test_suggested_names_are_plain_words() -> None:
    """No two lists of which make a slight: every word stands for itself, once."""
    assert len(set(FIRST)) == len(FIRST)
    assert len(set(SECOND)) == len(SECOND)
    for _ in range(50):
        assert re.fullmatch(r"[a-z]{4,12}-[a-z]{4,12}-\d{3}", suggested())


# --- Signing in by a log-in name ---------------------------------------------------------------------------------------------


@pytest.fixture
def named(willow: Willow) -> Willow:
    """Maya signs in by a name and has no address."""
    account = willow.maya_login.account
    account.email, account.username = None, NAME
    account.set_password(PASSWORD)
    account.save()
    return willow


def sign_in(client: WallClient, login: str, password: str = PASSWORD) -> Any:
    """The sign-in page's form."""
    return client.post(reverse("account_login"), {"login": login, "password": password})


@pytest.mark.parametrize("login", [NAME, NAME.upper(), f" {NAME} "])
def test_a_young_person_signs_in_by_name(named: Willow, login: str) -> None:
    client = WallClient()
    assert "E-mail or log-in name" in text(client.get(reverse("account_login")))
    assert sign_in(client, login)["Location"] == "/"
    assert "Hello Maya-Login" in text(client.get("/"))


def test_a_wrong_password_says_the_same_for_a_name_an_address_and_for_nobody(named: Willow) -> None:
    pages = set()
    for login in (NAME, "nobody-has-this", str(named.priya.account.email), "nobody@x.example"):
        page = plain(text(sign_in(WallClient(), login, "wrong wrong wrong wrong")))
        pages.add(page.replace(login, "LOGIN"))
    assert len(pages) == 1
    assert "do not belong together" in pages.pop()


def test_an_address_is_no_name_and_a_name_no_address(named: Willow) -> None:
    """A young person whose name reads like somebody's address cannot exist; nor is an address looked up as a name."""
    named.priya.account.set_password(PASSWORD)
    named.priya.account.save()
    Account.objects.filter(pk=named.maya_login.pk).update(username=named.priya.account.email)
    client = WallClient()
    assert sign_in(client, str(named.priya.account.email))["Location"] == "/"
    assert "Hello Priya" in text(client.get("/"))


def test_guesses_at_a_name_are_counted_by_the_name(named: Willow) -> None:
    """As those at an address. Her device, which others use until she says otherwise, is not known; it is elsewhere."""
    hers = WallClient(REMOTE_ADDR="198.51.100.1")
    assert sign_in(hers, NAME).status_code == 302
    hers.post(reverse("account_logout"))
    with mock.patch.object(AuthenticationBackend, "authenticate", return_value=None):
        for _ in range(5):
            sign_in(WallClient(REMOTE_ADDR="192.0.2.1"), NAME.title(), "wrong wrong wrong wrong")
    stopped = sign_in(WallClient(REMOTE_ADDR="192.0.2.1"), NAME)
    assert "Too many failed login attempts" in text(stopped)
    with time_machine.travel(NOON + timedelta(seconds=1), tick=False):  # an attempt is taken back by its moment
        assert sign_in(hers, NAME).status_code == 302
    assert sign_in(WallClient(REMOTE_ADDR="192.0.2.1"), "another-name", PASSWORD).status_code == 200
    with mock.patch.object(AuthenticationBackend, "authenticate", return_value=None) as looked_at:
        for number in range(2, 30):
            for _ in range(5):
                sign_in(WallClient(REMOTE_ADDR=f"192.0.2.{number}"), NAME, "wrong wrong wrong wrong")
    assert looked_at.call_count == 95, "a hundred a day from anywhere, five of them above"


def test_a_new_card_lets_in_whom_others_locked_out(named: Willow) -> None:
    """As a mailed key does for an address."""
    with mock.patch.object(AuthenticationBackend, "authenticate", return_value=None):
        for number in range(2, 23):
            for _ in range(5):
                sign_in(WallClient(REMOTE_ADDR=f"192.0.2.{number}"), NAME, "wrong wrong wrong wrong")
    assert sign_in(WallClient(), NAME).status_code == 200
    code = made_for(named, named.maya, sure="on")
    assert use(WallClient(), code, password=PASSWORD + "!").status_code == 302
    assert sign_in(WallClient(), NAME, PASSWORD + "!").status_code == 302


def test_a_new_password_by_mail_is_nobodys_who_has_no_address(named: Willow) -> None:
    """Nothing is sent, and a name is no more answered than an unknown one."""
    pages = {
        plain(text(WallClient().post(reverse("account_reset_password"), {"email": login}))).replace(login, "LOGIN")
        for login in (NAME, "nobody-has-this")
    }
    assert len(pages) == 1
    assert not mail.outbox
    answer = WallClient().post(reverse("account_reset_password"), {"email": f"{NAME}@x.example"})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert "no account has it" in str(mail.outbox[0].body)


def test_a_young_person_gives_the_password_again(named: Willow) -> None:
    client = WallClient()
    sign_in(client, NAME)
    for password, status in (("wrong wrong wrong wrong", 200), (PASSWORD, 302)):
        assert client.post(reverse("account_reauthenticate"), {"password": password, "next": "/"}).status_code == status


def test_two_young_people_cannot_have_one_name(named: Willow) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=named.karin.pk).update(username=NAME.upper())
