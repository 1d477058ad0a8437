"""An admin's people: who is on the list, what is told of each, and what can be done. No clinical word, and nothing of a circle
the admin is family of (visibility.md, principles 1 and 10)."""

from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from accounts.models import (
    Account,
    AuditEvent,
    Child,
    Deactivation,
    FactorReset,
    Invitation,
    Membership,
    Person,
    RowReview,
    Supervision,
)
from tests import people
from tests.accounts.offices import browser_of, later, page_of, press, words
from tests.guards.browsing import texts_of
from tests.harness import signed_in
from tests.people import DAY, LONG_AGO, NOON, Willow, day


@pytest.fixture
def abel(willow: Willow) -> Person:
    """An admin of Willow Creek who is Leo's father."""
    made = people.person("Abel")
    people.employ(made, willow.practice, "admin")
    people.tie(made, willow.leo, "guardian", "full", relationship="father")
    return made


def listed(viewer: Person, **data: str) -> set[str]:
    """Names on the list, for what was searched for."""
    response: Any = signed_in(viewer).post(reverse("people"), data)
    assert response.status_code == 200
    return {entry.person.name for entry in response.context["entries"]}


def invited(willow: Willow, who: Person, **more: Any) -> Invitation:
    """A way in, made by Omar."""
    values = {
        "invited_at": NOON - DAY,
        "expires_at": NOON + DAY,
        "kind": "guardian",
        "email": "new@example.org",
        **more,
    }
    made: Invitation = Invitation.objects.create(practice=willow.practice, person=who, invited_by=willow.omar, **values)
    return made


def with_app(who: Person) -> None:
    """A second factor."""
    Authenticator.objects.create(user_id=who.pk, type="totp", data={"secret": "xyzzy-secret"})


# --- The list --------------------------------------------------------------------------------------------------------------


def test_the_list_holds_everyone_of_the_practice_and_nobody_else(willow: Willow) -> None:
    newcomer = people.person("Newcomer")
    invited(willow, newcomer)
    everyone = {person.name for name, person in willow.people.items() if name != "stella"}
    assert listed(willow.omar) == everyone | {"Newcomer"}


def test_the_list_opens_to_admins_alone(willow: Willow) -> None:
    for name in ("tom", "ines", "ruth", "otto", "priya", "maya_login", "karin", "sue"):
        assert signed_in(willow.people[name]).get(reverse("people")).status_code == 404
        assert page_of(willow.people[name], willow.tom).status_code == 404


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("therapist", {"Tom", "Otto", "Ines", "Ruth", "Sue"}),
        ("supervisor", {"Ines", "Sue"}),
        ("safeguarding_lead", {"Ruth"}),
        ("admin", {"Omar"}),
        ("guardian", {"Priya", "Dan", "Nell", "Joy", "Sue"}),
        ("young_person", {"Maya-Login"}),
        ("helper", {"Karin"}),
    ],
)
def test_people_are_found_by_what_they_are(willow: Willow, role: str, names: set[str]) -> None:
    people.employ(willow.priya, willow.practice, "admin", starts=LONG_AGO, ends=NOON - DAY)  # ended
    people.tie(willow.joy, willow.maya, "helper", starts=NOON + DAY)  # not begun
    assert listed(willow.omar, role=role) == names


def test_people_are_found_by_how_they_stand(willow: Willow) -> None:
    Account.objects.filter(pk__in=[willow.tom.pk, willow.otto.pk, willow.dan.pk]).update(last_login=NOON - DAY)
    with_app(willow.otto)
    Account.objects.filter(pk=willow.joy.pk).update(is_active=False)
    assert press(willow.omar, willow.dan, "person_deactivate", reason="why").status_code == 302
    # Omar is signed in with a password alone.
    assert listed(willow.omar, state="active") == {"Tom", "Otto", "Omar"}
    assert listed(willow.omar, state="deactivated") == {"Dan", "Joy"}
    assert listed(willow.omar, state="no_factor") == {"Tom", "Omar"}
    waiting = {"Ines", "Ruth", "Sue", "Priya", "Maya-Login", "Karin", "Nell"}
    assert listed(willow.omar, state="waiting") == waiting
    assert listed(willow.omar, state="waiting", role="supervisor", q="ine") == {"Ines"}
    assert listed(willow.omar, state="nonsense", role="nonsense") == listed(willow.omar)


