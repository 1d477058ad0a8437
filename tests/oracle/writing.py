"""May this person add this row, or change that row into this one? What no function allows is refused (principle 2).

Whoever writes does so in their own name, about an item of the same child that they may read, at a moment that has come, and
neither in error nor already withdrawn: those are pages of their own.
"""

from collections.abc import Callable
from datetime import datetime

from tests.oracle import writing_circle, writing_office
from tests.oracle.reading import may_read
from tests.oracle.reading_sessions import reviews, stands_for
from tests.oracle.standing import (
    comes_of,
    contains,
    family_roles,
    is_active,
    is_own,
    is_supervisor,
    is_therapist,
    on_team,
    time_contains,
    works_in,
)
from tests.oracle.world import Row, World, same_but


def readable(world: World, me: int, model: str, pk: object, child: int, now: datetime) -> Row | None:
    """The item something is hung on: there, of the same child, and readable."""
    found = world.where(model, "pk", pk)
    if found and found[0].child_id == child and may_read(world, me, found[0], now):
        return found[0]
    return None


def audit_event(world: World, me: int, row: Row, now: datetime) -> bool:
    """Everyone writes their own acts."""
    return bool(row.person_id == me)


def session(world: World, me: int, row: Row, now: datetime) -> bool:
    """The child's therapists, for sessions of their own; it may be held later than it is logged."""
    mine = row.therapist_id == me and row.logged_at <= now and row.error_at is None
    return mine and is_therapist(world, me, row.child_id, now)


def _my_session(world: World, me: int, row: Row, now: datetime) -> Row | None:
    held = readable(world, me, "Session", row.session_id, row.child_id, now)
    return held if held and held.therapist_id == me and is_therapist(world, me, row.child_id, now) else None


def record(world: World, me: int, row: Row, now: datetime) -> bool:
    """Whoever logged the session, with it."""
    return row.author_id == me and row.error_at is None and _my_session(world, me, row, now) is not None


def attendance(world: World, me: int, row: Row, now: datetime) -> bool:
    """Whoever logged the session, with it, at the session's moment."""
    held = _my_session(world, me, row, now)
    return held is not None and row.logged_by_id == me and row.error_at is None and row.moment == held.moment


def written_about_a_session(world: World, me: int, row: Row, now: datetime) -> bool:
    """The child's therapists, in their own name, about a session of this child they can read and that is not in error."""
    mine = row.author_id == me and row.written_at <= now and row.error_at is None
    held = readable(world, me, "Session", row.session_id, row.child_id, now)
    return mine and is_therapist(world, me, row.child_id, now) and held is not None and held.error_at is None


def progress_note(world: World, me: int, row: Row, now: datetime) -> bool:
    """As a draft of their own."""
    return row.signed_at is None and written_about_a_session(world, me, row, now)


def addendum(world: World, me: int, row: Row, now: datetime) -> bool:
    """The child's therapists, on a signed note they can read."""
    note = readable(world, me, "ProgressNote", row.note_id, row.child_id, now)
    mine = row.author_id == me and row.added_at <= now and row.error_at is None
    return mine and is_therapist(world, me, row.child_id, now) and note is not None and note.signed_at is not None


def is_wished(world: World, row: Row) -> bool:
    """Releasing a summary: from the assent age on not against the child's wish, or unasked; to the child always.

    (An override comes with its release in one transaction and is tried there.)
    """
    if row.released_at < comes_of(world, row.child_id, "assent_age"):
        return True
    theirs = world.where("CircleRow", "person_id", row.recipient_id)
    own = [tie for tie in theirs if tie.child_id == row.child_id and tie.role == "young_person"]
    if any(contains(tie, row.released_at) for tie in own):
        return True
    answers = world.where("Wish", "summary_id", row.summary_id)
    for wish_row in (answer for answer in answers if answer.pk not in {each.replaces_id for each in answers}):
        asked = wish_row.kind == "ask_me" and wish_row.asked_at is not None
        spared = wish_row.kind == "not_to" and row.recipient_id not in wish_row.not_to
        return bool(wish_row.kind == "may_share" or asked or spared)
    return False


