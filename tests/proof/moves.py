"""What can happen in a world, one function each; a move's numbers make its choices."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

from accounts.enums import StaffRole
from accounts.models import (
    Agreement,
    AuditEvent,
    Child,
    CircleRow,
    Explanation,
    HelperConsent,
    Membership,
    MoveIn,
    MoveInRow,
    Named,
    Relationship,
    Renewal,
    Restriction,
    Signature,
    StaffPhoto,
    StaffProfile,
    Supervision,
)
from tests.proof import moves_clinical, moves_office
from tests.proof.worlds import LAST_NOW, Choices, Nothing, Scene

# role, authority, household: as joined most often, with the odd combinations among them.
TIES = [
    ("guardian", "full", "maple"), ("guardian", "full", "harbour"), ("guardian", "informed", "maple"),
    ("guardian", "informed", ""), ("guardian", "contributor", "harbour"), ("guardian", "contributor", ""),
    ("guardian", "none", "maple"), ("helper", "", ""), ("young_person", "", ""), ("young_person", "", "maple"),
    ("therapist", "", ""), ("therapist", "", ""), ("therapist", "", ""),
]  # fmt: skip
ACTIONS = ["sign_in", "circle_read", "move_in_batch", "people_read", "note_read", "released", "denied_admin", "denied"]


def employ(scene: Scene, choices: Choices) -> None:
    """A membership."""
    who, where = scene.person(choices), scene.practices[choices.number() % 5 == 4]
    role, starts = choices.one([role.value for role in StaffRole]), scene.past(choices)
    scene.add(Membership, practice=where, person=who, role=role, starts=starts, ends=scene.later(choices, starts))


def dismiss(scene: Scene, choices: Choices) -> None:
    """A membership ends now."""
    scene.change(scene.some(choices, "Membership"), ends=scene.now)


def join(scene: Scene, choices: Choices) -> None:
    """A circle row, mostly with a relationship."""
    who, child, tie = scene.person(choices), choices.one(scene.children), choices.one(TIES)
    role, authority, household = tie
    starts = scene.past(choices)
    row = scene.add(
        CircleRow, child=child, person=who, role=role, authority=authority, household=household,
        starts=starts, ends=scene.later(choices, starts),
    )  # fmt: skip
    if not choices.flag(4):
        scene.add(Relationship, child=child, person=who, circle_row=row, words="kin")


def leave(scene: Scene, choices: Choices) -> None:
    """A circle row ends, now or soon."""
    scene.change(scene.some(choices, "CircleRow"), ends=scene.at(scene.now_tick + choices.number() % 2))


def renew(scene: Scene, choices: Choices) -> None:
    """A guardian's row goes on past majority."""
    row = scene.some(choices, "CircleRow", where=lambda row: row.role == "guardian")
    scene.add(
        Renewal, child=row.child, circle_row=row, ground="court", renewed_by=scene.people["tom"],
        renewed_at=scene.past(choices),
    )  # fmt: skip


def let_in(scene: Scene, choices: Choices) -> None:
    """Consent to a helper."""
    row = scene.some(choices, "CircleRow", where=lambda row: row.role == "helper")
    scene.add(
        HelperConsent, child=row.child, circle_row=row, given_by=scene.tied(choices, row.child, "guardian"),
        scope="school", given_at=scene.done(choices),
    )  # fmt: skip


def restrict(scene: Scene, choices: Choices) -> None:
    """Quiet, more often than closed."""
    child = choices.one(scene.children)
    who, kind, starts = scene.tied(choices, child), choices.one(["quiet", "closed", "quiet"]), scene.past(choices)
    scene.add(
        Restriction, child=child, person=who, kind=kind, starts=starts, ends=scene.later(choices, starts), reason="r",
        set_by=scene.people["ruth"],
    )  # fmt: skip


def unrestrict(scene: Scene, choices: Choices) -> None:
    """A restriction ends now."""
    scene.change(scene.some(choices, "Restriction"), ends=scene.now)


def name(scene: Scene, choices: Choices) -> None:
    """Someone is named, in a new concern or one there is."""
    earlier = [row for row in scene.made.get("Named", []) if choices.flag(3)]
    child = earlier[0].child if earlier else choices.one(scene.children)
    raised = earlier[0].raised_at if earlier else scene.done(choices)
    number = choices.number()
    scene.add(
        Named, child=child, concern=earlier[0].concern if earlier else uuid4(), raised_at=raised,
        person=scene.people["ruth"] if number % 7 == 6 else scene.tied(choices, child),
        named_at=raised if number % 2 else max(raised, scene.past(choices)),
    )  # fmt: skip


