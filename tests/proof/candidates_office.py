"""Rows that let people in, employ them, end their access or write down what circles went through, each with one thing wrong; and
changes of these, of circles, cards and what is one's own."""

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import uuid4

from tests.oracle import Row, World, may_insert, may_read
from tests.proof.worlds import TICK, Scene

OFFICE = (
    "AddressChange", "CircleChange", "Contact", "Deactivation", "Explanation", "FactorReset", "HelperConsent", "Invitation",
    "Membership", "StaffPhoto", "StaffProfile", "Supervision",
)  # fmt: skip
AUTHORS = {
    "CircleChange": "changed_by_id", "Deactivation": "set_by_id", "Explanation": "explained_by_id",
    "FactorReset": "asked_by_id", "Invitation": "invited_by_id",
}  # fmt: skip
MOMENTS = {
    "AddressChange": "asked_at", "CircleChange": "changed_at", "Deactivation": "starts", "Explanation": "explained_at",
    "FactorReset": "asked_at", "HelperConsent": "given_at", "Invitation": "invited_at", "Membership": "starts",
    "Supervision": "starts",
}  # fmt: skip
# Moments that a new row leaves empty, and what a new row says besides.
LATER = ("sent_at", "old_said_yes_at", "new_said_yes_at", "done_at", "void_at", "used_at", "revoked_at", "accepted_at")
MISSES = (
    "author", "past", "ahead", "me", "person", "practice", "other_child", "no_child", "ends", "serial", "sent_serial",
    "kind", "mail", "card", "other_row", *LATER,
)  # fmt: skip
ENDED = ("ends_now", "ends_ahead", "ends_past", "ends_later", "goes_on", "nothing", "starts_at", "person_id")
CHANGES: dict[str, tuple[str, ...]] = {
    "AddressChange": ("void_now", "void_now", "void_ahead", "email", "done_now", "nothing", "person_id"),
    "Child": ("name", "date_of_birth", "pronouns", "practice_id", "public_id"),
    "CircleRow": (*ENDED, "ends_now", "ends_ahead", "household", "child_id"),
    "Contact": ("phone", "phone", "phone_of_another", "email"),
    "Deactivation": (*ENDED, "ends_now", "ends_now", "reason"),
    "HelperConsent": ("until_now", "until_now", "until_ahead", "until_past", "scope", "nothing"),
    "Invitation": ("again", "again", "revoked_now", "revoked_ahead", "accepted_now", "email", "person_id", "card", "nothing"),
    "Membership": (*ENDED, "ends_now", "role"),
    "Notice": ("read_now", "read_now", "told_at", "nothing"),
    "Person": ("name", "public_id"),
    "Practice": ("name", "fees", "ref"),
    "RowReview": ("looked", "looked", "looked_by", "looked_past", "flagged_at", "nothing"),
    "StaffPhoto": ("picture", "person_id", "practice_id"),
    "StaffProfile": ("body", "training", "person_id", "practice_id"),
    "Supervision": (*ENDED[:-1], "ends_now", "therapist_id"),
}  # fmt: skip


