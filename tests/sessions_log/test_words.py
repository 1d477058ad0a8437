"""What pages say, and what they refuse to keep: sentences that tell what to do, and no text that shows something else."""

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from sessions_log.models import CoSignature, HomeUpdate, PracticeChoice, ProgressNote, Release
from tests import people
from tests.harness import WallClient, signed_in
from tests.people import DAY, NOON, Willow
from tests.sessions_log.test_thread import log_session, say, write_summary


def text_of(response: Any) -> str:
    return unescape(response.content.decode())


def draft(client: WallClient, willow: Willow, body: str = "A wall.") -> ProgressNote:
    session = log_session(client, willow.maya)
    url = reverse("note_new", args=[willow.maya.public_id, session.pk])
    client.post(url, {"template": "free", "names": "[]", "body": body, "form_key": uuid4()})
    return ProgressNote.objects.latest("written_at")


def at(name: str, willow: Willow, item: Any) -> str:
    return reverse(name, args=[willow.maya.public_id, item.pk])


@pytest.fixture
def given_back(willow: Willow) -> ProgressNote:
    """Tom's draft, offered to Ines and given back."""
    tom, ines = signed_in(willow.tom), signed_in(willow.ines)
    note = draft(tom, willow)
    tom.post(at("note_offer", willow, note), {"person": str(willow.ines.public_id)})
    page = ines.get(at("note_cosign", willow, note)).content.decode()
    sha256 = page.split('name="sha256" value="')[1].split('"')[0]
    ines.post(at("note_give_back", willow, note), {"sha256": sha256, "words": "More of the plan."})
    assert CoSignature.objects.get().kind == "returned"
    return note


def test_a_draft_given_back_is_its_authors_to_finish(willow: Willow, given_back: ProgressNote) -> None:
    page = text_of(signed_in(willow.ines).get(at("note", willow, given_back)))
    assert "may no longer go on" not in page
    assert f"A draft that {willow.tom.name} goes on writing." in page


def test_a_draft_left_behind_still_says_so(willow: Willow) -> None:
    note = draft(signed_in(willow.tom), willow)
    people.tie(willow.otto, willow.maya, "therapist", starts=NOON - DAY)
    willow.tom.account.is_active = False
    willow.tom.account.save()
    page = text_of(signed_in(willow.otto).get(at("note", willow, note)))
    assert "may no longer go on" in page


