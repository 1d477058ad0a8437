"""Writing and reading progress notes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import about_child, by_itself
from accounts.actions.once import SentBefore
from accounts.models import Child
from accounts.models.people import names_of
from accounts.visibility import acting_as, viewer
from sessions_log.actions import notes as actions
from sessions_log.enums import NoteTemplate
from sessions_log.error_reads import enterable
from sessions_log.forms.common import renew, sent_before
from sessions_log.forms.notes import AddendumForm, NoteForm
from sessions_log.models import Addendum, ProgressNote, Session
from sessions_log.note_reads import Layout, given_back, history, layout_of, layouts, offer_of, readers_of_draft
from sessions_log.views import errors, saving

MOST = 200  # addenda of one note


def own_draft(child: Child, note: UUID) -> ProgressNote:
    """A draft of the viewer's own to write on. Raises Http404."""
    rows = ProgressNote.objects.visible().select_related("session")
    unsigned = rows.filter(author_id=viewer().person_id, signed_at__isnull=True, error_at__isnull=True)
    found: ProgressNote = get_object_or_404(unsigned, pk=note, child=child)
    return found


def chosen(known: list[Layout], key: str) -> Layout:
    """The layout with this key. Raises Http404."""
    for layout in known:
        if layout.key == key:
            return layout
    raise Http404


