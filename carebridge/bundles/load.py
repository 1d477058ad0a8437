"""From a checked bundle to rows: one practice, all of it or nothing. The words of the record: `load_words.py`."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import (
    Account,
    Agreement,
    AuditEvent,
    Child,
    CircleChange,
    CircleRow,
    Contact,
    Deactivation,
    Explanation,
    HelperConsent,
    Membership,
    Named,
    Person,
    Practice,
    Relationship,
    Renewal,
    Restriction,
    RowReview,
    Signature,
    StaffProfile,
    Supervision,
)
from carebridge.bundles.check import check, check_against_database
from carebridge.bundles.load_words import add_sessions, add_updates
from carebridge.bundles.problems import Problems
from carebridge.bundles.reading import Unreadable, read
from carebridge.bundles.rows import Rows, hold_now
from carebridge.bundles.shape import Item
from sessions_log.models import PracticeChoice

# The practice's policy: key → column.
POLICY = {
    **{name: name for name in ("guardian_access", "assent_age", "majority_age")},
    "source": "policy_source",
    "review_on": "policy_review_on",
}


@dataclass(frozen=True)
class Loaded:
    """A practice and how many rows of each model it has."""

    ref: str
    counts: Counter[str]


class Refused(Exception):
    """The bundle has problems; nothing was written."""


def load_file(path: Path, problems: Problems, *, skip: set[str], dry_run: bool) -> Loaded:
    """Load the practice in the file, in one transaction. `dry_run`: undo it once the database has had its say.

    Raises Refused, with every problem in `problems`.
    """
    now = timezone.now()
    try:
        document = read(path, problems)
    except Unreadable:
        raise Refused from None
    try:
        bundle = check(document, problems, skip=skip, now=now, production=settings.PRODUCTION)
        del document  # hundreds of megabytes, for a large practice
        return load(bundle, problems, now=now, dry_run=dry_run)
    except DatabaseError as error:
        problems.add("", said_by_database(error))
    except Refused:
        raise
    except Exception as error:  # a traceback would carry a note's words to whoever reads the terminal
        problems.add("", f"Loading failed ({type(error).__name__}) and was undone.")
    raise Refused


def load(bundle: Item, problems: Problems, *, now: datetime, dry_run: bool) -> Loaded:
    """Ask the database what it holds already, then write. Raises Refused, DatabaseError."""
    with transaction.atomic():
        check_against_database(bundle, problems)
        if problems.count:
            raise Refused
        counts = write(bundle, now)
        hold_now()
        transaction.set_rollback(dry_run)
    return Loaded(ref=bundle["practice"]["ref"], counts=counts)


def said_by_database(error: DatabaseError) -> str:
    """What PostgreSQL refused, without the values it quotes."""
    said = getattr(error.__cause__, "diag", None)
    rule = getattr(said, "constraint_name", None) or getattr(said, "table_name", None) or type(error).__name__
    return f"The database refuses this practice ({rule}); nothing was written."


def write(bundle: Item, now: datetime) -> Counter[str]:
    """Every row of the practice, and one of the audit trail, with counts alone; how many of each model."""
    rows = Rows(now)
    add_practice(bundle["practice"], rows)
    add_people(bundle.get("people", []), rows)
    add_deactivations(bundle.get("deactivations", []), rows)
    add_children(bundle.get("children", []), rows)
    add_circle(bundle, rows)
    add_agreements(bundle.get("agreements", []), rows)
    for item in bundle.get("explanations", []):
        add_explanation(item, rows.about(item), rows)
    add_named(bundle, rows)
    add_choices(bundle.get("choices", []), rows)
    rows.settle()
    add_sessions(bundle.get("sessions", []), rows)
    add_updates(bundle.get("home_updates", []), rows)
    rows.take_turns()
    counts = +rows.counts
    AuditEvent.objects.create(at=now, action="bundle_loaded", practice_id=rows.practice, data=dict(counts))
    return counts


# --- People -----------------------------------------------------------------------------------------------------------


def add_practice(item: Item, rows: Rows) -> None:
    """The practice with its policy; what is left out has the model's default."""
    names = (
        "ref", "name", "time_zone", "language", "reply_within_hours", "notes_due_hours", "crisis_text", "handbook",
        "reply_hours", "fees", "how_to_ask",
    )  # fmt: skip
    given = {name: item[name] for name in names if name in item}
    policy = {POLICY[name]: value for name, value in item.get("policy", {}).items() if name in POLICY}
    (practice,) = rows.insert(Practice, [Practice(**given, **policy)])
    rows.practice, rows.due = practice.pk, practice.notes_due_hours


