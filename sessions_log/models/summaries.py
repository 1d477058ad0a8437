"""Summaries written for chosen readers, the child's wish about them, and their releases."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import ChildItem
from accounts.visibility import (
    entered_in_error,
    in_place,
    mine,
    not_in_error,
    past,
    readable,
    reviewers,
    seen,
    unless_in_error,
)
from carebridge.lib.never_changes import never_changes
from sessions_log.enums import OverrideGround, WishKind
from sessions_log.models.sessions import InError, Session, standing_session


class Summary(ChildItem, InError):
    """What happened and what helps, in plain words. Never changes once it has been released (principle 7)."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    form_key = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="summary_form_once", fields=["author", "form_key"])]
        indexes = [models.Index(fields=["child", "-written_at", "-id"], name="summary_stream")]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "Summary": team; each recipient while their release stands, if family or helper."""
        released = Release.objects.filter(Release.standing_to_me(), summary_id=OuterRef("pk"))
        return unless_in_error(
            (in_place("team") & past("written_at")) | (in_place("recipients") & Q(Exists(released))),
            author="author_id",
            begun=past("written_at"),
        )

    @classmethod
    def insertable_by(cls) -> Q:
        """The child's therapists."""
        held = standing_session()
        fresh = past("written_at") & Q(error_at__isnull=True)
        return in_place("therapist") & mine("author_id") & fresh & Q(held)

    @classmethod
    def changeable_by(cls) -> Q:
        """Its author; whoever may enter it in error (releases and wish follow by a trigger).

        A trigger ends the author's changes at the first release, for every role: a look-up from here would miss a release
        its author cannot read.
        """
        return not_in_error() & (mine("author_id") | reviewers("author_id"))

    @classmethod
    def changed_into(cls) -> Q:
        """Still the author's own, as a therapist of the child; or entered in error."""
        return (in_place("therapist") & mine("author_id") & Q(error_at__isnull=True)) | entered_in_error("author_id")


class Release(ChildItem):
    """One reader's access to one summary, while it stands. `error_at` follows the summary's. `withdrawn_by`: who took it back,
    any therapist of the child; unknown of some that were withdrawn before this was kept."""

    summary = models.ForeignKey(Summary, on_delete=models.PROTECT, related_name="releases")
    recipient = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    error_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_standing_release", fields=["summary", "recipient"], condition=Q(withdrawn_at__isnull=True)
            ),
            models.CheckConstraint(
                name="withdrawn_after_release",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("released_at")),
            ),
            models.CheckConstraint(
                name="withdrawn_by_someone_at_a_moment",
                condition=Q(withdrawn_by__isnull=True) | Q(withdrawn_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "child", "-released_at"], name="released_to_person"),
            models.Index(fields=["child", "recipient"], name="release_recipients"),
        ]
        triggers = [
            never_changes(
                "release_never_changes", "summary_id", "recipient_id", "released_by_id", "released_at", "child_id"
            )
        ]

    @classmethod
    def standing_to_me(cls) -> Q:
        """Released to the viewer, not withdrawn, at a moment they may read."""
        return mine("recipient_id") & Q(withdrawn_at__isnull=True, error_at__isnull=True) & seen("released_at")

    @classmethod
    def visible_to(cls) -> Q:
        """Team; the recipient while it stands; the young person: what was released about them, to whom (row "Audit")."""
        rule = (
            (in_place("team") & past("released_at"))
            | (in_place("recipients") & cls.standing_to_me())
            | (in_place("young") & seen("released_at"))
        )
        return unless_in_error(rule, author="released_by_id", begun=past("released_at"))

    @classmethod
    def insertable_by(cls) -> Q:
        """The child's therapists, for a summary of this child (a foreign key holds that; triggers hold the wish and refuse
        a summary entered in error)."""
        fresh = past("released_at") & Q(withdrawn_at__isnull=True, error_at__isnull=True)
        return in_place("therapist") & mine("released_by_id") & fresh

    @classmethod
    def changeable_by(cls) -> Q:
        """While it stands."""
        return Q(withdrawn_at__isnull=True, error_at__isnull=True)

    @classmethod
    def changed_into(cls) -> Q:
        """Withdrawn by a therapist of the child, in their own name, by now."""
        return in_place("therapist") & mine("withdrawn_by_id") & past("withdrawn_at") & Q(error_at__isnull=True)