def release(world: World, me: int, row: Row, now: datetime) -> bool:
    """The child's therapists, of a summary of this child that is not in error, as the child wishes."""
    found = world.where("Summary", "pk", row.summary_id)
    summary = found[0] if found and found[0].child_id == row.child_id else None
    fresh = row.released_at <= now and row.withdrawn_at is None and row.error_at is None
    return (
        row.released_by_id == me
        and fresh
        and is_therapist(world, me, row.child_id, now)
        and summary is not None
        and summary.error_at is None
        and is_wished(world, row)
    )


def reading(world: World, me: int, row: Row, now: datetime) -> bool:
    """The recipient, of their own standing release."""
    released = readable(world, me, "Release", row.release_id, row.child_id, now)
    return (
        released is not None
        and released.error_at is None
        and row.reader_id == me
        and row.read_at <= now
        and stands_for(world, me, released, now)
    )


def override(world: World, me: int, row: Row, now: datetime) -> bool:
    """Whoever made the release."""
    released = readable(world, me, "Release", row.release_id, row.child_id, now)
    return released is not None and released.released_by_id == me and is_therapist(world, me, row.child_id, now)


def wish(world: World, me: int, row: Row, now: datetime) -> bool:
    """The child's therapists, for a summary of this child; a later answer replaces one about the same summary."""
    fresh = row.recorded_by_id == me and row.recorded_at <= now and row.error_at is None
    before = row.replaces_id and world.one("Wish", row.replaces_id)
    return (
        fresh
        and (before is None or before.summary_id == row.summary_id)
        and is_therapist(world, me, row.child_id, now)
        and readable(world, me, "Summary", row.summary_id, row.child_id, now) is not None
    )


def home_update(world: World, me: int, row: Row, now: datetime) -> bool:
    """Anyone of the family or a helper, in their own name."""
    return row.author_id == me and row.posted_at <= now and is_own(world, me, row.child_id, now)


def taken_out(world: World, me: int, row: Row, now: datetime) -> bool:
    """In one's own name, with a reason: the update's author, or whoever still reads it then (principle 7)."""
    update = readable(world, me, "HomeUpdate", row.update_id, row.child_id, now)
    if update is None or row.taken_by_id != me or row.taken_at > now or row.reason == "":
        return False
    own = update.author_id == me and is_own(world, me, row.child_id, now)
    return own or reviews(world, me, row.child_id, update.author_id, now)


def is_told_of(world: World, me: int, person: int, child: int, now: datetime) -> bool:
    """Principle 10: guardians full and informed are told of each other."""
    theirs = [row for row in world.where("CircleRow", "person_id", person) if row.child_id == child]
    guardians = [row for row in theirs if row.authority in {"full", "informed"} and time_contains(world, row, now)]
    return bool(guardians and family_roles(world, me, child, now) & {"full", "informed"})


def sharing(world: World, me: int, row: Row, now: datetime) -> bool:
    """The update's author, with a guardian they are told of."""
    update = readable(world, me, "HomeUpdate", row.update_id, row.child_id, now)
    return (
        update is not None
        and update.author_id == me
        and row.shared_by_id == me
        and row.person_id != me
        and row.posted_at == update.posted_at
        and row.shared_at <= now
        and row.withdrawn_at is None
        and is_told_of(world, me, row.person_id, row.child_id, now)
    )


def _answer(world: World, me: int, row: Row, author: int, moment: datetime, now: datetime) -> bool:
    """The team, in their own name, on an update they can read."""
    update = readable(world, me, "HomeUpdate", row.update_id, row.child_id, now)
    return author == me and moment <= now and update is not None and on_team(world, me, row.child_id, now)


def reply(world: World, me: int, row: Row, now: datetime) -> bool:
    """The team's answer, not in error."""
    return row.error_at is None and _answer(world, me, row, row.author_id, row.posted_at, now)


def mark(world: World, me: int, row: Row, now: datetime) -> bool:
    """Seen, used, let's talk."""
    return _answer(world, me, row, row.marked_by_id, row.marked_at, now)


