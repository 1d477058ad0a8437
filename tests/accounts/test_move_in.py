"""Moving in: a file is checked, shown, brought in once, and forgotten; what it may make, and what it never opens."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import DatabaseError
from django.urls import reverse

from accounts.models import (
    Account,
    AuditEvent,
    Child,
    CircleRow,
    Contact,
    Membership,
    MoveIn,
    MoveInRow,
    Person,
    Relationship,
    Supervision,
)
from tests import people
from tests.accounts.moving import (
    NEW,
    brought_in,
    guardian,
    one_batch,
    rounds,
    row,
    say_yes,
    send,
    table,
    uploaded,
)
from tests.harness import signed_in
from tests.people import NOON, Willow


def page(who: Person, name: str, *args: object, **query: str) -> str:
    """A page as this person gets it."""
    response = signed_in(who).get(reverse(name, args=args), query)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


# --- What is made ------------------------------------------------------------------------------------------------------


def test_a_child_and_the_people_around_it(willow: Willow) -> None:
    therapist = Contact.objects.get(person=willow.tom).email
    move = brought_in(
        signed_in(willow.omar),
        {**NEW, "pronouns": "she/her", "about_me": "Likes kites.", "therapist_email": therapist.upper()}
        | guardian("Uche Okafor", "", "informed", 2, phone="+34 600 100 200", relationship="father"),
    )
    assert (move.status, move.children, move.people, move.linked, move.left_out) == ("finished", 1, 2, 0, [])
    nia = Child.objects.get(name="Nia Okafor")
    assert (nia.practice, nia.date_of_birth, nia.pronouns, nia.about_me) == (
        willow.practice, date(2017, 3, 21), "she/her", "Likes kites.",
    )  # fmt: skip
    rows = CircleRow.objects.filter(child=nia).select_related("person").order_by("role", "person__name")
    assert [(r.person.name, r.role, r.authority, r.household, r.starts, r.ends) for r in rows] == [
        ("Ada Okafor", "guardian", "full", "elm", NOON, None), ("Uche Okafor", "guardian", "informed", "", NOON, None),
        ("Tom", "therapist", "", "", NOON, None),
    ]  # fmt: skip
    assert dict(Relationship.objects.filter(child=nia).values_list("person__name", "words")) == {
        "Ada Okafor": "mother", "Uche Okafor": "father",
    }  # fmt: skip
    assert Contact.objects.get(person__name="Ada Okafor").email == "ada@okafor.example"
    assert Contact.objects.get(person__name="Uche Okafor").phone == "+34 600 100 200"


def test_nobody_can_sign_in_by_being_brought_in_and_no_mail_is_sent(willow: Willow, mailoutbox: list[object]) -> None:
    """The address stands in the contact, also when an account somewhere has it: none is taken over, none is revealed."""
    Account.objects.create(email="ada@okafor.example", password="!x")
    brought_in(signed_in(willow.omar), NEW)
    account = Person.objects.select_related("account").get(name="Ada Okafor").account
    assert account.email is None
    assert not account.has_usable_password()
    assert account.last_login is None
    from allauth.account.models import EmailAddress

    assert not EmailAddress.objects.filter(user=account).exists()
    signed_in(None).post(reverse("account_reset_password"), {"email": "nobody@else.example"})
    assert [str(mail.to) for mail in mailoutbox if "okafor" in str(mail.to)] == []  # type: ignore[attr-defined]


def test_who_is_here_already_is_linked_by_address_and_name(willow: Willow) -> None:
    address = Contact.objects.get(person=willow.nell).email
    move = brought_in(signed_in(willow.omar), row("Lou") | guardian("  nell ", address.upper()))
    assert (move.people, move.linked) == (0, 1)
    assert CircleRow.objects.get(child__name="Lou").person == willow.nell


def test_an_address_with_another_name_links_nobody(willow: Willow) -> None:
    """Or Dan would read as Priya: the row is refused, with the name the admin may read."""
    address = Contact.objects.get(person=willow.priya).email
    move = uploaded(signed_in(willow.omar), row("Lou") | guardian("Dan", address))
    assert "This address belongs to Priya." in page(willow.omar, "move_in_file", move.pk)
    assert MoveInRow.objects.get(move=move).chosen is False


def test_somebody_of_another_practice_is_not_known_here(willow: Willow) -> None:
    """Not even to an admin of both: the person is new, and nobody learns of the other."""
    people.employ(willow.omar, Membership.objects.filter(person=willow.stella)[0].practice, "admin")
    address = Contact.objects.get(person=willow.stella).email
    client = signed_in(willow.omar)
    key = str(willow.practice.public_id)
    response = send(client, table(row("Lou") | guardian("Stella", address)), practice=key)
    move = MoveIn.objects.get(pk=response["Location"].strip("/").split("/")[-1])
    say_yes(client, move)
    rounds()
    assert CircleRow.objects.get(child__name="Lou").person != willow.stella


def test_siblings_share_their_guardian(willow: Willow) -> None:
    """Also over a batch's edge: the second row finds whom the first made."""
    client = signed_in(willow.omar)
    who = guardian("Ada Okafor", "ada@okafor.example")
    move = uploaded(client, row("Nia") | who, row("Obi") | who, row("Uma") | who)
    say_yes(client, move)
    while one_batch(move, willow.omar, 2):
        pass
    assert Person.objects.filter(name="Ada Okafor").count() == 1
    assert CircleRow.objects.filter(person__name="Ada Okafor").count() == 3
    move.refresh_from_db()
    assert (move.people, move.linked, move.children) == (1, 2, 3)


