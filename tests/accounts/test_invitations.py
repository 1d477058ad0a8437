"""What admins do about invitations: invite, again, not any more; somebody in the books; a file of many."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.definers import welcome
from accounts.models import Account, AuditEvent, CircleRow, Contact, Invitation, Membership, Person, Practice
from accounts.visibility import enter, viewer
from tests import people
from tests.accounts.joining import NEW, choose, invited, sweep, where
from tests.guards.browsing import faults_of, texts_of
from tests.harness import WallClient, signed_in, viewing
from tests.people import DAY, NOON, Willow

LIST, FRESH, FILE = "/practice/invitations/", "/practice/invitations/new/", "/practice/invitations/file/"


def text(answer: Any) -> str:
    """A page that answers as it should."""
    assert answer.status_code == 200
    assert not faults_of(answer)
    return str(answer.content.decode())


def listed(willow: Willow, show: str = "", who: str = "omar") -> str:
    """The list as an admin sees it."""
    return text(signed_in(willow.people[who]).get(LIST + (f"?show={show}" if show else "")))


def in_the_books(willow: Willow, name: str, email: str = "", about: str = "leo", role: str = "guardian") -> Person:
    """A parent as moved in: tied to a child, and without a log-in."""
    with viewing(willow.omar):
        number = welcome(willow.practice, name=name, email=email, phone="")
        child = {"leo": willow.leo, "maya": willow.maya}[about]
        values = {"authority": "full"} if role == "guardian" else {}
        CircleRow.objects.create(
            practice=willow.practice, child=child, person_id=number, role=role, starts=viewer().moment, **values
        )
    return Person.objects.get(pk=number)


# --- One by one --------------------------------------------------------------------------------------------------------


def test_a_parent_is_invited(willow: Willow) -> None:
    client = signed_in(willow.omar)
    answer = client.post(FRESH, NEW)
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    made = Invitation.objects.get()
    assert (made.kind, made.email, made.practice, made.child) == (
        "guardian",
        "uma@okafor.example",
        willow.practice,
        None,
    )
    assert (made.invited_by_id, made.expires_at) == (willow.omar.pk, NOON + 14 * DAY)
    shown = text(client.get(LIST))
    for words in ("Uma Okafor is invited.", "uma@okafor.example", "waits to be sent", "Omar"):
        assert words in shown
    sweep()
    assert "waits to be sent" not in listed(willow)
    assert "tag good" in listed(willow)
    account = Account.objects.get(pk=made.person_id)
    assert (account.email, account.has_usable_password(), account.language) == (None, False, "en")
    event = AuditEvent.objects.get(action="invited")
    assert (event.practice_id, event.shown, event.data) == (willow.practice.pk, [made.pk], {"kind": "guardian"})


def test_a_colleague_is_invited_with_roles(willow: Willow) -> None:
    roles = ["therapist", "safeguarding_lead"]
    signed_in(willow.omar).post(FRESH, {**NEW, "kind": "staff", "roles": roles})
    found = Membership.objects.filter(person__name="Uma Okafor")
    assert sorted(row.role for row in found) == sorted(roles)
    assert {row.starts for row in found} == {NOON}
    assert AuditEvent.objects.filter(action="role_added").count() == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "staff"}, "Choose what they work as."),
        ({"roles": ["admin"]}, "Take the ticks off"),
        ({"roles": ["king"]}, "king is not one of"),
        ({"kind": "young_person"}, "young_person is not one of"),
        ({"kind": ""}, "still needed"),
        ({"name": ""}, "still needed"),
        ({"name": "\u202eabc"}, "cannot be seen"),
        ({"email": "uma"}, "valid email"),
        ({"phone": "call me"}, "no telephone number"),
        ({"language": "xx"}, "xx is not one of"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(willow: Willow, change: dict[str, Any], said: str) -> None:
    before = Account.objects.count()
    shown = text(signed_in(willow.omar).post(FRESH, {**NEW, "phone": "0123 456", **change}))
    assert said in shown
    if "email" not in change:
        assert 'value="uma@okafor.example"' in shown
    assert Account.objects.count() == before


def test_whoever_is_known_is_not_made_twice(willow: Willow) -> None:
    """By log-in, by an invitation, by the address in the books, by one that several share; capitals make no other address."""
    invited(willow)
    in_the_books(willow, "Bea Books", "bea@x.example")
    for name in ("Sam One", "Sam Two"):
        in_the_books(willow, name, "shared@x.example")
    client, before = signed_in(willow.omar), Account.objects.count()
    for email, words in (
        (willow.nell.account.email, ["Nell", "Signs in already"]),
        ("UMA@okafor.example", ["Uma Okafor", "Send the link again"]),
        ("Bea@X.example", ["Bea Books", "Invite Bea Books"]),
        ("shared@x.example", ["Several people here share", "Sam One", "Sam Two"]),
    ):
        shown = text(client.post(FRESH, {**NEW, "email": email}))
        for word in words:
            assert word in shown, email
        assert "Nobody was made a second time" in shown
    assert Account.objects.count() == before


def test_an_address_of_another_practice_is_nobody_here(willow: Willow) -> None:
    """Whether Stella has an account is nothing this practice learns."""
    answer = signed_in(willow.omar).post(FRESH, {**NEW, "email": willow.stella.account.email})
    assert answer.status_code == 302
    shown = listed(willow)
    assert "Stella" not in shown
    assert "Uma Okafor" in shown


def test_sent_twice_it_makes_one_person(willow: Willow) -> None:
    client = signed_in(willow.omar)
    assert client.post(FRESH, NEW).status_code == 302
    assert "Somebody with this address is here already." in text(client.post(FRESH, NEW))
    assert Person.objects.filter(name="Uma Okafor").count() == 1


def test_an_admin_of_two_practices_says_which(willow: Willow) -> None:
    alder = Practice.objects.get(ref="alder")
    people.employ(willow.omar, alder, "admin")
    client = signed_in(willow.omar)
    assert "still needed" in text(client.post(FRESH, NEW))
    client.post(FRESH, {**NEW, "practice": str(alder.public_id)})
    assert Invitation.objects.get().practice == alder
    shown = listed(willow)
    assert "Practice alder" in shown
    other = Practice.objects.create(ref="elm", name="Elm", time_zone="UTC")
    assert "not one of" in text(client.post(FRESH, {**NEW, "practice": str(other.public_id)}))


# --- The list ----------------------------------------------------------------------------------------------------------


def test_each_stands_where_it_belongs(willow: Willow) -> None:
    rows = {
        name: invited(willow, email=f"{name}@x.example", name=name.title())
        for name in ("open", "late", "joined", "gone")
    }
    Invitation.objects.filter(pk=rows["late"].pk).update(expires_at=NOON)
    choose(WallClient(), where(rows["joined"]))
    signed_in(willow.omar).post(reverse("invitation_revoke", args=[rows["gone"].pk]))
    for show, name in (("", "Open"), ("expired", "Late"), ("accepted", "Joined"), ("revoked", "Gone"), ("x", "Open")):
        addresses = set(re.findall(r"(\w+)@x\.example", listed(willow, show)))
        assert addresses == {name.lower()}, show


def test_a_search_by_name_or_address_stays_out_of_the_address(willow: Willow) -> None:
    for number in range(60):
        invited(willow, email=f"n{number:02}@ferreira.example", name=f"Ana {number:02}")
    invited(willow)
    client, found, page = signed_in(willow.omar), set[str](), "1"
    while page:
        shown = text(client.post(LIST, {"q": "ferreira", "page": page}))
        assert "Uma" not in shown
        assert not re.search(r'(?:href|action|src)="[^"]*ferreira', shown)
        found |= set(re.findall(r"Ana \d\d", shown))
        later = re.search(r'name="page" value="(\d+)">The next', shown)
        page = later[1] if later else ""
    assert len(found) == 60
    assert "Uma Okafor" in text(client.post(LIST, {"q": "okafor"}))
    assert "No invitation like that" in text(client.post(LIST, {"q": "nobody"}))
    assert "No invitation like that" in text(client.post(LIST, {"q": "a\0b"}))


def test_the_list_costs_the_same_for_many(willow: Willow) -> None:
    def texts() -> list[list[str]]:
        return [texts_of(willow.omar, LIST), texts_of(willow.omar, LIST + "?show=nobody")]

    invited(willow)
    in_the_books(willow, "Bea", "bea@x.example")
    one = texts()
    for number in range(12):
        invited(willow, email=f"{number}@x.example")
        in_the_books(willow, f"Bea {number}", f"bea{number}@x.example")
    assert texts() == one


def test_other_practices_and_other_people_find_nothing(willow: Willow) -> None:
    made = invited(willow)
    for who in ("tom", "ruth", "priya", "stella", "maya_login"):
        client = signed_in(willow.people[who])
        for url in (reverse("invitation_again", args=[made.pk]), reverse("invitation_revoke", args=[made.pk])):
            assert client.post(url).status_code == 404, (who, url)
        if who != "stella":
            assert client.get(LIST).status_code == client.post(FRESH, NEW).status_code == 404
    assert "Uma" not in listed(willow, who="stella")
    made.refresh_from_db()
    assert (made.serial, made.revoked_at) == (1, None)


# --- Again, and not any more -----------------------------------------------------------------------------------------------


def test_sent_again_it_is_good_for_two_weeks_more(willow: Willow) -> None:
    made = invited(willow)
    with time_machine.travel(NOON + 15 * DAY, tick=False):
        shown = text(signed_in(willow.omar).post(reverse("invitation_again", args=[made.pk]), follow=True))
        assert "A new link goes to Uma Okafor." in shown
        made.refresh_from_db()
        assert (made.serial, made.expires_at) == (2, NOON + 29 * DAY)
        assert "opens nothing" in text(WallClient().get(where(made, 1)))
        assert "Choose a password" in text(WallClient().get(where(made, 2)))
    assert AuditEvent.objects.filter(action="invitation_sent_again", shown=[made.pk]).exists()


def test_taken_back_after_a_question(willow: Willow) -> None:
    made, client = invited(willow), signed_in(willow.omar)
    url = reverse("invitation_revoke", args=[made.pk])
    assert "Take back the invitation of Uma Okafor?" in text(client.get(url))
    made.refresh_from_db()
    assert made.revoked_at is None
    assert "is taken back" in text(client.post(url, follow=True))
    assert "opens nothing" in text(WallClient().get(where(made)))
    assert "not open any more" in text(client.post(url, follow=True))
    assert "not open any more" in text(client.post(reverse("invitation_again", args=[made.pk]), follow=True))
    assert "nothing to take back" in text(client.get(url))
    assert "somebody else" not in text(client.get(LIST + "?show=revoked"))
    assert client.post(FRESH, NEW).status_code == 302, "with the right name this time"


# --- People in the books ------------------------------------------------------------------------------------------------------


def test_those_without_a_way_in_are_invited_several_at_once(willow: Willow) -> None:
    bea, cleo, dora = (in_the_books(willow, n, f"{n.lower()}@x.example") for n in ("Bea", "Cleo", "Dora"))
    ada = in_the_books(willow, "Ada Noaddress")
    client, shown = signed_in(willow.omar), listed(willow, "nobody")
    assert shown.count('name="person"') == 3
    assert "no e-mail in the books" in shown
    assert "Priya" not in shown
    several = reverse("invitation_several")
    answer = client.post(several, {"person": [str(bea.public_id), str(cleo.public_id), str(ada.public_id), "x"]})
    assert answer["Location"] == LIST + "?show=nobody"
    said = text(client.get(answer["Location"]))
    assert "2 people are invited." in said
    assert "1 person could not be invited." in said
    assert "Dora" in said
    assert "Bea" not in said
    assert {i.person_id for i in Invitation.objects.all()} == {bea.pk, cleo.pk}
    assert {i.kind for i in Invitation.objects.all()} == {"guardian"}
    client.post(several, {"one": str(dora.public_id), "person": [str(ada.public_id)]})
    assert Invitation.objects.filter(person=dora).exists()
    assert "Nobody was chosen" in text(client.post(several, {"person": [str(bea.public_id)]}, follow=True))
    assert client.get(several).status_code == 405
    assert sweep() == 3


def test_somebody_without_an_address_is_given_one(willow: Willow) -> None:
    ada, client = in_the_books(willow, "Ada Noaddress", role="helper"), signed_in(willow.omar)
    url = reverse("invitation_person", args=[ada.public_id])
    assert "Invite Ada Noaddress" in text(client.get(url))
    shown = text(client.post(url, {"email": willow.nell.account.email}))
    assert "Nell" in shown
    assert "is here already" in shown
    assert client.post(url, {"email": "Ada@x.example"})["Location"] == LIST
    made = Invitation.objects.get()
    assert (made.person, made.email, made.kind) == (ada, "ada@x.example", "helper")
    assert client.get(url).status_code == 404, "they have been invited"
    choose(WallClient(), where(made))
    assert Contact.objects.get(pk=ada.pk).email == "ada@x.example"


def test_young_people_and_former_ones_are_not_on_that_list(willow: Willow) -> None:
    young, gone = in_the_books(willow, "Young", role="young_person"), in_the_books(willow, "Gone", "gone@x.example")
    CircleRow.objects.filter(person=gone).update(starts=NOON - DAY, ends=NOON)
    shown = listed(willow, "nobody")
    for someone in (young, gone, willow.nell):
        assert f"<bdi>{someone.name}</bdi>" not in shown
        answer = signed_in(willow.omar).get(reverse("invitation_person", args=[someone.public_id]))
        assert answer.status_code == 404


def test_an_admin_who_is_family_neither_sees_nor_invites_that_family(willow: Willow) -> None:
    """Principles 1 and 10: of the people around a child of one's own nothing is learned as staff, nor done to them."""
    abel = willow.people["abel"] = people.person("Abel")
    people.employ(abel, willow.practice, "admin")
    people.tie(abel, willow.leo, "guardian", "full", relationship="father")
    bea = in_the_books(willow, "Bea Barred", "bea@x.example")
    made = invited(willow, name="Ivo Barred", email="ivo@x.example")
    people.tie(Person.objects.get(pk=made.person_id), willow.leo, "guardian", "full")
    client = signed_in(abel)
    for show in ("", "nobody", "expired"):
        assert "Barred" not in listed(willow, show, "abel")
    assert "Bea Barred" in listed(willow, "nobody")
    assert client.get(reverse("invitation_person", args=[bea.public_id])).status_code == 404
    assert client.post(reverse("invitation_revoke", args=[made.pk])).status_code == 404
    assert client.post(reverse("invitation_again", args=[made.pk])).status_code == 404
    client.post(reverse("invitation_several"), {"person": [str(bea.public_id)]})
    assert Invitation.objects.count() == 1
    answer = client.post(FRESH, {**NEW, "email": "bea@x.example"})
    assert "Barred" not in answer.content.decode()
    assert not Invitation.objects.filter(person=bea).exists()


