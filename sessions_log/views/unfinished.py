"""What still waits for whoever writes or supervises."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import audit
from accounts.access import for_places
from accounts.models.people import names_of
from accounts.visibility import viewer
from sessions_log.enums import DraftForm
from sessions_log.models import FormDraft
from sessions_log.note_reads import offers, unfinished
from sessions_log.reads import PAGE

MOST = 100  # sessions begun that are listed


@for_places("team")
def unfinished_notes(request: HttpRequest) -> HttpResponse:
    """One's drafts, given back, waiting, to co-sign, left behind: the longest due first, each list page by page; and the
    sessions one began to log."""
    me = viewer()
    begun = sessions_begun()
    parts: list[dict[str, Any]] = []
    for code, rows in unfinished():
        page = Paginator(rows, PAGE).get_page(request.GET.get(code))
        parts.append({"code": code, "page": page, "notes": list(page)})
    notes: list[Any] = [note for part in parts for note in part["notes"]]
    waiting = dict(offers().filter(note__in=notes).values_list("note_id", "person_id"))
    for note in notes:
        note.overdue, note.with_whom = note.due_at < me.moment, waiting.get(note.pk)
    items = [*notes, *begun]
    about = {item.child: [other.pk for other in items if other.child_id == item.child_id] for item in items}
    audit.record_each("unfinished_read", about, request=request)
    context = {
        "parts": parts,
        "begun": begun,
        "any": bool(notes or begun),
        "moment": me.moment,
        "names": names_of({note.author_id for note in notes} | set(waiting.values())),
    }
    return render(request, "sessions_log/unfinished.html", context)


def sessions_begun() -> list[FormDraft]:
    """Forms of a session that the viewer filled in and did not send, the longest waiting first; one a child at most."""
    mine = FormDraft.objects.visible().filter(author_id=viewer().person_id, form=DraftForm.SESSION).exclude(data={})
    return list(mine.select_related("child").order_by("saved_at", "pk")[:MOST])
