"""What was changed in a circle, by whom, on what evidence; what has to be looked at again; and what people are told."""

import uuid

from django.db import models
from django.db.models import Q

from accounts.enums import CircleChangeKind, NoticeKind, ReviewReason
from accounts.models.circle import ChildItem, CircleRow
from accounts.models.practices import circle_staff
from accounts.visibility import Guarded, admins, in_place, leads, mine, now, past, seen


class CircleChange(ChildItem):
    """One act on a child's circle. A history that nobody edits: taking a planned change back is another row.

    `row`: the circle row (or, for supervision, nothing) it made; `ended`: the one it ended; both by number alone, since a
    planned row that is taken back is gone. `effective`: from when it holds. `evidence`: "order of 3 March, seen by …".
    `bundle`: the acts of one hand-over or one change share it. `takes_back`: the `bundle` this one undoes.
    """

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=CircleChangeKind.choices)
    row = models.UUIDField(null=True, blank=True)
    ended = models.UUIDField(null=True, blank=True)
    effective = models.DateTimeField()
    evidence = models.TextField(blank=True)
    changed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    bundle = models.UUIDField(default=uuid.uuid4)
    takes_back = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["child", "-changed_at"], name="changes_of_circle")]

    @classmethod
    def visible_to(cls) -> Q:
        """As the circle rows they speak of: team, admins, leads (row "Circle row")."""
        return circle_staff()

    @classmethod
    def insertable_by(cls) -> Q:
        """Whoever may change the circle, in their own name, now. No rule lets a row change."""
        return (admins() | leads() | in_place("therapist")) & mine("changed_by_id") & Q(changed_at=now())


class RowReview(ChildItem):
    """A guardian's row to look at again, since something about its person changed."""

    circle_row = models.ForeignKey(CircleRow, on_delete=models.PROTECT)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=ReviewReason.choices)
    flagged_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    @classmethod
    def visible_to(cls) -> Q:
        """Team, admins, leads. Made by the kernel alone (`authz.confirm_address`)."""
        return circle_staff() & past("flagged_at")

    @classmethod
    def changeable_by(cls) -> Q:
        """Admins and the child's therapists, while nobody has looked; `authz.hold_columns` holds the rest."""
        return (admins() | in_place("therapist")) & Q(reviewed_at__isnull=True)

    @classmethod
    def changed_into(cls) -> Q:
        """Looked at by oneself, now."""
        return (admins() | in_place("therapist")) & mine("reviewed_by_id") & Q(reviewed_at=now())


class Notice(Guarded):
    """Something one person is told inside the app. Written by the kernel, so that no page can forget to (`authz.tell_of_*`).

    `about`: whom it speaks of. It shows only while the reader still stands with the child, and to family only outside their
    quiet times.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey("accounts.Child", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, choices=NoticeKind.choices)
    about = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-told_at"], name="notices_of_person")]

    @classmethod
    def visible_to(cls) -> Q:
        """The person's own: of a practice they stand in, about no child, about one of their team, or of their family in a time
        they may read."""
        plain = in_place("practices", "practice_id") & Q(child__isnull=True) & past("told_at")
        return mine("person_id") & (plain | (in_place("team") & past("told_at")) | (in_place("own") & seen("told_at")))

    @classmethod
    def changeable_by(cls) -> Q:
        """Read; `authz.hold_columns` lets nothing else change."""
        return cls.visible_to()
