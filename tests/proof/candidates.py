"""Rows and changes to try: sound ones, and each with one thing wrong.

Every candidate is a whole row. It starts as the row a page would write for this person about something there is, and then
loses its innocence by one of the near misses: another's name, another's child, a moment ahead, already signed, in error …
"""

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID, uuid4

from tests.oracle import Row, World, may_insert, may_read
from tests.proof import candidates_office
from tests.proof.candidates_moving import changed_files, every_change_of_files, moving_in, near_misses
from tests.proof.candidates_office import every_office_change, lets_in, office_changes
from tests.proof.worlds import TICK, Scene

# model → (author's column, the moment's column, (column, model) of the item it hangs on, values a new row has)
SHAPES: dict[str, tuple[str, str, tuple[str, str] | None, dict[str, Any]]] = {
    "Addendum": ("author_id", "added_at", ("note_id", "ProgressNote"), {"body": "b"}),
    "Attendance": ("logged_by_id", "moment", ("session_id", "Session"), {"person_id": None}),
    "CoSignature": ("person_id", "acted_at", ("offer_id", "NoteOffer"), {"kind": "cosigned", "words": "", "sha256": ""}),
    "FormDraft": ("author_id", "saved_at", None, {"form": "session", "data": {}}),
    "HomeUpdate": ("author_id", "posted_at", None, {"kind": "win", "body": "b", "intensity": None}),
    "Look": ("person_id", "looked_at", None, {}),
    "Mark": ("marked_by_id", "marked_at", ("update_id", "HomeUpdate"), {"kind": "talk", "session_id": None}),
    "NoteOffer": ("offered_by_id", "offered_at", ("note_id", "ProgressNote"), {"withdrawn_at": None}),
    "Override": ("", "", ("release_id", "Release"), {"ground": "safety", "explanation": "e"}),
    "PracticeChoice": (
        "added_by_id", "added_at", None,
        {"kind": "theme", "group": "", "name": "n", "sections": [], "retired_at": None},
    ),
    "ProcessNote": ("author_id", "written_at", ("session_id", "Session"), {"body": "b"}),
    "ProgressNote": (
        "author_id", "written_at", ("session_id", "Session"),
        {"template": "free", "template_name": "", "late": False, "body": "b", "sections": [], "signed_at": None,
         "signed_sha256": ""},
    ),
    "Reading": ("reader_id", "read_at", ("release_id", "Release"), {}),
    "Release": (
        "released_by_id", "released_at", ("summary_id", "Summary"),
        {"withdrawn_at": None, "withdrawn_by_id": None, "error_at": None},
    ),
    "Reply": ("author_id", "posted_at", ("update_id", "HomeUpdate"), {"body": "b"}),
    "Session": ("therapist_id", "logged_at", None, {"minutes": 50}),
    "SessionRecord": (
        "author_id", "", ("session_id", "Session"), {"techniques": [], "themes": [], "engagement": None},
    ),
    "Sharing": ("shared_by_id", "shared_at", ("update_id", "HomeUpdate"), {"withdrawn_at": None}),
    "Summary": ("author_id", "written_at", ("session_id", "Session"), {"body": "b"}),
    "TakenOut": ("taken_by_id", "taken_at", ("update_id", "HomeUpdate"), {"reason": "r"}),
    "UpdateEdit": (
        "", "edited_at", ("update_id", "HomeUpdate"),
        {"kind": "win", "body": "b", "intensity": None, "form_key": None},
    ),
    "Wish": (
        "recorded_by_id", "recorded_at", ("summary_id", "Summary"),
        {"kind": "may_share", "not_to": [], "asked_at": None, "replaces_id": None},
    ),
}  # fmt: skip
TEXTS = {
    "HomeUpdate": ("where", "antecedent", "behaviour", "consequence", "helped"),
    "UpdateEdit": ("where", "antecedent", "behaviour", "consequence", "helped"),
    "SessionRecord": ("setting", "affect", "child_words", "child_choices"),
}
NEAR_MISSES = (
    "author", "child", "future", "item", "error", "signed", "withdrawn", "moment", "other_child", "practice", "silent",
    "wrong_item",
)  # fmt: skip
CAN_BE_IN_ERROR = {
    "Addendum", "Attendance", "ProcessNote", "ProgressNote", "Release", "Reply", "Session",
    "SessionRecord", "Summary", "Wish",
}  # fmt: skip
OWNERS = ("author_id", "therapist_id", "recipient_id", "released_by_id", "offered_by_id", "added_by_id")
ONE_EACH = {
    "CoSignature",
    "Override",
    "Reading",
    "SessionRecord",
}  # a second one would be refused by its unique key
NEVER_ADDED = (
    "Agreement", "Named", "Notice", "OperatorAccess", "Opening", "Person", "Practice", "Renewal", "Restriction", "RowReview",
    "Signature", "Withholding",
)  # fmt: skip

