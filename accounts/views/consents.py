"""Consents to helpers, and limits of confidentiality explained: both come before a summary is shared."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import about_child
from accounts.actions.consents import explain, record_consent, withdraw_consent
from accounts.circle_forms import ConsentForm, ExplanationForm
from accounts.circle_reads import Circle, circle_of
from accounts.enums import Authority, CircleRole
from accounts.models import Child, CircleRow, Explanation, HelperConsent
from accounts.models.people import names_of
from accounts.views.circle import row_of


def begun(child: Child, row: UUID, circle: Circle) -> CircleRow:
    """A row that holds now. Raises Http404."""
    found = row_of(child, row)
    if found.starts > circle.moment or (found.ends is not None and found.ends <= circle.moment):
        raise Http404
    return found


@about_child("therapist")
def helper_consent(request: HttpRequest, child: Child, row: UUID) -> HttpResponse:
    """Who let the helper in, for what, until when."""
    circle = circle_of(child)
    found = begun(child, row, circle)
    if found.role != CircleRole.HELPER:
        raise Http404
    full = [one.person_id for one in circle.at(circle.moment) if one.authority == Authority.FULL]
    givers = [(number, circle.names[number]) for number in dict.fromkeys(full) if number in circle.names]
    form = ConsentForm(request.POST or None, circle=circle, givers=givers)
    if request.method == "POST" and form.is_valid():
        given, until = form.cleaned_data["given_on"], form.cleaned_data["until"]
        record_consent(
            child=child, row=found, given_by=form.giver, scope=form.cleaned_data["scope"],
            given_at=form.midnight(given) if given < form.today else circle.moment,
            until=form.midnight(until + timedelta(days=1)) if until else None,
        )  # fmt: skip
        messages.success(request, _("The consent is recorded."))
        return redirect("circle", child.public_id)
    audit.record("circle_read", child=child, shown=[child.public_id, found.pk], request=request)
    context = {"child": child, "form": form, "name": circle.names.get(found.person_id, ""), "any": bool(givers)}
    return render(request, "accounts/helper_consent.html", context)


@about_child("therapist")
def consent_withdraw(request: HttpRequest, child: Child, consent: UUID) -> HttpResponse:
    """A consent stands no longer."""
    found = get_object_or_404(HelperConsent.objects.visible().select_related("circle_row"), pk=consent, child=child)
    name = names_of([found.circle_row.person_id]).get(found.circle_row.person_id, _("someone else"))
    if request.method == "POST":
        if withdraw_consent(child=child, consent=found):
            messages.success(request, _("Withdrawn. Nothing more can be shared with %(name)s.") % {"name": name})
        return redirect("circle", child.public_id)
    audit.record("circle_read", child=child, shown=[child.public_id, found.pk], request=request)
    return render(request, "accounts/consent_withdraw.html", {"child": child, "consent": found, "name": name})


@about_child("therapist")
def limits_explained(request: HttpRequest, child: Child, row: UUID) -> HttpResponse:
    """The limits of confidentiality were explained to a guardian."""
    circle = circle_of(child)
    found = begun(child, row, circle)
    if found.authority not in (Authority.FULL, Authority.INFORMED):
        raise Http404
    form = ExplanationForm(request.POST or None, circle=circle)
    if Explanation.objects.visible().filter(child=child, person_id=found.person_id).exists():
        return redirect("circle", child.public_id)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["explained_on"]
        explain(child=child, person=found.person_id, at=form.midnight(day) if day < form.today else circle.moment)
        messages.success(request, _("Noted. Summaries can be shared from now on."))
        return redirect("circle", child.public_id)
    audit.record("circle_read", child=child, shown=[child.public_id, found.pk], request=request)
    context = {"child": child, "form": form, "name": circle.names.get(found.person_id, _("someone else"))}
    return render(request, "accounts/limits_explained.html", context)
