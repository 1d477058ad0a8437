"""What the database holds about circles and jobs whatever pages do (accounts/sql/people.sql, docs/adr/0011): who is tied, how
rows end and go, whom a young person's log-in belongs to, who is told."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.definers import take_back, welcome
from accounts.models import (
    Account,
    Child,
    CircleRow,
    Contact,
    Deactivation,
    FactorReset,
    HelperConsent,
    Membership,
    Notice,
    Person,
    Practice,
    Relationship,
    StaffProfile,
    Supervision,
)
from accounts.visibility import enter
from carebridge.lib.database import APP
from tests import people
from tests.harness import viewing
from tests.people import DAY, LONG_AGO, NOON, Willow

INSTANT = timedelta(microseconds=1)
HOURS = timedelta(hours=72)


def refused(act: Callable[[], Any], says: str = "") -> None:
    """By a policy, a right, a key or a trigger, now or at the end; undone. `says`: words of the refusal."""
    with pytest.raises((DatabaseError, IntegrityError), match=says or None), transaction.atomic():
        act()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def tied(who: Person, to: Child, role: str = "guardian", **more: Any) -> CircleRow:
    """A circle row from now on, by whoever is entered."""
    values = {"authority": "full" if role == "guardian" else "", "starts": NOON, **more}
    row: CircleRow = CircleRow.objects.create(
        practice_id=to.practice_id, child_id=to.pk, person_id=who.pk, role=role, **values
    )
    return row


def ended(row: Any, at: Any) -> int:
    """How many rows an end was set for."""
    return int(type(row).objects.filter(pk=row.pk).update(ends=at))


def hired(willow: Willow, who: Person, role: str = "therapist") -> Membership:
    """A job from now on, by whoever is entered."""
    made: Membership = Membership.objects.create(
        practice_id=willow.practice.pk, person_id=who.pk, role=role, starts=NOON
    )
    return made


def told(**of: Any) -> dict[str, str]:
    """Who was told what, by first name."""
    return {row.person.name: row.kind for row in Notice.objects.filter(**of).select_related("person")}


def someone_unknown(_willow: Willow) -> Person:
    """Somebody whom Willow Creek does not know."""
    return people.person("Stranger")


def young_leo(willow: Willow) -> Person:
    """A young person of Leo's without an address, who joined long ago."""
    young = Person.objects.create(account=Account.objects.create(username="leo"), name="Leo himself")
    people.tie(young, willow.leo, "young_person")
    return young


MAKERS = {"stranger": someone_unknown, "leo_login": young_leo}  # for the mutants, too


@pytest.fixture
def stranger(willow: Willow) -> Person:
    """See above."""
    return someone_unknown(willow)


@pytest.fixture
def leo_login(willow: Willow) -> Person:
    """See above."""
    return young_leo(willow)


# --- Known to the practice ---------------------------------------------------------------------------------------------------


def test_a_number_is_no_acquaintance(willow: Willow, stranger: Person) -> None:
    unknown = "does not know this person"
    with viewing(willow.omar):
        for who in (stranger, willow.stella):
            refused(partial(tied, who, willow.maya), unknown)
            refused(partial(hired, willow, who), unknown)
            refused(partial(ended_access, willow, who), unknown)
            refused(partial(reset_of, willow, who), unknown)
    with viewing(willow.tom):
        refused(lambda: tied(stranger, willow.maya), unknown)


def ended_access(willow: Willow, who: Person) -> Deactivation:
    """An admin's end of somebody's access, from now on."""
    made: Deactivation = Deactivation.objects.create(
        practice_id=willow.practice.pk, person_id=who.pk, starts=NOON, reason="r", set_by_id=willow.omar.pk
    )
    return made


def reset_of(willow: Willow, who: Person) -> FactorReset:
    """An admin's word that a second factor is to come off."""
    made: FactorReset = FactorReset.objects.create(
        practice_id=willow.practice.pk, person_id=who.pk, asked_by_id=willow.omar.pk, reason="r", asked_at=NOON,
        expires_at=NOON + DAY,
    )  # fmt: skip
    return made


