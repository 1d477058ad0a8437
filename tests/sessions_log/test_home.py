"""Updates from home, through their pages: telling, rewording, sharing, taking out, and what comes back."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Account, AuditEvent, Child, Person, Restriction
from sessions_log.actions.errors import enter_in_error
from sessions_log.actions.notes import Stale
from sessions_log.models import HomeUpdate, Mark, Reply, Session, Sharing, TakenOut, UpdateEdit
from tests import people
from tests.accounts.joining import plain
from tests.harness import signed_in, viewing
from tests.people import DAY, NOON, Willow, day

HOUR = timedelta(hours=1)


def send(who: Person, child: Child, **more: Any) -> Any:
    """Send the form of an update."""
    data = {"kind": "win", "body": "A calm evening.", "form_key": uuid4(), **more}
    return signed_in(who).post(reverse("update_new", args=[child.public_id]), data)


def told(who: Person, child: Child, **more: Any) -> HomeUpdate:
    """Post an update."""
    response = send(who, child, **more)
    assert response.status_code == 302, response.content.decode()
    return HomeUpdate.objects.get(pk=response["Location"].split("/")[-2])


def ask(who: Person, name: str, update: HomeUpdate, data: dict[str, Any] | None = None, **headers: str) -> Any:
    """One request about an update: a GET, or with data a POST."""
    client, url = signed_in(who), reverse(name, args=[Child.objects.get(pk=update.child_id).public_id, update.pk])
    return client.get(url) if data is None else client.post(url, data, headers=headers)


def page(who: Person, update: HomeUpdate) -> str:
    """The update's page."""
    response = ask(who, "update", update)
    return str(response.content.decode()) if response.status_code == 200 else str(response.status_code)


def stream(who: Person, child: Child) -> str:
    """The child's page."""
    return str(signed_in(who).get(reverse("child", args=[child.public_id])).content.decode())


def reword(who: Person, update: HomeUpdate, seen: Any, **words: Any) -> Any:
    """Send other words; `seen`: the wording they were written over."""
    data = {
        "kind": "win",
        "body": "Other words.",
        "observed_at": "2026-11-02T08:00",
        "form_key": uuid4(),
        "seen": seen.pk,
        **words,
    }
    return ask(who, "update_edit", update, data)


def later(hours: float = 1) -> Any:
    """So many hours after noon."""
    return time_machine.travel(NOON + hours * HOUR, tick=False)


# --- Telling --------------------------------------------------------------------------------------------------------------


def test_four_taps_one_box_and_nothing_else(willow: Willow) -> None:
    """A tap and a few words are an update of just now."""
    update = told(willow.priya, willow.maya)
    assert (update.kind, update.body, update.observed_at) == ("win", "A calm evening.", NOON)
    assert (update.where, update.intensity, update.helped) == ("", None, "")


def test_the_form_says_who_reads_it_and_when_an_answer_comes(willow: Willow) -> None:
    willow.practice.crisis_text = "In danger call 911."
    willow.practice.save()
    form = signed_in(willow.priya).get(reverse("update_new", args=[willow.maya.public_id])).content.decode()
    for words in (
        "The care team reads this.",
        "Not for emergencies.",
        "In danger call 911.",
        "Send to the care team",
        "Dan",
    ):
        assert words in form
    assert 'type="file"' not in form
    assert "checked" not in form.split('name="kind"')[1].split("What happened?")[0], "nothing is chosen for anyone"


@pytest.mark.parametrize(
    ("tapped", "told_at"),
    [
        ({"when": "now"}, NOON), ({"when": "morning"}, day(11, 2, 8)), ({"when": "yesterday"}, day(11, 1, 12)),
        ({"when": "exact", "observed_at": "2026-10-30T17:20"}, day(10, 30, 17) + timedelta(minutes=20)),
        ({"observed_at": "2026-10-30T17:00"}, day(10, 30, 17)),
    ],
)  # fmt: skip
def test_when_by_a_tap(willow: Willow, tapped: dict[str, str], told_at: datetime) -> None:
    assert told(willow.priya, willow.maya, **tapped).observed_at == told_at


def test_this_morning_before_eight_is_now(willow: Willow) -> None:
    with time_machine.travel(day(11, 2, 6), tick=False):
        assert told(willow.priya, willow.maya, when="morning").observed_at == day(11, 2, 6)


def test_when_is_the_writers_day_not_the_servers(willow: Willow) -> None:
    """In Honolulu it is still Sunday when it is Monday in Madrid."""
    Account.objects.filter(pk=willow.priya.account_id).update(time_zone="Pacific/Honolulu")
    with time_machine.travel(day(11, 2, 1), tick=False):
        yesterday = told(willow.priya, willow.maya, when="yesterday").observed_at
    assert yesterday.isoformat()[:16] == "2026-10-31T22:00"  # noon of Saturday, the 31st, there


