"""The first page after signing in, and a child's page: made of every room."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import audit
from accounts.access import about_child, for_places
from accounts.models import Child
from accounts.models.people import names_of
from accounts.reads import children, therapists_now
from accounts.visibility import viewer
from carebridge.lib import cursor
from sessions_log.actions.summaries import mark_read
from sessions_log.enums import MarkKind
from sessions_log.reads import stream


@for_places()
def home(request: HttpRequest) -> HttpResponse:
    """The children whose team, family or helper one is; for whoever is closed to a child, that it is so."""
    me = viewer()
    shown = [child for child in children() if me.stands_in("team", child.pk) or me.stands_in("own", child.pk)]
    audit.record_each("home_read", {child: [child.public_id] for child in shown}, request=request)
    context = {
        "team": [child for child in shown if me.stands_in("team", child.pk)],
        "family": [child for child in shown if me.stands_in("own", child.pk)],
        "closed_to": me.closed_to,
    }
    return render(request, "pages/home.html", context)


@about_child("team", "own")
def child(request: HttpRequest, child: Child) -> HttpResponse:
    """The card, what may be done, and what happened, newest first."""
    me = viewer()
    entries, last = stream(child, cursor.read(request.GET.get("before", "")))
    therapists = therapists_now(child)
    names = names_of({*therapists, *(entry.author_id for entry in entries)})
    audit.record("child_read", child=child, shown=[child.public_id, *(e.id for e in entries)], request=request)
    if me.stands_in("own", child.pk):
        mark_read(child=child, summaries=[entry.id for entry in entries if entry.whole])
    context = {
        "child": child,
        "entries": entries,
        "older": cursor.written(last.moment, last.id) if last else "",
        "paged": "before" in request.GET,
        "names": names,
        "therapists": [names[number] for number in therapists if number in names],
        "is_team": me.stands_in("team", child.pk),
        "is_therapist": me.stands_in("therapist", child.pk),
        "is_family": me.stands_in("own", child.pk),
        "is_young": me.stands_in("young", child.pk),
        "mark_kinds": MarkKind.choices,
    }
    return render(request, "pages/child.html", context)