def test_whom_one_knows_by_a_barred_child_alone_one_does_not_know(willow: Willow) -> None:
    """Principles 1 and 10: an admin who is family of Leo knows nobody by Leo's circle."""
    people.employ(willow.joy, willow.practice, "admin")
    with viewing(willow.joy):
        for act in (
            lambda: tied(willow.nell, willow.maya),
            lambda: hired(willow, willow.nell),
            lambda: ended_access(willow, willow.nell),
        ):
            refused(act)
        tied(willow.otto, willow.maya, "therapist")
    people.tie(willow.nell, willow.maya, "helper")
    with viewing(willow.joy):
        hired(willow, willow.nell)


def test_an_invitation_makes_known_until_it_is_revoked(willow: Willow, stranger: Person) -> None:
    from accounts.models import Invitation

    made = Invitation.objects.create(
        practice=willow.practice, person=stranger, kind="guardian", email="s@x.example", invited_by=willow.omar,
        invited_at=LONG_AGO, expires_at=NOON,
    )  # fmt: skip
    with viewing(willow.omar), transaction.atomic():
        tied(stranger, willow.maya)
        transaction.set_rollback(True)
    Invitation.objects.filter(pk=made.pk).update(revoked_at=NOON)
    with viewing(willow.omar):
        refused(lambda: tied(stranger, willow.maya), "does not know")


def test_an_invitation_for_a_barred_child_makes_nobody_known(willow: Willow, stranger: Person) -> None:
    """For another child, or for none, it does."""
    from accounts.models import Invitation

    people.employ(willow.joy, willow.practice, "admin")  # Leo's grandmother
    for child, is_known in ((willow.leo, False), (willow.maya, True), (None, True)):
        made = Invitation.objects.create(
            practice=willow.practice, child=child, person=stranger, kind="guardian", email="s@x.example",
            invited_by=willow.omar, invited_at=LONG_AGO, expires_at=NOON,
        )  # fmt: skip
        with viewing(willow.joy):
            assert knows(partial(tied, stranger, willow.maya)) is is_known
        Invitation.objects.filter(pk=made.pk).delete()


