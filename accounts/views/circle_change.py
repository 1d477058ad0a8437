"""Acts on a circle: look first at what they mean, then save."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import about_child, recent_sign_in, stands
from accounts.actions.circle import (
    Clash,
    DoneBefore,
    EndsAlready,
    Newcomer,
    Stale,
    add,
    change,
    end,
    give_short_access,
)
from accounts.circle_forms import KNOWN, AddForm, ChangeForm, CircleForm, EndForm, ShortForm
from accounts.circle_lines import may
from accounts.circle_reads import Circle, address_to_invite, circle_of, colleagues, staff_to_tie
from accounts.circle_words import New, Preview, Step, last_word, preview, said_when
from accounts.definers import known_by_address
from accounts.enums import CircleRole
from accounts.models import Child, CircleChange
from accounts.models.people import names_of
from accounts.views.circle import row_of
from accounts.visibility import viewer

LOOK, EDIT, SAVE = "look", "edit", "save"


def step_of(request: HttpRequest) -> str:
    """Which button was pressed."""
    asked = request.POST.get("step", LOOK)
    return asked if asked in {LOOK, EDIT, SAVE} else LOOK


def was_done(request: HttpRequest, child: Child) -> bool:
    """Whether this very form did its act before: sent twice, it gets the same answer."""
    try:
        key = UUID(request.POST.get("form_key", ""))
    except ValueError:
        return False
    return step_of(request) == SAVE and CircleChange.objects.visible().filter(child=child, bundle=key).exists()


def shown(request: HttpRequest, circle: Circle, template: str, context: dict[str, Any]) -> HttpResponse:
    """A form or a preview about the circle; a read of it."""
    audit.record("circle_read", child=circle.child, shown=[circle.child.public_id], request=request)
    return render(request, template, {"child": circle.child, "circle": circle, **context})


def looked_at(
    request: HttpRequest, circle: Circle, form: Any, said: Preview, *, title: str, save: str, warn: str = ""
) -> HttpResponse:
    """The preview: what the act means, and the button that does it."""
    context = {
        "form": form, "said": said, "title": title, "save": save, "warn": warn,
        "begins": last_word(said_when(form.begins, circle)) if form.at else "", "seen": circle.state,
    }  # fmt: skip
    return shown(request, circle, "accounts/circle_preview.html", context)


def stale_words() -> str:
    """Somebody else was faster."""
    return _(
        "Somebody changed this circle after you opened it. Nothing of yours is saved yet, and nothing is lost: this is what it "
        "would mean now. Look again, then save."
    )


# --- Somebody comes ------------------------------------------------------------


@about_child("therapist", "admin")
@recent_sign_in
def circle_add(request: HttpRequest, child: Child) -> HttpResponse:
    """Who comes, as what, from when; then what it would mean; then the row, and an invitation if one is wanted."""
    if was_done(request, child):
        return redirect("circle", child.public_id)
    circle, office = circle_of(child), stands("admin", child)
    lists = {"staff": staff_to_tie(child.practice), "others": colleagues(child.practice)} if office else {}
    form = AddForm(request.POST or None, circle=circle, **lists)
    if request.method == "POST" and form.is_valid():
        person = find_person(form, circle)
        if person is not None:
            check_place(form, circle, person)
        if form.is_valid() and step_of(request) != EDIT:
            return add_or_look(request, form, circle, person)
    return shown(request, circle, "accounts/circle_add.html", {"form": form, "office": office})


def find_person(form: AddForm, circle: Circle) -> int | None:
    """The number of whoever is meant; None for someone new. What does not fit is said at its field."""
    chosen = form.chosen
    if chosen is not None:
        return int(chosen.pk)
    data, practice = form.cleaned_data, circle.child.practice
    if data["whom"] == KNOWN:
        found = known_by_address(practice, data["known_email"])
        if found is None:
            form.add_error(
                "known_email",
                _("The practice knows nobody by this address. Look at it letter by letter, or choose “someone new”."),
            )
        return found
    if data["email"] and known_by_address(practice, data["email"]) is not None:
        form.add_error(
            "email",
            _(
                "The practice knows someone with this address already. If it is the same person, choose “someone the practice "
                "knows”; two people need two addresses."
            ),
        )
    return None


def check_place(form: AddForm, circle: Circle, person: int) -> None:
    """What the database would refuse, said in words before it does."""
    role = form.cleaned_data["role"]
    rows, begins, ends = circle.of(person), form.begins, form.new.ends
    same = [row for row in rows if row.role == role]
    family = role != CircleRole.THERAPIST
    if person == viewer().person_id:
        form.add_error(None, _("That is you. Nobody ties themself: ask a colleague."))
    elif any(row.role == CircleRole.YOUNG_PERSON for row in rows):
        form.add_error(None, _("That is the young person's own log-in: it can be nobody else's."))
    elif family and any(row.role == CircleRole.THERAPIST for row in rows):
        form.add_error(
            None,
            _(
                "This person is or was a therapist of the child. Family and therapist of one child is never the same person."
            ),
        )
    elif not family and any(row.role != CircleRole.THERAPIST for row in rows):
        form.add_error(None, _("This person is or was family of the child, and can never be its therapist."))
    elif any((ends is None or row.starts < ends) and (row.ends is None or row.ends > begins) for row in same):
        form.add_error(
            None, _("This person stands in the circle as that already, or will. Change or end that row instead.")
        )
    elif family and person in circle.employed and not stands("admin", circle.child):
        form.add_error(None, _("This person works here. Only an admin can tie a colleague as family."))


def add_or_look(request: HttpRequest, form: AddForm, circle: Circle, person: int | None) -> HttpResponse:
    """The preview, or the act."""
    data, child, warn = form.cleaned_data, circle.child, ""
    name = data["name"]
    if person is not None:
        known = form.chosen
        circle.names |= names_of([person])
        name = known.name if known else circle.names.get(person, data["known_email"])
    address = ""
    if data["invite"]:
        address = data["email"] if person is None else address_to_invite(child.practice, person)
    if step_of(request) == SAVE:
        who = person if person is not None else Newcomer(data["name"], data["email"], data["phone"])
        try:
            sent = add(
                child=child, who=who, new=form.new, starts=form.at, evidence=data["evidence"], seen=data["seen"],
                key=data["form_key"], address=address,
            )  # fmt: skip
        except DoneBefore:
            return redirect("circle", child.public_id)
        except Stale:
            warn = stale_words()
        except Clash:
            warn = _(
                "This could not be saved: it does not go together with who stands there, or an address is a guardian's and "
                "the young person's. Nothing was changed."
            )
        else:
            messages.success(request, _("Saved: %(name)s stands in the circle.") % {"name": name})
            if not sent:
                messages.warning(
                    request, _("The invitation could not be sent: there is a log-in or an open invitation already.")
                )
            return redirect("circle", child.public_id)
    colleague = person is not None and person in circle.employed
    step = Step(name, form.begins, person=person, new=form.new, colleague=colleague, invite=address)
    title = _("Tie %(name)s to %(child)s?") % {"name": name, "child": child.name}
    save = _("Tie %(name)s to %(child)s") % {"name": name, "child": child.name}
    return looked_at(request, circle, form, preview(circle, step), title=title, save=save, warn=warn)


# --- Somebody stands otherwise ------------------------------------------------------------


@about_child("therapist", "admin")
@recent_sign_in
def circle_change(request: HttpRequest, child: Child, row: UUID) -> HttpResponse:
    """A guardian's authority, household or relationship, from now or from a day on."""
    if was_done(request, child):
        return redirect("circle", child.public_id)
    found, circle = row_of(child, row), circle_of(child)
    if not may(child).change(found) or (found.ends and found.ends <= circle.moment) or found.starts > circle.moment:
        raise Http404
    name = circle.names.get(found.person_id, _("someone else"))
    form = ChangeForm(request.POST or None, circle=circle, row=found, words=circle.words.get(found.pk, ""))
    if request.method != "POST" or not form.is_valid() or step_of(request) == EDIT:
        context = {"form": form, "row": found, "name": name}
        return shown(request, circle, "accounts/circle_change.html", context)
    warn, data = "", form.cleaned_data
    if step_of(request) == SAVE:
        try:
            change(
                child=child, row=found, new=form.new, at=form.at, evidence=data["evidence"], seen=data["seen"],
                key=data["form_key"],
            )  # fmt: skip
        except Stale:
            warn = stale_words()
        except Clash:
            warn = _("This could not be saved: another row of the same person stands in its way. Nothing was changed.")
        except DoneBefore:
            return redirect("circle", child.public_id)
        else:
            messages.success(request, _("Saved."))
            return redirect("circle", child.public_id)
    new = replace(form.new, renewed=found.pk in circle.renewed)
    step = Step(name, form.begins, person=found.person_id, old=found, new=new)
    said = preview(circle, step)
    if new.renewed:
        said.warnings.append(_("The row was renewed past the coming of age. The new one is not: its rights end there."))
    title = _("Change %(name)s's row?") % {"name": name}
    return looked_at(request, circle, form, said, title=title, save=_("Change the row"), warn=warn)


