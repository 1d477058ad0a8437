"""What an admin does with somebody's access: end and give it back, sign them out, let a lost second factor be taken off, look
again at a row. Each with its own page that says what follows."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import for_places
from accounts.actions.people import Over, ask_factor_reset, deactivate, end_all_sessions, reactivate
from accounts.actions.reviews import mark_reviewed
from accounts.models import Account, Child, Person, Practice, RowReview
from accounts.people_forms import LostForm, ReasonForm
from accounts.people_reads import (
    deactivation_now,
    left_alone,
    open_reset,
    sessions_of,
    ties_of,
    with_second_factor,
)
from accounts.views.people import about_person, back_to
from accounts.visibility import admins, in_place, viewer


@about_person()
def person_deactivate(request: HttpRequest, found: Person, practice: Practice) -> HttpResponse:
    """End somebody's access to the practice, after reading what that means."""
    if deactivation_now(found, practice):
        return back_to(found, practice)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            deactivate(practice=practice, person=found, reason=form.cleaned_data["reason"])
            messages.success(
                request, _("%(name)s has no access here any more, from this moment on.") % {"name": found.name}
            )
        except Over:
            messages.warning(request, _("Nothing was changed: another admin was quicker. See how it stands now."))
        return back_to(found, practice)
    moment = viewer().moment
    ties = [tie for tie in ties_of(found, practice) if tie.row.ends is None or tie.row.ends > moment]
    signed = sessions_of([found.pk]).get(found.pk)
    context = {
        "person": found, "practice": practice, "form": form, "ties": ties, "sessions": signed.open if signed else 0,
        "alone": left_alone(found, practice),
    }  # fmt: skip
    return render(request, "accounts/person_deactivate.html", context)


@about_person()
def person_reactivate(request: HttpRequest, found: Person, practice: Practice) -> HttpResponse:
    """Give the access back, after reading what counts again."""
    ended = deactivation_now(found, practice)
    if ended is None:
        return back_to(found, practice)
    if request.method == "POST":
        try:
            reactivate(practice=practice, person=found)
            messages.success(request, _("%(name)s has access again, as before.") % {"name": found.name})
        except Over:
            messages.warning(request, _("Nothing was changed: another admin was quicker. See how it stands now."))
        return back_to(found, practice)
    moment = viewer().moment
    ties = [tie for tie in ties_of(found, practice) if tie.row.ends is None or tie.row.ends > moment]
    context = {"person": found, "practice": practice, "ended": ended, "ties": ties}
    return render(request, "accounts/person_reactivate.html", context)


@about_person()
def person_sign_out(request: HttpRequest, found: Person, practice: Practice) -> HttpResponse:
    """Sign somebody out on every browser."""
    if request.method == "POST":
        ended = end_all_sessions(practice=practice, person=found)
        said = ngettext(
            "%(name)s is signed out, on %(ended)s browser.", "%(name)s is signed out, on %(ended)s browsers.", ended
        )
        messages.success(request, said % {"name": found.name, "ended": ended})
        return back_to(found, practice)
    signed = sessions_of([found.pk]).get(found.pk)
    context = {"person": found, "practice": practice, "sessions": signed.open if signed else 0}
    return render(request, "accounts/person_sign_out.html", context)


@about_person()
def factor_reset(request: HttpRequest, found: Person, practice: Practice) -> HttpResponse:
    """Somebody lost their second factor: a link is mailed by which they take it off themselves."""
    account = Account.objects.get(pk=found.pk)
    waiting = open_reset(found, practice)
    possible = bool(with_second_factor([found.pk]) and account.email and not deactivation_now(found, practice))
    form = LostForm(request.POST if request.method == "POST" else None)
    if possible and waiting is None and form.is_valid():
        try:
            ask_factor_reset(practice=practice, person=found, reason=form.cleaned_data["reason"])
            messages.success(request, _("A link is on its way to %(name)s's mailbox.") % {"name": found.name})
        except Over:
            messages.warning(request, _("A link is on its way already."))
        return back_to(found, practice)
    context = {"person": found, "practice": practice, "form": form, "possible": possible, "waiting": waiting}
    return render(request, "accounts/person_factor.html", context)


@require_POST
@for_places("admin", "therapist")
def review_done(request: HttpRequest, review: UUID) -> HttpResponse:
    """Somebody has looked at a guardian's row again. The page it was pressed on comes back: the circle's, else the person's."""
    mine = RowReview.objects.visible().filter(admins() | in_place("therapist"))
    found = get_object_or_404(mine.select_related("child", "person", "practice"), pk=review)
    if mark_reviewed(review=found):
        messages.success(request, _("Noted: you have looked at it again."))
    else:
        messages.info(request, _("Somebody has looked at it already."))
    circle = circle_of(found.child)
    if circle and (request.POST.get("from") == "circle" or not viewer().stands_in("admin", found.practice_id)):
        return HttpResponseRedirect(circle)
    if viewer().stands_in("admin", found.practice_id):
        return back_to(found.person, found.practice)
    return redirect("home")


def circle_of(child: Child) -> str:
    """The address of the child's circle."""
    try:
        return reverse("circle", args=[child.public_id])
    except NoReverseMatch:
        return ""
