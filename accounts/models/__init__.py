"""Every model of the room, by noun."""

from accounts.models.agreements import Agreement, Explanation, Signature
from accounts.models.audit import AuditEvent
from accounts.models.changes import CircleChange, Notice, RowReview
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
from accounts.models.joining import AddressChange, Deactivation, FactorReset, Invitation, OperatorAccess
from accounts.models.move_in import MoveIn, MoveInRow
from accounts.models.people import Account, Contact, Person
from accounts.models.practices import Membership, Practice, StaffPhoto, StaffProfile, Supervision

__all__ = [
    "Account",
    "AddressChange",
    "Agreement",
    "AuditEvent",
    "Child",
    "ChildItem",
    "CircleChange",
    "CircleRow",
    "Contact",
    "Deactivation",
    "Explanation",
    "FactorReset",
    "HelperConsent",
    "Invitation",
    "Membership",
    "MoveIn",
    "MoveInRow",
    "Named",
    "Notice",
    "OperatorAccess",
    "Person",
    "Practice",
    "Relationship",
    "Renewal",
    "Restriction",
    "RowReview",
    "Signature",
    "StaffPhoto",
    "StaffProfile",
    "Supervision",
]