# --- Somebody goes ------------------------------------------------------------


@about_child("therapist", "admin", "lead")
@recent_sign_in
def circle_end(request: HttpRequest, child: Child, row: UUID) -> HttpResponse:
    """A row ends now, or on a day."""
    if was_done(request, child):
        return redirect("circle", child.public_id)
    found, circle = row_of(child, row), circle_of(child)
    if not may(child).end(found) or (found.ends and found.ends <= circle.moment) or found.starts > circle.moment:
        raise Http404
    name = circle.names.get(found.person_id, _("someone else"))
    form = EndForm(request.POST or None, circle=circle, row=found)
    if request.method != "POST" or not form.is_valid() or step_of(request) == EDIT:
        return shown(request, circle, "accounts/circle_end.html", {"form": form, "row": found, "name": name})
    warn = ""
    if step_of(request) == SAVE:
        try:
            return ended(request, form, circle, found, name)
        except Stale:
            warn = stale_words()
        except Clash:
            warn = _("This could not be saved. Nothing was changed.")
        except EndsAlready:
            warn = _("The row has an end already that was not set here. End it now, or leave it as it is.")
        except DoneBefore:
            return redirect("circle", child.public_id)
    step = Step(name, form.begins, person=found.person_id, old=found)
    title = _("End %(name)s's row?") % {"name": name}
    return looked_at(request, circle, form, preview(circle, step), title=title, save=_("End the row"), warn=warn)