def knows(act: Callable[[], Any]) -> bool:
    """Whether the practice knows the person of the act; undone in any case."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except IntegrityError as error:
        if "does not know" not in str(error):
            raise
        return False
    return True


def test_the_loader_is_asked_nothing(willow: Willow, stranger: Person) -> None:
    """Outside any viewer."""
    ended_access(willow, stranger)
    tied(stranger, willow.maya)
    hired(willow, people.person("Other"))
    assert not Notice.objects.exists()


def test_a_second_factor_is_taken_off_where_there_is_a_log_in(willow: Willow) -> None:
    Account.objects.filter(pk=willow.otto.pk).update(email=None)
    with viewing(willow.omar):
        refused(lambda: reset_of(willow, willow.otto), "no log-in")
        reset_of(willow, willow.ruth)


# --- A young person's log-in -------------------------------------------------------------------------------------------------


def test_it_is_one_persons_for_one_child(willow: Willow, leo_login: Person) -> None:
    says = "one person's for one child"
    with viewing(willow.omar):
        refused(lambda: tied(leo_login, willow.maya, "young_person"), says)
        refused(lambda: tied(leo_login, willow.maya, "helper"), says)
        refused(lambda: tied(leo_login, willow.leo), says)
        refused(lambda: hired(willow, leo_login), "has no job")
        refused(lambda: tied(willow.joy, willow.leo, "young_person"), says)  # a grandmother
        refused(lambda: tied(willow.otto, willow.leo, "young_person"), says)  # a colleague
        other = welcome(willow.practice, name="Other", email="", phone="")
        refused(lambda: tied(Person(pk=other), willow.leo, "young_person"), says)  # there is one
        ended(CircleRow.objects.get(person=leo_login), NOON + DAY)
        refused(lambda: tied(Person(pk=other), willow.leo, "young_person"), says)
        tied(Person(pk=other), willow.leo, "young_person", starts=NOON + DAY)


@pytest.mark.parametrize(
    ("young", "guardian", "same"),
    [
        ("leo@x.example", " LEO@x.example ", True),
        ("leo@x.example", "leo@y.example", False),
        ("0301 234567", "+49 30 1234567", True),
        ("+49 30 1234567", "030/1234567", True),
        ("030 1234567", "030 1234568", False),
        ("301234567", "201234567", False),
        ("99301234567", "88301234567", True),
        ("", "", False),
        ("-", "+", False),
    ],
)
def test_no_address_of_it_is_a_guardians(
    willow: Willow, leo_login: Person, young: str, guardian: str, same: bool
) -> None:
    """visibility.md: "refuses an e-mail or phone equal to any guardian's"; empty is no address and no way round."""
    column = {"email": young} if "@" in young else {"phone": young}
    Contact.objects.create(person=leo_login, **column)
    mail, phone = (guardian, "") if "@" in guardian else ("", guardian)

    def try_all() -> list[bool]:
        """A guardian comes in with it; a guardian's number becomes it; it becomes the young person's."""
        outcomes = []
        with viewing(willow.omar):
            outcomes.append(
                succeeds(
                    lambda: tied(Person(pk=welcome(willow.practice, name="G", email=mail, phone=phone)), willow.leo)
                )
            )
        if phone.strip("+-"):
            with viewing(willow.nell):
                outcomes.append(succeeds(lambda: Contact.objects.filter(pk=willow.nell.pk).update(phone=phone)))
            Contact.objects.filter(pk=willow.nell.pk).update(phone=phone)
            Contact.objects.filter(pk=leo_login.pk).update(phone="")
            with viewing(leo_login):
                outcomes.append(succeeds(lambda: Contact.objects.filter(pk=leo_login.pk).update(phone=young)))
        return outcomes

    assert set(try_all()) == {not same}


def succeeds(act: Callable[[], Any]) -> bool:
    """Whether it is let be; undone in any case."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except IntegrityError as error:
        if "of a young person and of a guardian" not in str(error):
            raise
        return False
    return True


def test_whoever_is_guardian_of_another_child_may_share_one(willow: Willow, leo_login: Person) -> None:
    Contact.objects.create(person=leo_login, phone="555 0100")
    with viewing(willow.priya):
        Contact.objects.filter(pk=willow.priya.pk).update(phone="5550100")
    with viewing(willow.omar):
        refused(lambda: tied(willow.priya, willow.leo), "of a young person and of a guardian")
        tied(willow.priya, willow.leo, "helper")


def test_a_former_guardian_counts(willow: Willow, leo_login: Person) -> None:
    CircleRow.objects.filter(person=willow.nell).update(ends=LONG_AGO + DAY)
    Contact.objects.filter(pk=willow.nell.pk).update(phone="5550100")
    Contact.objects.create(person=leo_login)
    with viewing(leo_login):
        refused(lambda: Contact.objects.filter(pk=leo_login.pk).update(phone="555-0100"), "of a young person")


# --- Ends, and what stays as it was --------------------------------------------------------------------------------------------


def test_an_end_only_comes_forward(willow: Willow) -> None:
    row = people.tie(willow.nell, willow.maya, "helper")
    job = Membership.objects.get(person=willow.otto)
    over = Supervision.objects.get(supervisor=willow.ines)
    with viewing(willow.omar):
        for each in (row, job, over):
            refused(partial(ended, each, NOON - INSTANT))
            assert ended(each, NOON + 3 * DAY) == 1
            refused(partial(ended, each, NOON + 3 * DAY + INSTANT), "brought forward")
            refused(partial(ended, each, None))
            assert ended(each, NOON + DAY) == 1
        for change in ({"household": "x"}, {"authority": "full"}, {"starts": NOON}, {"person_id": willow.joy.pk}):
            refused(partial(CircleRow.objects.filter(pk=row.pk).update, **change))
        assert ended(row, NOON) == 1
        assert ended(row, NOON) == 0  # over
        refused(lambda: Membership.objects.filter(pk=job.pk).update(role="admin", ends=NOON), "brought forward")


