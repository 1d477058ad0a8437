"""Updates from home: posting, reading, sharing, answering."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import about_child
from accounts.actions.once import SentBefore
from accounts.models import Child
from accounts.models.people import names_of
from accounts.reads import co_guardians, is_out_of_reach
from accounts.visibility import viewer
from sessions_log.actions import home as actions
from sessions_log.enums import MarkKind
from sessions_log.forms.common import sent_before
from sessions_log.forms.home import ReplyForm, UpdateForm
from sessions_log.models import HomeUpdate, Mark, Reply
from sessions_log.reads import current_words, shared_with


@about_child("own")
def new(request: HttpRequest, child: Child) -> HttpResponse:
    """Write an update, and choose who reads it besides the team."""
    others = co_guardians(child) if viewer().stands_in("guardians", child.pk) else []
    people = [other.person for other in others]
    form = UpdateForm(request.POST or None, others=people, initial={"observed_at": timezone.localtime()})
    if request.method == "POST" and form.is_valid():
        try:
            update = actions.post_update(
                child=child,
                share_with=form.cleaned_data["share_with"],
                form_key=form.cleaned_data["form_key"],
                **form.words(),
            )
            messages.success(request, _("Your update is with %(child)s's care team.") % {"child": child.name})
            return redirect("update", child.public_id, update.pk)
        except SentBefore:
            sent_before(form)
    audit.record("form_read", child=child, request=request)
    return render(request, "sessions_log/update_new.html", {"child": child, "form": form, "others": others})


@about_child("team", "own")
def read(request: HttpRequest, child: Child, update: UUID, reply_form: ReplyForm | None = None) -> HttpResponse:
    """An update: its words; for its author and the team the answers; for its author whom it is shared with."""
    me = viewer()
    found = get_object_or_404(HomeUpdate.objects.visible(), pk=update, child=child)
    replies = list(Reply.objects.visible().filter(update=found).order_by("posted_at", "pk"))
    marks = list(Mark.objects.visible().filter(update=found).order_by("marked_at", "pk"))
    is_author, is_team = found.author_id == me.person_id, me.stands_in("team", child.pk)
    shared = shared_with(found) if is_author or is_team else []
    people = {found.author_id, *shared, *(r.author_id for r in replies), *(m.marked_by_id for m in marks)}
    audit.record("update_read", child=child, shown=[found.pk, *(reply.pk for reply in replies)], request=request)
    others = co_guardians(child) if is_author and me.stands_in("guardians", child.pk) else []
    context = {
        "child": child,
        "update": found,
        "words": current_words([found])[found.pk],
        "replies": replies,
        "marks": marks,
        "names": names_of(people),
        "shared": shared,
        "others": [(other, other.person.pk in shared) for other in others],
        "is_author": is_author,
        "is_team": is_team,
        "out_of_reach": is_team and is_out_of_reach(found.author_id, child),
        "reply_form": (reply_form or ReplyForm()) if is_team else None,
        "mark_kinds": MarkKind.choices if is_team else [],
    }
    return render(request, "sessions_log/update_read.html", context)


@require_POST
@about_child("team")
def reply(request: HttpRequest, child: Child, update: UUID) -> HttpResponse:
    """Answer an update."""
    found = get_object_or_404(HomeUpdate.objects.visible(), pk=update, child=child, error_at__isnull=True)
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
        return read(request, child.public_id, update, reply_form=form)
    if unreached:
        messages.warning(request, _("Your reply is recorded. It does not reach its reader."))
    else:
        messages.success(request, _("Your reply is sent."))
    return redirect("update", child.public_id, found.pk)


@require_POST
@about_child("team")
def mark(request: HttpRequest, child: Child, update: UUID) -> HttpResponse:
    """Seen, used in session, let's talk: one tap, answered by the marks alone where the browser can swap them in."""
    found = get_object_or_404(HomeUpdate.objects.visible(), pk=update, child=child, error_at__isnull=True)
    kind = request.POST.get("kind", "")
    if kind not in MarkKind.values:
        raise Http404
    actions.mark_update(child=child, update=found, kind=kind)
    if getattr(request, "htmx", False):
        marks = list(Mark.objects.visible().filter(update=found).order_by("marked_at", "pk"))
        context = {"marks": marks, "names": names_of(item.marked_by_id for item in marks)}
        return render(request, "sessions_log/update_read.html#marks", context)
    return redirect("update", child.public_id, found.pk)


@require_POST
@about_child("guardians")
def share(request: HttpRequest, child: Child, update: UUID) -> HttpResponse:
    """Show one's own update to another guardian, or take that back."""
    found = get_object_or_404(HomeUpdate.objects.visible(), pk=update, child=child, author_id=viewer().person_id)
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