# Added, and then as they are.
NEVER_CHANGED = (
    "Agreement",
    "AuditEvent",
    "CircleChange",
    "CoSignature",
    "Explanation",
    "FactorReset",
    "HomeUpdate",
    "Mark",
    "Named",
    "OperatorAccess",
    "Relationship",
    "Restriction",
    "TakenOut",
    "UpdateEdit",
)


def sound(world: World, scene: Scene, chance: Random, model: str, me: int) -> Row | None:
    """What a page would write for this person, about something there is."""
    author, moment, item, values = SHAPES[model]
    child = chance.choice(world.tables["Child"])
    if model == "Look" and any(row.person_id == me and row.child_id == child.pk for row in world.tables["Look"]):
        return None  # one each
    if item:
        column, other = item
        there = list(world.tables[other])
        owners = {"Reading": ("recipient_id",), "CoSignature": ("person_id",)}.get(model, OWNERS)
        mine = [row for row in there if me in (getattr(row, name, None) for name in owners)]
        if model in ONE_EACH:
            taken = {getattr(row, column) for row in world.tables[model]}
            there, mine = ([row for row in rows if row.pk not in taken] for rows in (there, mine))
        pool = mine if mine and chance.random() < 0.8 else there
        if not pool:
            return None
        on = chance.choice(pool)
        child = world.one("Child", on.child_id)
        values = {**values, column: on.pk}
    row = Row(model=model, pk=(key := uuid4()), id=key, practice_id=child.practice_id, child_id=child.pk, **values)
    for text in TEXTS.get(model, ()):
        setattr(row, text, "")
    if author:
        setattr(row, author, me)
    if moment:
        setattr(row, moment, scene.now - chance.choice((0, 0, 1)) * TICK)
    if model in CAN_BE_IN_ERROR:
        row.error_at = None
        if model not in {"Attendance", "Release", "Wish"}:
            row.error_by_id, row.error_reason = None, ""
    finish(world, chance, row)
    if model == "PracticeChoice":
        del row.child_id
    return row


