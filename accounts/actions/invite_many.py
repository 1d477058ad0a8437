"""Inviting several at once: each in a savepoint of its own, so that one who is not to be invited keeps back no other."""

import logging
from collections.abc import Sequence

from django.db import DatabaseError, transaction

from accounts import audit
from accounts.actions.invite import hold, invite, let_in
from accounts.invitation_file import Row, judged
from accounts.invitation_reads import contacts_of, places_of
from accounts.models import Person, Practice

log = logging.getLogger(__name__)


@transaction.atomic
def invite_rows(*, practice: Practice, rows: Sequence[Row]) -> Sequence[Row]:
    """Take the people of a file in and invite them; who is known by now is left out. Returns the rows with their outcomes."""
    hold(practice)
    for row in judged(practice, rows):
        if row.state != "new" or row.newcomer is None:
            continue
        try:
            with transaction.atomic():
                let_in(practice=practice, newcomer=row.newcomer)
            row.outcome = "made"
        except DatabaseError as refused:  # its words would quote the row
            log.warning("A row of invitations was refused: %s", type(refused).__name__)
            row.outcome = "refused"
    counts = {"rows": len(rows), "invited": sum(row.outcome == "made" for row in rows)}
    audit.record("people_invited", practices=[practice.pk], data=counts)
    return rows


@transaction.atomic
def invite_known(*, people: Sequence[Person], practices: dict[int, Practice]) -> tuple[int, int]:
    """Invite people who are in the books, at the address that stands there. Returns how many were, and how many could not be."""
    places, contacts = places_of(person.pk for person in people), contacts_of(person.pk for person in people)
    done = 0
    for person in people:
        place, contact = places.get(person.pk), contacts.get(person.pk)
        if place is None or contact is None or not contact.email:
            continue
        try:
            with transaction.atomic():
                practice = practices[place.practice]
                invite(practice=practice, person=person.pk, kind=place.kind, email=contact.email)
            done += 1
        except DatabaseError as refused:
            log.warning("Somebody in the books could not be invited: %s", type(refused).__name__)
    return done, len(people) - done
