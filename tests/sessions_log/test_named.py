"""Whoever is named in a concern: what they and their colleagues read of who is named, opened to and withheld from."""

from datetime import datetime

from django.urls import reverse

from accounts.models import Named
from sessions_log.models import Addendum, Opening, ProgressNote, Session, Withholding
from tests import people
from tests.harness import signed_in, viewing
from tests.people import DAY, NOON, Willow


def test_a_concern_in_error_names_whom_only_to_those_who_review(willow: Willow) -> None:
    """Tom and Dan were named; it was an error: Ines and Ruth still read whom, and neither Tom nor Otto does."""
    first = people.name_in_concern(willow.tom, willow.maya, NOON - 3 * DAY)
    about = {"practice": willow.practice, "child": willow.maya, "concern": first.concern, "person": willow.dan}
    Named.objects.create(raised_at=first.raised_at, named_at=first.named_at, **about)
    people.tie(willow.otto, willow.maya, "therapist")

    def reads(who: str) -> int:
        with viewing(willow.people[who]):
            return int(Named.objects.visible().count())

    assert {who: reads(who) for who in willow.people if reads(who)} == {"ines": 2, "ruth": 2, "otto": 2}
    Named.objects.update(void_from=NOON + DAY)
    assert reads("otto") == 2, "not yet"
    Named.objects.update(void_from=NOON)
    assert {who: reads(who) for who in willow.people if reads(who)} == {"ines": 2, "ruth": 2}


def signed(willow: Willow, at: datetime) -> ProgressNote:
    """A note of Tom's about Maya."""
    placed = {"practice": willow.practice, "child": willow.maya}
    held = Session.objects.create(therapist=willow.tom, held_at=at, logged_at=at, moment=at, minutes=50, **placed)
    return ProgressNote.objects.create(
        session=held, author=willow.tom, body="Note words.", written_at=at, changed_at=at, signed_at=at, **placed
    )


def test_who_is_named_does_not_read_to_whom_notes_are_opened_or_not(willow: Willow) -> None:
    """Opened by Ines to Dan, withheld by Tom from Priya: Tom, once named himself, reads what he did and no more."""
    note = signed(willow, NOON - 5 * DAY)
    on = {"practice": willow.practice, "child": willow.maya, "note": note}
    Opening.objects.create(person=willow.dan, opened_by=willow.ines, opened_at=NOON - DAY, **on)
    for by in (willow.tom, willow.ines):
        Withholding.objects.create(person=willow.priya, reason="r", withheld_by=by, withheld_at=NOON - DAY, **on)

    def reads(who: str) -> tuple[int, int]:
        with viewing(willow.people[who]):
            return (Opening.objects.visible().count(), Withholding.objects.visible().count())

    assert reads("tom") == reads("ines") == (1, 2)
    named = people.name_in_concern(willow.tom, willow.maya, NOON - DAY)
    assert (reads("tom"), reads("ines")) == ((0, 1), (1, 2))
    Named.objects.filter(pk=named.pk).update(void_from=NOON)
    assert reads("tom") == (0, 1)
    Named.objects.filter(pk=named.pk).update(child=willow.leo, void_from=None)
    assert reads("tom") == (1, 2), "a concern about another child"


def test_an_opening_covers_what_stood_then(willow: Willow) -> None:
    """Dan, named, reads the note opened to him, and not what is added to it afterwards until that is opened, too."""
    people.agree(willow.maya, NOON - 90 * DAY, guardian="signed_notes")
    note = signed(willow, NOON - 5 * DAY)
    people.name_in_concern(willow.dan, willow.maya, NOON - 6 * DAY)
    on = {"practice": willow.practice, "child": willow.maya, "note": note}
    opened = {"person": willow.dan, "opened_by": willow.ruth, **on}
    Addendum.objects.create(author=willow.tom, body="Added first.", added_at=NOON - 4 * DAY, **on)
    Opening.objects.create(opened_at=NOON - 4 * DAY, **opened)
    Addendum.objects.create(author=willow.tom, body="Added later.", added_at=NOON - DAY, **on)

    def shown() -> list[str]:
        page = signed_in(willow.dan).get(reverse("note", args=[willow.maya.public_id, note.pk])).content.decode()
        return [words for words in ("Note words.", "Added first.", "Added later.") if words in page]

    assert shown() == ["Note words.", "Added first."]
    Opening.objects.create(opened_at=NOON - DAY, **opened)
    assert shown() == ["Note words.", "Added first.", "Added later."]
