"""Entering in error: one page for whatever can be."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Child, ChildItem
from sessions_log.actions.errors import enter_in_error
from sessions_log.actions.notes import Stale
from sessions_log.forms.errors import ErrorForm


def confirm(
    request: HttpRequest, *, child: Child, item: ChildItem, title: str, back: str, also: Sequence[ChildItem] = (),
    private: bool = False, draft: bool = False, warning: str = "",
) -> HttpResponse:  # fmt: skip
    """Say what will happen, ask why, then do it and go back.

    The view before it has loaded `item` from `enterable(Model.objects.visible())`. `title`: names what it is, without
    anyone's name ("Progress note"). `back`: the item's page. `also`: what hangs on it and may go with it.
    `private`: nobody but the viewer reads it, then as now. `draft`: nobody reads it then who could not before. `warning`:
    what else comes of it.
    """
    form = ErrorForm(request.POST or None, also=bool(also))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            enter_in_error(child=child, item=item, reason=data["reason"], also=also if data.get("also") else ())
        except Stale:
            raise Http404 from None
        if private:
            messages.success(request, _("Entered in error. Only you can read it, as before."))
        else:
            messages.success(
                request,
                _(
                    "Entered in error. From now on only its author while on the care team, the team's supervisors and the "
                    "safeguarding leads read it."
                ),
            )
        return redirect(back)
    audit.record("form_read", child=child, shown=[item.pk], request=request)
    context = {"child": child, "form": form, "title": title, "back": back, "also": also, "private": private}
    context |= {"draft": draft, "warning": warning}
    return render(request, "sessions_log/error.html", context)
