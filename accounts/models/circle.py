"""The child and the circle around it: rows that tie a person to one child, and what restrains them."""

import uuid
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Case, DurationField, Exists, ExpressionWrapper, IntegerField, OuterRef, Q, Value, When

from accounts.enums import Authority, CircleRole, RestrictionKind
from accounts.models.practices import (
    Membership,
    OnlyHeld,
    Practice,
    Supervision,
    circle_staff,
    ends_after_start,
    no_overlap,
)
from accounts.visibility import Guarded, admins, in_place, leads, listed, mine, now, past, readable

SHORT_ACCESS = timedelta(hours=72)  # the longest a lead may give in an emergency


class Child(Guarded):
    """The child's card: everyone in the circle knows this much."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    date_of_birth = models.DateField()
    pronouns = models.CharField(max_length=40, blank=True)
    about_me = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="child_in_practice", fields=["practice", "id"])]

    def comes_of(self, years: int) -> datetime:
        """The moment the child reaches an age: midnight in the practice's zone; born on 29 February, on 1 March."""
        try:
            birthday = self.date_of_birth.replace(year=self.date_of_birth.year + years)
        except ValueError:
            birthday = date(self.date_of_birth.year + years, 3, 1)
        return datetime.combine(birthday, time(), tzinfo=self.practice.zone)

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Child's card": everyone in the circle but authority none; team; admins; leads."""
        return in_place("team", "id") | in_place("own", "id") | admins("id") | leads("id")

    @classmethod
    def insertable_by(cls) -> Q:
        """Admins, into their own practice."""
        return in_place("admin", "practice_id")

    @classmethod
    def changeable_by(cls) -> Q:
        """Admins and the child's therapists; `authz.hold_columns` holds the practice and the address."""
        return admins("id") | in_place("therapist", "id")


class ChildItem(Guarded):
    """Anything about one child. The installer ties (practice, child) together with one composite foreign key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


def treats() -> Q:
    """The row's person is staff in force of the practice in a role that lets a therapist row count."""
    hired = Membership.objects.filter(
        readable(Membership),
        person_id=OuterRef("person_id"),
        practice_id=OuterRef("practice_id"),
        role__in=["therapist", "supervisor", "safeguarding_lead"],
        starts__lte=now(),
    )
    return Q(Exists(hired.filter(Q(ends__isnull=True) | Q(ends__gt=now()))))


def employed() -> Q:
    """The row's person works in the practice, in any role."""
    hired = Membership.objects.filter(
        readable(Membership),
        person_id=OuterRef("person_id"),
        practice_id=OuterRef("practice_id"),
        starts__lte=now(),
    )
    return Q(Exists(hired.filter(Q(ends__isnull=True) | Q(ends__gt=now()))))


def led() -> Q:
    """The viewer supervises the row's person, now or later: a therapist row of theirs is the viewer's way onto the team."""
    over = Supervision.objects.filter(
        readable(Supervision),
        mine("supervisor_id"),
        therapist_id=OuterRef("person_id"),
        practice_id=OuterRef("practice_id"),
    )
    return Q(Exists(over.filter(Q(ends__isnull=True) | Q(ends__gt=now()))))


class CircleRow(ChildItem):
    """A person's tie to a child for a half-open time. Every right about the child comes from one (principle 1).

    `enter()` asks by child and by person; both indexes answer it alone. A key's own index would only be chosen by mistake.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20, choices=CircleRole.choices)
    authority = models.CharField(max_length=20, choices=Authority.choices, blank=True)
    household = models.CharField(max_length=100, blank=True)  # a mark shared by one home; empty: a home of one's own
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            ends_after_start("circle_ends_after_start"),
            no_overlap("circle_no_overlap", "child", "person", "role"),
            ExclusionConstraint(  # family is never staff (principle 1): both kinds of row for one child cannot exist
                name="circle_family_never_staff",
                expressions=[
                    (OnlyHeld("child"), RangeOperators.EQUAL),
                    (OnlyHeld("person"), RangeOperators.EQUAL),
                    (
                        Case(When(role="therapist", then=Value(1)), default=Value(0), output_field=IntegerField()),
                        RangeOperators.NOT_EQUAL,
                    ),
                ],
            ),
            models.CheckConstraint(
                name="circle_authority_of_guardians",
                condition=Q(role="guardian", authority__in=Authority.values) | (~Q(role="guardian") & Q(authority="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "child"],
                include=["id", "practice", "role", "authority", "household", "starts", "ends"],
                name="circle_of_person",
            ),
            models.Index(
                fields=["child", "role"],
                include=["id", "practice", "person", "authority", "household", "starts", "ends"],
                name="circle_of_child",
            ),
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Circle row": team, admins, leads: all. Family and helpers: their own, and the therapists'."""
        theirs = mine("person_id") | Q(role=CircleRole.THERAPIST)
        return circle_staff() | (in_place("own") & theirs & past("starts"))

    @classmethod
    def insertable_by(cls) -> Q:
        """For others, from now or later, to people the practice knows (`authz.hold_the_circle`):

        - admins: family, helpers, the young person; therapists who are staff in force and not led by the admin, since that
          would put the admin on the team;
        - the child's therapists: family, helpers, the young person, but no colleague: who is family has no right as staff
          (principle 1), and a lead could be shut out that way;
        - leads: a therapist row for hours in an emergency.
        """
        family, staff = ~Q(role=CircleRole.THERAPIST), Q(role=CircleRole.THERAPIST) & treats() & ~led()
        latest = ExpressionWrapper(now() + Value(SHORT_ACCESS, DurationField()), models.DateTimeField())
        short = Q(starts=now(), ends__lte=latest)
        who = (admins() & (family | staff)) | (in_place("therapist") & family & ~employed()) | (leads() & staff & short)
        return who & ~mine("person_id") & Q(starts__gte=now())

    @classmethod
    def changeable_by(cls) -> Q:
        """Whoever may make such a row, of others, while it has not ended. `authz.hold_the_time` lets only an end be set or
        brought forward: what was is history."""
        return cls.may_end() & (Q(ends__isnull=True) | Q(ends__gt=now()))

    @classmethod
    def changed_into(cls) -> Q:
        """Ended now or later."""
        return cls.may_end() & Q(ends__gte=now())

    @classmethod
    def may_end(cls) -> Q:
        """Admins any row; the child's therapists rows of family and helpers; leads short access."""
        family, short = ~Q(role=CircleRole.THERAPIST), Q(role=CircleRole.THERAPIST, ends__isnull=False)
        return (admins() | (in_place("therapist") & family) | (leads() & short)) & ~mine("person_id")


