"""Accounts sign in; persons have names; contacts have addresses. Three rows, since fewer may see each."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from accounts.visibility import Guarded, in_place, mine, readable
from carebridge.lib.among import Among


class AccountManager(BaseUserManager["Account"]):
    """Looks accounts up by e-mail, whatever its capitals."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """The account with this e-mail. Raises Account.DoesNotExist."""
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """A log-in: credentials and how to address its owner, nothing else. Readable before a viewer exists.

    `email` is empty for a young person, who signs in by `username`; both are empty until an invitation was accepted.
    `time_zone` empty: the practice's. `factor_waived`: came with a password in a bundle, which outside production signs a
    member of staff in without a second factor (bundle.md); production asks for one whatever this says.
    """

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(max_length=254, null=True, blank=True)  # noqa: DJ001 - many accounts may have none
    username = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001 - as above
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    factor_waived = models.BooleanField(default=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="account_email_once"),
            models.UniqueConstraint(Lower("username"), name="account_username_once"),
        ]

    def __str__(self) -> str:
        # Never the address: this text ends up in logs and in the pages of libraries.
        return f"account {self.pk}"


class Person(Guarded):
    """Who an account belongs to. The account's number is the person's number."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Person's name": oneself; team, admins, leads; family and helpers as principle 10 (`people`)."""
        from accounts.models.circle import CircleRow
        from accounts.models.joining import Invitation
        from accounts.models.practices import Membership

        invited = Invitation.objects.filter(readable(Invitation), person_id=OuterRef("pk"))
        tied = CircleRow.objects.filter(readable(CircleRow), person_id=OuterRef("pk"))
        colleague = Membership.objects.filter(readable(Membership), person_id=OuterRef("pk"))
        known = Q(Exists(tied)) | Q(Exists(colleague)) | Q(Exists(invited))
        return mine("account_id") | in_place("people", "account_id") | known

    @classmethod
    def changeable_by(cls) -> Q:
        """One's own name; `authz.hold_columns` holds the rest."""
        return mine("account_id")

    @property
    def initials(self) -> str:
        """Up to two letters, for the round mark beside a name."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class Contact(Guarded):
    """E-mail and phone, for the people who must reach this person. A model of its own: fewer may see it than the name."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, primary_key=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Contact": oneself; team, admins, leads."""
        from accounts.models.circle import CircleRow
        from accounts.models.joining import Invitation
        from accounts.models.practices import Membership, circle_staff, staff_of_practice

        invited = Invitation.objects.filter(readable(Invitation), person_id=OuterRef("person_id"))
        tied = CircleRow.objects.filter(circle_staff(), person_id=OuterRef("pk"))
        employed = Membership.objects.filter(staff_of_practice(), person_id=OuterRef("pk"))
        return mine("person_id") | Q(Exists(tied)) | Q(Exists(employed)) | Q(Exists(invited))

    @classmethod
    def insertable_by(cls) -> Q:
        """Oneself, to be reached by telephone. An address is proven first (`authz.confirm_address`)."""
        return mine("person_id") & Q(email="")

    @classmethod
    def changeable_by(cls) -> Q:
        """One's own telephone; `authz.hold_columns` holds the address."""
        return mine("person_id")


def names_of(ids: Any) -> dict[int, str]:
    """The names among `ids` that the viewer may read; the others are simply not there."""
    wanted = Among("pk", sorted(set(ids)), models.BigIntegerField())
    return dict(Person.objects.visible().filter(wanted).values_list("pk", "name"))
