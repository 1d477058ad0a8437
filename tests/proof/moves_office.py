"""What an office does, one function each: letting people in, ending access, planning ahead, telling."""

from collections.abc import Callable
from uuid import uuid4

from accounts.enums import CircleChangeKind, InvitationKind, NoticeKind
from accounts.models import (
    AddressChange,
    CircleChange,
    CircleRow,
    Deactivation,
    FactorReset,
    Invitation,
    Notice,
    OperatorAccess,
    Relationship,
    RowReview,
)
from tests.proof.worlds import TICK, Choices, Nothing, Scene

PHONES = ["", "0301234567", "+49 30 1234567", "555 0100", "5550100"]


def deactivate(scene: Scene, choices: Choices) -> None:
    """A practice ends somebody's access, for a time or for good."""
    who, where = scene.person(choices), scene.practices[choices.number() % 4 == 3]
    starts = scene.past(choices)
    scene.add(
        Deactivation, practice=where, person=who, starts=starts, ends=scene.later(choices, starts), reason="r",
        set_by=scene.people["omar"],
    )  # fmt: skip


def reactivate(scene: Scene, choices: Choices) -> None:
    """And takes them back."""
    scene.change(scene.some(choices, "Deactivation"), ends=scene.now)


def invite(scene: Scene, choices: Choices) -> None:
    """A link for anyone, or a card; open, revoked or accepted."""
    row = scene.some(choices, "CircleRow")
    card = row.role == "young_person"
    kind = InvitationKind.YOUNG_PERSON if card else choices.one([InvitationKind.GUARDIAN, InvitationKind.STAFF])
    made = scene.done(choices)
    over = choices.number() % 5
    who = row.person if not choices.flag(4) or card else scene.person(choices)
    scene.add(
        Invitation, practice=row.practice, child=row.child if card or choices.flag() else None, person=who, kind=kind,
        email="" if card else "n@x.example", card_sha256="f" * 64 if card else "", invited_by=scene.people["tom"],
        invited_at=made, expires_at=made + 8 * TICK, revoked_at=scene.now if over == 3 else None,
        accepted_at=scene.now if over == 4 else None,
    )  # fmt: skip


def reset(scene: Scene, choices: Choices) -> None:
    """A second factor is to come off."""
    asked = scene.done(choices)
    scene.add(
        FactorReset, practice=scene.practices[choices.number() % 4 == 3], person=scene.person(choices),
        asked_by=scene.people["omar"], reason="r", asked_at=asked, expires_at=asked + 4 * TICK,
    )  # fmt: skip


def readdress(scene: Scene, choices: Choices) -> None:
    """A new address is asked for, given up or done."""
    asked, over = scene.done(choices), choices.number() % 4
    scene.add(
        AddressChange, person=scene.person(choices), email="n@x.example", asked_at=asked, expires_at=asked + 4 * TICK,
        done_at=scene.now if over == 2 else None, void_at=scene.now if over == 3 else None,
    )  # fmt: skip


def operate(scene: Scene, choices: Choices) -> None:
    """Somebody is given the operator's hours."""
    starts = scene.past(choices)
    scene.add(
        OperatorAccess, person=scene.person(choices), reason="r", starts=starts,
        ends=starts + (1 + choices.number() % 8) * TICK,
    )  # fmt: skip


def plan(scene: Scene, choices: Choices) -> None:
    """A guardian is to stand otherwise from a moment ahead on; written down."""
    row = scene.some(choices, "CircleRow", where=lambda row: row.role == "guardian" and row.ends is None)
    then = scene.at(scene.now_tick + 1 + choices.number() % 3)
    scene.change(row, ends=then)
    made = scene.add(
        CircleRow, child=row.child, person=row.person, role=row.role, household=row.household, starts=then,
        authority=choices.one(["full", "informed", "contributor", "none"]),
    )  # fmt: skip
    scene.add(Relationship, child=row.child, person=row.person, circle_row=made, words="kin")
    write_down(scene, made, CircleChangeKind.CHANGED)


def change_circle(scene: Scene, choices: Choices) -> None:
    """An act on a circle is written down."""
    write_down(scene, scene.some(choices, "CircleRow"), CircleChangeKind.ADDED)


def write_down(scene: Scene, row: CircleRow, kind: CircleChangeKind) -> None:
    """By an admin, now."""
    scene.add(
        CircleChange, child=row.child, person=row.person, kind=kind, row=row.pk, effective=row.starts,
        changed_by=scene.people["omar"], changed_at=scene.now, bundle=uuid4(),
    )  # fmt: skip


def review(scene: Scene, choices: Choices) -> None:
    """A guardian's row is to be looked at, or was."""
    row = scene.some(choices, "CircleRow", where=lambda row: row.role == "guardian")
    looked = {"reviewed_at": scene.now, "reviewed_by": scene.people["tom"]} if choices.flag(3) else {}
    scene.add(
        RowReview, child=row.child, circle_row=row, person=row.person, reason="new_address", flagged_at=scene.past(choices),
        **looked,
    )  # fmt: skip


def tell_somebody(scene: Scene, choices: Choices) -> None:
    """Somebody is told something, about a child or about none."""
    child = choices.one([*scene.children, None])
    who = scene.tied(choices, child) if child else scene.person(choices)
    where = child.practice if child else scene.practices[choices.number() % 4 == 3]
    scene.add(
        Notice, practice=where, child=child, person=who, kind=choices.one(list(NoticeKind)), about=scene.people["tom"],
        told_at=scene.past(choices),
    )  # fmt: skip


def reach(scene: Scene, choices: Choices) -> None:
    """A telephone number, perhaps one that another has."""
    row = scene.some(choices, "Contact")
    scene.change(row, phone=choices.one(PHONES))


def short_access(scene: Scene, choices: Choices) -> None:
    """A colleague for some hours."""
    child = choices.one(scene.children)
    staff = [row.person for row in scene.made["Membership"] if row.practice_id == child.practice_id]
    if not staff:
        raise Nothing
    starts = scene.past(choices)
    scene.add(
        CircleRow, child=child, person=choices.one(staff), role="therapist", authority="", household="", starts=starts,
        ends=starts + (1 + choices.number() % 12) * TICK,
    )  # fmt: skip


MOVES: dict[str, Callable[[Scene, Choices], None]] = {
    move.__name__: move
    for move in (
        change_circle, deactivate, invite, operate, plan, reach, reactivate, readdress, reset, review, short_access,
        tell_somebody,
    )
}  # fmt: skip
