"""The practice, its people and circles as items of a bundle. The words of the record: `tell_words.py`."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from allauth.account.models import EmailAddress

from accounts.models import (
    Account,
    Agreement,
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
    Relationship,
    Renewal,
    Restriction,
    RowReview,
    Signature,
    StaffProfile,
    Supervision,
)
from carebridge.bundles.telling import NotTold, Telling, Told, item, ordered, people_of
from sessions_log.models import PracticeChoice


def grouped(rows: list[Any], column: str) -> dict[Any, list[Any]]:
    """The rows by a column's value."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def times(row: Any) -> Told:
    """A half-open range."""
    return {"from": row.starts, "until?": row.ends}


# --- The practice and its people --------------------------------------------------------------------------------------


def practice(telling: Telling) -> Told:
    """The practice, with nothing left to a default that may be another tomorrow."""
    row = telling.practice
    names = ("ref", "name", "time_zone", "language", "reply_within_hours", "notes_due_hours")
    policy = {name: getattr(row, name) for name in ("guardian_access", "assent_age", "majority_age")}
    texts = {
        f"{name}?": getattr(row, name) for name in ("crisis_text", "handbook", "reply_hours", "fees", "how_to_ask")
    }
    origin = item({"source?": row.policy_source, "review_on?": row.policy_review_on})
    return item({**{name: getattr(row, name) for name in names}, **texts, "policy": {**policy, **origin}})


def people(telling: Telling) -> list[Told]:
    """Everyone whom a row of the practice names, in the order in which they came to be."""
    numbers = sorted(people_of(telling))
    names = dict(Person.objects.filter(pk__in=numbers).values_list("pk", "name"))
    accounts = Account.objects.in_bulk(numbers)
    contacts = Contact.objects.in_bulk(numbers)
    addresses = grouped(list(EmailAddress.objects.filter(user_id__in=numbers)), "user_id")
    profiles = {row.person_id: row for row in telling.every(StaffProfile)}
    employed = grouped(telling.every(Membership), "person_id")
    telling.people = {number: telling.ref("person") for number in numbers}
    telling.counts["Person"] = len(numbers)
    return [
        item({
            "ref": telling.people[number],
            "name": names[number],
            **log_in(accounts[number], contacts.get(number), addresses[number]),
            "profile?": profiles[number].body if number in profiles else "",
            "training?": profiles[number].training if number in profiles else "",
            "staff?": ordered((item({"role": row.role, **times(row)}) for row in employed[number]), "from"),
        })
        for number in numbers
    ]  # fmt: skip


def log_in(account: Account, contact: Contact | None, addresses: list[EmailAddress]) -> Told:
    """How someone signs in and is reached. No password: a hash in a file can be guessed at for ever.

    Raises NotTold for a second sign-in address, for which a bundle has no place.
    """
    own = (account.email or "").lower()
    if any(address.email.lower() != own for address in addresses):
        raise NotTold(f"Person {account.pk} signs in with a second e-mail address; a bundle has place for one.")
    reached = contact.email if contact else ""
    signs_in = reached if own and reached.lower() == own else account.email
    return {
        "email?": signs_in,
        "email_verified?": False if own and not any(address.verified for address in addresses) else None,
        "username?": account.username,
        **({"contact_email": reached} if reached != (signs_in or "") else {}),
        "phone?": contact.phone if contact else "",
        "language?": account.language,
        "time_zone?": account.time_zone,
        "active?": None if account.is_active else False,
    }


def deactivations(telling: Telling) -> list[Told]:
    """Whose access ended, for how long."""
    return ordered(
        (
            item({
                "person": telling.people[row.person_id],
                **times(row),
                "reason": row.reason,
                "by": telling.people[row.set_by_id],
            })
            for row in telling.every(Deactivation)
        ),
        "from",
    )  # fmt: skip


def choices(telling: Telling) -> list[Told]:
    """The practice's own words and templates, those no longer offered included."""
    return ordered(
        item({
            "kind": row.kind,
            "group?": row.group,
            "name": row.name,
            "sections?": row.sections,
            "by": telling.people[row.added_by_id],
            "at": row.added_at,
            "retired_at?": row.retired_at,
        })
        for row in telling.every(PracticeChoice)
    )  # fmt: skip


