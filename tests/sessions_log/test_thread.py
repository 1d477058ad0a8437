"""The first thread, through the pages: log, write, sign, share, read, post, answer."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Account, AuditEvent, Child, CircleRow, HelperConsent, Person
from sessions_log.models import (
    HomeUpdate,
    NoteOffer,
    Override,
    ProcessNote,
    ProgressNote,
    Reading,
    Release,
    Reply,
    Session,
    Summary,
)
from tests import people
from tests.harness import WallClient, signed_in
from tests.people import DAY, NOON, Willow


def log_session(client: WallClient, child: Child, **values: object) -> Session:
    data = {
        "held_at": "2026-11-02T10:00", "minutes": 50, "child_attended": "on", "engagement": 7,
        "techniques": "drawing, ladder", "child_words": "It is a bridge.", "form_key": uuid4(), **values,
    }  # fmt: skip
    response = client.post(reverse("session_new", args=[child.public_id]), data)
    assert response.status_code == 302, response.content.decode()
    return Session.objects.get()


def write_summary(client: WallClient, child: Child, session: Session, body: str = "A good week.") -> Summary:
    client.post(reverse("summary_new", args=[child.public_id, session.pk]), {"body": body, "form_key": uuid4()})
    return Summary.objects.get(body=body)


def say(client: WallClient, child: Child, summary: Summary, kind: str, *not_to: object) -> None:
    data = {"kind": kind, "not_to": [str(who) for who in not_to]}
    response = client.post(reverse("summary_wish", args=[child.public_id, summary.pk]), data)
    assert response.status_code == 302, response.content.decode()


def share(client: WallClient, child: Child, summary: Summary, *readers: Person, **more: object) -> int:
    url, chosen = (
        reverse("summary_share", args=[child.public_id, summary.pk]),
        {"readers": [str(r.public_id) for r in readers]},
    )
    seen = re.search(r'name="previewed" value="([^"]+)"', client.post(url, chosen).content.decode())
    data = {**chosen, "confirmed": "1", "previewed": seen[1] if seen else "", **more}
    status: int = client.post(url, data).status_code
    return status


def reads(who: Person, name: str, child: Child, item: object) -> bool:
    return bool(signed_in(who).get(reverse(name, args=[child.public_id, item])).status_code == 200)


def test_a_session_is_logged_with_its_layers(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    session = log_session(tom, willow.maya, attended=[str(willow.priya.public_id)])
    assert session.held_at == NOON.replace(hour=10)
    assert session.record.techniques == ["drawing", "ladder"]
    page = tom.get(reverse("session", args=[willow.maya.public_id, session.pk])).content.decode()
    assert "It is a bridge." in page
    assert "Priya" in page
    family = signed_in(willow.dan).get(reverse("session", args=[willow.maya.public_id, session.pk])).content.decode()
    assert "It is a bridge." not in family
    assert "Priya" not in family
    assert "50 minutes" in family


def test_a_form_sent_twice_logs_once(willow: Willow) -> None:
    tom, key = signed_in(willow.tom), uuid4()
    log_session(tom, willow.maya, form_key=key)
    log_session(tom, willow.maya, form_key=key)
    assert Session.objects.count() == 1


def test_a_note_is_drafted_signed_and_added_to(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    session = log_session(tom, willow.maya)
    new = reverse("note_new", args=[willow.maya.public_id, session.pk]) + "?template=dap"
    words = {"section_0": "d", "section_1": "a", "section_2": "p", "form_key": uuid4()}
    assert tom.post(new, {**words, "save": ""}).status_code == 302
    note = ProgressNote.objects.get()
    assert note.sections == [["Data", "d"], ["Assessment", "a"], ["Plan", "p"]]
    url = reverse("note", args=[willow.maya.public_id, note.pk])
    assert signed_in(willow.ines).get(url).status_code == 404
    signing = tom.post(url, {**words, "seen": note.changed_at.isoformat(), "sign": ""})["Location"]
    shown = tom.get(signing).context["form"].initial
    assert tom.post(signing, shown).status_code == 302
    note.refresh_from_db()
    assert note.signed_at == NOON
    assert len(note.signed_sha256) == 64
    assert "p" in signed_in(willow.ines).get(url).content.decode()
    assert signed_in(willow.priya).get(url).status_code == 404
    add = reverse("addendum_new", args=[willow.maya.public_id, note.pk])
    assert tom.post(add, {"body": "Later thought.", "form_key": uuid4()}).status_code == 302
    assert "Later thought." in tom.get(url).content.decode()
    again = tom.post(add, {"body": "", "form_key": uuid4()}).content.decode()
    assert "Later thought." in again


def test_the_box_of_a_draft_says_who_may_come_to_read_it(willow: Willow) -> None:
    """visibility.md, "Progress note, draft": its author; a supervisor it was offered to; when the author is no longer in
    force the therapists who are. The words beside it say no less."""
    tom = signed_in(willow.tom)
    session = log_session(tom, willow.maya)
    new = reverse("note_new", args=[willow.maya.public_id, session.pk]) + "?template=free"
    box = tom.get(new).content.decode()
    saved = tom.post(new, {"body": "words", "form_key": uuid4(), "save": ""}, follow=True).content.decode()
    for page in (unescape(box), unescape(saved)):
        assert "a supervisor it is offered to" in page
        assert "if you stop treating the child, the child's therapists take it over" in page.replace("If", "if")
    note = ProgressNote.objects.get()
    values = {"practice": willow.practice, "child": willow.maya, "note": note}
    people.tie(willow.otto, willow.maya, "therapist")
    assert not reads(willow.ines, "note", willow.maya, note.pk)
    NoteOffer.objects.create(**values, offered_by=willow.tom, person=willow.ines, offered_at=NOON)
    assert reads(willow.ines, "note", willow.maya, note.pk)
    assert not reads(willow.otto, "note", willow.maya, note.pk)
    CircleRow.objects.filter(person=willow.tom).update(ends=NOON)
    assert reads(willow.otto, "note", willow.maya, note.pk)


def test_a_blank_note_cannot_be_signed(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    session = log_session(tom, willow.maya)
    new = reverse("note_new", args=[willow.maya.public_id, session.pk]) + "?template=free"
    page = tom.post(new, {"body": "  ", "form_key": uuid4(), "sign": ""})
    assert "nothing to sign yet" in page.content.decode()
    assert not ProgressNote.objects.exists()


def test_an_old_window_never_overwrites_a_newer_text(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    session = log_session(tom, willow.maya)
    new = reverse("note_new", args=[willow.maya.public_id, session.pk]) + "?template=free"
    tom.post(new, {"body": "first", "form_key": uuid4(), "save": ""})
    note = ProgressNote.objects.get()
    ProgressNote.objects.update(body="newer words", changed_at=NOON - DAY)
    url = reverse("note", args=[willow.maya.public_id, note.pk])
    page = tom.post(url, {"body": "older window", "form_key": uuid4(), "seen": note.changed_at.isoformat(), "save": ""})
    assert page.status_code == 409
    assert "newer words" in page.content.decode()
    assert "older window" in page.content.decode()
    note.refresh_from_db()
    assert note.body == "newer words"
    again = tom.post(url, {"body": "merged", "form_key": uuid4(), "seen": (NOON - DAY).isoformat(), "save": ""})
    assert again.status_code == 302
    note.refresh_from_db()
    assert note.body == "merged"


def test_a_process_note_is_its_authors_alone(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    session = log_session(tom, willow.maya)
    new = reverse("process_note_new", args=[willow.maya.public_id, session.pk])
    tom.post(new, {"body": "my own hypothesis", "form_key": uuid4()})
    note = ProcessNote.objects.get()
    assert reads(willow.tom, "process_note", willow.maya, note.pk)
    for name in ("ines", "ruth", "omar", "priya", "maya_login", "otto", "sue"):
        assert not reads(willow.people[name], "process_note", willow.maya, note.pk), name
    page = signed_in(willow.ines).get(reverse("session", args=[willow.maya.public_id, session.pk])).content.decode()
    assert "process" not in page.lower()


def test_a_summary_reaches_chosen_readers_only(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    say(tom, willow.maya, summary, "may_share")
    preview = tom.post(
        reverse("summary_share", args=[willow.maya.public_id, summary.pk]), {"readers": [str(willow.priya.public_id)]}
    )
    assert "Share with Priya" in preview.content.decode()
    assert not Release.objects.exists()
    assert share(tom, willow.maya, summary, willow.priya) == 302
    assert reads(willow.priya, "summary", willow.maya, summary.pk)
    assert not reads(willow.dan, "summary", willow.maya, summary.pk)
    assert Reading.objects.get().read_at == NOON
    team = tom.get(reverse("summary", args=[willow.maya.public_id, summary.pk])).content.decode()
    assert "read" in team
    assert "Priya" in team


def test_against_the_wish_only_with_ground_and_explanation(willow: Willow) -> None:
    """Worked case 5."""
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    say(tom, willow.maya, summary, "not_to", willow.dan.public_id)
    assert share(tom, willow.maya, summary, willow.dan) == 409
    assert share(tom, willow.maya, summary, willow.dan, ground="court_order") == 409
    assert not Release.objects.exists()
    assert share(tom, willow.maya, summary, willow.dan, ground="court_order", explanation="I told her why.") == 302
    assert reads(willow.dan, "summary", willow.maya, summary.pk)
    from tests.harness import viewing

    with viewing(willow.maya_login):
        assert Override.objects.visible().get().ground == "court_order"
    with viewing(willow.dan):
        assert not Override.objects.exists()


def test_unasked_is_against_the_wish_from_the_assent_age_on(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    assert share(tom, willow.maya, summary, willow.priya) == 409
    assert share(tom, willow.maya, summary, willow.maya_login) == 302


def test_below_the_assent_age_the_wish_is_shown_not_enforced(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.leo, log_session(tom, willow.leo))
    assert share(tom, willow.leo, summary, willow.nell) == 302


def test_the_database_holds_the_wish_too(willow: Willow) -> None:
    from django.db import IntegrityError, connection, transaction

    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    with pytest.raises(IntegrityError, match="wish"), transaction.atomic():
        Release.objects.create(
            practice=willow.practice, child=willow.maya, summary=summary, recipient=willow.priya,
            released_by=willow.tom, released_at=NOON,
        )  # fmt: skip
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_released_summary_never_changes(willow: Willow) -> None:
    from django.db import IntegrityError, transaction

    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.leo, log_session(tom, willow.leo))
    edit = reverse("summary_edit", args=[willow.leo.public_id, summary.pk])
    assert tom.get(edit).status_code == 200
    share(tom, willow.leo, summary, willow.nell)
    assert tom.get(edit).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        Summary.objects.filter(pk=summary.pk).update(body="other")


def test_who_may_not_receive_cannot_be_chosen(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    page = tom.get(reverse("summary_share", args=[willow.maya.public_id, summary.pk])).content.decode()
    assert "consent for this helper is missing" in page
    assert "cannot receive summaries" in page
    assert share(tom, willow.maya, summary, willow.karin) == 200
    HelperConsent.objects.create(
        practice=willow.practice, child=willow.maya, circle_row=CircleRow.objects.get(person=willow.karin),
        given_by=willow.priya, scope="class", given_at=NOON - DAY,
    )  # fmt: skip
    say(tom, willow.maya, summary, "may_share")
    assert share(tom, willow.maya, summary, willow.karin) == 302
    assert reads(willow.karin, "summary", willow.maya, summary.pk)


def test_quiet_is_told_to_the_therapist_and_reaches_nobody(willow: Willow) -> None:
    """Worked case 3."""
    tom = signed_in(willow.tom)
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - DAY, NOON + DAY)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    say(tom, willow.maya, summary, "may_share")
    assert share(tom, willow.maya, summary, willow.dan) == 409
    assert share(tom, willow.maya, summary, willow.dan, send_anyway="on") == 302
    assert not reads(willow.dan, "summary", willow.maya, summary.pk)
    import time_machine

    with time_machine.travel(NOON + 30 * DAY, tick=False):
        assert not reads(willow.dan, "summary", willow.maya, summary.pk)


def post_update(who: Person, child: Child, *shared: Person, body: str = "A calm evening.") -> HomeUpdate:
    data = {
        "kind": "win", "body": body, "observed_at": "2026-11-02T08:00", "form_key": uuid4(),
        "share_with": [str(other.public_id) for other in shared],
    }  # fmt: skip
    response = signed_in(who).post(reverse("update_new", args=[child.public_id]), data)
    assert response.status_code == 302, response.content.decode()
    return HomeUpdate.objects.get(body=body)


def test_an_update_is_shared_by_choice_without_the_reply(willow: Willow) -> None:
    """Worked case 1."""
    update = post_update(willow.priya, willow.maya)
    url = reverse("update", args=[willow.maya.public_id, update.pk])
    assert not reads(willow.dan, "update", willow.maya, update.pk)
    reply = reverse("update_reply", args=[willow.maya.public_id, update.pk])
    assert signed_in(willow.tom).post(reply, {"body": "Well done.", "form_key": uuid4()}).status_code == 302
    share_url = reverse("update_share", args=[willow.maya.public_id, update.pk])
    signed_in(willow.priya).post(share_url, {"person": str(willow.dan.public_id)})
    dans = signed_in(willow.dan).get(url).content.decode()
    assert "A calm evening." in dans
    assert "Well done." not in dans
    assert "Replies" not in dans
    assert "Well done." in signed_in(willow.priya).get(url).content.decode()
    signed_in(willow.priya).post(share_url, {"person": str(willow.dan.public_id), "withdraw": "1"})
    assert not reads(willow.dan, "update", willow.maya, update.pk)


def test_a_reply_to_someone_quiet_says_so(willow: Willow) -> None:
    update = post_update(willow.dan, willow.maya)
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - DAY)
    url = reverse("update", args=[willow.maya.public_id, update.pk])
    assert "will not reach Dan" in signed_in(willow.tom).get(url).content.decode()
    reply = reverse("update_reply", args=[willow.maya.public_id, update.pk])
    signed_in(willow.tom).post(reply, {"body": "Thank you.", "form_key": uuid4(), "anyway": "1"})
    assert Reply.objects.count() == 1
    assert AuditEvent.objects.get(action="update_answered").data == {"anyway": True}
    dans = signed_in(willow.dan).get(url).content.decode()
    assert "A calm evening." in dans
    assert "Thank you." not in dans


def test_a_guardian_cannot_share_with_someone_they_are_not_told_of(willow: Willow) -> None:
    update = post_update(willow.priya, willow.maya)
    share_url = reverse("update_share", args=[willow.maya.public_id, update.pk])
    for other in (willow.karin, willow.sue, willow.nell):
        assert signed_in(willow.priya).post(share_url, {"person": str(other.public_id)}).status_code == 404


def test_marks_come_back_to_the_author(willow: Willow) -> None:
    update = post_update(willow.joy, willow.leo)
    mark = reverse("update_mark", args=[willow.leo.public_id, update.pk])
    assert signed_in(willow.tom).post(mark, {"kind": "used"}).status_code == 302
    page = signed_in(willow.joy).get(reverse("update", args=[willow.leo.public_id, update.pk])).content.decode()
    assert "used in session" in page


def test_the_stream_pages_through_everything_once(willow: Willow) -> None:
    for number in range(45):
        HomeUpdate.objects.create(
            practice=willow.practice, child=willow.leo, author=willow.nell, kind="win", body=f"u{number}.",
            observed_at=NOON - DAY, posted_at=NOON - DAY * (number // 2),
        )  # fmt: skip
    url, seen, client = reverse("child", args=[willow.leo.public_id]), [], signed_in(willow.nell)
    while url:
        page = client.get(url).content.decode()
        seen += re.findall(r"u\d+\.", page)
        older = re.search(r'href="(\?before=[^"]+)"', page)
        url = reverse("child", args=[willow.leo.public_id]) + older[1] if older else ""
    assert sorted(seen) == sorted(f"u{number}." for number in range(45))


def test_a_mark_is_answered_by_the_marks_alone(willow: Willow) -> None:
    update = post_update(willow.joy, willow.leo)
    mark = reverse("update_mark", args=[willow.leo.public_id, update.pk])
    part = signed_in(willow.tom).post(mark, {"kind": "seen"}, headers={"HX-Request": "true"}).content.decode()
    assert "seen" in part
    assert "A calm evening." not in part
    assert "<html" not in part
    assert signed_in(willow.ines).post(mark, {"kind": "liked"}).status_code == 404


def test_a_key_used_twice_with_other_words_lets_neither_win(willow: Willow) -> None:
    tom, key = signed_in(willow.tom), uuid4()
    session = log_session(tom, willow.maya)
    new = reverse("note_new", args=[willow.maya.public_id, session.pk]) + "?template=free"
    tom.post(new, {"body": "first", "form_key": key, "save": ""})
    page = tom.post(new, {"body": "first, and more", "form_key": key, "sign": ""}).content.decode()
    assert "first, and more" in page
    assert "arrived once before" in page
    note = ProgressNote.objects.get()
    assert (note.body, note.signed_at) == ("first", None)
    leo = log_session_of(tom, willow.leo)
    other = reverse("note_new", args=[willow.leo.public_id, leo.pk]) + "?template=free"
    tom.post(other, {"body": "first", "form_key": key, "sign": ""})
    note.refresh_from_db()
    assert note.signed_at is None


def log_session_of(client: WallClient, child: Child) -> Session:
    data = {"held_at": "2026-11-02T09:00", "minutes": 45, "form_key": uuid4()}
    client.post(reverse("session_new", args=[child.public_id]), data)
    return Session.objects.get(child=child)


def test_an_update_resent_with_other_words_keeps_both(willow: Willow) -> None:
    key, url = uuid4(), reverse("update_new", args=[willow.maya.public_id])
    data = {"kind": "worry", "body": "She cried.", "observed_at": "2026-11-02T08:00", "form_key": key}
    priya = signed_in(willow.priya)
    priya.post(url, data)
    page = priya.post(url, {**data, "body": "She cried. She said why."}).content.decode()
    assert "She cried. She said why." in page
    assert [update.body for update in HomeUpdate.objects.all()] == ["She cried."]
    shared = priya.post(url, {**data, "share_with": [str(willow.dan.public_id)]})
    assert shared.status_code == 302
    assert reads(willow.dan, "update", willow.maya, HomeUpdate.objects.get().pk)


def test_a_confirmation_rests_on_what_was_previewed(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.leo, log_session(tom, willow.leo))
    url = reverse("summary_share", args=[willow.leo.public_id, summary.pk])
    chosen = {"readers": [str(willow.nell.public_id)]}
    seen = re.search(r'name="previewed" value="([^"]+)"', tom.post(url, chosen).content.decode())
    assert seen
    Summary.objects.update(body="Words nobody previewed.", changed_at=NOON - DAY)
    again = tom.post(url, {**chosen, "confirmed": "1", "previewed": seen[1]})
    assert again.status_code == 409
    assert "Words nobody previewed." in again.content.decode()
    assert not Release.objects.exists()


def test_an_older_window_never_overwrites_the_childs_newer_wish(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    url = reverse("summary_wish", args=[willow.maya.public_id, summary.pk])
    old = {"kind": "may_share", "seen": (NOON - DAY).isoformat()}
    say(tom, willow.maya, summary, "nobody")
    assert "after you opened this page" in tom.post(url, old).content.decode()
    assert [wish.kind for wish in summary.wishes.order_by("replaces")] == ["nobody", "not_asked"]


def test_an_ended_row_of_the_young_person_is_no_way_around_the_wish(willow: Willow) -> None:
    from sessions_log.models import Wish

    people.tie(willow.dan, willow.maya, "young_person", starts=NOON - 9 * DAY, ends=NOON - 8 * DAY)
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    say(tom, willow.maya, summary, "nobody")
    assert share(tom, willow.maya, summary, willow.dan) == 409
    assert Wish.objects.filter(kind="nobody", replaces__kind="not_asked").exists()


def test_a_helpers_consent_is_by_a_full_guardian_on_the_present_row(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    say(tom, willow.maya, summary, "may_share")
    consent = HelperConsent.objects.create(
        practice=willow.practice, child=willow.maya, circle_row=CircleRow.objects.get(person=willow.karin),
        given_by=willow.sue, scope="class", given_at=NOON - DAY,
    )  # fmt: skip
    assert share(tom, willow.maya, summary, willow.karin) == 200
    HelperConsent.objects.filter(pk=consent.pk).update(given_by=willow.priya)
    assert share(tom, willow.maya, summary, willow.karin) == 302


def test_what_a_page_said_ends_with_the_session(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - DAY)
    summary = write_summary(tom, willow.maya, log_session(tom, willow.maya))
    say(tom, willow.maya, summary, "may_share")
    tom.get("/")
    assert share(tom, willow.maya, summary, willow.dan, send_anyway="on") == 302
    tom.post(reverse("account_logout"))
    assert "Dan" not in tom.get("/accounts/login/").content.decode()
    assert set(tom.cookies) <= {"session-8000", "csrf-8000"}


def test_closed_is_not_told_to_whoever_sees_nothing_anyway(willow: Willow) -> None:
    people.tie(willow.sue, willow.maya, "helper", starts=NOON - DAY)
    people.restrict(willow.sue, willow.maya, "closed", willow.ruth, NOON - DAY)
    people.restrict(willow.dan, willow.maya, "closed", willow.ruth, NOON - DAY)
    assert "Maya" not in signed_in(willow.sue).get("/").content.decode()
    assert "Maya" in signed_in(willow.dan).get("/").content.decode()


def test_a_reply_that_cannot_arrive_is_not_said_to_be_sent(willow: Willow) -> None:
    update = post_update(willow.dan, willow.maya)
    people.restrict(willow.dan, willow.maya, "closed", willow.ruth, NOON - DAY)
    reply = reverse("update_reply", args=[willow.maya.public_id, update.pk])
    page = signed_in(willow.tom).post(reply, {"body": "Thank you.", "form_key": uuid4()}).content.decode()
    assert "Nothing was sent yet" in page
    assert not Reply.objects.exists()


def test_a_look_with_head_is_no_reading(willow: Willow) -> None:
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.leo, log_session(tom, willow.leo))
    share(tom, willow.leo, summary, willow.nell)
    address = reverse("summary", args=[willow.leo.public_id, summary.pk])
    assert signed_in(willow.nell).head(address).status_code == 405
    assert not Reading.objects.exists()


def test_no_request_shows_a_summary_without_a_reading(willow: Willow) -> None:
    """Posting to its address shows nothing; its line on the child's page, when it holds every word of it, is a reading."""
    tom, nell = signed_in(willow.tom), signed_in(willow.nell)
    long, session = ("A good week. " * 40).strip(), log_session(tom, willow.leo)
    for body in (long, "A good week."):
        share(tom, willow.leo, write_summary(tom, willow.leo, session, body), willow.nell)
    short = Summary.objects.get(body="A good week.")
    answer = nell.post(reverse("summary", args=[willow.leo.public_id, short.pk]))
    assert answer.status_code == 405
    assert not Reading.objects.exists()
    stream = reverse("child", args=[willow.leo.public_id])
    for client in (tom, nell, nell):
        assert "A good week." in client.get(stream).content.decode()
    assert [reading.release.summary_id for reading in Reading.objects.select_related("release")] == [short.pk]
    assert Reading.objects.get().reader_id == willow.nell.pk


def test_readers_are_named_as_the_therapist_would_say_it(willow: Willow) -> None:
    """In Spanish "Priya e Ivy"."""
    ivy = people.person("Ivy")
    people.tie(ivy, willow.leo, "guardian", "informed", relationship="aunt", starts=NOON - DAY)  # the last in the list
    people.explain(ivy, willow.leo, willow.tom)
    tom = signed_in(willow.tom)
    summary = write_summary(tom, willow.leo, log_session(tom, willow.leo))
    Account.objects.filter(pk=willow.tom.pk).update(language="es")
    url, chosen = reverse("summary_share", args=[willow.leo.public_id, summary.pk]), [willow.nell, ivy]
    preview = tom.post(url, {"readers": [str(who.public_id) for who in chosen]})
    assert "Compartir con Nell e Ivy" in preview.content.decode()
    assert share(tom, willow.leo, summary, *chosen) == 302
    read = tom.get(reverse("summary", args=[willow.leo.public_id, summary.pk]))
    assert "Nell e Ivy" in read.content.decode()
