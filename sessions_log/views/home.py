"""Updates from home: posting, rewording, reading, sharing, taking out, answering."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit
from accounts.access import about_child
from accounts.actions.once import SentBefore
from accounts.models import Child
from accounts.models.people import names_of
from accounts.reads import co_guardians, is_out_of_reach
from accounts.visibility import viewer
from sessions_log.actions import home as actions
from sessions_log.actions.errors import enter_in_error
from sessions_log.actions.notes import Stale
from sessions_log.enums import MarkKind
from sessions_log.error_reads import enterable, still_in, taken_out
from sessions_log.forms.common import sent_before
from sessions_log.forms.home import MarkForm, MistakeForm, ReplyForm, RewordForm, UpdateForm, told_in
from sessions_log.home_reads import (
    is_answered,
    latest,
    marks_of,
    sessions_after,
    steps_of_marks,
    steps_of_sharing,
    wordings,
)
from sessions_log.models import HomeUpdate, Reply
from sessions_log.reads import answers_to, current_words, shared_with
from sessions_log.views.errors import confirm

# --- The author's side ------------------------------------------------------------------------------------------------


@about_child("own")
def new(request: HttpRequest, child: Child) -> HttpResponse:
    """Write an update, and choose who reads it besides the team. A script that keeps the words on someone's own device
    sends the same form, and is told in JSON what became of it."""
    others = co_guardians(child) if viewer().stands_in("guardians", child.pk) else []
    form = UpdateForm(request.POST or None, others=[other.person for other in others])
    scripted = request.headers.get("X-Requested-With") == "fetch"
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            update = actions.post_update(
                child=child, share_with=data["share_with"], form_key=data["form_key"], **form.words()
            )
            messages.success(request, _("Your update is with %(child)s's care team.") % {"child": child.name})
            address = reverse("update", args=[child.public_id, update.pk])
            return JsonResponse({"address": address}) if scripted else redirect(address)
        except SentBefore:
            sent_before(form)
    audit.record("form_read", child=child, request=request)
    if scripted and request.method == "POST":
        return JsonResponse({"errors": form.errors.get_json_data()}, status=422)
    return render(request, "sessions_log/update_new.html", {"child": child, "form": form, "others": others})


@about_child("own")
def edit(request: HttpRequest, child: Child, update: UUID) -> HttpResponse:
    """Say it in other words, while nobody of the team has answered. An older window never overwrites a newer one."""
    found = mine_or_404(child, update)
    now = latest(found)
    if request.method != "POST" and is_answered(found):
        raise Http404
    form = RewordForm(request.POST or None, initial={**told_in(now.words), "seen": now.id})
    trouble = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.reword_update(
                child=child, update=found, seen=data["seen"], form_key=data["form_key"], **form.words()
            )
            messages.success(request, _("Your words are changed. What stood there before is kept, too."))
            return redirect("update", child.public_id, found.pk)
        except SentBefore:
            sent_before(form)
        except Stale:
            trouble = "stale"
        except actions.Answered:
            trouble = "answered"
    return reword_page(request, child, found, form, trouble)


def reword_page(request: HttpRequest, child: Child, update: HomeUpdate, form: RewordForm, trouble: str) -> HttpResponse:
    """The form; after trouble with the writer's words still in it, beside those that stand."""
    now = latest(update)
    if trouble:
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data["seen"] = str(now.id)  # type: ignore[index]
    audit.record("update_read", child=child, shown=[update.pk, now.id], request=request)
    context = {"child": child, "update": update, "form": form, "now": now.words, "trouble": trouble}
    return render(request, "sessions_log/update_edit.html", context, status=409 if trouble else 200)


def mine_or_404(child: Child, update: UUID) -> HomeUpdate:
    """The viewer's own update, unless they took it out."""
    own = still_in(HomeUpdate.objects.visible()).filter(author_id=viewer().person_id)
    found: HomeUpdate = get_object_or_404(own, pk=update, child=child)
    return found


