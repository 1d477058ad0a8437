"""Leaving at once, for whoever must not be seen here."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from accounts.access import public


@public("shows nothing; signs out whoever asks and leads away")
@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out and go to a page that has nothing to do with us.

    By GET, since it has to work as a plain link without scripts. A link on somebody else's page leads away too, but signs
    nobody out: the browser says where it stood.
    """
    if request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}:
        logout(request)  # recorded as the person's own
    return HttpResponseRedirect(settings.LEAVE_FOR)  # ViewerMiddleware has the browser forget what it kept
