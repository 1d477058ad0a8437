"""What the database does on a process's behalf beyond entering (accounts/sql/people.sql): no other module calls it.

Each function raises DatabaseError where its SQL refuses; which process may ask what is in accounts/rls.py, FUNCTIONS.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Child, Practice


def ask(sql: str, *values: Any) -> Any:
    """The one value a function returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


# --- People and circles ------------------------------------------------------------------------------------------------------


def welcome(practice: Practice, *, name: str, email: str, phone: str) -> int:
    """Someone new: an account nobody can sign in to, a name, and a contact if there is one. Returns the person's number.

    For an admin of the practice or a therapist of a child there; they may tie or employ the person until their transaction ends.
    """
    number: int = ask("SELECT authz.welcome(%s::bigint, %s::text, %s::text, %s::text)", practice.pk, name, email, phone)
    return number


def known_by_address(practice: Practice, email: str) -> int | None:
    """The number of the one person whom the practice, as far as the viewer may look, knows by this address."""
    number: int | None = ask("SELECT authz.known_by_address(%s::bigint, %s::text)", practice.pk, email)
    return number


def take_back(child: Child, *, planned: Sequence[UUID], reopened: Sequence[UUID]) -> int:
    """Delete circle rows that have not begun, and let those go on that they would have ended. Returns how many went."""
    sql = "SELECT authz.take_back(%s::bigint, %s::uuid[], %s::uuid[])"
    gone: int = ask(sql, child.pk, list(planned), list(reopened))
    return gone


def take_back_job(job: UUID) -> int:
    """Delete a role or a supervision that has not begun; for admins, never their own role. Returns how many went: 1 or 0."""
    gone: int = ask("SELECT authz.take_back_job(%s::uuid)", job)
    return gone


def supervisors_told(therapist: int) -> list[int]:
    """Who supervises a therapist of a child the viewer is family or a helper of; nobody for anyone else."""
    told: list[int] = ask("SELECT authz.supervisors_told(%s::bigint)", therapist)
    return told


# --- Joining -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """An open invitation, as whoever holds its link or card may know it. `has_account`: its address signs somebody in already.
    `username`: what a young person signs in by already, else nothing. `practice_number`: under which the trail files it."""

    person: int
    practice: str
    language: str
    kind: str
    email: str
    name: str
    invited_by: str
    has_account: bool
    username: str | None
    practice_number: int


def open_invitation(invitation: UUID, serial: int, moment: datetime) -> Way | None:
    """The invitation if it is open at the moment and this is what was last sent. The caller has checked the link's signature."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM authz.open_invitation(%s::uuid, %s::int, %s::timestamptz)", [invitation, serial, moment]
        )
        row = cursor.fetchone()
    return Way(*row) if row else None


def open_card(code_sha256: str, moment: datetime) -> tuple[UUID, int] | None:
    """Invitation and serial of the open card with this code (SHA-256, hexadecimal)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM authz.open_card(%s::text, %s::timestamptz)", [code_sha256, moment])
        row: tuple[UUID, int] | None = cursor.fetchone()
    return row


def join(invitation: UUID, serial: int, moment: datetime, *, username: str, hashed: str) -> int | None:
    """Accept: the person invited signs in from now on by the invited address, or by `username` for a card. Returns the account;
    None when it is not open any more or the address belongs to somebody. A taken username raises IntegrityError."""
    sql = 'SELECT authz."join"(%s::uuid, %s::int, %s::timestamptz, %s::text, %s::text)'
    account: int | None = ask(sql, invitation, serial, moment, username, hashed)
    return account


CLASH = -1  # family and staff of one child


def join_as(invitation: UUID, serial: int, moment: datetime, account: int) -> int | None:
    """Accept with an account that is there: what the practice has of the person invited becomes the account's. Returns the
    account; None when it is not open or not for this account; CLASH when both cannot be one person there."""
    sql = "SELECT authz.join_as(%s::uuid, %s::int, %s::timestamptz, %s::bigint)"
    joined: int | None = ask(sql, invitation, serial, moment, account)
    return joined


# --- Log-ins -----------------------------------------------------------------------------------------------------------------


def end_sessions(person: int, practice: int) -> int:
    """End every browser session of someone the practice knows; for its admins. Returns how many."""
    ended: int = ask("SELECT authz.end_sessions(%s::bigint, %s::bigint)", person, practice)
    return ended


@dataclass(frozen=True)
class OpenAddress:
    """A change of address that both mailboxes are asked about. `old`: None for whoever has had none."""

    person: int
    old: str | None
    new: str


def open_address(change: UUID, moment: datetime) -> OpenAddress | None:
    """The change if it is open at the moment. The caller has checked the link's signature."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM authz.open_address(%s::uuid, %s::timestamptz)", [change, moment])
        row = cursor.fetchone()
    return OpenAddress(*row) if row else None


