"""Signing alone, offering a draft for co-signing, and answering an offer."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import about_child
from accounts.models import Child
from accounts.models.people import names_of
from accounts.visibility import viewer
from sessions_log.actions import cosigning
from sessions_log.actions.notes import Offered, Stale, is_late, sections_hash, sign_note
from sessions_log.forms.notes import GiveBackForm, OfferForm, ShownForm
from sessions_log.models import ProgressNote
from sessions_log.note_reads import answered, layout_of, offer_of, offers, supervisors_of_mine
from sessions_log.views.notes import own_draft
from sessions_log.who_reads import names_reading, readers_if


def shown(child: Child, note: ProgressNote) -> dict[str, Any]:
    """The text as it would be signed."""
    return {
        "child": child,
        "note": note,
        "layout": layout_of(note),
        "late": is_late(note, child),
        "blank": not note.body.strip() and not any(words.strip() for _name, words in note.sections),
    }


@about_child("therapist")
def sign(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Look the note over once more, see by name who will read it, sign it."""
    found = own_draft(child, note)
    form, context, status = ShownForm(request.POST or None), shown(child, found), 200
    context["waits"] = offer_of(found) is not None
    if request.method == "POST" and form.is_valid() and not context["blank"]:
        try:
            if form.cleaned_data["sha256"] != sections_hash(found):
                raise Stale
            sign_note(child=child, note=found)
            messages.success(request, _("The note is signed. From now on it can only be added to."))
            return redirect("note", child.public_id, found.pk)
        except (Stale, Offered):
            status = 409
    sha256 = sections_hash(found)
    context["form"], context["moved"] = ShownForm(initial={"sha256": sha256}), status == 409
    if not context["blank"] and not context["waits"]:
        signing = partial(sign_note, child=child, note=own_draft(child, note))
        context["readers"] = sorted(names_reading(readers_if(child, signing)))
    audit.record("note_read", child=child, shown=[found.pk], request=request)
    return render(request, "sessions_log/note_sign.html", context, status=status)


@about_child("therapist")
def offer(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Offer a draft to one of one's supervisors."""
    found = own_draft(child, note)
    supervisors = supervisors_of_mine(child)
    form, context = OfferForm(request.POST or None, supervisors=supervisors), shown(child, found)
    if request.method == "POST" and form.is_valid() and not context["blank"]:
        person = form.cleaned_data["person"]
        try:
            cosigning.offer_note(child=child, note=found, to=person)
            messages.success(request, _("Offered to %(who)s for co-signing.") % {"who": person.name})
        except (Stale, Offered):
            messages.warning(request, _("It waits for a co-signature already, or is signed."))
        return redirect("note", child.public_id, found.pk)
    audit.record("note_read", child=child, shown=[found.pk], request=request)
    return render(request, "sessions_log/note_offer.html", {**context, "form": form, "supervisors": supervisors})


@require_POST
@about_child("therapist")
def take_back(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Take one's offer back."""
    found = own_draft(child, note)
    try:
        cosigning.take_back(child=child, note=found)
        messages.success(request, _("Taken back. Only you read it now."))
    except Stale:
        messages.warning(request, _("It was answered or taken back before. Nothing has been changed."))
    return redirect("note", child.public_id, found.pk)


def offered_to_me(child: Child, note: UUID) -> ProgressNote:
    """A draft that waits for the viewer's answer. Raises Http404."""
    mine = offers().filter(~answered(), note=note, person=viewer().person_id)
    rows = (
        ProgressNote.objects.visible().select_related("session").filter(signed_at__isnull=True, error_at__isnull=True)
    )
    found: ProgressNote = get_object_or_404(rows, pk__in=mine.values("note_id"), child=child)
    return found


@about_child("team")
def cosign(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Read a draft that one was offered, co-sign it, or give it back with words (`give_back`)."""
    found = offered_to_me(child, note)
    form = ShownForm(request.POST or None)
    moved = False
    if request.method == "POST" and form.is_valid():
        try:
            cosigning.cosign(child=child, note=found, sha256=form.cleaned_data["sha256"])
            messages.success(request, _("Co-signed. The note is signed and can only be added to."))
            return redirect("note", child.public_id, found.pk)
        except Stale:
            moved = True
    return answer_page(request, child, found, moved=moved)


def answer_page(
    request: HttpRequest, child: Child, note: ProgressNote, back: GiveBackForm | None = None, *, moved: bool = False
) -> HttpResponse:
    """The text, who will read it once it is co-signed, and both answers."""
    sha256 = sections_hash(note)
    try:
        signing = partial(cosigning.cosign, child=child, note=note, sha256=sha256)
        reading = sorted(names_reading(readers_if(child, signing)))
    except Stale:  # its author is no therapist of the child any more, and signs nothing
        reading = []
    if back is None:
        back = GiveBackForm(initial={"sha256": sha256}, auto_id="back_%s")
    elif moved:
        said: Any = back.data
        back.data = {**said.dict(), "sha256": sha256}
    audit.record("note_read", child=child, shown=[note.pk], request=request)
    context = {
        **shown(child, note),
        "form": ShownForm(initial={"sha256": sha256}),
        "back_form": back,
        "moved": moved,
        "readers": reading,
        "names": names_of({note.author_id}),
    }
    return render(request, "sessions_log/note_cosign.html", context, status=409 if moved else 200)


@require_POST
@about_child("team")
def give_back(request: HttpRequest, child: Child, note: UUID) -> HttpResponse:
    """Give the draft back to its author with words."""
    found = offered_to_me(child, note)
    form = GiveBackForm(request.POST, auto_id="back_%s")
    if not form.is_valid():
        return answer_page(request, child, found, form)
    try:
        cosigning.give_back(child=child, note=found, **form.cleaned_data)
    except Stale:
        return answer_page(request, child, found, form, moved=True)
    messages.success(request, _("Given back, with your words."))
    return redirect("note", child.public_id, found.pk)
