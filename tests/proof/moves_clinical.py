"""What can happen in a world, continued: sessions, notes, summaries, updates from home."""

from collections.abc import Callable
from typing import Any

from sessions_log.models import (
    Addendum,
    Attendance,
    CoSignature,
    FormDraft,
    HomeUpdate,
    Look,
    Mark,
    NoteOffer,
    Opening,
    Override,
    PracticeChoice,
    ProcessNote,
    ProgressNote,
    Reading,
    Release,
    Reply,
    Session,
    SessionRecord,
    Sharing,
    Summary,
    TakenOut,
    UpdateEdit,
    Wish,
    Withholding,
)
from tests.proof.worlds import TICK, Choices, Scene


def held(scene: Scene, choices: Choices) -> None:
    """A session with its record and who attended."""
    child = choices.one(scene.children)
    who, held_at, logged_at = scene.tied(choices, child, "therapist"), scene.past(choices), scene.past(choices)
    moment = max(held_at, logged_at)
    row = scene.add(
        Session, child=child, therapist=who, held_at=held_at, logged_at=logged_at, minutes=50, moment=moment
    )
    if not choices.flag(3):
        scene.add(SessionRecord, child=child, session=row, author=who)
    attender = scene.tied(choices, child)
    for each in (None, attender):
        scene.add(Attendance, child=child, session=row, person=each, logged_by=who, moment=moment)


def _session(scene: Scene, choices: Choices) -> Any:
    if not scene.made.get("Session"):
        held(scene, choices)
    return scene.some(choices, "Session")


def _by_therapist(scene: Scene, choices: Choices, row: Any) -> Any:
    """Mostly the author or therapist of the row, else another of the child's."""
    number = choices.number()
    own = getattr(row, "author", None) or getattr(row, "therapist", None)
    return own if own and number % 3 else scene.tied(Choices([number]), row.child, "therapist")


def note(scene: Scene, choices: Choices) -> None:
    """A progress note, two of three signed."""
    session = _session(scene, choices)
    number, at = choices.number(), scene.past(choices)
    scene.add(
        ProgressNote, child=session.child, session=session, author=_by_therapist(scene, choices, session),
        body="words", written_at=min(at, scene.now), changed_at=min(at, scene.now), signed_at=at if number % 3 else None,
    )  # fmt: skip


def sign_note(scene: Scene, choices: Choices) -> None:
    """A draft is signed now."""
    draft = scene.some(choices, "ProgressNote", where=lambda row: row.signed_at is None and row.error_at is None)
    scene.change(draft, signed_at=scene.now)


def think(scene: Scene, choices: Choices) -> None:
    """A process note."""
    session, at = _session(scene, choices), scene.done(choices)
    scene.add(
        ProcessNote, child=session.child, session=session, author=_by_therapist(scene, choices, session), body="hm",
        written_at=at, changed_at=at,
    )  # fmt: skip


def add_to_note(scene: Scene, choices: Choices) -> None:
    """An addendum."""
    signed = scene.some(choices, "ProgressNote", where=lambda row: row.signed_at is not None)
    scene.add(
        Addendum, child=signed.child, note=signed, author=_by_therapist(scene, choices, signed), body="also",
        added_at=signed.signed_at + choices.number() % 6 * TICK,
    )  # fmt: skip


def offer(scene: Scene, choices: Choices) -> None:
    """A draft is offered for co-signing, mostly to a supervisor."""
    draft = scene.some(choices, "ProgressNote", where=lambda row: row.signed_at is None)
    number = choices.number()
    who = scene.people[("ines", "sue", "lena", "tom")[number % 4]] if number % 6 else scene.person(choices)
    at = scene.past(choices)
    row = scene.add(NoteOffer, child=draft.child, note=draft, offered_by=draft.author, person=who, offered_at=at)
    if number % 5 == 0:
        scene.change(row, withdrawn_at=scene.past(choices))


