"""authz.enter(): who stands where, and when."""

from datetime import timedelta

import pytest

from accounts.models import Child, CircleRow, Contact, Membership, Named, Person, Restriction
from accounts.visibility import enter
from tests import people
from tests.harness import role, viewing
from tests.people import DAY, LONG_AGO, NOON, Willow, day


def test_a_therapist_of_the_child_is_on_the_team(willow: Willow) -> None:
    assert enter(willow.tom.pk).places["team"] == {willow.maya.pk, willow.leo.pk}


def test_a_role_label_grants_nothing(willow: Willow) -> None:
    assert enter(willow.otto.pk).places["team"] == frozenset()
    with viewing(willow.otto):
        assert not Child.objects.visible().exists()
        assert not Child.objects.exists()


def test_a_supervisor_in_force_is_on_the_team(willow: Willow) -> None:
    assert enter(willow.ines.pk).places["team"] == {willow.maya.pk, willow.leo.pk}


def test_family_is_never_staff(willow: Willow) -> None:
    """Worked case 9: Sue supervises Tom and is Maya's aunt with authority none."""
    entered = enter(willow.sue.pk)
    assert entered.places["team"] == {willow.leo.pk}
    assert willow.maya.pk not in entered.places["own"]
    with viewing(willow.sue):
        assert not CircleRow.objects.visible().filter(child=willow.maya).exists()


def test_family_once_is_never_staff_again(willow: Willow) -> None:
    people.tie(willow.ines, willow.maya, "helper", starts=LONG_AGO, ends=LONG_AGO + DAY)
    assert enter(willow.ines.pk).places["team"] == {willow.leo.pk}


def test_the_database_refuses_family_and_staff_rows_for_one_child(willow: Willow) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        people.tie(willow.priya, willow.maya, "therapist", starts=NOON)


def test_the_therapist_who_left_at_noon_stands_nowhere(willow: Willow) -> None:
    """Worked case 4."""
    CircleRow.objects.filter(person=willow.tom, child=willow.maya).update(ends=NOON)
    assert enter(willow.tom.pk, NOON - timedelta(microseconds=1)).places["team"] == {willow.maya.pk, willow.leo.pk}
    assert enter(willow.tom.pk, NOON).places["team"] == {willow.leo.pk}


def test_a_therapist_who_left_the_practice_stands_nowhere(willow: Willow) -> None:
    Membership.objects.filter(person=willow.tom).update(ends=NOON)
    assert enter(willow.tom.pk).places["team"] == frozenset()


def test_an_inactive_account_stands_nowhere(willow: Willow) -> None:
    willow.priya.account.is_active = False
    willow.priya.account.save()
    with viewing(willow.priya):
        assert not Person.objects.exists()


def test_closed_takes_every_role_away(willow: Willow) -> None:
    people.restrict(willow.priya, willow.maya, "closed", willow.ruth, NOON)
    assert enter(willow.priya.pk, NOON - DAY).places["own"] == {willow.maya.pk}
    assert enter(willow.priya.pk, NOON).places["own"] == frozenset()
    people.restrict(willow.tom, willow.maya, "closed", willow.ruth, NOON)
    assert enter(willow.tom.pk).places["team"] == {willow.leo.pk}


def test_authority_none_takes_other_family_rows_away(willow: Willow) -> None:
    people.tie(willow.sue, willow.maya, "helper", starts=NOON)
    assert enter(willow.sue.pk).places["own"] == frozenset()


def test_authority_none_outlasts_majority(willow: Willow) -> None:
    """It is recorded for a reason that a birthday does not end; its row does."""
    people.tie(willow.sue, willow.maya, "helper")
    grown = day(5, 20, year=2030)
    assert enter(willow.sue.pk, grown).places["own"] == frozenset()
    CircleRow.objects.filter(person=willow.sue, authority="none").update(ends=grown)
    assert enter(willow.sue.pk, grown).places["own"] == {willow.maya.pk}


def test_majority_ends_guardian_rows_at_midnight_in_the_practice(willow: Willow) -> None:
    """Worked case 7."""
    midnight = day(5, 14, 0, year=2030)
    before = midnight - timedelta(microseconds=1)
    assert enter(willow.priya.pk, before).places["own"] == {willow.maya.pk}
    assert enter(willow.priya.pk, midnight).places["own"] == frozenset()
    assert enter(willow.maya_login.pk, midnight).places["own"] == {willow.maya.pk}