def test_words_that_waited_tell_of_the_day_they_were_written(willow: Willow) -> None:
    """A form kept on a phone for two days says "just now" of two days ago, and sent again it is the same update."""
    opened = (NOON - 2 * DAY).isoformat()
    form = {"opened": opened, "when": "now", "form_key": uuid4()}
    first = told(willow.priya, willow.maya, **form)
    with later():
        again = told(willow.priya, willow.maya, **form)
    assert (first.pk, first.observed_at, first.posted_at) == (again.pk, NOON - 2 * DAY, NOON)


@pytest.mark.parametrize(
    "opened", ["", "x", "2020-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-11-02T11:00", "a\0b"]
)
def test_a_clock_that_cannot_be_right_is_not_believed(willow: Willow, opened: str) -> None:
    assert told(willow.priya, willow.maya, opened=opened).observed_at == NOON


@pytest.mark.parametrize(
    ("tapped", "where"),
    [
        ({"place": "school"}, "school"), ({"place": "other", "where": "the bus"}, "the bus"), ({"where": "the bus"}, "the bus"),
        ({"place": "home", "where": "kitchen"}, "at home, kitchen"), ({"place": "other"}, ""),
    ],
)  # fmt: skip
def test_where_by_a_tap_or_in_words(willow: Willow, tapped: dict[str, str], where: str) -> None:
    assert told(willow.priya, willow.maya, **tapped).where == where


def test_a_tapped_place_is_read_in_the_readers_language(willow: Willow) -> None:
    update = told(willow.priya, willow.maya, place="school")
    assert "at school" in page(willow.tom, update)
    Account.objects.filter(pk=willow.tom.account_id).update(language="es")
    assert "en la escuela" in page(willow.tom, update)


def test_how_strong_and_everything_around_it(willow: Willow) -> None:
    more = {"intensity": "0", "antecedent": "A1", "behaviour": "B1", "consequence": "C1", "helped": "H1"}
    shown = page(willow.tom, told(willow.priya, willow.maya, **more))
    for words in ("0 / 10", "A1", "B1", "C1", "H1"):
        assert words in shown


def test_what_is_missing_is_said_and_nothing_is_lost(willow: Willow) -> None:
    response = send(willow.priya, willow.maya, kind="", helped="Singing.", when="exact")
    shown = response.content.decode()
    assert "Tap one of the four." in shown
    assert "Say when" in shown
    assert "A calm evening." in shown
    assert "Singing." in shown
    assert not HomeUpdate.objects.exists()


def test_a_script_is_told_in_json(willow: Willow) -> None:
    """What keeps words on someone's own device sends the same form."""
    client, url, key = signed_in(willow.priya), reverse("update_new", args=[willow.maya.public_id]), str(uuid4())
    data = {"kind": "win", "body": "A calm evening.", "form_key": key, "opened": NOON.isoformat()}
    scripted = {"X-Requested-With": "fetch"}
    refused = client.post(url, {**data, "kind": ""}, headers=scripted)
    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["kind"]
    answers = [client.post(url, data, headers=scripted) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert str(HomeUpdate.objects.get().pk) in answers[0].json()["address"]
    other = client.post(url, {**data, "body": "Other."}, headers=scripted)
    assert other.status_code == 422
    assert HomeUpdate.objects.count() == 1


# --- Other words --------------------------------------------------------------------------------------------------------


def test_the_author_says_it_in_other_words(willow: Willow) -> None:
    """Whole: every box; shown everywhere; what stood before is kept for the author and the team."""
    update = told(willow.priya, willow.maya, helped="Singing.", place="home", share_with=[str(willow.dan.public_id)])
    with later():
        form = ask(willow.priya, "update_edit", update).content.decode()
        assert "Singing." in form
        response = reword(willow.priya, update, update, helped="Humming.", place="school", intensity="3")
        assert response.status_code == 302
    with later(2):
        for who in (willow.priya, willow.tom, willow.dan):
            shown = page(who, update)
            for words in ("Other words.", "Humming.", "at school", "3 / 10", "changed since"):
                assert words in shown, who.name
            assert ("A calm evening." in shown) == (who is not willow.dan), (
                "the reader sees the latest, and that it changed"
            )
            assert ("Singing." in shown) == (who is not willow.dan)
            assert "Other words." in stream(who, willow.maya)
            assert "A calm evening." not in stream(who, willow.maya)
    assert AuditEvent.objects.filter(action="update_reworded").count() == 1


def heading(who: Person, update: HomeUpdate) -> str:
    """What the update's page calls it."""
    return page(who, update).split("<h1>")[1].split("</h1>")[0]


def test_the_author_says_that_it_is_something_else(willow: Willow) -> None:
    """A tap in the form, chosen as it stands; every page tells the latest; the author and the team find what it was before."""
    told(willow.priya, willow.maya, body="Slept well.")
    with later(0.1):
        update = told(willow.priya, willow.maya, share_with=[str(willow.dan.public_id)])
    with later(0.2):
        told(willow.priya, willow.maya, body="Ate well.")
    with later():
        form = ask(willow.priya, "update_edit", update).content.decode()
        assert re.search(r'value="win"[^>]* checked', form)
        assert "Tap one of the four." in reword(willow.priya, update, update, kind="").content.decode()
        assert reword(willow.priya, update, update, kind="worry").status_code == 302
    assert (update.kind, UpdateEdit.objects.get().kind) == ("win", "worry")
    with later(2):
        assert "a worry" in signed_in(willow.dan).get(reverse("home")).content.decode()
        for who in (willow.priya, willow.tom, willow.dan):
            assert "a worry" in heading(who, update), who.name
            before = page(who, update).replace(heading(who, update), "")
            assert ("a win" in before) == (who is not willow.dan), who.name
            assert "a worry" in stream(who, willow.maya)
        printed = signed_in(willow.tom).get(reverse("child_print", args=[willow.maya.public_id])).content.decode()
        assert "a worry" in printed
        new = signed_in(willow.tom).get(reverse("session_new", args=[willow.maya.public_id])).content.decode()
        assert "A worry" in new
        today = signed_in(willow.tom).get(reverse("home")).content.decode()
        assert 'tag attention">a worry' in today
        assert today.index("Other words.") < today.index("Ate well."), "worries come first"


def test_a_quiet_reader_keeps_what_it_was(willow: Willow) -> None:
    update = told(willow.priya, willow.maya, share_with=[str(willow.dan.public_id)])
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON + HOUR, NOON + 3 * HOUR)
    with later(2):
        reword(willow.priya, update, update, kind="worry")
    with later(4):
        assert "a win" in heading(willow.dan, update)
        assert "a worry" not in page(willow.dan, update) + stream(willow.dan, willow.maya)


