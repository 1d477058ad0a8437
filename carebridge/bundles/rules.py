"""What must hold between the objects of a bundle: people, circle, agreements. Words of the record: `word_rules.py`.

Only these rules hold. Other past facts load even where a page would now refuse them: they grant nothing beyond the
table of visibility.md. Rules look at whole items, so that one mistake is told once.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.enums import CircleRole
from carebridge.bundles.problems import Problems
from carebridge.bundles.shape import Item

SHORTEST_PASSWORD = 15  # characters, where it signs in alone (settings.AUTH_PASSWORD_VALIDATORS)
FOREVER = datetime.max.replace(tzinfo=UTC)


def check_people_and_circle(bundle: Item, problems: Problems, *, now: datetime, production: bool) -> None:
    """Everything about who is who. `production`: passwords are refused."""
    check_accounts(bundle, problems, production=production)
    check_births(bundle, problems, now)
    check_deactivations(bundle, problems)
    check_rows(bundle, problems)
    check_changes(bundle, problems)
    check_young_people(bundle, problems)
    check_supervision(bundle, problems)
    check_agreements(bundle, problems)
    check_named(bundle, problems)
    check_choices(bundle, problems)


def whole(holder: Item, name: str) -> Iterator[Item]:
    """The items of a list that are right in themselves."""
    return (item for item in holder.get(name, []) if item.whole)


def refuse_doubled(
    items: Iterable[Item], key: Callable[[Item], Hashable], problems: Problems, *, field: str, what: str
) -> None:
    """No two items may have the same key; the later ones are told, at their `field`. `what` they are, as a sentence."""
    first: dict[Hashable, Item] = {}
    for item in items:
        before = first.setdefault(key(item), item)
        if before is not item:
            problems.add(f"{item.at}/{field}", f"{what} The first is {before.at}.")


def refuse_overlaps(items: Iterable[Item], key: Callable[[Item], Hashable], problems: Problems, *, what: str) -> None:
    """Of the rows with the same key no two may hold at the same moment; touching is not overlapping."""
    latest: dict[Hashable, Item] = {}  # of those that started so far, the one that ends last
    for item in sorted(items, key=lambda row: row["from"]):
        before = latest.get(key(item))
        if before is not None and item["from"] < end(before):
            problems.add(item.at, f"This row overlaps {before.at}, which has the same {what}; one has to end first.")
        if before is None or end(before) < end(item):
            latest[key(item)] = item


def end(row: Item) -> datetime:
    """When a row stops to hold."""
    found: datetime = row.get("until", FOREVER)
    return found


# --- People -----------------------------------------------------------------------------------------------------------


def check_accounts(bundle: Item, problems: Problems, *, production: bool) -> None:
    """E-mails, passwords and employment."""
    people: list[Item] = bundle.get("people", [])
    addressed = (person for person in people if "email" in person)
    refuse_doubled(
        addressed, lambda person: person["email"].lower(), problems, field="email",
        what="This e-mail is doubled; a log-in needs its own.",
    )  # fmt: skip
    refuse_doubled(
        (person for person in people if "username" in person), lambda person: person["username"].lower(), problems,
        field="username", what="This username is doubled; a log-in needs its own.",
    )  # fmt: skip
    for person in people:
        if "password" in person and production:
            problems.add(f"{person.at}/password", "A bundle with passwords is refused in production.")
        elif "password" in person and len(person["password"]) < SHORTEST_PASSWORD:
            why = f"This password is too short; at least {SHORTEST_PASSWORD} characters are expected."
            problems.add(f"{person.at}/password", why)
        refuse_overlaps(whole(person, "staff"), lambda row: row["role"], problems, what="person and role")


def check_deactivations(bundle: Item, problems: Problems) -> None:
    """A person's access ends once at a time."""
    refuse_overlaps(whole(bundle, "deactivations"), lambda row: row["person"], problems, what="person")


def check_births(bundle: Item, problems: Problems, now: datetime) -> None:
    """Children are born already, by the practice's calendar."""
    if "time_zone" not in bundle.get("practice", {}):
        return
    today = now.astimezone(ZoneInfo(bundle["practice"]["time_zone"])).date()
    for child in bundle.get("children", []):
        if child.get("date_of_birth", today) > today:
            problems.add(f"{child.at}/date_of_birth", "This day is in the future; a day of birth lies in the past.")


# --- Circle -----------------------------------------------------------------------------------------------------------


