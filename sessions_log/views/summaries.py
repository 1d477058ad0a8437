"""Writing a summary, recording the wish, choosing readers, reading."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.access import about_child, by_itself
from accounts.actions.once import SentBefore
from accounts.models import Child, Person
from accounts.models.people import names_of
from accounts.reads import Reader, possible_readers
from accounts.visibility import viewer
from carebridge.lib.lists import joined
from sessions_log import see_as
from sessions_log.actions import summaries as actions
from sessions_log.actions.notes import Stale
from sessions_log.enums import OverrideGround
from sessions_log.error_reads import enterable
from sessions_log.forms.common import renew, sent_before
from sessions_log.forms.summaries import ReleaseForm, SummaryForm, WishForm
from sessions_log.models import Release, Session, Summary
from sessions_log.plainness import plainness
from sessions_log.summary_reads import MOST, history, wish_of
from sessions_log.views import errors, saving
from sessions_log.views.shared import young_side
from sessions_log.who_reads import names_reading, readers_if


@about_child("therapist")
def new(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """Write a summary. Nobody of the family reads it yet."""
    held = get_object_or_404(Session.objects.visible(), pk=session, child=child, error_at__isnull=True)
    form = SummaryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            summary = actions.write_summary(child=child, session=held, body=data["body"], form_key=data["form_key"])
            return redirect("summary", child.public_id, summary.pk)
        except SentBefore:
            sent_before(form)
    audit.record("form_read", child=child, shown=[held.pk], request=request)
    context = {"child": child, "session": held, "form": form, "plain": plainness(str(form["body"].value() or ""))}
    return render(request, "sessions_log/summary_edit.html", context)


@require_POST
@by_itself()
@about_child("therapist")
def new_autosave(request: HttpRequest, child: Child, session: UUID) -> HttpResponse:
    """Keep the first words: they make the summary, whose address the page goes on with."""
    held = get_object_or_404(Session.objects.visible(), pk=session, child=child, error_at__isnull=True)
    form = SummaryForm(request.POST)
    if not request.POST.get("body", "").strip():
        return saving.saved()
    if not form.is_valid():
        return saving.refused(form)
    data = form.cleaned_data
    try:
        summary = actions.keep_words(
            child=child, session=held, body=data["body"], form_key=data["form_key"], seen=data["seen"]
        )
    except (Stale, SentBefore):
        return saving.stale()
    names = ("summary_edit", "summary_autosave")
    address, going_on = (reverse(name, args=[child.public_id, summary.pk]) for name in names)
    return saving.saved(summary.changed_at, address=address, autosave=going_on)


@require_GET
@about_child("team", "family", "helper")
def read(request: HttpRequest, child: Child, summary: UUID) -> HttpResponse:
    """The summary, and that it was read. For the team also the child's wish, who reads it, and what there is to do; for the
    young person the wish and who reads it (worked case 5)."""
    found = get_object_or_404(Summary.objects.visible(), pk=summary, child=child)
    actions.mark_read([found.pk])
    audit.record("summary_read", child=child, shown=[found.pk], request=request)
    context: dict[str, Any] = {"child": child, "summary": found, "names": names_of({found.author_id})}
    if viewer().stands_in("team", child.pk):
        context |= team_side(child, found)
    elif viewer().stands_in("young", child.pk):
        context |= young_side(found)
    return render(request, "sessions_log/summary_read.html", context)


def team_side(child: Child, summary: Summary) -> dict[str, Any]:
    """What the team sees beside the text: wish, who reads it now, and what has happened to it, in order."""
    releases = list(Release.objects.visible().filter(summary=summary).order_by("released_at", "pk")[:MOST])
    wish = wish_of(summary)
    steps = history(summary, releases)
    read_at = {step.release: step.at for step in steps if step.kind == "read"}
    standing = [release for release in releases if release.withdrawn_at is None]
    known = [release.recipient_id for release in standing]
    public_ids = dict(Person.objects.visible().filter(pk__in=known).values_list("pk", "public_id"))
    against = {step.release: step.override for step in steps if step.override}
    people = {summary.author_id, *(n for step in steps for n in (step.who, step.to))}
    people |= {number for step in steps if step.wish for number in step.wish.not_to}
    return {
        "names": names_of(people - {None}),
        "wish": wish,
        "history": steps,
        "readers": [
            {
                "release": release,
                "public_id": public_ids.get(release.recipient_id),
                "read_at": read_at.get(release.pk),
                "override": against.get(release.pk),
                "reached": actions.reaches(summary=summary, person_id=release.recipient_id),
            }
            for release in standing
        ],
        "released_before": bool(releases),
        "is_team": True,
        "is_therapist": viewer().stands_in("therapist", child.pk),
        "is_author": summary.author_id == viewer().person_id,
        "to_correct": enterable(Summary.objects.visible()).filter(pk=summary.pk).exists(),
    }


@about_child("therapist")
def edit(request: HttpRequest, child: Child, summary: UUID) -> HttpResponse:
    """Go on writing a summary that nobody has been given yet; a released one never changes."""
    found = get_object_or_404(
        Summary.objects.visible().select_related("session"),
        pk=summary,
        child=child,
        author_id=viewer().person_id,
        error_at__isnull=True,
    )
    if Release.objects.visible().filter(summary=found).exists():
        raise Http404
    form = SummaryForm(request.POST or None, initial={"seen": found.changed_at.isoformat(), "body": found.body})
    stale = False
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_summary(
                child=child, summary=found, body=form.cleaned_data["body"], seen=form.cleaned_data["seen"]
            )
            return redirect("summary", child.public_id, found.pk)
        except Stale:
            stale = True
            renew(form, found.changed_at)
    audit.record("summary_read", child=child, shown=[found.pk], request=request)
    plain = plainness(str(form["body"].value() or ""))
    context = {"child": child, "session": found.session, "form": form, "summary": found, "stale": stale, "plain": plain}
    return render(request, "sessions_log/summary_edit.html", context, status=409 if stale else 200)


@require_POST
@by_itself()
@about_child("therapist")
def autosave(request: HttpRequest, child: Child, summary: UUID) -> HttpResponse:
    """Keep the words while they are being written; a released summary never changes."""
    mine = Summary.objects.visible().filter(author_id=viewer().person_id, error_at__isnull=True)
    found = get_object_or_404(mine, pk=summary, child=child)
    if Release.objects.visible().filter(summary=found).exists():
        raise Http404
    form = SummaryForm(request.POST)
    if not form.is_valid():
        return saving.refused(form)
    data = form.cleaned_data
    try:
        return saving.saved(
            actions.change_summary(child=child, summary=found, body=data["body"], seen=data["seen"], by_hand=False)
        )
    except Stale:
        return saving.stale()


@about_child("team")
def error(request: HttpRequest, child: Child, summary: UUID) -> HttpResponse:
    """Enter a summary in error; wish and releases go along, so its readers find nothing from then on."""
    found = get_object_or_404(enterable(Summary.objects.visible()), pk=summary, child=child)
    back = reverse("summary", args=[child.public_id, found.pk])
    return errors.confirm(request, child=child, item=found, title=_("Summary"), back=back)


@about_child("therapist")
def share(request: HttpRequest, child: Child, summary: UUID) -> HttpResponse:
    """Choose readers, the child's wish on top; then see it as each of them; then one button that names them."""
    found = get_object_or_404(Summary.objects.visible(), pk=summary, child=child, error_at__isnull=True)
    readers = possible_readers(child)
    form = ReleaseForm(request.POST or None, readers=readers)
    if request.method == "POST" and form.is_valid():
        context = share_context(child, found, form, readers)
        if "confirmed" not in request.POST:
            return preview(request, form, context)
        if missing := not_yet_seen(request.POST.get("previewed", ""), child, form, context):
            return preview(request, form, context, missing)
        try:
            data = form.cleaned_data
            unreached = actions.release_summary(
                child=child,
                summary=found,
                readers=form.chosen(),
                ground=data["ground"],
                explanation=data["explanation"].strip(),
                send_anyway=data["send_anyway"],
            )
        except actions.Refused as refusal:
            return preview(request, form, context, refusal.code, refusal.person_id)
        tell_therapist(request, form.chosen(), unreached)
        return redirect("summary", child.public_id, found.pk)
    audit.record("summary_read", child=child, shown=[found.pk], request=request)
    return render(request, "sessions_log/summary_share.html", share_context(child, found, form, readers))


