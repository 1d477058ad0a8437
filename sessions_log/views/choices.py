"""The words and templates a practice adds, for its staff."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import for_places
from accounts.models import Practice
from accounts.visibility import viewer
from sessions_log.actions.choices import There, add_choice, retire_choice
from sessions_log.enums import ChoiceKind
from sessions_log.forms.choices import ChoiceForm
from sessions_log.models import PracticeChoice
from sessions_log.vocabulary import TechniqueGroup

MOST = 500  # shown at once; a practice has some dozens


@for_places("member")
def choices(request: HttpRequest) -> HttpResponse:
    """What there is, by kind; one more of each; taking one off."""
    practices = list(Practice.objects.visible().filter(pk__in=viewer().places["member"]).order_by("name", "pk"))
    if "retire" in request.POST:
        return retire(request)
    kind = request.POST.get("kind", "")
    forms = {
        each: ChoiceForm(request.POST if each == kind else None, kind=each, practices=practices) for each in ChoiceKind
    }
    form = forms.get(ChoiceKind(kind)) if kind in ChoiceKind.values else None
    if form and form.is_valid():
        try:
            add_choice(**form.said())
            messages.success(request, _("Added. Everyone in the practice finds it from now on."))
            return redirect("choices")
        except There:
            form.add_error("name", _("The practice has this already."))
    found = list(
        PracticeChoice.objects.visible()
        .filter(practice__in=practices, retired_at__isnull=True)
        .order_by("kind", "group", "name", "pk")[:MOST]
    )
    audit.record("choices_read", practices=[where.pk for where in practices], request=request)
    context = {"parts": parts(forms, found, practices), "several": len(practices) > 1}
    return render(request, "sessions_log/choices.html", context)


def parts(forms: dict[ChoiceKind, ChoiceForm], found: list[PracticeChoice], practices: list[Practice]) -> list[Any]:
    """Each kind with its entries (the choice, where it stands, whose it is) and its form."""
    groups, names = dict(TechniqueGroup.choices), {where.pk: where.name for where in practices}
    return [
        (kind, [(c, groups.get(c.group, ""), names[c.practice_id]) for c in found if c.kind == kind], form)
        for kind, form in forms.items()
    ]


def retire(request: HttpRequest) -> HttpResponse:
    """Take one off the pages."""
    try:
        key = UUID(request.POST["retire"])
    except ValueError:
        raise Http404 from None
    retire_choice(choice=get_object_or_404(PracticeChoice.objects.visible(), pk=key))
    messages.success(request, _("Taken off. What was written with it stays as it is."))
    return redirect("choices")
