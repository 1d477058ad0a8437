"""What the young person sees of releases about them (worked case 5; row "Audit": "what was released about them, to whom, read
when"): on their own page without the words, and beside the words where these are theirs to read."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import time_machine
from django.urls import reverse

from accounts.models import AuditEvent, CircleRow, Person
from sessions_log.models import Release, Session, Summary, Wish
from tests import people
from tests.harness import signed_in, viewing
from tests.people import DAY, NOON, Willow
from tests.sessions_log.test_thread import log_session, say, share, write_summary

PROTECTED = "What was said in the room."
EXPLAINED = "We read the court's letter together."


def page(who: Person, name: str, *key: object) -> str:
    """A page as its words stand on it, or its status."""
    response = signed_in(who).get(reverse(name, args=key))
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(text).split()) if response.status_code == 200 else str(response.status_code)


def against_her_wish(willow: Willow) -> Summary:
    """Maya said "not to dad"; it went to Dan by court order, and to Priya as she wished."""
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya), PROTECTED)
    say(tom, willow.maya, summary, "not_to", willow.dan.public_id)
    assert share(tom, willow.maya, summary, willow.priya) == 302
    assert share(tom, willow.maya, summary, willow.dan, ground="court_order", explanation=EXPLAINED) == 302
    return summary


def test_case_5_maya_sees_that_it_went_to_whom_and_why(willow: Willow) -> None:
    summary, maya = against_her_wish(willow), willow.maya.public_id
    with time_machine.travel(NOON + DAY, tick=False):
        assert PROTECTED in page(willow.dan, "summary", maya, summary.pk)
    with time_machine.travel(NOON + 2 * DAY, tick=False):
        seen = page(willow.maya_login, "shared", maya)
        assert "What was shared about me" in page(willow.maya_login, "child", maya)
    to_dan, to_priya = (re.search(rf"With {name} Tom shared it .*?(?=With |$)", seen) for name in ("Dan", "Priya"))
    assert to_dan
    assert to_priya
    assert re.search(r"shared it Monday, noon · read yesterday, noon", to_dan[0])
    assert "You said: not to some people : Dan" in to_dan[0]
    assert "You had not agreed to this" in to_dan[0]
    assert (
        f"The reason: court order. How it was explained to you, as your therapist wrote it down: {EXPLAINED}"
        in to_dan[0]
    )
    assert "not read yet" in to_priya[0]
    assert "You had not agreed" not in to_priya[0]
    # She is not a reader of it herself: not a word of it, and no way to it.
    assert PROTECTED not in seen
    assert "Read the summary" not in seen
    assert page(willow.maya_login, "summary", maya, summary.pk) == "404"


def test_nobody_else_has_that_page(willow: Willow) -> None:
    """Not her parents, not her helper, not the team: it is her own."""
    against_her_wish(willow)
    for name in sorted(willow.people.keys() - {"maya_login"}):
        who = willow.people[name]
        assert page(who, "shared", willow.maya.public_id) == "404", name
        assert "What was shared about me" not in page(who, "child", willow.maya.public_id), name
    for about in (willow.leo, people.child(willow.practice, "Zoe", willow.leo.date_of_birth)):
        assert page(willow.maya_login, "shared", about.public_id) == "404"


def test_a_reader_of_her_own_summary_sees_the_same_beside_the_words(willow: Willow) -> None:
    summary, maya, url = against_her_wish(willow), willow.maya.public_id, "Read the summary"
    assert share(signed_in(willow.tom), willow.maya, summary, willow.maya_login) == 302
    own = page(willow.maya_login, "summary", maya, summary.pk)
    for words in (PROTECTED, "You said: not to some people : Dan", "With Dan Tom shared it", "With Priya", "With you"):
        assert words in own
    assert own.count("You said:") == 1
    assert f"court order. How it was explained to you, as your therapist wrote it down: {EXPLAINED}" in own
    listed = page(willow.maya_login, "shared", maya)
    assert "With you" in listed
    assert url in listed
    assert PROTECTED not in listed
    for who in (willow.dan, willow.priya):
        text = page(who, "summary", maya, summary.pk)
        assert PROTECTED in text
        for words in ("You said", "With ", "court order", EXPLAINED):
            assert words not in text


def test_what_is_taken_back_stays_told_and_what_is_in_error_does_not(willow: Willow) -> None:
    summary, maya = against_her_wish(willow), willow.maya.public_id
    Release.objects.filter(recipient=willow.priya).update(withdrawn_at=NOON)
    Release.objects.filter(recipient=willow.dan).update(error_at=NOON)
    seen = page(willow.maya_login, "shared", maya)
    assert re.search("With Priya Tom shared it .*? taken back", seen)
    assert "With Dan" not in seen
    Release.objects.filter(summary=summary).update(error_at=NOON)
    assert "Nothing has been shared about you yet." in page(willow.maya_login, "shared", maya)


def test_before_anything_was_shared_the_page_says_what_will_be_here(willow: Willow) -> None:
    write_summary(signed_in(willow.tom), willow.maya, log_session(signed_in(willow.tom), willow.maya), PROTECTED)
    seen = page(willow.maya_login, "shared", willow.maya.public_id)
    assert "Nothing has been shared about you yet." in seen
    assert "Show earlier" not in seen


def test_earlier_pages_hold_each_release_once_and_are_recorded(willow: Willow) -> None:
    """Many at the same moment, too."""
    placed: dict[str, Any] = {"practice": willow.practice, "child": willow.maya}
    moments = [NOON - DAY * (number // 3) for number in range(45)]
    releases = {released_once(willow, placed, at).pk for at in moments}
    client, url = signed_in(willow.maya_login), reverse("shared", args=[willow.maya.public_id])
    shown: list[AuditEvent] = []
    for more in (True, True, False):
        text = client.get(url).content.decode()
        event = AuditEvent.objects.filter(action="shared_read").exclude(pk__in=[e.pk for e in shown]).get()
        shown.append(event)
        assert len(event.shown) == text.count("Tom shared it")
        older = re.search(r'href="(\?before=[^"]+)"', text)
        assert bool(older) is more
        url = url.split("?")[0] + unescape(older[1]) if older else url
    told = [key for event in shown for key in event.shown]
    assert len(told) == len(set(told)) == 45
    assert set(told) == releases


def released_once(willow: Willow, placed: dict[str, Any], at: datetime) -> Release:
    """A summary released to Priya, as Maya wished."""
    session = Session.objects.create(
        **placed, therapist=willow.tom, held_at=at - DAY, logged_at=at - DAY, moment=at - DAY, minutes=50
    )
    made = Summary.objects.create(
        **placed, session=session, author=willow.tom, body=str(uuid4()), written_at=at, changed_at=at
    )
    Wish.objects.create(**placed, summary=made, kind="may_share", asked_at=at, recorded_by=willow.tom, recorded_at=at)
    release: Release = Release.objects.create(
        **placed, summary=made, recipient=willow.priya, released_by=willow.tom, released_at=at
    )
    return release


def test_an_ended_log_in_of_the_young_person_reads_nothing(willow: Willow) -> None:
    against_her_wish(willow)
    CircleRow.objects.filter(person=willow.maya_login).update(ends=NOON)
    assert page(willow.maya_login, "shared", willow.maya.public_id) == "404"


def test_a_wish_recorded_in_her_quiet_time_does_not_reach_her(willow: Willow) -> None:
    """What was said before stays; what is recorded while she is quiet, after the release, is not shown, then or later."""
    summary, hour = against_her_wish(willow), timedelta(hours=1)
    people.restrict(willow.maya_login, willow.maya, "quiet", willow.tom, NOON + hour, NOON + 3 * hour)
    with viewing(willow.maya_login, NOON + 2 * hour):
        assert Wish.objects.visible().filter(summary=summary).exists()
    before = list(Wish.objects.filter(summary=summary))
    # By what replaces what: both answers were recorded in the same frozen moment.
    first = Wish.objects.exclude(pk__in=[wish.replaces_id for wish in before if wish.replaces_id]).get(summary=summary)
    said = {"practice": first.practice, "child": first.child, "summary": summary, "recorded_by": willow.tom}
    later_answer = Wish.objects.create(replaces=first, kind="nobody", recorded_at=NOON + 2 * hour, **said)
    for later in (2, 4):
        with viewing(willow.maya_login, NOON + later * hour):
            assert set(Wish.objects.visible()) == set(before)
            assert Release.objects.visible().exists()
    with viewing(willow.tom, NOON + 4 * hour):
        assert later_answer in Wish.objects.visible()
