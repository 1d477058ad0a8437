"""`operator_access`: some hours at the register, for a reason."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import OperatorAccess, Person
from accounts.visibility import enter, leave
from carebridge.lib.database import become_operator

MOST = 8  # hours: a working day


class Command(BaseCommand):
    """Open the register at /operator/ to an account for some hours. They end by themselves.

    Runs as the operator's database role (`DATABASE_OPERATOR_URL`).
    """

    help = "Open the register of practices and accounts at /operator/ to an account, for some hours and a reason."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the module."""
        parser.add_argument("email", help="the address of the operator's account")
        parser.add_argument("--reason", required=True, help="what for; it stays with everything that is looked at")
        parser.add_argument("--hours", type=int, default=2, help=f"how long, at most {MOST}")

    def handle(self, *, email: str, reason: str, hours: int, **_: Any) -> None:
        """Say until when."""
        become_operator()
        if not 1 <= hours <= MOST:
            raise CommandError(f"Between 1 and {MOST} hours.")
        if not reason.strip():
            raise CommandError("A reason is needed.")
        person = Person.objects.filter(account__email__iexact=email.strip(), account__is_active=True).first()
        if person is None:
            raise CommandError("No account that may sign in has this address. Make one with the command operator.")
        ends = give(person, reason.strip(), hours)
        self.stdout.write(f"/operator/ is open to this account until {ends:%Y-%m-%d %H:%M %Z}.")


@transaction.atomic
def give(person: Person, reason: str, hours: int) -> Any:
    """The hours from now on, with a row on the trail. Returns when they end."""
    try:
        now = enter(None).moment
        given = OperatorAccess.objects.create(
            person=person, reason=reason, starts=now, ends=now + timedelta(hours=hours)
        )
        data = {"kind": "operator_hours", "hours": hours}
        audit.record("operator_changed", shown=[given.pk, person.public_id], data=data)
        return timezone.localtime(given.ends)
    finally:
        leave()
