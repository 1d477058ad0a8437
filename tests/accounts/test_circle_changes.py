"""Somebody comes into a circle, stands otherwise, goes, and what was planned is taken back: looked at first, then saved.

visibility.md, principles 1 and 10, "Circle row"; worked case 9. Everything by the pages, behind the wall.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.models import (
    AuditEvent,
    CircleChange,
    CircleRow,
    Invitation,
    Notice,
    Person,
    Relationship,
    Renewal,
    RowReview,
    Supervision,
)
from accounts.visibility import acting_as
from tests import people
from tests.accounts.circling import add_url, filled, guardian, hidden_in, look, read, row_of, row_url, save, text_of
from tests.harness import signed_in
from tests.people import DAY, NOON, ZONE, Willow

BEFORE = datetime(2026, 11, 30, 23, 59, 59, tzinfo=ZONE)
BEGINS = datetime(2026, 12, 1, 0, 0, tzinfo=ZONE)
FIRST = {"when": "day", "day": "2026-12-01"}


def newest() -> CircleRow:
    """The row made last."""
    row: CircleRow = CircleRow.objects.order_by("-starts", "-pk").exclude(starts=people.LONG_AGO).latest("starts")
    return row


def places(person: Person, moment: datetime) -> set[str]:
    """Where the person stands for anything at a moment."""
    with acting_as(person.pk, moment) as viewer:
        return {place for place, numbers in viewer.places.items() if numbers}


# --- Somebody comes ------------------------------------------------------------


@pytest.mark.parametrize("by", ["omar", "tom"])
def test_someone_new_comes_and_is_invited(willow: Willow, by: str) -> None:
    """By an admin, about no child; by the child's therapist, for the child. The preview first, and nothing saved by it."""
    client = signed_in(getattr(willow, by))
    said = look(client, add_url(willow.maya), guardian())
    assert not Person.objects.filter(name="Gwen Hale").exists()
    assert "Tie Gwen Hale to Maya?" in said
    assert "reads signed notes if the sharing agreement opens them" in said
    assert "Dan and Priya will see Gwen Hale's name and relationship" in said
    assert "Gwen Hale and Priya are one household (maple)" in said
    assert "on Tuesday, May 14, 2030" in said
    assert "by an e-mail to gwen@example.org" in said
    assert "Karin" not in said
    saved: Any = client.post(add_url(willow.maya), {**hidden_in(said), "step": "save"})
    assert saved.status_code == 302
    row = newest()
    assert (row.role, row.authority, row.household, row.starts, row.ends) == ("guardian", "full", "maple", NOON, None)
    assert Relationship.objects.get(circle_row=row).words == "step-mother"
    change = CircleChange.objects.get()
    assert (change.kind, change.row, change.person_id, change.changed_by_id) == (
        "added", row.pk, row.person_id, getattr(willow, by).pk,
    )  # fmt: skip
    invitation = Invitation.objects.get()
    assert invitation.email == "gwen@example.org"
    assert invitation.child_id == (None if by == "omar" else willow.maya.pk)
    events = AuditEvent.objects.filter(action__in=["circle_changed", "invited"], person_id=getattr(willow, by).pk)
    assert events.count() == 2
    assert "invited, has not joined yet" in read(getattr(willow, by), "circle", willow.maya.public_id)


def test_an_end_sent_twice_is_one_end(willow: Willow) -> None:
    """The second sending finds the row ended, by this very form."""
    client, url = signed_in(willow.omar), row_url("circle_end", row_of(willow.maya, willow.dan))
    sent = {**hidden_in(look(client, url, filled())), "step": "save"}
    for _ in range(2):
        answer: Any = client.post(url, sent)
        assert answer.status_code == 302
    assert CircleChange.objects.count() == 1


def test_a_form_sent_twice_is_one_act(willow: Willow) -> None:
    """Also when the second sending comes from a preview that is out of date by then."""
    client = signed_in(willow.omar)
    sent = {**hidden_in(look(client, add_url(willow.maya), guardian())), "step": "save"}
    for _ in range(2):
        answer: Any = client.post(add_url(willow.maya), sent)
        assert answer.status_code == 302
    assert Person.objects.filter(name="Gwen Hale").count() == 1
    assert CircleChange.objects.count() == 1


