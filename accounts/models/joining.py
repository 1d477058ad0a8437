"""How people come in and how their log-in changes: invitations, an ended access, a second factor taken off, a new address.

A person in the practice's books has an account that nobody can sign in to until an invitation is accepted. Links are signed
with the server's key and kept nowhere (accounts/links.py).
"""

import uuid

from django.db import models
from django.db.models import Q

from accounts.enums import InvitationKind
from accounts.models.practices import ends_after_start, no_overlap, staff_of_practice
from accounts.visibility import Guarded, admins, in_place, mine, now, past


def not_of_a_barred_circle(column: str = "person_id") -> Q:
    """Of people in the circle of a child that one is family of, nothing is learned as staff (principles 1 and 10)."""
    return ~in_place("barred_people", column)


class Invitation(Guarded):
    """One person's way in: single use, for a time, bound to an address or, for a young person, to a card.

    `serial`: counts what was sent; an earlier link or card is worth nothing. `sent_serial`: the last one that was mailed.
    `card_sha256`: of the code on the card; empty for links. `expires_at`: the first moment it is too late. `child`: set when
    a therapist of the child invites, or a card is for its young person.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey("accounts.Child", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=InvitationKind.choices)
    email = models.EmailField(max_length=254, blank=True)
    card_sha256 = models.CharField(max_length=64, blank=True)
    invited_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    serial = models.PositiveIntegerField(default=1)
    sent_serial = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_by_mail_or_card",
                condition=Q(kind="young_person", email="", child__isnull=False) & ~Q(card_sha256="")
                | ~Q(kind="young_person") & ~Q(email="") & Q(card_sha256=""),
            ),
            models.CheckConstraint(
                name="invitation_ends_one_way", condition=Q(revoked_at__isnull=True) | Q(accepted_at__isnull=True)
            ),
            models.UniqueConstraint(
                name="one_open_invitation",
                fields=["practice", "person"],
                condition=Q(revoked_at__isnull=True, accepted_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["practice", "-invited_at"], name="invitations_of_practice")]

    @classmethod
    def visible_to(cls) -> Q:
        """Admins of the practice, but nothing of a circle they are barred from; for a child the child's therapists."""
        office = in_place("admin", "practice_id") & Q(child__isnull=True) | admins()
        return (office & not_of_a_barred_circle()) | in_place("therapist")

    @classmethod
    def insertable_by(cls) -> Q:
        """Whoever may read it, in their own name, for somebody else, at this moment, unused. That the person has no log-in
        yet and is known to the practice a trigger holds (`authz.hold_the_invitation`)."""
        fresh = Q(invited_at=now(), serial=1, sent_serial=0, revoked_at__isnull=True, accepted_at__isnull=True)
        return cls.visible_to() & mine("invited_by_id") & ~mine("person_id") & fresh

    @classmethod
    def changeable_by(cls) -> Q:
        """Sent again or revoked while it is open; `authz.hold_columns` lets nothing else change."""
        return cls.visible_to() & Q(revoked_at__isnull=True, accepted_at__isnull=True)

    @classmethod
    def changed_into(cls) -> Q:
        """Open still, or revoked at a moment that has come; accepting is the kernel's (`authz.join`)."""
        return cls.visible_to() & Q(accepted_at__isnull=True) & (Q(revoked_at__isnull=True) | past("revoked_at"))


class Deactivation(Guarded):
    """A person's access to one practice, ended for a time: memberships and circle rows there do not count (ADR 11).

    Apart from the account, which may have a place in another practice that is nobody's business here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)
    reason = models.TextField()
    set_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            ends_after_start("deactivation_ends_after_start"),
            no_overlap("deactivation_no_overlap", "practice", "person"),
        ]
        indexes = [
            models.Index(fields=["person", "practice"], include=["starts", "ends"], name="deactivation_of_person")
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Admins and leads of the practice."""
        return staff_of_practice() & not_of_a_barred_circle()

    @classmethod
    def insertable_by(cls) -> Q:
        """Admins, of somebody else, from this moment on."""
        fresh = Q(starts=now(), ends__isnull=True)
        return (
            in_place("admin", "practice_id") & not_of_a_barred_circle() & mine("set_by_id") & ~mine("person_id") & fresh
        )

    @classmethod
    def changeable_by(cls) -> Q:
        """Admins, while it lasts, of somebody else."""
        here = in_place("admin", "practice_id") & not_of_a_barred_circle() & ~mine("person_id")
        return here & Q(ends__isnull=True)

    @classmethod
    def changed_into(cls) -> Q:
        """Ended now."""
        return in_place("admin", "practice_id") & not_of_a_barred_circle() & ~mine("person_id") & Q(ends=now())


class FactorReset(Guarded):
    """An admin's word that someone lost their second factor. It comes off when the person follows the mailed link and gives
    their password (`authz.take_off_factors`): a practice alone cannot weaken a log-in that other practices trust too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    @classmethod
    def visible_to(cls) -> Q:
        """Admins of the practice."""
        return in_place("admin", "practice_id") & not_of_a_barred_circle()

    @classmethod
    def insertable_by(cls) -> Q:
        """Admins, for somebody else, now."""
        fresh = Q(asked_at=now(), sent_at__isnull=True, used_at__isnull=True)
        return cls.visible_to() & mine("asked_by_id") & ~mine("person_id") & fresh


class AddressChange(Guarded):
    """A new address to sign in by: in force once both mailboxes have said yes (`authz.confirm_address`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(max_length=254)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    old_said_yes_at = models.DateTimeField(null=True, blank=True)
    new_said_yes_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_address_change",
                fields=["person"],
                condition=Q(done_at__isnull=True, void_at__isnull=True),
            )
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """The person's own."""
        return mine("person_id")

    @classmethod
    def insertable_by(cls) -> Q:
        """Oneself, now, with nothing said yet."""
        fresh = Q(asked_at=now(), sent_at__isnull=True, done_at__isnull=True, void_at__isnull=True)
        return mine("person_id") & fresh & Q(old_said_yes_at__isnull=True, new_said_yes_at__isnull=True)

    @classmethod
    def changeable_by(cls) -> Q:
        """Oneself, to give it up while it is open; `authz.hold_columns` lets nothing else change."""
        return mine("person_id") & Q(done_at__isnull=True, void_at__isnull=True)

    @classmethod
    def changed_into(cls) -> Q:
        """Given up at a moment that has come."""
        return mine("person_id") & Q(done_at__isnull=True) & past("void_at")


class OperatorAccess(Guarded):
    """The installation's operator at the practices' register for some hours, with a reason. Made in a terminal alone; it
    opens no clinical word and no child (security.md, Accounts; ADR 11)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        constraints = [ends_after_start("operator_access_ends_after_start")]

    @classmethod
    def visible_to(cls) -> Q:
        """Whoever it was given to."""
        return mine("person_id")
