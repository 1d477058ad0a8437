"""What containers and watchers ask: does the process live, and may it be sent people? Nothing about anybody."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve
from django.views.decorators.http import require_safe

from accounts.access import public
from carebridge.lib import state

ADDRESSES = ("/health", "/ready")


def answer_probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware before sessions and viewer: a probe is nobody's, and is answered without a database too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path not in ADDRESSES:
            return get_response(request)
        request.resolver_match = match = resolve(request.path)
        answer: HttpResponse = match.func(request)
        answer["Cache-Control"] = "no-store"
        return answer

    return middleware


@public("whoever runs the container asks whether the process lives; the answer is about nobody")
@require_safe
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """200 as long as the process answers at all. It asks nothing of anyone."""
    return JsonResponse({"process": "ok"})


@public("whoever sends people here asks whether they can be served; the answer is about nobody")
@require_safe
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """200 with a database that has every migration of this code, else 503. A broker that is down is told and no more:
    what waits for it waits in the database."""
    states = {"database": state.of_database(), "broker": state.of_broker()}
    return JsonResponse(states, status=200 if states["database"] == "ok" else 503)
