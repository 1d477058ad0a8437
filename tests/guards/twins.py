"""One world, lived twice: once as it is, once with what somebody may not see happening in it.

The first life is taken back with a savepoint, so both begin with the same rows, the same ids and the same order on disk.
What a request makes up by chance (form keys, tokens, nonces, ids) is the same in both lives: nothing is masked.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from itertools import count
from random import Random
from typing import Any
from unittest import mock

import time_machine
from django.apps import apps
from django.db import connection, models, transaction

from sessions_log.forms.common import KeyedForm
from tests.harness import WallClient, signed_in
from tests.people import NOON
from tests.worlds import HOUR, Rich

LATER = NOON + 3 * HOUR
SAVEPOINT = re.compile(r"s\d+_x\d+")

type Told = tuple[int, bytes, str, str, list[str]]  # status, body, headers, cookies, queries


@contextmanager
def foreseeable() -> Iterator[None]:
    """Everything random is the same each time: ids, form keys, tokens, nonces."""
    numbers, letters, nonces = count(1), Random(7), count(1)

    def next_id() -> uuid.UUID:
        return uuid.UUID(int=0xC0FFEE << 96 | next(numbers))

    fields = [
        column for model in apps.get_models() for column in model._meta.concrete_fields
        if isinstance(column, models.UUIDField) and column.default is not models.NOT_PROVIDED
    ]  # fmt: skip
    keyed = list(every_form(KeyedForm))
    with (
        mock.patch("uuid.uuid4", next_id),
        mock.patch("secrets.choice", letters.choice),
        mock.patch("secrets.token_urlsafe", side_effect=lambda size: f"nonce-{next(nonces)}"),
    ):
        for column in fields:
            column.__dict__["_get_default"] = next_id
        for form in keyed:
            form.base_fields["form_key"].initial = next_id
        try:
            yield
        finally:
            for column in fields:
                column.__dict__.pop("_get_default", None)
            for form in keyed:
                form.base_fields["form_key"].initial = uuid.uuid4


def every_form(form: type[KeyedForm]) -> Iterator[type[KeyedForm]]:
    """The form and all that descend from it."""
    yield form
    for kind in form.__subclasses__():
        yield from every_form(kind)


def told(client: WallClient, url: str) -> Told:
    """All that a request gives away, and every query it makes."""
    queries: list[str] = []

    def note_down(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append(SAVEPOINT.sub("s", f"{sql} {params}"))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note_down):
        response: Any = client.get(url)
    return response.status_code, response.content, str(response.headers), response.cookies.output(), queries


# Each look shows a secret or a question made for it: no two are the same, for the same person at the same moment.
DICED = {"/accounts/factor/app/", "/accounts/passkeys/add/"}


def walk(who: Any, known: list[str], at: Any) -> dict[str, Told]:
    """The first page, every address in `known`, and whatever these link to but single updates: a link too many is seen on
    the page that has it."""
    with foreseeable(), time_machine.travel(at, tick=False):
        client = signed_in(who)
        ahead, seen = ["/", *known], dict[str, Told]()
        while ahead:
            url = ahead.pop(0)
            if url in seen or "logout" in url or url == "/leave/" or url in DICED:
                continue
            seen[url] = told(client, url)
            for link in re.findall(rb'href="([^"#]+)"', seen[url][1]):
                target = unescape(link.decode())
                full = url.split("?")[0] + target if target.startswith("?") else target
                if full.startswith("/") and not full.startswith(("/static/", "//")) and "/updates/" not in full:
                    ahead.append(full)
        return seen


def live_twice(
    world: Rich, name: str, known: list[str], happens: Callable[[Rich], None], at: Any = LATER
) -> tuple[dict[str, Told], dict[str, Told]]:  # fmt: skip
    """What a person is told without and with it."""
    with transaction.atomic():
        without = walk(world.person(name), known, at)
        transaction.set_rollback(True)
    happens(world)
    return without, walk(world.person(name), known, at)


def differences(one: dict[str, Told], other: dict[str, Told]) -> list[str]:
    """Where the two lives differ, in words."""
    parts = ("status", "bytes", "headers", "cookies", "queries")
    found = [f"only once: {url}" for url in sorted(one.keys() ^ other.keys())]
    for url in sorted(one.keys() & other.keys()):
        found += [
            f"{url}: {part}" for part, a, b in zip(parts, one[url], other[url], strict=True) if a != b
        ]  # fmt: skip
    return found
