"""The audit trail, for admins and leads. Looking at it is on it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import for_places, recent_sign_in
from accounts.models import Practice
from accounts.trail_forms import TrailForm
from accounts.trail_reads import FOUND, Filter, children_here, lines, page_of, people_here, table
from accounts.views.office import chosen
from carebridge.lib import cursor

LOOKED_FOR: dict[str, Callable[[Practice], QuerySet[Any]]] = {"person": people_here, "child": children_here}


@for_places("admin", "lead")
def trail(request: HttpRequest) -> HttpResponse:
    """One page of it, newest first, filtered by ids, codes and days."""
    where, several = chosen(request, "admin", "lead")
    asked = Filter.of(where, request.GET.dict())
    form, choices = form_of(asked), dict[str, list[Any]]()
    if request.method == "POST":
        form = TrailForm(request.POST)
        if form.is_valid():
            found, choices = look_up(form, where)
            if not choices and not form.errors:
                return redirect(address(where, several, found))
    rows, last = page_of(asked, cursor.read(request.GET.get("before", "")))
    audit.record("trail_read", practices=[where.pk], shown=asked.ids(), data=asked.codes(), request=request)
    kept = asked.address()
    older = address(where, several, {**kept, "before": cursor.written(last.at, last.pk)}) if last else ""
    context = {
        "form": form, "lines": lines(rows, where), "where": where, "several": several, "asked": asked, "older": older,
        "paged": "before" in request.GET, "kept": kept, "fresh": address(where, several, {}),
        "suffix": f"?practice={where.public_id}" if len(several) > 1 else "", "choices": links(form, where, several, choices),
    }  # fmt: skip
    return render(request, "accounts/trail.html", context)


@require_POST
@for_places("admin", "lead")
@recent_sign_in
def trail_export(request: HttpRequest) -> HttpResponse:
    """The rows that were asked for, as a table, made whole within this transaction."""
    where, _several = chosen(request, "admin", "lead")
    asked = Filter.of(where, request.POST.dict())
    text, count = table(asked)
    codes = {**asked.codes(), "rows": count}
    audit.record("trail_exported", practices=[where.pk], shown=asked.ids(), data=codes, request=request)
    named = {"Content-Disposition": 'attachment; filename="carebridge-trail.csv"'}
    return HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=named)


def address(where: Practice, several: list[Practice], values: dict[str, str]) -> str:
    """The page with this filter."""
    said = ({"practice": str(where.public_id)} if len(several) > 1 else {}) | values
    return f"{reverse('trail')}?{urlencode(said)}" if said else reverse("trail")


def form_of(asked: Filter) -> TrailForm:
    """The form, filled with what is shown."""
    return TrailForm(
        initial={
            "person": asked.person.name if asked.person else "", "child": asked.child.name if asked.child else "",
            "kind": asked.kind, "since": asked.since, "until": asked.until,
        }
    )  # fmt: skip


def look_up(form: TrailForm, where: Practice) -> tuple[dict[str, str], dict[str, list[Any]]]:
    """The filter as an address says it, and where a name means several, these. A name of nobody is said on its field."""
    data, choices = form.cleaned_data, dict[str, list[Any]]()
    found = {"kind": data["kind"], **{name: day.isoformat() for name, day in days(data) if day}}
    for name, look in LOOKED_FOR.items():
        wanted = " ".join(data[name].split())
        if not wanted:
            continue
        those: list[Any] = list(look(where).filter(name__icontains=wanted).order_by("name", "pk")[: FOUND + 1])
        exactly = [one for one in those if one.name.casefold() == wanted.casefold()]
        if len(those) == 1 or len(exactly) == 1:
            found[name] = str((exactly or those)[0].public_id)
        elif those:
            choices[name] = those[:FOUND]
        else:
            form.add_error(name, _("Nobody of that name."))
    return {name: value for name, value in found.items() if value}, choices


def days(data: dict[str, Any]) -> list[tuple[str, Any]]:
    """First and last day under the names an address has for them."""
    return [("from", data["since"]), ("until", data["until"])]


def links(
    form: TrailForm, where: Practice, several: list[Practice], choices: dict[str, list[Any]]
) -> list[tuple[str, list[tuple[Model, str]]]]:
    """Of a name that means several, each with the address that means this one."""
    if not choices:
        return []
    found, _again = look_up(form, where)
    return [
        (
            str(form.fields[name].label),
            [(one, address(where, several, {**found, name: str(one.public_id)})) for one in those],
        )
        for name, those in choices.items()
    ]