def test_who_ends_what(willow: Willow) -> None:
    """Admins any row of others; the child's therapists family; leads short access; nobody their own."""
    helper = people.tie(willow.nell, willow.maya, "helper")
    short = people.tie(willow.otto, willow.maya, "therapist", starts=NOON - DAY, ends=NOON + DAY)
    lasting = CircleRow.objects.get(person=willow.tom, child=willow.maya)
    may = {}
    for name in ("omar", "tom", "ruth", "ines", "otto", "priya", "nell"):
        with viewing(willow.people[name]):
            may[name] = [ended(row, NOON + INSTANT) for row in (helper, short, lasting)]
        CircleRow.objects.filter(pk=short.pk).update(ends=NOON + DAY)
        CircleRow.objects.filter(pk__in=[helper.pk, lasting.pk]).update(ends=None)
    assert may == {
        "omar": [1, 1, 1], "tom": [1, 0, 0], "ruth": [0, 1, 0], "ines": [0, 0, 0], "otto": [1, 0, 0], "priya": [0, 0, 0],
        "nell": [0, 0, 0],
    }  # fmt: skip


def test_a_practice_keeps_an_admin(willow: Willow) -> None:
    own = Membership.objects.get(person=willow.omar)
    with viewing(willow.omar):
        assert ended(own, NOON) == 0
        refused(lambda: ended_access(willow, willow.omar))
        refused(lambda: hired(willow, willow.omar))
        refused(
            lambda: Supervision.objects.create(
                practice_id=willow.practice.pk, supervisor_id=willow.omar.pk, therapist_id=willow.tom.pk, starts=NOON
            )
        )


def test_columns_that_are_nobodys_to_change(willow: Willow) -> None:
    profile = StaffProfile.objects.create(practice=willow.practice, person=willow.tom, body="b")
    held = "does not change"
    with viewing(willow.omar):
        refused(lambda: Practice.objects.filter(pk=willow.practice.pk).update(ref="other"), held)
        refused(lambda: Practice.objects.filter(pk=willow.practice.pk).update(public_id=uuid4()), held)
        refused(lambda: Child.objects.filter(pk=willow.maya.pk).update(public_id=uuid4()), held)
        assert Practice.objects.filter(pk=willow.practice.pk).update(fees="f", majority_age=19) == 1
    with viewing(willow.tom):
        refused(lambda: Person.objects.filter(pk=willow.tom.pk).update(public_id=uuid4()), held)
        refused(lambda: Contact.objects.filter(pk=willow.tom.pk).update(email="x@x.example"), held)
        refused(lambda: StaffProfile.objects.filter(pk=profile.pk).update(person_id=willow.otto.pk))
        assert Person.objects.filter(pk=willow.tom.pk).update(name="T") == 1
        assert Person.objects.filter(pk=willow.priya.pk).update(name="P") == 0
        assert Child.objects.filter(pk=willow.maya.pk).update(pronouns="she") == 1


# --- Access that ended ---------------------------------------------------------------------------------------------------------


def test_ended_access_counts_at_once_and_until_it_is_given_back(willow: Willow) -> None:
    for name in ("tom", "priya", "ines", "ruth"):
        with viewing(willow.omar):
            row = ended_access(willow, willow.people[name])
        with viewing(willow.people[name]) as entered:
            assert not any(entered.places[place] for place in ("practices", "member", "team", "own", "lead")), name
            assert not CircleRow.objects.exists()
        before = enter(willow.people[name].pk, NOON - INSTANT)
        assert before.practices == [willow.practice.pk]
        with viewing(willow.omar, NOON + DAY):
            refused(partial(ended, row, NOON + 2 * DAY))
            assert Deactivation.objects.filter(pk=row.pk).update(ends=NOON + DAY) == 1
        assert enter(willow.people[name].pk, NOON + DAY).practices == [willow.practice.pk]