def test_a_family_member_sees_their_new_child_and_nothing_else_of_it(willow: Willow) -> None:
    before = page(willow.nell, "home")
    address = Contact.objects.get(person=willow.nell).email
    brought_in(signed_in(willow.omar), row("Lou") | guardian("Nell", address), row("Somebody Else"))
    after = page(willow.nell, "home")
    assert "Lou" not in before
    assert "Lou" in after
    assert "Somebody" not in after
    for name in ("move_in", "move_in_template"):
        assert signed_in(willow.nell).get(reverse(name)).status_code == 404


# --- What is never made ---------------------------------------------------------------------------------------------------


def mistakes(willow: Willow, *rows: dict[str, str], who: str = "omar") -> str:
    """The page of a file that is checked."""
    move = uploaded(signed_in(willow.people[who]), *rows)
    return page(willow.people[who], "move_in_file", move.pk)


def test_nobody_gives_themself_a_row(willow: Willow) -> None:
    own = Contact.objects.get(person=willow.omar).email
    assert "Nobody gives themself a row" in mistakes(willow, row("Lou") | guardian("Omar", own))
    people.employ(willow.omar, willow.practice, "therapist")
    assert "Nobody makes themself" in mistakes(willow, row("Lou", therapist_email=own))


def test_nobody_puts_themself_on_a_team_through_whom_they_supervise(willow: Willow) -> None:
    people.employ(willow.ines, willow.practice, "admin")
    tom = Contact.objects.get(person=willow.tom).email
    assert "You supervise this therapist" in mistakes(willow, row("Lou", therapist_email=tom), who="ines")
    Supervision.objects.filter(supervisor=willow.ines).update(ends=NOON)
    assert "You supervise" not in mistakes(willow, row("Lou", therapist_email=tom), who="ines")


def test_only_therapists_in_force_treat(willow: Willow) -> None:
    for who in ("priya", "stella"):
        address = Contact.objects.get(person=willow.people[who]).email
        assert "no address of a therapist" in mistakes(willow, row("Lou", therapist_email=address))
    Membership.objects.filter(person=willow.tom).update(ends=NOON)
    tom = Contact.objects.get(person=willow.tom).email
    assert "no address of a therapist" in mistakes(willow, row("Lou", therapist_email=tom))


def test_authority_none_is_not_brought_in(willow: Willow) -> None:
    assert "a therapist records it" in mistakes(willow, row("Lou") | guardian("X Y", "", "none"))
    assert "none of full, informed and contributor" in mistakes(willow, row("Lou") | guardian("X Y", "", "boss"))


def test_a_colleague_as_family_is_left_out_unless_chosen(willow: Willow) -> None:
    address = Contact.objects.get(person=willow.otto).email
    client = signed_in(willow.omar)
    move = uploaded(client, row("Lou") | guardian("Otto", address))
    assert "A guardian works in the practice" in page(willow.omar, "move_in_file", move.pk)
    assert not MoveInRow.objects.get(move=move).chosen
    client.post(reverse("move_in_file", args=[move.pk]), {"shown": "2", "row": "2"})
    say_yes(client, move)
    rounds()
    assert CircleRow.objects.get(child__name="Lou").person == willow.otto


