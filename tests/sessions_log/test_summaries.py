"""Summaries: written and kept, seen as their readers, shared, taken back, shared again, and entered in error.

visibility.md, "Releasing a summary", principles 5 and 7, worked cases 3 and 5.
"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.models import Account, AuditEvent, Child, CircleRow, HelperConsent, Person
from accounts.reads import possible_readers
from sessions_log.actions.summaries import Refused, release_summary
from sessions_log.models import Release, Summary, Wish
from sessions_log.plainness import plainness
from tests import people
from tests.harness import WallClient, signed_in, viewing
from tests.people import DAY, LONG_AGO, NOON, Willow, day
from tests.sessions_log.test_thread import log_session, reads, say, share, write_summary
from tests.worlds import HOUR


def at(name: str, child: Child, item: Any) -> str:
    """An address about one item."""
    return reverse(name, args=[child.public_id, item.pk])


@pytest.fixture
def tom(willow: Willow) -> WallClient:
    """Tom's browser."""
    return signed_in(willow.tom)


@pytest.fixture
def leos(willow: Willow, tom: WallClient) -> Summary:
    """A summary about Leo, who is below the age from which his wish decides."""
    return write_summary(tom, willow.leo, log_session(tom, willow.leo))


def page(client: WallClient, name: str, child: Child, item: Any) -> str:
    """A page's text."""
    text: str = client.get(at(name, child, item)).content.decode()
    return text


def marks(text: str) -> str:
    """The mark of a preview."""
    found = re.search(r'name="previewed" value="([^"]+)"', text)
    return found[1] if found else ""


def first(child: Child, who: Person) -> Release:
    """The newest release to someone about a child."""
    found: Release = Release.objects.filter(child=child, recipient=who).order_by("-released_at", "withdrawn_at").first()  # type: ignore[assignment]
    return found


# --- Whom it can be shared with -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["none", "closed", "inactive", "none at all", "of age"])
def test_a_consent_counts_while_its_giver_has_a_parents_rights(willow: Willow, ending: str) -> None:
    """Karin may be chosen on Priya's word until Priya's rights end, however they do; a page made before does not help."""
    row, mother = CircleRow.objects.get(person=willow.karin), CircleRow.objects.get(person=willow.priya)
    HelperConsent.objects.create(
        practice=willow.practice, child=willow.maya, circle_row=row, given_by=willow.priya, scope="s", given_at=LONG_AGO
    )
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    say(tom, willow.maya, summary, "may_share")
    moment = NOON
    match ending:
        case "closed":
            people.restrict(willow.priya, willow.maya, "closed", willow.tom, NOON)
        case "inactive":
            Account.objects.filter(pk=willow.priya.pk).update(is_active=False)
        case "none at all":
            CircleRow.objects.filter(pk=mother.pk).update(ends=NOON)
            people.tie(willow.priya, willow.maya, "guardian", "none", starts=NOON)
        case "of age":
            moment = day(5, 20, year=2030)
    with viewing(willow.tom, moment, as_role=None):
        (karin,) = [reader for reader in possible_readers(willow.maya) if reader.person == willow.karin]
        assert karin.needs == ("" if ending == "none" else "consent")
        stale = replace(karin, needs="")
        if ending == "none":
            assert release_summary(child=willow.maya, summary=summary, readers=[stale]) == []
        else:
            with pytest.raises(Refused, match="not_choosable"):
                release_summary(child=willow.maya, summary=summary, readers=[stale])


# --- Seeing it first ----------------------------------------------------------------------------------------------------------