# --- A file ---------------------------------------------------------------------------------------------------------------------

HEAD = "name,email,role,phone,language\n"
ROWS = """Tess Therapist,tess@x.example,"therapist, Supervisor",,
Pia Parent,PIA@x.example,Parent,+1 555 0100,es
Hal Helper,hal@x.example,persona de apoyo,,en
"""


def upload(client: WallClient, body: str) -> str:
    """The first page's form."""
    return text(client.post(FILE, {"file": SimpleUploadedFile("people.csv", body.encode(), content_type="text/csv")}))


def sealed_in(page: str) -> str:
    """What the second form sends back."""
    found = re.search(r'name="rows" value="([^"]+)"', page)
    assert found
    return found[1]


def states(page: str) -> list[str]:
    """What stands in each row of the table."""
    return re.findall(r'<span class="tag[^"]*">([^<]+)</span>', page)


def test_a_file_is_shown_first_and_made_after_the_yes(willow: Willow) -> None:
    client, before = signed_in(willow.omar), Account.objects.count()
    page = upload(client, HEAD + ROWS)
    assert "3 people would be invited to Practice willow." in page
    assert states(page) == ["will be invited"] * 3
    assert (Account.objects.count(), Invitation.objects.count()) == (before, 0)
    done = text(client.post(FILE, {"rows": sealed_in(page)}))
    assert "3 people are invited" in done
    assert states(done) == ["invited"] * 3
    found = {i.email: i for i in Invitation.objects.select_related("person__account")}
    assert {email: i.kind for email, i in found.items()} == {
        "tess@x.example": "staff", "pia@x.example": "guardian", "hal@x.example": "helper"
    }  # fmt: skip
    roles = Membership.objects.filter(person=found["tess@x.example"].person).values_list("role", flat=True)
    assert set(roles) == {"therapist", "supervisor"}
    assert found["pia@x.example"].person.account.language == "es"
    assert Contact.objects.get(pk=found["pia@x.example"].person_id).phone == "+1 555 0100"
    event = AuditEvent.objects.get(action="people_invited")
    assert event.data == {"rows": 3, "invited": 3}
    assert sweep() == 3