def visible_release(column: str = "release_id") -> Exists:
    """The release something hangs on is readable."""
    of_child = Release.objects.filter(readable(Release), pk=OuterRef(column), child_id=OuterRef("child_id"))
    return Exists(of_child)


class Reading(ChildItem):
    """When a recipient first opened a released summary."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="reading")
    reader = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    @classmethod
    def visible_to(cls) -> Q:
        """Team; the reader; the young person (who read what about me, and when)."""
        return (
            (in_place("team") & past("read_at"))
            | (in_place("young") & seen("read_at"))
            | (in_place("recipients") & mine("reader_id") & past("read_at"))
        ) & Q(visible_release())

    @classmethod
    def insertable_by(cls) -> Q:
        """The recipient, of their own standing release."""
        own = Release.objects.filter(Release.standing_to_me(), pk=OuterRef("release_id"), child_id=OuterRef("child_id"))
        return in_place("recipients") & mine("reader_id") & past("read_at") & Q(Exists(own))


class Override(ChildItem):
    """A release against the child's wish: its coded ground, and how it was explained to the child."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="override")
    ground = models.CharField(max_length=20, choices=OverrideGround.choices)
    explanation = models.TextField()

    @classmethod
    def visible_to(cls) -> Q:
        """Team, the young person: at its release's moment."""
        return (in_place("team") | in_place("young")) & Q(visible_release())

    @classmethod
    def insertable_by(cls) -> Q:
        """Whoever made the release."""
        own = Release.objects.filter(
            readable(Release), mine("released_by_id"), pk=OuterRef("release_id"), child_id=OuterRef("child_id")
        )
        return in_place("therapist") & Q(Exists(own))


class Wish(ChildItem):
    """One answer of the child's about sharing one summary. `not_to`: person numbers. `asked_at`: when the child was asked.

    An answer is evidence and never changes: a later one is a row of its own that `replaces` the one before, and the last is
    in force. Each can be replaced once, so the answers about a summary stand in one line.
    """

    summary = models.ForeignKey(Summary, on_delete=models.PROTECT, related_name="wishes")
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=WishKind.choices, default=WishKind.NOT_ASKED)
    not_to = ArrayField(models.BigIntegerField(), default=list, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    error_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_first_wish", fields=["summary"], condition=Q(replaces__isnull=True))
        ]
        triggers = [
            never_changes(
                "wish_never_changes",
                "summary_id",
                "replaces_id",
                "kind",
                "not_to",
                "asked_at",
                "recorded_by_id",
                "recorded_at",
                "child_id",
            )
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Row "The child's wish": team; the young person, from the summary's first release they may see, each answer at its
        own moment."""
        released = Release.objects.filter(readable(Release), summary_id=OuterRef("summary_id"))
        rule = (in_place("team") & past("recorded_at")) | (
            in_place("young") & seen("recorded_at") & Q(Exists(released))
        )
        return unless_in_error(rule, author="recorded_by_id", begun=past("recorded_at"))

    @classmethod
    def insertable_by(cls) -> Q:
        """The child's therapists, for a summary of this child (a foreign key holds that what it replaces is about the same
        summary)."""
        written = Summary.objects.filter(readable(Summary), pk=OuterRef("summary_id"), child_id=OuterRef("child_id"))
        fresh = past("recorded_at") & Q(error_at__isnull=True)
        return in_place("therapist") & mine("recorded_by_id") & fresh & Q(Exists(written))

    @property
    def unasked(self) -> bool:
        """The child has said nothing about this summary yet."""
        return self.kind == WishKind.NOT_ASKED or (self.kind == WishKind.ASK_ME and self.asked_at is None)

    def forbids(self, person_id: int) -> bool:
        """Whether a release to this adult would go against the wish, or unasked (visibility.md, Releasing a summary)."""
        return (
            self.unasked or self.kind == WishKind.NOBODY or (self.kind == WishKind.NOT_TO and person_id in self.not_to)
        )