def finish(world: World, chance: Random, row: Row) -> None:
    """Values that follow from others, and the second person some rows name."""
    in_circle = [tie.person_id for tie in world.where("CircleRow", "child_id", row.child_id)] or [
        chance.choice(world.tables["Person"]).pk
    ]
    match row.model:
        case "Attendance":
            row.moment = world.one("Session", row.session_id).moment
            row.person_id = chance.choice([None, *in_circle])
        case "HomeUpdate":
            row.observed_at = row.posted_at
        case "Mark":  # made, taken back, made again …
            before = world.where("Mark", "update_id", row.update_id)
            row.turn = sum(mark.marked_by_id == row.marked_by_id and mark.kind == row.kind for mark in before)
        case "UpdateEdit":
            row.observed_at = row.edited_at
        case "FormDraft":
            row.about = uuid4()
        case "PracticeChoice":
            row.name = str(row.pk)
        case "CoSignature":
            row.note_id = world.one("NoteOffer", row.offer_id).note_id
        case "NoteOffer":
            over_me = [each.supervisor_id for each in world.where("Supervision", "therapist_id", row.offered_by_id)]
            anyones = [each.supervisor_id for each in world.tables["Supervision"]]
            row.person_id = chance.choice([*(over_me or in_circle), *anyones])
        case "Session":
            row.held_at = row.logged_at
            row.moment = row.logged_at
        case "Release":
            row.recipient_id = chance.choice(in_circle)
        case "Wish":
            answers = world.where("Wish", "summary_id", row.summary_id)
            replaced = {answer.replaces_id for answer in answers}
            row.replaces_id = next((answer.pk for answer in answers if answer.pk not in replaced), None)
        case "Sharing":
            guardians = [tie for tie in world.where("CircleRow", "child_id", row.child_id) if tie.role == "guardian"]
            others = [tie.person_id for tie in guardians if tie.person_id != row.shared_by_id]
            row.person_id = row.shared_by_id if chance.random() < 0.1 else chance.choice(others or in_circle)
            row.posted_at = world.one("HomeUpdate", row.update_id).posted_at
        case "ProgressNote" | "ProcessNote" | "Summary":
            row.changed_at = row.written_at


def spoiled(world: World, scene: Scene, chance: Random, row: Row, how: str) -> Row | None:
    """The same row with one thing wrong; None when it cannot be wrong in this way."""
    author, moment, item, _ = SHAPES[row.model]
    people, ahead = world.tables["Person"], scene.now + chance.choice((1, 2)) * TICK
    match how:
        case "author" if author:
            return row.but(**{author: chance.choice(people).pk})
        case "future" if moment and row.model != "Attendance":
            later = row.but(**{moment: ahead})
            return later.but(moment=ahead) if row.model == "Session" else later
        case "moment" if row.model == "Attendance":
            return row.but(moment=row.moment - TICK)
        case "moment" if row.model == "Sharing":
            return row.but(posted_at=row.posted_at - TICK)
        case "moment" if row.model == "Session":
            return row.but(held_at=ahead, moment=ahead)
        case "item" if item:
            same = [other for other in world.tables[item[1]] if other.child_id == row.child_id]
            return row.but(**{item[0]: chance.choice(same or world.tables[item[1]]).pk})
        case "wrong_item" if item and item[1] == "Session":
            errors = [held for held in world.where("Session", "child_id", row.child_id) if held.error_at is not None]
            return row.but(session_id=chance.choice(errors).pk) if errors else None
        case "child" if item:  # the item stays where it is: a row about two children
            mine = [tie.child_id for tie in world.where("CircleRow", "person_id", row.__dict__.get(author))]
            others = [other for other in world.tables["Child"] if other.pk in mine and other.pk != row.child_id]
            child = chance.choice(others or world.tables["Child"])
            return row.but(child_id=child.pk, practice_id=child.practice_id)
        case "other_child" if row.model != "PracticeChoice":
            child = chance.choice(world.tables["Child"])
            return row.but(child_id=child.pk, practice_id=child.practice_id) if not item else None
        case "practice":
            return row.but(practice_id=chance.choice(world.tables["Practice"]).pk)
        case "silent" if row.model == "TakenOut":
            return row.but(reason="")
        case "error" if row.model in CAN_BE_IN_ERROR:
            return row.but(error_at=scene.now)
        case "signed" if row.model == "ProgressNote":
            return row.but(signed_at=scene.now)
        case "withdrawn" if row.model == "PracticeChoice":
            return row.but(retired_at=scene.now)
        case "withdrawn" if "withdrawn_at" in row.__dict__:
            return row.but(withdrawn_at=scene.now)
    return None


