"""Invitations as the practice's admins see them: who was invited, who could be, again, not any more."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.access import for_places, recent_sign_in
from accounts.actions.invite import Closed, Newcomer, hold, invite, let_in, revoke, send_again
from accounts.actions.invite_many import invite_known
from accounts.invitation_forms import AddressForm, InviteForm
from accounts.invitation_reads import (
    STATES,
    Known,
    contacts_of,
    invitations,
    known_at,
    places_of,
    state_of,
    without_way_in,
)
from accounts.models import Invitation, Person, Practice
from accounts.models.people import names_of
from accounts.practice_reads import standing_as
from accounts.views.practice import asked_for
from accounts.visibility import in_place, viewer

PAGE = 50
AT_ONCE = 50  # people invited with one press


@for_places("admin")
def invitation_list(request: HttpRequest) -> HttpResponse:
    """Who was invited and how it stands; or who is in the books and has no way in yet."""
    shown = request.GET.get("show", "")
    query, number = asked_for(request)
    practices = standing_as("admin")
    context: dict[str, Any] = {"query": query, "several": len(practices) > 1, "count": without_way_in().count()}
    if shown == "nobody":
        context |= nobody_yet(query, number)
        people = [person.public_id for person, _contact in context["entries"]]
    else:
        shown = shown if shown in STATES else "open"
        context |= invited(shown, query, number)
        people = []
    context |= {"show": shown, "practices": {where.pk: where.name for where in practices}}
    keys = [invitation.pk for invitation, _name in context.get("invitations", [])]
    audit.record("people_read", practices=viewer().places["admin"], shown=[*people, *keys], request=request)
    return render(request, "accounts/invitations.html", context)


def invited(state: str, query: str, number: str) -> dict[str, Any]:
    """One page of invitations."""
    page = Paginator(invitations(state, query), PAGE).get_page(number)
    rows = list(page.object_list)
    names = names_of([*(row.person_id for row in rows), *(row.invited_by_id for row in rows)])
    return {"page": page, "invitations": [(row, names.get(row.person_id, "")) for row in rows], "names": names}


def nobody_yet(query: str, number: str) -> dict[str, Any]:
    """One page of people without a way in."""
    page = Paginator(without_way_in(query), PAGE).get_page(number)
    people = list(page.object_list)
    contacts = contacts_of(person.pk for person in people)
    entries = [(person, contacts.get(person.pk)) for person in people]
    tickable = any(contact and contact.email for _person, contact in entries)
    places = places_of(person.pk for person in people)
    return {"page": page, "entries": entries, "places": places, "tickable": tickable}


@for_places("admin")
@recent_sign_in
def invitation_new(request: HttpRequest) -> HttpResponse:
    """Somebody new. Who is known by the address already is shown instead of made twice."""
    practices, known = standing_as("admin"), list[Known]()
    form = InviteForm(
        request.POST if request.method == "POST" else None,
        practices=practices,
        initial={"language": practices[0].language},
    )
    if form.is_valid():
        practice, newcomer = form.chosen, form.newcomer
        hold(practice)
        known = known_at(practice, newcomer.email)
        if not known and made(request, practice, newcomer):
            return redirect("invitations")
        seen = [one.person.public_id for one in known]
        audit.record("people_read", practices=[practice.pk], shown=seen, request=request)
    return render(request, "accounts/invitation_new.html", {"form": form, "known": known})


def made(request: HttpRequest, practice: Practice, newcomer: Newcomer) -> bool:
    """Whether it could be done, and say so."""
    try:
        with transaction.atomic():
            let_in(practice=practice, newcomer=newcomer)
    except DatabaseError:
        messages.error(request, _("This person could not be invited. Nothing was changed."))
        return False
    messages.success(request, on_its_way(newcomer.name))
    return True


def on_its_way(name: str) -> str:
    """What an admin reads afterwards."""
    return _("%(name)s is invited. The mail goes out within a minute.") % {"name": name}


@require_POST
@for_places("admin")
@recent_sign_in
def invitation_several(request: HttpRequest) -> HttpResponse:
    """Invite those ticked, or the one whose button was pressed, at the addresses in the books."""
    ids = [request.POST["one"]] if "one" in request.POST else request.POST.getlist("person")
    people = list(without_way_in().filter(public_id__in=uuids(ids))[:AT_ONCE])
    practices = {where.pk: where for where in standing_as("admin")}
    for practice in practices.values():
        hold(practice)
    done, not_done = invite_known(people=people, practices=practices)
    if done == 1 and len(people) == 1:
        messages.success(request, on_its_way(people[0].name))
    elif done:
        words = ngettext(
            "%(count)s person is invited. The mail goes out within a minute.",
            "%(count)s people are invited. The mails go out within a few minutes.", done,
        )  # fmt: skip
        messages.success(request, words % {"count": done})
    if not_done:
        words = ngettext("%(count)s person could not be invited.", "%(count)s people could not be invited.", not_done)
        messages.error(request, words % {"count": not_done})
    if not people:
        messages.error(request, _("Nobody was chosen, or they have been invited meanwhile."))
    place = redirect("invitations")
    place["Location"] += "?show=nobody"
    return place


@for_places("admin")
@recent_sign_in
def invitation_person(request: HttpRequest, person: UUID) -> HttpResponse:
    """Somebody in the books: to which address?"""
    found = get_object_or_404(without_way_in(), public_id=person)
    place, contact = places_of([found.pk])[found.pk], contacts_of([found.pk]).get(found.pk)
    practice = get_object_or_404(Practice.objects.visible(), pk=place.practice)
    form = AddressForm(
        request.POST if request.method == "POST" else None, initial={"email": contact.email if contact else ""}
    )
    known = list[Known]()
    if form.is_valid():
        hold(practice)
        email = form.cleaned_data["email"].lower()
        known = [one for one in known_at(practice, email) if one.person.pk != found.pk]
        if not known and invited_to(request, practice, found, place.kind, email):
            return redirect("invitations")
    audit.record("people_read", practices=[practice.pk], shown=[found.public_id], request=request)
    context = {"form": form, "person": found, "kind": place.kind, "known": known, "practice": practice}
    return render(request, "accounts/invitation_person.html", context)


def invited_to(request: HttpRequest, practice: Practice, person: Person, kind: Any, email: str) -> bool:
    """Whether it could be done, and say so."""
    try:
        with transaction.atomic():
            invite(practice=practice, person=person.pk, kind=kind, email=email)
    except DatabaseError:
        messages.error(request, _("This person could not be invited. Nothing was changed."))
        return False
    messages.success(request, on_its_way(person.name))
    return True


# --- One that was sent ------------------------------------------------------------------------------------------------------


def mine_to_see_to(invitation: UUID) -> Invitation:
    """An invitation of the practices one is an admin of, or 404."""
    found: Invitation = get_object_or_404(
        Invitation.objects.visible().select_related("child", "practice").filter(in_place("admin", "practice_id")),
        pk=invitation,
    )
    return found


@require_POST
@for_places("admin")
def invitation_again(request: HttpRequest, invitation: UUID) -> HttpResponse:
    """A new link by mail; the earlier one is worth nothing."""
    found = mine_to_see_to(invitation)
    name = names_of([found.person_id]).get(found.person_id, "")
    try:
        if not found.email:  # a card: its code is shown to whoever makes it, in the room
            raise Closed
        send_again(invitation=found)
        messages.success(request, _("A new link goes to %(name)s. The earlier one opens nothing now.") % {"name": name})
    except Closed:
        messages.error(request, _("This invitation is not open any more. Nothing was sent."))
    return redirect("invitations")


@for_places("admin")
def invitation_revoke(request: HttpRequest, invitation: UUID) -> HttpResponse:
    """Ask, then take it back."""
    found = mine_to_see_to(invitation)
    name = names_of([found.person_id]).get(found.person_id, "")
    if request.method == "POST":
        try:
            revoke(invitation=found)
            messages.success(request, _("The invitation of %(name)s is taken back.") % {"name": name})
        except Closed:
            messages.error(request, _("This invitation is not open any more. Nothing was changed."))
        return redirect("invitations")
    audit.record("people_read", practices=[found.practice_id], shown=[found.pk], request=request)
    context = {"invitation": found, "name": name, "state": state_of(found, viewer().moment)}
    return render(request, "accounts/invitation_revoke.html", context)


def uuids(given: list[str]) -> list[UUID]:
    """Those that are some; whatever else was sent is passed over."""
    found = []
    for each in given[:AT_ONCE]:
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return found
