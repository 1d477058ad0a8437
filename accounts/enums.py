"""The fixed words of the kernel (visibility.md, Words). Stored as text: leak-proof in policies and plain in a dump."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StaffRole(TextChoices):
    """What a membership in a practice is for. A role label grants nothing by itself (principle 1)."""

    THERAPIST = "therapist", _("therapist")
    SUPERVISOR = "supervisor", _("supervisor")
    SAFEGUARDING_LEAD = "safeguarding_lead", _("safeguarding lead")
    ADMIN = "admin", _("admin")


class CircleRole(TextChoices):
    """How a person is tied to one child. All but therapist are family rows."""

    THERAPIST = "therapist", _("therapist")
    GUARDIAN = "guardian", _("parent or guardian")
    YOUNG_PERSON = "young_person", _("young person")
    HELPER = "helper", _("helper")


class Authority(TextChoices):
    """A guardian's legal standing towards the child."""

    FULL = "full", _("full: may sign, consent, receive")
    INFORMED = "informed", _("informed: may be told, may not sign")
    CONTRIBUTOR = "contributor", _("contributor: posts updates from home")
    NONE = "none", _("none: recorded so that staff know")


class RestrictionKind(TextChoices):
    """Quiet: nothing of that time reaches the person. Closed: no access at all, in any role."""

    QUIET = "quiet", _("quiet")
    CLOSED = "closed", _("closed")


class RecordAccess(TextChoices):
    """What an agreement opens to a reader besides summaries."""

    SUMMARIES_ONLY = "summaries_only", _("summaries only")
    SIGNED_NOTES = "signed_notes", _("signed notes")


class MoveInStatus(TextChoices):
    """How far an uploaded file is. Once it is over it stays as it is."""

    CHECKED = "checked", _("checked, waiting for a yes")
    RUNNING = "running", _("being brought in")
    FINISHED = "finished", _("brought in")
    DISCARDED = "discarded", _("put aside")
    EXPIRED = "expired", _("stopped after a day")


class MoveInCaution(TextChoices):
    """Why a sound row of a file is left out unless an admin chooses it."""

    TWIN = "twin", _("twice in this file")
    KNOWN = "known", _("already here")
    COLLEAGUE = "colleague", _("a colleague as family")


class InvitationKind(TextChoices):
    """Whom an invitation is for."""

    STAFF = "staff", _("a colleague")
    GUARDIAN = "guardian", _("a parent or guardian")
    YOUNG_PERSON = "young_person", _("a young person")
    HELPER = "helper", _("a helper")


class PersonState(TextChoices):
    """How somebody stands with their practice, on its list of people."""

    ACTIVE = "active", _("signed in before")
    WAITING = "waiting", _("not signed in yet")
    DEACTIVATED = "deactivated", _("deactivated")
    NO_FACTOR = "no_factor", _("without a second factor")


class CircleChangeKind(TextChoices):
    """What was done to a circle."""

    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    ENDED = "ended", _("ended")
    HANDED_OVER = "handed_over", _("handed over")
    SHORT_ACCESS = "short_access", _("short access")
    TAKEN_BACK = "taken_back", _("taken back before it began")


class ReviewReason(TextChoices):
    """Why a guardian's row is to be looked at again."""

    NEW_ADDRESS = "new_address", _("a new e-mail address")


class NoticeKind(TextChoices):
    """What a person is told inside the app. Each has its words in accounts/notice_words.py."""

    NEW_THERAPIST = "new_therapist", _("a new therapist")
    SHORT_ACCESS = "short_access", _("short access")
    NEW_SUPERVISOR = "new_supervisor", _("a new supervisor")
    STAFF_AS_FAMILY = "staff_as_family", _("a colleague as family")
    THERAPIST_FROM_NOW = "therapist_from_now", _("the child's new therapist")
    FACTOR_RESET = "factor_reset", _("a second factor taken off")
    NEW_CARD = "new_card", _("a new card to sign in")