# --- Children and their circles ---------------------------------------------------------------------------------------


def children(telling: Telling) -> list[Told]:
    """The cards, in the order in which they came to be."""
    rows = telling.every(Child)
    telling.children = {row.pk: telling.ref("child") for row in rows}
    return [
        item({
            "ref": telling.children[row.pk],
            "name": row.name,
            "date_of_birth": row.date_of_birth,
            "pronouns?": row.pronouns,
            "about_me?": row.about_me,
        })
        for row in rows
    ]  # fmt: skip


def by_child(telling: Telling, items: list[Told], moment: str) -> list[Told]:
    """Child by child, then by moment."""
    place = {ref: number for number, ref in enumerate(telling.children.values())}
    return sorted(ordered(items, moment), key=lambda each: place[each["child"]])


def circle(telling: Telling) -> list[Told]:
    """Every tie with what fewer may see of it. Those that the history speaks of have a ref."""
    words = {row.circle_row_id: row.words for row in telling.every(Relationship)}
    renewals = {row.circle_row_id: row for row in telling.every(Renewal)}
    consents = grouped(telling.every(HelperConsent), "circle_row_id")
    reviews = grouped(telling.every(RowReview), "circle_row_id")
    items = {
        row.pk: item({
            "child": telling.child(row),
            "person": telling.people[row.person_id],
            "role": row.role,
            "authority?": row.authority,
            "relationship?": words.get(row.pk),
            "household?": row.household,
            **times(row),
            "renewed?": renewed(telling, renewals.get(row.pk)),
            **consented(telling, consents[row.pk]),
            "reviews?": ordered(reviewed(telling, each) for each in reviews[row.pk]),
        })
        for row in telling.every(CircleRow)
    }  # fmt: skip
    told_of = telling.of(CircleChange).values_list("row", "ended")
    spoken_of = {key for both in told_of for key in both}
    keys = {id(told): key for key, told in items.items()}
    in_order = by_child(telling, list(items.values()), "from")
    telling.ties = {key: telling.ref("tie") for key in (keys[id(told)] for told in in_order) if key in spoken_of}
    return [item({"ref?": telling.ties.get(keys[id(told)])}) | told for told in in_order]


def reviewed(telling: Telling, row: RowReview) -> Told:
    """Why a row was to be looked at, and who did."""
    done = row.reviewed_by_id and item({"by": telling.people[row.reviewed_by_id], "at": row.reviewed_at})
    return item({"reason": row.reason, "at": row.flagged_at, "done?": done})


def circle_changes(telling: Telling) -> list[Told]:
    """The history of the circles. Acts and rows that are gone are numbered as they come: their ids stay behind."""
    rows = {row.pk: row for row in telling.every(CircleChange)}
    items = {key: change(telling, row) for key, row in rows.items()}
    keys = {id(told): key for key, told in items.items()}
    acts, gone = Numbers("act"), Numbers("gone")
    return [
        told | item({
            **(gone_row("row", row.row, telling, gone)),
            **(gone_row("ended", row.ended, telling, gone)),
            "act": acts[row.bundle],
            "takes_back?": row.takes_back and acts[row.takes_back],
        })
        for told in by_child(telling, list(items.values()), "at")
        for row in [rows[keys[id(told)]]]
    ]  # fmt: skip


def change(telling: Telling, row: CircleChange) -> Told:
    """One act on a circle, without what ids tie it to."""
    return item({
        "child": telling.child(row),
        "person": telling.people[row.person_id],
        "kind": row.kind,
        "row?": telling.ties.get(row.row),
        "ended?": telling.ties.get(row.ended),
        "effective": row.effective,
        "evidence?": row.evidence,
        "by": telling.people[row.changed_by_id],
        "at": row.changed_at,
    })  # fmt: skip