def cosign(scene: Scene, choices: Choices) -> None:
    """An offer is answered."""
    row = scene.some(choices, "NoteOffer")
    scene.add(
        CoSignature, child=row.child, offer=row, note=row.note, person=row.person, sha256="", acted_at=scene.past(choices),
        kind=choices.one(["cosigned", "returned"]),
    )  # fmt: skip


def choose(scene: Scene, choices: Choices) -> None:
    """A practice adds a word of its own, and may take it off."""
    practice, who, at = scene.practices[choices.number() % 5 == 4], scene.person(choices), scene.past(choices)
    row = scene.add(PracticeChoice, practice=practice, kind="theme", name=f"w{at}", added_by=who, added_at=at)
    if choices.flag(4):
        scene.change(row, retired_at=scene.now)


def jot(scene: Scene, choices: Choices) -> None:
    """Unsent words wait on the server."""
    child = choices.one(scene.children)
    who, at = scene.tied(choices, child, "therapist"), scene.past(choices)
    scene.add(FormDraft, child=child, author=who, form="session", data={"minutes": "50"}, saved_at=at)


def look(scene: Scene, choices: Choices) -> None:
    """Someone looks at a child's stream."""
    child = choices.one(scene.children)
    who = scene.tied(choices, child, "therapist", "guardian", "young_person", "helper")
    if not any((row.child_id, row.person_id) == (child.pk, who.pk) for row in scene.made.get("Look", [])):
        scene.add(Look, child=child, person=who, looked_at=scene.past(choices))


def withhold(scene: Scene, choices: Choices) -> None:
    """A note is withheld from someone."""
    signed = scene.some(choices, "ProgressNote")
    scene.add(
        Withholding, child=signed.child, note=signed, person=scene.tied(choices, signed.child, "guardian", "young_person"),
        reason="r", withheld_by=scene.people["tom"], withheld_at=scene.past(choices),
    )  # fmt: skip


def open_note(scene: Scene, choices: Choices) -> None:
    """A note is opened to someone, mostly to someone named."""
    number = choices.number()
    named = scene.made.get("Named", [])
    signed = scene.some(choices, "ProgressNote")
    who = named[number % len(named)].person if named and number % 3 else scene.tied(choices, signed.child, "guardian")
    scene.add(
        Opening, child=signed.child, note=signed, person=who, opened_by=scene.people["tom"],
        opened_at=scene.past(choices),
    )  # fmt: skip