def test_whoever_the_practice_knows_is_found_by_the_whole_address(willow: Willow) -> None:
    """Nell comes into Maya's circle with her own account, and is not invited. A wrong letter finds nobody."""
    client = signed_in(willow.omar)
    wanted = {"whom": "known", "name": "", "email": "", "authority": "informed", "household": ""}
    wrong = look(client, add_url(willow.maya), guardian(**wanted, known_email="nobody@example.org"))
    assert "The practice knows nobody by this address" in wrong
    known = guardian(**wanted, known_email=str(willow.nell.account.email).upper())
    assert "Tie Nell to Maya?" in save(client, add_url(willow.maya), known)
    assert row_of(willow.maya, willow.nell).authority == "informed"
    assert not Invitation.objects.exists()
    taken = look(client, add_url(willow.maya), guardian(email=willow.dan.account.email))
    assert "knows someone with this address already" in taken


def test_a_therapist_ties_no_colleague_no_therapist_and_not_themself(willow: Willow) -> None:
    """CircleRow.insertable_by. Neither by the page nor by what a browser may send."""
    client, url = signed_in(willow.tom), add_url(willow.maya)
    form = read(willow.tom, "circle_add", willow.maya.public_id)
    assert 'value="therapist"' not in form
    assert 'value="colleague"' not in form
    rows = CircleRow.objects.count()
    known = {"whom": "known", "name": "", "email": ""}
    assert "Only an admin can tie a colleague" in look(
        client, url, guardian(**known, known_email=willow.otto.account.email)
    )
    assert "Nobody ties themself" in look(client, url, guardian(**known, known_email=willow.tom.account.email))
    forged = {"role": "therapist", "therapist": str(willow.otto.public_id), "step": "save"}
    answer: Any = client.post(url, filled(**forged))
    assert answer.status_code == 200
    assert CircleRow.objects.count() == rows


def test_a_new_therapist_opens_the_record_to_their_supervisors_and_is_told(willow: Willow) -> None:
    """By name, before it is saved. Sue, who would be one, is Maya's aunt: she gets nothing and is not named."""
    for supervisor in (willow.ines, willow.sue):
        Supervision.objects.create(
            practice=willow.practice, supervisor=supervisor, therapist=willow.otto, starts=people.LONG_AGO
        )
    said = save(
        signed_in(willow.omar), add_url(willow.maya), filled(role="therapist", therapist=str(willow.otto.public_id))
    )
    assert "The whole record of Maya opens to Otto, from the first session on." in said
    assert "It opens to Ines as well, who supervises Otto." in said
    assert "Sue" not in said
    assert "Tom, at once." in said
    assert "team" in places(willow.otto, NOON)
    told = set(Notice.objects.values_list("person_id", "kind"))
    assert (willow.tom.pk, "new_therapist") in told
    assert (willow.priya.pk, "therapist_from_now") in told


def test_an_admin_does_not_tie_whom_they_supervise(willow: Willow) -> None:
    """The row would bring its maker onto the team."""
    people.employ(willow.omar, willow.practice, "supervisor")
    Supervision.objects.create(
        practice=willow.practice, supervisor=willow.omar, therapist=willow.otto, starts=people.LONG_AGO
    )
    assert (
        str(willow.otto.public_id)
        not in read(willow.omar, "circle_add", willow.maya.public_id)
        .split('name="colleague"')[0]
        .split('name="therapist"')[1]
    )


def test_a_colleague_as_family_loses_every_right_as_staff(willow: Willow) -> None:
    """Said in the preview; the leads are told. Tom, who treats Maya, can never be her family."""
    client = signed_in(willow.omar)
    otto = guardian(
        whom="colleague", colleague=str(willow.otto.public_id), name="", email="", authority="none", household=""
    )
    said = save(client, add_url(willow.maya), otto)
    assert "Otto works here. Family is never staff" in said
    assert "The practice's safeguarding leads, at once." in said
    assert Notice.objects.get().person_id == willow.ruth.pk
    tom = look(client, add_url(willow.maya), guardian(whom="colleague", colleague=str(willow.tom.public_id), name=""))
    assert "is or was a therapist of the child" in tom


