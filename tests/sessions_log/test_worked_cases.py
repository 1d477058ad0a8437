"""The worked cases of visibility.md, one test each, through the pages. Disclosures (case 2) come with concerns."""

from datetime import datetime

import time_machine
from django.urls import reverse

from accounts.models import Agreement, Child, CircleRow, Person
from sessions_log.models import HomeUpdate, ProcessNote, ProgressNote, Release, Session, Sharing, Summary, Wish
from tests import people
from tests.accounts.joining import plain
from tests.harness import signed_in
from tests.people import DAY, NOON, Willow


def held(willow: Willow, child: Child, at: datetime = NOON - 7 * DAY) -> Session:
    return Session.objects.create(
        practice=willow.practice, child=child, therapist=willow.tom, held_at=at, logged_at=at, moment=at, minutes=50
    )


def note(
    willow: Willow, session: Session, at: datetime, body: str = "Signed words.", *, signed: bool = True
) -> ProgressNote:
    return ProgressNote.objects.create(
        practice=willow.practice, child=session.child, session=session, author=willow.tom, body=body, written_at=at,
        changed_at=at, signed_at=at if signed else None,
    )  # fmt: skip


def summary(willow: Willow, session: Session, at: datetime, *readers: Person, body: str = "Kind words.") -> Summary:
    placed = {"practice": willow.practice, "child": session.child}
    made = Summary.objects.create(**placed, session=session, author=willow.tom, body=body, written_at=at, changed_at=at)
    Wish.objects.create(**placed, summary=made, kind="may_share", asked_at=at, recorded_by=willow.tom, recorded_at=at)
    for reader in readers:
        Release.objects.create(**placed, summary=made, recipient=reader, released_by=willow.tom, released_at=at)
    return made


def page(who: Person, name: str, child: Child, *more: object) -> str:
    response = signed_in(who).get(reverse(name, args=[child.public_id, *more]))
    if response.status_code != 200:
        return str(response.status_code)
    return plain(response.content.decode())


def test_case_1_an_unshared_update_leaves_no_trace(willow: Willow) -> None:
    before = page(willow.dan, "child", willow.maya)
    update = HomeUpdate.objects.create(
        practice=willow.practice, child=willow.maya, author=willow.priya, kind="win", body="Hers alone.",
        observed_at=NOON - DAY, posted_at=NOON - DAY,
    )  # fmt: skip
    assert page(willow.dan, "child", willow.maya) == before
    Sharing.objects.create(
        practice=willow.practice, child=willow.maya, update=update, shared_by=willow.priya, person=willow.dan,
        posted_at=update.posted_at, shared_at=NOON - DAY,
    )  # fmt: skip
    assert "Hers alone." in page(willow.dan, "child", willow.maya)


def test_case_2_a_concern_that_names_dan_changes_only_what_is_withheld(willow: Willow) -> None:
    Agreement.objects.filter(child=willow.maya).update(guardian_access="signed_notes")
    session = held(willow, willow.maya)
    earlier = note(willow, session, NOON - 6 * DAY, "Before the concern.")
    assert "Before the concern." in page(willow.dan, "note", willow.maya, earlier.pk)
    pages = [page(willow.dan, "child", willow.maya), page(willow.dan, "session", willow.maya, session.pk)]
    people.name_in_concern(willow.dan, willow.maya, NOON - 5 * DAY)
    later = note(willow, session, NOON - 4 * DAY, "After the concern.")
    assert page(willow.dan, "note", willow.maya, later.pk) == "404"
    assert [page(willow.dan, "child", willow.maya), page(willow.dan, "session", willow.maya, session.pk)] == pages
    assert "Before the concern." in page(willow.dan, "note", willow.maya, earlier.pk)
    assert "After the concern." in page(willow.priya, "note", willow.maya, later.pk)


def test_case_3_quiet_stays_quiet_after_it_ends(willow: Willow) -> None:
    session = held(willow, willow.maya)
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - 3 * DAY, NOON + 10 * DAY)
    monday = summary(willow, session, NOON - 4 * DAY, willow.dan, body="Monday's.")
    wednesday = summary(willow, session, NOON - 2 * DAY, willow.dan, body="Wednesday's.")
    own = HomeUpdate.objects.create(
        practice=willow.practice, child=willow.maya, author=willow.dan, kind="win", body="His own.",
        observed_at=NOON - DAY, posted_at=NOON - DAY,
    )  # fmt: skip
    for moment in (NOON, NOON + 60 * DAY):
        with time_machine.travel(moment, tick=False):
            stream = page(willow.dan, "child", willow.maya)
            assert "Monday" in stream
            assert "Wednesday" not in stream
            assert "His own." in stream
            assert page(willow.dan, "summary", willow.maya, wednesday.pk) == "404"
            assert "Monday" in page(willow.dan, "summary", willow.maya, monday.pk)
    assert "His own." in page(willow.tom, "update", willow.maya, own.pk)


