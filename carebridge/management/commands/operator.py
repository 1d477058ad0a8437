"""`operator`: a log-in for whoever runs this installation."""

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts import audit
from accounts.models import Account, Person
from accounts.visibility import enter, leave
from carebridge.lib.database import become_operator

PASSWORD = "CAREBRIDGE_OPERATOR_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    """Make an account that belongs to no practice. It opens nothing by itself: `operator_access` gives hours.

    Runs as the operator's database role (`DATABASE_OPERATOR_URL`).
    """

    help = "Make the operator's log-in. It opens nothing before operator_access gives it hours."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the module."""
        parser.add_argument("email", help="the address to sign in by")
        parser.add_argument("--name", default="CareBridge operator", help="stands in invitations as who invites")

    def handle(self, *, email: str, name: str, **_: Any) -> None:
        """An account that is there is left as it is, its password too."""
        become_operator()
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError("This is no e-mail address.") from error
        if Account.objects.filter(email__iexact=email).exists():
            self.stdout.write("This account is there already; nothing was changed. A lost password is reset by mail.")
            return
        make(email, name, asked_password(email))
        self.stdout.write("The log-in is made. It opens nothing yet: give it hours with operator_access.")


@transaction.atomic
def make(email: str, name: str, password: str) -> None:
    """Account, person and proven address, with a row on the trail."""
    try:
        enter(None)
        account = Account(email=email)
        account.set_password(password)
        account.save()
        person = Person.objects.create(account=account, name=name)
        EmailAddress.objects.create(user_id=account.pk, email=email, verified=True, primary=True)
        audit.record("operator_changed", shown=[person.public_id], data={"kind": "operator_made"})
    finally:
        leave()


def asked_password(email: str) -> str:
    """Typed twice; outside production the environment may give it. Raises CommandError for one that is too weak."""
    given = "" if settings.PRODUCTION else os.environ.get(PASSWORD, "")
    password = given or getpass("Password (15 letters or more): ")
    if not given and getpass("Once more: ") != password:
        raise CommandError("The two are not the same. Nothing was made.")
    try:
        validate_password(password, Account(email=email))
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return password
