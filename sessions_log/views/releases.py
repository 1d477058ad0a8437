"""Taking a summary back from one reader."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import about_child
from accounts.models import Child
from accounts.models.people import names_of
from sessions_log.actions.summaries import reaches, withdraw_release
from sessions_log.models import Reading, Release


@about_child("therapist")
def withdraw(request: HttpRequest, child: Child, release: UUID) -> HttpResponse:
    """Say what the reader loses and what stays; then take it back. Sent twice is once."""
    standing = Release.objects.visible().select_related("summary").filter(error_at__isnull=True)
    found = get_object_or_404(standing, pk=release, child=child)
    who = names_of({found.recipient_id}).get(found.recipient_id, _("someone else"))
    if request.method == "POST":
        if withdraw_release(child=child, release=found):
            messages.success(request, _("Withdrawn: %(who)s no longer finds this summary.") % {"who": who})
        return redirect("summary", child.public_id, found.summary_id)
    if found.withdrawn_at is not None:
        raise Http404
    audit.record("form_read", child=child, shown=[found.summary_id, found.pk], request=request)
    context = {
        "child": child,
        "release": found,
        "who": who,
        "read_at": Reading.objects.visible().filter(release=found).values_list("read_at", flat=True).first(),
        "reached": reaches(summary=found.summary, person_id=found.recipient_id),
    }
    return render(request, "sessions_log/release_withdraw.html", context)
