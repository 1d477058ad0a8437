"""A child's page: the card and the timeline of what happened, by week; the same to print; and the search over it."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts import audit
from accounts.access import about_child
from accounts.models import Child
from accounts.models.people import names_of
from accounts.notice_reads import change_of_therapist
from accounts.profile_reads import Therapist, profiles_of
from accounts.reads import therapists_now
from accounts.visibility import viewer
from carebridge.lib import cursor
from sessions_log.actions.looks import look
from sessions_log.actions.summaries import mark_read
from sessions_log.enums import MarkKind
from sessions_log.forms.search import SearchForm
from sessions_log.reads import KINDS, Entry, stream
from sessions_log.search import Hit, shown_whole
from sessions_log.search import search as find

LAST_ID = UUID(int=2**128 - 1)  # a cursor with it begins at the moment itself
PRINTED = timedelta(days=92)  # how far back is printed if no day is chosen

type Week = tuple[date, list[Entry]]


@about_child("team", "own")
def child(request: HttpRequest, child: Child) -> HttpResponse:
    """The card, what may be done, and what happened, newest first, by week; of one kind where a filter is tapped, up to one
    day where one is chosen."""
    me, kind, day = viewer(), request.GET.get("show", ""), read_day(request.GET.get("day", ""))
    kind = kind if kind in KINDS else ""
    before = cursor.read(request.GET.get("before", "")) or (day and (midnight(day + timedelta(days=1)), LAST_ID))
    entries, last = stream(child, before or None, kinds=[kind] if kind else KINDS)
    since = None if before or kind else look(child=child)
    therapists = therapists_now(child)
    names = names_of({*therapists, *(entry.author_id for entry in entries)})
    pages = profiles_of(therapists, [child.practice_id])
    if me.stands_in("own", child.pk):
        mark_read(entry.id for entry in entries if entry.whole)
    audit.record("child_read", child=child, shown=[child.public_id, *(e.id for e in entries)], request=request)
    context = {
        "child": child,
        "weeks": by_week(entries),
        "new": {e.id for e in entries if since and e.moment > since and e.author_id != me.person_id},
        "kind": kind,
        "day": day,
        "older": cursor.written(last.moment, last.id) if last else "",
        "paged": bool(before),
        "names": names,
        "therapists": [Therapist(names[number], pages.get(number)) for number in therapists if number in names],
        **standing(child),
        "new_therapist": change_of_therapist(child) if me.stands_in("own", child.pk) else "",
        "mark_kinds": MarkKind.choices,
    }
    return render(request, "pages/child.html", context)


def standing(child: Child) -> dict[str, bool]:
    """As what the viewer stands to the child, for menus and words."""
    me = viewer()
    places = {"is_team": "team", "is_therapist": "therapist", "is_family": "own", "is_young": "young"}
    return {name: me.stands_in(place, child.pk) for name, place in places.items()}


def read_day(value: str) -> date | None:
    """A day as browsers send it; None for anything else."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def midnight(day: date) -> datetime:
    """Where the day begins in the viewer's zone."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


def by_week(entries: list[Entry]) -> list[Week]:
    """The entries in their order, under the Monday of the week in which they reached the viewer, in the viewer's zone."""
    weeks: list[Week] = []
    for entry in entries:
        day = timezone.localdate(entry.moment)
        monday = day - timedelta(days=day.weekday())
        if not weeks or weeks[-1][0] != monday:
            weeks.append((monday, []))
        weeks[-1][1].append(entry)
    return weeks


@about_child("team", "own")
def printed(request: HttpRequest, child: Child) -> HttpResponse:
    """The timeline whole, from a day on, oldest week last, to be printed or kept as a PDF by the browser."""
    since = read_day(request.GET.get("since", "")) or timezone.localdate(viewer().moment - PRINTED)
    entries, last = stream(child, since=midnight(since), whole=True)
    if viewer().stands_in("own", child.pk):
        mark_read(entry.id for entry in entries if entry.kind == "summary")
    audit.record("child_printed", child=child, shown=[child.public_id, *(e.id for e in entries)], request=request)
    context = {
        "child": child,
        "weeks": by_week(entries),
        "since": since,
        "until": viewer().moment,
        "cut": last,
        "names": names_of({viewer().person_id or 0, *(entry.author_id for entry in entries)}),
    }
    return render(request, "pages/child_print.html", context)


@about_child("team", "own")
def search(request: HttpRequest, child: Child) -> HttpResponse:
    """Words looked for in what the viewer may read about the child. They are posted: no address, history or log holds
    them."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    hits: list[Hit] = []
    last, asked = None, False
    if request.method == "POST" and form.is_valid():
        data, asked = form.cleaned_data, True
        hits, last = find(child, data["q"], form.since(), cursor.read(data["before"]))
    names = names_of({hit.author_id for hit in hits})
    if viewer().stands_in("own", child.pk):
        mark_read(shown_whole(hits))
    audit.record("searched", child=child, shown=[child.public_id, *(hit.id for hit in hits)], request=request)
    context = {
        "child": child,
        "form": form,
        "hits": hits,
        "names": names,
        "asked": asked,
        "paged": asked and bool(form.cleaned_data["before"]),
        "older": cursor.written(last.moment, last.id) if last else "",
    }
    return render(request, "pages/search.html", context)
