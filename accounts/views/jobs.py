"""Roles in a practice and who supervises whom: given from now or a day ahead, ended now or on a day."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from accounts.actions.people import LastAdmin, Over, add_role, end_role
from accounts.actions.supervision import end_supervision, supervise
from accounts.enums import CircleRole, StaffRole
from accounts.models import Membership, Person, Practice, Supervision
from accounts.models.people import names_of
from accounts.people_forms import RoleForm, SupervisionForm, UntilForm
from accounts.people_reads import colleagues, jobs_of, supervision_of, ties_of
from accounts.views.people import about_person, back_to
from accounts.visibility import viewer

CLINICAL = (StaffRole.THERAPIST, StaffRole.SUPERVISOR, StaffRole.SAFEGUARDING_LEAD)


@about_person()
def role_add(request: HttpRequest, found: Person, practice: Practice) -> HttpResponse:
    """Give somebody a role, after reading what it opens."""
    form = RoleForm(request.POST if request.method == "POST" else None, practice=practice)
    ties = ties_of(found, practice)
    young = any(tie.row.role == CircleRole.YOUNG_PERSON for tie in ties)
    if not young and form.is_valid():
        role = StaffRole(form.cleaned_data["role"])
        try:
            add_role(practice=practice, person=found, role=role, starts=form.cleaned_data["starts"])
            said = {"name": found.name, "role": role.label}
            messages.success(request, _("%(name)s has the role “%(role)s”.") % said)
            return back_to(found, practice)
        except Over:
            form.add_error("role", _("%(name)s has this role then already.") % {"name": found.name})
    family = any(tie.row.role != CircleRole.THERAPIST for tie in ties)
    context = {"person": found, "practice": practice, "form": form, "young": young, "family": family}
    return render(request, "accounts/role_add.html", context)


@about_person()
def role_end(request: HttpRequest, found: Person, practice: Practice, membership: UUID) -> HttpResponse:
    """End a role; one that has not begun is taken back."""
    job = get_object_or_404(Membership.objects.visible(), pk=membership, practice=practice, person_id=found.pk)
    if has_ended(job.ends):
        return back_to(found, practice)
    form = UntilForm(request.POST if request.method == "POST" else None, practice=practice, before=job.ends)
    planned = job.starts > viewer().moment
    if request.method == "POST" and (planned or form.is_valid()):
        try:
            end_role(
                practice=practice,
                person=found,
                membership=job,
                ends=None if planned else form.cleaned_data["ends"],
            )
            messages.success(request, _("The change is made."))
            return back_to(found, practice)
        except LastAdmin:
            form.add_error(None, _("Nobody else is admin without an end. Make somebody else an admin first."))
        except Over:
            messages.warning(request, _("Nothing was changed: another admin was quicker. See how it stands now."))
            return back_to(found, practice)
    others = [each for each in jobs_of(found, practice) if each.pk != job.pk and each.role in CLINICAL]
    treats_on = any(each.starts <= viewer().moment and not has_ended(each.ends) for each in others)
    context = {
        "person": found, "practice": practice, "form": form, "job": job, "planned": planned,
        "ties": [tie for tie in ties_of(found, practice) if tie.row.role == CircleRole.THERAPIST and not has_ended(tie.row.ends)]
        if job.role in CLINICAL and not treats_on else [],
    }  # fmt: skip
    return render(request, "accounts/role_end.html", context)


@about_person()
def supervision_add(request: HttpRequest, found: Person, practice: Practice, side: str) -> HttpResponse:
    """A supervisor for a therapist (`side`: by), or a therapist for a supervisor (`side`: of)."""
    roles = (StaffRole.SUPERVISOR,) if side == "by" else CLINICAL
    shut = {found.pk} | ({viewer().person_id} if side == "by" else set())  # never for one's own benefit
    others = {str(one.public_id): one for one in colleagues(practice, *roles) if one.pk not in shut}
    people = {key: one.name for key, one in others.items()}
    form = SupervisionForm(request.POST if request.method == "POST" else None, practice=practice, people=people)
    if form.is_valid():
        other = others[form.cleaned_data["person"]]
        supervisor, therapist = (other, found) if side == "by" else (found, other)
        try:
            supervise(practice=practice, supervisor=supervisor, therapist=therapist, starts=form.cleaned_data["starts"])
            said = {"supervisor": supervisor.name, "therapist": therapist.name}
            messages.success(request, _("%(supervisor)s supervises %(therapist)s. The team is told.") % said)
            return back_to(found, practice)
        except Over:
            form.add_error("person", _("That is so then already."))
    context = {"person": found, "practice": practice, "form": form, "side": side, "people": people}
    return render(request, "accounts/supervision_add.html", context)


@about_person()
def supervision_end(request: HttpRequest, found: Person, practice: Practice, supervision: UUID) -> HttpResponse:
    """End a supervision; one that has not begun is taken back."""
    one: Supervision | None = next((each for each in supervision_of(found, practice) if each.pk == supervision), None)
    one = one or get_object_or_404(Supervision.objects.visible().none())
    if has_ended(one.ends):
        return back_to(found, practice)
    form = UntilForm(request.POST if request.method == "POST" else None, practice=practice, before=one.ends)
    planned = one.starts > viewer().moment
    if request.method == "POST" and (planned or form.is_valid()):
        ends = None if planned else form.cleaned_data["ends"]
        try:
            end_supervision(practice=practice, supervision=one, about=found, ends=ends)
            messages.success(request, _("The change is made."))
        except Over:
            messages.warning(request, _("Nothing was changed: another admin was quicker. See how it stands now."))
        return back_to(found, practice)
    context = {
        "person": found, "practice": practice, "form": form, "one": one, "planned": planned,
        "names": names_of([one.supervisor_id, one.therapist_id]),
    }  # fmt: skip
    return render(request, "accounts/supervision_end.html", context)


def has_ended(ends: datetime | None) -> bool:
    """The moment has come."""
    return ends is not None and ends <= viewer().moment
