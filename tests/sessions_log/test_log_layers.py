"""The layers of a session on the page that logs it: progress note, process note and summary beside facts and record."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Child
from sessions_log.models import FormDraft, HomeUpdate, ProcessNote, ProgressNote, Release, Session, Summary, Wish
from tests.harness import WallClient, signed_in
from tests.people import NOON, Willow

MINUTE = timedelta(minutes=1)


def url_of(child: Child) -> str:
    return reverse("session_new", args=[child.public_id])


def form(**values: object) -> dict[str, Any]:
    return {"held_at": "2026-11-02T10:00", "length": "50", "child_attended": "on", "form_key": str(uuid4()), **values}


def text_of(response: Any) -> str:
    return unescape(response.content.decode())


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def log(client: WallClient, child: Child, **values: object) -> Session:
    response = client.post(url_of(child), form(**values))
    assert response.status_code == 302, text_of(response)
    return Session.objects.get()


LAYERS = {"body": "She sorted the foxes.", "process": "I thought of my own moves.", "summary": "Maya took her time."}


def test_each_layer_says_who_will_read_it(willow: Willow) -> None:
    page = text_of(signed_in(willow.tom).get(url_of(willow.maya)))
    for words in (
        "Progress note: the care team",
        "Process note: only me",
        "Summary: nobody of the family until you share it",
    ):
        assert words in page
    assert page.count('class="privacy') == 5


def test_the_layers_are_saved_with_the_session(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    session = log(tom, willow.maya, **LAYERS)
    note, process, summary = ProgressNote.objects.get(), ProcessNote.objects.get(), Summary.objects.get()
    assert {item.session_id for item in (note, process, summary)} == {session.pk}
    assert (note.template, note.body, note.signed_at) == ("free", LAYERS["body"], None)
    assert (process.body, summary.body) == (LAYERS["process"], LAYERS["summary"])
    assert Wish.objects.get().kind == "not_asked"
    assert not Release.objects.exists()
    page = text_of(tom.get(reverse("session", args=[willow.maya.public_id, session.pk])))
    assert reverse("note_sign", args=[willow.maya.public_id, note.pk]) in page
    assert reverse("summary_share", args=[willow.maya.public_id, summary.pk]) in page
    assert "not shared with anyone yet" in page
    seen = text_of(signed_in(willow.priya).get(reverse("session", args=[willow.maya.public_id, session.pk])))
    assert not any(words in seen for words in LAYERS.values())


def test_nothing_is_made_of_empty_boxes(willow: Willow) -> None:
    log(signed_in(willow.tom), willow.maya, body=" ", process="\n", summary="")
    assert not any(model.objects.exists() for model in (ProgressNote, ProcessNote, Summary))


def test_a_template_works_without_a_script(willow: Willow) -> None:
    """The button keeps the form and lays it out anew; what was written moves into the first section."""
    tom, sent = signed_in(willow.tom), form(**LAYERS, template="free", names="[]", child_words="A choir.")
    response = tom.post(url_of(willow.maya), sent | {"use": "soap"})
    assert response.status_code == 302
    assert not Session.objects.exists()
    page = text_of(tom.get(response["Location"]))
    for words in (*LAYERS.values(), "A choir.", "Subjective", "Template: SOAP"):
        assert words in page
    boxes = {name: hidden(page, name) for name in ("form_key", "seen", "template", "names")}
    assert boxes["form_key"] == sent["form_key"]
    tom.post(url_of(willow.maya), form(**boxes, section_0="He said so.", section_3="Go on.", process=LAYERS["process"]))
    note = ProgressNote.objects.get()
    assert note.template == "soap"
    assert note.sections == [["Subjective", "He said so."], ["Objective", ""], ["Assessment", ""], ["Plan", "Go on."]]
    assert FormDraft.objects.get().data == {}


def test_the_layers_wait_in_the_unsent_form(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    told = tom.post(
        reverse("session_draft", args=[willow.maya.public_id]),
        form(template="dap", names='["Data", "Assessment", "Plan"]', section_1="A wall.", **LAYERS),
    ).json()
    page = text_of(tom.get(told["address"]))
    for words in ("A wall.", LAYERS["process"], LAYERS["summary"], "Template: DAP"):
        assert words in page


def test_a_form_sent_twice_makes_each_layer_once(willow: Willow) -> None:
    tom, sent = signed_in(willow.tom), form(**LAYERS)
    for _again in range(2):
        assert tom.post(url_of(willow.maya), sent).status_code == 302
    assert [model.objects.count() for model in (Session, ProgressNote, ProcessNote, Summary)] == [1, 1, 1, 1]
    page = text_of(tom.post(url_of(willow.maya), sent | {"process": "Other words."}))
    assert "Other words." in page
    assert reverse("session", args=[willow.maya.public_id, Session.objects.get().pk]) in page
    assert ProcessNote.objects.get().body == LAYERS["process"]


@pytest.mark.parametrize("box", LAYERS)
def test_a_refused_layer_logs_nothing(willow: Willow, box: str) -> None:
    page = text_of(signed_in(willow.tom).post(url_of(willow.maya), form(**LAYERS | {box: "x" * 100_001})))
    assert "Nothing is logged yet" in page
    assert not any(model.objects.exists() for model in (Session, ProgressNote, ProcessNote, Summary))


def test_enter_in_a_line_does_not_log(willow: Willow) -> None:
    """The browser takes the form's first button for Enter: it is there for that, and does nothing."""
    page = text_of(signed_in(willow.tom).get(url_of(willow.maya)))
    first = re.search(r"<button[^>]*>", page[page.index('id="log"') :])
    assert first
    assert "disabled" in first[0]