def test_a_new_reader_is_seen_first_whatever_the_page_says(willow: Willow, tom: WallClient, leos: Summary) -> None:
    """The server asks for its own mark: left out, made up, of another text, of another reader, of somebody else."""
    people.tie(willow.priya, willow.leo, "guardian", "informed")
    people.explain(willow.priya, willow.leo, willow.tom)
    other = write_summary(tom, willow.leo, leos.session, body="Another week.")
    url, chosen = at("summary_share", willow.leo, leos), {"readers": [str(willow.nell.public_id)]}
    of_other = marks(tom.post(at("summary_share", willow.leo, other), chosen).content.decode())
    of_priya = marks(tom.post(url, {"readers": [str(willow.priya.public_id)]}).content.decode())
    mine = marks(tom.post(url, chosen).content.decode())
    people.tie(willow.otto, willow.leo, "therapist")
    of_otto = marks(signed_in(willow.otto).post(url, chosen).content.decode())
    for mark in ("", "x", mine[:-1], mine + "x", of_other, of_priya, of_otto):
        answer = tom.post(url, {**chosen, "confirmed": "1", "previewed": mark})
        assert answer.status_code == 409
        assert "Nothing was shared yet" in answer.content.decode()
    assert not Release.objects.exists()
    assert tom.post(url, {**chosen, "confirmed": "1", "previewed": mine}).status_code == 302


def test_who_was_used_before_need_not_be_seen_again_unless_quiet_or_named(
    willow: Willow, tom: WallClient, leos: Summary
) -> None:
    """ "Required the first time a reader is used or when someone is quiet or named.\""""
    share(tom, willow.leo, leos, willow.nell)
    chosen = {"readers": [str(willow.nell.public_id)], "confirmed": "1"}
    bodies = ["used before", "named", "quiet"]
    texts = [write_summary(tom, willow.leo, leos.session, body=body) for body in bodies]
    assert tom.post(at("summary_share", willow.leo, texts[0]), chosen).status_code == 302
    people.name_in_concern(willow.nell, willow.leo, NOON - DAY)
    assert tom.post(at("summary_share", willow.leo, texts[1]), chosen).status_code == 409
    from accounts.models import Named

    Named.objects.all().update(void_from=NOON - DAY)
    people.restrict(willow.nell, willow.leo, "quiet", willow.ruth, NOON - DAY)
    quiet = {**chosen, "send_anyway": "on"}
    assert tom.post(at("summary_share", willow.leo, texts[2]), quiet).status_code == 409


def test_the_preview_says_who_reads_it_then(willow: Willow, tom: WallClient, leos: Summary) -> None:
    """Asked of the kernel by trying; nothing of the trial remains."""
    text = tom.post(at("summary_share", willow.leo, leos), {"readers": [str(willow.nell.public_id)]}).content.decode()
    said = re.search(r"Then these people read it: ([^<]+)\.", text)
    assert said
    assert set(said[1].split(", ")) == {"Tom", "Nell", "Ines", "Sue"}
    assert not Release.objects.exists()
    assert not AuditEvent.objects.filter(action="summary_released").exists()


# --- Taking back, sharing again -----------------------------------------------------------------------------------------------


def test_taken_back_it_is_gone_and_shared_again_it_is_there(willow: Willow, tom: WallClient, leos: Summary) -> None:
    """From the transaction on; what was read stays recorded; the second release is a row of its own."""
    share(tom, willow.leo, leos, willow.nell)
    assert reads(willow.nell, "summary", willow.leo, leos.pk)
    release = first(willow.leo, willow.nell)
    asked = page(tom, "release_withdraw", willow.leo, release)
    assert "Nell has opened it (first:" in asked
    assert "What has been read stays read" in asked
    assert Release.objects.get().withdrawn_at is None, "asking takes nothing back"
    assert tom.post(at("release_withdraw", willow.leo, release)).status_code == 302
    assert not reads(willow.nell, "summary", willow.leo, leos.pk)
    assert (
        "A good week." not in signed_in(willow.nell).get(reverse("child", args=[willow.leo.public_id])).content.decode()
    )
    assert tom.post(at("release_withdraw", willow.leo, release)).status_code == 302, "sent twice is once"
    assert AuditEvent.objects.get(action="release_withdrawn").data == {"from": willow.nell.pk}
    assert tom.get(at("release_withdraw", willow.leo, release)).status_code == 404
    assert share(tom, willow.leo, leos, willow.nell) == 302
    assert reads(willow.nell, "summary", willow.leo, leos.pk)
    assert Release.objects.count() == 2


