"""Who supervises whom, set by an admin: told to those concerned, never for one's own benefit, and history once it was."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import AuditEvent, Membership, Notice, Person, Supervision
from tests import people
from tests.accounts.offices import later, page_of, press, words
from tests.harness import signed_in, viewing
from tests.people import DAY, NOON, Willow, day


def offered(viewer: Person, about: Person, name: str) -> set[str]:
    """Names one can choose."""
    response: Any = page_of(viewer, about, name)
    return set(response.context["people"].values())


def test_a_supervisor_reads_with_the_therapist_from_now_on_and_they_are_told(willow: Willow) -> None:
    people.tie(willow.otto, willow.maya, "therapist")
    with viewing(willow.ines) as before:
        assert before.stands_in("team", willow.leo.pk)
    people.employ(willow.ruth, willow.practice, "supervisor")
    response = press(willow.omar, willow.tom, "supervisor_add", person=str(willow.ruth.public_id))
    assert response.status_code == 302
    with viewing(willow.ruth) as ruth:
        assert ruth.stands_in("team", willow.maya.pk)
    told = Notice.objects.filter(kind="new_supervisor", about=willow.ruth)
    assert set(told.values_list("person__name", flat=True)) == {"Tom", "Otto"}
    event = AuditEvent.objects.get(action="supervision_added")
    assert event.shown == [willow.ruth.public_id, willow.tom.public_id]
    assert event.data == {"planned": False}


def test_from_the_supervisors_page_it_is_the_same(willow: Willow) -> None:
    assert press(willow.omar, willow.ines, "supervised_add", person=str(willow.otto.public_id)).status_code == 302
    made = Supervision.objects.get(therapist=willow.otto)
    assert (made.supervisor_id, made.starts, made.ends) == (willow.ines.pk, NOON, None)
    assert "Ines supervises Otto" in words(page_of(willow.omar, willow.otto))


def test_from_a_day_ahead_it_begins_then_and_can_be_taken_back(willow: Willow) -> None:
    data = {"person": str(willow.otto.public_id), "starts": "2026-11-09"}
    assert press(willow.omar, willow.ines, "supervised_add", **data).status_code == 302
    made = Supervision.objects.get(therapist=willow.otto)
    assert made.starts == day(11, 9, 0)
    assert "planned" in words(page_of(willow.omar, willow.ines))
    assert press(willow.omar, willow.ines, "supervision_end", made.pk).status_code == 302
    assert not Supervision.objects.filter(pk=made.pk).exists()


def test_one_that_has_begun_is_never_taken_back(willow: Willow) -> None:
    """What was is history: the kernel deletes no such row."""
    from accounts import definers

    row = Supervision.objects.get(supervisor=willow.ines)
    with viewing(willow.omar):
        assert definers.take_back_job(row.pk) == 0
        assert definers.take_back_job(Membership.objects.filter(person=willow.tom).values_list("pk", flat=True)[0]) == 0
    planned = Supervision.objects.create(
        practice=willow.practice, supervisor=willow.ines, therapist=willow.otto, starts=NOON + DAY
    )
    for who in (willow.ines, willow.ruth, willow.stella):
        with viewing(who):
            assert definers.take_back_job(planned.pk) == 0


def test_it_ends_after_its_last_day(willow: Willow) -> None:
    row = Supervision.objects.get(supervisor=willow.ines)
    assert press(willow.omar, willow.tom, "supervision_end", row.pk, ends="2026-11-04").status_code == 302
    with later(day(11, 4, 23)), viewing(willow.ines) as ines:
        assert ines.stands_in("team", willow.maya.pk)
    with later(day(11, 5, 0)), viewing(willow.ines) as ines:
        assert not ines.stands_in("team", willow.maya.pk)
    with later(day(11, 6)):
        assert press(willow.omar, willow.tom, "supervision_end", row.pk).status_code == 302
    row.refresh_from_db()
    assert row.ends == day(11, 5, 0)
    assert AuditEvent.objects.filter(action="supervision_ended").count() == 1


def test_nobody_gives_themselves_somebody_to_supervise(willow: Willow) -> None:
    people.employ(willow.omar, willow.practice, "supervisor")
    assert offered(willow.omar, willow.tom, "supervisor_add") == {"Ines", "Sue"}
    response = press(willow.omar, willow.tom, "supervisor_add", person=str(willow.omar.public_id))
    assert response.status_code == 200
    assert press(willow.omar, willow.omar, "supervised_add", person=str(willow.tom.public_id)).status_code == 302
    assert not Supervision.objects.filter(supervisor=willow.omar).exists()
    with viewing(willow.omar), pytest.raises(DatabaseError), transaction.atomic():
        Supervision.objects.create(practice=willow.practice, supervisor=willow.omar, therapist=willow.tom, starts=NOON)


def test_only_colleagues_who_can_are_offered(willow: Willow) -> None:
    assert offered(willow.omar, willow.tom, "supervisor_add") == {"Ines", "Sue"}
    assert offered(willow.omar, willow.ines, "supervised_add") == {"Tom", "Otto", "Ruth", "Sue"}
    abel = people.person("Abel")
    people.employ(abel, willow.practice, "admin")
    people.tie(abel, willow.leo, "guardian", "full")
    assert "Tom" not in offered(abel, willow.ines, "supervised_add")  # he treats Abel's child
    assert press(abel, willow.ines, "supervised_add", person=str(willow.tom.public_id)).status_code == 200


def test_set_up_twice_it_is_said(willow: Willow) -> None:
    assert "That is so then already." in words(
        press(willow.omar, willow.tom, "supervisor_add", person=str(willow.ines.public_id))
    )
    assert "Choose a person." in words(press(willow.omar, willow.tom, "supervisor_add", person=""))
    assert Supervision.objects.filter(therapist=willow.tom).count() == 2


def test_the_pages_are_an_admins_alone(willow: Willow) -> None:
    row = Supervision.objects.get(supervisor=willow.ines)
    for name in ("tom", "ines", "ruth", "priya", "stella"):
        client = signed_in(willow.people[name])
        for address, more in (("supervisor_add", []), ("supervised_add", []), ("supervision_end", [row.pk])):
            assert client.get(reverse(address, args=[willow.tom.public_id, *more])).status_code == 404
    assert page_of(willow.omar, willow.otto, "supervision_end", row.pk).status_code == 404  # not about Otto