def test_none_takes_every_other_family_row_away(willow: Willow) -> None:
    """Worked case 9's authority, of a helper: the preview says what goes."""
    karin = guardian(
        whom="known", known_email=willow.karin.account.email, name="", email="", authority="none", household=""
    )
    said = save(signed_in(willow.omar), add_url(willow.maya), karin)
    loses = said.split("Loses")[1]
    assert "reads the card" in loses
    assert "writes updates from home" in loses
    assert "Every other row of Karin in this circle gives nothing" in said
    assert "Gains" not in said
    assert not places(willow.karin, NOON) & {"own", "helper"}


# --- From a later day ------------------------------------------------------------


def test_a_change_of_authority_takes_effect_on_its_day_in_the_practices_zone(willow: Willow) -> None:
    """The evening before Dan still has it all; with the first second of the day in New York he is told and signs nothing."""
    row = row_of(willow.maya, willow.dan)
    said = save(
        signed_in(willow.omar), row_url("circle_change", row),
        filled(authority="informed", relationship="father", household="harbour", evidence="order of 3 March", **FIRST),
    )  # fmt: skip
    assert "From Tuesday, Dec. 1, 2026." in said
    loses = said.split("Loses")[1].split("What stays")[0]
    assert "is asked to sign the sharing agreement" in loses
    assert "reads signed notes" in loses
    assert "Gains" not in said
    assert "full" in places(willow.dan, BEFORE)
    assert "full" not in places(willow.dan, BEGINS)
    assert "guardians" in places(willow.dan, BEGINS)
    old = CircleRow.objects.get(pk=row.pk)
    new = row_of(willow.maya, willow.dan)
    assert (old.ends, new.starts, new.authority, new.ends) == (BEGINS, BEGINS, "informed", None)
    change = CircleChange.objects.get()
    assert (change.kind, change.row, change.ended, change.effective) == ("changed", new.pk, old.pk, BEGINS)
    assert change.evidence == "order of 3 March"
    for moment, expected in ((BEFORE, 200), (BEGINS, 200)):
        with time_machine.travel(moment, tick=False):
            answer: Any = signed_in(willow.dan).get(reverse("child", args=[willow.maya.public_id]))
            assert answer.status_code == expected


def test_none_from_a_day_on_closes_that_day_and_not_an_hour_sooner(willow: Willow) -> None:
    """Dan's page is there in the evening and gone at midnight, New York time."""
    row = row_of(willow.maya, willow.dan)
    form = filled(authority="none", relationship="father", household="", **FIRST)
    save(signed_in(willow.omar), row_url("circle_change", row), form)
    for moment, expected in ((BEFORE, 200), (BEGINS, 404)):
        with time_machine.travel(moment, tick=False):
            answer: Any = signed_in(willow.dan).get(reverse("child", args=[willow.maya.public_id]))
            assert answer.status_code == expected, moment


@pytest.mark.parametrize("day", ["2026-11-02", "2026-11-01", "", "never"])
def test_a_day_that_has_begun_is_no_later_day(willow: Willow, day: str) -> None:
    """Nothing reaches back: what was is history."""
    row = row_of(willow.maya, willow.dan)
    form = filled(authority="none", relationship="father", household="", when="day", day=day)
    said = look(signed_in(willow.omar), row_url("circle_change", row), form)
    assert "errorlist" in said
    assert "Loses" not in said


def test_a_plan_is_taken_back_and_the_history_keeps_both(willow: Willow) -> None:
    """Dan's authority stays as it was, on the day too."""
    row = row_of(willow.maya, willow.dan)
    form = filled(authority="informed", relationship="father", household="harbour", evidence="first order", **FIRST)
    save(signed_in(willow.tom), row_url("circle_change", row), form)
    change = CircleChange.objects.get()
    url = reverse("circle_take_back", args=[willow.maya.public_id, change.bundle])
    assert url in read(willow.tom, "circle", willow.maya.public_id)
    assert "Whoever stands here now goes on as before" in read(
        willow.omar, "circle_take_back", willow.maya.public_id, change.bundle
    )
    back: Any = signed_in(willow.omar).post(url)
    assert back.status_code == 302
    assert CircleRow.objects.get(child=willow.maya, person=willow.dan).ends is None
    assert "full" in places(willow.dan, BEGINS)
    kinds = list(CircleChange.objects.order_by("changed_at", "kind").values_list("kind", "changed_by_id"))
    assert sorted(kinds) == [("changed", willow.tom.pk), ("taken_back", willow.omar.pk)]
    page = read(willow.omar, "circle", willow.maya.public_id)
    assert "first order" in page
    assert "taken back before it began" in page
    assert url not in page
    again: Any = signed_in(willow.omar).post(url)
    assert again.status_code == 404