def test_the_team_reads_what_happened_in_order(willow: Willow, tom: WallClient) -> None:
    """Written, changed, wish, shared against it with its ground, read, taken back by whom, shared again; for the team alone."""
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    hours = iter(range(1, 20))

    def later() -> Any:
        return time_machine.travel(NOON + HOUR / 2 * next(hours), tick=False)

    with later():
        form = {"body": "A good week, changed.", "form_key": uuid4(), "seen": summary.changed_at.isoformat()}
        assert tom.post(at("summary_edit", willow.maya, summary), form).status_code == 302
    with later():
        say(tom, willow.maya, summary, "nobody")
    with later():
        against = {"ground": "court_order", "explanation": "The judge wants it."}
        assert share(tom, willow.maya, summary, willow.dan, **against) == 302
    with later():
        assert reads(willow.dan, "summary", willow.maya, summary.pk)
    with later():
        tom.post(at("release_withdraw", willow.maya, first(willow.maya, willow.dan)))
    with later():
        assert share(tom, willow.maya, summary, willow.dan, **against) == 302
    told = ["Tom began to write", "changed it last", "recorded what Maya said: to nobody", "shared it with Dan",
            "The judge wants it.", "Dan opened it", "Tom took it back from Dan", "shared it with Dan"]  # fmt: skip
    with later():
        text = page(tom, "summary", willow.maya, summary)
        text = text[text.index("What happened to it") :]
        assert not [words for words in told if words not in text]
        places = [text.index(words) for words in told[:-1]]
        assert places == sorted(places)
        assert "What happened to it" not in page(signed_in(willow.dan), "summary", willow.maya, summary)


def test_what_did_not_reach_someone_quiet_is_shared_again_in_one_step(willow: Willow, tom: WallClient) -> None:
    """Worked case 3: ending quiet opens nothing; a therapist may show it, dated now."""
    restriction = people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - DAY)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    say(tom, willow.maya, summary, "may_share")
    assert share(tom, willow.maya, summary, willow.dan, send_anyway="on") == 302
    assert "Share again with Dan" in page(tom, "summary", willow.maya, summary)
    assert share(tom, willow.maya, summary, willow.dan, send_anyway="on") == 302, "still quiet: nothing changes"
    assert Release.objects.count() == 1
    type(restriction).objects.update(ends=NOON + HOUR)
    with time_machine.travel(NOON + 2 * HOUR, tick=False):
        assert not reads(willow.dan, "summary", willow.maya, summary.pk)
        assert share(tom, willow.maya, summary, willow.dan) == 302
        assert reads(willow.dan, "summary", willow.maya, summary.pk)
        old, new = Release.objects.order_by("released_at")
        assert (old.withdrawn_at, new.released_at, new.withdrawn_at) == (NOON + 2 * HOUR, NOON + 2 * HOUR, None)
        assert "Share again with" not in page(tom, "summary", willow.maya, summary)


def test_sharing_again_asks_the_wish_again(willow: Willow, tom: WallClient) -> None:
    """A wish said since then binds the new release."""
    restriction = people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - DAY)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    say(tom, willow.maya, summary, "may_share")
    share(tom, willow.maya, summary, willow.dan, send_anyway="on")
    type(restriction).objects.update(ends=NOON + HOUR)
    with time_machine.travel(NOON + 2 * HOUR, tick=False):
        say(tom, willow.maya, summary, "nobody")
        assert share(tom, willow.maya, summary, willow.dan) == 409
        assert Release.objects.get().withdrawn_at is None, "all or nothing"


def test_only_the_childs_therapists_take_back(willow: Willow, tom: WallClient, leos: Summary) -> None:
    """Not a supervisor, not an admin or lead, not the reader, not a stranger."""
    share(tom, willow.leo, leos, willow.nell)
    url = at("release_withdraw", willow.leo, first(willow.leo, willow.nell))
    for who in (willow.ines, willow.omar, willow.ruth, willow.nell, willow.otto, willow.stella):
        assert (signed_in(who).get(url).status_code, signed_in(who).post(url).status_code) == (404, 404)
    assert Release.objects.get().withdrawn_at is None


# --- Kept while written -------------------------------------------------------------------------------------------------------