def test_too_late_it_is_sent_anew_as_what_it_is_now(willow: Willow) -> None:
    """The tap is not lost either."""
    update = told(willow.priya, willow.maya)
    ask(willow.tom, "update_mark", update, {"kind": "seen"})
    with later():
        late = reword(willow.priya, update, update, kind="change").content.decode()
    assert "Send as a new update to the care team" in late
    assert re.search(r'value="change"[^>]* checked', late)
    assert late.count('name="kind"') == 4


def test_the_reader_is_told_that_it_changed_and_no_more(willow: Willow) -> None:
    """Once or five times: the same page but for the words."""
    update = told(willow.priya, willow.maya, share_with=[str(willow.dan.public_id)])
    with later():
        reword(willow.priya, update, update, body="Last words.")
    with later(9):
        once = page(willow.dan, update)
    last: Any = UpdateEdit.objects.get()
    for number in range(4):
        with later(number + 2):
            reword(willow.priya, update, last, body="Last words.")
            last = UpdateEdit.objects.latest("edited_at")
    with later(9):
        assert plain(page(willow.dan, update)) == plain(once)
        assert "4 earlier wordings" not in once
        assert "5 earlier wordings" in page(willow.tom, update)


def test_two_windows_show_both_texts(willow: Willow) -> None:
    update = told(willow.priya, willow.maya)
    with later():
        reword(willow.priya, update, update, body="From the first window.")
    with later(2):
        response = reword(willow.priya, update, update, body="From the second window.")
        shown = response.content.decode()
    assert response.status_code == 409
    assert "From the first window." in shown
    assert "From the second window." in shown
    assert [edit.body for edit in UpdateEdit.objects.all()] == ["From the first window."]
    first = UpdateEdit.objects.get()
    assert f'value="{first.pk}"' in shown, "sent again, it is over the text now shown"
    with later(3):
        assert reword(willow.priya, update, first, body="From the second window.").status_code == 302


def test_other_words_sent_twice_are_one_change(willow: Willow) -> None:
    update, key = told(willow.priya, willow.maya), uuid4()
    with later():
        assert [reword(willow.priya, update, update, form_key=key).status_code for _ in range(2)] == [302, 302]
        other = reword(willow.priya, update, update, form_key=key, body="Third.")
    assert "arrived once before" in other.content.decode()
    assert UpdateEdit.objects.count() == 1


@pytest.mark.parametrize("answer", ["mark", "reply"])
def test_what_was_answered_stays_as_it_was_read(willow: Willow, answer: str) -> None:
    update = told(willow.priya, willow.maya)
    with later():
        if answer == "mark":
            ask(willow.tom, "update_mark", update, {"kind": "seen"})
        else:
            ask(willow.tom, "update_reply", update, {"body": "Thank you.", "form_key": uuid4()})
    with later(2):
        assert ask(willow.priya, "update_edit", update).status_code == 404
        assert "Change your words" not in page(willow.priya, update)
        response = reword(willow.priya, update, update, body="Too late, but not lost.")
        shown = response.content.decode()
        assert response.status_code == 409
        assert "Too late, but not lost." in shown
        assert "Send as a new update to the care team" in shown
        assert f'action="{reverse("update_new", args=[willow.maya.public_id])}"' in shown
    assert not UpdateEdit.objects.exists()


