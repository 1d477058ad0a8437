"""What still waits for whoever writes or supervises."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import audit
from accounts.access import for_places
from accounts.models.people import names_of
from accounts.visibility import viewer
from sessions_log.note_reads import offers, unfinished
from sessions_log.reads import PAGE


@for_places("team")
def unfinished_notes(request: HttpRequest) -> HttpResponse:
    """One's drafts, given back, waiting, to co-sign, left behind: the longest due first, each list page by page."""
    me = viewer()
    parts: list[dict[str, Any]] = []
    for code, rows in unfinished():
        page = Paginator(rows, PAGE).get_page(request.GET.get(code))
        parts.append({"code": code, "page": page, "notes": list(page)})
    notes: list[Any] = [note for part in parts for note in part["notes"]]
    waiting = dict(offers().filter(note__in=notes).values_list("note_id", "person_id"))
    for note in notes:
        note.overdue, note.with_whom = note.due_at < me.moment, waiting.get(note.pk)
    about = {note.child: [other.pk for other in notes if other.child_id == note.child_id] for note in notes}
    audit.record_each("unfinished_read", about, request=request)
    context = {
        "parts": parts,
        "any": bool(notes),
        "moment": me.moment,
        "names": names_of({note.author_id for note in notes} | set(waiting.values())),
    }
    return render(request, "sessions_log/unfinished.html", context)