def test_a_planned_row_that_was_flagged_is_taken_back_too(willow: Willow) -> None:
    """Dan's address changed in between: the flag on a row nobody stood in goes with it."""
    row = row_of(willow.maya, willow.dan)
    save(signed_in(willow.omar), row_url("circle_change", row), filled(authority="informed", household="", **FIRST))
    about = {"practice": willow.practice, "child": willow.maya, "person": willow.dan, "reason": "new_address"}
    for flagged in CircleRow.objects.filter(child=willow.maya, person=willow.dan):
        RowReview.objects.create(circle_row=flagged, flagged_at=NOON, **about)
    bundle = CircleChange.objects.get().bundle
    signed_in(willow.omar).post(reverse("circle_take_back", args=[willow.maya.public_id, bundle]))
    assert row_of(willow.maya, willow.dan).pk == row.pk
    assert RowReview.objects.get().circle_row_id == row.pk


def test_what_has_begun_cannot_be_taken_back(willow: Willow) -> None:
    """Not one second after."""
    row = row_of(willow.maya, willow.dan)
    save(signed_in(willow.omar), row_url("circle_end", row), filled(**FIRST))
    url = reverse("circle_take_back", args=[willow.maya.public_id, CircleChange.objects.get().bundle])
    for moment, expected in ((BEGINS, 404), (BEFORE, 302)):
        with time_machine.travel(moment, tick=False):
            answer: Any = signed_in(willow.omar).post(url)
            assert answer.status_code == expected
    assert row_of(willow.maya, willow.dan).pk == row.pk


def test_an_end_brought_forward_and_taken_back_is_the_end_it_had(willow: Willow) -> None:
    """Taking back one plan does not undo the one before it."""
    client = signed_in(willow.omar)
    save(client, add_url(willow.maya), guardian(until="2027-06-30"))
    row = newest()
    end = datetime(2027, 7, 1, tzinfo=ZONE)
    assert row.ends == end
    with time_machine.travel(NOON + DAY, tick=False):
        client = signed_in(willow.omar)
        save(client, row_url("circle_end", row), filled(**FIRST))
        bundle = CircleChange.objects.filter(kind="ended").latest("changed_at").bundle
        answer: Any = client.post(reverse("circle_take_back", args=[willow.maya.public_id, bundle]))
        assert answer.status_code == 302
    assert CircleRow.objects.get(pk=row.pk).ends == end
    with time_machine.travel(NOON + 2 * DAY, tick=False):
        client = signed_in(willow.omar)
        form = filled(authority="informed", relationship="", household="", **FIRST)
        save(client, row_url("circle_change", row), form)
        assert CircleRow.objects.get(child=willow.maya, person=row.person_id, starts=BEGINS).ends == end
        bundle = CircleChange.objects.get(kind="changed").bundle
        client.post(reverse("circle_take_back", args=[willow.maya.public_id, bundle]))
    assert CircleRow.objects.get(child=willow.maya, person=row.person_id).ends == end


def test_an_end_nobody_set_here_is_not_moved_to_another_day(willow: Willow) -> None:
    """It could not be brought back; ending now is always possible."""
    row = row_of(willow.maya, willow.karin)
    CircleRow.objects.filter(pk=row.pk).update(ends=NOON + 90 * DAY)
    said = save(signed_in(willow.tom), row_url("circle_end", row), filled(**FIRST), status=200)
    assert "End Karin's row?" in said
    assert CircleRow.objects.get(pk=row.pk).ends == NOON + 90 * DAY
    save(signed_in(willow.tom), row_url("circle_end", row), filled())
    assert CircleRow.objects.get(pk=row.pk).ends == NOON


# --- Two at once ------------------------------------------------------------