def not_yet_seen(mark: str, child: Child, form: ReleaseForm, context: dict[str, Any]) -> str:
    """Why the chosen readers' preview must be shown (again) before anything is shared, as a code; empty if it need not."""
    seen = see_as.unseal(mark, context["summary"])
    if seen is not None and seen.state != context["state"]:
        return "moved"
    needed = see_as.must_see(child, form.chosen())
    return "unseen" if needed - (seen.readers if seen else set()) else ""


def share_context(child: Child, summary: Summary, form: ReleaseForm, readers: list[Reader]) -> dict[str, Any]:
    """What both steps of sharing show: the wish, and every possible reader with how it stands."""
    wish = wish_of(summary)
    released = Release.objects.visible().filter(summary=summary, withdrawn_at__isnull=True)
    reached = {
        person: actions.reaches(summary=summary, person_id=person)
        for person in released.order_by("released_at", "pk").values_list("recipient_id", flat=True)
    }
    moment = viewer().moment
    against = {r.person.pk: actions.against_wish(child=child, wish=wish, reader=r, moment=moment) for r in readers}
    # What the preview rests on. When any of it has moved by the time of the confirmation, it is shown anew.
    states = [f"{r.person.pk}:{r.choosable}:{r.quiet}:{r.named}:{against[r.person.pk]}" for r in readers]
    said = wish.recorded_at.isoformat() if wish else ""
    return {
        "state": sha256("|".join([summary.changed_at.isoformat(), said, *states]).encode()).hexdigest(),
        "child": child,
        "summary": summary,
        "names": names_of({summary.author_id}),
        "form": form,
        "wish": wish,
        "unasked": wish is None or wish.unasked,
        "wish_form": WishForm(
            readers=readers,
            initial=(
                {
                    "seen": wish.recorded_at.isoformat(),
                    "kind": wish.kind,
                    "not_to": [str(r.person.public_id) for r in readers if r.person.pk in wish.not_to],
                }
                if wish
                else {}
            ),
        ),
        "plain": plainness(summary.body),
        "binding": moment >= child.comes_of(child.practice.assent_age),
        "readers": [
            {
                "reader": reader,
                "standing": reached.get(reader.person.pk, False),
                "unreached": not reached.get(reader.person.pk, True),
                "against": against[reader.person.pk],
            }
            for reader in readers
        ],
    }


