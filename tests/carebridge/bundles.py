"""Bundles for tests: Willow Creek, edits of it, and fuller ones."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

WILLOW = Path(__file__).parents[1] / "bundles" / "willow-creek.json"
SKIP = "goals,concerns,messages"

type Json = Any
type Edit = Callable[[Json], None]


def willow() -> Json:
    """The file, fresh."""
    return json.loads(WILLOW.read_text())


def edited(*edits: Edit) -> Json:
    """Willow Creek after these edits."""
    return edited_from(willow(), *edits)


def edited_from(bundle: Json, *edits: Edit) -> Json:
    """A bundle after these edits."""
    for edit in edits:
        edit(bundle)
    return bundle


# --- Edits ------------------------------------------------------------------------------------------------------------


def tokens(pointer: str) -> list[str]:
    """The keys of a JSON pointer."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def found(document: Json, pointer: str) -> Json:
    """The value at a pointer. Raises LookupError when there is none."""
    for token in tokens(pointer):
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document


def put(pointer: str, value: Json) -> Edit:
    """Set a key or replace an element."""
    head, _, last = pointer.rpartition("/")

    def edit(bundle: Json) -> None:
        holder = found(bundle, head)
        holder[int(last) if isinstance(holder, list) else tokens(f"/{last}")[0]] = copy.deepcopy(value)

    return edit


def drop(pointer: str) -> Edit:
    """Take a key away."""
    head, _, last = pointer.rpartition("/")

    def edit(bundle: Json) -> None:
        del found(bundle, head)[last]

    return edit


def more(pointer: str, *values: Json) -> Edit:
    """Append to a list, making it when it is missing."""
    head, _, last = pointer.rpartition("/")

    def edit(bundle: Json) -> None:
        found(bundle, head).setdefault(last, []).extend(copy.deepcopy(list(values)))

    return edit


def again(pointer: str, **changes: Json) -> Edit:
    """Append to its list a copy of an element, changed."""

    def edit(bundle: Json) -> None:
        holder = found(bundle, pointer.rpartition("/")[0])
        holder.append({**copy.deepcopy(found(bundle, pointer)), **changes})

    return edit


def at(day: int, month: int = 10, *, hour: int = 12) -> str:
    """A moment of 2026, to the microsecond, with an offset of its own."""
    return f"2026-{month:02}-{day:02}T{hour:02}:00:00.123456+02:00"


# --- Everything a bundle can hold -------------------------------------------------------------------------------------

ERROR = {"by": "ines", "at": at(29), "reason": "In the wrong record."}