def test_without_its_therapist_nobody_supervises_for_them(willow: Willow) -> None:
    with viewing(willow.omar):
        ended_access(willow, willow.tom)
    assert not enter(willow.ines.pk, NOON).places["team"]


def test_it_ends_in_one_practice_and_not_in_the_other(willow: Willow) -> None:
    alder = Practice.objects.get(ref="alder")
    people.employ(willow.tom, alder, "therapist")
    with viewing(willow.omar):
        ended_access(willow, willow.tom)
    assert enter(willow.tom.pk, NOON).practices == [alder.pk]


def test_a_practice_that_was_chosen_is_the_only_one(willow: Willow) -> None:
    alder = Practice.objects.get(ref="alder")
    people.employ(willow.ines, alder, "supervisor")
    Supervision.objects.create(practice=alder, supervisor=willow.ines, therapist=willow.stella, starts=LONG_AGO)
    ada = Child.objects.get(name="Ada")
    assert enter(willow.ines.pk, NOON).places["team"] == {willow.maya.pk, willow.leo.pk, ada.pk}
    assert enter(willow.ines.pk, NOON, alder.pk).places["team"] == {ada.pk}
    here = enter(willow.ines.pk, NOON, willow.practice.pk)
    assert here.practices == [willow.practice.pk]
    assert here.places["team"] == {willow.maya.pk, willow.leo.pk}
    assert not enter(willow.tom.pk, NOON, alder.pk).practices


# --- Taking back a plan --------------------------------------------------------------------------------------------------------


def plan(willow: Willow, role: str = "guardian") -> tuple[CircleRow, CircleRow]:
    """Dan's row ends tomorrow and another begins; or Tom's and Otto's."""
    who, then = (willow.tom, willow.otto) if role == "therapist" else (willow.dan, willow.dan)
    old = CircleRow.objects.get(person=who, child=willow.maya)
    CircleRow.objects.filter(pk=old.pk).update(ends=NOON + DAY)
    authority = "informed" if role == "guardian" else ""
    new = people.tie(then, willow.maya, role, authority, starts=NOON + DAY, relationship="r")
    return old, new


def test_a_plan_is_taken_back_as_if_it_had_not_been_made(willow: Willow) -> None:
    old, new = plan(willow)
    with viewing(willow.omar):
        assert take_back(willow.maya, planned=[new.pk], reopened=[old.pk]) == 1
    old.refresh_from_db()
    assert old.ends is None
    assert not CircleRow.objects.filter(pk=new.pk).exists()
    assert not Relationship.objects.filter(circle_row=new).exists()


def test_what_was_told_ahead_of_a_therapist_is_taken_back_too(willow: Willow) -> None:
    with viewing(willow.omar):
        new = tied(willow.otto, willow.maya, "therapist", starts=NOON + DAY)
        other = tied(willow.ruth, willow.maya, "therapist", starts=NOON + DAY)
        take_back(willow.maya, planned=[new.pk], reopened=[])
    assert not Notice.objects.filter(about=willow.otto, kind="therapist_from_now").exists()
    assert Notice.objects.filter(about=willow.ruth, kind="therapist_from_now", told_at=other.starts).count() == 4
    assert Notice.objects.filter(about=willow.otto, kind="new_therapist").exists()  # this was so


@pytest.mark.parametrize("who", ["ruth", "ines", "otto", "priya", "dan", "stella", None])
def test_nobody_else_takes_a_plan_back(willow: Willow, who: str | None) -> None:
    old, new = plan(willow)
    with viewing(willow.people[who] if who else None):
        refused(lambda: take_back(willow.maya, planned=[new.pk], reopened=[old.pk]), "not this viewer's")