def preview(
    request: HttpRequest, form: ReleaseForm, context: dict[str, Any], refusal: str = "", refused_for: int = 0
) -> HttpResponse:
    """The exact words as each chosen reader will see them, and what has to be said before they go.

    `refusal`: why nothing was shared, as a code; `refused_for`: the reader it was about, if the action refused.
    """
    refused = refusal not in {"", "moved", "unseen"}
    action, data = ("release_refused", {"why": refusal, "to": refused_for}) if refused else ("summary_read", {})
    audit.record(action, child=context["child"], shown=[context["summary"].pk], data=data, request=request)
    chosen = form.chosen()
    numbers = {reader.person.pk for reader in chosen}
    context |= {
        "chosen": [entry for entry in context["readers"] if entry["reader"].person.pk in numbers],
        "overriding": [e for e in context["readers"] if e["reader"].person.pk in numbers and e["against"]],
        "quiet": [reader for reader in chosen if reader.quiet],
        "who": joined([reader.person.name for reader in chosen]),
        "then": then_read_by(context["child"], context["summary"], chosen),
        "mark": see_as.seal(context["summary"], context["state"], chosen),
        "refusal": refusal,
    }
    return render(request, "sessions_log/summary_preview.html", context, status=409 if refusal else 200)


def then_read_by(child: Child, summary: Summary, chosen: list[Reader]) -> list[str]:
    """Who of the circle would read it once it is shared: tried, and taken back. Nobody, where it could not be shared so."""

    def share_it() -> Summary:
        ground, explained = OverrideGround.SAFETY, "…"  # kept nowhere: what is tried is taken back
        actions.release_summary(
            child=child, summary=summary, readers=chosen, ground=ground, explanation=explained, send_anyway=True
        )
        return summary

    try:
        return names_reading(readers_if(child, share_it))
    except actions.Refused:
        return []


def tell_therapist(request: HttpRequest, chosen: list[Reader], unreached: list[Reader]) -> None:
    """Who reads it now, and whom it will not reach."""
    reached = [reader.person.name for reader in chosen if reader not in unreached]
    if reached:
        messages.success(request, _("Shared with %(who)s.") % {"who": joined(reached)})
    for reader in unreached:
        messages.warning(request, _("This will not reach %(who)s.") % {"who": reader.person.name})


@require_POST
@about_child("therapist")
def wish(request: HttpRequest, child: Child, summary: UUID) -> HttpResponse:
    """Record what the child said about sharing this summary."""
    found = get_object_or_404(Summary.objects.visible(), pk=summary, child=child, error_at__isnull=True)
    readers = possible_readers(child)
    form = WishForm(request.POST, readers=readers)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.record_wish(child=child, summary=found, **{name: data[name] for name in WishForm.ANSWERS})
            messages.success(request, _("What %(child)s said is recorded.") % {"child": child.name})
            return redirect("summary_share", child.public_id, found.pk)
        except Stale:
            last = wish_of(found)
            renew(form, last.recorded_at if last else viewer().moment)
            form.add_error(
                None, _("Someone recorded what was said after you opened this page. Look at it, then save again.")
            )
    audit.record("summary_read", child=child, shown=[found.pk], request=request)
    context = share_context(child, found, ReleaseForm(readers=readers), readers) | {"wish_form": form}
    return render(request, "sessions_log/summary_share.html", context)
