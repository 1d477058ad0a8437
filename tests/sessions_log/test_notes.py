"""Progress notes and process notes: saved while written, laid out, signed late or in time, co-signed, entered in error."""

import json
import re
from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import AuditEvent, Child, CircleRow, Person
from sessions_log.forms.notes import carried
from sessions_log.models import Addendum, CoSignature, NoteOffer, PracticeChoice, ProcessNote, ProgressNote, Session
from tests import people
from tests.guards.bad_words import ODD
from tests.harness import WallClient, signed_in, viewing
from tests.people import DAY, NOON, Willow

HOUR = timedelta(hours=1)


def held(willow: Willow, child: Child | None = None, ago: timedelta = HOUR) -> Session:
    """A session of Tom's."""
    child, at = child or willow.maya, NOON.astimezone(UTC) - ago
    return Session.objects.create(
        practice=child.practice, child=child, therapist=willow.tom, held_at=at, logged_at=at, moment=at, minutes=50
    )


def draft(session: Session, author: Person, body: str = "He built a bridge.", **more: Any) -> ProgressNote:
    """A free draft of an hour ago."""
    return ProgressNote.objects.create(
        practice=session.practice, child=session.child, session=session, author=author, template="free", body=body,
        written_at=NOON - HOUR, changed_at=NOON - HOUR, **more,
    )  # fmt: skip


def at(name: str, item: Any) -> str:
    """An address about a note (or what is written on a session)."""
    return reverse(name, args=[item.child.public_id, item.pk])


def free(note: ProgressNote, body: str, **more: Any) -> dict[str, Any]:
    """What the page of a free draft posts."""
    return {"body": body, "form_key": str(uuid4()), "seen": note.changed_at.isoformat(), "names": "[]", **more}


def shown(client: WallClient, address: str) -> dict[str, Any]:
    """The hidden fields of a page that asks for a name under a text."""
    page: Any = client.get(address)
    assert page.status_code == 200, page.content.decode()
    found: dict[str, Any] = page.context["form"].initial
    return found


def sign(client: WallClient, note: ProgressNote) -> Any:
    """Look it over, sign it."""
    return client.post(at("note_sign", note), shown(client, at("note_sign", note)))


def offer(note: ProgressNote, to: Person, author: Person) -> Any:
    """Offer a draft."""
    return signed_in(author).post(at("note_offer", note), {"person": str(to.public_id)})