def full() -> Json:
    """Willow Creek with every key of every built list in use."""
    return edited(
        put("/practice/handbook", "Fees are told first."),
        put("/practice/reply_within_hours", 24),
        put("/practice/policy/guardian_access", "signed_notes"),
        put("/people/0/profile", "Plays, draws, listens."),
        put("/people/0/phone", "+1 555 0100"),
        put("/people/0/time_zone", "America/Chicago"),
        put("/people/0/email", "Tom@Willow.Example"),
        put("/people/3/active", False),
        put("/people/3/staff/0/until", at(1, 9)),
        more("/people/3/staff", {"role": "admin", "from": at(1, 9)}),
        more("/people", {"ref": "ada", "name": "Ada Brook"}, {"ref": "bo", "name": "Bo Hale", "phone": "12"}),
        again("/circle/2", authority="informed", ref="dan-later", **{"from": at(1, 11)}),
        put("/circle/2/until", at(1, 11)),  # the day before now; what follows touches it
        put("/circle/1/renewed", {"ground": "Court.", "by": "ruth", "at": at(3)}),
        put("/circle/4/consent", {"by": "priya", "scope": "School.", "at": at(4, 3), "until": at(1, 12)}),
        more(
            "/circle",
            {"child": "leo", "person": "ada", "role": "helper", "from": at(1, 4), "until": at(2, 12), "household": "m"},
        ),
        more(
            "/restrictions",
            {"child": "leo", "person": "joy", "kind": "closed", "from": at(1), "until": at(9), "reason": "", "by": "tom"},
        ),
        put("/supervision/0/until", at(1, 12)),
        put("/agreements/0/young_person_access", "signed_notes"),
        more("/agreements", {"child": "leo", "guardian_access": "summaries_only", "in_force_from": at(1, 12)}),
        put("/sessions/0/held_at", at(5, hour=22)),
        put("/sessions/0/logged_at", at(5, hour=20)),
        put(
            "/sessions/0/record",
            {
                "techniques": ["drawing"], "themes": ["bridges", "doors"], "affect": "calm", "engagement": 10,
                "setting": "room 2", "child_words": "a bridge", "child_choices": "red", "entered_in_error": ERROR,
            },
        ),
        put("/sessions/1/entered_in_error", ERROR),
        put("/sessions/0/notes/0/entered_in_error", ERROR),
        put("/sessions/0/notes/0/addenda/0/entered_in_error", ERROR),
        put("/sessions/0/notes/1/entered_in_error", ERROR),
        put("/sessions/0/notes/0/withheld_from", [{"person": "dan", "reason": "Safety.", "by": "tom", "at": at(7)}]),
        put("/sessions/0/notes/0/opened_to", [{"person": "dan", "by": "ruth", "at": at(28)}]),
        put("/sessions/2/notes/1/offered_to", [{"person": "ines", "at": at(15)}]),
        drop("/sessions/2/notes/1/body"),
        put("/sessions/2/notes/1/sections", {"Plan": "One joint session.", "Data": ""}),
        put("/sessions/2/notes/1/template", "dap"),
        put("/sessions/0/summaries/0/entered_in_error", ERROR),
        put("/sessions/0/summaries/0/child_wish", "ask_me"),
        put("/sessions/0/summaries/0/asked_at", at(5, hour=23)),
        put("/sessions/0/summaries/0/releases/0/read_at", at(6)),
        put("/sessions/0/summaries/0/releases/0/withdrawn_at", at(8)),
        more("/sessions/0/summaries/0/releases", {"to": "priya", "at": at(9)}),
        more(
            "/sessions/1/summaries/0/releases",
            {"to": "dan", "at": at(14), "override": {"ground": "court_order", "explanation": "Told her why."}},
        ),
        put("/home_updates/0/entered_in_error", ERROR),
        put("/home_updates/0/replies/0/entered_in_error", ERROR),
        put("/home_updates/0/edits", [{"at": at(9), "body": "She asked for ten minutes."}]),
        more("/home_updates/0/marks", {"by": "tom", "at": at(9), "kind": "talk"}, {"by": "ines", "at": at(9), "kind": "used"}),
        put("/home_updates/1/shared_with/0/withdrawn_at", at(12)),
        more("/home_updates/1/shared_with", {"person": "priya", "at": at(13)}),
        more("/concerns/0/named", {"person": "mrs-lund", "at": at(21)}, {"name": "A neighbour", "at": at(21)}),
        put("/concerns/0/entered_in_error", ERROR),
    )  # fmt: skip