class Somewhere:
    """What a page would offer this person: the practice of a job of theirs, a child there, people they might mean."""

    def __init__(self, world: World, scene: Scene, chance: Random, me: int) -> None:
        self.world, self.scene, self.chance, self.me = world, scene, chance, me
        jobs = world.where("Membership", "person_id", me)
        ties = world.where("CircleRow", "person_id", me)
        self.practice: int = chance.choice([*(row.practice_id for row in (*jobs, *ties)), scene.practices[0].pk])
        treated = [world.one("Child", row.child_id) for row in ties if row.role == "therapist"]
        there = world.where("Child", "practice_id", self.practice)
        self.child = chance.choice(treated if treated and chance.random() < 0.7 else there)
        self.circle = world.where("CircleRow", "child_id", self.child.pk)

    def person(self) -> int:
        """Somebody of the practice, mostly; somebody without a log-in half of the time."""
        world, chance = self.world, self.chance
        known = [row.person_id for row in world.where("CircleRow", "practice_id", self.practice)]
        known += [row.person_id for row in world.where("Membership", "practice_id", self.practice)]
        outside = [row.pk for row in world.tables["Account"] if row.email is None and row.pk in set(known)]
        pool = outside if outside and chance.random() < 0.5 else known
        return int(chance.choice(pool if chance.random() < 0.9 else [row.pk for row in world.tables["Person"]]))

    def about(self, model: str, **values: Any) -> Row:
        """A row with a random id, in the practice."""
        return Row(**{"model": model, "pk": (key := uuid4()), "id": key, "practice_id": self.practice, **values})

    def about_child(self, model: str, **values: Any) -> Row:
        """A row about the child."""
        return self.about(model, **{"practice_id": self.child.practice_id, "child_id": self.child.pk, **values})

    def in_circle(self) -> int:
        """Somebody of the child's circle."""
        return int(self.chance.choice(self.circle).person_id) if self.circle else self.person()


def sound(here: Somewhere, model: str) -> Row | None:
    """What a page would write for this person."""
    me, now, chance = here.me, here.scene.now, here.chance
    ahead = now + TICK
    match model:
        case "AddressChange":
            empty = dict.fromkeys(("sent_at", "old_said_yes_at", "new_said_yes_at", "done_at", "void_at"))
            row = here.about(model, person_id=me, email="n@x.example", asked_at=now, expires_at=ahead, **empty)
            del row.practice_id
            return row
        case "CircleChange":
            return here.about_child(
                model, person_id=here.in_circle(), kind="added", row=None, ended=None, effective=ahead, evidence="e",
                changed_by_id=me, changed_at=now, bundle=uuid4(), takes_back=None,
            )  # fmt: skip
        case "Contact":
            phone = chance.choice(["", "", "5550100", "+49 30 123456789"])
            return Row(model=model, pk=me, person_id=me, email="", phone=phone)
        case "Deactivation":
            return here.about(model, person_id=here.person(), starts=now, ends=None, reason="r", set_by_id=me)
        case "Explanation":
            at = now - chance.choice((0, 1)) * TICK
            return here.about_child(model, person_id=here.in_circle(), explained_by_id=me, explained_at=at)
        case "FactorReset":
            return here.about(
                model, person_id=here.person(), asked_by_id=me, reason="r", asked_at=now, expires_at=ahead, sent_at=None,
                used_at=None,
            )  # fmt: skip
        case "HelperConsent":
            if not here.circle:
                return None
            return here.about_child(
                model, circle_row_id=chance.choice(here.circle).pk, given_by_id=here.in_circle(), scope="s", given_at=now,
                until=None,
            )  # fmt: skip
        case "Invitation":
            return invitation(here)
        case "Membership":
            starts = chance.choice((now, now, ahead))
            role = chance.choice(["therapist", "supervisor", "safeguarding_lead", "admin"])
            return here.about(
                model, person_id=here.person(), role=role, starts=starts, ends=chance.choice((None, ahead + TICK))
            )
        case "StaffPhoto":
            return here.about(model, person_id=me, picture=b"2")
        case "StaffProfile":
            return here.about(model, person_id=me, body="b", training="t")
    staff = sorted({row.person_id for row in here.world.where("Membership", "practice_id", here.practice)})
    pair = chance.sample(staff, 2) if len(staff) > 1 else [me, here.person()]
    starts = chance.choice((now, ahead))
    return here.about(
        model, supervisor_id=pair[0], therapist_id=pair[1], starts=starts, ends=chance.choice((None, ahead + TICK))
    )