def test_case_4_the_therapist_who_left_opens_nothing(willow: Willow) -> None:
    session = held(willow, willow.maya)
    signed = note(willow, session, NOON - 5 * DAY)
    draft = note(willow, session, NOON - 5 * DAY, "Unfinished.", signed=False)
    mine = ProcessNote.objects.create(
        practice=willow.practice, child=willow.maya, session=session, author=willow.tom, body="Mine.",
        written_at=NOON - 5 * DAY, changed_at=NOON - 5 * DAY,
    )  # fmt: skip
    CircleRow.objects.filter(person=willow.tom, child=willow.maya).update(ends=NOON)
    people.tie(willow.otto, willow.maya, "therapist", starts=NOON - DAY)
    for name, key in (("note", signed.pk), ("note", draft.pk), ("session", session.pk)):
        assert page(willow.tom, name, willow.maya, key) == "404", name
    assert page(willow.tom, "child", willow.maya) == "404"
    assert "Unfinished. A draft of someone who may no longer go on with it" in page(
        willow.otto, "note", willow.maya, draft.pk
    )
    assert page(willow.otto, "process_note", willow.maya, mine.pk) == "404"
    from tests.harness import viewing

    with viewing(willow.tom):
        assert ProcessNote.objects.visible().filter(pk=mine.pk).exists()
        assert not ProgressNote.objects.exclude(child=willow.leo).exists()


def test_case_6_an_admin_reads_no_clinical_text(willow: Willow) -> None:
    session = held(willow, willow.maya)
    note(willow, session, NOON - 5 * DAY, "CLINICAL-N")
    summary(willow, session, NOON - 5 * DAY, willow.priya, body="CLINICAL-S")
    people.restrict(willow.dan, willow.maya, "quiet", willow.ruth, NOON - DAY)
    people.name_in_concern(willow.dan, willow.maya, NOON - DAY)
    admin = signed_in(willow.omar)
    pages = [admin.get(address) for address in ("/", reverse("people"), reverse("circles"))]
    for answer in (*pages, admin.post(reverse("people"), {"q": "Dan"})):
        words = answer.content.decode()
        assert "CLINICAL" not in words
        assert "quiet" not in words.lower()
        assert "concern" not in words.lower()
    assert admin.get(reverse("child", args=[willow.maya.public_id])).status_code == 404


def test_case_7_at_eighteen_the_parents_rows_end(willow: Willow) -> None:
    with time_machine.travel(people.day(5, 13, 23, year=2030), tick=False):
        assert "About Maya." in page(willow.priya, "child", willow.maya)
    with time_machine.travel(people.day(5, 14, 0, year=2030), tick=False):
        assert page(willow.priya, "child", willow.maya) == "404"
        assert "About Maya." in page(willow.maya_login, "child", willow.maya)


def test_case_8_a_teacher_reads_the_card_and_what_is_hers(willow: Willow) -> None:
    session = held(willow, willow.maya)
    note(willow, session, NOON - 5 * DAY)
    summary(willow, session, NOON - 5 * DAY, willow.priya, body="For mum.")
    hers = summary(willow, session, NOON - 4 * DAY, willow.karin, body="For class.")
    stream = page(willow.karin, "child", willow.maya)
    assert "About Maya." in stream
    assert "For class." in stream
    assert "For mum." not in stream
    assert "50 minutes" not in stream
    assert page(willow.karin, "session", willow.maya, session.pk) == "404"
    assert "For class." in page(willow.karin, "summary", willow.maya, hers.pk)


def test_case_9_the_aunt_who_supervises_reads_nothing(willow: Willow) -> None:
    session = held(willow, willow.maya)
    signed = note(willow, session, NOON - 5 * DAY)
    assert page(willow.sue, "child", willow.maya) == "404"
    assert page(willow.sue, "note", willow.maya, signed.pk) == "404"
    assert "Maya" not in signed_in(willow.sue).get("/").content.decode()


def test_case_10_opening_the_record_is_not_retroactive(willow: Willow) -> None:
    session = held(willow, willow.maya, NOON - 40 * DAY)
    closed = note(willow, session, NOON - 20 * DAY, "While it was closed.")
    opened = note(willow, session, NOON - 5 * DAY, "Since it is open.")
    assert page(willow.priya, "note", willow.maya, opened.pk) == "404"
    people.agree(willow.maya, NOON - 10 * DAY, guardian="signed_notes")
    assert "Since it is open." in page(willow.priya, "note", willow.maya, opened.pk)
    assert page(willow.priya, "note", willow.maya, closed.pk) == "404"
    people.agree(willow.maya, NOON - DAY, guardian="summaries_only")
    assert page(willow.priya, "note", willow.maya, opened.pk) == "404"
