"""Every model of the room, by noun."""

from accounts.models.agreements import Agreement, Explanation, Signature
from accounts.models.audit import AuditEvent
from accounts.models.circle import (
    Child,
    ChildItem,
    CircleRow,
    HelperConsent,
    Named,
    Relationship,
    Renewal,
    Restriction,
)
from accounts.models.move_in import MoveIn, MoveInRow
from accounts.models.people import Account, Contact, Person
from accounts.models.practices import Membership, Practice, StaffProfile, Supervision

__all__ = [
    "Account",
    "Agreement",
    "AuditEvent",
    "Child",
    "ChildItem",
    "CircleRow",
    "Contact",
    "Explanation",
    "HelperConsent",
    "Membership",
    "MoveIn",
    "MoveInRow",
    "Named",
    "Person",
    "Practice",
    "Relationship",
    "Renewal",
    "Restriction",
    "Signature",
    "StaffProfile",
    "Supervision",
]
