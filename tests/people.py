"""The cast, and short ways to place them. Everything in Willow Creek happens in New York time, frozen at NOON."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import (
    Account,
    Agreement,
    Child,
    CircleRow,
    Contact,
    Explanation,
    Membership,
    Named,
    Person,
    Practice,
    Relationship,
    Restriction,
    Supervision,
)

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=ZONE)  # a Monday
LONG_AGO = datetime(2026, 1, 12, 9, 0, tzinfo=ZONE)
DAY = timedelta(days=1)
_numbers = count(1)


def day(month: int, number: int, hour: int = 15, *, year: int = 2026) -> datetime:
    """That day of 2026, in the practice's zone."""
    return datetime(year, month, number, hour, tzinfo=ZONE)


def practice(ref: str = "willow", **values: Any) -> Practice:
    """A practice with cautious defaults."""
    defaults = {"name": f"Practice {ref}", "time_zone": "America/New_York"}
    return Practice.objects.create(ref=ref, **{**defaults, **values})


def person(name: str, *, email: str | None = None) -> Person:
    """Someone with an active account and a contact."""
    address = email or f"{name.split(maxsplit=1)[0].lower()}{next(_numbers)}@example.org"
    account = Account.objects.create(email=address, factor_waived=True)
    account.set_unusable_password()
    account.save()
    made = Person.objects.create(account=account, name=name)
    Contact.objects.create(person=made, email=address)
    return made


def employ(
    who: Person, where: Practice, *roles: str, starts: datetime = LONG_AGO, ends: datetime | None = None
) -> None:
    """Memberships."""
    for role in roles:
        Membership.objects.create(practice=where, person=who, role=role, starts=starts, ends=ends)


def child(where: Practice, name: str, born: date) -> Child:
    """A child's card."""
    return Child.objects.create(practice=where, name=name, date_of_birth=born, about_me=f"About {name}.")


def tie(
    who: Person,
    to: Child,
    role: str,
    authority: str = "",
    *,
    household: str = "",
    relationship: str = "",
    starts: datetime = LONG_AGO,
    ends: datetime | None = None,
) -> CircleRow:
    """A circle row."""
    row = CircleRow.objects.create(
        practice=to.practice, child=to, person=who, role=role, authority=authority, household=household,
        starts=starts, ends=ends,
    )  # fmt: skip
    if relationship:
        Relationship.objects.create(practice=to.practice, child=to, person=who, circle_row=row, words=relationship)
    return row


def restrict(
    who: Person, about: Child, kind: str, by: Person, starts: datetime, ends: datetime | None = None
) -> Restriction:
    """Quiet or closed."""
    return Restriction.objects.create(
        practice=about.practice, child=about, person=who, kind=kind, starts=starts, ends=ends, reason="r", set_by=by
    )


def name_in_concern(who: Person, about: Child, raised: datetime, named: datetime | None = None) -> Named:
    """Named in a new concern."""
    from uuid import uuid4

    return Named.objects.create(
        practice=about.practice, child=about, person=who, concern=uuid4(), raised_at=raised, named_at=named or raised
    )


def agree(about: Child, starts: datetime, guardian: str = "summaries_only", young: str = "summaries_only") -> Agreement:
    """An agreement in force from then."""
    return Agreement.objects.create(
        practice=about.practice, child=about, guardian_access=guardian, young_person_access=young, in_force_from=starts
    )


def explain(to: Person, about: Child, by: Person, at: datetime = LONG_AGO) -> Explanation:
    """The limits of confidentiality, explained."""
    return Explanation.objects.create(practice=about.practice, child=about, person=to, explained_by=by, explained_at=at)


@dataclass
class Willow:
    """Willow Creek as it stands in visibility.md's worked cases: two children, two practices' worth of strangers."""

    practice: Practice
    maya: Child
    leo: Child
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def willow() -> Willow:
    """The cast. Tom treats Maya (14) and Leo (8); Ines supervises him; Ruth is lead; Omar admin; Otto a colleague without
    children. Priya and Dan are Maya's parents in two households; Karin her teacher; Sue her aunt (none) and a supervisor of
    Tom. Nell is Leo's mother, Joy his grandmother (contributor). Stella is a therapist of another practice."""
    where = practice()
    maya, leo = child(where, "Maya", date(2012, 5, 14)), child(where, "Leo", date(2018, 9, 2))
    names = [
        "Tom",
        "Ines",
        "Ruth",
        "Omar",
        "Otto",
        "Priya",
        "Dan",
        "Maya-Login",
        "Karin",
        "Sue",
        "Nell",
        "Joy",
        "Stella",
    ]
    people = {name.split("-")[0].lower() + ("_login" if "-" in name else ""): person(name) for name in names}
    cast = Willow(where, maya, leo, people)
    employ(cast.tom, where, "therapist")
    employ(cast.otto, where, "therapist")
    employ(cast.ines, where, "therapist", "supervisor")
    employ(cast.ruth, where, "therapist", "safeguarding_lead")
    employ(cast.omar, where, "admin")
    employ(cast.sue, where, "therapist", "supervisor")
    for supervisor in (cast.ines, cast.sue):
        Supervision.objects.create(practice=where, supervisor=supervisor, therapist=cast.tom, starts=LONG_AGO)
    tie(cast.tom, maya, "therapist")
    tie(cast.tom, leo, "therapist")
    tie(cast.priya, maya, "guardian", "full", household="maple", relationship="mother")
    tie(cast.dan, maya, "guardian", "full", household="harbour", relationship="father")
    tie(cast.maya_login, maya, "young_person")
    tie(cast.karin, maya, "helper", relationship="teacher")
    tie(cast.sue, maya, "guardian", "none", relationship="aunt")
    tie(cast.nell, leo, "guardian", "full", household="mill", relationship="mother")
    tie(cast.joy, leo, "guardian", "contributor", household="mill", relationship="grandmother")
    agree(maya, LONG_AGO)
    agree(leo, LONG_AGO, guardian="signed_notes")
    for who, about in ((cast.priya, maya), (cast.dan, maya), (cast.nell, leo)):
        explain(who, about, cast.tom)
    elsewhere = practice("alder")
    employ(cast.stella, elsewhere, "therapist", "supervisor", "safeguarding_lead", "admin")
    other = child(elsewhere, "Ada", date(2014, 1, 1))
    tie(cast.stella, other, "therapist")
    return cast
