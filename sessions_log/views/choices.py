"""The words and templates a practice adds, for its staff."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import for_places
from accounts.models import Practice
from accounts.visibility import viewer
from sessions_log.actions.choices import Gone, There, add_choice, bring_back, change_choice, retire_choice
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
    if "back" in request.POST:
        return brought_back(request)
    changing = asked_to_change(request)
    if changing and changing[1].is_bound and changed(request, *changing):
        return redirect("choices")
    kind = "" if changing else request.POST.get("kind", "")
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
    ours = PracticeChoice.objects.visible().filter(practice__in=practices)
    found = list(ours.filter(retired_at__isnull=True).order_by("kind", "group", "name", "pk")[:MOST])
    audit.record("choices_read", practices=[where.pk for where in practices], request=request)
    context = {
        "parts": parts(forms, found, practices), "several": len(practices) > 1, "changing": changing,
        "off": taken_off(ours, found),
    }  # fmt: skip
    return render(request, "sessions_log/choices.html", context)


def parts(forms: dict[ChoiceKind, ChoiceForm], found: list[PracticeChoice], practices: list[Practice]) -> list[Any]:
    """Each kind with its entries (the choice, where it stands, whose it is) and its form."""
    groups, names = dict(TechniqueGroup.choices), {where.pk: where.name for where in practices}
    return [
        (kind, [(c, groups.get(c.group, ""), names[c.practice_id]) for c in found if c.kind == kind], form)
        for kind, form in forms.items()
    ]


def taken_off(ours: QuerySet[PracticeChoice], found: list[PracticeChoice]) -> list[PracticeChoice]:
    """What was taken off and may be brought back: the last of each name, and none that stands on the pages."""
    there = {(choice.practice_id, choice.kind, choice.name) for choice in found}
    last: dict[tuple[int, str, str], PracticeChoice] = {}
    for choice in ours.filter(retired_at__isnull=False).order_by("-retired_at", "pk")[:MOST]:
        last.setdefault((choice.practice_id, choice.kind, choice.name), choice)
    return sorted((c for key, c in last.items() if key not in there), key=lambda c: (c.kind, c.name.casefold()))


def found_by(value: str) -> PracticeChoice:
    """The word with this id. Raises Http404."""
    try:
        key = UUID(value)
    except ValueError:
        raise Http404 from None
    found: PracticeChoice = get_object_or_404(PracticeChoice.objects.visible().select_related("practice"), pk=key)
    return found


def asked_to_change(request: HttpRequest) -> tuple[PracticeChoice, ChoiceForm] | None:
    """The word somebody wants to say otherwise, and its form; None when nobody does."""
    sent = request.POST if "change" in request.POST else request.GET
    if "change" not in sent:
        return None
    choice = found_by(sent["change"])
    if choice.retired_at is not None:
        raise Http404
    return choice, ChoiceForm.of(choice, request.POST if sent is request.POST else None)


def changed(request: HttpRequest, choice: PracticeChoice, form: ChoiceForm) -> bool:
    """Whether it is said otherwise now."""
    if not form.is_valid():
        return False
    said = form.said()
    try:
        change_choice(choice=choice, name=said["name"], group=said["group"], sections=said["sections"])
    except There:
        form.add_error("name", _("The practice has this already."))
        return False
    except Gone:
        messages.warning(request, _("Somebody took it off meanwhile. Nothing was changed."))
        return True
    messages.success(request, _("Changed. What was written with the old words stays as it is."))
    return True


def brought_back(request: HttpRequest) -> HttpResponse:
    """Put one on the pages again."""
    choice = found_by(request.POST["back"])
    try:
        bring_back(choice=choice)
        messages.success(request, _("Back again. Everyone in the practice finds it from now on."))
    except There:
        messages.success(request, _("The practice has this already."))
    return redirect("choices")


def retire(request: HttpRequest) -> HttpResponse:
    """Take one off the pages."""
    retire_choice(choice=found_by(request.POST["retire"]))
    messages.success(request, _("Taken off. What was written with it stays as it is."))
    return redirect("choices")