def test_a_line_says_who_when_and_how_and_no_secret(willow: Willow) -> None:
    browser_of(willow.tom)
    with_app(willow.tom)
    response: Any = signed_in(willow.omar).get(reverse("people"))
    line = {entry.person.name: entry for entry in response.context["entries"]}
    assert (line["Tom"].factor, line["Tom"].sessions, line["Tom"].last_seen) == (True, 1, NOON)
    assert (line["Otto"].factor, line["Otto"].sessions, line["Otto"].last_seen) == (False, 0, None)
    assert line["Priya"].factor is None  # family is not asked for one
    assert line["Sue"].roles == ["supervisor", "therapist", "parent or guardian"]
    assert "xyzzy" not in response.content.decode()
    assert "xyzzy" not in page_of(willow.omar, willow.tom).content.decode()


def test_an_admin_barred_from_a_circle_sees_none_of_its_people(willow: Willow, abel: Person) -> None:
    """Tom treats Leo and Maya: of him, too, Abel learns no sign-in."""
    people.tie(willow.nell, willow.maya, "helper")  # known to Abel for another child as well
    assert listed(abel).isdisjoint({"Tom", "Nell", "Joy"})
    assert {"Abel", "Priya", "Ines"} <= listed(abel)
    assert "another admin looks after them" in words(signed_in(abel).get(reverse("people")))
    assert "another admin looks after them" not in words(signed_in(willow.omar).get(reverse("people")))
    nothing = page_of(abel, willow.stella)
    for who in (willow.tom, willow.nell, willow.joy):
        for name in ("person", "person_deactivate", "person_sign_out", "factor_reset", "role_add", "supervisor_add"):
            response = page_of(abel, who, name)
            assert (response.status_code, response.content) == (404, nothing.content)
        assert press(abel, who, "person_deactivate", reason="why").status_code == 404
    assert {"Tom", "Nell"} <= listed(willow.omar)


def test_what_is_told_of_somebody_leaves_out_the_child_one_is_family_of(willow: Willow, abel: Person) -> None:
    people.tie(willow.otto, willow.maya, "therapist")
    people.tie(willow.otto, willow.leo, "therapist", starts=NOON + DAY)  # planned: Otto is not around Leo yet
    said = words(page_of(abel, willow.otto))
    assert "Maya" in said
    assert "Leo" not in said
    assert "Leo" in words(page_of(willow.omar, willow.otto))


# --- A person --------------------------------------------------------------------------------------------------------------


def test_a_persons_page_tells_what_the_practice_knows(willow: Willow) -> None:
    said = words(page_of(willow.omar, willow.priya))
    for expected in ("Priya", "Maya", "mother", "has not signed in yet", "none was made", "No role in the practice."):
        assert expected in said
    assert "Restriction" not in said
    told = words(page_of(willow.omar, willow.tom))
    assert "Ines supervises Tom" in told
    assert "Sue supervises Tom" in told


def test_no_page_tells_an_admin_of_quiet_or_closed_access(willow: Willow) -> None:
    """Worked case 6: "no sign of quiet or concern"."""
    pages = [reverse("people"), reverse("person", args=[willow.dan.public_id]), reverse("home")]
    omar = signed_in(willow.omar)
    before = [words(omar.get(url)) for url in pages]
    people.restrict(willow.dan, willow.maya, "quiet", willow.tom, NOON - DAY)
    people.restrict(willow.dan, willow.maya, "closed", willow.tom, NOON - DAY)
    people.name_in_concern(willow.dan, willow.maya, NOON - DAY)
    assert [words(omar.get(url)) for url in pages] == before


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "open until"),
        ({"expires_at": NOON - timedelta(hours=1)}, "expired"),
        ({"revoked_at": NOON}, "revoked"),
        ({"accepted_at": NOON}, "accepted"),
    ],
)
def test_the_page_tells_how_the_invitation_stands(willow: Willow, more: dict[str, Any], said: str) -> None:
    invited(willow, willow.joy, **more)
    assert said in words(page_of(willow.omar, willow.joy))


def test_reading_is_recorded_without_a_name(willow: Willow) -> None:
    page_of(willow.omar, willow.tom)
    event = AuditEvent.objects.filter(action="people_read").latest("at")
    assert (event.practice_id, event.shown, event.data) == (willow.practice.pk, [willow.tom.public_id], {})


def test_nobody_acts_on_their_own_access(willow: Willow) -> None:
    client = signed_in(willow.omar)
    said = words(page_of(client, willow.omar))
    assert "Nobody changes their own access" in said
    assert "Deactivate" not in said
    assert "Add a role" not in said
    job = Membership.objects.get(person=willow.omar)
    acts: list[tuple[str, list[Any]]] = [
        (name, []) for name in ("person_deactivate", "person_sign_out", "factor_reset", "role_add")
    ]
    for name, more in [*acts, ("role_end", [job.pk])]:
        response = press(client, willow.omar, name, *more, reason="why", role="therapist")
        assert response.status_code == 302
    assert "another admin" in words(page_of(client, willow.omar))
    assert list(Membership.objects.filter(person=willow.omar).values_list("role", "ends")) == [("admin", None)]
    assert not FactorReset.objects.exists()


