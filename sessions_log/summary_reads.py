"""What has happened to a summary, in order, as far as the viewer may read it: for the team."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sessions_log.models import Override, Reading, Release, Summary, Wish

MOST = 200  # releases of one summary that are told


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


def history(summary: Summary, wish: Wish | None, releases: list[Release]) -> list[Step]:
    """Oldest first. A wish that was said again is told as it was said last: the row holds no more."""
    read = {row.release_id: row for row in Reading.objects.visible().filter(release__in=releases)}
    against = {row.release_id: row for row in Override.objects.visible().filter(release__in=releases)}
    steps = [Step(summary.written_at, "written", summary.author_id)]
    if summary.changed_at > summary.written_at:
        steps.append(Step(summary.changed_at, "changed", summary.author_id))
    if wish is not None and (wish.asked_at or wish.recorded_at > summary.written_at):
        steps.append(Step(wish.recorded_at, "wish", wish.recorded_by_id, wish=wish))
    for release in releases:
        by, to, key = release.released_by_id, release.recipient_id, release.pk
        steps.append(Step(release.released_at, "released", by, to, override=against.get(key), release=key))
        if key in read:
            steps.append(Step(read[key].read_at, "read", to, release=key))
        if release.withdrawn_at:
            steps.append(Step(release.withdrawn_at, "withdrawn", to=to, release=key))
    if summary.error_at:
        steps.append(Step(summary.error_at, "error", summary.error_by_id))
    return sorted(steps, key=lambda step: (step.at, ORDER.index(step.kind)))
