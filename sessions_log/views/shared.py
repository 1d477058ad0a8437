"""What was shared about the young person, with whom: their own page, and their part of a summary's page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, UUIDField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import audit
from accounts.access import about_child
from accounts.models import Child
from accounts.models.people import names_of
from accounts.visibility import viewer
from carebridge.lib import cursor
from carebridge.lib.among import Among
from sessions_log.models import Override, Reading, Release, Summary, Wish
from sessions_log.reads import PAGE, before
from sessions_log.summary_reads import in_force


@dataclass(frozen=True)
class Shared:
    """One release as the young person sees it. `to_me`: to themselves. `readable`: whether the words are theirs to read.
    `held_at`: the session it tells of, as far as the words are theirs. `override`: it went out although they had not agreed,
    on this ground."""

    release: Release
    read_at: datetime | None
    wish: Wish | None
    override: Override | None
    to_me: bool
    readable: bool
    held_at: datetime | None


def entries_of(releases: list[Release]) -> list[Shared]:
    """What hangs on these releases, as far as the viewer may read it."""
    of_these = Among("release_id", [release.pk for release in releases], UUIDField())
    summaries = {release.summary_id for release in releases}
    read_at = dict(Reading.objects.visible().filter(of_these).values_list("release_id", "read_at"))
    overrides = {item.release_id: item for item in Override.objects.visible().filter(of_these)}
    wishes = {item.summary_id: item for item in in_force().filter(Among("summary_id", summaries, UUIDField()))}
    readable = Summary.objects.visible().filter(Among("id", summaries, UUIDField())).select_related("session")
    held = {item.pk: item.session.held_at for item in readable}
    me = viewer().person_id
    return [
        Shared(
            release=release,
            read_at=read_at.get(release.pk),
            wish=wishes.get(release.summary_id),
            override=overrides.get(release.pk),
            to_me=release.recipient_id == me,
            readable=release.summary_id in held,
            held_at=held.get(release.summary_id),
        )
        for release in releases
    ]


def named_in(entries: Iterable[Shared]) -> set[int]:
    """Whom the entries speak of: who received and who released, and whom the wish names."""
    found = set[int]()
    for entry in entries:
        found |= {entry.release.recipient_id, entry.release.released_by_id, *(entry.wish.not_to if entry.wish else ())}
    return found


def young_side(summary: Summary) -> dict[str, Any]:
    """What the young person sees beside the words of a summary: what they said, and who else has it."""
    entries = entries_of(list(Release.objects.visible().filter(summary=summary).order_by("released_at", "pk")))
    return {
        "is_young": True,
        "shared": entries,
        "wish": next((entry.wish for entry in entries), None),
        "names": names_of({summary.author_id, *named_in(entries)}),
    }


@about_child("young")
def shared(request: HttpRequest, child: Child) -> HttpResponse:
    """Every release about the young person, newest first: with whom, when it was read, and what they had said. No words of a
    summary: those that are theirs to read are a link away."""
    about = Release.objects.visible().filter(child=child).annotate(shown_at=F("released_at"))
    found = list(before(about, cursor.read(request.GET.get("before", ""))))
    entries = entries_of(found[:PAGE])
    last = entries[-1].release if len(found) > PAGE else None
    audit.record("shared_read", child=child, shown=[entry.release.pk for entry in entries], request=request)
    context = {
        "child": child,
        "shared": entries,
        "names": names_of(named_in(entries)),
        "older": cursor.written(last.released_at, last.pk) if last else "",
        "paged": "before" in request.GET,
    }
    return render(request, "sessions_log/shared.html", context)
