"""Writing, signing and reading notes."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import about_child
from accounts.actions.once import SentBefore
from accounts.models import Child
from accounts.models.people import names_of
from accounts.visibility import viewer
from sessions_log.actions import notes as actions
from sessions_log.enums import NoteTemplate
from sessions_log.forms import AddendumForm, NoteForm, ProcessNoteForm, renew, sent_before
from sessions_log.models import Addendum, ProcessNote, ProgressNote, Session


@about_child("therapist")
def new(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """Start a progress note as a draft, or write and sign it in one go."""
    held = get_object_or_404(Session.objects.visible(), pk=session, child=child)
    template = request.GET.get("template", NoteTemplate.DAP)
    if template not in NoteTemplate.values:
        raise Http404
    form = NoteForm(request.POST or None, template=template)
    if request.method == "POST" and form.is_valid() and may_go_on(request, form):
        try:
            note = actions.start_note(
                child=child,
                session=held,
                template=template,
                body=form.body(),
                sections=form.sections(),
                form_key=form.cleaned_data["form_key"],
            )
            return finish(request, child, note)
        except SentBefore:
            sent_before(form)
    audit.record("form_read", child=child, shown=[held.pk], request=request)
    context = {"child": child, "session": held, "form": form, "template": template, "templates": NoteTemplate.choices}
    return render(request, "sessions_log/note_edit.html", context)


def may_go_on(request: HttpRequest, form: NoteForm) -> bool:
    """A note without a word cannot be signed; a draft may be empty."""
    if "sign" in request.POST and form.is_blank():
        form.add_error(None, _("There is nothing to sign yet. Write the note first; nothing has been lost."))
        return False
    return True


def finish(request: HttpRequest, child: Child, note: ProgressNote) -> HttpResponse:
    """Sign when that button was pressed; back to the note."""
    if "sign" in request.POST and note.signed_at is None:
        note.refresh_from_db()
        actions.sign_note(child=child, note=note)
        messages.success(request, _("The note is signed. From now on it can only be added to."))
    else:
        messages.success(
            request,
            _(
                "The draft is saved. Only you read it, and a supervisor it is offered to. If you stop treating the child, "
                "the child's therapists take it over."
            ),
        )
    return redirect("note", child.public_id, note.pk)


@about_child("team", "family")
def read(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """A progress note: its author goes on writing a draft; whoever may, reads it signed, with its addenda."""
    found = get_object_or_404(ProgressNote.objects.visible().select_related("session"), pk=note, child=child)
    if found.signed_at is None and found.author_id == viewer().person_id and viewer().stands_in("therapist", child.pk):
        return edit(request, child, found)
    return read_page(request, child, found, AddendumForm())


def read_page(request: HttpRequest, child: Child, note: ProgressNote, form: AddendumForm) -> HttpResponse:
    """A note with its addenda and, for the child's therapists, the box to add to a signed one."""
    addenda = list(Addendum.objects.visible().filter(note=note).order_by("added_at", "pk"))
    audit.record("note_read", child=child, shown=[note.pk, *(item.pk for item in addenda)], request=request)
    context = {
        "child": child,
        "note": note,
        "addenda": addenda,
        "names": names_of({note.author_id, *(item.author_id for item in addenda)}),
        "form": form if viewer().stands_in("therapist", child.pk) and note.signed_at else None,
    }
    return render(request, "sessions_log/note_read.html", context)


def edit(request: HttpRequest, child: Child, note: ProgressNote) -> HttpResponse:
    """The draft's form. An older window's text never overwrites a newer one: both are shown."""
    names = [name for name, _words in note.sections]
    initial = {"seen": note.changed_at.isoformat(), "body": note.body}
    initial |= {f"section_{number}": words for number, (_name, words) in enumerate(note.sections)}
    form = NoteForm(request.POST or None, template=note.template, names=names, initial=initial)
    stale = False
    if request.method == "POST" and form.is_valid() and may_go_on(request, form):
        try:
            actions.change_note(
                child=child, note=note, body=form.body(), sections=form.sections(), seen=form.cleaned_data["seen"]
            )
            return finish(request, child, note)
        except actions.Stale:
            stale = True
            renew(form, note.changed_at)
    audit.record("note_read", child=child, shown=[note.pk], request=request)
    context = {"child": child, "session": note.session, "form": form, "note": note, "stale": stale}
    return render(request, "sessions_log/note_edit.html", context, status=409 if stale else 200)


@require_POST
@about_child("therapist")
def addendum(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Add to a signed note."""
    found = get_object_or_404(ProgressNote.objects.visible(), pk=note, child=child, signed_at__isnull=False)
    form = AddendumForm(request.POST)
    if form.is_valid():
        try:
            actions.add_addendum(child=child, note=found, **form.cleaned_data)
            messages.success(request, _("The addendum is signed and added."))
            return redirect("note", child.public_id, found.pk)
        except SentBefore:
            sent_before(form)
    return read_page(request, child, found, form)


@about_child("therapist")
def new_process_note(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """Start a process note."""
    held = get_object_or_404(Session.objects.visible(), pk=session, child=child)
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


@about_child("therapist")
def process_note(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """One's own process note, to read and go on writing."""
    found = get_object_or_404(ProcessNote.objects.visible().select_related("session"), pk=note, child=child)
    initial = {"seen": found.changed_at.isoformat(), "body": found.body}
    form = ProcessNoteForm(request.POST or None, initial=initial)
    stale = False
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_process_note(
                child=child, note=found, body=form.cleaned_data["body"], seen=form.cleaned_data["seen"]
            )
            messages.success(request, _("Saved. Only you can ever read it."))
            return redirect("process_note", child.public_id, found.pk)
        except actions.Stale:
            stale = True
            renew(form, found.changed_at)
    audit.record("process_note_read", child=child, shown=[found.pk], request=request)
    context = {"child": child, "session": found.session, "form": form, "note": found, "stale": stale}
    return render(request, "sessions_log/process_note.html", context, status=409 if stale else 200)