def test_what_has_begun_or_is_another_childs_stays(willow: Willow) -> None:
    old, new = plan(willow)
    leos = CircleRow.objects.get(person=willow.nell)
    with viewing(willow.omar):
        refused(lambda: take_back(willow.maya, planned=[old.pk], reopened=[]), "begun")
        refused(lambda: take_back(willow.leo, planned=[new.pk], reopened=[]), "begun")
        refused(lambda: take_back(willow.maya, planned=[], reopened=[leos.pk]), "begun")
        refused(lambda: take_back(willow.maya, planned=[], reopened=[new.pk]), "begun")  # has no end
    with viewing(willow.omar, NOON + DAY):  # from this moment on it has begun, and the old row is over
        refused(lambda: take_back(willow.maya, planned=[new.pk], reopened=[]), "begun")
        refused(lambda: take_back(willow.maya, planned=[], reopened=[old.pk]), "begun")
    with viewing(willow.omar, NOON + DAY - INSTANT):
        take_back(willow.maya, planned=[new.pk], reopened=[old.pk])


def test_a_therapist_takes_back_family_and_no_colleague_and_nobody_their_own(willow: Willow) -> None:
    old, new = plan(willow)
    with viewing(willow.tom):
        take_back(willow.maya, planned=[new.pk], reopened=[old.pk])
    old, new = plan(willow, "therapist")
    with viewing(willow.tom):
        refused(lambda: take_back(willow.maya, planned=[new.pk], reopened=[]), "not this viewer's")
    people.employ(willow.otto, willow.practice, "admin")
    with viewing(willow.otto):
        refused(lambda: take_back(willow.maya, planned=[new.pk], reopened=[]), "not this viewer's")
    with viewing(willow.omar):
        take_back(willow.maya, planned=[new.pk], reopened=[old.pk])


def test_an_admin_of_the_family_takes_nothing_back(willow: Willow) -> None:
    old, new = plan(willow)
    people.employ(willow.priya, willow.practice, "admin")
    with viewing(willow.priya):
        refused(lambda: take_back(willow.maya, planned=[new.pk], reopened=[old.pk]), "not this viewer's")


def test_short_access_does_not_become_lasting(willow: Willow) -> None:
    short = people.tie(willow.otto, willow.maya, "therapist", starts=NOON - DAY, ends=NOON - DAY + HOURS)
    longer = people.tie(willow.ruth, willow.maya, "therapist", starts=NOON - DAY, ends=NOON - DAY + HOURS + INSTANT)
    family = people.tie(willow.nell, willow.maya, "helper", starts=NOON - DAY, ends=NOON + DAY)
    with viewing(willow.omar):
        take_back(willow.maya, planned=[], reopened=[family.pk])
        refused(lambda: take_back(willow.maya, planned=[], reopened=[short.pk]), "not this viewer's")
        take_back(willow.maya, planned=[], reopened=[longer.pk])


def test_nobody_puts_themself_back_on_a_team(willow: Willow) -> None:
    old, _ = plan(willow, "therapist")
    people.employ(willow.ines, willow.practice, "admin")
    for ends in (None, NOON + DAY):
        Supervision.objects.filter(supervisor=willow.ines).update(ends=ends)
        with viewing(willow.ines):
            refused(lambda: take_back(willow.maya, planned=[], reopened=[old.pk]), "not this viewer's")
    Supervision.objects.filter(supervisor=willow.ines).update(ends=NOON)
    with viewing(willow.ines):
        take_back(willow.maya, planned=[], reopened=[old.pk])