def test_an_act_asks_again_who_is_there(willow: Willow) -> None:
    """After ten minutes an admin shows that it is them, before the form and when it is sent; looking asks nothing."""
    omar = signed_in(willow.omar)
    with later(NOON + timedelta(minutes=11)):
        assert page_of(omar, willow.tom).status_code == 200
        for name in ("role_add", "supervisor_add", "person_deactivate", "person_sign_out", "factor_reset"):
            asked = page_of(omar, willow.tom, name)
            assert (asked.status_code, asked["Location"].split("?")[0]) == (302, reverse("account_reauthenticate"))
        press(omar, willow.tom, "person_deactivate", reason="why")
        assert not Deactivation.objects.exists()


# --- Roles -----------------------------------------------------------------------------------------------------------------


def test_a_role_from_now_counts_at_once(willow: Willow) -> None:
    assert signed_in(willow.otto).get(reverse("people")).status_code == 404
    assert press(willow.omar, willow.otto, "role_add", role="admin").status_code == 302
    assert signed_in(willow.otto).get(reverse("people")).status_code == 200
    event = AuditEvent.objects.get(action="role_added")
    assert (event.shown, event.data) == ([willow.otto.public_id], {"role": "admin", "planned": False})


def test_a_role_from_a_day_begins_at_its_midnight_in_the_practice(willow: Willow) -> None:
    assert press(willow.omar, willow.otto, "role_add", role="admin", starts="2026-11-05").status_code == 302
    assert Membership.objects.get(person=willow.otto, role="admin").starts == day(11, 5, 0)
    with later(day(11, 5, 0) - timedelta(seconds=1)):
        assert signed_in(willow.otto).get(reverse("people")).status_code == 404
    with later(day(11, 5, 0)):
        assert signed_in(willow.otto).get(reverse("people")).status_code == 200


def test_the_pages_say_what_a_lead_and_a_supervisor_read(willow: Willow) -> None:
    said = words(page_of(willow.omar, willow.otto, "role_add"))
    assert "Reads every safety concern and every restriction" in said
    assert "Reads the record of every child that a therapist they supervise treats" in said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"role": "therapist"}, "has this role then already"),
        ({"role": ""}, "Choose a role."),
        ({"role": "admin", "starts": "2026-11-01"}, "This day has passed."),
        ({"role": "admin", "starts": "9999-12-31"}, "too far ahead"),
        ({"role": "admin", "starts": "soon"}, "Enter a valid date."),
    ],
)
def test_a_role_that_cannot_be_is_said_and_nothing_is_lost(willow: Willow, data: dict[str, str], said: str) -> None:
    response = press(willow.omar, willow.otto, "role_add", **data)
    assert response.status_code == 200
    assert said in words(response)
    assert not data.get("role") or f'value="{data["role"]}"' in response.content.decode()
    assert Membership.objects.filter(person=willow.otto).count() == 1


def test_a_young_persons_log_in_gets_no_role(willow: Willow) -> None:
    assert "cannot have a role" in words(press(willow.omar, willow.maya_login, "role_add", role="therapist"))
    assert not Membership.objects.filter(person=willow.maya_login).exists()
    assert "Add a role" not in words(page_of(willow.omar, willow.maya_login))


def test_a_role_ends_now_or_after_its_last_day(willow: Willow) -> None:
    job = Membership.objects.get(person=willow.ruth, role="safeguarding_lead")
    assert press(willow.omar, willow.ruth, "role_end", job.pk, ends="2026-11-04").status_code == 302
    job.refresh_from_db()
    assert job.ends == day(11, 5, 0)
    assert "brought forward" in words(press(willow.omar, willow.ruth, "role_end", job.pk, ends="2026-11-30"))
    assert press(willow.omar, willow.ruth, "role_end", job.pk).status_code == 302
    job.refresh_from_db()
    assert job.ends == NOON
    assert press(willow.omar, willow.ruth, "role_end", job.pk).status_code == 302  # sent twice
    planned = [event.data["planned"] for event in AuditEvent.objects.filter(action="role_ended")]
    assert sorted(planned) == [False, True]