def text_of(response: Any) -> str:
    """The page's words, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- Saved while being written ------------------------------------------------------------------------------------------------


def test_the_first_words_make_the_draft_and_its_address(willow: Willow) -> None:
    session, tom = held(willow), signed_in(willow.tom)
    words = {"body": "First words", "form_key": str(uuid4()), "template": "free", "names": "[]", "seen": ""}
    told = tom.post(at("note_new_autosave", session), words).json()
    note = ProgressNote.objects.get()
    assert (note.body, note.author, note.signed_at) == ("First words", willow.tom, None)
    assert told == {
        "seen": note.changed_at.isoformat(), "time": "noon", "address": at("note", note),
        "autosave": at("note_autosave", note),
    }  # fmt: skip
    later = tom.post(told["autosave"], {**words, "body": "First words, and more", "seen": told["seen"]})
    assert later.status_code == 200
    note.refresh_from_db()
    assert note.body == "First words, and more"
    assert later.json() == {"seen": note.changed_at.isoformat(), "time": "noon"}
    assert "First words, and more" in tom.get(told["address"]).content.decode()


def test_an_untouched_form_makes_no_draft(willow: Willow) -> None:
    session, tom = held(willow), signed_in(willow.tom)
    for name in ("note_new_autosave", "process_note_new_autosave"):
        data = {"body": " ", "form_key": str(uuid4()), "template": "free"}
        assert tom.post(at(name, session), data).json() == {}
    assert not ProgressNote.objects.exists()
    assert not ProcessNote.objects.exists()


def test_the_same_words_sent_again_after_a_lost_answer_are_saved_once(willow: Willow) -> None:
    session, tom = held(willow), signed_in(willow.tom)
    words = {"body": "Words", "form_key": str(uuid4()), "template": "free", "names": "[]", "seen": ""}
    told = [tom.post(at("note_new_autosave", session), words).json() for _ in range(2)]
    assert told[0] == told[1]
    note = ProgressNote.objects.get()
    more = {**words, "body": "More words", "seen": told[0]["seen"]}
    told = [tom.post(at("note_autosave", note), more).json() for _ in range(2)]
    assert told[0] == told[1]


def test_an_older_window_is_told_and_changes_nothing(willow: Willow) -> None:
    note, tom = draft(held(willow), willow.tom), signed_in(willow.tom)
    old = free(note, "older window")
    tom.post(at("note_autosave", note), free(note, "newer words"))
    assert tom.post(at("note_autosave", note), old).status_code == 409
    page = tom.post(at("note", note), {**old, "save": ""})
    assert page.status_code == 409
    assert "newer words" in text_of(page)
    assert "older window" in text_of(page)
    assert b"data-autosave=" not in page.content, "the writer chooses first"
    assert ProgressNote.objects.get().body == "newer words"


def test_two_windows_with_one_key_never_lose_either_text(willow: Willow) -> None:
    session, tom = held(willow), signed_in(willow.tom)
    words = {"body": "one", "form_key": str(uuid4()), "template": "free", "names": "[]"}
    tom.post(at("note_new_autosave", session), words)
    assert tom.post(at("note_new_autosave", session), {**words, "body": "other"}).status_code == 409
    page = tom.post(at("note_new", session), {**words, "body": "other", "save": ""})
    assert "Nothing is lost" in text_of(page)
    assert "other" in text_of(page)
    assert ProgressNote.objects.get().body == "one"


def test_pauses_leave_no_trail_and_buttons_do(willow: Willow) -> None:
    note, tom = draft(held(willow), willow.tom), signed_in(willow.tom)
    seen = tom.post(at("note_autosave", note), free(note, "a")).json()["seen"]
    seen = tom.post(at("note_autosave", note), free(note, "b", seen=seen)).json()["seen"]
    assert not AuditEvent.objects.filter(action="note_changed").exists()
    tom.post(at("note", note), free(note, "c", seen=seen, save=""))
    assert AuditEvent.objects.filter(action="note_changed", shown=[note.pk]).count() == 1


def test_nobody_else_saves_into_a_draft(willow: Willow) -> None:
    note = draft(held(willow), willow.tom)
    offer(note, willow.ines, willow.tom)
    otto = people.tie(willow.otto, willow.maya, "therapist")
    for who in (willow.ines, otto.person, willow.ruth, willow.priya, willow.stella):
        for name in ("note_autosave", "note_sign", "note_take_back", "note_offer"):
            assert signed_in(who).post(at(name, note), free(note, "x")).status_code == 404, (who.name, name)
    assert ProgressNote.objects.get().body == "He built a bridge."
    assert signed_in(None).post(at("note_autosave", note), free(note, "x")).status_code == 302


def test_a_signed_note_is_not_saved_into(willow: Willow) -> None:
    note, tom = draft(held(willow), willow.tom), signed_in(willow.tom)
    sign(tom, note)
    assert tom.post(at("note_autosave", note), free(note, "x")).status_code == 404
    assert ProgressNote.objects.get().body == "He built a bridge."


def test_process_notes_are_saved_while_written(willow: Willow) -> None:
    session, tom = held(willow), signed_in(willow.tom)
    words = {"body": "Hurried.", "form_key": str(uuid4()), "seen": ""}
    told = tom.post(at("process_note_new_autosave", session), words).json()
    note = ProcessNote.objects.get()
    assert told["address"] == at("process_note", note)
    newer = tom.post(told["autosave"], {**words, "body": "Hurried, and why.", "seen": told["seen"]})
    assert newer.status_code == 200
    assert tom.post(told["autosave"], {**words, "body": "older", "seen": told["seen"]}).status_code == 409
    page = tom.post(told["address"], {**words, "body": "older", "seen": told["seen"]})
    assert page.status_code == 409
    assert "Hurried, and why." in text_of(page)
    assert "older" in text_of(page)
    assert signed_in(willow.ines).post(told["autosave"], words).status_code == 404


LONG = ["🦄" * 100_000, "ש" * 99_999, "x" * 100_001, *ODD]


@pytest.mark.parametrize("number", range(len(LONG)))
def test_odd_texts_are_stored_whole_or_refused_in_words(willow: Willow, number: int) -> None:
    session, tom, words = held(willow), signed_in(willow.tom), LONG[number]
    note = draft(session, willow.tom)
    mine = ProcessNote.objects.create(
        practice=note.practice, child=note.child, session=session, author=willow.tom, body="b",
        written_at=NOON - HOUR, changed_at=NOON - HOUR,
    )  # fmt: skip
    seen = (NOON - HOUR).isoformat()
    sent = words.encode("utf-8", "replace").decode()
    for name, item in (
        ("note_autosave", note), ("process_note_autosave", mine), ("note_new_autosave", session),
        ("process_note_new_autosave", session),
    ):  # fmt: skip
        data = {"body": sent, "seen": seen, "names": "[]", "template": "free", "form_key": str(uuid4())}
        response = tom.post(at(name, item), data)
        assert response.status_code in {200, 422}, name
        if response.status_code == 422:
            assert response.json()["errors"], name
    refused = "\0" in sent or "\u202e" in sent or len(sent) > 100_000
    note.refresh_from_db()
    kept = sent.strip().replace("\r\n", "\n")
    assert note.body.replace("\r\n", "\n") == ("He built a bridge." if refused else kept)


@pytest.mark.parametrize(
    "names", ["[", "null", "5", '["a"', "[1]", "[" * 5000, json.dumps(["x"] * 1000), '{"a": 1}', "\0"]
)
def test_odd_section_names_break_nothing(willow: Willow, names: str) -> None:
    note, tom = draft(held(willow), willow.tom), signed_in(willow.tom)
    assert tom.post(at("note_autosave", note), free(note, "x", names=names)).status_code in {200, 422}
    assert tom.post(at("note", note), free(note, "y", names=names, save="")).status_code in {200, 302, 409}


# --- Templates ------------------------------------------------------------------------------------------------------------------


def test_another_template_keeps_every_word() -> None:
    soap = [["Subjective", "s"], ["Objective", ""], ["Assessment", "a"], ["Plan", "p"]]
    dap = ["Data", "Assessment", "Plan"]
    assert carried("", soap, dap) == ("", [["Data", "Subjective:\ns"], ["Assessment", "a"], ["Plan", "p"]])
    assert carried("", soap, []) == ("Subjective:\ns\n\nAssessment:\na\n\nPlan:\np", [])
    assert carried("free", [], dap) == ("", [["Data", "free"], ["Assessment", ""], ["Plan", ""]])
    assert carried("", [["A", "1"], ["A", "2"]], ["A"]) == ("", [["A", "1\n\nA:\n2"]])


def test_the_template_of_an_unsaved_note_is_changed_without_saving(willow: Willow) -> None:
    session, tom = held(willow), signed_in(willow.tom)
    words = {"names": json.dumps(["Data", "Assessment", "Plan"]), "section_0": "d", "section_2": "p"}
    data = {**words, "template": "dap", "form_key": str(uuid4()), "use": "soap"}
    page: Any = tom.post(at("note_new", session), data)
    form = page.context["form"]
    assert [form[f"section_{n}"].value() for n in range(4)] == ["Data:\nd", "", "", "p"]
    assert form["template"].value() == "soap"
    assert not ProgressNote.objects.exists()


def test_a_draft_changes_its_template(willow: Willow) -> None:
    note, tom = draft(held(willow), willow.tom), signed_in(willow.tom)
    assert tom.post(at("note", note), free(note, "words", use="dap")).status_code == 302
    note.refresh_from_db()
    assert note.template == "dap"
    assert note.sections == [["Data", "words"], ["Assessment", ""], ["Plan", ""]]
    assert note.body == ""


def test_an_older_window_in_another_template_loses_nothing(willow: Willow) -> None:
    note, tom = draft(held(willow), willow.tom), signed_in(willow.tom)
    old = free(note, "older window")
    tom.post(at("note", note), free(note, "newer words", use="dap"))
    assert tom.post(at("note_autosave", note), old).status_code == 409
    page: Any = tom.post(at("note", note), {**old, "save": ""})
    assert page.status_code == 409
    assert page.context["form"]["section_0"].value() == "older window"
    assert "newer words" in text_of(page)


def own_template(willow: Willow, **more: Any) -> PracticeChoice:
    """Willow Creek's own."""
    return PracticeChoice.objects.create(
        practice=willow.practice, kind="template", name="Sand tray", sections=["Scene", "Story"], added_by=willow.tom,
        added_at=NOON - DAY, **more,
    )  # fmt: skip