def test_a_renewed_guardian_stays(willow: Willow) -> None:
    from accounts.models import Renewal

    row = CircleRow.objects.get(person=willow.priya)
    Renewal.objects.create(
        practice=willow.practice, child=willow.maya, circle_row=row, ground="court", renewed_by=willow.tom,
        renewed_at=day(5, 1, year=2030),
    )  # fmt: skip
    assert enter(willow.priya.pk, day(6, 1, year=2030)).places["own"] == {willow.maya.pk}
    assert enter(willow.dan.pk, day(6, 1, year=2030)).places["own"] == frozenset()


@pytest.mark.parametrize(("born", "majority"), [((2012, 2, 29), (2030, 3, 1)), ((2012, 5, 14), (2030, 5, 14))])
def test_born_on_29_february_comes_of_age_on_1_march(
    willow: Willow, born: tuple[int, int, int], majority: tuple[int, int, int]
) -> None:
    from datetime import date

    Child.objects.filter(pk=willow.maya.pk).update(date_of_birth=date(*born))
    midnight = day(majority[1], majority[2], 0, year=majority[0])
    assert enter(willow.dan.pk, midnight - timedelta(seconds=1)).places["own"] == {willow.maya.pk}
    assert enter(willow.dan.pk, midnight).places["own"] == frozenset()


def test_names_between_households(willow: Willow) -> None:
    """Principle 10: co-guardians see each other's name and relationship; helpers, contributors and none stay unseen,
    an aunt who supervises the therapist included."""

    def names(who: Person) -> set[str]:
        with viewing(who):
            return set(Person.objects.visible().values_list("name", flat=True))

    assert names(willow.priya) == {"Priya", "Dan", "Tom", "Ines", "Maya-Login"}
    assert names(willow.karin) == {"Karin", "Tom", "Ines", "Maya-Login"}
    assert names(willow.joy) == {"Joy", "Nell", "Tom", "Ines", "Sue"}
    assert names(willow.sue) >= {"Nell", "Joy"}
    assert names(willow.sue).isdisjoint({"Priya", "Dan", "Karin"})


def test_who_moved_out_or_lost_every_right_is_not_named_to_the_household(willow: Willow) -> None:
    """Priya goes on living at "maple": whoever left it, or is none now, is a stranger to her."""
    left, none = people.person("Yann Moved"), people.person("Xavier Old")
    row = people.tie(left, willow.maya, "guardian", "contributor", household="maple", ends=NOON + DAY)
    people.tie(none, willow.maya, "helper", household="maple")

    def named() -> set[str]:
        with viewing(willow.priya):
            return {who.name for who in Person.objects.visible().filter(pk__in=[left.pk, none.pk])}

    assert named() == {"Yann Moved", "Xavier Old"}
    people.tie(none, willow.maya, "guardian", "none", starts=NOON)
    assert named() == {"Yann Moved"}
    CircleRow.objects.filter(pk=row.pk).update(ends=NOON)
    people.tie(left, willow.maya, "guardian", "contributor", household="elm", starts=NOON)
    assert named() == set()


def test_contacts_are_for_staff(willow: Willow) -> None:
    with viewing(willow.priya):
        assert set(Contact.objects.visible().values_list("person__pk", flat=True)) == {willow.priya.pk}
    with viewing(willow.tom):
        assert Contact.objects.visible().filter(person=willow.dan).exists()


def test_restrictions_and_namings_show_to_team_and_leads_only(willow: Willow) -> None:
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - DAY)
    people.name_in_concern(willow.dan, willow.maya, NOON - DAY)
    for who, sees in [("tom", True), ("ines", True), ("ruth", True), ("omar", False), ("dan", False), ("priya", False),
                      ("maya_login", False), ("sue", False), ("otto", False), ("stella", False)]:  # fmt: skip
        with viewing(willow.people[who]):
            assert Restriction.objects.exists() is sees, who
            assert Named.objects.exists() is sees, who


def test_a_lead_named_in_a_concern_does_not_see_it(willow: Willow) -> None:
    people.name_in_concern(willow.ruth, willow.maya, NOON - DAY)
    with viewing(willow.ruth):
        assert not Named.objects.exists()
    with viewing(willow.tom):
        assert Named.objects.exists()


def test_with_no_viewer_every_guarded_table_is_empty(willow: Willow) -> None:
    from accounts.visibility import guarded_models

    for name in ("carebridge_app", "carebridge_worker"):
        with viewing(None, as_role=name):
            for model in guarded_models():
                assert not model.objects.exists(), (name, model)


def test_without_entering_at_all_every_guarded_table_is_empty(willow: Willow) -> None:
    from accounts.visibility import guarded_models

    with role():
        for model in guarded_models():
            assert not model.objects.exists(), model