def test_a_role_that_has_not_begun_is_taken_back_whole(willow: Willow) -> None:
    press(willow.omar, willow.otto, "role_add", role="safeguarding_lead", starts="2026-12-01")
    job = Membership.objects.get(person=willow.otto, role="safeguarding_lead")
    assert "never begins" in words(page_of(willow.omar, willow.otto, "role_end", job.pk))
    assert press(willow.omar, willow.otto, "role_end", job.pk).status_code == 302
    assert not Membership.objects.filter(pk=job.pk).exists()
    assert AuditEvent.objects.get(action="role_ended").data["taken_back"] is True


def test_the_last_clinical_role_names_the_children_to_hand_over(willow: Willow) -> None:
    job = Membership.objects.get(person=willow.tom)
    said = words(page_of(willow.omar, willow.tom, "role_end", job.pk))
    assert "Maya" in said
    assert "Leo" in said
    people.employ(willow.tom, willow.practice, "safeguarding_lead")
    assert "Maya" not in words(page_of(willow.omar, willow.tom, "role_end", job.pk))


def test_somebody_stays_admin(willow: Willow) -> None:
    """Omar is admin until the end of the year: Otto's role may not end before somebody else is one."""
    press(willow.omar, willow.otto, "role_add", role="admin")
    Membership.objects.filter(person=willow.omar).update(ends=day(12, 31))
    job = Membership.objects.get(person=willow.otto, role="admin")
    assert "Nobody else is admin" in words(press(willow.omar, willow.otto, "role_end", job.pk))
    press(willow.omar, willow.ruth, "role_add", role="admin")
    with later(NOON + DAY):
        assert press(willow.omar, willow.otto, "role_end", job.pk).status_code == 302
    job.refresh_from_db()
    assert job.ends == NOON + DAY


def test_roles_of_another_practice_are_not_to_be_found(willow: Willow) -> None:
    """Stella joins Willow Creek: what she is in her own practice is nobody's business here."""
    people.employ(willow.stella, willow.practice, "therapist")
    job = Membership.objects.filter(person=willow.stella).exclude(practice=willow.practice).first()
    assert job
    assert page_of(willow.omar, willow.stella, "role_end", job.pk).status_code == 404
    said = words(page_of(willow.omar, willow.stella))
    assert "Ada" not in said
    assert "safeguarding lead" not in said


# --- Sessions, second factor, rows to look at ------------------------------------------------------------------------------


def test_sessions_end_at_once(willow: Willow) -> None:
    tom = browser_of(willow.tom)
    browser_of(willow.tom)
    assert "2 browsers" in words(page_of(willow.omar, willow.tom, "person_sign_out"))
    assert press(willow.omar, willow.tom, "person_sign_out").status_code == 302
    assert tom.get(reverse("home")).status_code == 302
    assert signed_in(willow.tom).get(reverse("children")).status_code == 200  # their places are as before
    event = AuditEvent.objects.get(action="sessions_ended")
    assert (event.shown, event.data) == ([willow.tom.public_id], {"sessions": 2})


def test_a_lost_second_factor_is_asked_for_with_a_reason_and_once(willow: Willow) -> None:
    with_app(willow.tom)
    assert "Say why" in words(press(willow.omar, willow.tom, "factor_reset", reason=" "))
    assert press(willow.omar, willow.tom, "factor_reset", reason="Telephone lost").status_code == 302
    reset = FactorReset.objects.get()
    values = (reset.person_id, reset.asked_by_id, reset.reason, reset.asked_at, reset.expires_at - reset.asked_at)
    assert values == (willow.tom.pk, willow.omar.pk, "Telephone lost", NOON, DAY)
    assert Authenticator.objects.filter(user_id=willow.tom.pk).exists()  # nothing comes off through an admin alone
    assert "on its way already" in words(press(willow.omar, willow.tom, "factor_reset", reason="Again"))
    assert FactorReset.objects.count() == 1
    assert "waits in their mailbox" in words(page_of(willow.omar, willow.tom))
    event = AuditEvent.objects.get(action="factor_reset_asked")
    assert (event.shown, event.data) == ([willow.tom.public_id, reset.pk], {})
    with later(NOON + DAY):
        assert press(willow.omar, willow.tom, "factor_reset", reason="Again").status_code == 302
    assert FactorReset.objects.count() == 2


def test_where_there_is_nothing_to_take_off_nothing_is_asked(willow: Willow) -> None:
    assert "nothing to take off" in words(press(willow.omar, willow.otto, "factor_reset", reason="why"))
    with_app(willow.maya_login)
    Account.objects.filter(pk=willow.maya_login.pk).update(email=None, username="maya")
    assert "nothing to take off" in words(press(willow.omar, willow.maya_login, "factor_reset", reason="why"))
    assert not FactorReset.objects.exists()