def additions(world: World, scene: Scene, chance: Random, me: int, per_model: int) -> Iterator[Row]:
    """Rows this person might try to add: of each model a few, about half of them sound."""
    for model in SHAPES:
        for number in range(per_model):
            row = sound(world, scene, chance, model, me)
            if row is None:
                break
            wrong = spoiled(world, scene, chance, row, chance.choice(NEAR_MISSES)) if number % 2 else None
            yield wrong or row
    yield from moving_in(world, scene, chance, me, per_model)
    if me:
        yield from lets_in(world, scene, chance, me, per_model)
    for who in (me, chance.choice(world.tables["Person"]).pk, None):
        yield Row(
            model="AuditEvent", pk=(key := uuid4()), id=key, at=scene.now, person_id=who, practice_id=None, child_id=None,
            action="sign_in", shown=[], data={}, request_id=None,
        )  # fmt: skip
    model = chance.choice(NEVER_ADDED)
    if world.tables[model]:
        copied = chance.choice(world.tables[model])
        if isinstance(copied.pk, UUID):
            yield copied.but(pk=(key := uuid4()), id=key)


def misses(world: World, scene: Scene, chance: Random, me: int | None) -> Iterator[Row]:
    """Of each model a row this person may add, if one is found soon, with every near miss of it."""
    for model in SHAPES if me else ():
        found = (sound(world, scene, chance, model, me or 0) for _ in range(12))
        row = next((row for row in found if row and may_insert(world, me, row, scene.now)), None)
        if row:
            yield row
            yield from filter(None, (spoiled(world, scene, chance, row, how) for how in NEAR_MISSES))
    if me:
        yield from near_misses(world, scene, chance, me)
        yield from candidates_office.near_misses(world, scene, chance, me)


def alterations(world: World, scene: Scene, chance: Random, me: int, per_model: int) -> Iterator[tuple[Row, Row]]:
    """Changes this person might try: (the row as it is, the row as it would be)."""
    for model, tries in CHANGES.items():
        rows = world.tables[model]
        mine = [row for row in rows if me in (getattr(row, name, None) for name in (*OWNERS, "shared_by_id"))]
        for _ in range(per_model):
            pool = mine if mine and chance.random() < 0.7 else rows
            if not pool:
                break
            old = chance.choice(pool)
            yield old, old.but(**_changed(world, scene, chance, chance.choice(tries), me, old))
    yield from changed_files(world, scene, chance, me, per_model)
    yield from office_changes(world, scene, chance, me, per_model)
    model = chance.choice(sorted({*NEVER_ADDED, *NEVER_CHANGED} - {*candidates_office.CHANGES}))
    if world.tables[model]:
        old = chance.choice(world.tables[model])
        yield old, old.but()  # changing nothing needs the right to change, too


IN_ERROR = ("in_error", "in_error", "in_error", "in_error_ahead", "in_error_by", "in_error_silent", "in_error_and")
CHANGES: dict[str, tuple[str, ...]] = {
    "Addendum": (*IN_ERROR, "body", "not_in_error"),
    "FormDraft": ("data", "data", "author_id", "saved_ahead"),
    "Look": ("looked_at", "looked_at", "looked_ahead"),
    "NoteOffer": ("withdrawn_at", "withdrawn_at", "withdrawn_ahead", "nothing"),
    "PracticeChoice": ("retired_at", "retired_at", "retired_ahead", "nothing", "practice_id"),
    "ProcessNote": (*IN_ERROR, "body", "body", "author_id", "child_id", "error_at", "not_in_error"),
    "ProgressNote": (
        "body",
        "body",
        "signed_at",
        "signed_ahead",
        "changed_at",
        "author_id",
        "mine",
        "child_id",
        "error_at",
        "not_in_error",
        *IN_ERROR,
    ),
    "Release": (
        "taken",
        "taken",
        "taken",
        "taken_ahead",
        "taken_by",
        "taken_in_error",
        "taken_and_right",
        "withdrawn_at",
        "nothing",
        "error_at",
    ),
    "Reply": (*IN_ERROR, "body"),
    "Session": (*IN_ERROR, "minutes", "not_in_error"),
    "Sharing": ("withdrawn_at", "nothing"),
    "Summary": (*IN_ERROR, "body", "body", "changed_at", "author_id", "mine", "child_id", "error_at", "not_in_error"),
}