def test_the_same_file_makes_nobody_twice(willow: Willow) -> None:
    """Nor does the same yes, sent again by a reload."""
    client = signed_in(willow.omar)
    sealed = sealed_in(upload(client, HEAD + ROWS))
    client.post(FILE, {"rows": sealed})
    again = text(client.post(FILE, {"rows": sealed}))
    assert "0 people are invited" in again
    assert states(again) == ["invited already"] * 3
    once_more = upload(client, HEAD + ROWS)
    assert states(once_more) == ["invited already"] * 3
    assert '<button type="submit">Invite' not in once_more
    assert Invitation.objects.count() == 3
    assert Person.objects.filter(name="Pia Parent").count() == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",a@x.example,parent,,", "“name” is empty"),
        ("A,,parent,,", "“email” is empty"),
        ("A,a@x.example,,,", "“role” is empty"),
        ("A,nobody,parent,,", "no e-mail address"),
        ("A,a@x.example,king,,", "“king” is no role"),
        ("A,a@x.example,young person,,", "“young person” is no role"),
        ("A,a@x.example,therapist + parent,,", "either a colleague"),
        ("A,a@x.example,parent,call,", "no telephone number"),
        ("A,a@x.example,parent,,fr", "no language"),
        ("=cmd(),a@x.example,parent,,", "begins as a formula does"),
        ("A\u202eB,a@x.example,parent,,", "cannot be seen"),
        ("A,a@x.example,parent,,,more", "beyond the last heading"),
        (f"{'A' * 201},a@x.example,parent,,", "too long"),
        ("A,pia@x.example,parent,,", "Row 3 has the same e-mail"),
    ],
)
def test_a_row_with_a_mistake_is_left_out_and_says_why(willow: Willow, row: str, said: str) -> None:
    client = signed_in(willow.omar)
    page = upload(client, HEAD + ROWS + row + "\n")
    assert said in page
    assert states(page) == [*["will be invited"] * 3, "left out"]
    done = text(client.post(FILE, {"rows": sealed_in(page)}))
    assert said in done
    assert states(done) == [*["invited"] * 3, "left out"]
    assert Invitation.objects.count() == 3