def flagged(willow: Willow, who: Person, child: Child) -> RowReview:
    """As the kernel leaves it after a changed address."""
    from accounts.models import CircleRow

    made: RowReview = RowReview.objects.create(
        practice=willow.practice, child=child, person=who, reason="new_address", flagged_at=NOON - DAY,
        circle_row=CircleRow.objects.get(person=who, child=child),
    )  # fmt: skip
    return made


def test_a_changed_address_is_looked_at_once_by_an_admin_or_the_therapist(willow: Willow, abel: Person) -> None:
    review, other = flagged(willow, willow.priya, willow.maya), flagged(willow, willow.nell, willow.leo)
    assert "I have looked: Maya" in words(page_of(willow.omar, willow.priya))
    url = reverse("review_done", args=[review.pk])
    for name in ("otto", "ruth", "priya", "stella"):
        assert signed_in(willow.people[name]).post(url).status_code == 404
    assert signed_in(abel).post(reverse("review_done", args=[other.pk])).status_code == 404
    for _again in range(2):
        assert signed_in(willow.omar).post(url).status_code == 302
    review.refresh_from_db()
    assert (review.reviewed_at, review.reviewed_by_id) == (NOON, willow.omar.pk)
    assert AuditEvent.objects.filter(action="row_reviewed", child_id=willow.maya.pk).count() == 1
    assert "I have looked" not in words(page_of(willow.omar, willow.priya))
    assert signed_in(willow.tom).post(reverse("review_done", args=[other.pk])).status_code == 302
    other.refresh_from_db()
    assert other.reviewed_by_id == willow.tom.pk


# --- The first page --------------------------------------------------------------------------------------------------------


def test_the_first_page_tells_an_admin_whom_to_look_after(willow: Willow, abel: Person) -> None:
    lonely = people.child(willow.practice, "Lonely", date(2016, 1, 1))
    Account.objects.exclude(pk__in=[willow.joy.pk, willow.nell.pk]).update(last_login=NOON - DAY)
    invited(willow, willow.joy, expires_at=NOON - timedelta(hours=1))
    flagged(willow, willow.priya, willow.maya)
    response: Any = signed_in(willow.omar).get(reverse("home"))
    context = response.context
    assert [(one.person.name, one.late) for one in context["waiting_people"].first] == [("Joy", True), ("Nell", False)]
    assert [person.name for person in context["changed_people"].first] == ["Priya"]
    assert [person.name for person in context["without_factor"].first] == [
        "Abel",
        "Ines",
        "Omar",
        "Otto",
        "Ruth",
        "Sue",
    ]
    assert context["without_factor"].more == 1  # Tom
    assert [child.name for child in context["alone"].first] == [lonely.name]
    said = words(response)
    assert "invitation expired" in said
    assert "could sign in" in said
    Account.objects.filter(pk=willow.nell.pk).update(email=None)
    assert "not invited" in words(signed_in(willow.omar).get(reverse("home")))
    mine: Any = signed_in(abel).get(reverse("home"))
    assert "Joy" not in words(mine).split("Have not signed in yet")[1]


def test_pages_ask_no_more_for_more_people(willow: Willow) -> None:
    """The same statements with 1, 3 and 30 more of everything."""
    urls = [reverse("people"), reverse("person", args=[willow.tom.public_id]), reverse("home")]
    urls += [reverse("person_deactivate", args=[willow.tom.public_id])]
    found, number = list[list[list[str]]](), 0
    for size in (1, 3, 30):
        while number < size:
            number += 1
            one_more(willow, number)
        found.append([texts_of(willow.omar, url) for url in urls])
    assert found[0] == found[1] == found[2]


def one_more(willow: Willow, number: int) -> None:
    """A child of Tom's, a parent to look at again, a colleague he supervises, an invitation, a browser, an ended access."""
    child = people.child(willow.practice, f"Child {number}", date(2015, 1, 1))
    people.tie(willow.tom, child, "therapist")
    parent, colleague = people.person(f"Parent {number}"), people.person(f"Colleague {number}")
    people.tie(parent, child, "guardian", "full", relationship="mother")
    people.employ(colleague, willow.practice, "therapist")
    people.employ(
        willow.tom, willow.practice, "admin", starts=day(1, 1) + DAY * number, ends=day(1, 1, 16) + DAY * number
    )
    Supervision.objects.create(practice=willow.practice, supervisor=willow.tom, therapist=colleague, starts=LONG_AGO)
    invited(willow, parent)
    flagged(willow, parent, child)
    browser_of(colleague)
    with_app(colleague)
    people.child(willow.practice, f"Alone {number}", date(2015, 1, 1))