def test_nobody_else_changes_them(willow: Willow) -> None:
    update = told(willow.priya, willow.maya, share_with=[str(willow.dan.public_id)])
    for who in (willow.dan, willow.tom, willow.karin, willow.otto):
        assert ask(who, "update_edit", update).status_code == 404
        assert reword(who, update, update).status_code == 404


def test_a_quiet_author_learns_of_no_mark(willow: Willow) -> None:
    """The form goes on working as if nobody had looked; the team is told that the words changed after the mark."""
    update = told(willow.dan, willow.maya)
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON + HOUR / 2)
    with later():
        assert ask(willow.dan, "update_edit", update).status_code == 200
        without = page(willow.dan, update)
        ask(willow.tom, "update_mark", update, {"kind": "talk"})
        assert plain(page(willow.dan, update)) == plain(without)
    with later(2):
        assert reword(willow.dan, update, update).status_code == 302
    with later(3):
        assert "changed the words after you marked it" in page(willow.tom, update)
        assert "changed after you marked it" in stream(willow.tom, willow.maya)
        assert "changed the words after" not in page(willow.ines, update), "she marked nothing"
        assert "changed the words after" not in page(willow.dan, update)


def test_an_edit_inside_a_readers_quiet_time_keeps_their_words(willow: Willow) -> None:
    update = told(willow.priya, willow.maya, helped="Singing.", share_with=[str(willow.dan.public_id)])
    with later(0.5):
        before = page(willow.dan, update)
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON + HOUR, NOON + 3 * HOUR)
    with later(2):
        reword(willow.priya, update, update, helped="Humming.")
    for hours in (2.5, 4):
        with later(hours):
            shown = page(willow.dan, update)
            assert "A calm evening." in shown
            assert "Singing." in shown
            assert "Other words." not in shown + stream(willow.dan, willow.maya)
            assert "changed since" not in shown
    with later(0.5):
        assert plain(page(willow.dan, update)) == plain(before)


def test_a_mark_on_words_that_have_changed_meanwhile_is_not_made(willow: Willow) -> None:
    """Whoever marks has read what stands there."""
    update = told(willow.priya, willow.maya)
    with later():
        reword(willow.priya, update, update)
    with later(2):
        response = ask(willow.tom, "update_mark", update, {"kind": "seen", "seen": update.pk})
        assert response.status_code == 302
        swapped = ask(willow.tom, "update_mark", update, {"kind": "seen", "seen": update.pk}, HX_Request="true")
        assert swapped["HX-Redirect"] == reverse("update", args=[willow.maya.public_id, update.pk])
        answer = ask(willow.tom, "update_reply", update, {"body": "So calm!", "form_key": uuid4(), "seen": update.pk})
        assert "Nothing was sent yet" in answer.content.decode()
        assert "So calm!" in answer.content.decode()
        assert not Mark.objects.exists()
        assert not Reply.objects.exists()
        now = UpdateEdit.objects.get()
        assert f'value="{now.pk}"' in answer.content.decode()
        ask(willow.tom, "update_mark", update, {"kind": "seen", "seen": now.pk})
        ask(willow.tom, "update_reply", update, {"body": "So calm!", "form_key": uuid4(), "seen": now.pk})
    assert (Mark.objects.count(), Reply.objects.count()) == (1, 1)


# --- Sharing, and mistakes ------------------------------------------------------------------------------------------------


def test_shared_taken_back_and_shared_again(willow: Willow) -> None:
    """In order, for the author; the reader sees words while they stand, and no history."""
    update, dan = told(willow.priya, willow.maya), {"person": str(willow.dan.public_id)}
    for hours, data in ((1, dan), (2, {**dan, "withdraw": "1"}), (3, dan)):
        with later(hours):
            assert ask(willow.priya, "update_share", update, data).status_code == 302
    with later(4):
        steps = re.findall(r"(shared with|taken back from) Dan", page(willow.priya, update))
        assert steps == ["shared with", "taken back from", "shared with"]
        for who in (willow.dan, willow.tom):
            assert "taken back from" not in page(who, update)
        assert "A calm evening." in page(willow.dan, update)
        assert "Shared with" not in page(willow.dan, update)
    assert Sharing.objects.count() == 2