def test_who_is_known_is_left_alone_also_when_they_came_meanwhile(willow: Willow) -> None:
    in_the_books(willow, "Bea Books", "bea@x.example")
    client = signed_in(willow.omar)
    lines = f"N,{willow.nell.account.email},parent,,\nB,bea@x.example,parent,,\nU,uma@okafor.example,parent,,\n"
    page = upload(client, HEAD + lines)
    assert states(page) == ["here already", "here already", "will be invited"]
    assert "no way in yet" in page
    invited(willow)
    assert states(text(client.post(FILE, {"rows": sealed_in(page)}))) == [
        "here already",
        "here already",
        "invited already",
    ]
    assert Invitation.objects.count() == 1


def test_a_yes_is_good_for_an_hour_and_for_whoever_uploaded(willow: Willow) -> None:
    other = people.person("Olga")
    people.employ(other, willow.practice, "admin")
    page = upload(signed_in(willow.omar), HEAD + ROWS)
    sealed = sealed_in(page)
    for client, sent in (
        (signed_in(other), sealed),
        (signed_in(willow.omar), sealed[:-2] + "xx"),
        (signed_in(willow.stella), sealed),
    ):
        assert client.post(FILE, {"rows": sent})["Location"] == FILE
    with time_machine.travel(NOON + DAY / 23, tick=False):
        assert signed_in(willow.omar).post(FILE, {"rows": sealed})["Location"] == FILE
    Membership.objects.filter(person=willow.omar).update(ends=NOON)
    assert signed_in(willow.omar).post(FILE, {"rows": sealed}).status_code == 404
    assert not Invitation.objects.exists()


