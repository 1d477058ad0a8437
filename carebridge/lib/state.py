"""What the web process needs from others, and whether it has it."""

from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE = 0.5  # seconds for the broker


def of_database() -> str:
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


def of_broker() -> str:
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