def invitation(here: Somewhere) -> Row:
    """A link for somebody the practice knows, with or without a child; or a card for the child's young person."""
    chance, now, person = here.chance, here.scene.now, here.person()
    ties = here.world.where("CircleRow", "person_id", person)
    card = any(tie.role == "young_person" for tie in ties) and chance.random() < 0.9
    child: int | None = chance.choice([tie.child_id for tie in ties] or [here.child.pk])
    if not card and chance.random() < 0.4:
        child = None
    practice = here.practice if child is None else here.world.one("Child", child).practice_id
    kind = "young_person" if card else chance.choice(["staff", "guardian", "helper"])
    way = {"email": "", "card_sha256": "f" * 64} if card else {"email": "n@x.example", "card_sha256": ""}
    return here.about(
        "Invitation", practice_id=practice, child_id=child, person_id=person, kind=kind, invited_by_id=here.me,
        invited_at=now, expires_at=now + TICK, serial=1, sent_serial=0, revoked_at=None, accepted_at=None, **way,
    )  # fmt: skip


def spoiled(here: Somewhere, row: Row, how: str) -> Row | None:
    """The same row with one thing wrong; None when it cannot be wrong in this way."""
    chance, now, world = here.chance, here.scene.now, here.world
    anyone = chance.choice(world.tables["Person"]).pk
    moment, has = MOMENTS.get(row.model), row.__dict__
    match how:
        case "author" if row.model in AUTHORS:
            return row.but(**{AUTHORS[row.model]: anyone})
        case "past" | "ahead" if moment:
            return row.but(**{moment: now + (TICK if how == "ahead" else -TICK)})
        case "me" if row.model == "Supervision":
            return row.but(supervisor_id=here.me)
        case "me" if "person_id" in has:
            return row.but(person_id=here.me)
        case "person" if row.model == "Contact":
            return row.but(pk=anyone, person_id=anyone)
        case "person" if "person_id" in has:
            return row.but(person_id=anyone)
        case "practice" if "practice_id" in has:
            return row.but(practice_id=chance.choice(world.tables["Practice"]).pk)
        case "other_child" if has.get("child_id"):
            child = chance.choice(world.tables["Child"])
            return row.but(child_id=child.pk, practice_id=child.practice_id)
        case "no_child" if row.model == "Invitation" and row.kind != "young_person":
            return row.but(child_id=None)
        case "ends" if row.model == "Deactivation":
            return row.but(ends=now + TICK)
        case "serial" | "sent_serial" if row.model == "Invitation":
            return row.but(**{how: 7})
        case "kind" if row.model == "Invitation":
            return row.but(kind=chance.choice(["staff", "young_person"]))
        case "mail" if "email" in has:
            return row.but(email="other@x.example" if row.email == "" else "")
        case "card" if row.model == "Invitation":
            return row.but(card_sha256="" if row.card_sha256 else "f" * 64)
        case "other_row" if row.model == "HelperConsent":
            return row.but(circle_row_id=chance.choice(world.tables["CircleRow"]).pk)
        case _ if how in LATER and how in has:
            return row.but(**{how: now})
    return None


def lets_in(world: World, scene: Scene, chance: Random, me: int, per_model: int) -> Iterator[Row]:
    """Of each model a few, about half of them sound."""
    for model in OFFICE:
        for number in range(per_model):
            here = Somewhere(world, scene, chance, me)
            row = sound(here, model)
            if row is None:
                break
            ways = (
                [each for how in MISSES if (each := spoiled(here, row, how))]
                if number % 2 or chance.random() < 0.3
                else []
            )
            yield chance.choice(ways) if ways else row


def near_misses(world: World, scene: Scene, chance: Random, me: int) -> Iterator[Row]:
    """Of each model some rows this person may add, if they are found soon, with every near miss of them."""
    for model in OFFICE:
        found = [(here, sound(here, model)) for here in (Somewhere(world, scene, chance, me) for _ in range(24))]
        right = [(here, row) for here, row in found if row and may_insert(world, me, row, scene.now)]
        for here, row in right[:3]:
            assert row
            yield row
            yield from filter(None, (spoiled(here, row, how) for how in MISSES))


