"""Logging a session and reading one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import about_child
from accounts.actions.once import SentBefore
from accounts.models import Child, CircleRow, Person
from accounts.models.people import names_of
from accounts.visibility import viewer
from sessions_log.actions.sessions import log_session
from sessions_log.forms.common import sent_before
from sessions_log.forms.notes import SECTIONS
from sessions_log.forms.sessions import SessionForm
from sessions_log.models import Attendance, ProcessNote, ProgressNote, Session, SessionRecord, Summary


def people_around(child: Child) -> list[Person]:
    """Who may have come besides the child: everyone with a family row that has begun, as the team sees them."""
    rows = CircleRow.objects.visible().filter(child=child, starts__lte=viewer().moment)
    family = rows.exclude(role__in=["therapist", "young_person"]).values("person_id")
    return list(Person.objects.visible().filter(pk__in=family).order_by("name", "pk"))


@about_child("therapist")
def new(request: HttpRequest, child: Child) -> HttpResponse:
    """Log a session."""
    people = people_around(child)
    if request.method == "POST":
        form = SessionForm(request.POST, people=people)
        if form.is_valid():
            facts = ("held_at", "minutes", "child_attended", "attended", "form_key")
            try:
                session = log_session(
                    child=child, record=form.record(), **{name: form.cleaned_data[name] for name in facts}
                )
                messages.success(request, _("The session is logged."))
                return redirect("session", child.public_id, session.pk)
            except SentBefore:
                sent_before(form)
    else:
        form = SessionForm(people=people, initial={"held_at": timezone.localtime().replace(minute=0, second=0)})
    audit.record("form_read", child=child, request=request)
    return render(request, "sessions_log/session_new.html", {"child": child, "form": form})


@about_child("team", "family")
def read(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """A session: each layer the viewer may read, side by side. Rows choose themselves by their rules."""
    found = get_object_or_404(Session.objects.visible(), pk=session, child=child)
    notes = list(ProgressNote.objects.visible().filter(session=found).order_by("written_at", "pk"))
    process_notes = list(ProcessNote.objects.visible().filter(session=found).order_by("written_at", "pk"))
    summaries = list(Summary.objects.visible().filter(session=found).order_by("written_at", "pk"))
    attended = list(Attendance.objects.visible().filter(session=found).values_list("person_id", flat=True))
    written: list[ProgressNote | ProcessNote | Summary] = [*notes, *process_notes, *summaries]
    authors = {found.therapist_id} | {item.author_id for item in written}
    audit.record("session_read", child=child, shown=[found.pk, *(item.pk for item in written)], request=request)
    context = {
        "child": child,
        "session": found,
        "record": SessionRecord.objects.visible().filter(session=found).first(),
        "notes": notes,
        "process_notes": process_notes,
        "summaries": summaries,
        "child_attended": None in attended,
        "attended": [number for number in attended if number is not None],
        "names": names_of(authors | {number for number in attended if number is not None}),
        "is_team": viewer().stands_in("team", child.pk),
        "is_therapist": viewer().stands_in("therapist", child.pk),
        "templates": list(SECTIONS),
    }
    return render(request, "sessions_log/session_read.html", context)