def test_a_child_who_is_here_already_is_left_out_unless_chosen(willow: Willow) -> None:
    same = {"child_name": " MAYA ", "date_of_birth": "14/05/2012"}
    client = signed_in(willow.omar)
    move = brought_in(client, same, row("Lou"))
    assert move.left_out == [[2, "known"]]
    assert Child.objects.filter(name__iexact="maya").count() == 1
    move = uploaded(client, same)
    client.post(reverse("move_in_file", args=[move.pk]), {"shown": "2", "row": "2"})
    say_yes(client, move)
    rounds()
    assert Child.objects.filter(name__iexact="maya").count() == 2


def test_twins_in_the_file_are_left_out_unless_chosen(willow: Willow) -> None:
    move = brought_in(signed_in(willow.omar), row("Lou"), row("Ann"), row("lou"))
    assert move.left_out == [[4, "twin"]]
    assert Child.objects.filter(name__iexact="lou").count() == 1


def test_an_admin_does_not_bring_in_a_child_of_their_own_family(willow: Willow) -> None:
    """Principle 1: for Leo, Abel is family and no admin."""
    abel = people.person("Abel")
    willow.people["abel"] = abel
    people.employ(abel, willow.practice, "admin")
    people.tie(abel, willow.leo, "guardian", "full")
    said = mistakes(willow, {"child_name": "Leo", "date_of_birth": "2018-09-02"}, who="abel")
    assert "You belong to this child&#x27;s family" in said


def test_one_address_with_two_names_in_a_file(willow: Willow) -> None:
    rows = [row("Lou") | guardian("Ada O", "a@b.example"), row("Ann") | guardian("Bo O", "a@b.example")]
    assert "Row 3, e-mail of guardian 1: Row 2 has this address with another name." in mistakes(willow, *rows)
    both = row("Lou") | guardian("Ada O", "a@b.example") | guardian("Bo O", "A@b.example", seat=2)
    assert "Both guardians have the same address." in mistakes(willow, both)


MISTAKES = [
    ({"date_of_birth": "03/04/2015"}, "Row 2, date of birth: “03/04/2015” can be read in two ways. Write 2015-04-03 or "),
    ({"date_of_birth": "soon"}, "“soon” is no day."),
    ({"date_of_birth": ""}, "Row 2, date of birth: This is needed, and the cell is empty."),
    ({"date_of_birth": "2027-01-01"}, "“2027-01-01” has not come yet."),
    ({"date_of_birth": "1957-01-01"}, "more than 30 years ago"),
    ({"date_of_birth": "2001-01-01"} | guardian("X Y", ""), "the child is of age"),
    ({"child_name": ""}, "Row 2, child&#x27;s name: This is needed"),
    ({"child_name": "x" * 201}, "at most 200 letters"),
    ({"child_name": "=CMD()"}, "“=CMD()” begins as a formula does."),
    ({"child_name": "@SUM(1)"}, "begins as a formula does"),
    ({"child_name": "Lou\u202enaD"}, "signs that cannot be seen"),
    ({"child_name": "Lou\0"}, "signs that cannot be seen"),
    (guardian("X Y", "no address"), "Row 2, e-mail of guardian 1: “no address” is no e-mail address."),
    (guardian("X Y", "", phone="call me"), "“call me” is no telephone number."),
    (guardian("", "x@y.example"), "Row 2, name of guardian 1: This is needed"),
    (guardian("X Y", "", "", seat=2), "Row 2, authority of guardian 2: This is needed"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "said"), MISTAKES, ids=[said[:30] for _, said in MISTAKES])
def test_what_is_wrong_is_said_with_row_and_column(willow: Willow, cells: dict[str, str], said: str) -> None:
    client = signed_in(willow.omar)
    move = uploaded(client, {**row("Lou"), **cells}, row("Ann"))
    assert said in page(willow.omar, "move_in_file", move.pk)
    client.post(
        reverse("move_in_file", args=[move.pk]), {"shown": ["2", "3"], "row": ["2", "3"]}
    )  # a wrong row stays out
    say_yes(client, move)
    rounds()
    move.refresh_from_db()
    assert [number for number, _ in move.left_out] == [2]
    assert set(Child.objects.filter(practice=willow.practice).values_list("name", flat=True)) == {"Maya", "Leo", "Ann"}


