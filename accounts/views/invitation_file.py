"""A file of people to invite: read, shown row by row, and nothing made before the yes."""

import csv
import io
from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import for_places
from accounts.actions.invite_many import invite_rows
from accounts.invitation_file import COLUMNS, judged, read, sealed, unsealed
from accounts.invitation_forms import InviteFileForm
from accounts.practice_reads import standing_as


@require_safe
@for_places("admin")
def invitation_template(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The headings and nothing else, as the spreadsheets of the reader's language open them."""
    written = io.StringIO()
    csv.writer(written, delimiter=";" if get_language() == "es" else ",").writerow(COLUMNS)
    named = {"Content-Disposition": 'attachment; filename="carebridge-invitations.csv"'}
    return HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8", headers=named)


@for_places("admin")
def invitation_file(request: HttpRequest) -> HttpResponse:
    """The template and the form; then every row as it was understood; after the yes, what came of each."""
    if "rows" in request.POST:
        return said_yes(request)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = InviteFileForm(*posted, practices=standing_as("admin"))
    if not form.is_valid():
        return render(request, "accounts/invitation_file.html", {"form": form})
    practice = form.chosen
    rows = judged(practice, [read(line) for line in form.cleaned_data["file"]])
    known = [one.person.public_id for row in rows for one in row.known]
    audit.record("people_read", practices=[practice.pk], shown=known, request=request)
    context = {
        "practice": practice, "rows": rows, "counts": Counter(row.state for row in rows), "sealed": sealed(practice, rows)
    }  # fmt: skip
    return render(request, "accounts/invitation_file.html", context)


def said_yes(request: HttpRequest) -> HttpResponse:
    """Make what is new. The answer is a page of its own kind: sent twice, it makes nobody twice and says so."""
    found = unsealed(request.POST["rows"], {str(where.public_id): where for where in standing_as("admin")})
    if found is None:
        messages.error(request, _("This list is too old, or not yours. Nothing was made: choose the file once more."))
        return redirect("invitation_file")
    practice, rows = found
    rows = list(invite_rows(practice=practice, rows=rows))
    known = [one.person.public_id for row in rows for one in row.known]
    audit.record("people_read", practices=[practice.pk], shown=known, request=request)
    context = {"practice": practice, "rows": rows, "counts": Counter(row.state for row in rows), "done": True}
    return render(request, "accounts/invitation_file.html", context)
