"""Coming in: by a mailed link or a card, with a password of one's own or with the account one has already."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts import audit, definers
from accounts.definers import CLASH, Way
from accounts.visibility import enter, viewer


class Closed(Exception):
    """The invitation is not open any more: accepted, revoked, too old, or sent again."""


class Taken(Exception):
    """Somebody signs in by this log-in name already."""


class Clash(Exception):
    """The two cannot be one person in the practice: one is family, the other staff, of one child."""


@dataclass(frozen=True)
class Open:
    """An invitation that is open at this moment, with what whoever holds its link or card may know."""

    invitation: UUID
    serial: int
    way: Way


@transaction.atomic
def accept(*, found: Open, password: str | None, username: str = "") -> int:
    """Accept with a password of one's own, or with none: a passkey follows. Returns the account's number; from
    here on the viewer is its owner.

    Raises Closed; Taken, after which another log-in name may be tried.
    """
    moment = viewer().moment
    hashed = make_password(password)
    try:
        with transaction.atomic():
            account = definers.join(found.invitation, found.serial, moment, username=username, hashed=hashed)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == "account_username_once":
            raise Taken from error
        raise Closed from error  # an address of the young person's that a guardian has: no way in
    if account is None:
        raise Closed
    enter(account)
    tell(found, "new_account")
    return account


@transaction.atomic
def accept_as(*, found: Open, account: int) -> None:
    """Accept with the account one is signed in with. Raises Closed, Clash."""
    me = viewer()
    joined = definers.join_as(found.invitation, found.serial, me.moment, account)
    if joined == CLASH:
        raise Clash
    if joined is None:
        raise Closed
    enter(account, only=me.only)
    tell(found, "own_account")


def tell(found: Open, how: str) -> None:
    """The trail of the practice, by whoever joined."""
    kind = {"kind": found.way.kind, "with": how}
    audit.record("joined", practices=[found.way.practice_number], shown=[found.invitation], data=kind)
