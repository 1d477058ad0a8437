"""May this person add this row, or change that row into this one? What no function allows is refused (principle 2).

Whoever writes does so in their own name, about an item of the same child that they may read, at a moment that has come, and
neither in error nor already withdrawn: those are pages of their own.
"""

from collections.abc import Callable
from datetime import datetime

from tests.oracle.reading import may_read
from tests.oracle.reading_sessions import stands_for
from tests.oracle.standing import (
    comes_of,
    contains,
    family_roles,
    is_active,
    is_own,
    is_therapist,
    on_team,
    time_contains,
)
from tests.oracle.world import Row, World


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
    """The child's therapists, in their own name, about a session of this child they can read."""
    mine = row.author_id == me and row.written_at <= now and row.error_at is None
    return (
        mine
        and is_therapist(world, me, row.child_id, now)
        and readable(world, me, "Session", row.session_id, row.child_id, now) is not None
    )


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
    for wish_row in world.where("Wish", "summary_id", row.summary_id):
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
    """The child's therapists, for a summary of this child."""
    fresh = row.recorded_by_id == me and row.recorded_at <= now and row.error_at is None
    return (
        fresh
        and is_therapist(world, me, row.child_id, now)
        and readable(world, me, "Summary", row.summary_id, row.child_id, now) is not None
    )


def home_update(world: World, me: int, row: Row, now: datetime) -> bool:
    """Anyone of the family or a helper, in their own name."""
    return (
        row.author_id == me and row.posted_at <= now and row.error_at is None and is_own(world, me, row.child_id, now)
    )


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


INSERT: dict[str, Callable[[World, int, Row, datetime], bool]] = {
    "Addendum": addendum,
    "Attendance": attendance,
    "AuditEvent": audit_event,
    "HomeUpdate": home_update,
    "Mark": mark,
    "Override": override,
    "ProcessNote": written_about_a_session,
    "ProgressNote": progress_note,
    "Reading": reading,
    "Release": release,
    "Reply": reply,
    "Session": session,
    "SessionRecord": record,
    "Sharing": sharing,
    "Summary": written_about_a_session,
    "Wish": wish,
}


def in_its_practice(world: World, row: Row) -> bool:
    """A row about a child belongs to the child's practice (a composite key holds that, too)."""
    return row.child_id is None or world.one("Child", row.child_id).practice_id == row.practice_id


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


def change_note(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Its author, while a therapist of the child and until it is signed, which ends it: not before its moment."""
    signed_by_now = new.signed_at is None or new.signed_at <= now
    mine = _mine_as_therapist(world, me, old, now) and _mine_as_therapist(world, me, new, now)
    return old.signed_at is None and mine and signed_by_now


def change_process_note(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Its author, while a therapist of the child."""
    return _mine_as_therapist(world, me, old, now) and _mine_as_therapist(world, me, new, now)


def change_summary(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """Its author, while a therapist of the child, until its first release."""
    untouched = not world.where("Release", "summary_id", old.pk)
    return untouched and _mine_as_therapist(world, me, old, now) and _mine_as_therapist(world, me, new, now)


def change_wish(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """The child's therapists: a child may say otherwise later."""
    return all(row.error_at is None and is_therapist(world, me, row.child_id, now) for row in (old, new))


def change_sharing(world: World, me: int, old: Row, new: Row, now: datetime) -> bool:
    """The author, to withdraw it."""
    return all(row.shared_by_id == me and is_own(world, me, row.child_id, now) for row in (old, new))


CHANGE: dict[str, Callable[[World, int, Row, Row, datetime], bool]] = {
    "ProcessNote": change_process_note,
    "ProgressNote": change_note,
    "Sharing": change_sharing,
    "Summary": change_summary,
    "Wish": change_wish,
}


HANGS_ON = {
    "session_id": "Session", "note_id": "ProgressNote", "summary_id": "Summary", "release_id": "Release",
    "update_id": "HomeUpdate",
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
