"""Whether a document is a bundle that may be loaded: its shape, then its rules, then what this database holds already."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models.functions import Lower

from accounts.models import Account, Practice
from carebridge.bundles.format import bundle
from carebridge.bundles.problems import Problems
from carebridge.bundles.rules import check_people_and_circle
from carebridge.bundles.shape import BAD, Item, Reading
from carebridge.bundles.word_rules import check_words


def check(document: Any, problems: Problems, *, skip: set[str], now: datetime, production: bool) -> Item:
    """The bundle as far as it is right; load it only when no problem was added.

    `now`: what counts as the future. `production`: passwords are refused.
    """
    found = bundle(skip)(Reading(now, problems), "", document)
    if found is BAD:
        return Item()
    whole: Item = found
    check_people_and_circle(whole, problems, now=now, production=production)
    check_words(whole, problems)
    return whole


def check_against_database(bundle: Item, problems: Problems) -> None:
    """A practice or a log-in that exists already is refused, and a time zone that PostgreSQL does not know."""
    practice = bundle.get("practice", {})
    if Practice.objects.filter(ref=practice.get("ref")).exists():
        problems.add("/practice/ref", "A practice with this ref exists already.")
    if "time_zone" in practice and not known_to_postgres(practice["time_zone"]):
        problems.add("/practice/time_zone", "The database does not know this time zone; expected: one that it knows.")
    named = [person for person in bundle.get("people", []) if "username" in person]
    used = taken_usernames({person["username"].lower() for person in named})
    for person in named:
        if person["username"].lower() in used:
            problems.add(f"{person.at}/username", "A log-in with this username exists already.")
    people = [person for person in bundle.get("people", []) if "email" in person]
    taken = taken_emails({person["email"].lower() for person in people})
    for person in people:
        if person["email"].lower() in taken:
            problems.add(f"{person.at}/email", "A log-in with this e-mail exists already.")


def taken_emails(wanted: Iterable[str]) -> set[str]:
    """Those of these lower-case addresses that someone signs in with."""
    addresses = list(wanted)
    accounts = Account.objects.alias(lower=Lower("email")).filter(lower__in=addresses)
    confirmed = EmailAddress.objects.alias(lower=Lower("email")).filter(lower__in=addresses)
    found = [*accounts.values_list(Lower("email"), flat=True), *confirmed.values_list(Lower("email"), flat=True)]
    return set(found)


def taken_usernames(wanted: Iterable[str]) -> set[str]:
    """Those of these lower-case usernames that someone signs in by."""
    accounts = Account.objects.alias(lower=Lower("username")).filter(lower__in=list(wanted))
    return set(accounts.values_list(Lower("username"), flat=True))


def known_to_postgres(zone: str) -> bool:
    """Whether row policies, which ask for the practice's midnight, can use this zone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = %s)", [zone])
        return bool(cursor.fetchone()[0])