def offer(world: World, me: int, row: Row, now: datetime) -> bool:
    """The author of an unsigned note, to a supervisor of theirs in force."""
    note = readable(world, me, "ProgressNote", row.note_id, row.child_id, now)
    mine = note is not None and note.author_id == me and note.signed_at is None and note.error_at is None
    fresh = row.offered_by_id == me and row.offered_at <= now and row.withdrawn_at is None
    theirs = [each for each in world.where("Supervision", "therapist_id", me) if each.supervisor_id == row.person_id]
    supervises = any(each.practice_id == row.practice_id and contains(each, now) for each in theirs)
    return mine and fresh and supervises and is_therapist(world, me, row.child_id, now)


def co_signature(world: World, me: int, row: Row, now: datetime) -> bool:
    """The supervisor it was offered to, while the offer stands."""
    offered = readable(world, me, "NoteOffer", row.offer_id, row.child_id, now)
    standing = offered is not None and offered.person_id == me and offered.withdrawn_at is None
    same = offered is not None and offered.note_id == row.note_id
    mine = row.person_id == me and row.acted_at <= now
    return standing and same and mine and is_supervisor(world, me, row.child_id, now)


def choice(world: World, me: int, row: Row, now: datetime) -> bool:
    """Staff of the practice, in their own name."""
    fresh = row.added_by_id == me and row.added_at <= now and row.retired_at is None
    return fresh and works_in(world, me, row.practice_id, now)


def form_draft(world: World, me: int, row: Row, now: datetime) -> bool:
    """The team, in their own name."""
    return row.author_id == me and row.saved_at <= now and on_team(world, me, row.child_id, now)


def look(world: World, me: int, row: Row, now: datetime) -> bool:
    """Whoever may look, in their own name."""
    there = on_team(world, me, row.child_id, now) or is_own(world, me, row.child_id, now)
    return bool(row.person_id == me and row.looked_at <= now and there)


def edit(world: World, me: int, row: Row, now: datetime) -> bool:
    """The update's author, while nobody of the team marked or answered it as far as they may know (Quiet)."""
    update = readable(world, me, "HomeUpdate", row.update_id, row.child_id, now)
    if update is None or update.author_id != me or row.edited_at > now:
        return False
    if any(may_read(world, me, each, now) for each in world.where("TakenOut", "update_id", update.pk)):
        return False  # taken out, as far as they may know
    answers = [*world.where("Mark", "update_id", update.pk), *world.where("Reply", "update_id", update.pk)]
    return is_own(world, me, row.child_id, now) and not any(may_read(world, me, each, now) for each in answers)


INSERT: dict[str, Callable[[World, int, Row, datetime], bool]] = {
    "Addendum": addendum,
    "Attendance": attendance,
    "AuditEvent": audit_event,
    "CoSignature": co_signature,
    "FormDraft": form_draft,
    "HomeUpdate": home_update,
    "Look": look,
    "Mark": mark,
    "NoteOffer": offer,
    "Override": override,
    "PracticeChoice": choice,
    "ProcessNote": written_about_a_session,
    "ProgressNote": progress_note,
    "Reading": reading,
    "Release": release,
    "Reply": reply,
    "Session": session,
    "SessionRecord": record,
    "Sharing": sharing,
    "Summary": written_about_a_session,
    "TakenOut": taken_out,
    "UpdateEdit": edit,
    "Wish": wish,
    **writing_circle.INSERT,
    **writing_office.INSERT,
}


def in_its_practice(world: World, row: Row) -> bool:
    """A row about a child belongs to the child's practice (a composite key holds that, too)."""
    child = row.__dict__.get("child_id")
    return child is None or world.one("Child", child).practice_id == row.practice_id


def may_insert(world: World, person: int | None, row: Row, now: datetime) -> bool:
    """With nobody entered only anonymous audit rows: sign-in pages, and addresses refused to strangers."""
    if person is None or not is_active(world, person):
        return row.model == "AuditEvent" and row.person_id is None
    if row.model not in INSERT or not in_its_practice(world, row):
        return False
    return INSERT[row.model](world, person, row, now)


# --- Changing ------------------------------------------------------------------------------------------------------------


def _mine_as_therapist(world: World, me: int, row: Row, now: datetime) -> bool:
    return row.author_id == me and row.error_at is None and is_therapist(world, me, row.child_id, now)