class Numbers(dict[Any, str]):
    """Labels, numbered in the order in which they are asked for."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def __missing__(self, key: Any) -> str:
        self[key] = f"{self.kind}-{len(self) + 1}"
        return self[key]


def gone_row(name: str, key: Any, telling: Telling, gone: Numbers) -> Told:
    """The label of a row that was taken back before it began."""
    return {f"{name}_gone": gone[key]} if key and key not in telling.ties else {}


def renewed(telling: Telling, row: Renewal | None) -> Told | None:
    """The ground on which a guardian's row goes on."""
    if row is None:
        return None
    return item({"ground": row.ground, "by": telling.people[row.renewed_by_id], "at": row.renewed_at})


def consented(telling: Telling, rows: list[HelperConsent]) -> Told:
    """Who let a helper in: once as a rule, or several times."""
    told = ordered(
        item({"by": telling.people[row.given_by_id], "scope": row.scope, "at": row.given_at, "until?": row.until})
        for row in rows
    )
    return {"consent?": told[0]} if len(told) == 1 else {"consents?": told}


def restrictions(telling: Telling) -> list[Told]:
    """Quiet and closed."""
    items = [
        item({
            "child": telling.child(row),
            "person": telling.people[row.person_id],
            "kind": row.kind,
            **times(row),
            "reason": row.reason,
            "by": telling.people[row.set_by_id],
            "review_on?": row.review_on,
        })
        for row in telling.every(Restriction)
    ]  # fmt: skip
    return by_child(telling, items, "from")


def supervision(telling: Telling) -> list[Told]:
    """Who supervises whom."""
    return ordered(
        (
            item({
                "supervisor": telling.people[row.supervisor_id],
                "therapist": telling.people[row.therapist_id],
                **times(row),
            })
            for row in telling.every(Supervision)
        ),
        "from",
    )  # fmt: skip


def agreements(telling: Telling) -> list[Told]:
    """What each child's agreements open, and who signed them."""
    signed = grouped(telling.every(Signature), "agreement_id")
    items = [
        item({
            "child": telling.child(row),
            "guardian_access": row.guardian_access,
            "young_person_access": row.young_person_access,
            "in_force_from": row.in_force_from,
            "signed?": ordered(
                item({"person": telling.people[each.person_id], "at": each.signed_at}) for each in signed[row.pk]
            ),
        })
        for row in telling.every(Agreement)
    ]  # fmt: skip
    return by_child(telling, items, "in_force_from")


def explanations(telling: Telling) -> list[Told]:
    """To whom the limits of confidentiality were explained."""
    items = [
        item({
            "child": telling.child(row),
            "person": telling.people[row.person_id],
            "by": telling.people[row.explained_by_id],
            "at": row.explained_at,
        })
        for row in telling.every(Explanation)
    ]  # fmt: skip
    return by_child(telling, items, "at")


def named(telling: Telling) -> list[Told]:
    """Who is named in a concern, from when. Concerns are numbered as they come: their own ids stay behind."""
    rows = grouped(telling.every(Named), "concern")
    concerns = by_child(telling, [concern(telling, each) for each in rows.values()], "raised_at")
    return [
        {"child": each["child"], "concern": f"concern-{number}", **row}
        for number, each in enumerate(concerns, 1)
        for row in each["rows"]
    ]


def concern(telling: Telling, rows: list[Named]) -> Told:
    """Those who are named together."""
    told = ordered(
        item({
            "person": telling.people[row.person_id],
            "raised_at": row.raised_at,
            "at": row.named_at,
            "void_from?": row.void_from,
        })
        for row in rows
    )  # fmt: skip
    return {"child": telling.child(rows[0]), "raised_at": told[0]["raised_at"], "rows": told}


# In the order of reading: each stands after those it refers to.
LISTS: dict[str, Callable[[Telling], list[Told]]] = {
    "people": people,
    "deactivations": deactivations,
    "children": children,
    "circle": circle,
    "circle_changes": circle_changes,
    "restrictions": restrictions,
    "supervision": supervision,
    "agreements": agreements,
    "explanations": explanations,
    "named": named,
    "choices": choices,
}


def lists(telling: Telling) -> Iterator[tuple[str, list[Told]]]:
    """Each list by its name."""
    for name, told in LISTS.items():
        yield name, told(telling)
