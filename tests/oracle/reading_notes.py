"""The rows of the table about notes."""

from collections.abc import Callable
from datetime import datetime

from tests.oracle.reading_sessions import reaches, reviews
from tests.oracle.standing import (
    access_at,
    circle_rows,
    family_roles,
    is_barred,
    is_supervisor,
    is_therapist,
    names_now,
    on_team,
    works_in,
)
from tests.oracle.world import Row, World


def draft(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Progress note, draft". Nothing with a moment in the future is visible."""
    if row.written_at > now:
        return False
    if row.author_id == me:
        return is_therapist(world, me, row.child_id, now)
    offers = world.where("NoteOffer", "note_id", row.pk)
    offered = any(
        offer.person_id == me and offer.offered_at <= now and (offer.withdrawn_at is None or now < offer.withdrawn_at)
        for offer in offers
    )
    if offered and is_supervisor(world, me, row.child_id, now):
        return True
    left_behind = not is_therapist(world, row.author_id, row.child_id, now)
    return left_behind and is_therapist(world, me, row.child_id, now)


def opened_by_agreement(world: World, me: int, child: int, moment: datetime, now: datetime) -> bool:
    """The agreement in force now and the one in force at the moment both say signed notes, for this kind of reader."""
    roles = family_roles(world, me, child, now)
    columns = [
        column
        for role, column in (("full", "guardian_access"), ("young_person", "young_person_access"))
        if role in roles
    ]
    return any(
        access_at(world, child, column, now) == access_at(world, child, column, moment) == "signed_notes"
        for column in columns
    )


def reaches_family(world: World, me: int, note: Row, moment: datetime, now: datetime) -> bool:
    """Whether a signed note's text with this moment (the note's, or an addendum's) reaches this guardian or young person."""
    child = note.child_id
    if not opened_by_agreement(world, me, child, moment, now) or not reaches(world, me, child, moment, now):
        return False
    first = min(row.starts for row in circle_rows(world, me, child) if row.role != "therapist")
    if moment < first:
        return False
    if any(row.person_id == me and row.withheld_at <= now for row in world.where("Withholding", "note_id", note.pk)):
        return False
    naming = [row for row in world.where("Named", "person_id", me) if row.child_id == child and names_now(row, now)]
    if all(moment < row.raised_at for row in naming):
        return True
    return any(
        row.person_id == me and moment <= row.opened_at <= now for row in world.where("Opening", "note_id", note.pk)
    )


def progress_note(world: World, me: int, row: Row, now: datetime) -> bool:
    """Rows "Progress note, draft" and "Progress note, signed"."""
    if row.signed_at is not None and row.signed_at > now:
        return False
    if row.error_at is not None and not reviews(world, me, row.child_id, row.author_id, now):
        return False
    if row.signed_at is None:  # in error, too: an error shows no draft to anyone new (ADR 1, reading 6)
        return draft(world, me, row, now)
    if row.error_at is not None:
        return True
    return on_team(world, me, row.child_id, now) or reaches_family(world, me, row, row.signed_at, now)


def addendum(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Progress note, signed; addenda": as the note, at a moment of its own; the note must be visible too."""
    note = world.one("ProgressNote", row.note_id)
    if row.added_at > now or not progress_note(world, me, note, now):
        return False
    if row.error_at is not None:
        return reviews(world, me, row.child_id, row.author_id, now)
    return on_team(world, me, row.child_id, now) or reaches_family(world, me, note, row.added_at, now)


def offer(world: World, me: int, row: Row, now: datetime) -> bool:
    """Whoever on the team can read the note."""
    note = world.one("ProgressNote", row.note_id)
    return row.offered_at <= now and on_team(world, me, row.child_id, now) and progress_note(world, me, note, now)


def co_signature(world: World, me: int, row: Row, now: datetime) -> bool:
    """A supervisor's answer to an offer: team; hidden with the note."""
    note = world.one("ProgressNote", row.note_id)
    return row.acted_at <= now and on_team(world, me, row.child_id, now) and progress_note(world, me, note, now)


def choice(world: World, me: int, row: Row, now: datetime) -> bool:
    """The practice's own words and structures: its staff."""
    return row.added_at <= now and works_in(world, me, row.practice_id, now)


def form_draft(world: World, me: int, row: Row, now: datetime) -> bool:
    """Unsent words: who typed them, while on the team."""
    return row.author_id == me and row.saved_at <= now and on_team(world, me, row.child_id, now)


def was_named_about(world: World, me: int, child: int, now: datetime) -> bool:
    """Named in a concern about the child, in error or not."""
    return any(row.child_id == child and row.named_at <= now for row in world.where("Named", "person_id", me))


def withholding(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Withholding of a note, its ground": team; hidden with the note, and from who is named (ADR 1, reading 17)."""
    note = world.one("ProgressNote", row.note_id)
    if row.withheld_by_id != me and was_named_about(world, me, row.child_id, now):
        return False
    return row.withheld_at <= now and on_team(world, me, row.child_id, now) and progress_note(world, me, note, now)


def opening(world: World, me: int, row: Row, now: datetime) -> bool:
    """Openings of a note one by one: team; hidden with the note, and from who is named (ADR 1, reading 17)."""
    note = world.one("ProgressNote", row.note_id)
    if row.opened_by_id != me and was_named_about(world, me, row.child_id, now):
        return False
    return row.opened_at <= now and on_team(world, me, row.child_id, now) and progress_note(world, me, note, now)


def process_note(world: World, me: int, row: Row, now: datetime) -> bool:
    """Row "Process note": its author alone, while a member of the practice and not barred from the child (ADR 1, reading 11);
    in error, while on the team (principle 7)."""
    if row.written_at > now or (row.error_at is not None and not on_team(world, me, row.child_id, now)):
        return False
    return bool(
        row.author_id == me
        and works_in(world, me, row.practice_id, now)
        and not is_barred(world, me, row.child_id, now)
    )


READ: dict[str, Callable[[World, int, Row, datetime], bool]] = {
    "Addendum": addendum,
    "CoSignature": co_signature,
    "FormDraft": form_draft,
    "NoteOffer": offer,
    "Opening": opening,
    "PracticeChoice": choice,
    "ProcessNote": process_note,
    "ProgressNote": progress_note,
    "Withholding": withholding,
}