def summarise(scene: Scene, choices: Choices) -> None:
    """A summary with the child's wish, released to one reader perhaps."""
    session, at = _session(scene, choices), scene.done(choices)
    who = _by_therapist(scene, choices, session)
    row = scene.add(
        Summary, child=session.child, session=session, author=who, body="in plain words", written_at=at, changed_at=at
    )
    number = choices.number()
    if number % 4:
        wished = {"kind": ("may_share", "not_to", "nobody", "ask_me")[number % 12 // 3], "recorded_by": who}
        asked_at = at if number % 24 < 12 else None
        not_to = [scene.tied(choices, row.child).pk]
        said = {"child": row.child, "summary": row, "asked_at": asked_at, "not_to": not_to}
        first = scene.add(Wish, recorded_at=at, **said, **wished)
        if number % 5 == 0:  # said otherwise later
            later = {**said, "kind": "may_share", "recorded_by": who, "asked_at": None, "not_to": []}
            scene.add(Wish, recorded_at=scene.past(choices), replaces=first, **later)
    if number % 3:
        _release(scene, choices, row)


def _release(scene: Scene, choices: Choices, summary: Any) -> None:
    at = scene.past(choices)
    row = scene.add(
        Release, child=summary.child, summary=summary, recipient=scene.tied(choices, summary.child), released_at=at,
        released_by=_by_therapist(scene, choices, summary), error_at=summary.error_at,
    )  # fmt: skip
    if choices.flag(3):
        scene.add(Override, child=row.child, release=row, ground="safety", explanation="told")


def release(scene: Scene, choices: Choices) -> None:
    """One more reader."""
    _release(scene, choices, scene.some(choices, "Summary", where=lambda row: row.error_at is None))


def read(scene: Scene, choices: Choices) -> None:
    """A released summary is read."""
    row = scene.some(choices, "Release", where=lambda row: row.released_at <= scene.now)
    at = min(scene.now, row.released_at + choices.number() % 5 * TICK)
    scene.add(Reading, child=row.child, release=row, reader=row.recipient, read_at=at)


def withdraw(scene: Scene, choices: Choices) -> None:
    """A release or a sharing is withdrawn."""
    row = scene.some(
        choices, "Release", "Sharing",
        where=lambda row: row.withdrawn_at is None and (getattr(row, "released_at", scene.now) <= scene.now),
    )  # fmt: skip
    by = {"withdrawn_by": scene.tied(choices, row.child, "therapist")} if isinstance(row, Release) else {}
    scene.change(row, withdrawn_at=scene.now, **by)


def err(scene: Scene, choices: Choices) -> None:
    """An item was entered in error; what hangs on it follows by a trigger."""
    row = scene.some(
        choices, "Session", "SessionRecord", "ProgressNote", "Addendum", "ProcessNote", "Summary", "HomeUpdate", "Reply"
    )
    if isinstance(row, HomeUpdate):
        take_out(scene, choices, row)
        return
    scene.change(row, error_at=scene.now, error_by=scene.people["tom"], error_reason="wrong child")


def tell(scene: Scene, choices: Choices) -> None:
    """An update from home."""
    child = choices.one(scene.children)
    who, at = scene.tied(choices, child, "guardian", "young_person", "helper"), scene.past(choices)
    scene.add(HomeUpdate, child=child, author=who, kind="win", body="b", observed_at=at, posted_at=at)


def _update(scene: Scene, choices: Choices) -> Any:
    if not scene.made.get("HomeUpdate"):
        tell(scene, choices)
    return scene.some(choices, "HomeUpdate")


def edit(scene: Scene, choices: Choices) -> None:
    """A later wording."""
    row = _update(scene, choices)
    at = row.posted_at + choices.number() % 6 * TICK
    scene.add(UpdateEdit, child=row.child, update=row, kind="win", body="b2", observed_at=row.observed_at, edited_at=at)


def share(scene: Scene, choices: Choices) -> None:
    """An update is shared, mostly with a guardian."""
    row = _update(scene, choices)
    scene.add(
        Sharing, child=row.child, update=row, shared_by=row.author, person=scene.tied(choices, row.child, "guardian"),
        posted_at=row.posted_at, shared_at=row.posted_at + choices.number() % 5 * TICK,
    )  # fmt: skip


def reply(scene: Scene, choices: Choices) -> None:
    """The team answers."""
    row = _update(scene, choices)
    scene.add(
        Reply, child=row.child, update=row, author=scene.tied(choices, row.child, "therapist"), body="thanks",
        posted_at=scene.past(choices),
    )  # fmt: skip


def mark(scene: Scene, choices: Choices) -> None:
    """The team marks; a mark that is there is taken back, or made again."""
    row = _update(scene, choices)
    who, kind = scene.tied(choices, row.child, "therapist"), choices.one(["seen", "used", "talk"])
    before = Mark.objects.filter(update=row, marked_by=who, kind=kind).order_by("turn")
    turn, at = len(before), max([scene.past(choices), *(mark.marked_at for mark in before)])
    scene.add(Mark, child=row.child, update=row, marked_by=who, kind=kind, marked_at=at, turn=turn)


def take_out(scene: Scene, choices: Choices, row: Any = None) -> None:
    """An update is taken out, by its author or by anyone."""
    row = row or _update(scene, choices)
    by = row.author if choices.flag() else scene.person(choices)
    scene.add(TakenOut, child=row.child, update=row, taken_by=by, taken_at=scene.done(choices), reason="wrong child")


MOVES: dict[str, Callable[[Scene, Choices], None]] = {
    move.__name__: move
    for move in (
        add_to_note, choose, cosign, edit, err, held, jot, look, mark, note, offer, open_note, read, release, reply, share,
        sign_note, summarise, take_out, tell, think, withdraw, withhold,
    )
}  # fmt: skip
