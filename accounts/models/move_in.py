"""Children and families brought in from another system: what was uploaded, and each row of the file until it is done.

Two models, since fewer may see the rows: an upload's counts are the practice's history; its rows hold names and addresses,
which are nobody's but the uploader's own until they are people here. Rows do not outlast their purpose: they are deleted
with the last batch, or a day after the upload (`authz.forget_moves`).
"""

import uuid

from django.db import models
from django.db.models import Q

from accounts.enums import MoveInCaution, MoveInStatus
from accounts.models.practices import Practice
from accounts.visibility import Guarded, in_place, mine, past

OPEN = (MoveInStatus.CHECKED, MoveInStatus.RUNNING)


class MoveIn(Guarded):
    """One uploaded file: who, when, how far, and counts. No name and no address.

    `rows`: in the file. `to_do`: chosen when it was started. `done`: of those, worked off. `left_out`: [number, code] of the
    file's rows that made no child, once it is over.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=MoveInStatus.choices, default=MoveInStatus.CHECKED)
    rows = models.PositiveIntegerField()
    to_do = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    children = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    linked = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            # One waits at a time for each person, so that a form sent twice is one upload; one runs at a time in each
            # practice, so that two admins with the same file do not make each child twice.
            models.UniqueConstraint(
                name="one_move_waits", fields=["practice", "uploaded_by"], condition=Q(status=MoveInStatus.CHECKED)
            ),
            models.UniqueConstraint(
                name="one_move_runs", fields=["practice"], condition=Q(status=MoveInStatus.RUNNING)
            ),
        ]
        indexes = [models.Index(fields=["practice", "-uploaded_at"], name="moves_of_practice")]

    @classmethod
    def visible_to(cls) -> Q:
        """Admins of the practice: the history of what was brought in."""
        return in_place("admin", "practice_id") & past("uploaded_at")

    @classmethod
    def insertable_by(cls) -> Q:
        """Admins of the practice, in their own name, before anything has begun."""
        fresh = Q(status=MoveInStatus.CHECKED) & Q(started_at__isnull=True) & Q(finished_at__isnull=True)
        return in_place("admin", "practice_id") & mine("uploaded_by_id") & past("uploaded_at") & fresh

    @classmethod
    def changeable_by(cls) -> Q:
        """Whoever uploaded it, until it is over."""
        return in_place("admin", "practice_id") & mine("uploaded_by_id") & Q(status__in=[str(each) for each in OPEN])

    @classmethod
    def changed_into(cls) -> Q:
        """Theirs still, whatever its state."""
        return in_place("admin", "practice_id") & mine("uploaded_by_id") & past("uploaded_at")


class MoveInRow(Guarded):
    """One row of the file as it was read.

    `number`: as spreadsheets count, the headings being row 1. `cells`: column → text, without what no screen shows.
    `problems`: [column, code, detail], each of which keeps the row out. `caution`: why it is left out unless chosen.
    `outcome`: empty until it was worked off; then "made", or the code of why not.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    move = models.ForeignKey(MoveIn, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    problems = models.JSONField(default=list, blank=True)
    caution = models.CharField(max_length=10, choices=MoveInCaution.choices, blank=True)
    twin_of = models.PositiveIntegerField(null=True, blank=True)
    chosen = models.BooleanField()
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="move_row_once", fields=["move", "number"]),
            models.CheckConstraint(name="no_problem_is_chosen", condition=Q(problems=[]) | Q(chosen=False)),
        ]

    @classmethod
    def visible_to(cls) -> Q:
        """Whoever uploaded it, while an admin there: another admin may be family of a child in the file (principle 1)."""
        return in_place("admin", "practice_id") & mine("uploaded_by_id")

    @classmethod
    def insertable_by(cls) -> Q:
        """The uploader, before it was worked off. A composite key holds that the upload is theirs."""
        return in_place("admin", "practice_id") & mine("uploaded_by_id") & Q(outcome="")

    @classmethod
    def changeable_by(cls) -> Q:
        """The uploader, until it was worked off: each row at most once."""
        return in_place("admin", "practice_id") & mine("uploaded_by_id") & Q(outcome="")

    @classmethod
    def changed_into(cls) -> Q:
        """Theirs still."""
        return in_place("admin", "practice_id") & mine("uploaded_by_id")
