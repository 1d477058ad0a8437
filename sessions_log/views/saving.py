"""What autosave.js is answered."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import JsonResponse
from django.utils.formats import time_format
from django.utils.timezone import localtime

from accounts.visibility import viewer


def saved(seen: datetime | None = None, **more: Any) -> JsonResponse:
    """The words are saved; `seen`: their version from now on; without one there were none. `time`: as the reader's clock
    says it, not the browser's."""
    time = time_format(localtime(viewer().moment), "TIME_FORMAT")
    return JsonResponse({**({"seen": seen.isoformat(), "time": time} if seen else {}), **more})


def stale() -> JsonResponse:
    """Changed in another window."""
    return JsonResponse({}, status=409)


def refused(form: forms.BaseForm) -> JsonResponse:
    """Cannot be saved as it is, and why."""
    told = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields and not form[name].is_hidden else ""
        told += [f"{label}: {error}" if label else str(error) for error in errors]
    return JsonResponse({"errors": told}, status=422)