def test_a_second_tab_does_not_log_a_second_session_unwarned(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    page = text_of(tom.get(url_of(willow.maya)))
    opened = {"opened": hidden(page, "opened")}
    with time_machine.travel(NOON + MINUTE, tick=False):
        session = log(tom, willow.maya, **LAYERS)
    with time_machine.travel(NOON + 2 * MINUTE, tick=False):
        response = tom.post(url_of(willow.maya), sent := form(child_words="From the other tab.", **opened))
        warned = text_of(response)
        assert response.status_code == 200
        assert reverse("session", args=[willow.maya.public_id, session.pk]) in warned
        assert "From the other tab." in warned
        assert Session.objects.count() == 1
        assert tom.post(url_of(willow.maya), sent | {"opened": hidden(warned, "opened")}).status_code == 302
    assert Session.objects.count() == 2


def test_more_than_ten_from_home_are_not_called_ten(willow: Willow) -> None:
    for number in range(11):
        posted = NOON - MINUTE * (number + 1)
        HomeUpdate.objects.create(
            practice=willow.practice, child=willow.leo, author=willow.joy, kind="win", body="x", observed_at=posted,
            posted_at=posted,
        )  # fmt: skip
    page = text_of(signed_in(willow.tom).get(url_of(willow.leo)))
    assert "the newest 10, and there are more" in page
    assert ": 10 updates" not in page


def test_used_in_this_session_is_said_in_one_place(willow: Willow) -> None:
    posted = NOON - MINUTE
    HomeUpdate.objects.create(
        practice=willow.practice, child=willow.leo, author=willow.joy, kind="win", body="x", observed_at=posted,
        posted_at=posted,
    )  # fmt: skip
    page = text_of(signed_in(willow.tom).get(url_of(willow.leo)))
    assert "Used in this session" in page
    assert 'value="used"' not in page


# --- What was begun and not logged ----------------------------------------------------------------------------------------


def test_a_session_begun_stands_among_the_unfinished(willow: Willow) -> None:
    tom, url = signed_in(willow.tom), reverse("unfinished")
    assert "Begun, not logged" not in text_of(tom.get(url))
    tom.post(reverse("session_draft", args=[willow.leo.public_id]), form(child_words="It is a bridge."))
    page = text_of(tom.get(url))
    assert "Begun, not logged" in page
    assert url_of(willow.leo) + "?draft=continue" in page
    assert "It is a bridge." not in page
    assert "Begun, not logged" not in text_of(signed_in(willow.ines).get(url))
    thrown = tom.post(reverse("session_afresh", args=[willow.leo.public_id]), {"list": "1"})
    assert thrown["Location"] == url
    assert "Begun, not logged" not in text_of(tom.get(url))
    assert FormDraft.objects.get().data == {}