# --- Changes -----------------------------------------------------------------------------------------------------------------


def changed(world: World, scene: Scene, chance: Random, old: Row, how: str, me: int) -> Row:
    """The row as it would be."""
    now, anyone = scene.now, chance.choice(world.tables["Person"]).pk
    moments = {"now": now, "ahead": now + TICK, "past": now - TICK}
    what, _, when = how.rpartition("_")
    match how:
        case "ends_later":
            return old.but(ends=(old.ends or now) + 2 * TICK)
        case "goes_on":
            return old.but(ends=None)
        case "starts_at" | "flagged_at" | "told_at":
            column = "starts" if how == "starts_at" else how
            return old.but(**{column: old.__dict__[column] - TICK})
        case "again":
            return old.but(serial=old.serial + 1, expires_at=now + 3 * TICK)
        case "card":
            return old.but(card_sha256="e" * 64 if old.card_sha256 else "")
        case "looked" | "looked_by" | "looked_past":
            by = anyone if how == "looked_by" else me
            return old.but(reviewed_at=now - TICK if how == "looked_past" else now, reviewed_by_id=by)
        case "phone_of_another":
            phones = [row.phone for row in world.tables["Contact"] if row.phone]
            return old.but(phone=chance.choice(phones) if phones else "1")
        case "practice_id":
            return old.but(practice_id=chance.choice(world.tables["Practice"]).pk)
        case "child_id":
            child = chance.choice(world.tables["Child"])
            return old.but(child_id=child.pk, practice_id=child.practice_id)
        case "person_id" | "therapist_id":
            return old.but(**{how: anyone})
        case "public_id":
            return old.but(public_id=uuid4())
        case "date_of_birth":
            return old.but(date_of_birth=old.date_of_birth.replace(day=5))
        case "nothing":
            return old.but()
        case "role":
            return old.but(role="admin" if old.role != "admin" else "therapist")
    if when in moments and what in {"ends", "until"}:
        return old.but(**{what: moments[when]})
    if when in moments:
        return old.but(**{f"{what}_at": moments[when]})
    text = {"email": "o@x.example", "phone": str(chance.randrange(10**6, 10**7)), "ref": str(uuid4())}
    return old.but(**{how: text.get(how, "other")})


def is_ones_own(row: Row, me: int) -> bool:
    """The row is about the person themself."""
    return me in (row.__dict__.get("person_id"), row.pk if row.model == "Person" else None)


def office_changes(
    world: World, scene: Scene, chance: Random, me: int, per_model: int
) -> Iterator[tuple[Row, Row]]:  # fmt: skip
    """Changes this person might try: (as it is, as it would be)."""
    for model, ways in CHANGES.items():
        rows = world.tables[model]
        mine = [row for row in rows if is_ones_own(row, me)]
        for _ in range(per_model if rows else 0):
            old = chance.choice(mine if mine and chance.random() < 0.3 else rows)
            yield old, changed(world, scene, chance, old, chance.choice(ways), me)


def every_office_change(world: World, scene: Scene, chance: Random, me: int) -> Iterator[tuple[Row, Row]]:
    """Every kind of change of some rows that can be read, short access among them."""
    for model, ways in CHANGES.items():
        there = [row for row in world.tables[model] if may_read(world, me, row, scene.now)]
        mine = [row for row in there if is_ones_own(row, me)][:2]
        short = [row for row in there if model == "CircleRow" and is_short(row, scene) and row.person_id != me][:3]
        for old in [*mine, *short, *chance.sample(there, min(8, len(there)))]:
            for how in dict.fromkeys(ways):
                yield old, changed(world, scene, chance, old, how, me)


def is_short(row: Row, scene: Scene) -> bool:
    """A therapist's row that goes on until a moment ahead: what a lead may end."""
    return bool(row.role == "therapist" and row.starts <= scene.now and row.ends and row.ends > scene.now)
