"""Whoever is named in a concern: what they and their colleagues read of who is named, opened to and withheld from."""

from accounts.models import Named
from tests import people
from tests.harness import viewing
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
