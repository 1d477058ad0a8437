"""The people of a practice, for its admins: the list, and what is known of one of them. No clinical word."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import View, for_places, recent_sign_in
from accounts.enums import CircleRole, PersonState, StaffRole
from accounts.models import Account, Person, Practice
from accounts.models.people import names_of
from accounts.people_reads import (
    as_role,
    deactivation_now,
    entries_of,
    in_state,
    jobs_of,
    last_seen,
    latest_invitation,
    open_reset,
    past_deactivations,
    people_of_practice,
    person_of_practice,
    practices_of,
    sessions_of,
    supervision_of,
    ties_of,
    to_look_at,
    with_second_factor,
)
from accounts.views.practice import PAGE, asked_for
from accounts.visibility import viewer

ROLES = [*StaffRole.choices, *(each for each in CircleRole.choices if each[0] != CircleRole.THERAPIST)]


@for_places("admin")
def people(request: HttpRequest) -> HttpResponse:
    """Everyone who works in the practice, has a circle row there or is invited: roles, address, last seen, second factor.

    Whoever the admin knows as family is not on it: of other adults a guardian learns no sign-in (principle 10).
    """
    query, number = asked_for(request)
    sent = request.POST if request.method == "POST" else request.GET
    role, state = sent.get("role", ""), sent.get("state", "")
    found = in_state(as_role(people_of_practice(), role), state)
    if query:
        found = found.filter(name__icontains=query)
    page = Paginator(found, PAGE).get_page(number)
    entries = entries_of(list(page.object_list))
    shown = [entry.person.public_id for entry in entries]
    audit.record("people_read", practices=viewer().places["admin"], shown=shown, request=request)
    kept = {"role": role if role in dict(ROLES) else "", "state": state if state in PersonState.values else ""}
    context = {
        "entries": entries, "page": page, "query": query, "kept": kept, "roles": ROLES, "states": PersonState.choices,
        "barred": viewer().stands_anywhere_in("barred"),
    }  # fmt: skip
    return render(request, "accounts/people.html", context)


def about_person(*, oneself: bool = False) -> Callable[[View], View]:
    """A page about somebody of a practice the viewer administers; the view receives the Person and the Practice.

    Whoever the admin may not look after is a 404. `oneself`: the page may be the viewer's own; no act ever is.
    """

    def decorate(view: View) -> View:
        shown = view if oneself else recent_sign_in(view)  # what is done with somebody's access is weighty, all of it

        @for_places("admin")
        @wraps(view)
        def about(request: HttpRequest, person: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            found = person_of_practice(person)
            practice = practice_asked_for(request, practices_of(found)) if found else None
            if found is None or practice is None:
                raise Http404
            if found.pk == viewer().person_id and not oneself:
                messages.warning(
                    request, _("Nobody changes their own access: another admin of the practice can do that.")
                )
                return redirect("person", found.public_id)
            return shown(request, found, practice, *args, **kwargs)

        return about

    return decorate


def practice_asked_for(request: HttpRequest, among: list[Practice]) -> Practice | None:
    """Where the person is looked after: of several practices the one in the address, else the first."""
    asked = request.GET.get("practice", "")
    return next((where for where in among if str(where.public_id) == asked), among[0] if among else None)


def back_to(person: Person, practice: Practice) -> HttpResponse:
    """To the person's page, in the same practice."""
    place = redirect("person", person.public_id)
    place["Location"] += f"?practice={practice.public_id}"
    return place


@require_safe
@about_person(oneself=True)
def person(request: HttpRequest, found: Person, practice: Practice) -> HttpResponse:
    """What the practice knows of somebody, and what can be done."""
    jobs, ties, supervisions = jobs_of(found, practice), ties_of(found, practice), supervision_of(found, practice)
    ended = [one for one in past_deactivations(found, practice) if one.ends is not None]
    out = deactivation_now(found, practice)
    reviews = list(to_look_at(found).filter(practice=practice).select_related("child"))
    (entry,) = entries_of([found])
    context = {
        "person": found, "practice": practice, "practices": practices_of(found), "me": found.pk == viewer().person_id,
        "entry": entry, "moment": viewer().moment, "jobs": jobs, "deactivation": out,
        "ties": ties, "deactivations": ended,
        "supervisions": supervisions, "reviews": reviews,
        "invitation": latest_invitation(found, practice), "reset": open_reset(found, practice),
        "staff": any(job.ends is None or job.ends > viewer().moment for job in jobs),
        "may_work": not any(tie.row.role == CircleRole.YOUNG_PERSON for tie in ties), **sign_in_of(found),
    }  # fmt: skip
    named = {number for one in supervisions for number in (one.supervisor_id, one.therapist_id)}
    invited = [context["invitation"].invited_by_id] if context["invitation"] else []
    context["names"] = names_of([*named, *invited, *(one.set_by_id for one in [*ended, *([out] if out else [])])])
    audit.record("people_read", practices=[practice.pk], shown=[found.public_id], request=request)
    return render(request, "accounts/person.html", context)


def sign_in_of(found: Person) -> dict[str, Any]:
    """How somebody signs in; nothing one could sign in with."""
    account = Account.objects.get(pk=found.pk)
    signed = sessions_of([found.pk]).get(found.pk)
    return {
        "account": account, "last_seen": last_seen(account, signed), "sessions": signed.open if signed else 0,
        "factors": with_second_factor([found.pk]).get(found.pk, []),
    }  # fmt: skip
