"""Who may have process notes written to a file: their author, or a safeguarding lead together with a second person.

visibility.md: read by "its author alone, while a member of the practice; then sealed". The second way is for the notes of
someone who has left, and for a move of the whole practice; it takes two, both are named, and the trail keeps who.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.enums import CircleRole, RestrictionKind, StaffRole
from accounts.models import CircleRow, Membership, Person, Practice, Restriction
from carebridge.bundles.telling import NotTold
from sessions_log.models import ProcessNote


@dataclass(frozen=True)
class Asked:
    """`authors`: whose notes; `by`: who asks; `second`: the second person, unless the author asks alone. Person numbers."""

    authors: frozenset[int]
    by: int
    second: int | None


def asked(practice: Practice, of: list[str], by: str, second: str, *, now: datetime) -> Asked | None:
    """Whose process notes are wanted by whom, or None when none are. Raises NotTold when that is not theirs to ask."""
    if not of:
        if by or second:
            raise NotTold("--as and --with say who asks for process notes; they go with --process-notes-of.")
        return None
    if not by:
        raise NotTold(
            "Process notes: say who asks. Their author: --as PERSON. Or a safeguarding lead together with a second person:"
            " --as LEAD --with PERSON."
        )
    authors = frozenset(person_of(practice, each) for each in of)
    asking, also = person_of(practice, by), person_of(practice, second) if second else None
    for number, given in ((asking, by), (also, second)):
        if number is not None and not in_force(practice, number, now).exists():
            raise NotTold(f"{given} does not work in this practice now, and can ask for no process notes.")
    if authors != {asking}:
        refuse_alone(practice, asking, also, by, now)
    refuse_family(practice, authors, {asking, also} - {None}, now)
    return Asked(authors, asking, also)


def refuse_alone(practice: Practice, asking: int, also: int | None, by: str, now: datetime) -> None:
    """Raise NotTold unless a lead asks with someone else at their side."""
    if not in_force(practice, asking, now).filter(role=StaffRole.SAFEGUARDING_LEAD).exists():
        raise NotTold(
            f"{by} may ask for their own process notes; those of others only a safeguarding lead may ask for."
        )
    if also is None or also == asking:
        raise NotTold("Process notes of others take two: a safeguarding lead (--as) and a second person (--with).")


def refuse_family(practice: Practice, authors: frozenset[int], people: set[int | None], now: datetime) -> None:
    """Raise NotTold when one of these is or was family of a child the notes are about, or closed to it."""
    notes = ProcessNote.objects.filter(practice=practice, author__in=authors)
    theirs = Q(practice=practice, person__in=people, child__in=notes.values("child"))
    family = CircleRow.objects.filter(theirs).exclude(role=CircleRole.THERAPIST)
    closed = Restriction.objects.filter(theirs, ends_later(now), kind=RestrictionKind.CLOSED, starts__lte=now)
    if family.exists() or closed.exists():
        raise NotTold(
            "Someone who asks has no right as staff for a child these notes are about: who is or was family of a child, or"
            " closed to it, never has. Someone else has to ask."
        )


def in_force(practice: Practice, number: int, now: datetime) -> "QuerySet[Membership]":
    """The roles in which someone works in the practice now."""
    rows = Membership.objects.filter(practice=practice, person=number, person__account__is_active=True)
    return rows.filter(ends_later(now), starts__lte=now)


def ends_later(now: datetime) -> Q:
    """A row that has not ended."""
    return Q(ends__isnull=True) | Q(ends__gt=now)


def person_of(practice: Practice, given: str) -> int:
    """The number of someone who works or worked in the practice, by sign-in e-mail or random id. Raises NotTold."""
    by_address = Q(account__email__iexact=given)
    try:
        wanted = by_address | Q(public_id=UUID(given))
    except ValueError:
        wanted = by_address
    staff = Membership.objects.filter(practice=practice).values("person")
    found = list(Person.objects.filter(wanted, pk__in=staff).values_list("pk", flat=True))
    if len(found) != 1:
        raise NotTold(f"{given} is not the sign-in e-mail of anyone who works or worked in this practice.")
    return int(found[0])