def check_rows(bundle: Item, problems: Problems) -> None:
    """Authority belongs to guardians, rows of one kind do not overlap, and family is never staff (principle 1)."""
    rows = list(whole(bundle, "circle"))
    staff_or_family: dict[Hashable, Item] = {}
    for row in rows:
        if row["role"] == CircleRole.GUARDIAN and "authority" not in row:
            problems.add(row.at, "A guardian's row needs an authority; the key authority is missing.")
        if row["role"] != CircleRole.GUARDIAN and "authority" in row:
            problems.add(f"{row.at}/authority", "Only a guardian has an authority; this row is of another role.")
        if row.get("consents") and "consent" in row:
            problems.add(f"{row.at}/consents", "A row has one consent or a list of consents, not both.")
        before = staff_or_family.setdefault((row["child"], row["person"]), row)
        if (before["role"] == CircleRole.THERAPIST) != (row["role"] == CircleRole.THERAPIST):
            why = f"This person has {before.at} too: nobody is both therapist and family of one child, at any time."
            problems.add(f"{row.at}/role", why)
    refuse_overlaps(
        rows, lambda row: (row["child"], row["person"], row["role"]), problems, what="child, person and role"
    )


def check_changes(bundle: Item, problems: Problems) -> None:
    """A change speaks of rows of its own child, each of which is there or gone."""
    child_of = {row["ref"]: row["child"] for row in whole(bundle, "circle") if "ref" in row}
    for change in whole(bundle, "circle_changes"):
        for name in ("row", "ended"):
            if name in change and f"{name}_gone" in change:
                problems.add(f"{change.at}/{name}_gone", "A row is in this file or gone, not both.")
            if name in change and child_of.get(change[name], change["child"]) != change["child"]:
                problems.add(f"{change.at}/{name}", "This circle row is about another child.")


def check_young_people(bundle: Item, problems: Problems) -> None:
    """A young person's log-in is for one child, and never a guardian's of any."""
    young: dict[str, Item] = {}
    for row in whole(bundle, "circle"):
        if row["role"] == CircleRole.YOUNG_PERSON:
            before = young.setdefault(row["person"], row)
            if before["child"] != row["child"]:
                why = f"This young person's log-in is for another child in {before.at}; it is for one child only."
                problems.add(f"{row.at}/child", why)
    for row in whole(bundle, "circle"):
        if row["role"] == CircleRole.GUARDIAN and row["person"] in young:
            why = f"This person has a young person's log-in in {young[row['person']].at}, and cannot be a guardian too."
            problems.add(f"{row.at}/person", why)


def check_supervision(bundle: Item, problems: Problems) -> None:
    """Nobody supervises themselves, nor the same therapist twice at once."""
    rows = list(whole(bundle, "supervision"))
    for row in rows:
        if row["supervisor"] == row["therapist"]:
            problems.add(f"{row.at}/supervisor", "Nobody supervises themselves; another person is expected.")
    refuse_overlaps(rows, lambda row: (row["supervisor"], row["therapist"]), problems, what="supervisor and therapist")


def check_agreements(bundle: Item, problems: Problems) -> None:
    """One agreement of a child comes into force at a moment, and each person signs it once."""
    agreements = list(whole(bundle, "agreements"))
    refuse_doubled(
        agreements, lambda agreement: (agreement["child"], agreement["in_force_from"]), problems,
        field="in_force_from", what="Another agreement of this child comes into force at the same moment.",
    )  # fmt: skip
    for agreement in bundle.get("agreements", []):
        refuse_doubled(
            whole(agreement, "signed"), lambda signature: signature["person"], problems, field="person",
            what="This person has signed this agreement already.",
        )  # fmt: skip


def check_named(bundle: Item, problems: Problems) -> None:
    """A concern is about one child."""
    first: dict[str, Item] = {}
    for row in whole(bundle, "named"):
        before = first.setdefault(row["concern"], row)
        if before["child"] != row["child"]:
            problems.add(
                f"{row.at}/child", f"This concern is about another child in {before.at}; it is about one only."
            )


def check_choices(bundle: Item, problems: Problems) -> None:
    """A word stands once on the pages; those that were taken off may be there any number of times."""
    standing = (choice for choice in whole(bundle, "choices") if "retired_at" not in choice)
    refuse_doubled(
        standing, lambda choice: (choice["kind"], choice["name"]), problems, field="name",
        what="This word stands twice among the practice's own.",
    )  # fmt: skip


def young_people(bundle: Item) -> dict[Any, list[Item]]:
    """child → its young person's rows; everyone else, and at any other time, is an adult to that child."""
    found: dict[Any, list[Item]] = {}
    for row in bundle.get("circle", []):
        if row.get("role") == CircleRole.YOUNG_PERSON:
            found.setdefault(row.get("child"), []).append(row)
    return found
