"""A child's circle as its team, the admins and the leads find it: who stands there, how to reach them, what was done.

visibility.md, rows "Circle row", "Contact", "Restriction and its reason"; worked cases 2 and 6; principles 1, 6 and 10.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import (
    Account,
    AuditEvent,
    CircleChange,
    CircleRow,
    Explanation,
    HelperConsent,
    Invitation,
    RowReview,
)
from accounts.reads import possible_readers
from tests import people
from tests.accounts.circling import filled, look, read, row_of, row_url, save, text_of
from tests.guards.browsing import texts_of
from tests.guards.sentinels import words_of
from tests.harness import signed_in, viewing
from tests.people import DAY, NOON, Willow
from tests.worlds import ADMINS, LEADS, READERS, TEAM, Rich, rich


def page(willow: Willow, who: str = "omar") -> str:
    """Maya's circle."""
    return read(getattr(willow, who), "circle", willow.maya.public_id)


def test_everyone_stands_there_with_what_staff_need(willow: Willow) -> None:
    """Team with supervisors (Sue, an aunt, is none), households, the young person, helpers; a row that ended is folded."""
    people.tie(people.person("Fred"), willow.maya, "therapist", starts=people.LONG_AGO, ends=NOON - DAY)
    found = page(willow)
    team, rest = found.split('id="family"')
    assert "Supervised by Ines: on the team by it." in team
    assert "Sue" not in team
    family, rest = rest.split('id="helpers"')
    for words in (
        "Household harbour",
        "Household maple",
        "Priya</bdi>, mother",
        "A home of one's own",
        "The young person",
    ):
        assert words in family
    assert "sees nothing" in family.split("Sue")[1]
    assert str(willow.priya.account.email) in family
    helpers, over = rest.split('id="ahead"')
    assert "Karin</bdi>, teacher" in helpers
    assert "No consent stands" in helpers
    assert "1 row that has ended" in over
    assert "Fred" in over.split("<details")[1]
    event = AuditEvent.objects.get(action="circle_read")
    assert row_of(willow.maya, willow.dan).pk in event.shown
    assert event.child_id == willow.maya.pk


def test_log_ins_are_told_as_far_as_one_may_know(willow: Willow) -> None:
    """No log-in, invited, never there, there; the invitation an admin made is the admins' to see."""
    priya, dan, karin = (Account.objects.filter(pk=who.pk) for who in (willow.priya, willow.dan, willow.karin))
    dan.update(email=None)
    karin.update(is_active=False)
    priya.update(last_login=NOON - DAY)
    Invitation.objects.create(
        practice=willow.practice, person=willow.dan, kind="guardian", email="dan@example.org", invited_by=willow.omar,
        invited_at=NOON - DAY, expires_at=NOON + DAY,
    )  # fmt: skip
    for who, words in (("omar", "invited, has not joined yet"), ("tom", "no log-in")):
        found = page(willow, who)
        assert words in found.split(f"{'Dan</bdi>'}")[1].split("circle-line")[0]
        assert "signs in" in found.split("Priya</bdi>")[1].split("circle-line")[0]
        assert "log-in not active" in found.split("Karin</bdi>")[1].split("circle-line")[0]


def test_worked_cases_2_and_6_no_sign_of_quiet_closed_or_a_concern(willow: Willow) -> None:
    """An admin's pages about Maya are the same bytes with and without; previews too. So is everybody's circle page."""
    client, row = signed_in(willow.omar), row_of(willow.maya, willow.dan)
    others = [signed_in(who) for who in (willow.tom, willow.ines, willow.ruth)]
    form = filled(
        authority="none", relationship="father", household="", form_key="11111111-1111-4111-8111-111111111111"
    )
    urls = [
        reverse("circle", args=[willow.maya.public_id]),
        reverse("circles"),
        reverse("people"),
        reverse("hand_over"),
    ]

    def seen() -> list[str]:
        tokens = ("csrfmiddlewaretoken", "nonce")
        pages = [text_of(client.get(url)) for url in urls]
        pages += [look(client, row_url(name, row), form) for name in ("circle_change", "circle_end")]
        pages += [text_of(other.get(urls[0])) for other in others]
        lines = ("\n".join(ln for ln in text.splitlines() if not any(t in ln for t in tokens)) for text in pages)
        return list(lines)

    seen()
    before = seen()
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - DAY)
    people.restrict(willow.karin, willow.maya, "closed", willow.ruth, NOON - DAY)
    people.name_in_concern(willow.dan, willow.maya, NOON - DAY)
    after = seen()
    assert before == after


