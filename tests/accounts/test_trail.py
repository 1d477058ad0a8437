"""Who reads the trail of acts about no child, and of pages about several (visibility.md, row "Audit", principle 1)."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEvent, Membership, Person
from sessions_log.models import ProgressNote, Session
from tests import people
from tests.harness import signed_in, viewing
from tests.people import DAY, NOON, Willow


def trail(reader: Person) -> set[tuple[str, int | None]]:
    """What a person reads of the trail: acts and who did them."""
    with viewing(reader):
        return set(AuditEvent.objects.visible().values_list("action", "person_id"))


def came(who: Person | None) -> None:
    """A sign-in, as it is recorded."""
    with viewing(who) as viewer:
        audit.record("sign_in", practices=viewer.practices or [1])


@pytest.mark.parametrize("role", ["safeguarding_lead", "admin"])
def test_a_father_who_works_there_does_not_read_when_the_mother_was_here(willow: Willow, role: str) -> None:
    """Nor Tom, who treats his child; of himself, of Nell and of colleagues he reads it as before."""
    people.employ(willow.dan, willow.practice, role)
    for who in (willow.priya, willow.tom, willow.dan, willow.nell, willow.otto):
        came(who)
        signed_in(who).get("/")
    read = {person for action, person in trail(willow.dan) if action == "sign_in"}
    assert read == {willow.dan.pk, willow.nell.pk, willow.otto.pk}
    first_pages = {person for action, person in trail(willow.dan) if action == "home_read"}
    about_leo = {willow.tom.pk, willow.nell.pk, willow.otto.pk}  # Otto: about no child
    assert first_pages == (about_leo if role == "safeguarding_lead" else set())
    both = {person for action, person in trail(willow.ruth) if action == "sign_in"}
    assert {willow.priya.pk, willow.tom.pk} < both


def test_what_several_children_are_shown_on_is_filed_child_by_child(willow: Willow) -> None:
    """Dan, a lead, reads that Tom opened his page and his unfinished notes about Leo, and nothing of it about Maya."""
    people.employ(willow.dan, willow.practice, "safeguarding_lead")
    drafts = {}
    for child in (willow.maya, willow.leo):
        placed = {"practice": child.practice, "child": child}
        held = Session.objects.create(
            therapist=willow.tom, held_at=NOON - DAY, logged_at=NOON - DAY, moment=NOON - DAY, minutes=50, **placed
        )
        drafts[child] = ProgressNote.objects.create(
            session=held, author=willow.tom, body="b", written_at=NOON - DAY, changed_at=NOON - DAY, **placed
        ).pk
    tom = signed_in(willow.tom)
    for name in ("home", "unfinished"):
        assert tom.get(reverse(name)).status_code == 200
    with viewing(willow.dan):
        events = list(AuditEvent.objects.visible().filter(person_id=willow.tom.pk))
    assert {(event.action, event.child_id, *event.shown) for event in events} == {
        ("home_read", willow.leo.pk, willow.leo.public_id, drafts[willow.leo]),
        ("unfinished_read", willow.leo.pk, drafts[willow.leo]),
    }
    with viewing(willow.ruth):
        assert AuditEvent.objects.visible().filter(action="unfinished_read").count() == 2


def test_addresses_refused_to_the_circle_are_not_the_aunts_to_read(willow: Willow) -> None:
    """Sue is Maya's aunt (none) and now a lead: what Karin was refused is not hers; what a stranger was refused is."""
    people.employ(willow.sue, willow.practice, "safeguarding_lead")
    for who in (willow.karin, willow.otto):
        signed_in(who).get(reverse("note", args=[willow.maya.public_id, uuid4()]))
    assert ("refused", willow.karin.pk) in trail(willow.ruth)
    assert {person for action, person in trail(willow.sue) if action == "refused"} == {willow.otto.pk}
    Membership.objects.filter(person=willow.sue).delete()
    assert trail(willow.sue) == set()


def test_a_page_about_no_child_is_filed_once_a_practice(willow: Willow) -> None:
    """An admin's first page shows no child."""
    signed_in(willow.omar).get("/")
    assert [(e.practice_id, e.child_id, e.shown) for e in AuditEvent.objects.filter(action="home_read")] == [
        (willow.practice.pk, None, [])
    ]
