"""How someone new comes to be, and whom an admin may tie to a child: what the database holds whatever the pages do."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.definers import forget_moves, moves_under_way, welcome
from accounts.models import (
    Account,
    Agreement,
    Child,
    CircleRow,
    Contact,
    MoveIn,
    MoveInRow,
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


@pytest.mark.parametrize("who", ["tom", "ruth", "priya", "stella", None])
def test_nobody_else_welcomes(willow: Willow, who: str | None) -> None:
    with viewing(willow.people[who] if who else None, as_role=WORKER):
        refused(lambda: welcome(willow.practice, name="Ada", email="", phone=""))


def test_nor_does_an_admin_of_another_practice(willow: Willow) -> None:
    with viewing(willow.omar, as_role=WORKER):
        refused(lambda: welcome(Practice(pk=willow.practice.pk + 1), name="Ada", email="", phone=""))


def test_the_web_process_cannot_ask_for_any_of_it(willow: Willow) -> None:
    with viewing(willow.omar, as_role=APP):
        refused(lambda: welcome(willow.practice, name="Ada", email="", phone=""))
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
        refused(lambda: give(child, willow.nell.pk, authority="none"))
        refused(lambda: give(child, willow.nell.pk, "helper"))
        refused(lambda: give(child, willow.nell.pk, "young_person"))
        refused(lambda: give(child, willow.nell.pk, starts=NOON - timedelta(microseconds=1)))  # an older moment
        refused(lambda: give(child, willow.nell.pk, starts=NOON + DAY))
        refused(lambda: give(child, willow.nell.pk, ends=NOON + DAY))
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


@pytest.mark.parametrize("who", ["tom", "ruth", "priya", "stella"])
def test_nobody_else_ties_or_makes_a_child(willow: Willow, who: str) -> None:
    with viewing(willow.omar, as_role=WORKER):
        child = new_child(willow)
    with viewing(willow.people[who], as_role=WORKER):
        refused(lambda: new_child(willow, "Ann"))
        refused(lambda: give(child, willow.nell.pk))


def test_a_circle_that_stands_is_left_alone(willow: Willow) -> None:
    """Neither another guardian who would read Maya's record, nor another therapist nobody told of, nor a colleague who
    would lose their right as staff by it."""
    with viewing(willow.omar, as_role=WORKER):
        refused(lambda: give(willow.maya, willow.nell.pk))
        refused(lambda: give(willow.maya, willow.otto.pk, "therapist"))
        refused(lambda: give(willow.maya, willow.ruth.pk))
    with viewing(willow.omar, NOON, as_role=WORKER):
        child = new_child(willow)
        give(child, willow.nell.pk)
    with viewing(willow.omar, NOON + timedelta(seconds=1), as_role=WORKER):
        refused(lambda: give(child, willow.tom.pk, "therapist"))  # nor later: by then someone may write there


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
