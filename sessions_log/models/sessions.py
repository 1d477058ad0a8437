"""A session in three rows: facts families may know, who attended, and the clinical record."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest

from accounts.models import ChildItem
from accounts.visibility import (
    admins,
    entered_in_error,
    in_place,
    mine,
    not_in_error,
    past,
    readable,
    seen,
    unless_in_error,
)


class InError(models.Model):
    """Entered in error: who, when, why. From then on hidden from all but those of principle 7."""

    error_at = models.DateTimeField(null=True, blank=True)
    error_by = models.ForeignKey("accounts.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    error_reason = models.TextField(blank=True)

    class Meta:
        abstract = True


class Session(ChildItem, InError):
    """The facts: when, how long, with whom. `minutes`: length. `moment`: when it could first be read,
    the later of held and logged."""

    therapist = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    logged_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    form_key = models.UUIDField(null=True, blank=True)
    moment = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["child", "-moment", "-id"], name="session_stream")]
        constraints = [
            models.UniqueConstraint(name="session_form_once", fields=["therapist", "form_key"]),
            models.CheckConstraint(name="session_moment", condition=Q(moment=Greatest("held_at", "logged_at"))),
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Session facts": team, admins, family; a quiet guardian still sees that sessions go on."""
        return unless_in_error(
            past("moment") & (in_place("team") | admins() | in_place("family")),
            author="therapist_id",
            begun=past("moment"),
        )

    @classmethod
    def insertable_by(cls) -> Q:
        """The child's therapists, for sessions of their own."""
        return in_place("therapist") & mine("therapist_id") & past("logged_at") & Q(error_at__isnull=True)

    @classmethod
    def changeable_by(cls) -> Q:
        """Nothing but entered in error. Record and attendance follow by a trigger."""
        return not_in_error()

    @classmethod
    def changed_into(cls) -> Q:
        """Entered in error by the viewer."""
        return entered_in_error("therapist_id")


def standing_session() -> Exists:
    """The session something is written about can be read, is about the same child and was not entered in error."""
    return Exists(
        Session.objects.filter(
            readable(Session), pk=OuterRef("session_id"), child_id=OuterRef("child_id"), error_at__isnull=True
        )
    )


class SessionRecord(ChildItem, InError):
    """The clinical record of a session: techniques, themes, affect, engagement (0–10), the child's words and choices."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="record")
    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    setting = models.CharField(max_length=200, blank=True)
    techniques = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    themes = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    affect = models.TextField(blank=True)
    engagement = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(10)])
    child_words = models.TextField(blank=True)
    child_choices = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="engagement_0_to_10", condition=Q(engagement__isnull=True) | Q(engagement__lte=10)
            )
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Session record": team."""
        held = Session.objects.filter(readable(Session), pk=OuterRef("session_id"), child_id=OuterRef("child_id"))
        return unless_in_error(in_place("team") & Q(Exists(held)), author="author_id", begun=Q())

    @classmethod
    def insertable_by(cls) -> Q:
        """Whoever logged the session, with it."""
        own = Session.objects.filter(
            readable(Session), mine("therapist_id"), pk=OuterRef("session_id"), child_id=OuterRef("child_id")
        )
        return in_place("therapist") & mine("author_id") & Q(error_at__isnull=True) & Q(Exists(own))


class Attendance(ChildItem):
    """One attender of a session; `person` empty means the child. `error_at` follows the session's."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    person = models.ForeignKey("accounts.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    logged_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    moment = models.DateTimeField()  # its session's
    error_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="attend_once", fields=["session", "person"], nulls_distinct=False)]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Attendance": team, admins; each person their own (the child's is the young person's)."""
        own = (in_place("own") & mine("person_id")) | (in_place("young") & Q(person_id__isnull=True))
        rule = past("moment") & (in_place("team") | admins()) | (own & seen("moment"))
        return unless_in_error(rule, author="logged_by_id", begun=past("moment"))

    @classmethod
    def insertable_by(cls) -> Q:
        """Whoever logged the session, with it: at its moment."""
        own = Session.objects.filter(
            readable(Session),
            mine("therapist_id"),
            pk=OuterRef("session_id"),
            child_id=OuterRef("child_id"),
            moment=OuterRef("moment"),
        )
        return in_place("therapist") & mine("logged_by_id") & Q(error_at__isnull=True) & Q(Exists(own))