def test_who_sees_this_stands_once(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    note = draft(tom, willow)
    page = text_of(tom.get(at("note_sign", willow, note)))
    sha256 = page.split('name="sha256" value="')[1].split('"')[0]
    tom.post(at("note_sign", willow, note), {"sha256": sha256})
    assert text_of(tom.get(at("note", willow, note))).count("Who sees this, and why") == 1
    url = reverse("process_note_new", args=[willow.maya.public_id, note.session_id])
    own = tom.post(url, {"body": "Mine.", "form_key": uuid4()})["Location"]
    assert text_of(tom.get(own)).count("Who sees this, and why") == 1


def test_another_template_in_an_empty_note_is_nothing_unsaved(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    url = reverse("note_new", args=[willow.maya.public_id, log_session(tom, willow.maya).pk])
    tried = {"template": "dap", "names": '["Data", "Assessment", "Plan"]', "form_key": uuid4(), "use": "soap"}
    assert "data-unsaved" not in text_of(tom.post(url, tried))
    assert "data-unsaved" in text_of(tom.post(url, tried | {"section_0": "A wall."}))


@pytest.mark.parametrize(("kind", "name"), [
    ("technique", "sand tray"), ("theme", "Esperanza"), ("setting", "PLAYROOM"), ("template", "soap"),
])  # fmt: skip
def test_a_built_in_word_is_not_added_again(willow: Willow, kind: str, name: str) -> None:
    data = {"kind": kind, "name": name, "group": "play", "sections": "One"}
    page = text_of(signed_in(willow.tom).post(reverse("choices"), data))
    assert "is built in and stands there already" in page
    assert not PracticeChoice.objects.exists()


TURNED = "a\u202eevil"


def test_a_text_that_shows_something_else_is_refused(willow: Willow) -> None:
    """Invisible signs that write letters backwards: nothing is kept, and the text comes back without them."""
    priya = signed_in(willow.priya)
    url = reverse("update_new", args=[willow.maya.public_id])
    page = text_of(priya.post(url, {"kind": "win", "body": TURNED, "form_key": uuid4()}))
    assert "Invisible signs" in page
    assert ">\naevil</textarea>" in page
    assert not HomeUpdate.objects.exists()
    ordinary = "שלום, \u2067Maya\u2069 עולם\u200f مرحبا"
    assert priya.post(url, {"kind": "win", "body": ordinary, "form_key": uuid4()}).status_code == 302
    assert HomeUpdate.objects.get().body == ordinary


def test_saved_at_is_the_readers_own_clock(willow: Willow) -> None:
    """The practice's zone, not the browser's."""
    told = signed_in(willow.tom).post(
        reverse("session_draft", args=[willow.maya.public_id]), {"form_key": uuid4(), "child_words": "x"}
    )
    assert told.json()["time"] == "noon"


def test_refusals_say_what_to_do(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    url = reverse("session_new", args=[willow.maya.public_id])
    for data, said in (
        ({"form_key": uuid4()}, "This is still needed"), ({"child_words": "x" * 100_001}, "Shorten it"),
        ({"child_words": "a\0b"}, "an empty sign"), ({"minutes": "601"}, "The largest number that fits here is 600"),
    ):  # fmt: skip
        page = text_of(tom.post(url, data))
        assert said in page
        for words in ("This field is required", "Ensure this value", "Null characters"):
            assert words not in page


def test_a_cosigned_note_names_the_cosigner(willow: Willow) -> None:
    tom, ines = signed_in(willow.tom), signed_in(willow.ines)
    note = draft(tom, willow)
    tom.post(at("note_offer", willow, note), {"person": str(willow.ines.public_id)})
    page = ines.get(at("note_cosign", willow, note)).content.decode()
    sha256 = page.split('name="sha256" value="')[1].split('"')[0]
    ines.post(at("note_cosign", willow, note), {"sha256": sha256})
    page = text_of(tom.get(at("note", willow, note)))
    assert f"co-signed by {willow.ines.name}" in page[: page.index("A wall.")]


def test_after_a_race_nothing_is_said_to_be_read(willow: Willow) -> None:
    priya = signed_in(willow.priya)
    update = HomeUpdate.objects.create(
        practice=willow.practice, child=willow.maya, author=willow.priya, kind="win", body="x", observed_at=NOON - DAY,
        posted_at=NOON - DAY,
    )  # fmt: skip
    url = at("update_edit", willow, update)
    said = "whoever reads your update reads the new words"
    page = text_of(priya.get(url))
    assert said in page
    assert "It stays" not in page, "what it is can be changed with the words"
    stale = text_of(priya.post(url, {"kind": "win", "body": "y", "form_key": uuid4(), "seen": uuid4()}))
    assert "changed elsewhere" in stale
    assert said not in stale


def test_the_young_person_is_told_which_summary(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    say(tom, willow.maya, summary, "may_share")
    placed = {"practice": willow.practice, "child": willow.maya, "summary": summary, "released_by": willow.tom}
    Release.objects.create(**placed, recipient=willow.priya, released_at=NOON)
    url, maya = reverse("shared", args=[willow.maya.public_id]), signed_in(willow.maya_login)
    assert "Its words were not shared with you" in text_of(maya.get(url))
    Release.objects.create(**placed, recipient=willow.maya_login, released_at=NOON)
    page = text_of(maya.get(url))
    assert "Session of" in page
    assert "Read the summary" in page


@pytest.mark.django_db
def test_one_way_to_a_password_on_the_sign_in_page() -> None:
    page = text_of(WallClient().get(reverse("account_login")))
    assert page.count(reverse("account_reset_password")) == 1


def test_how_to_take_a_mark_back_is_said(willow: Willow) -> None:
    update = HomeUpdate.objects.create(
        practice=willow.practice, child=willow.maya, author=willow.priya, kind="win", body="x", observed_at=NOON - DAY,
        posted_at=NOON - DAY,
    )  # fmt: skip
    said = "Tap one again to take it back"
    assert said in text_of(signed_in(willow.tom).get(at("update", willow, update)))
    assert said not in text_of(signed_in(willow.priya).get(at("update", willow, update)))