def add_people(people: list[Item], rows: Rows) -> None:
    """Accounts, whose numbers are the people's numbers, and what belongs to each."""
    hashed = {password: make_password(password) for password in {person.get("password") for person in people}}
    accounts = rows.insert(Account, [account(person, hashed) for person in people])
    rows.people = {person["ref"]: account.pk for person, account in zip(people, accounts, strict=True)}
    for person, number in zip(people, rows.people.values(), strict=True):
        rows.add(Person(account_id=number, name=person["name"]))
        if "email" in person:
            proven = person.get("email_verified", True)
            rows.add(EmailAddress(user_id=number, email=person["email"].lower(), verified=proven, primary=True))
        address, phone = person.get("contact_email", person.get("email", "")), person.get("phone", "")
        if address or phone:
            rows.add(Contact(person_id=number, email=address, phone=phone))
        body, training = person.get("profile", ""), person.get("training", "")
        if body or training:
            rows.add(StaffProfile(practice_id=rows.practice, person_id=number, body=body, training=training))
        for employment in person.get("staff", []):
            rows.add(
                Membership(practice_id=rows.practice, person_id=number, role=employment["role"], **times(employment))
            )


def add_deactivations(deactivations: list[Item], rows: Rows) -> None:
    """Whose access to the practice ended, for how long."""
    for item in deactivations:
        who, by = rows.person(item, "person"), rows.person(item, "by")
        rows.add(
            Deactivation(practice_id=rows.practice, person_id=who, **times(item), reason=item["reason"], set_by_id=by)
        )


def account(person: Item, hashed: dict[str | None, str]) -> Account:
    """A log-in. Addresses are kept in lower case, in which allauth looks them up; the contact has them as written."""
    password = person.get("password")
    return Account(
        email=person["email"].lower() if "email" in person else None,
        username=person.get("username"),
        password=hashed[password] if password is not None else make_password(None),  # unusable: signs nobody in
        is_active=person.get("active", True),
        language=person.get("language", ""),
        time_zone=person.get("time_zone", ""),
        factor_waived=password is not None,  # "a password signs the person in without a second factor" (bundle.md)
    )


def times(item: Item) -> dict[str, datetime | None]:
    """A half-open range."""
    return {"starts": item["from"], "ends": item.get("until")}


# --- Circle -----------------------------------------------------------------------------------------------------------


def add_children(children: list[Item], rows: Rows) -> None:
    """The cards."""
    cards = rows.insert(
        Child,
        [
            Child(
                practice_id=rows.practice,
                name=child["name"],
                date_of_birth=child["date_of_birth"],
                pronouns=child.get("pronouns", ""),
                about_me=child.get("about_me", ""),
            )
            for child in children
        ],
    )
    rows.children = {child["ref"]: card.pk for child, card in zip(children, cards, strict=True)}


def add_circle(bundle: Item, rows: Rows) -> None:
    """Who stands around each child, how that came about, what restrains them, and who supervises whom."""
    made = {item.get("ref"): add_circle_row(item, rows) for item in bundle.get("circle", [])}
    add_changes(bundle.get("circle_changes", []), made, rows)
    for item in bundle.get("restrictions", []):
        rows.add(
            Restriction(
                **rows.about(item),
                **times(item),
                person_id=rows.person(item, "person"),
                kind=item["kind"],
                reason=item["reason"],
                set_by_id=rows.person(item, "by"),
                review_on=item.get("review_on"),
            )
        )
    for item in bundle.get("supervision", []):
        rows.add(
            Supervision(
                practice_id=rows.practice,
                supervisor_id=rows.person(item, "supervisor"),
                therapist_id=rows.person(item, "therapist"),
                **times(item),
            )
        )


