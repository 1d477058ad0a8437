"""The log-in of a child's young person: made, and made usable by a card, with the therapist in the room."""

from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import about_child, recent_sign_in
from accounts.actions.young_log_in import NotTheirsAlone, card_for
from accounts.cards import address, grouped, square
from accounts.models import Child
from accounts.young_forms import YoungForm
from accounts.young_reads import shares_an_address, young_of


@about_child("therapist")
@recent_sign_in
def young_person(request: HttpRequest, child: Child) -> HttpResponse:
    """What the log-in shows to whom, and a card for it. The code stands on this answer alone and is kept nowhere."""
    young = young_of(child)
    form = YoungForm(request.POST if request.method == "POST" else None, child=child, young=young)
    context: dict[str, Any] = {"child": child, "young": young, "form": form}
    context["shares"] = bool(young) and shares_an_address(child, young) if young else False
    if form.is_valid():
        try:
            card, code = card_for(child=child, name=form.cleaned_data.get("name", ""))
            card_words = {"until": card.expires_at, "code": grouped(code), "square": square(code), "address": address()}
            context |= {"card": card_words, "young": young_of(child)}
        except NotTheirsAlone:
            context["shares"] = True
        except DatabaseError:
            form.add_error(None, _("No card could be made. Nothing was changed: try again, or ask an admin."))
    shown = [context["young"].row.pk] if context["young"] else []
    audit.record("circle_read", child=child, shown=shown, request=request)
    return render(request, "accounts/young_person.html", context)
