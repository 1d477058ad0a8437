"""A therapist leaves, or gives children to a colleague: whose, to whom, from when; what it means; then all of it at once."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import for_places, recent_sign_in
from accounts.actions.circle import Clash, DoneBefore, Stale
from accounts.actions.hand_over import hand_over as pass_on
from accounts.actions.hand_over import take_hand_over_back
from accounts.circle_reads import staff_to_tie
from accounts.circle_words import last_word, when
from accounts.hand_over_forms import HandOverForm
from accounts.hand_over_reads import Case, Leaver, caseload, children_ahead, hand_overs_ahead, leavers, state_of
from accounts.views.circle_change import EDIT, SAVE, step_of
from accounts.visibility import viewer


def reasons() -> dict[str, str]:
    """Why a child cannot go over, in words."""
    return {
        "family": _("is or was family of this child, and can never be its therapist"),
        "shared": _("treats this child already; end the other row on the circle page"),
        "ends": _("stands here for some hours or until a day alone: it ends by itself"),
        "begins": _("the row has not begun by then"),
    }


@for_places("admin")
@recent_sign_in
def hand_over(request: HttpRequest) -> HttpResponse:
    """Who has children to hand over, and what is planned; with one of them chosen, the form, then the preview."""
    found = leavers()
    key = request.GET.get("who", "")
    leaver = next((one for one in found if one.key == key), None)
    if leaver is None:
        if key:
            raise Http404
        ahead = [(one, when(timezone.localtime(one.effective, zone_of(one.zone)))) for one in hand_overs_ahead()]
        audit.record("circle_read", practices=viewer().places["admin"], request=request)
        return render(request, "accounts/hand_over.html", {"leavers": found, "ahead": ahead})
    staff = [one for one in staff_to_tie(leaver.practice) if one.pk != leaver.person.pk]
    children = [case.child for case in caseload(leaver, None, viewer().moment)]
    form = HandOverForm(request.POST or None, practice=leaver.practice, staff=staff, children=children)
    audit.record("circle_read", practices=[leaver.practice.pk], shown=[c.public_id for c in children], request=request)
    if request.method == "POST" and form.is_valid() and step_of(request) != EDIT:
        return done_or_looked_at(request, form, leaver)
    context = {"form": form, "leaver": leaver, "any": bool(staff)}
    return render(request, "accounts/hand_over_form.html", context)


def zone_of(name: str) -> ZoneInfo:
    """A practice's time zone by its name."""
    return ZoneInfo(name)


def done_or_looked_at(request: HttpRequest, form: HandOverForm, leaver: Leaver) -> HttpResponse:
    """The preview, or the act."""
    data, to, warn = form.cleaned_data, form.receiver, ""
    if step_of(request) == SAVE:
        try:
            number = pass_on(
                leaver=leaver, to=to.pk, children=form.chosen, at=data["moment"], evidence=data["evidence"],
                seen=data["seen"], key=data["form_key"],
            )  # fmt: skip
            said = _("Saved: %(number)s of %(old)s's children go to %(new)s.")
            messages.success(request, said % {"number": number, "old": leaver.person.name, "new": to.name})
            return redirect("hand_over")
        except DoneBefore:
            return redirect("hand_over")
        except Stale:
            warn = _(
                "The caseload changed after you opened it. Nothing is saved yet: this is what it would mean now. Look again, "
                "then save."
            )
        except Clash:
            warn = _("This could not be saved for all of them, so it was saved for none. Look at each child's circle.")
    at = data["moment"] or viewer().moment
    cases = [case for case in caseload(leaver, to.pk, at) if case.child.pk in form.chosen]
    words = reasons()
    left: list[tuple[Case, str]] = [(case, words[case.reason]) for case in cases if case.reason]
    context = {
        "form": form, "leaver": leaver, "to": to, "warn": warn, "seen": state_of(cases), "left": left,
        "going": [case for case in cases if not case.reason],
        "begins": last_word(when(timezone.localtime(at, leaver.practice.zone))) if data["moment"] else "",
    }  # fmt: skip
    return render(request, "accounts/hand_over_preview.html", context)


@for_places("admin")
@recent_sign_in
def hand_over_take_back(request: HttpRequest, bundle: UUID) -> HttpResponse:
    """What is planned is taken back for every child it still stands for."""
    ahead = next((one for one in hand_overs_ahead() if one.bundle == bundle), None)
    if ahead is None:
        raise Http404
    children = children_ahead(bundle)
    if request.method == "POST":
        try:
            take_hand_over_back(bundle=bundle)
            messages.success(request, _("Taken back. %(old)s goes on as before.") % {"old": ahead.old})
        except Stale:
            messages.warning(
                request, _("There is nothing to take back any more: it has begun, or was taken back before.")
            )
        except Clash:
            messages.error(request, _("A later plan rests on this one. Take that back first; nothing was changed."))
        return redirect("hand_over")
    audit.record(
        "circle_read", practices=viewer().places["admin"], shown=[c.public_id for c in children], request=request
    )
    begins = when(timezone.localtime(ahead.effective, zone_of(ahead.zone)))
    context = {"ahead": ahead, "children": children, "begins": begins}
    return render(request, "accounts/hand_over_take_back.html", context)
