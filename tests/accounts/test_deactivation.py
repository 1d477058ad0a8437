"""An ended access: at once, in this practice alone, and back again as it was (visibility.md, principle 5; ADR 11)."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts import definers
from accounts.actions.people import Over, deactivate, end_role
from accounts.models import Account, AuditEvent, CircleRow, Deactivation, FactorReset, Invitation, Membership, Person
from accounts.visibility import acting_as, enter, leave
from carebridge.lib.database import WORKER
from tests import people
from tests.accounts.offices import browser_of, later, page_of, press, words
from tests.harness import role, signed_in, viewing
from tests.people import DAY, NOON, Willow

HOUR = timedelta(hours=1)


def out(willow: Willow, who: Person) -> None:
    """Omar ends their access."""
    assert press(willow.omar, who, "person_deactivate", reason="Left us").status_code == 302


def mails(moment: Any) -> list[definers.LogInMail]:
    """What a worker would send now."""
    enter(None)
    leave()
    with role(WORKER):
        return definers.mails_about_log_ins(moment, 10)


def invite(willow: Willow, who: Person) -> Invitation:
    """A way in that waits to be mailed."""
    made: Invitation = Invitation.objects.create(
        practice=willow.practice, person=who, invited_by=willow.omar, kind="staff", email="new@example.org",
        invited_at=NOON, expires_at=NOON + DAY,
    )  # fmt: skip
    return made


def test_the_page_says_what_it_means_before_anything_is_done(willow: Willow) -> None:
    browser_of(willow.tom)
    people.tie(willow.otto, willow.leo, "therapist")
    response: Any = page_of(willow.omar, willow.tom, "person_deactivate")
    said = words(response)
    for expected in ("sees nothing of Practice willow any more", "1 browser", "Maya (therapist)", "Leo (therapist)"):
        assert expected in said
    assert [child.name for child in response.context["alone"]] == ["Maya"]  # Otto goes on with Leo
    assert not Deactivation.objects.exists()


def test_a_reason_is_needed_and_what_was_typed_is_kept(willow: Willow) -> None:
    assert "Say why" in words(press(willow.omar, willow.tom, "person_deactivate", reason="  "))
    response = press(willow.omar, willow.tom, "person_deactivate", reason="x" * 501)
    assert response.status_code == 200
    assert "x" * 501 in response.content.decode()
    assert not Deactivation.objects.exists()


def test_a_therapist_who_is_signed_in_sees_nothing_from_the_next_request_on(willow: Willow) -> None:
    """Principle 5: "open tabs … included"."""
    tom, maya = browser_of(willow.tom), reverse("child", args=[willow.maya.public_id])
    assert tom.get(maya).status_code == 200
    out(willow, willow.tom)
    click = tom.get(maya)
    assert (click.status_code, click["Location"]) == (302, f"/accounts/login/?next={maya}")
    part = tom.get(maya, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{maya}?show=note"})
    assert (part.status_code, part["HX-Redirect"], part.content) == (204, f"/accounts/login/?next={maya}", b"")
    assert not UserSession.objects.filter(user_id=willow.tom.pk).exists()


def test_whoever_signs_in_again_is_told_and_finds_nothing(willow: Willow) -> None:
    out(willow, willow.tom)
    tom = signed_in(willow.tom)
    said = words(tom.get(reverse("home")))
    assert "You have no access here at the moment" in said
    assert "ask your practice" in said
    for hidden in ("Maya", "Leo", "willow", "Children", "Omar", "Left us"):
        assert hidden not in said
    child = tom.get(reverse("child", args=[willow.maya.public_id]), headers={"HX-Request": "true"})
    assert (child.status_code, child["HX-Refresh"]) == (404, "true")
    for name in ("children", "unfinished", "came", "people"):
        assert tom.get(reverse(name)).status_code == 404
    with viewing(willow.tom) as tom_stands:
        assert not tom_stands.stands_anywhere_in("practices", "member", "team", "therapist", "own")
        assert not CircleRow.objects.exists()  # the wall says so too


def test_their_supervisors_and_their_child_lose_what_hung_on_them(willow: Willow) -> None:
    """The row stops counting: Ines was on Maya's team through Tom alone."""
    with viewing(willow.ines) as before:
        assert before.stands_in("team", willow.maya.pk)
    out(willow, willow.tom)
    with viewing(willow.ines) as after:
        assert not after.stands_in("team", willow.maya.pk)
    assert CircleRow.objects.get(person=willow.tom, child=willow.maya).ends is None
    response: Any = signed_in(willow.omar).get(reverse("home"))
    assert [child.name for child in response.context["alone"].first] == ["Leo", "Maya"]
    assert [person.name for person in response.context["shut_out"].first] == ["Tom"]


