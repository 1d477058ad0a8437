"""A therapist's children go to a colleague at a moment in time (visibility.md, worked case 4; ADR 1, point 8).

Tom hands Maya over to Otto at noon of Monday, 9 November, New York time.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEvent, Child, CircleChange, CircleRow, Membership, Notice, Supervision
from sessions_log.models import ProcessNote, ProgressNote, Session
from tests import people
from tests.accounts.circling import hidden_in, look, read, row_of, save, text_of
from tests.harness import signed_in
from tests.people import DAY, LONG_AGO, NOON, ZONE, Willow

MOMENT = datetime(2026, 11, 9, 12, 0, tzinfo=ZONE)
SECOND = timedelta(seconds=1)


def url(willow: Willow) -> str:
    """Where Tom's children are handed over."""
    return f"{reverse('hand_over')}?who={willow.practice.public_id}.{willow.tom.public_id}"


def form(willow: Willow, **given: Any) -> dict[str, Any]:
    """To Otto, from the moment on."""
    return {
        "to": str(willow.otto.public_id), "which": "all", "when": "day", "moment": "2026-11-09T12:00",
        "evidence": "Tom leaves", "form_key": str(uuid4()), **given,
    }  # fmt: skip


def only(child: Child) -> dict[str, Any]:
    """One child ticked."""
    return {"which": "some", "children": [str(child.public_id)]}


def status(who: Any, name: str, *args: Any) -> int:
    """What an address answers somebody."""
    answer: Any = signed_in(who).get(reverse(name, args=args))
    code: int = answer.status_code
    return code


def written(willow: Willow) -> dict[str, UUID]:
    """A session of Tom's about Maya with a signed note, a draft and a process note."""
    placed = {"practice": willow.practice, "child": willow.maya}
    held = Session.objects.create(
        therapist=willow.tom, held_at=NOON - DAY, logged_at=NOON - DAY, moment=NOON - DAY, minutes=50, **placed
    )
    by = {"session": held, "author": willow.tom, "body": "WORDS-OF-TOM", "written_at": NOON - DAY, **placed}
    signed = ProgressNote.objects.create(changed_at=NOON - DAY, signed_at=NOON - DAY, signed_sha256="0" * 64, **by)
    draft = ProgressNote.objects.create(changed_at=NOON - DAY, **by)
    process = ProcessNote.objects.create(changed_at=NOON - DAY, **by)
    return {"signed": signed.pk, "draft": draft.pk, "process": process.pk}


def test_worked_case_4_by_the_page(willow: Willow) -> None:
    """A second before noon Tom opens all of it and Otto nothing; from noon on it is the other way round, drafts included; Tom's
    process note opens to neither on the child's pages."""
    notes = written(willow)
    said = save(signed_in(willow.omar), url(willow), form(willow))
    assert "From Monday, Nov. 9, 2026, noon." in said
    assert "2 children go over" in said
    about = willow.maya.public_id
    for moment, tom, otto in ((MOMENT - SECOND, 200, 404), (MOMENT, 404, 200)):
        with time_machine.travel(moment, tick=False):
            assert status(willow.tom, "child", about) == tom
            assert status(willow.otto, "child", about) == otto
            for note in ("signed", "draft"):
                assert status(willow.tom, "note", about, notes[note]) == tom, (moment, note)
                assert status(willow.otto, "note", about, notes[note]) == otto, (moment, note)
            assert status(willow.tom, "process_note", about, notes["process"]) == tom
            assert status(willow.otto, "process_note", about, notes["process"]) == 404
            assert status(willow.ines, "note", about, notes["signed"]) == tom  # on the team by supervising Tom


def test_the_new_therapist_adopts_an_unfinished_draft(willow: Willow) -> None:
    """It waits on the list of unfinished notes, says whose it was, and is signed by whoever adopts it."""
    notes = written(willow)
    save(signed_in(willow.omar), url(willow), form(willow, when="now", moment=""))
    assert reverse("note", args=[willow.maya.public_id, notes["draft"]]) in read(willow.otto, "unfinished")
    page = read(willow.otto, "note", willow.maya.public_id, notes["draft"])
    assert "Unfinished." in page
    session = ProgressNote.objects.get(pk=notes["draft"]).session_id
    place = reverse("note_new", args=[willow.maya.public_id, session])
    assert f'href="{place}?from={notes["draft"]}"' in page
    client = signed_in(willow.otto)
    empty = text_of(client.get(f"{place}?from={notes['draft']}"))
    assert ">\nWORDS-OF-TOM</textarea>" in empty
    sent = {**hidden_in(empty), "body": "WORDS-OF-TOM and mine", "sign": ""}
    saved: Any = client.post(place, sent)
    signing = text_of(client.get(saved["Location"]))
    assert client.post(saved["Location"], hidden_in(signing)).status_code == 302
    mine = ProgressNote.objects.get(author=willow.otto)
    assert (mine.body, mine.signed_at) == ("WORDS-OF-TOM and mine", NOON)
    assert ProgressNote.objects.get(pk=notes["draft"]).body == "WORDS-OF-TOM"
    assert reverse("note", args=[willow.maya.public_id, notes["draft"]]) not in read(willow.otto, "unfinished")