def test_what_hangs_on_a_planned_row_is_told_at_once(willow: Willow) -> None:
    row = people.tie(willow.nell, willow.maya, "helper", starts=NOON + DAY)
    HelperConsent.objects.create(
        practice=willow.practice, child=willow.maya, circle_row=row, given_by=willow.priya, scope="s", given_at=NOON
    )
    with viewing(willow.omar), pytest.raises(IntegrityError), transaction.atomic():
        take_back(willow.maya, planned=[row.pk], reopened=[])
    assert CircleRow.objects.filter(pk=row.pk).exists()


# --- Telling -------------------------------------------------------------------------------------------------------------------


def test_a_new_therapist_is_told_to_the_team_now_and_to_the_family_when_they_begin(willow: Willow) -> None:
    people.tie(willow.ruth, willow.maya, "therapist")
    ended_before = people.tie(willow.joy, willow.maya, "helper", ends=NOON + DAY)
    later = people.tie(willow.nell, willow.maya, "helper", starts=NOON + DAY)
    with viewing(willow.omar):
        tied(willow.otto, willow.maya, "therapist", starts=NOON + DAY)
    assert told(kind="new_therapist", told_at=NOON) == dict.fromkeys(["Tom", "Ruth"], "new_therapist")
    family = dict.fromkeys(["Priya", "Dan", "Maya-Login", "Karin", "Nell"], "therapist_from_now")
    assert told(kind="therapist_from_now", told_at=NOON + DAY) == family  # not Sue, who is none, nor Joy by then
    assert Notice.objects.count() == 7
    assert (ended_before.ends, later.starts) == (NOON + DAY, NOON + DAY)


def test_short_access_is_told_to_the_team_alone(willow: Willow) -> None:
    with viewing(willow.ruth):
        tied(willow.otto, willow.maya, "therapist", ends=NOON + HOURS)
    assert told() == {"Tom": "short_access"}


def test_a_colleague_made_family_is_told_to_leads_who_are_none_of_that_family(willow: Willow) -> None:
    for name in ("Lead", "Uncle", "Gone"):
        who = willow.people[name.lower()] = people.person(name)
        people.employ(who, willow.practice, "safeguarding_lead", ends=NOON if name == "Gone" else None)
    people.tie(willow.people["uncle"], willow.maya, "guardian", "informed")
    with viewing(willow.omar):
        tied(willow.ruth, willow.maya, "helper")
        tied(willow.nell, willow.maya, "helper")  # no colleague
    assert told() == {"Lead": "staff_as_family"}
    row = Notice.objects.get()
    assert (row.child, row.about, row.practice) == (None, willow.ruth, willow.practice)  # not whose family


def test_a_new_supervisor_is_told_to_the_therapist_and_who_treats_with_them_there(willow: Willow) -> None:
    alder = Practice.objects.get(ref="alder")
    people.employ(willow.tom, alder, "therapist")
    people.tie(
        willow.tom, Child.objects.get(name="Ada"), "therapist"
    )  # with Stella, who is not told: it is not of there
    people.tie(willow.otto, willow.leo, "therapist")
    with viewing(willow.omar):
        Supervision.objects.create(
            practice_id=willow.practice.pk, supervisor_id=willow.ruth.pk, therapist_id=willow.tom.pk, starts=NOON
        )
    assert told() == dict.fromkeys(["Tom", "Otto"], "new_supervisor")


def test_a_notice_shows_while_one_stands_with_the_child_and_outside_quiet_times(willow: Willow) -> None:
    with viewing(willow.omar):
        tied(willow.otto, willow.maya, "therapist", starts=NOON + DAY)
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON + DAY, NOON + 2 * DAY)

    def reads(name: str, moment: Any) -> int:
        with viewing(willow.people[name], moment, as_role=APP):
            return int(Notice.objects.visible().count())

    assert (reads("tom", NOON), reads("priya", NOON), reads("priya", NOON + DAY)) == (1, 0, 1)
    assert (reads("dan", NOON + DAY), reads("dan", NOON + 9 * DAY)) == (0, 0)
    CircleRow.objects.filter(person=willow.tom, child=willow.maya).update(ends=NOON)
    assert reads("tom", NOON) == 0