def errs(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Entered in error: once, in one's own name, with a reason, at a moment that has come, and nothing else with it."""
    fresh = old.error_at is None and new.error_at is not None and new.error_at <= now
    by_me = new.error_by_id == me and new.error_reason != ""
    return fresh and by_me and same_but(old, new, "error_at", "error_by_id", "error_reason")


def enter_in_error(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """By whoever will still read it then (principle 7)."""
    author: int = old.__dict__.get("author_id") or old.therapist_id
    return errs(world, me, old, new, now) and reviews(world, me, old.child_id, author, now)


def change_release(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """A therapist of the child withdraws it while it stands, in their own name."""
    stands = old.withdrawn_at is None and old.error_at is None
    taken = new.withdrawn_at is not None and old.released_at <= new.withdrawn_at <= now
    by_me = new.withdrawn_by_id == me and same_but(old, new, "withdrawn_at", "withdrawn_by_id")
    return stands and taken and by_me and is_therapist(world, me, old.child_id, now)


def change_offer(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Its author takes it back."""
    taken = old.withdrawn_at is None and new.withdrawn_at is not None and new.withdrawn_at <= now
    mine = old.offered_by_id == me and is_therapist(world, me, old.child_id, now)
    return taken and mine and same_but(old, new, "withdrawn_at")


def change_choice(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Staff take it off the pages."""
    taken = old.retired_at is None and new.retired_at is not None and new.retired_at <= now
    return taken and works_in(world, me, old.practice_id, now) and works_in(world, me, new.practice_id, now)


def change_draft(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Who typed it."""
    return form_draft(world, me, old, now) and form_draft(world, me, new, now)


def change_look(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """The next look."""
    return look(world, me, old, now) and look(world, me, new, now)


def change_note(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Its author, while a therapist of the child and until it is signed, which ends it: not before its moment."""
    signed_by_now = new.signed_at is None or new.signed_at <= now
    mine = _mine_as_therapist(world, me, old, now) and _mine_as_therapist(world, me, new, now)
    writes = old.signed_at is None and mine and signed_by_now
    return writes or enter_in_error(world, me, old, new, now)


def change_process_note(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Its author, while a therapist of the child; who may enter it in error, too."""
    if not _mine_as_therapist(world, me, old, now):
        return False
    return _mine_as_therapist(world, me, new, now) or errs(world, me, old, new, now)


def change_summary(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Its author, while a therapist of the child, until its first release; entered in error at any time."""
    if enter_in_error(world, me, old, new, now):
        return True
    untouched = not world.where("Release", "summary_id", old.pk)
    return untouched and _mine_as_therapist(world, me, old, now) and _mine_as_therapist(world, me, new, now)


def change_sharing(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """The author, to withdraw it."""
    return all(row.shared_by_id == me and is_own(world, me, row.child_id, now) for row in (old, new))


CHANGE: dict[str, Callable[[World, int, Row, Row, datetime], bool]] = {
    "Addendum": enter_in_error,
    "FormDraft": change_draft,
    "Look": change_look,
    "NoteOffer": change_offer,
    "PracticeChoice": change_choice,
    "ProcessNote": change_process_note,
    "ProgressNote": change_note,
    "Release": change_release,
    "Reply": enter_in_error,
    "Session": enter_in_error,
    "Sharing": change_sharing,
    "Summary": change_summary,
    **writing_circle.CHANGE,
    **writing_office.CHANGE,
}


HANGS_ON = {
    "session_id": "Session", "note_id": "ProgressNote", "summary_id": "Summary", "release_id": "Release",
    "update_id": "HomeUpdate", "circle_row_id": "CircleRow",
}  # fmt: skip


def hangs_together(world: World, row: Row) -> bool:
    """What hangs on an item is about the item's own child."""
    items = [
        world.one(model, row.__dict__[column])
        for column, model in HANGS_ON.items()
        if row.__dict__.get(column) is not None
    ]
    return all(item.child_id == row.child_id for item in items)


def may_change(world: World, person: int | None, old: Row, new: Row, now: datetime) -> bool:
    """Only what may be read may be changed, and only into what may still be read."""
    if person is None or not is_active(world, person) or old.model not in CHANGE:
        return False
    if not (in_its_practice(world, new) and hangs_together(world, new)):
        return False
    readable_still = may_read(world, person, old, now) and may_read(world, person, new, now)
    return readable_still and CHANGE[old.model](world, person, old, new, now)