def test_nobody_adopts_what_its_author_goes_on_with(willow: Willow) -> None:
    """Beside Tom, Otto finds an empty form, whatever the address says; and of another session nothing either."""
    notes = written(willow)
    people.tie(willow.otto, willow.maya, "therapist")
    session = ProgressNote.objects.get(pk=notes["draft"]).session_id
    for key in (notes["draft"], notes["signed"], notes["process"], "x"):
        place = reverse("note_new", args=[willow.maya.public_id, session])
        assert "WORDS-OF-TOM" not in text_of(signed_in(willow.otto).get(f"{place}?from={key}"))


def test_the_family_is_told_when_it_begins_and_not_before(willow: Willow) -> None:
    """In plain words, under notices, on the first page and on Maya's; Karin, her teacher, too; Sue (none) nothing. In Dan's quiet
    time it does not reach him, and does not later."""
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - DAY, MOMENT + DAY)
    save(signed_in(willow.omar), url(willow), form(willow))
    sentence = "Since Monday, Nov. 9, 2026, Otto is Maya's therapist. Until then it was Tom."
    with time_machine.travel(MOMENT - SECOND, tick=False):
        assert "Otto" not in read(willow.priya, "notices")
        assert "Otto" not in read(willow.priya, "child", willow.maya.public_id)
    with time_machine.travel(MOMENT + timedelta(hours=1), tick=False):
        for who in (willow.priya, willow.karin, willow.maya_login):
            assert sentence in read(who, "home")
            assert sentence in read(who, "child", willow.maya.public_id)
            assert sentence in read(who, "notices")
            assert sentence not in read(who, "home")  # read
        assert sentence not in read(willow.dan, "notices") + read(willow.dan, "child", willow.maya.public_id)
    with time_machine.travel(MOMENT + 3 * DAY, tick=False):
        assert sentence not in read(willow.dan, "notices") + read(willow.dan, "child", willow.maya.public_id)
        assert sentence in read(willow.priya, "notices")
    assert not Notice.objects.filter(person=willow.sue).exists()


def test_what_cannot_go_over_is_left_out_and_said(willow: Willow) -> None:
    """Leo is Otto's already; Mia's is Otto's own family; Ben's row is a short one. Maya goes."""
    people.tie(willow.otto, willow.leo, "therapist")
    mia, ben = (people.child(willow.practice, name, date(2015, 1, 1)) for name in ("Mia", "Ben"))
    people.tie(willow.tom, mia, "therapist")
    people.tie(willow.otto, mia, "guardian", "none", ends=NOON - DAY)
    people.tie(willow.tom, ben, "therapist", ends=MOMENT + DAY)
    said = save(signed_in(willow.omar), url(willow), form(willow))
    left = said.split("3 children are left out")[1]
    for words in (
        "Leo</a>: Otto treats this child already",
        "Mia</a>: Otto is or was family",
        "Ben</a>: Tom stands here",
    ):
        assert words in left
    assert set(CircleChange.objects.values_list("child_id", flat=True)) == {willow.maya.pk}
    assert CircleRow.objects.get(child=willow.maya, person=willow.tom).ends == MOMENT
    assert row_of(willow.leo, willow.tom)


def test_a_child_ticked_goes_and_the_others_stay(willow: Willow) -> None:
    """From now on, of one child, with one line of the trail."""
    save(signed_in(willow.omar), url(willow), form(willow, **only(willow.leo), when="now", moment=""))
    assert CircleRow.objects.get(child=willow.leo, person=willow.tom).ends == NOON
    assert row_of(willow.maya, willow.tom)
    event = AuditEvent.objects.get(action="handed_over")
    assert (event.child_id, event.person_id, event.data) == (willow.leo.pk, willow.omar.pk, {"ahead": False})