def test_an_act_on_another_circle_than_was_looked_at_is_refused(willow: Willow) -> None:
    """Tom looked before Omar saved: Tom is told, sees what it means now, and saves that."""
    row = row_of(willow.maya, willow.dan)
    tom, url = signed_in(willow.tom), row_url("circle_change", row)
    form = filled(authority="contributor", relationship="father", household="harbour")
    seen = hidden_in(look(tom, url, form))
    save(signed_in(willow.omar), add_url(willow.maya), guardian())
    refused: Any = tom.post(url, {**seen, "step": "save"})
    said = text_of(refused)
    assert "Somebody changed this circle after you opened it" in said
    assert CircleRow.objects.get(pk=row.pk).ends is None
    assert "Gwen Hale and Priya and Dan no longer see of each other name and relationship." in said
    again: Any = tom.post(url, {**hidden_in(said), "step": "save"})
    assert again.status_code == 302
    assert row_of(willow.maya, willow.dan).authority == "contributor"


def test_nothing_is_lost_on_the_way_back_to_the_form(willow: Willow) -> None:
    """ "Go back and change it" shows every word again."""
    client = signed_in(willow.omar)
    sent = hidden_in(look(client, add_url(willow.maya), guardian(evidence="order of 3 March")))
    form = text_of(client.post(add_url(willow.maya), {**sent, "step": "edit"}))
    for word in ("Gwen Hale", "gwen@example.org", "step-mother", "order of 3 March", sent["form_key"]):
        assert word in form


# --- Who may ------------------------------------------------------------


def test_nobody_acts_on_their_own_row_or_on_a_child_they_are_family_of(willow: Willow) -> None:
    """An admin who is Maya's father finds nothing of her circle, on any of its addresses, nor what stands in it."""
    people.employ(willow.dan, willow.practice, "admin", "safeguarding_lead")
    row = row_of(willow.maya, willow.priya)
    for name, args in (
        ("circle", []), ("circle_add", []), ("child_card", []), ("short_access", []),
        ("circle_change", [row.pk]), ("circle_end", [row.pk]),
    ):  # fmt: skip
        for method in ("get", "post"):
            answer: Any = getattr(signed_in(willow.dan), method)(reverse(name, args=[willow.maya.public_id, *args]))
            nothing: Any = getattr(signed_in(willow.dan), method)(reverse(name, args=[row.pk, *args]))
            assert (answer.status_code, answer.content) == (nothing.status_code, nothing.content), name
            assert answer.status_code in {404, 405}
    assert read(willow.dan, "circle", willow.leo.public_id)
    own = row_of(willow.maya, willow.tom)
    people.employ(willow.tom, willow.practice, "admin")
    answer = signed_in(willow.tom).get(row_url("circle_end", own))
    assert answer.status_code == 404


def test_a_therapist_ends_no_therapist_and_a_lead_ends_short_access_alone(willow: Willow) -> None:
    """CircleRow.may_end."""
    people.tie(willow.otto, willow.maya, "therapist")
    short = people.tie(willow.ines, willow.leo, "therapist", starts=NOON - DAY, ends=NOON + DAY)
    otto, dan = row_of(willow.maya, willow.otto), row_of(willow.maya, willow.dan)
    for who, row, status in (
        ("tom", otto, 404), ("tom", dan, 200), ("omar", otto, 200), ("ruth", otto, 404), ("ruth", dan, 404),
        ("ruth", short, 200), ("ines", dan, 404), ("otto", dan, 200),
    ):  # fmt: skip
        answer: Any = signed_in(getattr(willow, who)).get(row_url("circle_end", row))
        assert answer.status_code == status, (who, row.role)


def test_the_end_of_a_therapists_row_says_who_leaves_with_them(willow: Willow) -> None:
    """Ines is on Maya's team by supervising Tom; nobody treats Maya then."""
    said = look(signed_in(willow.omar), row_url("circle_end", row_of(willow.maya, willow.tom)), filled())
    assert "From that moment Tom opens nothing of Maya's record, their own notes and drafts included." in said
    assert "Ines, who supervises Tom, leaves the team too." in said
    assert "Maya has no therapist then." in said


def test_a_renewed_row_says_that_the_new_one_is_not(willow: Willow) -> None:
    """Past the coming of age a guardian's rights hang on the renewal."""
    row = row_of(willow.maya, willow.dan)
    Renewal.objects.create(
        practice=willow.practice,
        child=willow.maya,
        circle_row=row,
        ground="g",
        renewed_by=willow.ruth,
        renewed_at=NOON - timedelta(1),
    )
    form = filled(authority="informed", relationship="father", household="harbour")
    assert "The row was renewed" in look(signed_in(willow.omar), row_url("circle_change", row), form)