def test_the_first_words_make_the_summary_and_the_next_go_on(willow: Willow, tom: WallClient) -> None:
    """Under one key, also when the page does not know the address yet; nobody of the family reads it."""
    session, key = log_session(tom, willow.leo), uuid4()
    url = at("summary_new_autosave", willow.leo, session)
    assert tom.post(url, {"body": "  ", "form_key": key}).json() == {}
    told = tom.post(url, {"body": "A go", "form_key": key}).json()
    summary = Summary.objects.get()
    assert told["address"] == at("summary_edit", willow.leo, summary)
    assert tom.post(url, {"body": "A go", "form_key": key}).json()["seen"] == told["seen"], "sent again is once"
    more = tom.post(url, {"body": "A good week", "form_key": key, "seen": told["seen"]}).json()
    last = tom.post(told["autosave"], {"body": "A good week.", "form_key": key, "seen": more["seen"]}).json()
    assert Summary.objects.get().body == "A good week."
    assert tom.post(told["autosave"], {"body": "old", "form_key": key, "seen": told["seen"]}).status_code == 409
    assert Summary.objects.get().changed_at.isoformat() == last["seen"]
    assert Wish.objects.count() == 1
    assert not reads(willow.nell, "summary", willow.leo, summary.pk)


def test_a_stale_save_shows_both_texts(willow: Willow, tom: WallClient, leos: Summary) -> None:
    """Neither text is lost; the page then saves by hand alone."""
    seen = leos.changed_at.isoformat()
    tom.post(at("summary_autosave", willow.leo, leos), {"body": "Newer words.", "form_key": uuid4(), "seen": seen})
    answer = tom.post(at("summary_edit", willow.leo, leos), {"body": "Older words.", "form_key": uuid4(), "seen": seen})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Newer words." in text
    assert "Older words." in text
    assert "data-autosave=" not in text


def test_a_released_summary_is_not_saved_over(willow: Willow, tom: WallClient, leos: Summary) -> None:
    """Principle 7, by the page that saves by itself too."""
    share(tom, willow.leo, leos, willow.nell)
    form = {"body": "Other words.", "form_key": uuid4(), "seen": leos.changed_at.isoformat()}
    assert tom.post(at("summary_autosave", willow.leo, leos), form).status_code == 404
    assert Summary.objects.get().body == "A good week."


ODD = {
    "as long as may be": "á" * 99_999 + "b", "emoji": "👩‍👩‍👧‍👦🦊" * 50,
    "right to left": "שלום עולם. مرحبا", "bidi": "\u202eabc\u2066x",
    "too long": "a" * 100_001, "nul": "a\u0000b",
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_odd_texts_are_kept_whole_or_refused_in_words(willow: Willow, tom: WallClient, kind: str) -> None:
    """By hand and by itself: stored as typed, or a message and the text still in the box."""
    session, words = log_session(tom, willow.leo), ODD[kind]
    answer = tom.post(at("summary_new_autosave", willow.leo, session), {"body": words, "form_key": uuid4()})
    by_hand: Any = tom.post(at("summary_new", willow.leo, session), {"body": words, "form_key": uuid4()})
    if kind in {"too long", "nul", "bidi"}:
        assert answer.status_code == 422
        assert answer.json()["errors"]
        assert (by_hand.status_code, Summary.objects.count()) == (200, 0)
        assert "errorlist" in by_hand.content.decode()
    else:
        assert answer.status_code == 200
        assert [summary.body for summary in Summary.objects.all()] == [words, words]
        assert words in page(tom, "summary", willow.leo, Summary.objects.first())


# --- Entered in error ---------------------------------------------------------------------------------------------------------


def test_entered_in_error_it_is_gone_for_its_readers_and_shared_with_nobody(
    willow: Willow, tom: WallClient, leos: Summary
) -> None:
    """Principle 7: at once, with releases and wish; its author and the supervisors still read it and why."""
    share(tom, willow.leo, leos, willow.nell)
    url = at("summary_error", willow.leo, leos)
    assert signed_in(willow.nell).get(url).status_code == 404
    assert tom.post(url, {"reason": "Another child's."}).status_code == 302
    assert not reads(willow.nell, "summary", willow.leo, leos.pk)
    text = page(tom, "summary", willow.leo, leos)
    assert "Another child&#x27;s." in text
    assert "Take back from" not in text
    assert "Choose readers" not in text
    assert reads(willow.ines, "summary", willow.leo, leos.pk)
    assert tom.get(at("summary_share", willow.leo, leos)).status_code == 404
    assert tom.get(at("summary_edit", willow.leo, leos)).status_code == 404
    release = first(willow.leo, willow.nell)
    assert tom.post(at("release_withdraw", willow.leo, release)).status_code == 404
    assert tom.post(url, {"reason": "again"}).status_code == 404


# --- Words --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hint"),
    [("", None), ("Too little to tell.", None),
     ("Leo told us a story. He laughed a lot. He likes the red fox best. At home, read it once.", "easy"),
     ("word " * 40 + ".", "sentences"),
     ("Psychotherapeutic interventions. Dysregulation continues. Emotional co-regulation helps. We did it. So it is.", "words")],
)  # fmt: skip
def test_a_hint_of_how_plain_it_is(text: str, hint: str | None) -> None:
    """Long sentences, many long words; nothing is said of a few words."""
    found = plainness(text)
    assert (found.hint if found else None) == hint