def test_two_hundred_children_go_in_one_transaction_and_come_back(willow: Willow) -> None:
    """All of them or none; a form sent twice is one hand-over."""
    for number in range(198):
        people.tie(willow.tom, people.child(willow.practice, f"Child {number:03}", date(2015, 1, 1)), "therapist")
    client = signed_in(willow.omar)
    sent = {**hidden_in(look(client, url(willow), form(willow))), "step": "save"}
    for _ in range(2):
        answer: Any = client.post(url(willow), sent)
        assert answer.status_code == 302
    assert CircleChange.objects.count() == 200
    assert CircleRow.objects.filter(person=willow.otto, starts=MOMENT).count() == 200
    bundle = CircleChange.objects.values_list("bundle", flat=True)[0]
    assert "200 children from Tom to Otto" in read(willow.omar, "hand_over")
    back: Any = client.post(reverse("hand_over_take_back", args=[bundle]))
    assert back.status_code == 302
    assert not CircleRow.objects.filter(person=willow.otto).exists()
    assert CircleRow.objects.filter(person=willow.tom, ends=None).count() == 200
    assert not Notice.objects.filter(kind="therapist_from_now").exists()
    assert "200 children from Tom" not in read(willow.omar, "hand_over")
    again: Any = client.post(reverse("hand_over_take_back", args=[bundle]))
    assert again.status_code == 404


def test_one_that_is_refused_stops_all(willow: Willow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otto leaves the practice between the preview and the yes: nobody's row moves."""
    client = signed_in(willow.omar)
    sent = {**hidden_in(look(client, url(willow), form(willow))), "step": "save"}
    Membership.objects.filter(person=willow.otto).update(ends=NOON)
    monkeypatch.setattr("accounts.views.hand_over.staff_to_tie", lambda practice: [willow.otto])
    said = text_of(client.post(url(willow), sent))
    assert "it was saved for none" in said
    assert not CircleChange.objects.exists()
    assert row_of(willow.maya, willow.tom)


def test_a_caseload_that_changed_is_looked_at_again(willow: Willow) -> None:
    """Leo became Otto's in between: the admin sees what it means now, and saves that."""
    client = signed_in(willow.omar)
    sent = {**hidden_in(look(client, url(willow), form(willow))), "step": "save"}
    people.tie(willow.otto, willow.leo, "therapist")
    said = text_of(client.post(url(willow), sent))
    assert "The caseload changed after you opened it" in said
    assert not CircleChange.objects.exists()
    answer: Any = client.post(url(willow), {**hidden_in(said), "step": "save"})
    assert answer.status_code == 302
    assert CircleChange.objects.get().child_id == willow.maya.pk


def test_never_to_oneself_nor_away_from_oneself_nor_to_whom_one_supervises(willow: Willow) -> None:
    """An admin who treats is offered neither their own children nor themself; and no child they are family of."""
    people.employ(willow.omar, willow.practice, "therapist", "supervisor")
    people.tie(willow.omar, willow.leo, "therapist")
    page = read(willow.omar, "hand_over")
    assert str(willow.omar.public_id) not in page
    assert str(willow.omar.public_id) not in read(
        willow.omar, "hand_over", query=url(willow)[len(reverse("hand_over")) :]
    )
    Supervision.objects.create(practice=willow.practice, supervisor=willow.omar, therapist=willow.otto, starts=LONG_AGO)
    assert str(willow.otto.public_id) not in read(
        willow.omar, "hand_over", query=url(willow)[len(reverse("hand_over")) :]
    )
    people.employ(willow.dan, willow.practice, "admin")
    of_toms = read(willow.dan, "hand_over", query=url(willow)[len(reverse("hand_over")) :])
    assert "Leo" in of_toms
    assert "Maya" not in of_toms


@pytest.mark.parametrize(
    "moment", ["2026-11-02T12:00", "2026-11-02T11:00", "", "never", "1999-01-01T00:00", "9999-12-31T23:59"]
)
def test_a_moment_that_is_over_is_no_later_moment(willow: Willow, moment: str) -> None:
    """Nothing reaches back, and nothing breaks."""
    said = look(signed_in(willow.omar), url(willow), form(willow, moment=moment))
    assert "errorlist" in said


def test_one_child_is_taken_back_on_its_own_circle_page(willow: Willow) -> None:
    """The rest of the hand-over stands; the page of hand-overs counts what stands."""
    save(signed_in(willow.omar), url(willow), form(willow))
    bundle = CircleChange.objects.values_list("bundle", flat=True)[0]
    place = reverse("circle_take_back", args=[willow.maya.public_id, bundle])
    assert status(willow.tom, "circle_take_back", willow.maya.public_id, bundle) == 404
    assert place in read(willow.omar, "circle", willow.maya.public_id)
    signed_in(willow.omar).post(place)
    assert row_of(willow.maya, willow.tom)
    assert "1 child from Tom to Otto" in read(willow.omar, "hand_over")
    assert CircleRow.objects.get(child=willow.leo, person=willow.otto).starts == MOMENT
