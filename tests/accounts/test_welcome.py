"""How someone new comes to be, and whom an admin may tie to a child: what the database holds whatever the pages do."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.definers import forget_moves, known_by_address, moves_under_way, welcome
from accounts.models import (
    Account,
    Agreement,
    Child,
    CircleRow,
    Contact,
    MoveIn,
    MoveInRow,
    Notice,
    Person,
    Practice,
    Relationship,
    Supervision,
)
from accounts.visibility import enter, guarded_models, viewer
from carebridge.lib.database import APP, WORKER
from sessions_log.models import ProgressNote
from tests import people
from tests.harness import viewing
from tests.people import DAY, LONG_AGO, NOON, Willow


def refused(act: Any) -> None:
    """By a policy, a right, a key or a trigger; undone."""
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        act()


def new_child(willow: Willow, name: str = "Lou") -> Child:
    """A card, by whoever is entered."""
    made: Child = Child.objects.create(practice=willow.practice, name=name, date_of_birth=date(2016, 6, 1))
    return made


def give(child: Child, person: int, role: str = "guardian", **more: Any) -> CircleRow:
    """A circle row from this moment on."""
    values = {"authority": "full" if role == "guardian" else "", "starts": viewer().moment, **more}
    row: CircleRow = CircleRow.objects.create(
        practice_id=child.practice_id, child_id=child.pk, person_id=person, role=role, **values
    )
    return row


# --- Someone new -----------------------------------------------------------------------------------------------------------


def test_an_admin_welcomes_someone_nobody_can_sign_in_as(willow: Willow) -> None:
    with viewing(willow.omar, as_role=WORKER):
        number = welcome(willow.practice, name="Ada", email="ada@x.example", phone="1")
        assert not Person.objects.visible().filter(pk=number).exists()  # not before there is a tie
    account = Account.objects.get(pk=number)
    assert (account.email, account.is_active, account.last_login) == (None, True, None)
    assert not account.has_usable_password()
    assert Contact.objects.get(pk=number).email == "ada@x.example"


@pytest.mark.parametrize("as_role", [APP, WORKER])
def test_so_does_a_therapist_of_a_child_there(willow: Willow, as_role: str) -> None:
    """For the circles of their children (docs/adr/0011)."""
    with viewing(willow.tom, as_role=as_role):
        number = welcome(willow.practice, name="Ada", email="", phone="")
        give(willow.maya, number, "helper")
        assert Person.objects.visible().get(pk=number).name == "Ada"


@pytest.mark.parametrize("who", ["ines", "otto", "ruth", "priya", "stella", None])
def test_nobody_else_welcomes(willow: Willow, who: str | None) -> None:
    with viewing(willow.people[who] if who else None, as_role=WORKER):
        refused(lambda: welcome(willow.practice, name="Ada", email="", phone=""))


def test_nor_does_an_admin_of_another_practice(willow: Willow) -> None:
    with viewing(willow.omar, as_role=WORKER):
        refused(lambda: welcome(Practice(pk=willow.practice.pk + 1), name="Ada", email="", phone=""))


def test_the_web_process_cannot_ask_for_what_the_worker_does(willow: Willow) -> None:
    with viewing(willow.omar, as_role=APP):
        refused(moves_under_way)
        refused(lambda: forget_moves(NOON))


@pytest.mark.parametrize("as_role", [APP, WORKER])
def test_there_is_no_other_way_to_make_anyone(willow: Willow, as_role: str) -> None:
    spare = Account.objects.create(email="spare@x.example", password="!")
    Contact.objects.filter(person=willow.joy).delete()
    with viewing(willow.omar, as_role=as_role):
        refused(lambda: Account.objects.create(password="!"))
        refused(lambda: Person.objects.create(account_id=spare.pk, name="Spare"))
        refused(lambda: Contact.objects.create(person_id=willow.joy.pk, email="taken@x.example"))
    with viewing(willow.joy, as_role=as_role):
        refused(lambda: Contact.objects.create(person_id=willow.joy.pk, email="unproven@x.example"))
        Contact.objects.create(person_id=willow.joy.pk, phone="+1 555 0100")


# --- Ties --------------------------------------------------------------------------------------------------------------------


def test_an_admin_ties_others_to_a_new_child_from_now_on(willow: Willow) -> None:
    with viewing(willow.omar, as_role=WORKER):
        child = new_child(willow)
        number = welcome(willow.practice, name="Ada", email="", phone="")
        row = give(child, number)
        give(child, willow.nell.pk, authority="contributor")
        give(child, willow.tom.pk, "therapist")
        about = {"practice_id": child.practice_id, "child_id": child.pk}
        Relationship.objects.create(circle_row_id=row.pk, person_id=number, words="mother", **about)
        refused(lambda: Relationship.objects.create(circle_row_id=row.pk, person_id=willow.nell.pk, words="m", **about))
        assert Person.objects.visible().get(pk=number).name == "Ada"


def test_what_an_admin_cannot_give(willow: Willow) -> None:
    with viewing(willow.omar, as_role=WORKER):
        child = new_child(willow)
        refused(lambda: give(child, willow.omar.pk))  # themself
        refused(lambda: give(child, willow.nell.pk, "young_person"))  # whose log-in is a mother's
        refused(lambda: give(child, willow.nell.pk, starts=NOON - timedelta(microseconds=1)))  # an older moment
        refused(lambda: give(child, willow.nell.pk, "therapist"))  # no staff
        refused(lambda: give(child, willow.stella.pk, "therapist"))  # of another practice
        refused(lambda: give(child, willow.stella.pk))  # whom nobody here knows
        refused(lambda: give(child, 10**9))


def test_a_newcomer_is_one_for_as_long_as_the_transaction_and_its_viewer(willow: Willow) -> None:
    with viewing(willow.omar, as_role=WORKER):
        child = new_child(willow)
        number = welcome(willow.practice, name="Ada", email="", phone="")
        enter(willow.omar.pk)
        refused(lambda: give(child, number))


def test_an_admin_gives_any_family_row_now_or_ahead_for_a_time_or_for_good(willow: Willow) -> None:
    with viewing(willow.omar, as_role=WORKER):
        child = new_child(willow)
        give(child, willow.nell.pk, authority="none")
        give(child, willow.joy.pk, "helper", starts=NOON + DAY, ends=NOON + 2 * DAY)
        give(child, welcome(willow.practice, name="Lou", email="", phone=""), "young_person", ends=NOON + DAY)


@pytest.mark.parametrize("who", ["tom", "ruth", "priya", "stella"])
def test_nobody_else_ties_or_makes_a_child(willow: Willow, who: str) -> None:
    with viewing(willow.omar, as_role=WORKER):
        child = new_child(willow)
    with viewing(willow.people[who], as_role=WORKER):
        refused(lambda: new_child(willow, "Ann"))
        refused(lambda: give(child, willow.nell.pk))


def test_a_circle_that_stands_may_be_changed(willow: Willow) -> None:
    """By admins, whoever is added; a colleague made family loses their right as staff by it, and the leads are told."""
    with viewing(willow.omar, as_role=APP):
        give(willow.maya, willow.nell.pk)
        give(willow.maya, willow.otto.pk, "therapist")
        give(willow.leo, willow.otto.pk, "helper")
    with viewing(willow.otto, as_role=APP) as otto:
        assert otto.stands_in("team", willow.maya.pk)
        assert not otto.stands_in("team", willow.leo.pk)
    told = {notice.person_id: notice.kind for notice in Notice.objects.filter(about=willow.otto, child=None)}
    assert told == {willow.ruth.pk: "staff_as_family"}


def test_its_therapists_tie_family_but_no_colleague(willow: Willow) -> None:
    """Who is family has no right as staff: a therapist could shut a lead or an admin out of a child so."""
    with viewing(willow.tom, as_role=APP):
        give(willow.maya, willow.nell.pk, "helper")
        for colleague in (willow.ruth, willow.otto, willow.omar):
            refused(partial(give, willow.maya, colleague.pk, "helper"))
        refused(lambda: give(willow.maya, willow.otto.pk, "therapist"))
        refused(lambda: give(willow.maya, willow.tom.pk, "helper"))
    for who in (willow.ines, willow.ruth, willow.otto, willow.priya):  # a supervisor, a lead, a colleague, a mother
        with viewing(who, as_role=APP):
            refused(lambda: give(willow.maya, willow.nell.pk))


def test_a_lead_gives_a_colleague_hours_and_no_more(willow: Willow) -> None:
    """visibility.md: "a lead giving a colleague a short circle row (hours, reason)"."""
    with viewing(willow.ruth, as_role=APP):
        hours = timedelta(hours=72)
        refused(lambda: give(willow.maya, willow.otto.pk, "therapist"))
        refused(lambda: give(willow.maya, willow.otto.pk, "therapist", ends=NOON + hours + timedelta(microseconds=1)))
        refused(lambda: give(willow.maya, willow.otto.pk, "therapist", starts=NOON + DAY, ends=NOON + 2 * DAY))
        refused(lambda: give(willow.maya, willow.ruth.pk, "therapist", ends=NOON + hours))
        refused(lambda: give(willow.maya, willow.omar.pk, "therapist", ends=NOON + hours))  # no clinician
        give(willow.maya, willow.otto.pk, "therapist", ends=NOON + hours)
    with viewing(willow.otto, NOON + hours - timedelta(microseconds=1), as_role=APP) as otto:
        assert otto.stands_in("team", willow.maya.pk)
    with viewing(willow.otto, NOON + hours, as_role=APP) as otto:
        assert not otto.stands_in("team", willow.maya.pk)
    assert {notice.kind for notice in Notice.objects.filter(person=willow.tom)} == {"short_access"}


def test_somebody_is_known_by_their_whole_address(willow: Willow) -> None:
    """To whoever lets people in; not to an admin of the family by which alone the practice knows them."""
    address = Contact.objects.get(person=willow.nell).email
    people.employ(willow.joy, willow.practice, "admin")  # Leo's grandmother
    answers = {}
    # Otto and Ruth let nobody in; Stella does so elsewhere.
    for name in ("omar", "tom", "otto", "ruth", "priya", "stella", "joy"):
        with viewing(willow.people[name], as_role=APP):
            answers[name] = known_by_address(willow.practice, f" {address.upper()} ")
    assert answers == {**dict.fromkeys(answers), "omar": willow.nell.pk, "tom": willow.nell.pk}
    with viewing(willow.omar, as_role=APP):
        assert known_by_address(willow.practice, address[:-1]) is None
        assert known_by_address(willow.practice, "") is None
        assert known_by_address(willow.practice, Contact.objects.get(person=willow.ruth).email) == willow.ruth.pk
    Contact.objects.filter(person=willow.karin).update(email=address)
    Account.objects.filter(pk__in=[willow.karin.pk, willow.nell.pk]).update(email=None)
    with viewing(willow.omar, as_role=APP):
        assert known_by_address(willow.practice, address) is None  # it might be either


def test_an_admin_who_supervises_puts_nobody_in_front_of_themself(willow: Willow) -> None:
    """visibility.md: "Anyone's new therapist … row … can't be set by its own beneficiary"."""
    people.employ(willow.ines, willow.practice, "admin")
    later = people.person("Later")
    people.employ(later, willow.practice, "therapist")
    Supervision.objects.create(practice=willow.practice, supervisor=willow.ines, therapist=later, starts=NOON + DAY)
    with viewing(willow.ines, as_role=WORKER):
        child = new_child(willow)
        refused(lambda: give(child, willow.tom.pk, "therapist"))
        refused(lambda: give(child, later.pk, "therapist"))
        give(child, willow.otto.pk, "therapist")
        assert child.pk not in enter(willow.ines.pk).places["team"]


def test_an_admin_of_the_childs_family_ties_nobody(willow: Willow) -> None:
    """Principle 1: for that child they are no admin."""
    with viewing(willow.omar, as_role=WORKER):
        child = new_child(willow)
        give(child, willow.nell.pk)
    people.employ(willow.nell, willow.practice, "admin")
    with viewing(willow.nell, as_role=WORKER):
        refused(lambda: give(child, willow.priya.pk))


def test_an_admin_gains_no_clinical_row_through_any_of_it(willow: Willow) -> None:
    """Before and after making a child and its circle: what Omar reads has grown by that child, its circle and its people."""
    people.agree(willow.maya, NOON - DAY, "signed_notes")
    seen: list[dict[str, int]] = []
    with viewing(willow.omar, as_role=WORKER):
        seen.append({model.__name__: model.objects.count() for model in guarded_models()})
        child = new_child(willow)
        number = welcome(willow.practice, name="Ada", email="a@x.example", phone="")
        give(child, number)
        give(child, willow.tom.pk, "therapist")
        enter(willow.omar.pk)
        seen.append({model.__name__: model.objects.count() for model in guarded_models()})
        assert ProgressNote.objects.count() == Agreement.objects.count() == 0
    before, after = seen
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {"Child": 1, "CircleRow": 2, "Person": 1, "Contact": 1}


# --- What is kept of a file ------------------------------------------------------------------------------------------------


def a_file(willow: Willow, who: Person, status: str = "checked") -> MoveIn:
    """One with one row."""
    move: MoveIn = MoveIn.objects.create(
        practice=willow.practice, uploaded_by=who, uploaded_at=LONG_AGO, status=status, rows=1
    )
    MoveInRow.objects.create(
        practice=willow.practice, move=move, uploaded_by=who, number=2, cells={"child_name": "x"}, chosen=True
    )
    return move


def test_a_row_belongs_to_whoever_uploaded_its_file(willow: Willow) -> None:
    mia = people.person("Mia")
    people.employ(mia, willow.practice, "admin")
    move = a_file(willow, mia)
    values = {"practice": willow.practice, "move": move, "number": 3, "cells": {}, "chosen": True}

    def slip_in() -> None:
        """A row of one's own in somebody else's file: a composite key ties the two."""
        MoveInRow.objects.create(uploaded_by_id=willow.omar.pk, **values)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with viewing(willow.omar):
        refused(lambda: MoveInRow.objects.create(uploaded_by_id=mia.pk, **values))
        refused(slip_in)
        assert not MoveInRow.objects.exists()
        assert MoveIn.objects.get() == move


def test_what_is_over_stays_as_it_is(willow: Willow) -> None:
    for status in ("finished", "discarded", "expired"):
        move = a_file(willow, willow.omar, status)
        with viewing(willow.omar):
            assert MoveIn.objects.filter(pk=move.pk).update(status="checked") == 0
    with viewing(willow.omar):
        row = MoveInRow.objects.get(move=move)
        assert MoveInRow.objects.filter(pk=row.pk).update(outcome="made") == 1
        assert MoveInRow.objects.filter(pk=row.pk).update(outcome="") == 0  # worked off once


def test_a_worker_learns_which_files_to_go_on_with_and_not_a_word_of_them(willow: Willow) -> None:
    move = a_file(willow, willow.omar, "running")
    with viewing(None, as_role=WORKER):
        assert moves_under_way() == [(move.pk, willow.omar.pk)]
        assert not MoveIn.objects.exists()
        assert not MoveInRow.objects.exists()
