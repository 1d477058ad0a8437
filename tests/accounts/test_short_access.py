"""An emergency is handled by a lead giving a colleague a short circle row: hours, a reason (visibility.md, "Admins read no
clinical text")."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEvent, CircleChange, CircleRow, Notice, Supervision
from tests import people
from tests.accounts.circling import filled, hidden_in, look, read, row_url, save
from tests.harness import signed_in
from tests.people import LONG_AGO, NOON, Willow


def url(willow: Willow) -> str:
    """Where it is given."""
    return reverse("short_access", args=[willow.maya.public_id])


def given(willow: Willow, **more: Any) -> dict[str, Any]:
    """To Otto, for five hours."""
    return filled(person=str(willow.otto.public_id), hours="5", reason="Tom is ill, Maya called", **more)


def test_it_opens_for_hours_and_ends_by_itself(willow: Willow) -> None:
    """Otto opens Maya's record for five hours, not a second longer. Tom is told, the trail stands out, the family is not told."""
    said = save(signed_in(willow.ruth), url(willow), given(willow))
    assert "Give Otto access to Maya's record?" in said
    assert "Tom, at once." in said
    assert "It ends by itself: Monday, Nov. 2, 2026, 5 p.m." in said
    ends = NOON + timedelta(hours=5)
    for moment, status in ((NOON, 200), (ends - timedelta(seconds=1), 200), (ends, 404)):
        with time_machine.travel(moment, tick=False):
            read(willow.otto, "child", willow.maya.public_id, status=status)
    row = CircleRow.objects.get(person=willow.otto)
    change = CircleChange.objects.get()
    assert (change.kind, change.row, change.evidence) == ("short_access", row.pk, "Tom is ill, Maya called")
    event = AuditEvent.objects.get(action="short_access_given")
    assert (event.child_id, event.person_id, event.data) == (willow.maya.pk, willow.ruth.pk, {"hours": 5})
    assert set(Notice.objects.values_list("person_id", "kind")) == {(willow.tom.pk, "short_access")}
    assert "gave Otto access to Maya's record for some hours" in read(willow.tom, "home")
    assert "Tom is ill, Maya called" in read(willow.tom, "circle", willow.maya.public_id)


def test_the_lead_ends_it_earlier(willow: Willow) -> None:
    """At once, also in an open window."""
    save(signed_in(willow.ruth), url(willow), given(willow))
    row = CircleRow.objects.get(person=willow.otto)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        read(willow.otto, "child", willow.maya.public_id)
        save(signed_in(willow.ruth), row_url("circle_end", row), filled())
        read(willow.otto, "child", willow.maya.public_id, status=404)


@pytest.mark.parametrize("hours", ["0", "73", "-1", "", "x", "999999999999"])
def test_one_to_seventy_two_hours_and_a_reason(willow: Willow, hours: str) -> None:
    """Nothing else is looked at."""
    for more in ({"hours": hours}, {"reason": " "}):
        said = look(signed_in(willow.ruth), url(willow), {**given(willow), **more})
        assert "errorlist" in said


def test_sent_twice_is_once(willow: Willow) -> None:
    """The second sending gets the same answer."""
    client = signed_in(willow.ruth)
    sent = {**hidden_in(look(client, url(willow), given(willow))), "step": "save"}
    for _ in range(2):
        answer: Any = client.post(url(willow), sent)
        assert answer.status_code == 302
    assert CircleRow.objects.filter(person=willow.otto).count() == 1


def test_who_can_be_given_it(willow: Willow) -> None:
    """Not oneself, not whom one supervises (it would bring the lead onto the team), not family, not the team, no admin alone."""
    people.employ(willow.ruth, willow.practice, "supervisor")
    ann = people.person("Ann")
    people.employ(ann, willow.practice, "therapist")
    Supervision.objects.create(practice=willow.practice, supervisor=willow.ruth, therapist=ann, starts=LONG_AGO)
    form = read(willow.ruth, "short_access", willow.maya.public_id)
    offered = {name for name, who in willow.people.items() if str(who.public_id) in form}
    assert offered == {"otto", "ines"}
    assert str(ann.public_id) not in form


@pytest.mark.parametrize("who", ["omar", "tom", "ines", "otto", "priya", "stella"])
def test_leads_alone_give_it(willow: Willow, who: str) -> None:
    """Nobody else finds the page."""
    read(getattr(willow, who), "short_access", willow.maya.public_id, status=404)


def test_a_lead_who_does_not_treat_the_child_finds_the_way(willow: Willow) -> None:
    """From the first page to the list of circles, by name, to the child's circle, to short access; not for a child of their own
    family."""
    assert reverse("circles") in read(willow.ruth, "home")
    circle = reverse("circle", args=[willow.maya.public_id])
    found: Any = signed_in(willow.ruth).post(reverse("circles"), {"q": "maya"})
    assert circle in found.content.decode()
    assert url(willow) in read(willow.ruth, "circle", willow.maya.public_id)
    read(willow.ruth, "child", willow.maya.public_id, status=404)
    people.tie(willow.ruth, willow.maya, "guardian", "none", ends=NOON)
    assert circle not in read(willow.ruth, "circles")
    read(willow.ruth, "short_access", willow.maya.public_id, status=404)