def add_circle_row(item: Item, rows: Rows) -> CircleRow:
    """One tie, with what fewer may see of it in rows of their own."""
    placed = rows.about(item)
    row = CircleRow(
        **placed,
        **times(item),
        person_id=rows.person(item, "person"),
        role=item["role"],
        authority=item.get("authority", ""),
        household=item.get("household", ""),
    )
    rows.add(row)
    if item.get("relationship"):
        rows.add(Relationship(**placed, circle_row=row, person_id=row.person_id, words=item["relationship"]))
    if renewed := item.get("renewed"):
        by = rows.person(renewed, "by")
        rows.add(
            Renewal(**placed, circle_row=row, ground=renewed["ground"], renewed_by_id=by, renewed_at=renewed["at"])
        )
    for consent in [*([item["consent"]] if "consent" in item else []), *item.get("consents", [])]:
        rows.add(
            HelperConsent(
                **placed,
                circle_row=row,
                given_by_id=rows.person(consent, "by"),
                scope=consent["scope"],
                given_at=consent["at"],
                until=consent.get("until"),
            )
        )
    for review in item.get("reviews", []):
        done = review.get("done", Item())
        rows.add(
            RowReview(
                **placed,
                circle_row=row,
                person_id=row.person_id,
                reason=review["reason"],
                flagged_at=review["at"],
                reviewed_at=done.get("at"),
                reviewed_by_id=rows.person(done, "by"),
            )
        )
    return row


def add_changes(changes: list[Item], made: dict[str | None, CircleRow], rows: Rows) -> None:
    """The history of the circles. `made`: ref → row. What is gone, and what one act is, get ids of their own."""
    gone: dict[str, UUID] = defaultdict(uuid4)
    acts: dict[str, UUID] = defaultdict(uuid4)

    def row(item: Item, name: str) -> UUID | None:
        if f"{name}_gone" in item:
            return gone[item[f"{name}_gone"]]
        return made[item[name]].pk if name in item else None

    for item in changes:
        rows.add(
            CircleChange(
                **rows.about(item),
                person_id=rows.person(item, "person"),
                kind=item["kind"],
                row=row(item, "row"),
                ended=row(item, "ended"),
                effective=item["effective"],
                evidence=item.get("evidence", ""),
                changed_by_id=rows.person(item, "by"),
                changed_at=item["at"],
                bundle=acts[item["act"]],
                takes_back=acts[item["takes_back"]] if "takes_back" in item else None,
            )
        )


def add_agreements(agreements: list[Item], rows: Rows) -> None:
    """What each child's agreement opens, who signed it, to whom the limits were explained."""
    for item in agreements:
        placed = rows.about(item)
        access = {name: item[name] for name in ("guardian_access", "young_person_access") if name in item}
        agreement = Agreement(**placed, **access, in_force_from=item["in_force_from"])
        rows.add(agreement)
        for signed in item.get("signed", []):
            signer = rows.person(signed, "person")
            rows.add(Signature(**placed, agreement=agreement, person_id=signer, signed_at=signed["at"]))
        for told in item.get("explained", []):
            add_explanation(told, placed, rows)


def add_explanation(item: Item, placed: dict[str, Any], rows: Rows) -> None:
    """The limits of confidentiality, explained to someone about a child."""
    to, by = rows.person(item, "person"), rows.person(item, "by")
    rows.add(Explanation(**placed, person_id=to, explained_by_id=by, explained_at=item["at"]))


def add_choices(choices: list[Item], rows: Rows) -> None:
    """The practice's own words and templates."""
    for item in choices:
        given = {name: item[name] for name in ("kind", "group", "name", "sections", "retired_at") if name in item}
        by = rows.person(item, "by")
        rows.add(PracticeChoice(practice_id=rows.practice, **given, added_by_id=by, added_at=item["at"]))


def add_named(bundle: Item, rows: Rows) -> None:
    """Who of this file is named in each concern, from when. Of concerns themselves nothing is kept yet."""
    concerns: dict[str, UUID] = defaultdict(uuid4)
    for item in bundle.get("named", []):
        rows.add(
            Named(
                **rows.about(item),
                concern=concerns[item["concern"]],
                person_id=rows.person(item, "person"),
                raised_at=item["raised_at"],
                named_at=item["at"],
                void_from=item.get("void_from"),
            )
        )
    for item in bundle.get("concerns", []):
        concern = uuid4()
        void_from = item.get("entered_in_error", {}).get("at")
        for named in item.get("named", []):
            if "person" in named:
                rows.add(
                    Named(
                        **rows.about(item),
                        concern=concern,
                        person_id=rows.person(named, "person"),
                        raised_at=item["raised_at"],
                        named_at=named["at"],
                        void_from=void_from,
                    )
                )
