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

    `email` is empty for a young person who signs in another way. `time_zone` empty: the practice's.
    """

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(max_length=254, null=True, blank=True)  # noqa: DJ001 - many accounts may have none
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="account_email_once")]

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
        from accounts.models.practices import Membership

        tied = CircleRow.objects.filter(readable(CircleRow), person_id=OuterRef("pk"))
        colleague = Membership.objects.filter(readable(Membership), person_id=OuterRef("pk"))
        return mine("account_id") | in_place("people", "account_id") | Q(Exists(tied)) | Q(Exists(colleague))

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
        from accounts.models.practices import Membership, circle_staff, staff_of_practice

        tied = CircleRow.objects.filter(circle_staff(), person_id=OuterRef("pk"))
        employed = Membership.objects.filter(staff_of_practice(), person_id=OuterRef("pk"))
        return mine("person_id") | Q(Exists(tied)) | Q(Exists(employed))


def names_of(ids: Any) -> dict[int, str]:
    """The names among `ids` that the viewer may read; the others are simply not there."""
    wanted = Among("pk", sorted(set(ids)), models.BigIntegerField())
    return dict(Person.objects.visible().filter(wanted).values_list("pk", "name"))
