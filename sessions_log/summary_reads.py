"""What has happened to a summary, in order, as far as the viewer may read it: for the team."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sessions_log.models import Override, Reading, Release, Summary, Wish

MOST = 200  # releases of one summary that are told


def in_force() -> QuerySet[Wish]:
    """Of each summary the child's answer that no later one replaces, as far as the viewer may read them: who is quiet knows
    how it stood before."""
    later = Wish.objects.visible().filter(replaces=OuterRef("pk"))
    found: QuerySet[Wish] = Wish.objects.visible().filter(~Exists(later))
    return found


def wish_of(summary: Summary) -> Wish | None:
    """What the child said last about sharing this summary."""
    return in_force().filter(summary=summary).first()


@dataclass(frozen=True)
class Step:
    """One thing that happened. `kind`: written, changed, wish, released, read, withdrawn or error. `who` did it, `to` whom:
    person numbers. `wish`, `override`: the row that was recorded; `release`: the one it is about."""

    at: datetime
    kind: str
    who: int | None = None
    to: int | None = None
    wish: Wish | None = None
    override: Override | None = None
    release: UUID | None = None


ORDER = ["written", "changed", "wish", "withdrawn", "released", "read", "error"]  # at the same moment


def history(summary: Summary, releases: list[Release]) -> list[Step]:
    """Oldest first, each of the child's answers among the rest."""
    answers = Wish.objects.visible().filter(summary=summary).order_by("recorded_at", "pk")
    read = {row.release_id: row for row in Reading.objects.visible().filter(release__in=releases)}
    against = {row.release_id: row for row in Override.objects.visible().filter(release__in=releases)}
    steps = [Step(summary.written_at, "written", summary.author_id)]
    if summary.changed_at > summary.written_at:
        steps.append(Step(summary.changed_at, "changed", summary.author_id))
    steps += [
        Step(wish.recorded_at, "wish", wish.recorded_by_id, wish=wish)
        for wish in answers
        if wish.replaces_id or wish.asked_at or wish.recorded_at > summary.written_at
    ]
    for release in releases:
        by, to, key = release.released_by_id, release.recipient_id, release.pk
        steps.append(Step(release.released_at, "released", by, to, override=against.get(key), release=key))
        if key in read:
            steps.append(Step(read[key].read_at, "read", to, release=key))
        if release.withdrawn_at:
            steps.append(Step(release.withdrawn_at, "withdrawn", release.withdrawn_by_id, to, release=key))
    if summary.error_at:
        steps.append(Step(summary.error_at, "error", summary.error_by_id))
    return sorted(steps, key=lambda step: (step.at, ORDER.index(step.kind)))