def test_a_quiet_guardian_finds_what_every_guardian_finds(willow: Willow) -> None:
    """No circle page, like Priya, with the same bytes; and the same names on Maya's page as before."""
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - DAY)
    bodies = set()
    for who in (willow.dan, willow.priya):
        answer: Any = signed_in(who).get(reverse("circle", args=[willow.maya.public_id]))
        assert answer.status_code == 404
        bodies.add(answer.content.replace(who.name.encode(), b"").replace(who.name[:1].encode(), b""))
    assert len(bodies) == 1
    assert "Tom" in read(willow.dan, "child", willow.maya.public_id)


def test_an_admin_who_is_family_finds_nothing(willow: Willow) -> None:
    """Principle 1, on the page, on the list and on the way to it."""
    people.employ(willow.dan, willow.practice, "admin")
    people.employ(willow.sue, willow.practice, "admin")
    for who in (willow.dan, willow.sue):
        read(who, "circle", willow.maya.public_id, status=404)
        assert str(willow.maya.public_id) not in read(who, "circles")
        assert str(willow.leo.public_id) in read(who, "circles")


OPENED = {
    **dict.fromkeys(("tom", "ines", "ruth", "omar"), 200),
    **dict.fromkeys(("otto", "sue", "priya", "maya_login", "karin", "stella"), 404),
}


@pytest.mark.parametrize(("who", "status"), OPENED.items())
def test_who_opens_it(willow: Willow, who: str, status: int) -> None:
    """Row "Circle row": team, admins, leads."""
    read(getattr(willow, who), "circle", willow.maya.public_id, status=status)


def test_no_word_of_the_record_stands_on_it(db: None, noon: None) -> None:
    """Every word comes from a row the reader may read, and of the circle alone; a supervisor sees no button."""
    world: Rich = rich()
    for child in TEAM:
        for who in TEAM[child] | ADMINS[child] | LEADS[child]:
            words = words_of(read(world.person(who), "circle", world.children[child].public_id))
            assert not [row for row, _ in words if who not in READERS[row]], (who, child)
            assert {row.split("_")[0] for row, _ in words} <= {"p", "c", "k", "l", "h", "consent", "change"}, (
                who,
                child,
            )
    found = read(world.person("ines"), "circle", world.cast.maya.public_id)
    about = reverse("circle", args=[world.cast.maya.public_id])
    assert f'href="{about}' not in found


def test_it_costs_the_same_for_one_three_and_thirty(willow: Willow) -> None:
    """Rows of every kind, consents, reviews, plans and history."""
    url, number, counts = reverse("circle", args=[willow.maya.public_id]), 0, []
    for size in (1, 3, 30):
        while number < size:
            number += 1
            one_more(willow, number)
        counts.append([len(texts_of(who, url)) for who in (willow.omar, willow.tom, willow.ruth)])
    assert counts[0] == counts[1] == counts[2]


def one_more(willow: Willow, number: int) -> None:
    """A therapist with a supervisor, a guardian to look at again, a helper with a consent, one that ended, one ahead."""
    about = {"practice": willow.practice, "child": willow.maya}
    doctor, parent, helper = (people.person(f"{name} {number}") for name in ("Doctor", "Parent", "Helper"))
    people.employ(doctor, willow.practice, "therapist")
    people.tie(doctor, willow.maya, "therapist")
    row = people.tie(parent, willow.maya, "guardian", "full", household=f"home {number}", relationship="aunt")
    RowReview.objects.create(circle_row=row, person=parent, reason="new_address", flagged_at=NOON - DAY, **about)
    helping = people.tie(helper, willow.maya, "helper", starts=NOON - DAY, relationship="coach")
    HelperConsent.objects.create(circle_row=helping, given_by=parent, scope="s", given_at=NOON - DAY, **about)
    people.tie(people.person(f"Former {number}"), willow.maya, "helper", ends=NOON - DAY)
    ahead = people.tie(people.person(f"Later {number}"), willow.maya, "guardian", "informed", starts=NOON + DAY)
    CircleChange.objects.create(
        person_id=ahead.person_id, kind="added", row=ahead.pk, effective=NOON + DAY, changed_by=willow.omar,
        changed_at=NOON - DAY, **about,
    )  # fmt: skip


# --- What the child's therapists write down there ------------------------------------------------------------


def needs_of(willow: Willow) -> dict[int, str]:
    """What each reader of Maya's still needs before a summary goes to them."""
    with viewing(willow.tom):
        return {reader.person.pk: reader.needs for reader in possible_readers(willow.maya)}


