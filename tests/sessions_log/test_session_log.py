"""Logging a session: taps and text, the unsent form, what came from home, odd texts, late entries."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Child, Person
from sessions_log.models import FormDraft, HomeUpdate, Mark, PracticeChoice, Session, SessionRecord, TakenOut
from tests.guards.browsing import texts_of
from tests.harness import WallClient, signed_in
from tests.people import DAY, NOON, Willow

HOUR = timedelta(hours=1)


def form(**values: object) -> dict[str, Any]:
    return {"held_at": "2026-11-02T10:00", "length": "50", "child_attended": "on", "form_key": str(uuid4()), **values}


def log(client: WallClient, child: Child, **values: object) -> Session:
    response = client.post(reverse("session_new", args=[child.public_id]), form(**values))
    assert response.status_code == 302, response.content.decode()
    return Session.objects.latest("logged_at", "held_at")


def refused(client: WallClient, child: Child, **values: object) -> str:
    response = client.post(reverse("session_new", args=[child.public_id]), form(**values))
    assert response.status_code == 200
    assert not Session.objects.exists()
    return str(response.content.decode())


def page_of(client: WallClient, session: Session) -> str:
    return str(client.get(reverse("session", args=[session.child.public_id, session.pk])).content.decode())


def update_from(who: Person, child: Child, posted: Any, body: str = "A calm evening.") -> HomeUpdate:
    return HomeUpdate.objects.create(
        practice=child.practice, child=child, author=who, kind="win", body=body, observed_at=posted, posted_at=posted
    )


# --- Taps -----------------------------------------------------------------------------------------------------------------


def test_taps_alone_log_a_session(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    session = log(
        tom, willow.maya, tapped_setting="playroom", tapped_techniques=["sand_tray", "drawing"],
        tapped_themes=["separation"], engagement="7", tapped_affect=["calm", "playful"],
    )  # fmt: skip
    record = session.record
    assert (session.minutes, record.setting, record.techniques) == (50, "playroom", ["sand_tray", "drawing"])
    assert (record.themes, record.engagement, record.affect) == (["separation"], 7, "calm, playful")
    page = page_of(tom, session)
    for words in ("Playroom", "Sand tray, Drawing", "Separation and reunion", "7 / 10", "calm, playful"):
        assert words in page


def test_stored_words_belong_to_no_language(willow: Willow) -> None:
    session = log(signed_in(willow.tom), willow.maya, tapped_techniques=["sand_tray"], tapped_setting="outdoors")
    willow.ines.account.language = "es"
    willow.ines.account.save()
    page = page_of(signed_in(willow.ines), session)
    assert "Bandeja de arena" in page
    assert "Al aire libre" in page


def test_what_is_tapped_and_typed_comes_together(willow: Willow) -> None:
    record = log(
        signed_in(willow.tom), willow.maya, minutes="75", tapped_setting="home", setting="on the stairs",
        tapped_techniques=["puppets"], techniques="ladder,  puppets , ladder", tapped_affect=["sad"], affect="Shoulders up.",
        engagement="",
    ).record  # fmt: skip
    assert record.session.minutes == 75
    assert record.setting == "At home, on the stairs"
    assert record.techniques == ["puppets", "ladder"]
    assert record.affect == "sad\nShoulders up."
    assert record.engagement is None


def test_a_length_is_needed_and_nothing_else_is_lost(willow: Willow) -> None:
    page = refused(signed_in(willow.tom), willow.maya, length="", child_words="It is a bridge.", tapped_themes="hope")
    assert "Say how long it was" in page
    assert "It is a bridge." in page
    assert re.search(r'value="hope"[^>]* checked', page)


def test_a_session_that_has_not_begun_is_refused_plainly(willow: Willow) -> None:
    assert "lies in the future" in refused(signed_in(willow.tom), willow.maya, held_at="2026-11-02T12:01")


def test_a_long_word_is_refused_and_not_cut(willow: Willow) -> None:
    page = refused(signed_in(willow.tom), willow.maya, techniques="x" * 101)
    assert "can have 100 letters" in page
    assert "x" * 101 in page


def test_the_practices_own_words_are_tapped_too(willow: Willow) -> None:
    own = {"practice": willow.practice, "added_by": willow.ines, "added_at": NOON - DAY}
    for kind, group, name in (
        ("technique", "arts", "Weather report"), ("theme", "", "Foxes"), ("setting", "", "Rooftop"),
    ):  # fmt: skip
        PracticeChoice.objects.create(kind=kind, group=group, name=name, **own)
    gone = PracticeChoice.objects.create(kind="theme", name="Owls", retired_at=NOON - HOUR, **own)
    tom = signed_in(willow.tom)
    page = tom.get(reverse("session_new", args=[willow.maya.public_id])).content.decode()
    assert "Weather report" in page
    assert "Rooftop" in page
    assert gone.name not in page
    record = log(
        tom, willow.maya, tapped_techniques="Weather report", tapped_themes=["Foxes", "Owls"], tapped_setting="Rooftop"
    ).record
    assert (record.techniques, record.themes, record.setting) == (["Weather report"], ["Foxes", "Owls"], "Rooftop")
    stella = signed_in(willow.stella)
    ada = Child.objects.get(name="Ada")
    assert "Weather report" not in stella.get(reverse("session_new", args=[ada.public_id])).content.decode()


def test_each_part_says_who_will_read_it(willow: Willow) -> None:
    page = signed_in(willow.tom).get(reverse("session_new", args=[willow.maya.public_id])).content.decode()
    assert "Facts: the care team, admins, the family" in page
    assert "Record: the care team" in page
    assert 'value="2026-11-02T12:00"' in page


# --- The unsent form ------------------------------------------------------------------------------------------------------


def keep(client: WallClient, child: Child, **values: object) -> Any:
    return client.post(reverse("session_draft", args=[child.public_id]), values)


def test_an_unsent_form_waits_for_whoever_typed_it(willow: Willow) -> None:
    tom, key = signed_in(willow.tom), str(uuid4())
    url = reverse("session_new", args=[willow.maya.public_id])
    first = keep(tom, willow.maya, **form(form_key=key, child_words="It is a br"))
    assert first.status_code == 200
    told = first.json()
    assert datetime.fromisoformat(told["seen"]) == NOON
    again = keep(
        tom, willow.maya, seen=told["seen"],
        **form(form_key=key, child_words="It is a bridge.", tapped_themes=["hope", "school"], engagement="3", length="90"),
    )  # fmt: skip
    assert again.status_code == 200
    offered = tom.get(url).content.decode()
    assert "You began logging a session" in offered
    assert "It is a bridge." not in offered
    page = tom.get(told["address"]).content.decode()
    for wanted in ("It is a bridge.", key):
        assert wanted in page
    for value in ("hope", "school", "90"):
        assert re.search(rf'value="{value}"[^>]* checked', page), value
    assert not re.search(r'value="50"[^>]* checked', page)
    log(tom, willow.maya, form_key=key)
    assert FormDraft.objects.get().data == {}
    assert "You began" not in tom.get(url).content.decode()


def test_nobody_else_finds_the_unsent_form(willow: Willow) -> None:
    keep(signed_in(willow.tom), willow.maya, **form(child_words="It is a bridge."))
    from tests import people

    people.tie(willow.otto, willow.maya, "therapist", starts=NOON - DAY)
    otto = signed_in(willow.otto)
    url = reverse("session_new", args=[willow.maya.public_id])
    for address in (url, url + "?draft=continue"):
        page = otto.get(address).content.decode()
        assert "You began" not in page
        assert "It is a bridge." not in page
    assert (
        "You began"
        not in signed_in(willow.tom).get(reverse("session_new", args=[willow.leo.public_id])).content.decode()
    )


def test_starting_afresh_throws_it_away(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    keep(tom, willow.maya, **form(child_words="It is a bridge."))
    response = tom.post(reverse("session_afresh", args=[willow.maya.public_id]))
    assert response.status_code == 302
    assert FormDraft.objects.get().data == {}
    assert "It is a bridge." not in tom.get(response["Location"]).content.decode()


def test_one_window_never_overwrites_what_another_kept(willow: Willow) -> None:
    import time_machine

    tom = signed_in(willow.tom)
    keep(tom, willow.maya, **form(child_words="first window"))
    with time_machine.travel(NOON + HOUR, tick=False):
        assert keep(tom, willow.maya, **form(child_words="second window")).status_code == 409
        assert FormDraft.objects.get().data["child_words"] == ["first window"]


def test_the_same_words_again_are_saved_already(willow: Willow) -> None:
    tom, words = signed_in(willow.tom), form(child_words="sent twice, the answer got lost")
    keep(tom, willow.maya, **words)
    assert keep(tom, willow.maya, **words).status_code == 200
    assert AuditEvent.objects.filter(action="draft_begun").count() == 1


def test_a_logged_form_is_not_kept_again(willow: Willow) -> None:
    tom, key = signed_in(willow.tom), str(uuid4())
    log(tom, willow.maya, form_key=key)
    assert keep(tom, willow.maya, **form(form_key=key, child_words="late")).status_code == 409
    assert not FormDraft.objects.exists()


# --- From home ------------------------------------------------------------------------------------------------------------


def test_what_came_since_the_last_session_stands_beside_the_form(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    update_from(willow.priya, willow.maya, NOON - 3 * DAY, "Before the last session.")
    Session.objects.create(
        practice=willow.practice, child=willow.maya, therapist=willow.tom, held_at=NOON - 2 * DAY, logged_at=NOON - 2 * DAY,
        minutes=50, moment=NOON - 2 * DAY,
    )  # fmt: skip
    update = update_from(willow.dan, willow.maya, NOON - DAY, "She knocked twice.")
    other = update_from(willow.priya, willow.maya, NOON - HOUR, "Slept well.")
    wrong = update_from(willow.priya, willow.maya, NOON - 2 * HOUR, "In the wrong record.")
    TakenOut.objects.create(
        practice=willow.practice,
        child=willow.maya,
        update=wrong,
        taken_by=willow.priya,
        taken_at=NOON - HOUR,
        reason="r",
    )
    page = tom.get(reverse("session_new", args=[willow.maya.public_id])).content.decode()
    assert page.index("Slept well.") < page.index("She knocked twice.")
    assert "Before the last session." not in page
    assert "In the wrong record." not in page
    session = log(tom, willow.maya, used=[str(update.pk)])
    mark = Mark.objects.get()
    assert (mark.update_id, mark.session_id, mark.kind, mark.marked_by_id) == (
        update.pk, session.pk, "used", willow.tom.pk,
    )  # fmt: skip
    assert str(other.pk) in str(page)
    read = page_of(tom, session)
    assert "She knocked twice." in read
    assert "used in session" in read
    family = page_of(signed_in(willow.dan), session)
    assert "She knocked twice." not in family
    assert "From home" not in family


def test_what_was_used_before_is_not_offered_again(willow: Willow) -> None:
    tom, update = signed_in(willow.tom), update_from(willow.joy, willow.leo, NOON - DAY)
    url = reverse("session_new", args=[willow.leo.public_id])
    assert 'name="used"' in tom.get(url).content.decode()
    tom.post(reverse("update_mark", args=[willow.leo.public_id, update.pk]), {"kind": "used"})
    page = tom.get(url).content.decode()
    assert 'name="used"' not in page
    assert "used in session" in page


def test_another_childs_update_cannot_be_used(willow: Willow) -> None:
    update = update_from(willow.joy, willow.leo, NOON - DAY)
    page = refused(signed_in(willow.tom), willow.maya, used=[str(update.pk)])
    assert "no longer there" in page
    assert not Mark.objects.exists()


def test_ten_at_once_and_a_way_to_all_of_them(willow: Willow) -> None:
    for number in range(12):
        update_from(willow.nell, willow.leo, NOON - HOUR * (number + 1), f"number {number}.")
    page = signed_in(willow.tom).get(reverse("session_new", args=[willow.leo.public_id])).content.decode()
    assert "number 9." in page
    assert "number 10." not in page
    assert "All of them" in page


def test_the_number_of_questions_does_not_grow_with_what_came(willow: Willow) -> None:
    url, counts = reverse("session_new", args=[willow.leo.public_id]), []
    for number in range(9):
        update = update_from(willow.nell, willow.leo, NOON - HOUR * (number + 1), f"number {number}.")
        Mark.objects.create(
            practice=willow.practice, child=willow.leo, update=update, marked_by=willow.tom, kind="seen", marked_at=NOON
        )
        counts.append(len(texts_of(willow.tom, url)))
    assert counts[0] == counts[2] == counts[-1]


# --- Late -----------------------------------------------------------------------------------------------------------------


def test_a_late_entry_is_told_to_the_team_alone(willow: Willow) -> None:
    """72 hours, one of them given back by the end of summer time."""
    tom = signed_in(willow.tom)
    late = log(tom, willow.maya, held_at="2026-10-30T12:59")
    assert "late entry" in page_of(tom, late)
    assert "late entry" not in page_of(signed_in(willow.dan), late)
    in_time = log(tom, willow.maya, held_at="2026-10-30T13:00")
    assert in_time != late
    assert "late entry" not in page_of(tom, in_time)


# --- Odd texts ------------------------------------------------------------------------------------------------------------

BOXES = ("affect", "child_words", "child_choices", "setting", "techniques", "themes")
SHORT = {"setting": 200, "techniques": 100, "themes": 100}
TEXTS = {
    "100,000 letters": "é" * 100_000,
    "100,001 letters": "é" * 100_001,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 🦊",
    "right to left": "שלום עולם مرحبا",
    "bidi controls": "\u202eabc\u202c\u2066x\u2069\u200f",
    "NUL": "a\u0000b",
    "lone surrogate": "a\ud800b",
    "markup": "<script>alert(1)</script>",
    "blank": " \t\n ",
}


def send(client: WallClient, url: str, data: dict[str, Any]) -> Any:
    client.raise_request_exception = False
    body = "&".join(f"{key}={quote(str(value).encode('utf-8', 'surrogatepass'))}" for key, value in data.items())
    return client.post(url, body, content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    "box", [*BOXES, "held_at", "minutes", "engagement", "length", "tapped_affect", "used", "form_key"]
)
@pytest.mark.parametrize("text", TEXTS)
def test_odd_texts_are_stored_whole_or_refused_plainly(willow: Willow, box: str, text: str) -> None:
    tom, words = signed_in(willow.tom), TEXTS[text]
    response = send(tom, reverse("session_new", args=[willow.maya.public_id]), form(**{box: words}))
    assert response.status_code in {200, 302}, response.status_code
    if response.status_code == 200:
        assert not Session.objects.exists()
        assert "Nothing is logged yet" in response.content.decode()
    elif box in BOXES:
        record = SessionRecord.objects.get()
        stored: Any = getattr(record, box)
        stored = stored[0] if stored and isinstance(stored, list) else stored or ""
        assert stored == words.replace("\ud800", "\ufffd").strip().replace("\n", "\r\n") or (
            text == "lone surrogate" and stored.startswith("a") and stored.endswith("b")
        )
        assert len(stored) <= SHORT.get(box, 100_000)
        assert page_of(tom, record.session)
    if box in {"affect", "child_words", "child_choices"}:
        assert response.status_code == (200 if text in {"100,001 letters", "NUL", "bidi controls"} else 302)


@pytest.mark.parametrize("text", TEXTS)
def test_odd_texts_are_kept_unsent(willow: Willow, text: str) -> None:
    tom, url = signed_in(willow.tom), reverse("session_draft", args=[willow.maya.public_id])
    for box in (*BOXES, "tapped_themes", "used", "attended"):
        response = send(tom, url, form(**{box: TEXTS[text]}) | {"form_key": str(uuid4())})
        assert response.status_code in {200, 409}
        page = tom.get(reverse("session_new", args=[willow.maya.public_id]) + "?draft=continue")
        assert page.status_code == 200
        tom.post(reverse("session_afresh", args=[willow.maya.public_id]))