def test_the_practices_own_template(willow: Willow) -> None:
    own, session, tom = own_template(willow), held(willow), signed_in(willow.tom)
    assert "Sand tray" in text_of(tom.get(at("note_new", session)))
    data = {"template": f"own-{own.pk}", "section_0": "A gate.", "form_key": str(uuid4())}
    tom.post(at("note_new", session), {**data, "save": ""})
    note = ProgressNote.objects.get()
    assert (note.template, note.template_name) == ("own", "Sand tray")
    assert note.sections == [["Scene", "A gate."], ["Story", ""]]
    PracticeChoice.objects.update(retired_at=NOON - HOUR)
    assert "Sand tray" in text_of(tom.get(at("note", note)))
    assert "Sand tray" not in text_of(tom.get(at("note_new", session)))
    assert tom.post(at("note_autosave", note), {**data, "seen": note.changed_at.isoformat()}).status_code == 200


def test_another_practices_template_is_none(willow: Willow) -> None:
    own = own_template(willow)
    ada = Child.objects.get(name="Ada")
    session = held(willow, ada)
    address = at("note_new", session)
    assert signed_in(willow.stella).get(address + f"?template=own-{own.pk}").status_code == 404
    assert signed_in(willow.tom).get(at("note_new", held(willow)) + "?template=own").status_code == 404