def test_scripts_and_formulas_are_shown_as_text(willow: Willow) -> None:
    said = mistakes(willow, row("<b onclick=x>Lou</b>", about_me="=CMD()"), row("Ann") | guardian("'><i>", ""))
    assert "&lt;b onclick=x&gt;" in said
    assert "<b onclick" not in said
    assert "<i>" not in said


def test_the_template_holds_the_headings_and_nothing_that_runs(willow: Willow) -> None:
    response = signed_in(willow.omar).get(reverse("move_in_template"))
    text = response.content.decode("utf-8-sig")
    assert text.count("\n") == 1
    assert text.startswith("child_name,date_of_birth,pronouns,about_me,guardian_1_name,")
    assert response["Content-Disposition"].startswith("attachment")
    willow.omar.account.language = "es"
    willow.omar.account.save()
    assert b"child_name;date_of_birth;" in signed_in(willow.omar).get(reverse("move_in_template")).content
    filled = text + "Nia," + "," * (text.count(",") - 1)
    assert send(signed_in(willow.omar), filled.replace("Nia,", "Nia,2016-06-01").encode()).status_code == 302


# --- Once ------------------------------------------------------------------------------------------------------------------


def test_nothing_is_made_before_the_yes_and_nothing_twice_after_it(willow: Willow) -> None:
    client = signed_in(willow.omar)
    move = uploaded(client, NEW)
    rounds()
    assert not Child.objects.filter(name="Nia Okafor").exists()
    first, second = say_yes(client, move), say_yes(client, move)  # double confirm
    assert first["Location"] == second["Location"]
    rounds()
    rounds()
    assert say_yes(client, move).status_code == 302
    rounds()
    assert Child.objects.filter(name="Nia Okafor").count() == 1
    assert AuditEvent.objects.filter(action="move_in_started").count() == 1


def test_a_corrected_file_takes_the_place_of_the_one_before(willow: Willow) -> None:
    client = signed_in(willow.omar)
    wrong, right = uploaded(client, row("Lou", pronouns="=x")), uploaded(client, row("Lou"))
    wrong.refresh_from_db()
    assert (wrong.status, right.status) == ("discarded", "checked")
    assert say_yes(client, wrong).status_code == 302
    rounds()
    assert not Child.objects.filter(name="Lou").exists()
    assert not MoveInRow.objects.filter(move=wrong).exists()


def test_the_same_file_again_makes_nobody_twice(willow: Willow) -> None:
    client = signed_in(willow.omar)
    brought_in(client, NEW)
    move = uploaded(client, NEW)
    assert "No row is chosen" in say_yes(client, move).content.decode()
    assert Child.objects.filter(name="Nia Okafor").count() == 1


def test_two_admins_with_the_same_file(willow: Willow) -> None:
    """One file of a practice at a time; what the first made the second finds and leaves out."""
    mia = people.person("Mia")
    people.employ(mia, willow.practice, "admin")
    one, other = signed_in(willow.omar), signed_in(mia)
    first, second = uploaded(one, NEW, row("Lou")), uploaded(other, NEW, row("Ann"))
    say_yes(one, first)
    assert "Another file is being brought in" in say_yes(other, second).content.decode()
    rounds()
    assert say_yes(other, second).status_code == 302
    rounds()
    second.refresh_from_db()
    assert (second.children, second.left_out) == (1, [[2, "known"]])
    assert Child.objects.filter(name="Nia Okafor").count() == 1


def test_only_whoever_chose_the_file_sees_its_rows(willow: Willow) -> None:
    """Another admin sees counts: they may be family of a child in it."""
    mia = people.person("Mia")
    people.employ(mia, willow.practice, "admin")
    move = uploaded(signed_in(willow.omar), NEW)
    said = page(mia, "move_in_file", move.pk)
    assert "Okafor" not in said
    assert "Omar" in said
    for name in ("move_in_start", "move_in_discard"):
        assert signed_in(mia).post(reverse(name, args=[move.pk])).status_code == 404
    signed_in(mia).post(reverse("move_in_file", args=[move.pk]), {"shown": "2"})
    assert MoveInRow.objects.get(move=move).chosen


