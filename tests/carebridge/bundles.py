"""Bundles for tests: Willow Creek, edits of it, a fuller one, and what a database holds, told as a bundle again."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress

from accounts import models as a
from sessions_log import models as s
from sessions_log.actions.notes import sections_hash
from sessions_log.models.home import WORDS

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
        put("/sessions/1/summaries/1/child_wish", "not_to"),  # said after it was shared with Mrs Lund
        put("/sessions/1/summaries/1/not_to", ["mrs-lund", "dan"]),
        put("/sessions/1/summaries/1/asked_at", at(15)),
        put("/sessions/1/summaries/1/releases/0/by", "ines"),
        more("/home_updates/0/edits", {
            "at": at(10), "body": "New.", "observed_at": at(7), "where": "shop", "antecedent": "a", "behaviour": "b",
            "consequence": "c", "helped": "h", "intensity": 0,
        }),
        more("/home_updates/0/edits", {"at": at(11), "body": "All else taken back.", "observed_at": at(7)}),
    )  # fmt: skip


# --- The database, told as a bundle ------------------------------------------------------------------------------------


def moment(text: str | None) -> datetime | None:
    """A moment of the file."""
    return datetime.fromisoformat(text) if text else None


def named(bundle: Json) -> Json:
    """The built lists as `held` tells them: refs replaced by names, moments parsed, defaults filled in."""
    names = {item["ref"]: item["name"] for item in [*bundle["people"], *bundle["children"]]}
    sessions = {item["ref"]: moment(item["held_at"]) for item in bundle["sessions"]}
    keys = {"child", "person", "by", "author", "therapist", "supervisor", "to"}

    def plain(key: str, value: Json) -> Json:
        if key == "sections" and value and isinstance(value[0] if isinstance(value, list) else None, dict):
            return [[section["name"], section["text"]] for section in value]
        if isinstance(value, dict) and key != "sections":
            return {name: plain(name, each) for name, each in value.items() if name != "ref"}
        if isinstance(value, dict):
            return list(map(list, value.items()))
        if key in {"attended", "not_to"}:
            return sorted(names.get(each, each) for each in value)
        if isinstance(value, list):
            return [plain(key, each) for each in value]
        if key in keys:
            return names[value]
        if key == "session":
            return sessions[value]
        return moment(value) if key.endswith("_at") or key in {"at", "from", "until", "in_force_from"} else value

    lists = (
        "people", "children", "circle", "restrictions", "supervision", "agreements", "explanations", "choices",
        "sessions", "home_updates",
    )  # fmt: skip
    told = {name: [plain(name, item) for item in bundle.get(name, [])] for name in lists}
    for person in told["people"]:
        person.pop("password", None)
    told["explanations"] += [
        {"child": agreement["child"], **each}
        for agreement in told["agreements"] for each in agreement.pop("explained", [])
    ]  # fmt: skip
    fill_in(told)
    return {"practice": {**plain("practice", bundle["practice"]), "ref": bundle["practice"]["ref"]}, **told}


def fill_in(told: Json) -> None:
    """What it means to leave something out, where that is another field of the file."""
    for row in told["circle"]:
        row["consents"] = row.get("consents", []) + ([row.pop("consent")] if "consent" in row else [])
    for session in told["sessions"]:
        for text in [*session.get("notes", []), *session.get("summaries", [])]:
            text.setdefault("changed_at", text["written_at"])
            for other in [*text.get("offered_to", []), *text.get("releases", [])]:
                other.setdefault("by", text["author"])
        for summary in session.get("summaries", []):
            summary.setdefault("wish_recorded", {"by": summary["author"], "at": summary["written_at"]})
    for update in told["home_updates"]:
        as_posted = {name: update[name] for name in WORDS if name in update}
        update["edits"] = [edit if "observed_at" in edit else {**as_posted, **edit} for edit in update.get("edits", [])]


def filled(value: Json) -> Json:
    """Without what is empty or a default, which a file may leave out, and with lists in an order of their own."""
    if isinstance(value, dict):
        kept = {key: filled(value[key]) for key in sorted(value)}
        defaults = {"active": True, "template": "free", "young_person_access": "summaries_only", "language": ""}
        defaults |= {"email_verified": True, "late": False, "notes_due_hours": 72}
        return {
            key: each for key, each in kept.items()
            if each not in (None, "", [], {}) and defaults.get(key, ...) != each
        }  # fmt: skip
    if isinstance(value, list):
        items = [filled(each) for each in value]
        return sorted(items, key=repr) if items and isinstance(items[0], dict) else items
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def error_of(row: Any) -> Json:
    """Who entered it in error, when, why."""
    return row.error_at and {"by": row.error_by.name, "at": row.error_at, "reason": row.error_reason}


def values(row: Any, *columns: str) -> Json:
    """Columns of the same name as their keys."""
    return {column: getattr(row, column) for column in columns}


def times(row: Any) -> Json:
    """A range."""
    return {"from": row.starts, "until": row.ends}


def held(practice: a.Practice) -> Json:
    """The practice in the database, as `named` tells a file."""
    mine = {"practice": practice}
    return {
        "practice": {
            **values(practice, "ref", "name", "time_zone", "language", "reply_within_hours", "notes_due_hours"),
            **values(practice, "crisis_text", "handbook"),
            "policy": values(practice, "guardian_access", "assent_age", "majority_age"),
        },
        "people": [held_person(person) for person in a.Person.objects.all()],
        "children": [
            values(child, "name", "pronouns", "about_me") | {"date_of_birth": child.date_of_birth.isoformat()}
            for child in a.Child.objects.filter(**mine)
        ],
        "circle": [held_circle_row(row) for row in a.CircleRow.objects.filter(**mine)],
        "restrictions": [
            {
                "child": row.child.name, "person": row.person.name, "kind": row.kind, **times(row), "reason": row.reason,
                "by": row.set_by.name, "review_on": row.review_on and row.review_on.isoformat(),
            }
            for row in a.Restriction.objects.filter(**mine)
        ],
        "supervision": [
            {"supervisor": row.supervisor.name, "therapist": row.therapist.name, **times(row)}
            for row in a.Supervision.objects.filter(**mine)
        ],
        "agreements": [held_agreement(row) for row in a.Agreement.objects.filter(**mine)],
        "explanations": [
            {"child": it.child.name, "person": it.person.name, "by": it.explained_by.name, "at": it.explained_at}
            for it in a.Explanation.objects.filter(**mine)
        ],
        "choices": [
            {**values(it, "kind", "group", "name", "sections", "retired_at"), "by": it.added_by.name, "at": it.added_at}
            for it in s.PracticeChoice.objects.filter(**mine)
        ],
        "sessions": [held_session(row) for row in s.Session.objects.filter(**mine)],
        "home_updates": [held_update(row) for row in s.HomeUpdate.objects.filter(**mine)],
    }  # fmt: skip


def held_person(person: a.Person) -> Json:
    """One person with account, contact, employment and profile."""
    contact = a.Contact.objects.filter(person=person).first()
    profile = a.StaffProfile.objects.filter(person=person).first()
    reached, signs_in = contact.email if contact else "", person.account.email or ""
    same = reached.lower() == signs_in
    address = EmailAddress.objects.filter(user=person.account).first()
    return {
        "name": person.name,
        "email": reached if same else signs_in,
        "contact_email": None if same else reached,
        "email_verified": address and address.verified,
        "phone": contact and contact.phone,
        "active": person.account.is_active,
        "language": person.account.language,
        "time_zone": person.account.time_zone,
        "profile": profile and profile.body,
        "staff": [{"role": row.role, **times(row)} for row in a.Membership.objects.filter(person=person)],
    }


def held_circle_row(row: a.CircleRow) -> Json:
    """One tie."""
    words = a.Relationship.objects.filter(circle_row=row, person=row.person, child=row.child).first()
    renewal = a.Renewal.objects.filter(circle_row=row, child=row.child).first()
    consents = a.HelperConsent.objects.filter(circle_row=row, child=row.child)
    return {
        "child": row.child.name,
        "person": row.person.name,
        **values(row, "role", "authority", "household"),
        **times(row),
        "relationship": words and words.words,
        "renewed": renewal and {"ground": renewal.ground, "by": renewal.renewed_by.name, "at": renewal.renewed_at},
        "consents": [
            {"by": it.given_by.name, "scope": it.scope, "at": it.given_at, "until": it.until} for it in consents
        ],
    }


def held_agreement(row: a.Agreement) -> Json:
    """One agreement."""
    return {
        "child": row.child.name,
        **values(row, "guardian_access", "young_person_access", "in_force_from"),
        "signed": [{"person": it.person.name, "at": it.signed_at} for it in a.Signature.objects.filter(agreement=row)],
    }


def held_session(row: s.Session) -> Json:
    """One session. Every row that hangs on it must say the same child, moment and error."""
    record = s.SessionRecord.objects.filter(session=row).first()
    attended = list(s.Attendance.objects.filter(session=row))
    assert {(it.child_id, it.moment, it.error_at, it.logged_by_id) for it in attended} <= {
        (row.child_id, row.moment, row.error_at, row.therapist_id)
    }
    assert row.moment == max(row.held_at, row.logged_at)
    texts = ("techniques", "themes", "affect", "engagement", "setting", "child_words", "child_choices")
    return {
        "child": row.child.name,
        "therapist": row.therapist.name,
        **values(row, "held_at", "logged_at", "minutes"),
        "entered_in_error": error_of(row),
        "attended": sorted(it.person.name if it.person else "child" for it in attended),
        "record": record and {**values(record, *texts), "entered_in_error": error_of(record)},
        "notes": [
            *(held_note(note) for note in s.ProgressNote.objects.filter(session=row)),
            *(
                {
                    "kind": "process", "author": note.author.name, **values(note, "body", "written_at", "changed_at"),
                    "entered_in_error": error_of(note),
                }
                for note in s.ProcessNote.objects.filter(session=row)
            ),
        ],
        "summaries": [held_summary(summary) for summary in s.Summary.objects.filter(session=row)],
    }  # fmt: skip


def held_note(note: s.ProgressNote) -> Json:
    """One progress note."""
    own = sections_hash(note) if note.signed_at else ""
    return {
        "kind": "progress",
        "author": note.author.name,
        **values(
            note, "template", "template_name", "body", "sections", "written_at", "changed_at", "signed_at", "late"
        ),
        "signed_sha256": None if note.signed_sha256 == own else note.signed_sha256,
        "entered_in_error": error_of(note),
        "addenda": [
            {"author": it.author.name, "body": it.body, "at": it.added_at, "entered_in_error": error_of(it)}
            for it in note.addenda.all()
        ],
        "offered_to": [held_offer(it, note) for it in s.NoteOffer.objects.filter(note=note)],
        "withheld_from": [
            {"person": it.person.name, "reason": it.reason, "by": it.withheld_by.name, "at": it.withheld_at}
            for it in s.Withholding.objects.filter(note=note)
        ],
        "opened_to": [
            {"person": it.person.name, "by": it.opened_by.name, "at": it.opened_at}
            for it in s.Opening.objects.filter(note=note)
        ],
    }


def held_offer(row: s.NoteOffer, note: s.ProgressNote) -> Json:
    """One offer with its answer."""
    answer = s.CoSignature.objects.filter(offer=row, note=note, person=row.person, child=row.child).first()
    return {
        "person": row.person.name, "by": row.offered_by.name, "at": row.offered_at, "withdrawn_at": row.withdrawn_at,
        "answer": answer and {
            **values(answer, "kind", "words"), "at": answer.acted_at,
            "sha256": None if answer.sha256 == sections_hash(note) else answer.sha256,
        },
    }  # fmt: skip


def held_summary(row: s.Summary) -> Json:
    """One summary with its wish and releases."""
    wish = s.Wish.objects.get(summary=row)
    assert wish.error_at == row.error_at
    releases = []
    for it in row.releases.all():
        assert it.error_at == row.error_at
        reading = s.Reading.objects.filter(release=it, reader=it.recipient).first()
        override = s.Override.objects.filter(release=it).first()
        releases.append(
            {
                "to": it.recipient.name,
                "by": it.released_by.name,
                "at": it.released_at,
                "withdrawn_at": it.withdrawn_at,
                "read_at": reading and reading.read_at,
                "override": override and values(override, "ground", "explanation"),
            }
        )
    return {
        "author": row.author.name,
        **values(row, "body", "written_at", "changed_at"),
        "wish_recorded": {"by": wish.recorded_by.name, "at": wish.recorded_at},
        "entered_in_error": error_of(row),
        "child_wish": wish.kind,
        "not_to": sorted(a.Person.objects.get(pk=number).name for number in wish.not_to),
        "asked_at": wish.asked_at,
        "releases": releases,
    }


def held_update(row: s.HomeUpdate) -> Json:
    """One update from home."""
    texts = ("kind", "body", "where", "antecedent", "behaviour", "consequence", "helped", "intensity")
    sharings = list(s.Sharing.objects.filter(update=row))
    assert {it.shared_by_id for it in sharings} <= {row.author_id}
    return {
        "child": row.child.name,
        "author": row.author.name,
        **values(row, *texts, "observed_at", "posted_at"),
        "entered_in_error": error_of(row),
        "shared_with": [
            {"person": it.person.name, "at": it.shared_at, "withdrawn_at": it.withdrawn_at} for it in sharings
        ],
        "edits": [{"at": it.edited_at, **values(it, *WORDS)} for it in row.edits.all()],
        "marks": [
            {"by": it.marked_by.name, "at": it.marked_at, "kind": it.kind, "session": it.session and it.session.held_at}
            for it in row.marks.all()
        ],
        "replies": [
            {"author": it.author.name, "body": it.body, "at": it.posted_at, "entered_in_error": error_of(it)}
            for it in row.replies.all()
        ],
    }