@require_POST
@about_child("guardians")
def share(request: HttpRequest, child: Child, update: UUID) -> HttpResponse:
    """Show one's own update to another guardian, or take that back."""
    found = mine_or_404(child, update)
    others = {str(other.person.public_id): other.person for other in co_guardians(child)}
    person = others.get(request.POST.get("person", ""))
    if person is None:
        raise Http404
    if "withdraw" in request.POST:
        actions.withdraw_sharing(child=child, update=found, person_id=person.pk)
        messages.success(request, _("%(who)s no longer sees this update.") % {"who": person.name})
    else:
        actions.share_update(child=child, update=found, person_id=person.pk)
        messages.success(request, _("Shared with %(who)s.") % {"who": person.name})
    return redirect("update", child.public_id, found.pk)


@about_child("team", "own")
def error(request: HttpRequest, child: Child, update: UUID) -> HttpResponse:
    """Take an update out: by its author, who goes on seeing it; or by the team's supervisor, as any item."""
    found = get_object_or_404(enterable(HomeUpdate.objects.visible()), pk=update, child=child)
    back = reverse("update", args=[child.public_id, found.pk])
    if found.author_id != viewer().person_id:
        return confirm(request, child=child, item=found, title=_("From home"), back=back)
    form = MistakeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            enter_in_error(child=child, item=found, reason=form.reason())
        except Stale:
            raise Http404 from None
        messages.success(
            request, _("Your update is taken out. Only you, and who has to look after mistakes, still see it.")
        )
        return redirect(back)
    audit.record("form_read", child=child, shown=[found.pk], request=request)
    return render(request, "sessions_log/update_error.html", {"child": child, "form": form, "back": back})


# --- Reading ----------------------------------------------------------------------------------------------------------


@about_child("team", "own")
def read(request: HttpRequest, child: Child, update: UUID, reply_form: ReplyForm | None = None) -> HttpResponse:
    """An update: its words; for its author and the team what became of it; for its author whom it is shared with."""
    found = get_object_or_404(HomeUpdate.objects.visible(), pk=update, child=child)
    if viewer().stands_in("team", child.pk):
        context = team_side(child, found, reply_form)
    elif found.author_id == viewer().person_id:
        context = author_side(child, found)
    else:
        words = current_words([found])[found.pk]
        context = {
            "words": words,
            "changed": words is not found,
            "names": names_of({found.author_id}),
            "shown": [words.pk],
        }
    shown = [found.pk, *(key for key in context["shown"] if key != found.pk)]
    audit.record("update_read", child=child, shown=shown, request=request)
    return render(request, "sessions_log/update_read.html", {"child": child, "update": found, **context})


def loop(update: HomeUpdate) -> dict[str, Any]:
    """What its author and the team see: every wording, the marks, the replies."""
    out, told = taken_out(update), wordings(update)
    replies = list(Reply.objects.visible().filter(update=update).order_by("posted_at", "pk"))
    return {
        "out": out,
        "words": told[0].words,
        "changed": len(told) > 1,
        "earlier": told[1:],
        "replies": replies,
        "marks": marks_of(update),
        "mark_steps": steps_of_marks(update),
        "steps": steps_of_sharing(update),
        "wording": told[0],
        "shown": [*(wording.id for wording in told), *(reply.pk for reply in replies)],
    }


def people_in(update: HomeUpdate, context: dict[str, Any]) -> set[int]:
    """Numbers of everyone named on the page."""
    people = {update.author_id, *(step.person_id for step in context["steps"])}
    people |= {context["out"].taken_by_id} if context["out"] else set()
    for item in context["replies"]:
        people |= {item.author_id, item.error_by_id}
    return (people | {mark.marked_by_id for mark, _held in context["marks"]}) - {None}


def author_side(child: Child, update: HomeUpdate) -> dict[str, Any]:
    """Who else reads it and since when, and whether the words may still be changed."""
    context, shared = loop(update), shared_with(update)
    others = co_guardians(child) if viewer().stands_in("guardians", child.pk) else []
    return {
        **context,
        "is_author": True,
        "names": names_of(people_in(update, context)),
        "others": [(other, other.person.pk in shared) for other in others],
        "may_reword": not context["out"] and not context["mark_steps"] and not context["replies"],
    }


