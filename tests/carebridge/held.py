"""What a database holds, told as a bundle again, to compare with the file it came from."""

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress

from accounts import models as a
from sessions_log import models as s
from sessions_log.actions.notes import sections_hash
from sessions_log.models.home import WORDS

type Json = Any


def moment(text: str | None) -> datetime | None:
    """A moment of the file."""
    return datetime.fromisoformat(text) if text else None


def named(bundle: Json) -> Json:
    """The built lists as `held` tells them: refs replaced by names, moments parsed, defaults filled in."""
    names = {item["ref"]: item["name"] for item in [*bundle["people"], *bundle["children"]]}
    sessions = {item["ref"]: moment(item["held_at"]) for item in bundle["sessions"]}
    keys = {"child", "person", "by", "author", "therapist", "supervisor", "to", "withdrawn_by"}

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
        moments = {"at", "from", "until", "in_force_from", "effective"}
        return moment(value) if key.endswith("_at") or key in moments else value

    lists = (
        "people", "deactivations", "children", "circle", "circle_changes", "restrictions", "supervision", "agreements",
        "explanations", "choices", "sessions", "home_updates",
    )  # fmt: skip
    told = {name: [plain(name, item) for item in bundle.get(name, [])] for name in lists}
    for person in told["people"]:
        person.pop("password", None)
    told["explanations"] += [
        {"child": agreement["child"], **each}
        for agreement in told["agreements"] for each in agreement.pop("explained", [])
    ]  # fmt: skip
    tell_changes(told["circle_changes"], bundle, names)
    fill_in(told, bundle["practice"].get("notes_due_hours", 72))
    return {"practice": {**plain("practice", bundle["practice"]), "ref": bundle["practice"]["ref"]}, **told}


def tell_changes(changes: list[Json], bundle: Json, names: dict[str, str]) -> None:
    """Rows and acts by the people they touch."""
    tied = {row["ref"]: names[row["person"]] for row in bundle["circle"] if "ref" in row}
    acts: dict[str, list[str]] = {}
    for each in changes:
        acts.setdefault(each["act"], []).append(each["person"])
    for each in changes:
        for name in ("row", "ended"):
            each[name] = tied[each[name]] if name in each else None
            each[f"{name}_gone"] = f"{name}_gone" in each
        each["act"] = sorted(acts[each["act"]])
        each["takes_back"] = sorted(acts.get(each.get("takes_back", ""), []))


def fill_in(told: Json, hours: int) -> None:
    """What it means to leave something out, where that is another field of the file. `hours`: until a note is late."""
    for row in told["circle"]:
        row["consents"] = row.get("consents", []) + ([row.pop("consent")] if "consent" in row else [])
    for session in told["sessions"]:
        for text in [*session.get("notes", []), *session.get("summaries", [])]:
            text.setdefault("changed_at", text["written_at"])
            if "signed_at" in text:
                due = timedelta(hours=hours)
                text.setdefault("late", text["signed_at"] > session["held_at"] + due)
            for other in [*text.get("offered_to", []), *text.get("releases", [])]:
                other.setdefault("by", text["author"])
        for summary in session.get("summaries", []):
            summary.setdefault("wish_recorded", {"by": summary["author"], "at": summary["written_at"]})
    for update in told["home_updates"]:
        as_posted = {name: update[name] for name in WORDS if name in update}
        update["edits"] = [
            {**({"kind": update["kind"]} if "observed_at" in edit else as_posted), **edit}
            for edit in update.get("edits", [])
        ]


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
            **values(practice, "crisis_text", "handbook", "reply_hours", "fees", "how_to_ask"),
            "policy": {
                **values(practice, "guardian_access", "assent_age", "majority_age"),
                "source": practice.policy_source,
                "review_on": practice.policy_review_on and practice.policy_review_on.isoformat(),
            },
        },
        "people": [held_person(person) for person in a.Person.objects.all()],
        "deactivations": [
            {"person": row.person.name, **times(row), "reason": row.reason, "by": row.set_by.name}
            for row in a.Deactivation.objects.filter(**mine)
        ],
        "circle_changes": [held_change(row) for row in a.CircleChange.objects.filter(**mine)],
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
        "username": person.account.username,
        "profile": profile and profile.body,
        "training": profile and profile.training,
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
        "reviews": [
            {
                "reason": it.reason, "at": it.flagged_at,
                "done": it.reviewed_by and {"by": it.reviewed_by.name, "at": it.reviewed_at},
            }
            for it in a.RowReview.objects.filter(circle_row=row, person=row.person, child=row.child)
        ],
    }  # fmt: skip