def confirm_address(change: UUID, side: str, moment: datetime) -> bool | None:
    """One mailbox ("old" or "new") says yes. Returns whether the new address signs in now; None when the change is not open."""
    done: bool | None = ask("SELECT authz.confirm_address(%s::uuid, %s::text, %s::timestamptz)", change, side, moment)
    return done


def open_reset(reset: UUID, moment: datetime) -> int | None:
    """Whose second factor the mailed link takes off, if it is open."""
    person: int | None = ask("SELECT authz.open_reset(%s::uuid, %s::timestamptz)", reset, moment)
    return person


def take_off_factors(reset: UUID, moment: datetime) -> bool:
    """Every second factor of the person comes off and their sessions end, once. The caller has checked link and password."""
    done: bool = ask("SELECT authz.take_off_factors(%s::uuid, %s::timestamptz)", reset, moment)
    return done


@dataclass(frozen=True)
class LogInMail:
    """A mail about a log-in. `kind`: invitation, address_old, address_new, factor_reset. `until`: when its link is too late, said
    in the time of `zone` (may be empty)."""

    kind: str
    id: UUID
    serial: int
    email: str
    language: str
    practice: str
    invited_by: str
    until: datetime
    zone: str


def mails_about_log_ins(moment: datetime, at_most: int, passed: Sequence[UUID] = ()) -> list[LogInMail]:
    """Claim what is to be mailed now, in the worker's own transaction: with it the claim stands or falls. `passed`: what is left
    for later. A changed address makes two mails, which are claimed together."""
    sql = "SELECT * FROM authz.mails_about_log_ins(%s::timestamptz, %s::int, %s::uuid[])"
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment, at_most, list(passed)])
        return [LogInMail(*row) for row in cursor.fetchall()]


# --- The operator of the installation ------------------------------------------------------------------------------------------


def found_practice(*, ref: str, name: str, time_zone: str, language: str) -> int:
    """A new practice with cautious defaults; its number. For the operator in the hours given to them."""
    sql = "SELECT authz.found_practice(%s::text, %s::text, %s::text, %s::text)"
    number: int = ask(sql, ref, name, time_zone, language)
    return number


def appoint_admin(practice: int, *, name: str, email: str, expires: datetime) -> UUID:
    """Someone new as admin of the practice, invited. Returns the invitation. For the operator in the hours given to them."""
    sql = "SELECT authz.appoint_admin(%s::bigint, %s::text, %s::text, %s::timestamptz)"
    invitation: UUID = ask(sql, practice, name, email, expires)
    return invitation


def set_active(account: int, *, active: bool) -> None:
    """Close an account to sign-in as a whole, or open it again. For the operator in the hours given to them."""
    ask("SELECT authz.set_active(%s::bigint, %s::boolean)", account, active)


# --- Moving in ---------------------------------------------------------------------------------------------------------------


def moves_under_way() -> list[tuple[UUID, int]]:
    """Files that were started and are not over, the longest under way first, and the number of whom each acts as."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT move, person FROM authz.moves_under_way()")
        return list(cursor.fetchall())


def forget_moves(moment: datetime) -> None:
    """Delete the rows of files that are over, those of a day before the moment (aware) included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT authz.forget_moves(%s::timestamptz)", [moment])
