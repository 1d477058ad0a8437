"""What one was told inside the app."""

from collections import defaultdict
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.access import for_places
from accounts.actions.notices import mark_notices_read
from accounts.models import Child
from accounts.notice_reads import in_words
from accounts.notice_reads import notices as own

PAGE = 20


@require_safe
@for_places()
def notices(request: HttpRequest) -> HttpResponse:
    """One's own, the newest first; shown is read."""
    page = Paginator(own(), PAGE).get_page(request.GET.get("page", "1"))
    said = in_words(list(page.object_list))
    mark_notices_read(shown=[one.notice.pk for one in said if one.fresh])
    about: dict[Child, list[UUID]] = defaultdict(list)
    for one in said:
        if one.child:
            about[one.child].append(one.notice.pk)
    audit.record_each("notices_read", about, request=request)
    return render(request, "accounts/notices.html", {"page": page, "said": said})
