"""Children's cards, made by admins, put right by admins and the child's therapists."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import about_child, for_places, stands
from accounts.actions.children import Twin, add_child, change_card, seal_of
from accounts.actions.circle import Stale
from accounts.card_forms import ChangeCardForm, NewChildForm
from accounts.models import Child, Practice
from accounts.visibility import viewer


@for_places("admin")
def child_new(request: HttpRequest) -> HttpResponse:
    """A new card, then straight to its circle."""
    practices = list(Practice.objects.visible().filter(pk__in=viewer().places["admin"]).order_by("name", "pk"))
    form, same = NewChildForm(request.POST or None, practices=practices), None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            child = add_child(practice=form.chosen, card=form.card, key=data["form_key"], twin=data["twin"])
            messages.success(request, _("The card is made. Tie the people around %(name)s now.") % {"name": child.name})
            return redirect("circle", child.public_id)
        except Twin as found:
            same = found.child
    several = len(practices) > 1
    return render(request, "accounts/child_new.html", {"form": form, "same": same, "several": several})


@about_child("therapist", "admin")
def child_card(request: HttpRequest, child: Child) -> HttpResponse:
    """The card, to be put right."""
    form, stale = ChangeCardForm(request.POST or None, child=child), False
    if request.method == "POST" and form.is_valid():
        try:
            if change_card(child=child, card=form.card, seen=form.cleaned_data["seen"]):
                messages.success(request, _("The card is changed."))
            return redirect("circle", child.public_id)
        except Stale:
            stale = True
            child.refresh_from_db(from_queryset=Child.objects.visible())
    audit.record("circle_read", child=child, shown=[child.public_id], request=request)
    context = {"child": child, "form": form, "seen": seal_of(child), "stale": stale, "office": stands("admin", child)}
    return render(request, "accounts/child_card.html", context)
