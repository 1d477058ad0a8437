"""The switch of whoever has a place in several practices: all of them together, or one by itself."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import ONLY, for_places
from accounts.models import Practice
from accounts.visibility import acting_as, in_place, viewer


@for_places()
def practices(request: HttpRequest) -> HttpResponse:
    """Every practice one stands in, whichever is chosen at present; the choice lasts as long as the session."""
    mine = stood_in()
    if request.method == "POST":
        key = request.POST.get("practice", "")
        found = next((where for where in mine if str(where.public_id) == key), None)
        if key and found is None:
            raise Http404
        if found is None:
            request.session.pop(ONLY, None)
            messages.success(request, _("You see all your practices together."))
        else:
            request.session[ONLY] = {"number": found.pk, "name": found.name}
            messages.success(request, _("From now on you see only %(practice)s.") % {"practice": found.name})
        return redirect("home")
    return render(request, "accounts/practices.html", {"practices": mine, "only": viewer().only})


def stood_in() -> list[Practice]:
    """The viewer's practices without the choice, by name."""
    with acting_as(viewer().person_id):
        return list(Practice.objects.visible().filter(in_place("practices", "id")).order_by("name", "pk"))