def test_one_that_the_database_refuses_keeps_back_no_other(willow: Willow, monkeypatch: pytest.MonkeyPatch) -> None:
    real = welcome
    client = signed_in(willow.omar)
    sealed = sealed_in(upload(client, HEAD + ROWS))
    monkeypatch.setattr(
        "accounts.actions.invite.welcome",
        lambda practice, **who: real(Practice(pk=0) if "Pia" in who["name"] else practice, **who),
    )
    done = text(client.post(FILE, {"rows": sealed}))
    assert states(done) == ["invited", "could not be invited", "invited"]
    assert "2 people are invited" in done
    assert not Person.objects.filter(name="Pia Parent").exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("name,email\nA,a@x.example\n", "role is not among them"),
        (HEAD, "no rows below"),
        (HEAD + "".join(f"A,a{n}@x.example,parent,,\n" for n in range(201)), "more than 200 rows"),
        ("name,email,role,child\nA,a@x.example,parent,Leo\n", "not in the template: “child”"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(willow: Willow, body: str, said: str) -> None:
    assert said in upload(signed_in(willow.omar), body)


def test_the_template_is_what_the_form_takes(willow: Willow) -> None:
    answer = signed_in(willow.omar).get(reverse("invitation_template"))
    assert answer["Content-Disposition"] == 'attachment; filename="carebridge-invitations.csv"'
    assert answer.content.decode("utf-8-sig").strip() == HEAD.strip()


def test_two_hundred_rows_in_one_go(willow: Willow) -> None:
    client = signed_in(willow.omar)
    body = HEAD + "".join(f"Person {n},p{n}@x.example,parent,,\n" for n in range(200))
    done = text(client.post(FILE, {"rows": sealed_in(upload(client, body))}))
    assert "200 people are invited" in done
    assert Invitation.objects.count() == 200


def test_a_moved_in_child_is_no_reason_to_write_anything_into_the_list(willow: Willow) -> None:
    """Invitations name no child, whoever's parent is invited."""
    people.child(willow.practice, "Zed", date(2015, 1, 1))
    in_the_books(willow, "Bea", "bea@x.example")
    for show in ("", "nobody"):
        for name in ("Leo", "Maya", "Zed"):
            assert name not in re.sub(r"Maya-Login", "", listed(willow, show))
    enter(None)
