"""What containers and watchers ask: does the process live, and may it be sent people? Nothing about anybody."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve
from django.views.decorators.http import require_safe
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.access import public

ADDRESSES = ("/health", "/ready")
PATIENCE = 0.5  # seconds for the broker


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
    database = state_of_database()
    states = {"database": database, "broker": state_of_broker()}
    return JsonResponse(states, status=200 if database == "ok" else 503)


def state_of_database() -> str:
    """`ok`, `unreachable`, or `migrations missing`. One that is ahead of the code is ok: the code is about to follow."""
    try:
        applied = MigrationRecorder(connection).applied_migrations().keys()
    except Error:
        return "unreachable"
    return "ok" if migrations() <= applied else "migrations missing"


@cache
def migrations() -> frozenset[tuple[str, str]]:
    """Every migration in the code, as (app, name)."""
    return frozenset(MigrationLoader(None).disk_migrations)


def state_of_broker() -> str:
    """`ok` or `down`."""
    once = Retry(NoBackoff(), 0)
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=once
        ) as broker:
            broker.ping()
    except RedisError:
        return "down"
    return "ok"