def test_what_changed_since_the_check_is_looked_at_again(willow: Willow) -> None:
    """Between the check and the worker: a child came, a therapist left, a contact got another owner."""
    client = signed_in(willow.omar)
    tom = Contact.objects.get(person=willow.tom).email
    move = uploaded(
        client, row("Lou"), row("Ann", therapist_email=tom), row("Bo") | guardian("Cy", "cy@x.example"), row("Di")
    )
    say_yes(client, move)
    people.child(willow.practice, "Lou", date(2016, 6, 1))
    Membership.objects.filter(person=willow.tom).update(ends=NOON)
    Contact.objects.filter(person=willow.nell).update(email="cy@x.example")
    rounds()
    move.refresh_from_db()
    assert move.left_out == [[2, "known"], [3, "changed"], [4, "changed"]]
    assert move.children == 1


def test_a_row_the_database_refuses_is_left_out_and_the_others_go_on(
    willow: Willow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from accounts.actions import moving

    kept = moving.tie_guardian

    def refuse(child: Child, who: object, person: int) -> CircleRow:
        if child.name == "Lou":
            raise DatabaseError("Lou")
        return kept(child, who, person)  # type: ignore[arg-type]

    monkeypatch.setattr(moving, "tie_guardian", refuse)
    who = guardian("Ada Okafor", "ada@okafor.example")
    move = brought_in(signed_in(willow.omar), row("Lou") | who, row("Ann") | who)
    assert (move.children, move.people, move.left_out) == (1, 1, [[2, "failed"]])
    assert Person.objects.filter(name="Ada Okafor").count() == 1  # the first one's went with its row
    assert "Lou" not in caplog.text


def test_a_worker_that_dies_in_a_batch_has_done_nothing_of_it(willow: Willow, monkeypatch: pytest.MonkeyPatch) -> None:
    from accounts.actions import moving

    client = signed_in(willow.omar)
    move = uploaded(client, *(row(f"Child {number}") for number in range(7)))
    say_yes(client, move)
    assert one_batch(move, willow.omar, 3)
    with monkeypatch.context() as patched:
        patched.setattr(moving, "keep", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            one_batch(move, willow.omar, 3)
    move.refresh_from_db()
    assert (move.done, Child.objects.filter(name__startswith="Child ").count()) == (3, 3)
    rounds()
    move.refresh_from_db()
    assert (move.status, move.done, Child.objects.filter(name__startswith="Child ").count()) == ("finished", 7, 7)


def test_who_is_no_admin_any_more_brings_nothing_in(willow: Willow) -> None:
    client = signed_in(willow.omar)
    move = uploaded(client, NEW)
    say_yes(client, move)
    Membership.objects.filter(person=willow.omar).update(ends=NOON)
    rounds()
    assert not Child.objects.filter(name="Nia Okafor").exists()
    with time_machine.travel(NOON + timedelta(hours=24), tick=False):
        rounds()
    move.refresh_from_db()
    assert move.status == "expired"
    assert not MoveInRow.objects.exists()


# --- Forgotten -------------------------------------------------------------------------------------------------------------


def test_the_rows_are_gone_when_it_is_done_and_the_history_stays(willow: Willow) -> None:
    brought_in(signed_in(willow.omar), NEW, row("Wrong", pronouns="=x"))
    assert not MoveInRow.objects.exists()
    move = MoveIn.objects.get()
    assert "Wrong" not in str(vars(move))
    said = page(willow.omar, "move_in_file", move.pk)
    assert "Row 3: something in the row is wrong" in said
    history = page(willow.omar, "move_in")
    assert "Omar" in history
    assert "brought in" in history


def test_a_file_nobody_says_yes_to_is_gone_after_a_day(willow: Willow) -> None:
    move = uploaded(signed_in(willow.omar), NEW)
    with time_machine.travel(NOON + timedelta(hours=23, minutes=59), tick=False):
        rounds()
    assert MoveInRow.objects.count() == 1
    with time_machine.travel(NOON + timedelta(hours=24), tick=False):
        rounds()
        move.refresh_from_db()
        assert move.status == "expired"
        assert "Stopped after a day" in page(willow.omar, "move_in_file", move.pk)
    assert not MoveInRow.objects.exists()


def test_a_file_put_aside_is_gone_with_the_next_round(willow: Willow) -> None:
    client = signed_in(willow.omar)
    move = uploaded(client, NEW)
    for _ in range(2):
        assert client.post(reverse("move_in_discard", args=[move.pk])).status_code == 302
    rounds()
    assert not MoveInRow.objects.exists()
    assert not Child.objects.filter(name="Nia Okafor").exists()


def test_the_trail_holds_counts_and_ids_and_no_name(willow: Willow) -> None:
    brought_in(signed_in(willow.omar), NEW, row("Lou"))
    told = {event.action: event for event in AuditEvent.objects.filter(action__startswith="move_in")}
    assert told.keys() == {"move_in_uploaded", "move_in_started", "move_in_batch", "move_in_finished"}
    move, child = MoveIn.objects.get(), Child.objects.get(name="Lou")
    assert told["move_in_started"].data == {"rows": 2}
    assert told["move_in_finished"].data == {"rows": 2, "children": 2, "people": 1, "linked": 0}
    assert child.public_id in told["move_in_batch"].shown
    for event in told.values():
        assert (event.person_id, event.practice_id, event.child_id) == (willow.omar.pk, willow.practice.pk, None)
        assert move.pk in event.shown
        assert "okafor" not in str(vars(event)).lower()


# --- Files that are refused whole ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."), (b"\x81\x8d", "Save the table as"), (b"child_name,x\nA,b\n", "date_of_birth is not among"),
        (b"child_name,date_of_birth,diagnosis\nA,b,c\n", "“diagnosis”"), (b'child_name,date_of_birth\n"A,b\n', "Row 2 cannot"),
        (b"x" * 5_000_001, "larger than 5 MB"), (b"x" * 6_000_000, "must not be larger than 5 MB"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_says_why(willow: Willow, data: bytes, said: str) -> None:
    response = send(signed_in(willow.omar), data)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert not MoveIn.objects.exists()


def test_other_letters_and_separators_arrive(willow: Willow) -> None:
    client = signed_in(willow.omar)
    send(client, "child_name;date_of_birth;pronouns\nInés Muñoz;30/04/2015;ella\n".encode("cp1252"))
    move = MoveIn.objects.get()
    say_yes(client, move)
    rounds()
    assert Child.objects.get(date_of_birth=date(2015, 4, 30)).name == "Inés Muñoz"


def test_the_page_follows_it_without_a_script_and_with_one(willow: Willow) -> None:
    client = signed_in(willow.omar)
    move = uploaded(client, *(row(f"Child {number}") for number in range(4)))
    say_yes(client, move)
    one_batch(move, willow.omar, 2)
    place = reverse("move_in_file", args=[move.pk])
    whole, part = client.get(place), client.get(place, headers={"HX-Request": "true"})
    for response in (whole, part):
        assert "2 of 4 rows done." in response.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Refresh" not in part
    rounds()
    assert client.get(place, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "Brought in" in client.get(place).content.decode()


def test_pages_of_rows_keep_their_ticks(willow: Willow) -> None:
    client = signed_in(willow.omar)
    move = uploaded(client, *(row(f"Child {number:02}") for number in range(30)))
    place = reverse("move_in_file", args=[move.pk])
    shown = [str(number) for number in range(2, 27)]
    response = client.post(place, {"shown": shown, "row": shown[1:], "page": "2"})
    assert response["Location"] == f"{place}?page=2"
    assert "Child 29" in client.get(response["Location"]).content.decode()
    assert list(MoveInRow.objects.filter(chosen=False).values_list("number", flat=True)) == [2]
    assert "Bring in 29 children?" in page(willow.omar, "move_in_start", move.pk)


def test_only_rows_to_look_at(willow: Willow) -> None:
    move = uploaded(signed_in(willow.omar), row("Ann"), row("Ann"), row("Bo", pronouns="=x"))
    wrong, doubtful = (page(willow.omar, "move_in_file", move.pk, show=show) for show in ("wrong", "doubtful"))
    assert 'id="row-4"' in wrong
    assert 'id="row-3"' not in wrong
    assert 'id="row-3"' in doubtful
    assert 'id="row-2"' not in doubtful