def test_a_helpers_consent_is_recorded_and_withdrawn(willow: Willow) -> None:
    """By Tom, from Priya, until the end of the school year; sent twice it is one. Withdrawn, nothing more goes to Karin."""
    row = row_of(willow.maya, willow.karin)
    url = row_url("helper_consent", row)
    assert needs_of(willow)[willow.karin.pk] == "consent"
    form = read(willow.tom, "helper_consent", willow.maya.public_id, row.pk)
    assert "Sue" not in form
    giver = next(str(n) for n, name in enumerate(sorted_givers(form)) if name == "Priya")
    data = {"given_by": giver, "scope": "about school", "given_on": "2026-10-30", "until": "2027-06-30"}
    for _ in range(2):
        assert signed_in(willow.tom).post(url, data).status_code == 302
    consent = HelperConsent.objects.get()
    assert (consent.given_by_id, consent.scope) == (willow.priya.pk, "about school")
    assert needs_of(willow)[willow.karin.pk] == ""
    assert "about school" in page(willow)
    signed_in(willow.tom).post(reverse("consent_withdraw", args=[willow.maya.public_id, consent.pk]))
    assert HelperConsent.objects.get().until == NOON
    assert needs_of(willow)[willow.karin.pk] == "consent"
    actions = list(
        AuditEvent.objects.filter(action__startswith="consent").order_by("action").values_list("action", flat=True)
    )
    assert actions == ["consent_recorded", "consent_withdrawn"]


def sorted_givers(form: str) -> list[str]:
    """Names offered, in the order of their marks."""
    from re import findall

    return [name for _mark, name in sorted(findall(r'<option value="(\d+)"[^>]*>([^<]+)<', form))]


@pytest.mark.parametrize("day", ["2026-11-03", "", "x"])
def test_a_consent_is_not_given_ahead(willow: Willow, day: str) -> None:
    """Said at its field."""
    data = {"given_by": "0", "scope": "s", "given_on": day}
    answer: Any = signed_in(willow.tom).post(row_url("helper_consent", row_of(willow.maya, willow.karin)), data)
    assert "errorlist" in text_of(answer)
    assert not HelperConsent.objects.exists()


def test_limits_are_explained_once(willow: Willow) -> None:
    """To a guardian who came later: until then no summary reaches them; an admin reads nothing of it."""
    late = people.person("Late")
    row = people.tie(late, willow.maya, "guardian", "informed", starts=NOON - DAY)
    assert needs_of(willow)[late.pk] == "explanation"
    assert "not explained yet" in page(willow, "tom")
    assert "not explained yet" not in page(willow)
    for _ in range(2):
        assert (
            signed_in(willow.tom).post(row_url("limits_explained", row), {"explained_on": "2026-11-01"}).status_code
            == 302
        )
    assert Explanation.objects.filter(person=late).count() == 1
    assert needs_of(willow)[late.pk] == ""
    read(willow.omar, "limits_explained", willow.maya.public_id, row.pk, status=404)


def test_a_row_is_looked_at_again(willow: Willow) -> None:
    """By an admin or a therapist of the child; then it is no longer asked."""
    row = row_of(willow.maya, willow.priya)
    about = {"practice": willow.practice, "child": willow.maya}
    found = RowReview.objects.create(
        circle_row=row, person=willow.priya, reason="new_address", flagged_at=NOON - timedelta(hours=1), **about
    )
    assert "Look at this row again: a new e-mail address" in page(willow)
    url = reverse("row_reviewed", args=[willow.maya.public_id, found.pk])
    assert signed_in(willow.ruth).post(url).status_code == 404
    for _ in range(2):
        assert signed_in(willow.omar).post(url).status_code == 302
    found.refresh_from_db()
    assert (found.reviewed_at, found.reviewed_by_id) == (NOON, willow.omar.pk)
    assert "Look at this row again" not in page(willow)
    assert AuditEvent.objects.filter(action="row_reviewed").count() == 1


def test_the_history_is_paged_and_keeps_its_order(willow: Willow) -> None:
    """The newest first, thirty on a page; nothing on it can be changed."""
    row = row_of(willow.maya, willow.dan)
    for number in range(35):
        CircleChange.objects.create(
            practice=willow.practice, child=willow.maya, person=willow.dan, kind="ended", ended=row.pk, effective=NOON - DAY,
            evidence=f"order {number:02}", changed_by=willow.omar, changed_at=NOON - timedelta(minutes=number + 1),
        )  # fmt: skip
    first = page(willow)
    assert first.index("order 00") < first.index("order 29")
    assert "order 30" not in first
    second = read(willow.omar, "circle", willow.maya.public_id, query="?history=2")
    assert "order 34" in second
    save(signed_in(willow.omar), row_url("circle_end", row), filled(evidence="the last"))
    assert page(willow).index("the last") < page(willow).index("order 00")
    assert CircleRow.objects.get(pk=row.pk).ends == NOON
