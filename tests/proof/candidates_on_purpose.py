"""Rows to try that chance seldom makes."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import uuid4

from tests.oracle import Row, World, may_read
from tests.proof.candidates import TEXTS
from tests.proof.worlds import Scene


def on_purpose(world: World, scene: Scene, me: int) -> Iterator[Row]:
    """All of it."""
    yield from offers(world, scene, me)
    yield from rewordings(world, scene, me)
    yield from islice(early_answers(world, scene, me), 1)
    yield from islice(first_readings(world, scene, me), 1)
    yield from islice(ahead(world, scene, me), 2)


def offers(world: World, scene: Scene, me: int) -> Iterator[Row]:
    """One's own notes, unsigned ones first, and a draft of another's one reads, to whoever supervised one, supervises
    elsewhere or is yet to; and the first as if it were another child's, whom one does not treat."""
    supervisors = dict.fromkeys(each.supervisor_id for each in world.where("Supervision", "therapist_id", me))
    notes = sorted(world.where("ProgressNote", "author_id", me), key=lambda note: note.signed_at is not None)
    others = (note for note in world.where("ProgressNote", "signed_at", None) if note.author_id != me)
    for note in [*notes[:16], *islice((note for note in others if may_read(world, me, note, scene.now)), 1)]:
        for each in supervisors:
            yield hung("NoteOffer", note, note_id=note.pk, offered_by_id=me, person_id=each, offered_at=scene.now,
                       withdrawn_at=None)  # fmt: skip
    for child in world.tables["Child"] if notes else ():
        moved = notes[0].but(child_id=child.pk, practice_id=child.practice_id)
        for each in supervisors:
            yield hung("NoteOffer", moved, note_id=moved.pk, offered_by_id=me, person_id=each, offered_at=scene.now,
                       withdrawn_at=None)  # fmt: skip


def rewordings(world: World, scene: Scene, me: int) -> Iterator[Row]:
    """Of one's own updates that were taken out, by oneself or by the team, now or ahead."""
    gone = {row.update_id for row in world.tables["TakenOut"]}
    words = {"kind": "win", "body": "b", "intensity": None, "form_key": None, **dict.fromkeys(TEXTS["UpdateEdit"], "")}
    for update in world.where("HomeUpdate", "author_id", me):
        if update.pk in gone:
            yield hung("UpdateEdit", update, update_id=update.pk, edited_at=scene.now, observed_at=scene.now, **words)


def early_answers(world: World, scene: Scene, me: int) -> Iterator[Row]:
    """Co-signatures to offers that are yet to come, of notes one reads in any case."""
    answered = {row.offer_id for row in world.tables["CoSignature"]}
    for offer in world.where("NoteOffer", "person_id", me):
        ahead = offer.offered_at > scene.now and offer.withdrawn_at is None and offer.pk not in answered
        if ahead and may_read(world, me, world.one("ProgressNote", offer.note_id), scene.now):
            yield hung("CoSignature", offer, offer_id=offer.pk, note_id=offer.note_id, person_id=me, acted_at=scene.now,
                       kind="cosigned", words="", sha256="")  # fmt: skip


def first_readings(world: World, scene: Scene, me: int) -> Iterator[Row]:
    """Of releases to oneself that stand, whoever one is by now."""
    read = {row.release_id for row in world.tables["Reading"]}
    for released in world.where("Release", "recipient_id", me):
        stands = released.withdrawn_at is None and released.error_at is None and released.released_at <= scene.now
        if stands and released.pk not in read:
            yield hung("Reading", released, release_id=released.pk, reader_id=me, read_at=scene.now)


def ahead(world: World, scene: Scene, me: int) -> Iterator[Row]:
    """What hangs on a session or a release of one's own that is yet to come."""
    with_record = {row.session_id for row in world.tables["SessionRecord"]}
    empty: dict[str, Any] = {
        "techniques": [],
        "themes": [],
        "engagement": None,
        **dict.fromkeys(TEXTS["SessionRecord"], ""),
    }
    right = {"error_at": None, "error_by_id": None, "error_reason": ""}
    for session in world.where("Session", "therapist_id", me):
        if session.moment > scene.now and session.pk not in with_record and session.error_at is None:
            yield hung("SessionRecord", session, session_id=session.pk, author_id=me, **empty, **right)
            break
    overridden = {row.release_id for row in world.tables["Override"]}
    for released in world.where("Release", "released_by_id", me):
        if released.released_at > scene.now and released.pk not in overridden and released.error_at is None:
            yield hung("Override", released, release_id=released.pk, ground="safety", explanation="e")
            break


def hung(model: str, on: Row, **values: Any) -> Row:
    """A new row about the same child as another."""
    return Row(model=model, pk=(key := uuid4()), id=key, practice_id=on.practice_id, child_id=on.child_id, **values)
