"""Entering a session in error: who may, who reads it afterwards, and what goes along."""

from html import unescape
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from sessions_log.actions.errors import enter_in_error
from sessions_log.actions.notes import Stale
from sessions_log.models import (
    Addendum,
    Attendance,
    ProcessNote,
    ProgressNote,
    Release,
    Session,
    SessionRecord,
    Summary,
    Wish,
)
from tests.harness import signed_in, viewing
from tests.people import DAY, NOON, Willow

REASON = "Logged in the wrong child's record."


def held(willow: Willow) -> Session:
    """A session of Tom's with Leo, with something of everything on it."""
    placed = {"practice": willow.practice, "child": willow.leo}
    session = Session.objects.create(
        therapist=willow.tom, held_at=NOON - DAY, logged_at=NOON - DAY, moment=NOON - DAY, minutes=50, **placed
    )
    on_it = {**placed, "session": session}
    SessionRecord.objects.create(author=willow.tom, child_words="It is a bridge.", **on_it)
    Attendance.objects.create(logged_by=willow.tom, person=willow.nell, moment=session.moment, **on_it)
    times = {"written_at": NOON - DAY, "changed_at": NOON - DAY}
    note = ProgressNote.objects.create(author=willow.tom, body="Signed words.", signed_at=NOON - DAY, **times, **on_it)
    ProgressNote.objects.create(author=willow.tom, body="A draft.", **times, **on_it)
    Addendum.objects.create(note=note, author=willow.tom, body="Added words.", added_at=NOON - DAY, **placed)
    ProcessNote.objects.create(author=willow.tom, body="My own thinking.", **times, **on_it)
    summary = Summary.objects.create(author=willow.tom, body="A good week.", **times, **on_it)
    Wish.objects.create(summary=summary, kind="may_share", recorded_by=willow.tom, recorded_at=NOON - DAY, **placed)
    Release.objects.create(
        summary=summary, recipient=willow.nell, released_by=willow.tom, released_at=NOON - DAY, **placed
    )
    signed_in(willow.tom).get("/")  # settles what is checked at the end of a transaction
    return session


def status(willow: Willow, who: str, session: Session, name: str = "session") -> int:
    url = reverse(name, args=[willow.leo.public_id, session.pk])
    return int(signed_in(willow.people[who]).get(url).status_code)


def test_it_is_gone_at_once_for_everyone_but_those_who_review(willow: Willow) -> None:
    session = held(willow)
    readers = [name for name in willow.people if status(willow, name, session) == 200]
    assert readers == ["tom", "ines", "sue", "nell"]  # and Omar, an admin, sees facts on no page of his
    tom, url = signed_in(willow.tom), reverse("session_error", args=[willow.leo.public_id, session.pk])
    asked = tom.get(url).content.decode()
    assert "supervisors" in asked
    assert "5 texts go with it" in asked
    response = tom.post(url, {"reason": REASON})
    assert response.status_code == 302
    assert [name for name in willow.people if status(willow, name, session) == 200] == ["tom", "ines", "sue"]
    page = unescape(signed_in(willow.ines).get(response["Location"]).content.decode())
    for words in ("Entered in error.", "Tom", REASON, "Nov. 2, 2026"):
        assert words in page
    assert "Write a progress note" not in page
    with viewing(willow.ruth):
        assert Session.objects.visible().get().error_reason == REASON
    event = AuditEvent.objects.get(action="entered_in_error")
    assert (event.shown, event.person_id, event.child_id) == ([session.pk], willow.tom.pk, willow.leo.pk)
    assert tom.get(url).status_code == 404, "once in error it stays so"


def test_record_and_attendance_follow_and_the_rest_stays_unless_chosen(willow: Willow) -> None:
    session = held(willow)
    url = reverse("session_error", args=[willow.leo.public_id, session.pk])
    signed_in(willow.tom).post(url, {"reason": REASON})
    assert SessionRecord.objects.get().error_at == Attendance.objects.get().error_at == NOON
    assert not ProgressNote.objects.filter(error_at__isnull=False).exists()
    assert Summary.objects.get().error_at is None


