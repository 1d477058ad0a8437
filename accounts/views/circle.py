"""The circle of a child: who stands there, what is planned, what was done."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import about_child, recent_sign_in
from accounts.actions.circle import Clash, Stale, take_back
from accounts.actions.reviews import mark_reviewed
from accounts.circle_lines import Page, PlanLine, history, may
from accounts.circle_reads import changes_of, circle_of
from accounts.enums import CircleRole
from accounts.models import Child, CircleRow, RowReview

PAGE = 30  # lines of the history


@require_safe
@about_child("team", "admin", "lead")
def circle(request: HttpRequest, child: Child) -> HttpResponse:
    """Everyone around the child, with what staff need to reach them; then the plans, what is over and the history."""
    here = circle_of(child)
    page = Page(here)
    past = Paginator(changes_of(child), PAGE).get_page(request.GET.get("history", "1"))
    lines = history(here, list(past.object_list))
    shown = [child.public_id, *(row.pk for row in here.rows), *(line.change.pk for line in lines)]
    audit.record("circle_read", child=child, shown=shown, request=request)
    context: dict[str, Any] = {
        "child": child, "may": page.may, "homes": page.homes(), "therapists": page.of_role(CircleRole.THERAPIST),
        "young": page.of_role(CircleRole.YOUNG_PERSON), "helpers": page.of_role(CircleRole.HELPER),
        "plans": page.plan_lines(), "unplanned": page.unplanned(), "over": [page.line(row) for row in page.over],
        "history": lines, "past": past, "moment": here.moment,
    }  # fmt: skip
    return render(request, "accounts/circle.html", context)


def row_of(child: Child, row: UUID) -> CircleRow:
    """A row of the child's that has not ended. Raises Http404."""
    found: CircleRow = get_object_or_404(CircleRow.objects.visible(), pk=row, child=child)
    return found


@about_child("therapist", "admin")
@recent_sign_in
def circle_take_back(request: HttpRequest, child: Child, bundle: UUID) -> HttpResponse:
    """Say what goes on as before; then take a plan back."""
    here = circle_of(child)
    rights = may(child)
    lines: list[PlanLine] = [one for one in Page(here).plan_lines() if one.plan.bundle == bundle]
    if not lines or not all(rights.take_back(line.plan) for line in lines):
        raise Http404
    if request.method == "POST":
        try:
            take_back(child=child, bundle=bundle)
            messages.success(request, _("Taken back. Everything goes on as it stands; the history keeps both."))
        except Stale:
            messages.warning(
                request, _("There is nothing to take back any more: it has begun, or was taken back before.")
            )
        except Clash:
            messages.error(request, _("A later plan rests on this one. Take that back first; nothing was changed."))
        return redirect("circle", child.public_id)
    audit.record("circle_read", child=child, shown=[child.public_id, bundle], request=request)
    return render(request, "accounts/circle_take_back.html", {"child": child, "lines": lines})


@require_POST
@about_child("therapist", "admin")
def row_reviewed(request: HttpRequest, child: Child, review_id: UUID) -> HttpResponse:
    """A guardian's row was looked at again. Sent twice is once."""
    found = get_object_or_404(RowReview.objects.visible().select_related("child"), pk=review_id, child=child)
    if mark_reviewed(review=found):
        messages.success(request, _("Noted: you have looked at it."))
    return redirect("circle", child.public_id)
