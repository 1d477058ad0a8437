"""Error pages. They ask the database nothing: the transaction they are rendered in is about to be rolled back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403: the form was too old, or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None, **_: Any) -> HttpResponse:  # noqa: ARG001
    """404: the same bytes for what does not exist and for what this person may not see (principle 6)."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: says what is safe and what to do; details go to the log, without bodies."""
    return render(request, "500.html", status=500)
