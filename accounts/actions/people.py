"""What an admin does with a colleague's or a family member's access: roles, ended access, sessions, a lost second factor.

Never their own: the kernel refuses it (accounts/models/practices.py, joining.py). Admins of a practice take turns, so that two
of them cannot take the last admin away by each ending the other.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import audit, definers
from accounts.actions.invite import revoke_open
from accounts.enums import StaffRole
from accounts.models import Deactivation, FactorReset, Invitation, Membership, Person, Practice
from accounts.visibility import Viewer, look_again, viewer

RESET_LASTS = timedelta(hours=24)


class Over(Exception):
    """It is so already, or somebody else was quicker."""


class LastAdmin(Exception):
    """Nobody would be left to run the practice."""


def take_turn(practice: Practice) -> Viewer:
    """Wait for whoever changes people of the practice at this moment, then look again. Raises Over for whoever is no admin of
    it any more."""
    list(Practice.objects.visible().select_for_update().filter(pk=practice.pk))
    me = look_again()
    if not me.stands_in("admin", practice.pk):
        raise Over
    return me


# --- Roles ------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_role(*, practice: Practice, person: Person, role: StaffRole, starts: datetime | None) -> None:
    """Give a role from a moment ahead, or from now. Raises Over when they have it then."""
    me = take_turn(practice)
    begins = max(starts or me.moment, me.moment)
    try:
        with transaction.atomic():
            Membership.objects.create(practice=practice, person_id=person.pk, role=role, starts=begins)
    except IntegrityError:
        raise Over from None
    data = {"role": str(role), "planned": begins > me.moment}
    audit.record("role_added", practices=[practice.pk], shown=[person.public_id], data=data)


@transaction.atomic
def end_role(*, practice: Practice, person: Person, membership: Membership, ends: datetime | None) -> None:
    """End a role now or later; one that has not begun is taken back whole. Raises Over when it has ended, or ends earlier
    already; LastAdmin."""
    me = take_turn(practice)
    if membership.role == StaffRole.ADMIN and not others_lead_on(practice, membership):
        raise LastAdmin
    stops = max(ends or me.moment, me.moment)
    if membership.starts > me.moment and stops <= membership.starts:
        done = definers.take_back_job(membership.pk)
    else:
        lasts = Q(ends__isnull=True) | Q(ends__gt=stops)
        done = Membership.objects.filter(lasts, pk=membership.pk, starts__lt=stops).update(ends=stops)
    if not done:
        raise Over
    data = {"role": membership.role, "planned": stops > me.moment, "taken_back": membership.starts > me.moment}
    audit.record("role_ended", practices=[practice.pk], shown=[person.public_id], data=data)


def others_lead_on(practice: Practice, membership: Membership) -> bool:
    """Somebody else is admin of the practice without an end ahead."""
    moment = viewer().moment
    out = Deactivation.objects.visible().filter(practice=practice, ends__isnull=True).values("person_id")
    on = Membership.objects.visible().filter(
        practice=practice, role=StaffRole.ADMIN, starts__lte=moment, ends__isnull=True
    )
    return bool(on.exclude(pk=membership.pk).exclude(person_id__in=out).exists())


# --- Access as a whole --------------------------------------------------------------------------------------------------------


@transaction.atomic
def deactivate(*, practice: Practice, person: Person, reason: str) -> int:
    """End somebody's access to the practice at this moment: what they are there does not count, their browsers are signed out,
    their way in is closed. Returns how many browsers. Raises Over when it is ended already."""
    me = take_turn(practice)
    try:
        with transaction.atomic():
            Deactivation.objects.create(
                practice=practice, person_id=person.pk, starts=me.moment, reason=reason, set_by_id=me.person_id
            )
    except IntegrityError:
        raise Over from None
    waiting = Invitation.objects.visible().filter(practice=practice, person_id=person.pk)
    invited = waiting.filter(revoked_at__isnull=True, accepted_at__isnull=True).exists()
    revoke_open(practice, person.pk)
    ended = definers.end_sessions(person.pk, practice.pk)
    data = {"sessions": ended, "invitation_revoked": invited}
    audit.record("person_deactivated", practices=[practice.pk], shown=[person.public_id], data=data)
    return ended


@transaction.atomic
def reactivate(*, practice: Practice, person: Person) -> None:
    """What they are in the practice counts again. Raises Over when their access is not ended."""
    me = take_turn(practice)
    done = Deactivation.objects.filter(practice=practice, person_id=person.pk, ends__isnull=True).update(ends=me.moment)
    if not done:
        raise Over
    audit.record("person_reactivated", practices=[practice.pk], shown=[person.public_id])


@transaction.atomic
def end_all_sessions(*, practice: Practice, person: Person) -> int:
    """Sign somebody out on every browser. Returns how many."""
    ended = definers.end_sessions(person.pk, practice.pk)
    audit.record("sessions_ended", practices=[practice.pk], shown=[person.public_id], data={"sessions": ended})
    return ended


@transaction.atomic
def ask_factor_reset(*, practice: Practice, person: Person, reason: str) -> FactorReset:
    """Write down that somebody lost their second factor. A worker mails them the link by which they take it off themselves.
    Raises Over while an earlier one waits for them."""
    me = take_turn(practice)
    waits = FactorReset.objects.visible().filter(practice=practice, person_id=person.pk, used_at__isnull=True)
    if waits.filter(expires_at__gt=me.moment).exists():
        raise Over
    made: FactorReset = FactorReset.objects.create(
        practice=practice, person_id=person.pk, asked_by_id=me.person_id, reason=reason, asked_at=me.moment,
        expires_at=me.moment + RESET_LASTS,
    )  # fmt: skip
    audit.record("factor_reset_asked", practices=[practice.pk], shown=[person.public_id, made.pk])
    return made