def held_change(row: a.CircleChange) -> Json:
    """One act on a circle; what it did and which act it was part of, by whom and what else they touch."""
    about = dict(a.CircleRow.objects.values_list("pk", "person__name"))
    acts = a.CircleChange.objects.filter(bundle=row.takes_back) if row.takes_back else []
    return {
        "child": row.child.name, "person": row.person.name, **values(row, "kind", "effective", "evidence"),
        "row": row.row and about.get(row.row), "row_gone": bool(row.row) and row.row not in about,
        "ended": row.ended and about.get(row.ended), "ended_gone": bool(row.ended) and row.ended not in about,
        "by": row.changed_by.name, "at": row.changed_at,
        "act": sorted(it.person.name for it in a.CircleChange.objects.filter(bundle=row.bundle)),
        "takes_back": sorted(it.person.name for it in acts),
    }  # fmt: skip


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
    line = [s.Wish.objects.get(summary=row, replaces=None)]
    while following := s.Wish.objects.filter(replaces=line[-1]).first():
        line.append(following)
    assert {(it.summary_id, it.error_at) for it in line} == {(row.pk, row.error_at)}
    assert s.Wish.objects.filter(summary=row).count() == len(line)
    *earlier, wish = line
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
                "withdrawn_by": it.withdrawn_by and it.withdrawn_by.name,
                "read_at": reading and reading.read_at,
                "override": override and values(override, "ground", "explanation"),
            }
        )
    return {
        "author": row.author.name,
        **values(row, "body", "written_at", "changed_at"),
        "wish_recorded": {"by": wish.recorded_by.name, "at": wish.recorded_at},
        "entered_in_error": error_of(row),
        **held_wish(wish),
        "earlier_wishes": [{**held_wish(it), "by": it.recorded_by.name, "at": it.recorded_at} for it in earlier],
        "releases": releases,
    }


def held_wish(row: s.Wish) -> Json:
    """One answer of the child's."""
    not_to = sorted(a.Person.objects.get(pk=number).name for number in row.not_to)
    return {"child_wish": row.kind, "not_to": not_to, "asked_at": row.asked_at}


def held_update(row: s.HomeUpdate) -> Json:
    """One update from home."""
    texts = ("kind", "body", "where", "antecedent", "behaviour", "consequence", "helped", "intensity")
    sharings = list(s.Sharing.objects.filter(update=row))
    assert {(it.shared_by_id, it.posted_at) for it in sharings} <= {(row.author_id, row.posted_at)}
    errors = [
        {"by": it.taken_by.name, "at": it.taken_at, "reason": it.reason} for it in row.taken_out.order_by("taken_at")
    ]
    return {
        "child": row.child.name,
        "author": row.author.name,
        **values(row, *texts, "observed_at", "posted_at"),
        "entered_in_error": errors[0] if errors else None,
        "also_in_error": errors[1:],
        "shared_with": [
            {"person": it.person.name, "at": it.shared_at, "withdrawn_at": it.withdrawn_at} for it in sharings
        ],
        "edits": [{"at": it.edited_at, **values(it, *WORDS)} for it in row.edits.all()],
        "marks": [
            {
                "by": it.marked_by.name,
                "at": it.marked_at,
                "kind": it.kind,
                "session": it.session and it.session.held_at,
                "withdrawn_at": next(
                    (
                        back.marked_at
                        for back in row.marks.filter(marked_by=it.marked_by, kind=it.kind, turn=it.turn + 1)
                    ),
                    None,
                ),
            }
            for it in row.marks.all()
            if it.turn % 2 == 0
        ],
        "replies": [
            {"author": it.author.name, "body": it.body, "at": it.posted_at, "entered_in_error": error_of(it)}
            for it in row.replies.all()
        ],
    }