def test_what_is_written_on_it_goes_along_when_chosen(willow: Willow) -> None:
    session = held(willow)
    url = reverse("session_error", args=[willow.leo.public_id, session.pk])
    assert signed_in(willow.tom).post(url, {"reason": REASON, "also": "on"}).status_code == 302
    for model in (Session, SessionRecord, ProgressNote, Addendum, ProcessNote, Summary):
        assert not model.objects.filter(error_at__isnull=True).exists(), model
        assert set(model.objects.values_list("error_reason", "error_by_id")) == {(REASON, willow.tom.pk)}, model
    assert Release.objects.get().error_at == Wish.objects.get().error_at == NOON
    with viewing(willow.nell):
        assert not Summary.objects.visible().exists()
    assert AuditEvent.objects.filter(action="entered_in_error").count() == 6


def test_a_supervisor_enters_what_they_can_read(willow: Willow) -> None:
    """Not the draft that is Tom's alone, nor his process note."""
    session = held(willow)
    url = reverse("session_error", args=[willow.leo.public_id, session.pk])
    ines = signed_in(willow.ines)
    assert "3 texts go with it" in ines.get(url).content.decode()
    assert ines.post(url, {"reason": REASON, "also": "on"}).status_code == 302
    assert Session.objects.get().error_by_id == willow.ines.pk
    assert ProgressNote.objects.get(body="A draft.").error_at is None
    assert ProcessNote.objects.get().error_at is None


@pytest.mark.parametrize("who", ["nell", "joy", "omar", "ruth", "otto", "priya", "stella"])
def test_nobody_else_may(willow: Willow, who: str) -> None:
    session = held(willow)
    url = reverse("session_error", args=[willow.leo.public_id, session.pk])
    client = signed_in(willow.people[who])
    assert client.get(url).status_code == 404
    assert client.post(url, {"reason": REASON}).status_code == 404
    assert Session.objects.get().error_at is None


@pytest.mark.parametrize("reason", ["", "  \n", "a\u0000b", "é" * 100_001])
def test_a_reason_is_needed_and_what_was_chosen_is_not_lost(willow: Willow, reason: str) -> None:
    session = held(willow)
    url = reverse("session_error", args=[willow.leo.public_id, session.pk])
    page = signed_in(willow.tom).post(url, {"reason": reason})
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert Session.objects.get().error_at is None


def test_all_or_nothing(willow: Willow) -> None:
    """One that is in error already takes the others back with it."""
    session = held(willow)
    with viewing(willow.tom):
        note, summary = ProgressNote.objects.visible().get(body="Signed words."), Summary.objects.visible().get()
        enter_in_error(child=willow.leo, item=note, reason=REASON)
        with pytest.raises(Stale):
            enter_in_error(child=willow.leo, item=session, reason=REASON, also=[summary, note])
    assert Session.objects.get().error_at is None
    assert Summary.objects.get().error_at is None


def test_sent_twice_is_once(willow: Willow) -> None:
    session, tom = held(willow), signed_in(willow.tom)
    url = reverse("session_error", args=[willow.leo.public_id, session.pk])
    assert tom.post(url, {"reason": REASON}).status_code == 302
    assert tom.post(url, {"reason": "Another reason.", "form_key": uuid4()}).status_code == 404
    assert Session.objects.get().error_reason == REASON


@pytest.mark.parametrize("name", ["note_new", "process_note_new", "summary_new"])
def test_nothing_new_is_written_on_a_session_in_error(willow: Willow, name: str) -> None:
    """Neither by its form nor by what the form keeps by itself; and the wall takes no row."""
    session, tom = held(willow), signed_in(willow.tom)
    place = {"practice": willow.practice, "child": willow.leo, "session": session, "author": willow.tom, "body": "w"}
    with viewing(willow.tom):
        enter_in_error(child=willow.leo, item=session, reason=REASON)
    words = {"template": "free", "names": "[]", "body": "More words.", "form_key": uuid4()}
    for address in (name, f"{name}_autosave"):
        url = reverse(address, args=[willow.leo.public_id, session.pk])
        assert tom.post(url, words).status_code == 404
    assert status(willow, "tom", session, name) == 404
    for model in (ProgressNote, ProcessNote, Summary):
        assert not model.objects.filter(body="More words.").exists()
        with viewing(willow.tom), pytest.raises(DatabaseError), transaction.atomic():
            model.objects.create(written_at=NOON, changed_at=NOON, **place)