def void(scene: Scene, choices: Choices) -> None:
    """A concern turns out to be an error: from then on it names nobody."""
    row = scene.some(choices, "Named")
    for each in scene.made["Named"]:
        if each.concern == row.concern:
            scene.change(each, void_from=scene.now)


def agree(scene: Scene, choices: Choices) -> None:
    """An agreement, perhaps with a date ahead."""
    access = ["signed_notes", "summaries_only"]
    scene.add(
        Agreement, child=choices.one(scene.children), guardian_access=choices.one(access),
        young_person_access=choices.one(access), in_force_from=scene.past(choices),
    )  # fmt: skip


def sign(scene: Scene, choices: Choices) -> None:
    """A signature under an agreement, or the limits of confidentiality explained."""
    agreement = scene.some(choices, "Agreement")
    who, at = scene.tied(choices, agreement.child), scene.past(choices)
    if choices.flag():
        scene.add(Signature, child=agreement.child, agreement=agreement, person=who, signed_at=at)
    else:
        scene.add(Explanation, child=agreement.child, person=who, explained_by=scene.people["tom"], explained_at=at)


def supervise(scene: Scene, choices: Choices) -> None:
    """A supervision row."""
    practice, starts = scene.practices[choices.number() % 5 == 4], scene.past(choices)
    scene.add(
        Supervision, practice=practice, supervisor=scene.person(choices), therapist=scene.person(choices),
        starts=starts, ends=scene.later(choices, starts),
    )  # fmt: skip


def introduce(scene: Scene, choices: Choices) -> None:
    """A profile, with a picture."""
    practice = scene.practices[choices.number() % 5 == 4]
    person = scene.person(choices)
    scene.add(StaffProfile, practice=practice, person=person, body="About me")
    scene.add(StaffPhoto, practice=practice, person=person, picture=b"1")


def record(scene: Scene, choices: Choices) -> None:
    """An audit row."""
    where, child = choices.one([*scene.practices, None]), choices.one([*scene.children, None])
    if where is None or (child and child.practice_id != where.pk):
        child = None
    scene.add(
        AuditEvent, at=scene.done(choices), person_id=scene.person(choices).pk, action=choices.one(ACTIONS),
        practice_id=where.pk if where else None, child_id=child.pk if child else None,
    )  # fmt: skip


def move_in(scene: Scene, choices: Choices) -> None:
    """A file, in whatever state, with a row; mostly by someone who is an admin somewhere."""
    admins = [scene.people[name] for name in ("omar", "abe", "stella")]
    who = choices.one(admins) if not choices.flag(4) else scene.person(choices)
    practice = scene.practices[who == scene.people["stella"]]
    status = choices.one(["checked", "finished", "running", "discarded"])
    uploaded = scene.past(choices)
    file = scene.add(MoveIn, practice=practice, uploaded_by=who, uploaded_at=uploaded, status=status, rows=1)
    scene.add(
        MoveInRow, practice=practice, move=file, uploaded_by=who, number=2, cells={}, chosen=True,
        outcome="made" if choices.flag(4) else "",
    )  # fmt: skip


def arrive(scene: Scene, choices: Choices) -> None:
    """A child without a circle."""
    scene.add(Child, practice=choices.one(scene.practices), name="New", date_of_birth=date(2024, 1, 1))


def switch(scene: Scene, choices: Choices) -> None:
    """An account is deactivated, or active again."""
    account = scene.some(choices, "Account")
    scene.change(account, is_active=not account.is_active)


def clock(scene: Scene, choices: Choices) -> None:
    """Time goes on: up to two days."""
    if scene.now_tick >= LAST_NOW:
        raise Nothing
    scene.now_tick = min(LAST_NOW, scene.now_tick + 1 + choices.number() % 8)


MOVES: dict[str, Callable[[Scene, Choices], None]] = {
    move.__name__: move
    for move in (
        agree, arrive, clock, dismiss, employ, introduce, join, leave, let_in, move_in, name, record, renew, restrict, sign,
        supervise, switch, unrestrict, void,
    )
} | moves_clinical.MOVES | moves_office.MOVES  # fmt: skip

# As often as they should come when they come by chance.
WEIGHTED = sorted(MOVES) + ["join", "join", "restrict", "restrict", "name", "agree", *sorted(moves_clinical.MOVES)] * 2
