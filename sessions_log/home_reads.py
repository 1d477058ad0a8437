"""What stands beside an update from home: earlier wordings, whom it was shared with and when, the team's marks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import Child
from sessions_log.models import HomeUpdate, Mark, Reply, Session, Sharing, UpdateEdit
from sessions_log.models.home import Told
from sessions_log.reads import marks_standing

LONGEST = 50  # lines of a history, the newest
CHOICE = 8  # sessions an update can be said to have been used in


@dataclass(frozen=True)
class Wording:
    """How an update once read. `since`: when it was written."""

    id: UUID
    since: datetime
    words: Told


def wordings(update: HomeUpdate) -> list[Wording]:
    """Every wording the viewer may read, the latest first. For its author and the team alone."""
    edits = UpdateEdit.objects.visible().filter(update=update).order_by("-edited_at", "-pk")[:LONGEST]
    later = [Wording(edit.pk, edit.edited_at, edit) for edit in edits]
    return [*later, Wording(update.pk, update.posted_at, update)]


def latest(update: HomeUpdate) -> Wording:
    """The wording that stands now for the viewer."""
    return wordings(update)[0]


@dataclass(frozen=True)
class Step:
    """Shared with someone, or taken back from them."""

    at: datetime
    person_id: int
    shared: bool


def steps_of_sharing(update: HomeUpdate) -> list[Step]:
    """Whom an update was shared with and taken back from, in order, as far as the viewer may know."""
    rows = Sharing.objects.visible().filter(update=update).order_by("-shared_at", "-pk")[:LONGEST]
    given = [Step(row.shared_at, row.person_id, True) for row in rows]
    taken = [Step(row.withdrawn_at, row.person_id, False) for row in rows if row.withdrawn_at]
    return sorted([*given, *taken], key=lambda step: (step.at, step.shared))


def marks_of(update: HomeUpdate) -> list[tuple[Mark, datetime | None]]:
    """The marks that stand on an update, with the date of the session it was used in if the viewer may know of that one."""
    marks = list(marks_standing().filter(update=update).order_by("marked_at", "pk"))
    used = {mark.session_id for mark in marks if mark.session_id}
    held = dict(Session.objects.visible().filter(pk__in=used).values_list("pk", "held_at")) if used else {}
    return [(mark, held.get(mark.session_id) if mark.session_id else None) for mark in marks]


def steps_of_marks(update: HomeUpdate) -> list[Mark]:
    """Every mark that was made on an update or taken back, in order, as far as the viewer may know."""
    newest = Mark.objects.visible().filter(update=update).order_by("-marked_at", "-turn", "-pk")[:LONGEST]
    return list(newest)[::-1]


def is_answered(update: HomeUpdate) -> bool:
    """Somebody of the team has marked or answered it, as far as the viewer may know: its words stay as they were read. A
    mark that was taken back counts."""
    return any(model.objects.visible().filter(update=update).exists() for model in (Mark, Reply))


def sessions_after(child: Child, update: HomeUpdate) -> list[Session]:
    """The sessions an update can have been used in, the latest first: held since the day before it was posted."""
    since = update.posted_at - timedelta(days=1)
    rows = Session.objects.visible().filter(child=child, error_at__isnull=True, held_at__gte=since)
    return list(rows.order_by("-held_at", "-pk")[:CHOICE])
