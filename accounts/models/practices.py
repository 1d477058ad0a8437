"""The practice and who works there."""

import uuid
from zoneinfo import ZoneInfo

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q

from accounts.enums import RecordAccess, StaffRole
from accounts.visibility import Guarded, admins, in_place, leads, mine, now, operating, readable


class TsTzRange(Func):
    """Half-open: the first moment is in, the last is out, and touching is not overlapping."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class OnlyHeld(Func):
    """A column of an exclusion constraint, written so that no look-up matches it.

    PostgreSQL would else answer look-ups by person from the constraint's GiST index, which begins with the child: it
    reckons that as cheap as the covering index made for them and reads most of it.
    """

    arity = 1
    template = "GREATEST(%(expressions)s)"  # of one: the same value


def no_overlap(name: str, *columns: str) -> ExclusionConstraint:
    """No two rows with equal `columns` may hold at the same moment."""
    equal = [(OnlyHeld(column), RangeOperators.EQUAL) for column in columns]
    during = (TsTzRange("starts", "ends"), RangeOperators.OVERLAPS)
    return ExclusionConstraint(name=name, expressions=[*equal, during])


def ends_after_start(name: str) -> models.CheckConstraint:
    """An empty or backward range would hold never or everywhere, depending on who reads it."""
    return models.CheckConstraint(name=name, condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")))


class Practice(Guarded):
    """The tenant, with the few values of its policy that rules ask for.

    `assent_age`, `majority_age`: years. `notes_due_hours`: how long after a session its note may stay unsigned.
    `guardian_access` prefills a new agreement and decides nothing by itself. `policy_source`: which law or guidance the
    values come from; `policy_review_on`: the day they are to be looked at again. `handbook`: cancellations and whatever else
    families should know.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ref = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64)
    language = models.CharField(max_length=10, default="en")
    reply_within_hours = models.PositiveIntegerField(default=48)
    notes_due_hours = models.PositiveIntegerField(default=72)
    crisis_text = models.TextField(blank=True)
    handbook = models.TextField(blank=True)
    guardian_access = models.CharField(max_length=20, choices=RecordAccess.choices, default=RecordAccess.SUMMARIES_ONLY)
    assent_age = models.PositiveSmallIntegerField(default=12)
    majority_age = models.PositiveSmallIntegerField(default=18)
    policy_source = models.TextField(blank=True)
    policy_review_on = models.DateField(null=True, blank=True)
    reply_hours = models.CharField(max_length=200, blank=True)
    fees = models.TextField(blank=True)
    how_to_ask = models.TextField(blank=True)

    @classmethod
    def visible_to(cls) -> Q:
        """Whoever works there or has a circle row in force there; the operator in their hours."""
        return in_place("practices", "id") | operating()

    @classmethod
    def changeable_by(cls) -> Q:
        """Admins of the practice; `authz.hold_columns` holds its reference. The kernel alone founds one."""
        return in_place("admin", "id")

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its days begin, majority and agreements included."""
        return ZoneInfo(self.time_zone)


class Membership(Guarded):
    """Person × practice × role, for a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, db_index=False)
    role = models.CharField(max_length=20, choices=StaffRole.choices)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            ends_after_start("membership_ends_after_start"),
            no_overlap("membership_no_overlap", "practice", "person", "role"),
        ]
        indexes = [
            models.Index(fields=["person", "practice", "role"], include=["starts", "ends"], name="membership_of_person")
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Colleagues know who works with them; families learn staff through the circle alone."""
        return in_place("member", "practice_id")

    @classmethod
    def insertable_by(cls) -> Q:
        """Admins, for others, from now or later. That the practice knows the person a trigger holds (`authz.hold_the_job`)."""
        return in_place("admin", "practice_id") & ~mine("person_id") & Q(starts__gte=now())

    @classmethod
    def changeable_by(cls) -> Q:
        """Admins, of others, while it has not ended: so a practice keeps an admin. `authz.hold_the_time` lets only an end
        be set or brought forward."""
        lasts = Q(ends__isnull=True) | Q(ends__gt=now())
        return in_place("admin", "practice_id") & ~mine("person_id") & lasts

    @classmethod
    def changed_into(cls) -> Q:
        """Ended now or later."""
        return in_place("admin", "practice_id") & ~mine("person_id") & Q(ends__gte=now())


class Supervision(Guarded):
    """Who supervises whom, for a time. A supervisor is on the team of every child the therapist is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    supervisor = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    therapist = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            ends_after_start("supervision_ends_after_start"),
            no_overlap("supervision_no_overlap", "practice", "supervisor", "therapist"),
            models.CheckConstraint(name="supervision_not_of_oneself", condition=~Q(supervisor=F("therapist"))),
        ]
        indexes = [
            models.Index(
                fields=["supervisor", "practice", "therapist"], include=["starts", "ends"], name="supervision_by_person"
            ),
            models.Index(
                fields=["therapist", "practice", "supervisor"], include=["starts", "ends"], name="supervision_of_person"
            ),
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Staff of the practice: supervision is told, never hidden."""
        return in_place("member", "practice_id")

    @classmethod
    def insertable_by(cls) -> Q:
        """Admins, never for their own benefit, from now or later. The therapists concerned are told by a trigger."""
        return in_place("admin", "practice_id") & ~mine("supervisor_id") & Q(starts__gte=now())

    @classmethod
    def changeable_by(cls) -> Q:
        """Admins, while it has not ended; `authz.hold_the_time` lets only an end be set or brought forward."""
        return in_place("admin", "practice_id") & (Q(ends__isnull=True) | Q(ends__gt=now()))

    @classmethod
    def changed_into(cls) -> Q:
        """Ended now or later."""
        return in_place("admin", "practice_id") & Q(ends__gte=now())


class StaffProfile(Guarded):
    """What a therapist tells families about their work: `body` how they work, `training` what they learned. Plain text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT)
    body = models.TextField()
    training = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_profile", fields=["practice", "person"])]

    @classmethod
    def visible_to(cls) -> Q:
        """Colleagues, and families whose child the person is or was therapist of."""
        from accounts.models.circle import CircleRow

        theirs = CircleRow.objects.filter(
            readable(CircleRow),
            role="therapist",
            person_id=OuterRef("person_id"),
            practice_id=OuterRef("practice_id"),
        )
        return in_place("member", "practice_id") | Q(Exists(theirs))

    @classmethod
    def insertable_by(cls) -> Q:
        """One's own, while working there."""
        return in_place("member", "practice_id") & mine("person_id")

    @classmethod
    def changeable_by(cls) -> Q:
        """One's own, while working there."""
        return cls.insertable_by()


class StaffPhoto(Guarded):
    """A therapist's picture, small and without a word about where or when it was taken (`accounts/actions/profile.py`).

    `picture`: a JPEG; empty once it was taken away, since no row goes. Apart from the profile, so that a list of profiles
    carries no pictures.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    picture = models.BinaryField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_photo", fields=["practice", "person"])]

    @classmethod
    def visible_to(cls) -> Q:
        """As the words beside it."""
        return StaffProfile.visible_to()

    @classmethod
    def insertable_by(cls) -> Q:
        """One's own, while working there."""
        return StaffProfile.insertable_by()

    @classmethod
    def changeable_by(cls) -> Q:
        """One's own, while working there; `authz.hold_columns` lets only the picture change."""
        return StaffProfile.insertable_by()


def staff_of_practice() -> Q:
    """Admins and leads, on rows without a child."""
    return in_place("admin", "practice_id") | in_place("lead", "practice_id")


def circle_staff() -> Q:
    """Team, admins, leads: who manages or needs the circle itself."""
    return in_place("team") | admins() | leads()