def ended(request: HttpRequest, form: CircleForm, circle: Circle, row: Any, name: str) -> HttpResponse:
    """The act. Raises what the action raises."""
    data = form.cleaned_data
    end(child=circle.child, row=row, at=form.at, evidence=data["evidence"], seen=data["seen"], key=data["form_key"])
    if form.at:
        words = {"name": name, "day": last_word(said_when(form.at, circle))}
        messages.success(request, _("Saved: %(name)s's row ends on %(day)s.") % words)
    else:
        messages.success(request, _("Saved: %(name)s's row has ended.") % {"name": name})
    return redirect("circle", circle.child.public_id)


# --- Hours, in an emergency ------------------------------------------------------------


@about_child("lead")
@recent_sign_in
def short_access(request: HttpRequest, child: Child) -> HttpResponse:
    """A safeguarding lead gives somebody who treats here the child's record for hours."""
    if was_done(request, child):
        return redirect("circle", child.public_id)
    circle = circle_of(child)
    here = {row.person_id for row in circle.rows if row.role != CircleRole.THERAPIST} | set(
        circle.therapists(circle.moment)
    )
    staff = [one for one in staff_to_tie(child.practice) if one.pk not in here]
    form = ShortForm(request.POST or None, staff=staff)
    if request.method != "POST" or not form.is_valid() or step_of(request) == EDIT:
        return shown(request, circle, "accounts/short_access.html", {"form": form, "any": bool(staff)})
    warn, data, person = "", form.cleaned_data, form.chosen
    if step_of(request) == SAVE:
        try:
            give_short_access(
                child=child, person=person.pk, hours=data["hours"], reason=data["reason"], seen=data["seen"],
                key=data["form_key"],
            )  # fmt: skip
        except Stale:
            warn = stale_words()
        except Clash:
            warn = _("This could not be saved: the person stands in the circle already, or treats here no more.")
        except DoneBefore:
            return redirect("circle", child.public_id)
        else:
            words = {"name": person.name, "child": child.name}
            messages.success(request, _("%(name)s opens %(child)s's record from now on, for the hours given.") % words)
            return redirect("circle", child.public_id)
    return short_preview(request, circle, form, warn)


def short_preview(request: HttpRequest, circle: Circle, form: ShortForm, warn: str) -> HttpResponse:
    """What short access means."""
    person, hours = form.chosen, form.cleaned_data["hours"]
    ends = circle.moment + timedelta(hours=hours)
    new = New(CircleRole.THERAPIST, ends=ends)
    circle.names |= {person.pk: person.name}
    said = preview(circle, Step(person.name, circle.moment, person=person.pk, new=new))
    words = {"name": person.name, "child": circle.child.name}
    context = {
        "form": form, "said": said, "seen": circle.state, "warn": warn,
        "title": _("Give %(name)s access to %(child)s's record?") % words, "save": _("Give %(name)s access") % words,
    }  # fmt: skip
    return shown(request, circle, "accounts/circle_preview.html", context)
