"""The first page of each role: what is new, what waits, what to look at again; and every list short.

experience.md, Today.
"""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Account, AuditEvent, Restriction
from sessions_log.models import Look, Reading
from tests import people
from tests.harness import signed_in
from tests.people import DAY, NOON, Willow, day
from tests.worlds import HOUR, Rich, add_note, add_session, add_summary, add_update, answer, release, reword, share


def page(who: Any, address: str = "home", *args: Any, query: str = "") -> str:
    """What the person finds there."""
    response: Any = signed_in(who).get(reverse(address, args=args) + query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def world_of(willow: Willow) -> Rich:
    """Rows with sentinels about Maya and Leo."""
    return Rich(willow, {"maya": willow.maya, "leo": willow.leo})


def says(row: str) -> str:
    """The words of a row."""
    return f"xq.{row}.body.qx"


# --- A family's ------------------------------------------------------------------------------------------------------------


def test_what_is_new_is_new_until_one_looks(willow: Willow) -> None:
    """Leo's mother finds the reply and the summary; once she has looked at Leo's page they are no news; the next one is."""
    world = world_of(willow)
    add_session(world, "one", "leo", willow.tom, NOON - 3 * DAY)
    add_summary(world, "one", "one", willow.tom)
    release(world, "one", "one", willow.nell, NOON - 2 * DAY)
    add_update(world, "one", "leo", willow.nell, NOON - 3 * DAY)
    answer(world, "one", "one", willow.tom, NOON - DAY)
    found = page(willow.nell)
    assert "A reply to your update" in found
    assert says("reply_one") in found
    assert "Summary for you" in found
    assert "Nothing you wrote waits for a reply" in found
    seen = page(willow.nell, "child", willow.leo.public_id)
    assert '<span class="tag new">' not in seen, "the first look has nothing to compare with"
    with time_machine.travel(NOON + HOUR, tick=False):
        assert "Nothing new since you last looked" in page(willow.nell)
        answer(world, "two", "one", willow.tom, NOON + HOUR / 2)
        add_session(world, "two", "leo", willow.tom, NOON - HOUR / 2)
        assert says("reply_two") in page(willow.nell)
    with time_machine.travel(NOON + 2 * HOUR, tick=False):
        assert page(willow.nell, "child", willow.leo.public_id).count('class="tag new"') == 1
        assert "Nothing new since you last looked" in page(willow.nell)
    assert Look.objects.count() == 1


def test_ones_own_words_are_no_news(willow: Willow) -> None:
    """Priya posts; to her it waits, to Dan it is nothing until she shares it."""
    world = world_of(willow)
    add_update(world, "own", "maya", willow.priya, NOON - DAY)
    found = page(willow.priya)
    assert "Nothing new since you last looked" in found
    assert "A reply comes by" in found
    assert "Nothing new since you last looked" in page(willow.dan)
    share(world, "own", "own", willow.dan, NOON - HOUR)
    assert "Shared with you" in page(willow.dan)


def test_a_reply_that_is_late_is_said_to_be_late(willow: Willow) -> None:
    """Replies come within 48 hours: before, the page says by when; after, that it is overdue and to call."""
    world = world_of(willow)
    add_update(world, "own", "maya", willow.priya, NOON - 47 * HOUR)
    assert "today, noon" in page(willow.priya)
    with time_machine.travel(NOON + 2 * HOUR, tick=False):
        assert "A reply was due by now" in page(willow.priya)
    answer(world, "own", "own", willow.tom, NOON)
    assert "Nothing you wrote waits for a reply" in page(willow.priya)


def test_news_is_short_and_says_that_there_is_more(willow: Willow) -> None:
    """Five lines, the newest; after three months nothing is news."""
    world = world_of(willow)
    for number in range(7):
        add_session(world, f"n{number}", "leo", willow.tom, NOON - (number + 1) * DAY)
    add_session(world, "old", "leo", willow.tom, NOON - 120 * DAY)
    found = page(willow.nell)
    assert found.count("Session\n") + found.count("Session</h3>") == 5
    assert "There is more on each child's page." in found


def test_a_short_summary_read_here_counts_as_read(willow: Willow) -> None:
    """What stands whole on the page has been read, and the team sees so."""
    world = world_of(willow)
    add_session(world, "one", "leo", willow.tom, NOON - 3 * DAY)
    add_summary(world, "one", "one", willow.tom)
    release(world, "one", "one", willow.nell, NOON - 2 * DAY)
    page(willow.nell)
    assert Reading.objects.get().reader == willow.nell


def test_nobody_learns_when_somebody_looked(willow: Willow) -> None:
    """A parent's look is nobody else's row, whatever their role; three-way proof besides."""
    page(willow.priya, "child", willow.maya.public_id)
    look = Look.objects.get()
    assert look.person == willow.priya
    for who in (willow.tom, willow.ines, willow.ruth, willow.omar, willow.dan, willow.maya_login):
        from tests.harness import viewing

        with viewing(who):
            assert not Look.objects.filter(pk=look.pk).exists()


def test_a_look_of_another_window_is_no_hindrance(willow: Willow) -> None:
    """Two windows open the same page; the one whose request began later wrote first. The earlier one still gets its page."""
    page(willow.priya, "child", willow.maya.public_id)
    later = NOON + timedelta(seconds=1)
    Look.objects.update(looked_at=later)
    assert "Maya" in page(willow.priya, "child", willow.maya.public_id)
    assert Look.objects.get().looked_at == later


# --- A therapist's ---------------------------------------------------------------------------------------------------------


def test_worries_come_first_and_go_once_marked(willow: Willow) -> None:
    """A worry of Tuesday stands above a win of today; a mark takes it off; other words bring it back."""
    world = world_of(willow)
    add_update(world, "win", "maya", willow.dan, NOON - HOUR)
    worry = add_update(world, "worry", "leo", willow.nell, NOON - 6 * DAY)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE sessions_log_homeupdate SET kind = 'worry' WHERE id = %s", [worry.pk])
        cursor.execute("SET session_replication_role = origin")
    found = page(willow.tom)
    assert found.index(says("u_worry")) < found.index(says("u_win"))
    mark = reverse("update_mark", args=[willow.leo.public_id, worry.pk])
    assert signed_in(willow.tom).post(mark, {"kind": "seen"}).status_code == 302
    assert says("u_worry") not in page(willow.tom)
    reword(world, "again", "worry", NOON + timedelta(minutes=1))
    with time_machine.travel(NOON + HOUR, tick=False):
        assert says("edit_again") in page(willow.tom)


def test_the_rest_from_home_is_a_page_of_its_own(willow: Willow) -> None:
    """Five on the first page; all of them behind it, twenty at once; Ines, who supervises, is not asked to mark them."""
    world = world_of(willow)
    for number in range(25):
        add_update(world, f"n{number}", "leo", willow.nell, NOON - (number + 1) * HOUR)
    first = page(willow.tom)
    assert says("u_n4") in first
    assert says("u_n5") not in first
    assert reverse("came") in first
    both = page(willow.tom, "came") + page(willow.tom, "came", query="?page=2")
    assert all(says(f"u_n{number}") in both for number in range(25))
    assert says("u_n20") not in page(willow.tom, "came")
    assert says("u_n0") not in page(willow.ines)


def test_the_day_and_what_is_to_finish(willow: Willow) -> None:
    """Today's sessions with the state of their notes; older ones without a note; drafts, the overdue ones said so."""
    world = world_of(willow)
    add_session(world, "now", "maya", willow.tom, NOON - 2 * HOUR)
    add_session(world, "signed", "leo", willow.tom, NOON - 3 * HOUR)
    add_note(world, "n_signed", "signed", NOON - HOUR)
    add_session(world, "bare", "leo", willow.tom, NOON - 5 * DAY)
    add_session(world, "late", "leo", willow.tom, NOON - 9 * DAY)
    add_note(world, "d_late", "late", None)
    found = page(willow.tom)
    assert "no note yet" in found
    assert "note signed" in found
    assert "Write a note: Leo" in found
    assert "Draft: Leo" in found
    assert found.count("overdue") == 1
    assert "No session of today" not in found


def test_the_day_is_the_viewers(willow: Willow) -> None:
    """Eleven in the evening in New York is tomorrow in Madrid: the day begins where the viewer is."""
    world = world_of(willow)
    add_session(world, "late", "maya", willow.tom, day(11, 1, 23))
    assert "No session of today" in page(willow.tom)
    Account.objects.filter(pk=willow.tom.pk).update(time_zone="Europe/Madrid")
    assert "No session of today" not in page(willow.tom)


# --- Those of practice -----------------------------------------------------------------------------------------------------


def test_an_admin_finds_who_cannot_come_in(willow: Willow) -> None:
    """Who never signed in, whose log-in is shut, which child nobody treats; no clinical word, and no more than six lines."""
    Account.objects.filter(pk=willow.karin.pk).update(is_active=False)
    from datetime import date

    people.child(willow.practice, "Robin", date(2017, 2, 2))
    found = page(willow.omar)
    assert "Have not signed in yet" in found
    assert "and 4 more" in found
    assert found.index("Accounts to look at") < found.index("Karin") < found.index("Children without a therapist")
    assert "Robin" in found.split("Children without a therapist")[1]
    assert "Stella" not in found


def test_a_lead_finds_what_is_to_be_reviewed(willow: Willow) -> None:
    """Quiet and closed access whose review is near or past; Omar and Dan learn nothing of it."""
    soon = people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - 30 * DAY)
    Restriction.objects.filter(pk=soon.pk).update(review_on=(NOON + 10 * DAY).date())
    found = page(willow.ruth)
    assert "Access to look at again" in found
    assert "Dan" in found
    assert "Access to look at again" not in page(willow.omar) + page(willow.dan)
    Restriction.objects.filter(pk=soon.pk).update(review_on=(NOON + 20 * DAY).date())
    assert "No quiet or closed access is due" in page(willow.ruth)