class Relationship(ChildItem):
    """What a person is to the child ("mother"). Apart from the circle row, since co-guardians may read this and no more."""

    circle_row = models.OneToOneField(CircleRow, on_delete=models.PROTECT)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=100)

    @classmethod
    def visible_to(cls) -> Q:
        """Principle 10: staff; one's own once begun; guardians full and informed of each other (`known_rows`)."""
        return circle_staff() | listed("known_rows", "circle_row_id")

    @classmethod
    def insertable_by(cls) -> Q:
        """Admins and the child's therapists, with a family row of the same person that does not lie behind."""
        row = CircleRow.objects.filter(
            ~Q(role=CircleRole.THERAPIST),
            readable(CircleRow),
            pk=OuterRef("circle_row_id"),
            person_id=OuterRef("person_id"),
            starts__gte=now(),
        )
        return (admins() | in_place("therapist")) & Q(Exists(row))


class Renewal(ChildItem):
    """The ground on which a guardian's row goes on past the child's majority."""

    circle_row = models.OneToOneField(CircleRow, on_delete=models.PROTECT)
    ground = models.TextField()
    renewed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    renewed_at = models.DateTimeField()

    @classmethod
    def visible_to(cls) -> Q:
        """As the circle row is to staff; nobody else needs the ground."""
        return circle_staff()


class HelperConsent(ChildItem):
    """Who let a helper in, for what, until when (visibility.md, Releasing a summary)."""

    circle_row = models.ForeignKey(CircleRow, on_delete=models.PROTECT)
    given_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    scope = models.TextField()
    given_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    @classmethod
    def visible_to(cls) -> Q:
        """Staff of the circle; the guardian who gave it (principle 11)."""
        return circle_staff() | (in_place("own") & mine("given_by_id"))

    @classmethod
    def insertable_by(cls) -> Q:
        """The child's therapists write down what a guardian agreed to, at a moment that has come."""
        return in_place("therapist") & past("given_at")

    @classmethod
    def changeable_by(cls) -> Q:
        """The child's therapists, and whoever gave it, while it stands; `authz.hold_columns` holds all but its end."""
        who = in_place("therapist") | (in_place("own") & mine("given_by_id"))
        return who & (Q(until__isnull=True) | Q(until__gt=now()))

    @classmethod
    def changed_into(cls) -> Q:
        """Withdrawn now."""
        return (in_place("therapist") | (in_place("own") & mine("given_by_id"))) & Q(until=now())


class Restriction(ChildItem):
    """Quiet or closed. Belongs to (child, person), not to a row, so it survives new rows and covers every family row."""

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=RestrictionKind.choices)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)
    reason = models.TextField()
    set_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    review_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [ends_after_start("restriction_ends_after_start")]
        indexes = [
            models.Index(fields=["person", "child"], include=["kind", "starts", "ends"], name="restriction_of_person")
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Restriction and its reason": team, leads. Never family, never admins."""
        return in_place("team") | leads()


class Named(ChildItem):
    """A person named in a concern about the child, from a moment. From then on notes since `raised_at` are withheld from
    them if they are family or helper. `void_from`: the concern was entered in error and names nobody any more."""

    concern = models.UUIDField()
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    raised_at = models.DateTimeField()
    named_at = models.DateTimeField()
    void_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "child"],
                include=["concern", "raised_at", "named_at", "void_from"],
                name="named_person",
            )
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """As the concern: team, leads; nobody who is or was named in it, whatever their role (principle 1). Once it is in
        error: the team's supervisors and the leads (principle 7)."""
        names = Q(void_from__isnull=True) | Q(void_from__gt=now())
        readers = in_place("supervised") | leads() | (in_place("team") & names)
        return readers & ~listed("named_concerns", "concern") & past("named_at")