def test_taken_out_by_its_author(willow: Willow) -> None:
    """Hidden from the therapist and from whom it was shared with; its author keeps it, with the reason."""
    update = told(willow.priya, willow.maya, share_with=[str(willow.dan.public_id)])
    asked = ask(willow.priya, "update_error", update).content.decode()
    assert "It disappears at once" in asked
    assert "Tap what went wrong." in ask(willow.priya, "update_error", update, {"more": ""}).content.decode()
    with later():
        data = {"why": "wrong_child", "more": "It was Sam."}
        assert ask(willow.priya, "update_error", update, data).status_code == 302
    with later(2):
        for who in (willow.tom, willow.dan, willow.omar):
            assert page(who, update) == "404"
            assert "A calm evening." not in stream(who, willow.maya)
        mine = page(willow.priya, update)
        for words in ("You took this out.", "I wrote about another child. It was Sam.", "A calm evening."):
            assert words in mine
        assert "taken out" in stream(willow.priya, willow.maya)
        assert "I wrote about another child. It was Sam." in page(willow.ines, update)
        for name, again in (
            ("update_error", {"why": "not_so"}), ("update_share", {"person": str(willow.dan.public_id)}),
            ("update_mark", {"kind": "seen"}), ("update_reply", {"body": "w", "form_key": uuid4()}),
        ):  # fmt: skip
            who = willow.ines if name in {"update_mark", "update_reply"} else willow.priya
            assert ask(who, name, update, again).status_code == 404, name
        assert reword(willow.priya, update, update).status_code == 404
    event = AuditEvent.objects.get(action="entered_in_error")
    assert event.data == {"what": "homeupdate"}


def test_a_supervisor_enters_an_update_in_error_and_a_therapist_cannot(willow: Willow) -> None:
    update = told(willow.priya, willow.maya)
    assert ask(willow.tom, "update_error", update).status_code == 404
    assert "Enter this update in error" in page(willow.ines, update)
    assert ask(willow.ines, "update_error", update, {"reason": "Another Maya."}).status_code == 302
    assert page(willow.tom, update) == "404"
    assert "A calm evening." in page(willow.priya, update), "principle 11"
    event = AuditEvent.objects.get(action="entered_in_error")
    assert (event.person_id, event.shown) == (willow.ines.pk, [update.pk])


@pytest.mark.parametrize("quiet", [False, True])
def test_its_author_does_not_learn_what_the_practice_took_out(willow: Willow, quiet: bool) -> None:
    """Quiet or not: no mark, no reason, the same pages, and their words stay theirs to change, to share and to take out."""
    update = told(willow.dan, willow.maya)
    if quiet:
        people.restrict(willow.dan, willow.maya, "quiet", willow.tom, NOON + HOUR / 2)
    tokens = re.compile(r'nonce="[^"]+"|name="(?:form_key|csrfmiddlewaretoken)" value="[^"]+"')

    def pages() -> list[str]:
        shown = [page(willow.dan, update), stream(willow.dan, willow.maya)]
        asked = [ask(willow.dan, name, update) for name in ("update_edit", "update_error")]
        return [tokens.sub("", text) for text in [*shown, *(response.content.decode() for response in asked)]]

    with later():
        before = pages()
        reason = {"reason": "Belongs to another file."}
        assert ask(willow.ines, "update_error", update, reason).status_code == 302
        assert pages() == before
        with viewing(willow.dan):
            assert not TakenOut.objects.visible().exists()
            assert HomeUpdate.objects.visible().get().body == "A calm evening."
        assert page(willow.tom, update) == "404"
        assert "Belongs to another file." in page(willow.ines, update)
    with later(2):
        assert ask(willow.dan, "update_share", update, {"person": str(willow.priya.public_id)}).status_code == 302
        assert page(willow.priya, update) == "404"
        assert reword(willow.dan, update, update).status_code == 302
        assert "Other words." in page(willow.dan, update)
    with later(3):
        assert ask(willow.dan, "update_error", update, {"why": "not_so"}).status_code == 302
        assert "You took this out." in page(willow.dan, update)
        assert "Belongs to another file." in page(willow.ines, update)


def test_a_mistake_shows_leads_no_words_its_author_has_replaced(willow: Willow) -> None:
    """Principle 7 hides; it never shows more than before but to those who look after mistakes, and then what stands."""
    kept, reworded = told(willow.priya, willow.maya), told(willow.priya, willow.maya, body="Said in anger.")
    with later():
        reword(willow.priya, reworded, reworded)
    with later(2):
        for update in (kept, reworded):
            ask(willow.priya, "update_error", update, {"why": "not_so"})
        with viewing(willow.ruth):
            assert TakenOut.objects.visible().count() == 2
            assert [update.body for update in HomeUpdate.objects.visible()] == ["A calm evening."]
            assert not UpdateEdit.objects.visible().exists()
        with viewing(willow.ines):
            assert HomeUpdate.objects.visible().count() == 2


def test_a_sharing_is_hidden_with_its_update(willow: Willow) -> None:
    """From whoever may not read the update no row tells that, or when, something was shared."""
    people.restrict(willow.dan, willow.maya, "quiet", willow.tom, NOON - HOUR, NOON + HOUR)
    update = told(willow.priya, willow.maya)
    with later(2):
        ask(willow.priya, "update_share", update, {"person": str(willow.dan.public_id)})

    def known() -> dict[str, tuple[int, int]]:
        found = {}
        for who in ("dan", "tom", "ines", "priya"):
            with viewing(willow.people[who]):
                found[who] = (HomeUpdate.objects.visible().count(), Sharing.objects.visible().count())
        return found

    with later(3):
        assert known() == {"dan": (0, 0), "tom": (1, 1), "ines": (1, 1), "priya": (1, 1)}
        Restriction.objects.all().delete()
        assert known()["dan"] == (1, 1)
        ask(willow.ines, "update_error", update, {"reason": "w"})
        assert known() == {"dan": (0, 0), "tom": (0, 0), "ines": (1, 1), "priya": (1, 1)}