def everything() -> Json:
    """And with every key that tells what only pages do: second thoughts, answers, the practice's own words."""
    return edited_from(
        full(),
        put("/practice/notes_due_hours", 24),
        put("/practice/reply_hours", "Mondays to Fridays, 9 to 5."),
        put("/practice/fees", "Told before we begin."),
        put("/practice/how_to_ask", "Ring or write."),
        put("/practice/policy/source", "The act of 2024."),
        put("/practice/policy/review_on", "2027-01-31"),
        put("/people/0/training", "Play therapy, 2014."),
        put("/people/1/training", "Supervision, 2019."),
        put("/people/11/username", "Bo-reads-maps"),
        put("/deactivations", [
            {"person": "joy", "from": at(1, 9), "until": at(2, 9), "reason": "A lost telephone.", "by": "ruth"},
            {"person": "joy", "from": at(2, 9), "reason": "Lost again.", "by": "tom"},
        ]),
        put("/circle/1/ref", "priya-row"),
        put("/circle/2/ref", "dan-row"),
        put("/circle/1/reviews", [
            {"reason": "new_address", "at": at(3)},
            {"reason": "new_address", "at": at(1), "done": {"by": "ines", "at": at(2)}},
        ]),
        put("/circle_changes", [
            {"child": "maya", "person": "dan", "kind": "changed", "row": "dan-later", "ended": "dan-row",
             "effective": at(1, 11), "evidence": "Order of 3 March.", "by": "ruth", "at": at(3), "act": "a"},
            {"child": "maya", "person": "priya", "kind": "added", "row_gone": "x", "ended_gone": "y",
             "effective": at(1, 12), "by": "ruth", "at": at(3), "act": "b"},
            {"child": "maya", "person": "priya", "kind": "taken_back", "row_gone": "x", "effective": at(4), "by": "tom",
             "at": at(4), "act": "c", "takes_back": "b"},
            {"child": "maya", "person": "priya", "kind": "ended", "ended": "priya-row", "effective": at(1, 12),
             "by": "ruth", "at": at(4), "act": "a"},
        ]),
        put("/people/1/email_verified", False),
        put("/people/2/contact_email", "office@willow.example"),
        put("/people/3/contact_email", ""),
        put("/people/10/contact_email", "ada@family.example"),
        again(
            "/circle/4", person="bo",
            consents=[
                {"by": "dan", "scope": "Choir.", "at": at(5, 3)},
                {"by": "priya", "scope": "Choir.", "at": at(4, 3), "until": at(1, 12)},
            ],
        ),
        drop("/circle/10/consent"),
        put("/explanations", [
            {"child": "leo", "person": "joy", "by": "ines", "at": at(9, 4)},
            {"child": "maya", "person": "priya", "by": "ines", "at": at(9, 4)},
        ]),
        put("/named", [
            {"child": "maya", "concern": "a", "person": "joy", "raised_at": at(1), "at": at(1)},
            {"child": "leo", "concern": "b", "person": "dan", "raised_at": at(2), "at": at(3), "void_from": at(4)},
            {"child": "leo", "concern": "b", "person": "nell", "raised_at": at(2), "at": at(2), "void_from": at(4)},
        ]),
        put("/choices", [
            {"kind": "template", "name": "Our own", "sections": ["Seen", "Next"], "by": "ines", "at": at(1)},
            {"kind": "technique", "group": "play", "name": "kites", "by": "tom", "at": at(1), "retired_at": at(2)},
            {"kind": "technique", "group": "play", "name": "kites", "by": "tom", "at": at(3)},
            {"kind": "setting", "name": "garden", "by": "tom", "at": at(1)},
        ]),
        put("/sessions/0/notes/1/changed_at", at(6)),
        put("/sessions/1/notes/0/signed_sha256", ""),
        put("/sessions/2/notes/0/signed_sha256", "0" * 64),
        put("/sessions/2/notes/0/late", True),
        put("/sessions/2/notes/0/template", "own"),
        put("/sessions/2/notes/0/template_name", "Our own"),
        put("/sessions/2/notes/0/offered_to", [
            {"person": "ines", "by": "ines", "at": at(7), "answer": {"kind": "cosigned", "at": at(8)}},
        ]),
        put("/sessions/2/notes/0/sections", [
            {"name": "Seen\u200d", "text": "a"}, {"name": "Seen\u200d", "text": "b"}, {"name": "", "text": ""},
        ]),
        drop("/sessions/2/notes/0/body"),
        put("/sessions/2/notes/1/changed_at", at(15)),
        more(
            "/sessions/2/notes/1/offered_to",
            {"person": "ines", "at": at(14), "withdrawn_at": at(15),
             "answer": {"kind": "returned", "words": "Say more.", "at": at(14, hour=13), "sha256": "f" * 64}},
        ),
        put("/sessions/0/summaries/0/changed_at", at(5, hour=23)),
        put("/sessions/1/summaries/1/wish_recorded", {"by": "ines", "at": at(15)}),
        put("/sessions/1/summaries/1/earlier_wishes", [
            {"child_wish": "not_asked", "by": "tom", "at": at(10)},
            {"child_wish": "not_to", "not_to": ["priya"], "asked_at": at(10, hour=13), "by": "ines", "at": at(10, hour=13)},
        ]),
        put("/sessions/1/summaries/1/child_wish", "not_to"),  # said after it was shared with Mrs Lund
        put("/sessions/1/summaries/1/not_to", ["mrs-lund", "dan"]),
        put("/sessions/1/summaries/1/asked_at", at(15)),
        put("/sessions/1/summaries/1/releases/0/by", "ines"),
        put("/sessions/0/summaries/0/releases/0/withdrawn_by", "ines"),
        put("/home_updates/1/marks", [  # taken back and made again, the last time at the same moment
            {"by": "ines", "at": at(20), "kind": "talk"},
            {"by": "ines", "at": at(13), "kind": "talk", "withdrawn_at": at(14)},
            {"by": "ines", "at": at(20), "kind": "talk", "withdrawn_at": at(20)},
            {"by": "tom", "at": at(13), "kind": "talk", "withdrawn_at": at(15)},
        ]),
        put("/home_updates/0/also_in_error", [
            {"by": "priya", "at": at(30), "reason": ""}, {"by": "ruth", "at": at(30), "reason": "Wrong."},
        ]),
        more("/home_updates/0/edits", {
            "at": at(10), "kind": "worry", "body": "New.", "observed_at": at(7), "where": "shop", "antecedent": "a",
            "behaviour": "b", "consequence": "c", "helped": "h", "intensity": 0,
        }),
        more("/home_updates/0/edits", {"at": at(11), "body": "All else taken back.", "observed_at": at(7)}),
    )  # fmt: skip
