"""Inviting people: at first, again, and not any more. Who may be invited the database holds (accounts/sql/people.sql)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from accounts import audit, links
from accounts.definers import welcome
from accounts.enums import InvitationKind
from accounts.models import Account, Child, Invitation, Membership, Practice
from accounts.visibility import viewer

LASTS = timedelta(days=14)  # a link
CARD_LASTS = timedelta(hours=24)  # a card, used in the room


class Closed(Exception):
    """The invitation was accepted or revoked meanwhile."""


@dataclass(frozen=True)
class Newcomer:
    """Someone the practice does not know yet. `roles`: what a colleague works as; `language`: empty, the practice's."""

    name: str
    email: str
    kind: InvitationKind
    phone: str = ""
    roles: Sequence[str] = ()
    language: str = ""


def hold(practice: Practice) -> None:
    """One at a time invites into a practice until the transaction ends: two who look whether an address is known would both
    find that it is not."""
    Practice.objects.visible().select_for_update(no_key=True).get(pk=practice.pk)


@transaction.atomic
def let_in(*, practice: Practice, newcomer: Newcomer) -> Invitation:
    """Take someone into the books, give a colleague their roles, and invite them. Whether the address is known has been looked
    at, under `hold`. Raises DatabaseError when it is not to be."""
    me = viewer()
    person = welcome(practice, name=newcomer.name, email=newcomer.email, phone=newcomer.phone)
    if newcomer.language:
        Account.objects.filter(pk=person).update(language=newcomer.language)
    for role in newcomer.roles:
        Membership.objects.create(practice=practice, person_id=person, role=role, starts=me.moment)
        audit.record("role_added", practices=[practice.pk], data={"role": role})
    return invite(practice=practice, person=person, kind=newcomer.kind, email=newcomer.email)


@transaction.atomic
def invite(
    *, practice: Practice, person: int, kind: InvitationKind, email: str, child: Child | None = None
) -> Invitation:
    """Invite someone the practice has in its books and who cannot sign in yet. A worker mails the link.

    `child`: given when a therapist of the child invites, so that the child's therapists see to it; an admin's invitation is
    about no child. An open invitation of the same person is replaced. Raises DatabaseError when the person is not to be invited.
    """
    me = viewer()
    revoke_open(practice, person)
    made: Invitation = Invitation.objects.create(
        practice=practice, child=child, person_id=person, kind=kind, email=email.strip(), invited_by_id=me.person_id,
        invited_at=me.moment, expires_at=me.moment + LASTS,
    )  # fmt: skip
    audit.record("invited", child=child, practices=[practice.pk], shown=[made.pk], data={"kind": str(kind)})
    return made


@transaction.atomic
def make_card(*, child: Child, person: int) -> tuple[Invitation, str]:
    """A card for the child's young person, used in the room. Returns it with its code, which is shown once and kept nowhere."""
    me, code = viewer(), links.new_code()
    revoke_open(child.practice, person)
    made: Invitation = Invitation.objects.create(
        practice_id=child.practice_id, child=child, person_id=person, kind=InvitationKind.YOUNG_PERSON, email="",
        card_sha256=links.code_sha256(code), invited_by_id=me.person_id, invited_at=me.moment,
        expires_at=me.moment + CARD_LASTS,
    )  # fmt: skip
    audit.record("invited", child=child, shown=[made.pk], data={"kind": "young_person"})
    return made, code


def revoke_open(practice: Practice, person: int) -> None:
    """One way in at a time."""
    Invitation.objects.filter(
        practice=practice, person_id=person, revoked_at__isnull=True, accepted_at__isnull=True
    ).update(revoked_at=viewer().moment)


@transaction.atomic
def send_again(*, invitation: Invitation) -> None:
    """A new link; the earlier one is worth nothing from now on. Raises Closed."""
    me = viewer()
    changed = Invitation.objects.filter(pk=invitation.pk, revoked_at__isnull=True, accepted_at__isnull=True).update(
        serial=F("serial") + 1, expires_at=me.moment + LASTS
    )
    if not changed:
        raise Closed
    audit.record(
        "invitation_sent_again", child=invitation.child, practices=[invitation.practice_id], shown=[invitation.pk]
    )


@transaction.atomic
def revoke(*, invitation: Invitation) -> None:
    """The link is worth nothing from now on. Raises Closed."""
    changed = Invitation.objects.filter(pk=invitation.pk, revoked_at__isnull=True, accepted_at__isnull=True).update(
        revoked_at=viewer().moment
    )
    if not changed:
        raise Closed
    audit.record(
        "invitation_revoked", child=invitation.child, practices=[invitation.practice_id], shown=[invitation.pk]
    )