def test_the_reader_reads_the_words_that_stood_at_the_sharing(willow: Willow) -> None:
    """Reworded while Dan was quiet, shared with him afterwards: he reads what Priya shared, not what she had given up."""
    update = told(willow.priya, willow.maya, body="I am afraid of him.")
    people.restrict(willow.dan, willow.maya, "quiet", willow.tom, NOON + HOUR / 2, NOON + 2 * HOUR)
    with later(1):
        reword(willow.priya, update, update)
    with later(3):
        ask(willow.priya, "update_share", update, {"person": str(willow.dan.public_id)})
    people.restrict(willow.dan, willow.maya, "quiet", willow.tom, NOON + 4 * HOUR, NOON + 6 * HOUR)
    with later(5):
        reword(willow.priya, update, UpdateEdit.objects.get(), body="Said while he is quiet.")
    with later(7):
        shown = page(willow.dan, update) + stream(willow.dan, willow.maya)
    assert "Other words." in shown
    assert "I am afraid of him." not in shown
    assert "Said while he is quiet." not in shown


def test_taken_out_twice_at_once_is_once(willow: Willow) -> None:
    """Of two windows the second one finds nothing to take out any more."""
    update = told(willow.priya, willow.maya)
    with viewing(willow.priya):
        enter_in_error(child=willow.maya, item=update, reason="w")
        with pytest.raises(Stale):
            enter_in_error(child=willow.maya, item=update, reason="w")
    assert TakenOut.objects.count() == 1


def test_a_reply_is_entered_in_error_by_who_wrote_it(willow: Willow) -> None:
    update = told(willow.priya, willow.maya)
    ask(willow.tom, "update_reply", update, {"body": "For Leo's mother.", "form_key": uuid4()})
    url = reverse("reply_error", args=[willow.maya.public_id, Reply.objects.get().pk])
    assert signed_in(willow.priya).post(url, {"reason": "w"}).status_code == 404
    assert "It vanishes at once" in signed_in(willow.tom).get(url).content.decode()
    assert url in page(willow.tom, update)
    assert signed_in(willow.tom).post(url, {"reason": "Wrong family."}).status_code == 302
    assert "For Leo" not in page(willow.priya, update)
    assert "Wrong family." in page(willow.tom, update)


# --- What comes back ------------------------------------------------------------------------------------------------------


def held(willow: Willow, child: Child, at: datetime) -> Session:
    """A session of Tom's."""
    return Session.objects.create(
        practice=willow.practice, child=child, therapist=willow.tom, held_at=at, logged_at=at, moment=at, minutes=50
    )


def test_used_names_the_session_to_whoever_may_know_of_it(willow: Willow) -> None:
    """The latest one without asking, another if chosen; a helper reads that it was used, not when one was held."""
    mothers, teachers = told(willow.priya, willow.maya), told(willow.karin, willow.maya)
    held(willow, willow.maya, NOON - 3 * DAY)
    first, second = held(willow, willow.maya, NOON + DAY), held(willow, willow.maya, NOON + 2 * DAY)
    with time_machine.travel(NOON + 3 * DAY, tick=False):
        ask(willow.tom, "update_mark", mothers, {"kind": "used"})
        ask(willow.tom, "update_mark", teachers, {"kind": "used", "session": str(first.pk)})
        assert ask(willow.tom, "update_mark", mothers, {"kind": "used", "session": str(uuid4())}).status_code == 404
        assert dict(Mark.objects.values_list("update_id", "session_id")) == {
            mothers.pk: second.pk,
            teachers.pk: first.pk,
        }
        assert "used in session (session of Nov. 4, 2026)" in page(willow.priya, mothers)
        assert "session of Nov. 3" in page(willow.tom, teachers)
        shown = page(willow.karin, teachers)
        assert "used in session" in shown
        assert "session of" not in shown


def test_marks_come_back_to_the_author_alone(willow: Willow) -> None:
    """On the update and in the stream; never to the parent it is shared with."""
    update = told(willow.priya, willow.maya, share_with=[str(willow.dan.public_id)])
    before = [plain(text) for text in (page(willow.dan, update), stream(willow.dan, willow.maya))]
    for kind in ("seen", "talk"):
        ask(willow.tom, "update_mark", update, {"kind": kind})
    ask(willow.tom, "update_reply", update, {"body": "Well done.", "form_key": uuid4()})
    for text in (page(willow.priya, update), stream(willow.priya, willow.maya)):
        assert "seen" in text
        assert "let&#x27;s talk" in text
    assert "Well done." in page(willow.priya, update)
    assert "answered" in stream(willow.priya, willow.maya)
    assert 'name="kind"' not in stream(willow.priya, willow.maya), "marks are the team's to make"
    after = [plain(text) for text in (page(willow.dan, update), stream(willow.dan, willow.maya))]
    assert after == before