# --- What the child said ------------------------------------------------------------------------------------------------------


def test_every_answer_of_the_childs_is_kept_in_order(willow: Willow, tom: WallClient, leos: Summary) -> None:
    """Who recorded it, and when; a newer answer never takes an older one away, and none changes."""
    for hours, said in enumerate(("nobody", "may_share", "not_to")):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            data = {"kind": said, "not_to": str(willow.nell.public_id)}
            assert tom.post(at("summary_wish", willow.leo, leos), data).status_code == 302
    with time_machine.travel(NOON + DAY, tick=False):
        told = signed_in(willow.tom).get(at("summary", willow.leo, leos)).content.decode()
    history = told[told.index("What happened to it") :]
    places = [
        history.index(f"recorded what Leo said: {words}") for words in ("to nobody", "may be shared", "not to some")
    ]
    assert places == sorted(places)
    assert "Nell" in history[places[-1] :]
    answers = list(Wish.objects.order_by("recorded_at", "kind"))
    assert len(answers) == 4
    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        Wish.objects.filter(pk=answers[1].pk).update(kind="may_share")


def test_the_answer_in_force_decides(willow: Willow, tom: WallClient) -> None:
    """The page, the action and the database all go by the last one."""
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    url = at("summary_wish", willow.maya, summary)
    for said in ("may_share", "nobody"):
        assert tom.post(url, {"kind": said}).status_code == 302
    with pytest.raises(IntegrityError, match="against the wish"), transaction.atomic():
        Release.objects.create(
            practice=willow.practice, child=willow.maya, summary=summary, recipient=willow.priya, released_by=willow.tom,
            released_at=NOON,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert "not the child's wish" in tom.get(at("summary_share", willow.maya, summary)).content.decode()


def test_an_unasked_child_is_not_said_to_refuse(willow: Willow, tom: WallClient) -> None:
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    url = at("summary_share", willow.maya, summary)
    page = tom.get(url).content.decode()
    assert "the child has not been asked yet" in page
    assert "not the child's wish" not in page
    preview = tom.post(url, {"readers": str(willow.priya.public_id)}).content.decode()
    assert "Maya has not been asked yet" in preview
    assert "Against what Maya said" not in preview


def test_asked_today_only_when_asked(willow: Willow, tom: WallClient) -> None:
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    for data, asked in (({"kind": "ask_me"}, False), ({"kind": "not_asked", "asked": "on"}, False), (
        {"kind": "ask_me", "asked": "on"}, True,
    )):  # fmt: skip
        tom.post(at("summary_wish", willow.maya, summary), data)
        assert bool(Wish.objects.get(~Exists(Wish.objects.filter(replaces=OuterRef("pk")))).asked_at) is asked
    assert "counts as given just now" in tom.get(at("summary_share", willow.maya, summary)).content.decode()