def team_side(child: Child, update: HomeUpdate, reply_form: ReplyForm | None) -> dict[str, Any]:
    """What there is to do, and what the author would be surprised to find overlooked: words changed after a mark."""
    context, me = loop(update), viewer().person_id
    mine = [mark.marked_at for mark, _held in context["marks"] if mark.marked_by_id == me]
    return {
        **context,
        "is_team": True,
        "names": names_of(
            people_in(update, context)
            | set(shared_with(update))
            | {mark.marked_by_id for mark in context["mark_steps"]}
        ),
        "shared": shared_with(update),
        "out_of_reach": is_out_of_reach(update.author_id, child),
        "reply_form": reply_form or ReplyForm(initial={"seen": context["wording"].id}),
        "to_correct": enterable(HomeUpdate.objects.visible()).filter(pk=update.pk).exists(),
        "correctable": set(enterable(Reply.objects.visible()).filter(update=update).values_list("pk", flat=True)),
        "mark_form": MarkForm(sessions=sessions_after(child, update)),
        "mark_kinds": MarkKind.choices,
        "mine": {mark.kind for mark, _held in context["marks"] if mark.marked_by_id == me},
        "marks_taken_back": any(mark.taken_back for mark in context["mark_steps"]),
        "changed_since": bool(mine) and context["changed"] and context["wording"].since > min(mine),
    }


# --- The team's side --------------------------------------------------------------------------------------------------


@require_POST
@about_child("team")
def reply(request: HttpRequest, child: Child, update: UUID) -> HttpResponse:
    """Answer an update."""
    found = get_object_or_404(still_in(HomeUpdate.objects.visible()), pk=update, child=child)
    form = ReplyForm(request.POST)
    unreached = is_out_of_reach(found.author_id, child)
    if form.is_valid() and unreached and "anyway" not in request.POST:
        form.add_error(
            None, _("Nothing was sent yet: since you opened this page, its reader can no longer be reached.")
        )
    if not form.is_valid():
        return read(request, child.public_id, update, reply_form=form)
    try:
        actions.reply_to_update(child=child, update=found, anyway=unreached, **form.cleaned_data)
    except SentBefore:
        sent_before(form)
    except Stale:
        form.add_error(None, _("Nothing was sent yet: its author has changed the words since you opened this page."))
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data["seen"] = str(latest(found).id)  # type: ignore[index]
    if form.errors:
        return read(request, child.public_id, update, reply_form=form)
    if unreached:
        messages.warning(request, _("Your reply is recorded. It does not reach its reader."))
    else:
        messages.success(request, _("Your reply is sent."))
    return redirect("update", child.public_id, found.pk)


@about_child("team")
def reply_error(request: HttpRequest, child: Child, reply: UUID) -> HttpResponse:
    """Take a reply out."""
    found = get_object_or_404(enterable(Reply.objects.visible()), pk=reply, child=child)
    back = reverse("update", args=[child.public_id, found.update_id])
    warning = _(
        "It vanishes at once from the page of whoever wrote the update, even if they have read it and nothing else reaches them."
    )
    return confirm(request, child=child, item=found, title=_("Reply"), back=back, warning=warning)


@require_POST
@about_child("team")
def mark(request: HttpRequest, child: Child, update: UUID) -> HttpResponse:
    """Seen, used in session, let's talk: one tap, or one to take that back, answered by the marks alone where the browser can
    swap them in."""
    found = get_object_or_404(still_in(HomeUpdate.objects.visible()), pk=update, child=child)
    back = request.POST.get("withdraw", "")
    form = MarkForm(
        {**request.POST.dict(), "kind": back} if back else request.POST, sessions=sessions_after(child, found)
    )
    if not form.is_valid():
        raise Http404
    try:
        if back:
            actions.withdraw_mark(child=child, update=found, kind=back)
        else:
            actions.mark_update(child=child, update=found, **form.cleaned_data)
    except Stale:
        messages.warning(request, _("Not marked yet: its author has changed the words since you opened the page."))
        address = reverse("update", args=[child.public_id, found.pk])
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)  # type: ignore[attr-defined]
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("update", child.public_id, found.pk)
    if (request.htmx.target or "").startswith("answers-"):  # type: ignore[attr-defined]
        context = {"child": child, "item": found, "is_team": True, "mark_kinds": MarkKind.choices}
        context |= {"words": current_words([found])[found.pk], "answers": answers_to([found])[found.pk]}
        return render(request, "components/answers.html", context)
    context = {**team_side(child, found, None), "child": child, "update": found}
    return render(request, "sessions_log/update_read.html#marks", context)