def test_a_quiet_author_sees_none_from_their_quiet_time(willow: Willow) -> None:
    update = told(willow.dan, willow.maya)
    ask(willow.tom, "update_mark", update, {"kind": "seen"})
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON + HOUR, NOON + 3 * HOUR)
    with later(2):
        ask(willow.tom, "update_mark", update, {"kind": "talk"})
        ask(willow.tom, "update_reply", update, {"body": "Hushed.", "form_key": uuid4(), "anyway": "1"})
    with later(4):
        ask(willow.ines, "update_mark", update, {"kind": "used"})
        for text in (page(willow.dan, update), stream(willow.dan, willow.maya)):
            assert "seen" in text
            assert "used in session" in text
            assert "talk" not in text
            assert "Hushed." not in text
            assert "> answered" not in text


def take_back(who: Person, update: HomeUpdate, kind: str = "seen", **headers: str) -> Any:
    """Tap a mark again."""
    return ask(who, "update_mark", update, {"withdraw": kind}, **headers)


def test_a_mark_is_taken_back_and_made_again(willow: Willow) -> None:
    """Never deleted: the author is shown it no more, on no page; the team reads in order when it was there."""
    update = told(willow.priya, willow.maya)
    with later(1):
        ask(willow.tom, "update_mark", update, {"kind": "talk"})
        assert 'name="withdraw" value="talk" aria-pressed="true"' in page(willow.tom, update)
    with later(2):
        ask(willow.ines, "update_mark", update, {"kind": "talk"})
        assert take_back(willow.tom, update, "talk").status_code == 302
        assert take_back(willow.tom, update, "talk").status_code == 302, "sent twice is once"
        assert [mark.marked_by for mark in Mark.objects.filter(turn=1)] == [willow.tom], "nobody else's"
        assert "let&#x27;s talk · Ines" in page(willow.priya, update)
        assert "let&#x27;s talk · Tom" not in page(willow.priya, update) + page(willow.tom, update)
    with later(2.5):
        take_back(willow.ines, update, "talk")
    with later(3):
        for text in (page(willow.priya, update), stream(willow.priya, willow.maya)):
            assert "talk" not in text
            assert "took" not in text
        home = signed_in(willow.priya).get(reverse("home")).content.decode()
        assert "talk" not in home
        assert 'name="kind" value="talk" aria-pressed="false"' in page(willow.tom, update)
        ask(willow.tom, "update_mark", update, {"kind": "talk"})
    with later(4):
        assert "let&#x27;s talk · Tom" in page(willow.priya, update)
        history = page(willow.ines, update).split("Marks made and taken back")[1].split("</ol>")[0]
        steps = [" ".join(line.split()) for line in re.findall(r"<li>(.*?)</li>", history)]
        assert [line.split(" · ")[1] for line in steps] == [
            "Tom: let&#x27;s talk", "Ines: let&#x27;s talk", "Tom took “let&#x27;s talk” back",
            "Ines took “let&#x27;s talk” back", "Tom: let&#x27;s talk",
        ]  # fmt: skip
    assert Mark.objects.count() == 5
    events = AuditEvent.objects.filter(action="mark_withdrawn").order_by("at")
    assert [(event.person_id, event.data) for event in events] == [
        (who.pk, {"kind": "talk"}) for who in (willow.tom, willow.ines)
    ]


def test_what_was_marked_was_read_though_the_mark_is_taken_back(willow: Willow) -> None:
    """The words stay; the author is told why."""
    update, why = told(willow.priya, willow.maya), "so its words stay as they are"
    ask(willow.tom, "update_mark", update, {"kind": "seen"})
    assert why not in page(willow.priya, update), "the mark says so"
    with later():
        take_back(willow.tom, update)
    with later(2):
        shown = page(willow.priya, update)
        assert why in shown
        assert "Change your words" not in shown
        assert "Tom" not in shown
        assert ask(willow.priya, "update_edit", update).status_code == 404
        assert reword(willow.priya, update, update).status_code == 409
    assert not UpdateEdit.objects.exists()


def test_taken_back_it_waits_for_the_therapist_again(willow: Willow) -> None:
    """A wrong tap does not make an update vanish from the first page."""
    update = told(willow.priya, willow.maya)
    waits = f'id="answers-{update.pk}"'
    ask(willow.tom, "update_mark", update, {"kind": "seen"})
    assert waits not in signed_in(willow.tom).get(reverse("home")).content.decode()
    htmx = {"HX-Request": "true", "HX-Target": f"answers-{update.pk}"}
    part = take_back(willow.tom, update, **htmx).content.decode()
    assert re.search(r'name="kind" value="seen" aria-pressed="false"', part)
    assert waits in signed_in(willow.tom).get(reverse("home")).content.decode()