# --- Signing --------------------------------------------------------------------------------------------------------------------


def names_on(page: Any) -> list[str]:
    """Who is said to read it once it is signed."""
    found: list[str] = page.context["readers"]
    return found


def test_before_signing_it_says_by_name_who_will_read_it(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    closed, opened = draft(held(willow), willow.tom), draft(held(willow, willow.leo), willow.tom)
    assert names_on(tom.get(at("note_sign", closed))) == ["Ines", "Tom"]
    # Leo's agreement opens signed notes to his mother; his grandmother is a contributor. Sue supervises Tom.
    assert names_on(tom.get(at("note_sign", opened))) == ["Ines", "Nell", "Sue", "Tom"]
    assert not ProgressNote.objects.filter(signed_at__isnull=False).exists(), "looking signs nothing"
    assert not AuditEvent.objects.filter(action="note_signed").exists()
    sign(tom, opened)
    assert signed_in(willow.nell).get(at("note", opened)).status_code == 200
    assert signed_in(willow.joy).get(at("note", opened)).status_code == 404


def test_who_is_quiet_is_not_said_to_read_it(willow: Willow) -> None:
    people.restrict(willow.nell, willow.leo, "quiet", willow.tom, NOON - DAY)
    page = signed_in(willow.tom).get(at("note_sign", draft(held(willow, willow.leo), willow.tom)))
    assert "Nell" not in names_on(page)


def test_only_the_text_that_was_shown_is_signed(willow: Willow) -> None:
    note, tom = draft(held(willow), willow.tom), signed_in(willow.tom)
    old = shown(tom, at("note_sign", note))
    tom.post(at("note_autosave", note), free(note, "other words"))
    page = tom.post(at("note_sign", note), old)
    assert page.status_code == 409
    assert "other words" in text_of(page)
    assert ProgressNote.objects.get().signed_at is None


@pytest.mark.parametrize(("hours", "late"), [(72, False), (73, True)])
def test_a_late_entry_says_so_with_both_dates(willow: Willow, hours: int, late: bool) -> None:
    note, tom = draft(held(willow, ago=timedelta(hours=hours)), willow.tom), signed_in(willow.tom)
    assert ("Late entry" in text_of(tom.get(at("note_sign", note)))) is late
    sign(tom, note)
    note.refresh_from_db()
    assert note.late is late
    page = text_of(tom.get(at("note", note)))
    assert ("Late entry" in page) is late
    if late:
        assert "Session: Oct. 30, 2026, noon · signed: Nov. 2, 2026, noon" in page
        assert "as a late entry" in page


def test_a_blank_draft_is_neither_signed_nor_offered(willow: Willow) -> None:
    note, tom = draft(held(willow), willow.tom, "  "), signed_in(willow.tom)
    assert "nothing to sign yet" in text_of(tom.get(at("note_sign", note)))
    tom.post(at("note_sign", note), {"sha256": "0" * 64})
    offer(note, willow.ines, willow.tom)
    assert ProgressNote.objects.get().signed_at is None
    assert not NoteOffer.objects.exists()


# --- Co-signing -----------------------------------------------------------------------------------------------------------------


def test_a_draft_is_offered_to_ones_own_supervisors_only(willow: Willow) -> None:
    note, tom = draft(held(willow), willow.tom), signed_in(willow.tom)
    page = text_of(tom.get(at("note_offer", note)))
    assert "Ines" in page
    assert "Sue" not in page, "Maya's aunt is no staff for her"
    for who in (willow.sue, willow.ruth, willow.otto, willow.priya, willow.stella):
        assert offer(note, who, willow.tom).status_code == 200
    assert not NoteOffer.objects.exists()
    assert signed_in(willow.ines).get(at("note", note)).status_code == 404
    assert offer(note, willow.ines, willow.tom).status_code == 302
    assert "He built a bridge." in text_of(signed_in(willow.ines).get(at("note", note)))
    assert "Ines" in text_of(tom.get(at("note", note)))


def test_co_signing_signs_it_in_both_names(willow: Willow) -> None:
    note, ines = draft(held(willow, ago=5 * DAY), willow.tom), signed_in(willow.ines)
    offer(note, willow.ines, willow.tom)
    page = ines.get(at("note_cosign", note))
    assert names_on(page) == ["Ines", "Tom"]
    assert ProgressNote.objects.get().signed_at is None
    assert ines.post(at("note_cosign", note), shown(ines, at("note_cosign", note))).status_code == 302
    note.refresh_from_db()
    answer = CoSignature.objects.get()
    assert (note.signed_at, note.late, answer.kind, answer.person) == (NOON, True, "cosigned", willow.ines)
    assert note.signed_sha256 == answer.sha256
    trail = AuditEvent.objects.filter(action__in=["note_cosigned", "note_signed"])
    assert {(event.action, event.person_id) for event in trail} == {
        ("note_cosigned", willow.ines.pk), ("note_signed", willow.tom.pk),
    }  # fmt: skip
    assert ines.post(at("note_cosign", note), {"sha256": answer.sha256}).status_code == 404
    read = text_of(signed_in(willow.tom).get(at("note", note)))
    for words in (
        "Tom began it",
        "Tom offered it to Ines for co-signing",
        "Ines co-signed it",
        "Signed by Tom, as a late",
    ):
        assert words in read
    assert read.index("Ines co-signed it") < read.index("Signed by Tom")


def test_what_changed_since_it_was_shown_is_not_co_signed(willow: Willow) -> None:
    note, tom, ines = draft(held(willow), willow.tom), signed_in(willow.tom), signed_in(willow.ines)
    offer(note, willow.ines, willow.tom)
    old = shown(ines, at("note_cosign", note))
    tom.post(at("note_autosave", note), free(note, "other words"))
    for name, data in (("note_cosign", old), ("note_give_back", {**old, "words": "Say more."})):
        page = ines.post(at(name, note), data)
        assert page.status_code == 409, name
        assert "other words" in text_of(page)
    assert "Say more." in text_of(page)
    assert not CoSignature.objects.exists()
    assert ProgressNote.objects.get().signed_at is None


def test_given_back_with_words_changed_and_offered_again(willow: Willow) -> None:
    note, tom, ines = draft(held(willow), willow.tom), signed_in(willow.tom), signed_in(willow.ines)
    offer(note, willow.ines, willow.tom)
    data = shown(ines, at("note_cosign", note))
    assert "Say what should be changed" in text_of(ines.post(at("note_give_back", note), data))
    assert ines.post(at("note_give_back", note), {**data, "words": "Say what he said."}).status_code == 302
    assert ines.get(at("note_cosign", note)).status_code == 404
    page = text_of(tom.get(at("note", note)))
    assert "Ines gave it back:" in page
    assert "Say what he said." in page
    tom.post(at("note", note), free(note, "He said: a bridge.", save=""))
    with time_machine.travel(NOON + HOUR, tick=False):
        assert offer(note, willow.ines, willow.tom).status_code == 302
        assert "Ines gave it back:" not in text_of(tom.get(at("note", note)))
        ines.post(at("note_cosign", note), shown(ines, at("note_cosign", note)))
    with time_machine.travel(NOON + 2 * HOUR, tick=False):
        read = text_of(tom.get(at("note", note)))
    steps = [
        "began it",
        "offered it to Ines",
        "Ines gave it back",
        "Say what he said.",
        "Ines co-signed it",
        "Signed by Tom",
    ]
    places = [read.index(step) for step in steps]
    assert places == sorted(places)
    assert "took it back" not in read


def test_an_offer_is_taken_back(willow: Willow) -> None:
    note, tom, ines = draft(held(willow), willow.tom), signed_in(willow.tom), signed_in(willow.ines)
    offer(note, willow.ines, willow.tom)
    old = shown(ines, at("note_cosign", note))
    assert tom.post(at("note_take_back", note)).status_code == 302
    assert ines.get(at("note", note)).status_code == 404
    assert ines.post(at("note_cosign", note), old).status_code == 404
    tom.post(at("note_take_back", note))
    assert AuditEvent.objects.filter(action="note_taken_back").count() == 1


def test_nobody_signs_alone_what_waits_for_a_co_signature(willow: Willow) -> None:
    note, tom = draft(held(willow), willow.tom), signed_in(willow.tom)
    data = shown(tom, at("note_sign", note))
    offer(note, willow.ines, willow.tom)
    assert "Take it back first" in text_of(tom.post(at("note_sign", note), data))
    assert ProgressNote.objects.get().signed_at is None
    offer(note, willow.ines, willow.tom)
    assert NoteOffer.objects.count() == 1
    tom.post(at("note_take_back", note))
    sign(tom, note)
    assert ProgressNote.objects.get().signed_at == NOON


def test_nobody_signs_for_an_author_who_is_no_longer_there(willow: Willow) -> None:
    """The co-signature signs as the author does: whoever no longer treats the child signs nothing."""
    people.tie(willow.otto, willow.maya, "therapist")
    people.tie(willow.ines, willow.maya, "therapist")
    note, ines = draft(held(willow), willow.tom), signed_in(willow.ines)
    offer(note, willow.ines, willow.tom)
    old = shown(ines, at("note_cosign", note))
    CircleRow.objects.filter(person=willow.tom, child=willow.maya).update(ends=NOON)
    assert ines.post(at("note_cosign", note), old).status_code in {404, 409}
    assert ProgressNote.objects.get().signed_at is None
    assert not CoSignature.objects.exists()


def test_the_database_takes_a_co_signature_from_nobody_else(willow: Willow) -> None:
    from tests.harness import viewing

    note = draft(held(willow), willow.tom)
    offer(note, willow.ines, willow.tom)
    made = NoteOffer.objects.get()
    for who in (willow.tom, willow.ruth, willow.sue):
        with viewing(who, NOON), pytest.raises(DatabaseError), transaction.atomic():
            CoSignature.objects.create(
                practice=note.practice, child=note.child, offer=made, note=note, person=who, kind="cosigned",
                sha256="0" * 64, acted_at=NOON,
            )  # fmt: skip


# --- Unfinished -----------------------------------------------------------------------------------------------------------------


def unfinished(who: Person) -> dict[str, list[ProgressNote]]:
    """The page's lists."""
    page: Any = signed_in(who).get(reverse("unfinished"))
    assert page.status_code == 200
    return {part["code"]: part["notes"] for part in page.context["parts"] if part["notes"]}


def test_what_is_unfinished_the_longest_due_first(willow: Willow) -> None:
    old, new = draft(held(willow, ago=9 * DAY), willow.tom), draft(held(willow), willow.tom)
    assert unfinished(willow.tom) == {"drafts": [old, new]}
    page = text_of(signed_in(willow.tom).get(reverse("unfinished")))
    assert page.count("overdue") == 1
    assert "due 6 days ago" in page.replace("\xa0", " "), page
    assert "due in 2 days, 23 hours" in page.replace("\xa0", " ")
    offer(old, willow.ines, willow.tom)
    assert unfinished(willow.tom) == {"drafts": [new], "waiting": [old]}
    assert unfinished(willow.ines) == {"cosign": [old]}
    ines = signed_in(willow.ines)
    ines.post(at("note_give_back", old), {**shown(ines, at("note_cosign", old)), "words": "w"})
    assert unfinished(willow.tom) == {"drafts": [new], "returned": [old]}
    assert unfinished(willow.ines) == {}
    sign(signed_in(willow.tom), old)
    assert unfinished(willow.tom) == {"drafts": [new]}


def test_what_was_left_behind_is_shown_to_the_therapists(willow: Willow) -> None:
    note = draft(held(willow), willow.tom)
    people.tie(willow.otto, willow.maya, "therapist")
    CircleRow.objects.filter(person=willow.tom, child=willow.maya).update(ends=NOON - HOUR)
    assert unfinished(willow.otto) == {"left": [note]}
    assert unfinished(willow.tom) == {}, "worked case 4"
    assert "Unfinished. A draft of someone" in text_of(signed_in(willow.otto).get(at("note", note)))


def test_nothing_unfinished_and_nobody_elses_page(willow: Willow) -> None:
    assert "Nothing waits for you" in text_of(signed_in(willow.ines).get(reverse("unfinished")))
    for who in (willow.priya, willow.omar, willow.otto, willow.karin):
        assert signed_in(who).get(reverse("unfinished")).status_code == 404
    assert "Unfinished notes" in text_of(signed_in(willow.tom).get("/"))
    assert "Unfinished notes" not in text_of(signed_in(willow.omar).get("/"))


def test_each_list_has_pages(willow: Willow) -> None:
    session = held(willow)
    for _ in range(23):
        draft(session, willow.tom)
    tom = signed_in(willow.tom)
    assert text_of(tom.get(reverse("unfinished"))).count("Session of") == 20
    assert text_of(tom.get(reverse("unfinished") + "?drafts=2")).count("Session of") == 3
    assert tom.get(reverse("unfinished") + "?drafts=nonsense").status_code == 200


# --- Entered in error ---------------------------------------------------------------------------------------------------------


def test_a_signed_note_in_the_wrong_record(willow: Willow) -> None:
    note, tom = draft(held(willow, willow.leo), willow.tom), signed_in(willow.tom)
    sign(tom, note)
    tom.post(at("addendum_new", note), {"body": "And more.", "form_key": str(uuid4())})
    assert signed_in(willow.nell).get(at("note", note)).status_code == 200
    assert "It cannot be taken back" in text_of(tom.get(at("note_error", note)))
    assert "Say why" in text_of(tom.post(at("note_error", note), {"reason": " ", "also": "on"}))
    assert tom.post(at("note_error", note), {"reason": "Maya's, not Leo's.", "also": "on"}).status_code == 302
    assert signed_in(willow.nell).get(at("note", note)).status_code == 404
    for who in (willow.tom, willow.ines):
        read = text_of(signed_in(who).get(at("note", note)))
        assert "Maya's, not Leo's." in read.replace("&#x27;", "'")
        assert "Tom entered it in error" in read
    assert Addendum.objects.get().error_at == NOON
    assert tom.post(at("addendum_new", note), {"body": "x", "form_key": str(uuid4())}).status_code == 404
    assert tom.get(at("note_error", note)).status_code == 404


def test_an_addendum_alone(willow: Willow) -> None:
    note, tom = draft(held(willow), willow.tom), signed_in(willow.tom)
    sign(tom, note)
    tom.post(at("addendum_new", note), {"body": "Not hers.", "form_key": str(uuid4())})
    item = Addendum.objects.get()
    people.tie(willow.otto, willow.maya, "therapist")
    assert signed_in(willow.otto).post(at("addendum_error", item), {"reason": "r"}).status_code == 404
    assert tom.post(at("addendum_error", item), {"reason": "Wrong child."}).status_code == 302
    assert "Not hers." not in text_of(signed_in(willow.otto).get(at("note", note)))
    assert "He built a bridge." in text_of(signed_in(willow.otto).get(at("note", note)))
    assert "Wrong child." in text_of(tom.get(at("note", note)))


def test_a_draft_and_a_process_note(willow: Willow) -> None:
    session, tom = held(willow), signed_in(willow.tom)
    note = draft(session, willow.tom)
    tom.post(at("process_note_new", session), {"body": "Not hers.", "form_key": str(uuid4())})
    mine = ProcessNote.objects.get()
    assert tom.post(at("note_error", note), {"reason": "r1"}).status_code == 302
    assert "r1" in text_of(tom.get(at("note", note)))
    assert tom.post(at("note_autosave", note), free(note, "x")).status_code == 404
    assert tom.get(at("note_sign", note)).status_code == 404
    assert unfinished(willow.tom) == {}
    page = text_of(tom.get(at("process_note_error", mine)))
    assert "supervisors" not in page, "nobody else ever reads it"
    assert tom.post(at("process_note_error", mine), {"reason": "r2"}).status_code == 302
    read = tom.get(at("process_note", mine))
    assert "r2" in text_of(read)
    assert "Not hers." in text_of(read)
    assert b"<textarea" not in read.content
    assert tom.post(at("process_note", mine), {"body": "x", "form_key": str(uuid4())}).status_code == 200
    assert ProcessNote.objects.get().body == "Not hers."
    assert signed_in(willow.ruth).get(at("process_note", mine)).status_code == 404


def test_the_history_is_the_teams(willow: Willow) -> None:
    note, tom = draft(held(willow, willow.leo), willow.tom), signed_in(willow.tom)
    offer(note, willow.ines, willow.tom)
    ines = signed_in(willow.ines)
    ines.post(at("note_give_back", note), {**shown(ines, at("note_cosign", note)), "words": "Shorter."})
    sign(tom, note)
    assert "Shorter." in text_of(tom.get(at("note", note)))
    family = text_of(signed_in(willow.nell).get(at("note", note)))
    assert "He built a bridge." in family
    assert "Shorter." not in family
    assert "History" not in family


def test_a_draft_in_error_is_read_by_nobody_new(willow: Willow) -> None:
    """Entering in error hides; it shows the draft to no supervisor and no lead who could not read it before."""
    alone, offered = draft(held(willow), willow.tom), draft(held(willow), willow.tom)
    tom = signed_in(willow.tom)
    assert offer(offered, willow.ines, willow.tom).status_code == 302
    for note in (alone, offered):
        asked = text_of(tom.get(at("note_error", note)))
        assert "Nobody reads it who could not read the draft before." in asked
        assert tom.post(at("note_error", note), {"reason": "w"}).status_code == 302
        assert "Read by its author, and by a supervisor the draft stands offered to." in text_of(
            tom.get(at("note", note))
        )
    for who, readable in ((willow.tom, {alone, offered}), (willow.ines, {offered}), (willow.ruth, set())):
        with viewing(who):
            assert set(ProgressNote.objects.visible()) == readable
    assert "a draft: only who wrote it" in text_of(tom.get(reverse("who_note", args=[willow.maya.public_id, alone.pk])))
