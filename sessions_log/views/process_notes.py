"""One's own process notes: written, read and entered in error by nobody else."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import about_child, by_itself
from accounts.actions.once import SentBefore
from accounts.models import Child
from accounts.models.people import names_of
from sessions_log.actions import notes as actions
from sessions_log.error_reads import enterable
from sessions_log.forms.common import renew, sent_before
from sessions_log.forms.notes import ProcessNoteForm
from sessions_log.models import ProcessNote, Session
from sessions_log.views import errors, saving


@about_child("therapist")
def new(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """Start a process note."""
    held = get_object_or_404(Session.objects.visible(), pk=session, child=child, error_at__isnull=True)
    form = ProcessNoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            note = actions.start_process_note(child=child, session=held, body=data["body"], form_key=data["form_key"])
            messages.success(request, _("Saved. Only you can ever read it."))
            return redirect("process_note", child.public_id, note.pk)
        except SentBefore:
            sent_before(form)
    audit.record("form_read", child=child, shown=[held.pk], request=request)
    return render(request, "sessions_log/process_note.html", {"child": child, "session": held, "form": form})


@require_POST
@by_itself()
@about_child("therapist")
def new_autosave(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """Keep the first words: they make the note, whose address the page goes on with."""
    held = get_object_or_404(Session.objects.visible(), pk=session, child=child, error_at__isnull=True)
    if not request.POST.get("body", "").strip():
        return saving.saved()
    form = ProcessNoteForm(request.POST)
    if not form.is_valid():
        return saving.refused(form)
    data = form.cleaned_data
    try:
        note = actions.start_process_note(child=child, session=held, body=data["body"], form_key=data["form_key"])
    except SentBefore:
        return saving.stale()
    names = ("process_note", "process_note_autosave")
    address, going_on = (reverse(name, args=[child.public_id, note.pk]) for name in names)
    return saving.saved(note.changed_at, address=address, autosave=going_on)


@about_child("therapist")
def read(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """One's own process note, to read and go on writing."""
    found = get_object_or_404(ProcessNote.objects.visible().select_related("session"), pk=note, child=child)
    if found.error_at is not None:
        return in_error(request, child, found)
    initial = {"seen": found.changed_at.isoformat(), "body": found.body}
    form = ProcessNoteForm(request.POST or None, initial=initial)
    stale = False
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            actions.change_process_note(child=child, note=found, body=data["body"], seen=data["seen"])
            messages.success(request, _("Saved. Only you can ever read it."))
            return redirect("process_note", child.public_id, found.pk)
        except actions.Stale:
            stale = True
            renew(form, found.changed_at)
    audit.record("process_note_read", child=child, shown=[found.pk], request=request)
    context = {"child": child, "session": found.session, "form": form, "note": found, "stale": stale}
    return render(request, "sessions_log/process_note.html", context, status=409 if stale else 200)


def in_error(request: HttpRequest, child: Child, note: ProcessNote) -> HttpResponse:
    """What was entered in error is only read."""
    audit.record("process_note_read", child=child, shown=[note.pk], request=request)
    context = {"child": child, "session": note.session, "note": note, "names": names_of({note.error_by_id})}
    return render(request, "sessions_log/process_note.html", context)


@require_POST
@by_itself()
@about_child("therapist")
def autosave(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Keep the words while they are being written."""
    found = get_object_or_404(ProcessNote.objects.visible().filter(error_at__isnull=True), pk=note, child=child)
    form = ProcessNoteForm(request.POST)
    if not form.is_valid():
        return saving.refused(form)
    data = form.cleaned_data
    try:
        version = actions.change_process_note(
            child=child, note=found, body=data["body"], seen=data["seen"], by_hand=False
        )
        return saving.saved(version)
    except actions.Stale:
        return saving.stale()


@about_child("therapist")
def error(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Enter one's own process note in error."""
    found = get_object_or_404(enterable(ProcessNote.objects.visible()), pk=note, child=child)
    back = reverse("process_note", args=[child.public_id, found.pk])
    return errors.confirm(request, child=child, item=found, title=_("Process note"), back=back, private=True)
