"""The bare page every ratio is about: the least a signed-in Django page with a list does.

It has the project's middleware but for viewer, transaction and language, so: session, user, one query of 30 rows, a small
template, and everything Django and allauth do to a request. No `enter`, no audit row, no commit.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import PersonLocaleMiddleware, ViewerMiddleware, for_places
from tests.bench.client import BARE
from tests.bench.models import Line


@for_places()
def bare(request: HttpRequest) -> HttpResponse:
    """Thirty lines."""
    lines = Line.objects.filter(child=1).order_by("-moment")[:30]
    return render(request, "bench/bare.html", {"lines": lines})


class ViewerMiddlewareUnlessBare(ViewerMiddleware):
    """The bare page is nobody's."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """See the class."""
        return self.get_response(request) if request.path == BARE else super().__call__(request)


class PersonLocaleMiddlewareUnlessBare(PersonLocaleMiddleware):
    """The bare page has Django's own language and zone."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """See the class."""
        return self.get_response(request) if request.path == BARE else super().__call__(request)


def count_queries(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Say in a header how many statements Django sent; only where BENCH_COUNT is set."""

    def middleware(request: HttpRequest) -> HttpResponse:
        sent = 0

        def count(execute: Callable[..., Any], *args: Any) -> Any:
            nonlocal sent
            sent += 1
            return execute(*args)

        with connection.execute_wrapper(count):
            response = get_response(request)
        response["X-Queries"] = str(sent)
        return response

    return middleware