def test_a_parent_loses_access_and_other_practices_are_untouched(willow: Willow) -> None:
    """Stella's second place, in Willow Creek, ends; what she is in Alder stays."""
    people.employ(willow.stella, willow.practice, "therapist")
    people.tie(willow.stella, willow.maya, "therapist")
    out(willow, willow.stella)
    out(willow, willow.priya)
    with viewing(willow.stella) as stella:
        assert len(stella.practices) == 1
        assert not stella.stands_in("team", willow.maya.pk)
        assert stella.stands_anywhere_in("therapist")
    assert "You have no access here" in words(signed_in(willow.priya).get(reverse("home")))


def test_giving_it_back_makes_everything_count_again(willow: Willow) -> None:
    out(willow, willow.tom)
    said = words(page_of(willow.omar, willow.tom))
    assert "No access here since" in said
    assert "Left us" in said
    with later(NOON + HOUR):
        assert "Maya (therapist)" in words(page_of(willow.omar, willow.tom, "person_reactivate"))
        assert press(willow.omar, willow.tom, "person_reactivate").status_code == 302
        assert press(willow.omar, willow.tom, "person_reactivate").status_code == 302  # sent twice
        tom = signed_in(willow.tom)
        assert tom.get(reverse("child", args=[willow.maya.public_id])).status_code == 200
        response: Any = signed_in(willow.omar).get(reverse("home"))
        assert response.context["alone"].total == 0
        assert "Times without access" in words(page_of(willow.omar, willow.tom))
    row = Deactivation.objects.get()
    assert (row.starts, row.ends, row.set_by_id) == (NOON, NOON + HOUR, willow.omar.pk)
    assert AuditEvent.objects.filter(action="person_reactivated").count() == 1


def test_sent_twice_it_is_one_act(willow: Willow) -> None:
    out(willow, willow.tom)
    out(willow, willow.tom)
    event = AuditEvent.objects.get(action="person_deactivated")
    assert (event.shown, event.practice_id) == ([willow.tom.public_id], willow.practice.pk)
    assert event.data == {"sessions": 0, "invitation_revoked": False}
    assert "Left us" not in str(event.__dict__)
    with acting_as(willow.omar.pk), pytest.raises(Over):
        deactivate(practice=willow.practice, person=willow.tom, reason="At the same moment")
    assert Deactivation.objects.get().reason == "Left us"


def test_an_open_invitation_is_worth_nothing_and_not_mailed(willow: Willow) -> None:
    new = people.person("New")
    Account.objects.filter(pk=new.pk).update(email=None)
    people.employ(new, willow.practice, "therapist")
    invitation = invite(willow, new)
    with transaction.atomic():
        assert [mail.id for mail in mails(NOON)] == [invitation.pk]
        transaction.set_rollback(True)
    out(willow, new)
    assert mails(NOON) == []
    invitation.refresh_from_db()
    assert invitation.revoked_at == NOON
    assert definers.open_invitation(invitation.pk, 1, NOON) is None
    assert AuditEvent.objects.get(action="person_deactivated").data["invitation_revoked"] is True


def test_a_link_to_take_off_a_second_factor_waits_while_the_access_is_ended(willow: Willow) -> None:
    Authenticator.objects.create(user_id=willow.tom.pk, type="totp", data={})
    assert press(willow.omar, willow.tom, "factor_reset", reason="Lost").status_code == 302
    reset = FactorReset.objects.get()
    assert definers.open_reset(reset.pk, NOON) == willow.tom.pk
    out(willow, willow.tom)
    assert mails(NOON) == []
    assert definers.open_reset(reset.pk, NOON) is None
    assert definers.take_off_factors(reset.pk, NOON) is False
    with later(NOON + HOUR):
        press(willow.omar, willow.tom, "person_reactivate")
        assert [mail.kind for mail in mails(NOON + HOUR)] == ["factor_reset"]


def test_of_two_admins_who_end_each_other_one_stays(willow: Willow) -> None:
    """They take turns: whoever comes second is no admin any more."""
    people.employ(willow.otto, willow.practice, "admin")
    enter(willow.otto.pk)  # his request began; Omar's was faster
    with acting_as(willow.omar.pk):
        deactivate(practice=willow.practice, person=willow.otto, reason="why")
    enter(willow.otto.pk, NOON - HOUR)
    with pytest.raises(Over):
        deactivate(practice=willow.practice, person=willow.omar, reason="why")
    enter(willow.otto.pk, NOON - HOUR)
    job = Membership.objects.get(person=willow.omar)
    with pytest.raises(Over):
        end_role(practice=willow.practice, person=willow.omar, membership=job, ends=None)
    enter(None)
    leave()


def test_nobody_ends_their_own_access_nor_does_anybody_else(willow: Willow) -> None:
    for name in ("ruth", "tom", "priya", "stella"):
        assert press(willow.people[name], willow.otto, "person_deactivate", reason="why").status_code == 404
    assert press(willow.omar, willow.omar, "person_deactivate", reason="why").status_code == 302
    assert not Deactivation.objects.exists()
    with viewing(willow.omar), pytest.raises(DatabaseError), transaction.atomic():
        Deactivation.objects.create(
            practice=willow.practice, person=willow.omar, starts=NOON, reason="r", set_by=willow.omar
        )
