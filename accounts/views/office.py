"""How a practice is set up: its hub, details and policy, for its admins; and the page about it that families read."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import for_places, recent_sign_in
from accounts.actions.practice import Stale, change_details, change_policy
from accounts.models import Practice
from accounts.practice_forms import DetailsForm, PolicyForm, Settings
from accounts.practice_reads import moves, standing_as, to_review
from accounts.profile_reads import therapists_by_child
from accounts.today_reads import children_in
from accounts.visibility import in_place, viewer
from carebridge.lib.zones import places

LISTED = 200  # people a change moves, by name; the rest is a number
CHILDREN = 30  # whose therapists stand on the page about a practice


def chosen(request: HttpRequest, *standing: str) -> tuple[Practice, list[Practice]]:
    """The practice the page is about, of those the viewer is an admin (or a lead) of, and all of these. An address that names
    none is about the first."""
    mine = standing_as(*standing)
    wanted = request.GET.get("practice", "")
    found = [where for where in mine if not wanted or str(where.public_id) == wanted]
    if not found:
        raise Http404
    return found[0], mine


def address(name: str, where: Practice, several: list[Practice]) -> str:
    """The page of this practice; without its id where there is no other."""
    return f"{reverse(name)}?practice={where.public_id}" if len(several) > 1 else reverse(name)


def if_there(name: str) -> str:
    """An address, if this installation has the page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@for_places("admin")
def practice(request: HttpRequest) -> HttpResponse:
    """The ways to everything that is set up once and looked at now and then."""
    mine = standing_as("admin")
    context = {
        "practices": mine, "several": len(mine) > 1, "reviews": to_review(), "today": timezone.localdate(viewer().moment),
        "invitations": if_there("invitations"), "hand_over": if_there("hand_over"),
    }  # fmt: skip
    audit.record("practice_read", practices=[where.pk for where in mine], request=request)
    return render(request, "accounts/practice.html", context)


@for_places("admin")
def details(request: HttpRequest) -> HttpResponse:
    """What everyone in the practice reads of it. Another time zone moves midnights: that is shown first."""
    where, several = chosen(request, "admin")
    form = DetailsForm(request.POST or None, practice=where)
    return settings_page(request, form, where, several, "details")


@for_places("admin")
@recent_sign_in
def policy(request: HttpRequest) -> HttpResponse:
    """Ages, access and due times. Whom another age moves is shown first."""
    where, several = chosen(request, "admin")
    form = PolicyForm(request.POST or None, practice=where)
    return settings_page(request, form, where, several, "policy")


CHANGES = {"details": change_details, "policy": change_policy}
# What moves people the moment it is saved.
WEIGHTY = {"details": ("time_zone",), "policy": ("assent_age", "majority_age")}


def settings_page(
    request: HttpRequest, form: Settings, where: Practice, several: list[Practice], page: str
) -> HttpResponse:
    """One page of settings: shown, asked about, saved, or come back with both texts."""
    stale: list[tuple[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        asked = asks_first(request, form, where, several, page)
        if asked:
            return asked
        try:
            changed = CHANGES[page](practice=where, values=form.values, seen=form.cleaned_data["seen"])
            messages.success(request, _("Saved. It holds from now on.") if changed else _("Nothing was different."))
            return redirect(address(page, where, several))
        except Stale as other:
            form.begin_again(other.now)
            stale = [
                (str(form.fields[n].label), shown(other.now, n)) for n in form.names if differs(other.now, form, n)
            ]
    context = {
        "form": form, "where": where, "several": several, "stale": stale, "zones": places() if page == "details" else (),
        "page": page, "due": where in to_review() if page == "policy" else False,
    }  # fmt: skip
    audit.record("practice_read", practices=[where.pk], request=request)
    return render(request, f"accounts/{page}.html", context, status=409 if stale else 200)


def differs(now: Practice, form: Settings, name: str) -> bool:
    """Whether what is saved is not what the form says."""
    saved = getattr(now, name)
    return bool(saved != form.values[name])


def shown(now: Practice, name: str) -> str:
    """A saved value in words."""
    chosen_words = getattr(now, f"get_{name}_display", None)
    value = chosen_words() if chosen_words else getattr(now, name)
    return "" if value is None else str(value)


def asks_first(
    request: HttpRequest, form: Settings, where: Practice, several: list[Practice], page: str
) -> HttpResponse | None:
    """Whom it moves, before a weighty change is saved; None for any other, and once they were seen."""
    names = [name for name in WEIGHTY[page] if form.values[name] != getattr(where, name)]
    if not names:
        return None
    moved = moves(where, {name: form.values[name] for name in names})
    mark = moved.mark(str(form.values[name]) for name in names)
    if form.cleaned_data["confirmed"] == mark:
        return None
    data: Any = form.data
    form.data = data.copy()
    form.data["confirmed"] = mark  # type: ignore[index]
    parts = [("lose", moved.lose), ("gain", moved.gain), ("wish_on", moved.wish_on), ("wish_off", moved.wish_off)]
    context = {
        "form": form, "where": where, "several": several, "page": page, "names": moved.names,
        "parts": [(kind, found[:LISTED], len(found) - LISTED) for kind, found in parts if found],
        "changes": [(form.fields[n].label, shown(where, n), form.values[n]) for n in names],
        "family_too": viewer().stands_anywhere_in("barred"), "back": address(page, where, several),
    }  # fmt: skip
    shown_children = [one.child.public_id for _kind, found in parts for one in found[:LISTED]]
    audit.record("circle_read", practices=[where.pk], shown=shown_children, request=request)
    return render(request, "accounts/practice_change.html", context)


# --- As families read it ---------------------------------------------------------------------------------------------------


@require_safe
@for_places("practices")
def about_practice(request: HttpRequest, practice: UUID) -> HttpResponse:
    """What a practice says about itself, the crisis contacts first, and who treats the viewer's children there."""
    here = Practice.objects.visible().filter(in_place("practices", "id"))  # not as the operator, who has no place there
    where = here.filter(public_id=practice).first()
    if where is None:
        raise Http404
    children = list(children_in("own").filter(practice=where)[:CHILDREN])
    treating = therapists_by_child(children)
    context = {
        "where": where, "others": here.exclude(pk=where.pk).order_by("name", "pk"),
        "children": [(child, treating.get(child.pk, [])) for child in children],
    }  # fmt: skip
    shown_ids = [where.public_id, *(child.public_id for child in children)]
    audit.record("practice_page_read", practices=[where.pk], shown=shown_ids, request=request)
    return render(request, "accounts/about_practice.html", context)


@require_safe
@for_places("practices")
def my_practices(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """To the page about the practice one has a place in; with several, to the first, which links the others."""
    here = Practice.objects.visible().filter(in_place("practices", "id")).order_by("name", "pk")
    found = here.values_list("public_id", flat=True)[0]
    return redirect("about_practice", found)