def test_used_in_another_session_after_taking_it_back(willow: Willow) -> None:
    """Marked with the wrong one: taken back, and used in the right one."""
    update = told(willow.priya, willow.maya)
    wrong, right = held(willow, willow.maya, NOON + DAY), held(willow, willow.maya, NOON + 2 * DAY)
    with time_machine.travel(NOON + 3 * DAY, tick=False):
        ask(willow.tom, "update_mark", update, {"kind": "used", "session": str(wrong.pk)})
        take_back(willow.tom, update, "used")
        ask(willow.tom, "update_mark", update, {"kind": "used", "session": str(right.pk)})
        shown = page(willow.priya, update)
        assert "session of Nov. 4" in shown
        assert "session of Nov. 3" not in shown
    assert list(Mark.objects.order_by("turn").values_list("session", flat=True)) == [wrong.pk, None, right.pk]


def test_only_ones_own_mark_and_only_of_the_team(willow: Willow) -> None:
    update = told(willow.priya, willow.maya, share_with=[str(willow.dan.public_id)])
    ask(willow.tom, "update_mark", update, {"kind": "seen"})
    for who in (willow.priya, willow.dan, willow.karin, willow.otto, willow.omar):
        assert take_back(who, update).status_code == 404
    assert take_back(willow.ines, update).status_code == 302, "she has none: nothing happens"
    assert take_back(willow.tom, update, "other").status_code == 404
    assert Mark.objects.get().turn == 0


def test_a_quiet_author_keeps_the_mark_that_was_taken_back_meanwhile(willow: Willow) -> None:
    """Nothing of their quiet time reaches them, then or later: the pages are the same; what comes after it does."""
    update = told(willow.dan, willow.maya)
    ask(willow.tom, "update_mark", update, {"kind": "seen"})
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON + HOUR, NOON + 4 * HOUR)

    def pages() -> list[str]:
        return [plain(text) for text in (page(willow.dan, update), stream(willow.dan, willow.maya))]

    with later(2):
        before = pages()
        take_back(willow.tom, update)
        assert pages() == before
    with later(3):
        ask(willow.tom, "update_mark", update, {"kind": "seen"})
    with later(5):
        assert "seen · Tom" in page(willow.dan, update)
        take_back(willow.tom, update)
    with later(6):
        assert "seen · Tom" not in page(willow.dan, update)


def test_one_tap_on_the_line_of_the_stream(willow: Willow) -> None:
    """With a script the line alone comes back; without one the update's page."""
    update = told(willow.priya, willow.maya)
    line = f'hx-target="#answers-{update.pk}"'
    assert line in stream(willow.tom, willow.maya)
    htmx = {"HX-Request": "true", "HX-Target": f"answers-{update.pk}"}
    part = ask(willow.tom, "update_mark", update, {"kind": "seen", "seen": update.pk}, **htmx).content.decode()
    assert line in part
    assert "<html" not in part
    assert "A calm evening." not in part
    assert re.search(r'value="seen" aria-pressed="true"', part)
    assert re.search(r'value="talk" aria-pressed="false"', part)
    assert ask(willow.tom, "update_mark", update, {"kind": "talk"}).status_code == 302


# --- Odd texts ------------------------------------------------------------------------------------------------------------

TEXTS = ("body", "where", "antecedent", "behaviour", "consequence", "helped")
BOXES = (*TEXTS, "opened", "observed_at", "intensity", "place", "when")
ODD = {
    "long": "é" * 100_000, "too long": "é" * 100_001, "emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * 20, "right to left": "שלום עולם مرحبا",
    "nul": "a\0b", "bidi": "\u202eabc\u202c\u2066x\u2069\u200f", "separators": "\u2028\u2029", "markup": "<b>&amp;</b>{{ 7 }}",
    "newlines": "one\r\n\r\ntwo", "nothing": " \t ",
}  # fmt: skip


@pytest.mark.parametrize("word", ODD)
@pytest.mark.parametrize("address", ["update_new", "update_edit"])
def test_odd_texts_are_kept_whole_or_refused_with_a_reason(willow: Willow, address: str, word: str) -> None:
    """Each in every box: stored and read back, or the form again with the words in it."""
    for number, box in enumerate(BOXES):
        with later(number):
            update = told(willow.priya, willow.maya)
            words = {"body": "w", "kind": "win", "form_key": uuid4(), "seen": update.pk, box: ODD[word]}
            url = reverse(address, args=[willow.maya.public_id, *([update.pk] if address == "update_edit" else [])])
            client = signed_in(willow.priya)
            client.raise_request_exception = False
            response: Any = client.post(url, words)
            assert response.status_code in {200, 302}, (box, response.status_code)
            if response.status_code == 200:
                assert "errorlist" in response.content.decode(), f"{box} is refused without a reason"
                continue
            rows: Any = HomeUpdate.objects if address == "update_new" else UpdateEdit.objects
            kept = rows.get(form_key=words["form_key"])
            if box in TEXTS:
                assert getattr(kept, box) == ODD[word].strip()
            assert client.get(response["Location"]).status_code == 200
