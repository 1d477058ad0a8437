"""What the operator does in the register: each act asks the kernel, and is on the trail with the row that says why."""

from django.db import transaction

from accounts import audit, definers
from accounts.actions.invite import LASTS
from accounts.models import Account, OperatorAccess, Practice
from accounts.visibility import viewer


class Own(Exception):
    """Nobody closes the account they are signed in with."""


@transaction.atomic
def found(
    *, hours: OperatorAccess, ref: str, name: str, time_zone: str, language: str, admin_name: str, admin_email: str
) -> int:
    """A practice with cautious defaults, and its first admin, who is invited. Returns the practice's number."""
    number = definers.found_practice(ref=ref, name=name, time_zone=time_zone, language=language)
    invitation = definers.appoint_admin(number, name=admin_name, email=admin_email, expires=viewer().moment + LASTS)
    audit.record(
        "operator_changed", practices=[number], shown=[hours.pk, invitation], data={"kind": "practice_founded"}
    )
    return number


@transaction.atomic
def appoint(*, hours: OperatorAccess, practice: Practice, admin_name: str, admin_email: str) -> None:
    """One more admin for a practice, invited."""
    invitation = definers.appoint_admin(
        practice.pk, name=admin_name, email=admin_email, expires=viewer().moment + LASTS
    )
    audit.record(
        "operator_changed", practices=[practice.pk], shown=[hours.pk, invitation], data={"kind": "admin_appointed"}
    )


@transaction.atomic
def switch(*, hours: OperatorAccess, account: Account, active: bool) -> None:
    """Close an account to sign-in as a whole, or open it again. Raises Own."""
    if account.pk == viewer().person_id:
        raise Own
    definers.set_active(account.pk, active=active)
    data = {"kind": "account_opened" if active else "account_closed", "account": account.pk}
    audit.record("operator_changed", shown=[hours.pk], data=data)