def newcomers(world: World, chance: Random) -> Iterator[Row]:
    """Rows without a child or random key, which nobody may add: a practice, a person, a contact."""
    number = chance.randrange(10**9, 10**12)
    yield chance.choice(world.tables["Practice"]).but(pk=number, id=number, public_id=uuid4(), ref=str(number))
    people, contacts = ({row.pk for row in world.tables[model]} for model in ("Person", "Contact"))
    for account in world.tables["Account"]:
        if account.pk not in people:
            yield Row(model="Person", pk=account.pk, account_id=account.pk, public_id=uuid4(), name="n")
    for pk in people - contacts:
        yield Row(model="Contact", pk=pk, person_id=pk, email="", phone="")


def every_alteration(world: World, scene: Scene, chance: Random, me: int) -> Iterator[tuple[Row, Row]]:
    """Every kind of change, of a few rows of one's own and of others that can be read, drafts that colleagues left behind among
    them; of what nobody changes, none."""
    yield from every_change_of_files(world, scene, chance, me)
    yield from every_office_change(world, scene, chance, me)
    for model in (*NEVER_ADDED, *NEVER_CHANGED, *SHAPES):
        there = world.tables[model] if model not in CHANGES and model not in candidates_office.CHANGES else []
        yield from ((old, old.but()) for old in there[:40] if may_read(world, me, old, scene.now))
    for model, tries in CHANGES.items():
        readable = [row for row in world.tables[model] if may_read(world, me, row, scene.now)]
        mine = [row for row in readable if me in (getattr(row, name, None) for name in (*OWNERS, "shared_by_id"))]
        wrong = [row for row in mine if row.__dict__.get("error_at")][:1]
        drafts = [row for row in readable if model == "ProgressNote" and row.signed_at is None and row.author_id != me][
            :2
        ]
        some = [*chance.sample(mine, min(4, len(mine))), *chance.sample(readable, min(3, len(readable)))]
        for old in [*some, *wrong, *drafts]:
            for change in dict.fromkeys(tries):
                yield old, old.but(**_changed(world, scene, chance, change, me, old))


def _changed(world: World, scene: Scene, chance: Random, change: str, me: int, old: Row) -> dict[str, Any]:
    """The columns that change, with their new values."""
    if change.startswith("in_error"):
        error = {"error_at": scene.now, "error_by_id": me, "error_reason": "r"}
        match change:
            case "in_error_ahead":
                error["error_at"] = scene.now + TICK
            case "in_error_by":
                error["error_by_id"] = chance.choice(world.tables["Person"]).pk
            case "in_error_silent":
                error["error_reason"] = ""
            case "in_error_and":
                error |= {"minutes": 7} if old.model == "Session" else {"body": "other"}
        return error
    if change.startswith("taken"):
        other = chance.choice(world.tables["Person"]).pk
        moment = scene.now + TICK if change == "taken_ahead" else scene.now
        taken: dict[str, Any] = {"withdrawn_at": moment, "withdrawn_by_id": other if change == "taken_by" else me}
        right: dict[str, dict[str, Any]] = {
            "taken_in_error": {"error_at": scene.now},
            "taken_and_right": {"error_at": None},
        }
        return {**taken, **right.get(change, {})}
    if change == "practice_id":
        return {"practice_id": chance.choice(world.tables["Practice"]).pk}
    if change.endswith("_ahead") and change != "signed_ahead":
        return {change.replace("_ahead", "_at"): scene.now + TICK}
    if change == "child_id":
        child = chance.choice(world.tables["Child"])
        return {"child_id": child.pk, "practice_id": child.practice_id}
    if change == "nothing":
        return {}
    if change == "mine":
        return {"author_id": me}
    if change == "not_in_error":
        return {"error_at": None}
    if change.endswith("_id"):
        return {change: chance.choice(world.tables["Person"]).pk}
    if change == "signed_ahead":
        return {"signed_at": scene.now + TICK}
    return {
        change: scene.now
        if change.endswith("_at")
        else {"body": "other", "kind": "nobody", "minutes": 7, "data": {"a": "b"}}[change]
    }