def test_the_trail_has_a_row_for_each_child_shown(willow: Willow) -> None:
    """Tom's first page is about Maya and Leo: a row for each, and for an admin one that names no child."""
    page(willow.tom)
    assert {event.child_id for event in AuditEvent.objects.filter(action="home_read")} == {
        willow.maya.pk,
        willow.leo.pk,
    }
    page(willow.omar)
    assert AuditEvent.objects.get(action="home_read", person_id=willow.omar.pk).child_id is None


# --- The timeline ----------------------------------------------------------------------------------------------------------


def test_the_timeline_stands_by_week(willow: Willow) -> None:
    """Monday noon: this week, last week, then by date; a Sunday evening in New York belongs to the week it was there."""
    world = world_of(willow)
    for name, posted in (
        ("now", NOON - HOUR),
        ("sunday", day(11, 1, 22)),
        ("before", day(10, 25, 22)),
        ("old", day(9, 8)),
    ):
        add_update(world, name, "maya", willow.priya, posted)
    found = page(willow.priya, "child", willow.maya.public_id)
    order = [
        "This week",
        says("u_now"),
        "Last week",
        says("u_sunday"),
        "Week of Oct. 19",
        says("u_before"),
        "Week of Sept. 7",
    ]
    places = [found.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize(("kind", "row"), [("session", None), ("summary", "m_one"), ("update", "u_one")])
def test_a_filter_leaves_one_kind(willow: Willow, kind: str, row: str | None) -> None:
    """Only that kind, on older pages too; an unknown kind is everything."""
    world = world_of(willow)
    add_session(world, "one", "leo", willow.tom, NOON - DAY)
    add_summary(world, "one", "one", willow.tom)
    add_update(world, "one", "leo", willow.nell, NOON - DAY)
    for number in range(25):
        add_update(world, f"n{number}", "leo", willow.nell, NOON - 2 * DAY - number * HOUR)
    found = page(willow.tom, "child", willow.leo.public_id, query=f"?show={kind}")
    assert [each for each in ("m_one", "u_one") if says(each) in found] == ([row] if row else [])
    assert ("&show=update" in found) == (kind == "update")
    assert says("m_one") in page(willow.tom, "child", willow.leo.public_id, query="?show=secrets")


def test_a_day_is_gone_to(willow: Willow) -> None:
    """That day and what came before; a day nobody wrote changes nothing."""
    world = world_of(willow)
    for number in range(5):
        add_update(world, f"n{number}", "leo", willow.nell, NOON - number * DAY)
    found = page(willow.nell, "child", willow.leo.public_id, query="?day=2026-10-31")
    assert [says(f"u_n{number}") in found for number in range(5)] == [False, False, True, True, True]
    assert says("u_n0") in page(willow.nell, "child", willow.leo.public_id, query="?day=soon")


def test_what_is_printed_is_whole_and_says_where_it_ends(willow: Willow) -> None:
    """Every word of what its reader may read, from a day on; beyond two hundred entries it says so."""
    world = world_of(willow)
    long = "word " * 300 + "the end"
    add_update(world, "long", "leo", willow.nell, NOON - DAY, body=long)
    add_update(world, "old", "leo", willow.nell, NOON - 200 * DAY)
    found = page(willow.nell, "child_print", willow.leo.public_id)
    assert "the end" in found
    assert "xq.u_long.helped.qx" in found
    assert says("u_old") not in found
    assert says("u_old") in page(willow.nell, "child_print", willow.leo.public_id, query="?since=2026-01-01")
    for number in range(201):
        add_update(world, f"n{number}", "leo", willow.nell, NOON - 2 * DAY - number * HOUR / 4)
    assert "This is as much as fits at once" in page(willow.nell, "child_print", willow.leo.public_id)


def test_children_are_found_by_name(willow: Willow) -> None:
    """Those one has to do with, and no other; the name looked for stands in no address."""
    found = signed_in(willow.tom).post(reverse("children"), {"q": "le"}).content.decode()
    assert "Leo" in found
    assert ">Maya<" not in found
    assert (
        "No child of yours has that name."
        in signed_in(willow.tom).post(reverse("children"), {"q": "ada"}).content.decode()
    )