@about_child("therapist")
def new(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """Start a progress note as a draft, or adopt one that was left behind (`from`). Another template is tried on without saving;
    the words go along."""
    held = get_object_or_404(Session.objects.visible(), pk=session, child=child, error_at__isnull=True)
    known = layouts(child)
    asked = request.POST.get("use") or request.POST.get("template") or request.GET.get("template", NoteTemplate.DAP)
    form = NoteForm(request.POST or None, layout=chosen(known, asked))
    if request.method == "POST" and "use" not in request.POST and form.is_valid() and may_go_on(request, form):
        try:
            key = form.cleaned_data["form_key"]
            note = actions.start_note(child=child, session=held, form_key=key, **form.words())
            return go_on(request, child, note)
        except SentBefore:
            sent_before(form)
    left = left_behind(child, held, request.GET.get("from", "")) if request.method == "GET" else None
    if left is not None:
        form = NoteForm.adopting(left, known)
    audit.record("form_read", child=child, shown=[held.pk, *([left.pk] if left else [])], request=request)
    context = {"child": child, "session": held, "form": form, "layouts": known, "chosen": form.layout}
    context["unsaved"] = form.has_words() or left is not None
    return render(request, "sessions_log/note_edit.html", context)


def left_behind(child: Child, session: Session, key: str) -> ProgressNote | None:
    """The draft of the session with this id that its author may not go on with, if there is one."""
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    drafts = ProgressNote.objects.visible().filter(signed_at__isnull=True, error_at__isnull=True)
    found: ProgressNote | None = drafts.filter(pk=wanted, child=child, session=session).first()
    return found if found is not None and not goes_on(found, child) else None


@require_POST
@by_itself()
@about_child("therapist")
def new_autosave(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """Keep the first words of a note: they make the draft, whose address the page goes on with."""
    held = get_object_or_404(Session.objects.visible(), pk=session, child=child, error_at__isnull=True)
    form = NoteForm(request.POST, layout=chosen(layouts(child), request.POST.get("template", "")))
    if not form.is_valid():
        return saving.refused(form)
    if form.is_blank():
        return saving.saved()
    try:
        key = form.cleaned_data["form_key"]
        note = actions.start_note(child=child, session=held, form_key=key, **form.words())
    except SentBefore:
        return saving.stale()
    address, going_on = (reverse(name, args=[child.public_id, note.pk]) for name in ("note", "note_autosave"))
    return saving.saved(note.changed_at, address=address, autosave=going_on)


def may_go_on(request: HttpRequest, form: NoteForm) -> bool:
    """A note without a word cannot be signed or offered; a draft may be empty."""
    if ("sign" in request.POST or "offer" in request.POST) and form.is_blank():
        form.add_error(None, _("There is nothing to sign yet. Write the note first; nothing has been lost."))
        return False
    return True


def go_on(request: HttpRequest, child: Child, note: ProgressNote) -> HttpResponse:
    """Where the button that was pressed leads, once the words are saved."""
    if "sign" in request.POST:
        return redirect("note_sign", child.public_id, note.pk)
    if "offer" in request.POST:
        return redirect("note_offer", child.public_id, note.pk)
    if "use" not in request.POST and note.signed_at is None:
        messages.success(request, _("The draft is saved."))
    return redirect("note", child.public_id, note.pk)


@about_child("team", "family")
def read(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """A progress note: its author goes on writing a draft; whoever may, reads it signed, with its addenda."""
    found = get_object_or_404(ProgressNote.objects.visible().select_related("session"), pk=note, child=child)
    is_mine = found.author_id == viewer().person_id and viewer().stands_in("therapist", child.pk)
    if is_mine and found.signed_at is None and found.error_at is None:
        return edit(request, child, found)
    return read_page(request, child, found, AddendumForm())


def read_page(
    request: HttpRequest, child: Child, note: ProgressNote, form: AddendumForm, status: int = 200
) -> HttpResponse:
    """A note with its addenda and, for the child's therapists, the box to add to a signed one."""
    addenda = list(Addendum.objects.visible().filter(note=note).order_by("added_at", "pk")[:MOST])
    audit.record("note_read", child=child, shown=[note.pk, *(item.pk for item in addenda)], request=request)
    is_team = viewer().stands_in("team", child.pk)
    steps = history(note, addenda) if is_team else []
    offer = offer_of(note) if is_team and note.signed_at is None else None
    people = {note.author_id, note.error_by_id, *(item.author_id for item in addenda)}
    people |= {item.error_by_id for item in addenda} | {number for step in steps for number in (step.who, step.to)}
    signed = note.signed_at is not None and note.error_at is None
    begun = note.signed_at is None and offer is None and note.error_at is None
    context = {
        "child": child,
        "note": note,
        "layout": layout_of(note),
        "addenda": addenda,
        "history": steps,
        "names": names_of(people - {None}),
        "to_answer": offer is not None and offer.person_id == viewer().person_id,
        "cosigners": [step.who for step in steps if step.kind == "cosigned"],
        "is_therapist": viewer().stands_in("therapist", child.pk),
        "going_on": begun and goes_on(note, child),
        "unfinished": begun and not goes_on(note, child),
        "may_err": is_team and enterable(ProgressNote.objects.visible()).filter(pk=note.pk).exists(),
        "wrong_addenda": enterable(Addendum.objects.visible()).filter(note=note) if is_team else [],
        "form": form if viewer().stands_in("therapist", child.pk) and signed else None,
    }
    return render(request, "sessions_log/note_read.html", context, status=status)


def goes_on(note: ProgressNote, child: Child) -> bool:
    """Whether its author still is a therapist of the child, so that the draft is theirs to finish."""
    with acting_as(note.author_id, viewer().moment) as author:
        return author.stands_in("therapist", child.pk)


def edit(request: HttpRequest, child: Child, note: ProgressNote) -> HttpResponse:
    """The draft's form. An older window's text never overwrites a newer one: both are shown."""
    known = layouts(child)
    use = request.POST.get("use")
    form = NoteForm(request.POST, layout=chosen(known, use)) if use else NoteForm.of(note, request.POST or None)
    stale = False
    if request.method == "POST" and form.is_valid() and may_go_on(request, form):
        try:
            actions.change_note(child=child, note=note, seen=form.cleaned_data["seen"], **form.words())
            return go_on(request, child, note)
        except actions.Stale:
            stale, form = True, NoteForm.of(note, request.POST)
            renew(form, note.changed_at)
    audit.record("note_read", child=child, shown=[note.pk], request=request)
    context = {"form": form, "layouts": known, "chosen": form.layout, "stale": stale, **beside(child, note)}
    context["unsaved"] = stale or form.has_words()
    return render(request, "sessions_log/note_edit.html", context, status=409 if stale else 200)


def beside(child: Child, note: ProgressNote) -> dict[str, Any]:
    """What stands beside a draft's text: who reads it already, and what was said when it was given back."""
    offer, returned, others = offer_of(note), given_back(note), readers_of_draft(note)
    people = {*others, *([returned.person_id] if returned else [])}
    return {
        "child": child,
        "session": note.session,
        "note": note,
        "offer": offer,
        "returned": returned if offer is None else None,
        "names": names_of(people),
        "readers": others,
    }


@require_POST
@by_itself()
@about_child("therapist")
def autosave(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Keep a draft's words while they are being written."""
    found = own_draft(child, note)
    form = NoteForm.of(found, request.POST)
    if not form.is_valid():
        return saving.refused(form)
    try:
        version = form.cleaned_data["seen"]
        return saving.saved(actions.change_note(child=child, note=found, seen=version, by_hand=False, **form.words()))
    except actions.Stale:
        return saving.stale()


@require_POST
@about_child("therapist")
def addendum(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Add to a signed note."""
    signed = ProgressNote.objects.visible().filter(signed_at__isnull=False, error_at__isnull=True)
    found = get_object_or_404(signed.select_related("session"), pk=note, child=child)
    form = AddendumForm(request.POST)
    if form.is_valid():
        try:
            actions.add_addendum(child=child, note=found, **form.cleaned_data)
            messages.success(request, _("The addendum is signed and added."))
            return redirect("note", child.public_id, found.pk)
        except SentBefore:
            sent_before(form)
    return read_page(request, child, found, form)


@about_child("team")
def error(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Enter a draft or a signed note in error, what was added to it too."""
    found = get_object_or_404(enterable(ProgressNote.objects.visible()), pk=note, child=child)
    also = list(enterable(Addendum.objects.visible()).filter(note=found).order_by("added_at", "pk"))
    back = reverse("note", args=[child.public_id, found.pk])
    return errors.confirm(
        request, child=child, item=found, title=_("Progress note"), back=back, also=also,
        draft=found.signed_at is None,
    )  # fmt: skip


@about_child("team")
def addendum_error(request: HttpRequest, child: Child, addendum: UUID) -> HttpResponse:
    """Enter an addendum in error."""
    found = get_object_or_404(enterable(Addendum.objects.visible()), pk=addendum, child=child)
    back = reverse("note", args=[child.public_id, found.note_id])
    return errors.confirm(request, child=child, item=found, title=_("Addendum"), back=back)
