"""Logs of production: JSON lines on standard error, in which no word that anybody wrote can stand.

A line tells when, how bad, which logger and which request; of a message only its template, never what was put into it;
of an exception its type, where it came from and, from PostgreSQL, state, table and constraint, never its text: PostgreSQL
quotes rows in it, Django addresses and hosts. Random ids may stand in a line; names, addresses and query strings may not.
"""

import json
import logging
import time
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

ACCESS = logging.getLogger("carebridge.access")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
WITHHELD = "(withheld)"
TRACE = 12  # frames of a traceback, the innermost last

_request_id: ContextVar[uuid.UUID | None] = ContextVar("request_id", default=None)


def access_log(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, the outermost: names each request by a random id, the audit trail's too, and writes one line about it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4()  # type: ignore[attr-defined]
        token, begun = _request_id.set(request.request_id), time.perf_counter()  # type: ignore[attr-defined]
        try:
            response = get_response(request)
            ACCESS.info("request", extra={"facts": facts(request, response, time.perf_counter() - begun)})
            return response
        finally:
            _request_id.reset(token)

    return middleware


def facts(request: HttpRequest, response: HttpResponse, seconds: float) -> dict[str, Any]:
    """What the access line says: the view's name instead of an address; null for static files and for nothing."""
    return {
        "method": request.method if request.method in METHODS else "other",
        "view": request.resolver_match.view_name if request.resolver_match else None,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
    }


class JsonLines(logging.Formatter):
    """A record as one line of JSON, as the module says."""

    def format(self, record: logging.LogRecord) -> str:
        """See the class."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": template(record),
        }
        if request_id := _request_id.get() or getattr(getattr(record, "request", None), "request_id", None):
            line["request_id"] = str(request_id)
        if status := getattr(record, "status_code", None):
            line["status"] = status
        line |= getattr(record, "facts", {}) | task(record)
        if record.exc_info and record.exc_info[1]:
            line["exception"] = described(record.exc_info[1])
        return json.dumps(line)


def template(record: logging.LogRecord) -> str:
    """The message before anything was put into it. A complaint without arguments may have been put together before: Django
    logs the text of exceptions so, gunicorn what it could not read, Celery what was printed. It is left out."""
    put_together = not record.args and (record.exc_info or record.levelno > logging.INFO)
    return WITHHELD if put_together or not isinstance(record.msg, str) else record.msg


def task(record: logging.LogRecord) -> dict[str, Any]:
    """Name and id of the Celery task a record is about: Celery puts them into a dictionary, beside exception and result."""
    about = record.args if isinstance(record.args, dict) else {}
    found = {"task": about.get("name"), "task_id": about.get("id")}
    return {key: value for key, value in found.items() if isinstance(value, str) and record.name.startswith("celery")}


def described(error: BaseException) -> dict[str, Any]:
    """Type, place, PostgreSQL's state, table and constraint, and the same of what caused it."""
    frames = traceback.extract_tb(error.__traceback__)[-TRACE:]
    diagnosis = getattr(error, "diag", None)
    told = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "sqlstate": getattr(diagnosis, "sqlstate", None),
        "table": getattr(diagnosis, "table_name", None),
        "constraint": getattr(diagnosis, "constraint_name", None),
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        told["cause"] = described(cause)
    return {key: value for key, value in told.items() if value}


def config(*, production: bool) -> dict[str, Any]:
    """The dictionary for `logging.config`: of Django, Celery and gunicorn alike."""
    if not production:
        plain = {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
        return {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"plain": plain},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
            "root": {"handlers": ["stderr"], "level": "WARNING"},
        }
    told = {"level": "INFO"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "carebridge": told,
            "django.request": {"level": "ERROR"},  # a refusal has its access line
            "gunicorn.error": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            **dict.fromkeys(("celery.app.trace", "celery.apps.worker", "celery.beat"), told),
        },
    }
