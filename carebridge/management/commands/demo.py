"""`demo`: a whole practice on this machine, in one terminal, until Ctrl-C."""

import contextlib
import errno
import http.client
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from psycopg import sql

from accounts.models import Practice
from carebridge.lib import demo_bundle, messages, processes, servers
from carebridge.lib.demo_bundle import Choice
from carebridge.lib.processes import Child
from carebridge.lib.servers import Servers

ROOT = Path(settings.BASE_DIR)
DEFAULT_BUNDLE = (ROOT / "carebridge" / "demo" / "fernhill.json", "")
READY_TIMEOUT = 90.0  # seconds until the first page


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal, with the signal's number; only `handle` catches it."""


class Command(BaseCommand):
    """Set everything up, serve, print the log-ins, and stop all of it on Ctrl-C."""

    help = "Serve a demo practice on this machine: servers, migrations, practice, web, worker and beat."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the module."""
        parser.add_argument("--bundle", type=Path, help="the practice to load (default: the project's own)")
        parser.add_argument("--skip", help="lists of the bundle to leave out, comma-separated")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--data", type=Path, default=ROOT / ".local", help="folder for everything that is kept")

    def handle(self, *, bundle: Path | None, skip: str | None, port: int, data: Path, **_: Any) -> None:
        """Run until stopped. Exit status 1 when something fails, 128 + signal when stopped before it was ready."""
        if settings.PRODUCTION:
            raise CommandError("The demo signs people in with passwords from a file; it does not run in production.")
        children: list[Child] = []
        pair, ready = None, False
        with raising_stopped():
            try:
                pair = servers.claim(data, purpose=f"manage.py demo on port {port}")
                addresses = free_addresses(port)
                choice = demo_bundle.choose(pair.data, bundle, skip, default=DEFAULT_BUNDLE)
                servers.launch(pair)
                choice = self.prepare(children, pair, choice, port)
                self.serve(children, pair, addresses, port)
                self.welcome(pair.data, choice, port)
                ready = True
                watch([*children, *pair.children])
            except Stopped as stopped:
                if not ready:
                    raise SystemExit(128 + stopped.args[0]) from None
            except RuntimeError as error:  # InUse, Refused, ChildDied and their kin: written for who reads them
                raise CommandError(str(error)) from error
            finally:
                ignore_signals()
                processes.stop(children)
                if pair:
                    servers.stop(pair)
        self.say("Stopped.")

    def say(self, text: str) -> None:
        """Print at once, also into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

    def prepare(self, children: list[Child], pair: Servers, choice: Choice, port: int) -> Choice:
        """Compile translations, migrate, and load the bundle unless the database has it already."""
        messages.compile_stale()
        (pair.data / "mail").mkdir(mode=0o700, exist_ok=True)
        self.say("Migrating …")
        manage(children, pair, port, "migrate", "--verbosity", "0")
        if choice.loaded:
            return choice
        practices = count_practices(pair)
        if choice.practices_before is not None and practices > choice.practices_before:
            return demo_bundle.end(pair.data, choice)  # the demo was killed between the commit and the record of it
        self.say(f"Loading {choice} …")
        choice = demo_bundle.begin(pair.data, choice, practices=practices)
        left_out = ["--skip", choice.skip] if choice.skip else []
        try:
            manage(children, pair, port, "load_bundle", str(demo_bundle.copy_in(pair.data)), *left_out)
        except CommandError:
            demo_bundle.forget(pair.data)
            raise
        return demo_bundle.end(pair.data, choice)

    def serve(self, children: list[Child], pair: Servers, addresses: list[str], port: int) -> None:
        """Start the web and, once it answers, worker and beat: the first page comes sooner so."""
        self.say("Starting web, worker and beat …")
        for name, role, words in programs(pair.data, addresses, port):
            env = environment(pair, port, role)
            command = [sys.executable, "-m", *words]
            child = processes.spawn(children, name, command, data=pair.data, env=env, cwd=ROOT)
            if name == "web":
                processes.wait_until(lambda: answers(addresses[0]), child, timeout=READY_TIMEOUT)

    def welcome(self, data: Path, choice: Choice, port: int) -> None:
        """Print where it is and who may sign in."""
        rows = demo_bundle.log_ins(choice)
        widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
        table = [f"  {mail:{widths[0]}}  {word:{widths[1]}}  {who}" for mail, word, who in rows]
        where = f"Mails: {data / 'mail'}. Logs: {data / 'logs'}. Ctrl-C stops everything; the data stays."
        first = ["", f"CareBridge runs at http://localhost:{port}", "", "Sign in with e-mail and password:"]
        self.say("\n".join([*first, *table, "", where]))


# --- Signals ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def raising_stopped() -> Iterator[None]:
    """Turn the first signal that asks us to stop into Stopped; later ones change nothing."""

    def stop(number: int, _frame: FrameType | None) -> None:
        ignore_signals()
        raise Stopped(number)

    before = {number: signal.signal(number, stop) for number in processes.STOPPING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    """From here on only stopping is left to do."""
    for number in processes.STOPPING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


# --- Web --------------------------------------------------------------------------------------------------------------


def free_addresses(port: int) -> list[str]:
    """What to listen on for the name localhost. Raises CommandError when another program does already."""
    found = []
    for family, host, written in ((socket.AF_INET, "127.0.0.1", "127.0.0.1"), (socket.AF_INET6, "::1", "[::1]")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
                continue  # no IPv6 here
            why = "is in use by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
            raise CommandError(
                f"Port {port} {why}. Nothing was started. Choose another with --port (make: PORT=)."
            ) from None
        found.append(f"{written}:{port}")
    return found


def answers(address: str) -> bool:
    """Whether the web serves its first page without an error of its own."""
    connection = http.client.HTTPConnection(address, timeout=10)  # seconds
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    return False


# --- Processes --------------------------------------------------------------------------------------------------------


def environment(pair: Servers, port: int, *roles: str) -> dict[str, str]:
    """What a process of this demo is told: the databases of `roles` only, the first of them as DATABASE_URL.

    Nothing of a database the shell may know about.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    ours = {"PORT": str(port), "MAIL_DIR": str(pair.data / "mail"), "PYTHONUNBUFFERED": "1"}
    urls = {"REDIS_URL": pair.urls["REDIS_URL"], "DATABASE_URL": pair.urls[roles[0]]}
    return {"CAREBRIDGE_ENV": "local", **inherited, **ours, **urls, **{role: pair.urls[role] for role in roles[1:]}}


def programs(data: Path, addresses: list[str], port: int) -> list[tuple[str, str, list[str]]]:
    """Name, variable with the database role's URL, and command after `python -m`, of what serves; the web first."""
    bind = [word for address in addresses for word in ("--bind", address)]
    threads = ["--worker-class=carebridge.lib.web.Worker", "--workers=2", "--threads=4", "--graceful-timeout=5"]
    celery = ["celery", "--app", "carebridge"]
    worker = [
        "worker",
        "--hostname",
        f"demo-{port}@localhost",
        "--concurrency",
        "2",
        "--without-gossip",
        "--without-mingle",
    ]
    beat = ["beat", "--schedule", str(data / "beat-schedule"), "--pidfile", ""]
    return [
        ("web", "DATABASE_URL", ["gunicorn", *bind, *threads, "--no-control-socket", "carebridge.wsgi"]),
        ("worker", "DATABASE_WORKER_URL", [*celery, *worker, "--loglevel", "INFO"]),
        ("beat", "DATABASE_WORKER_URL", [*celery, *beat, "--loglevel", "INFO"]),
    ]


def manage(children: list[Child], pair: Servers, port: int, *words: str) -> None:
    """Run a command of manage.py to its end. Raises CommandError with all it said when it fails."""
    env = environment(pair, port, "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_OPERATOR_URL")
    command = [sys.executable, str(ROOT / "manage.py"), *words]
    child = processes.spawn(children, words[0], command, data=pair.data, env=env, cwd=ROOT)
    status = child.process.wait()
    processes.stop(children)
    if status:
        raise CommandError(f"{words[0]} failed:\n{child.log.read_text(errors='replace').strip()}")


def watch(children: list[Child]) -> None:
    """Look after the children for ever; raise ChildDied when one of them ends."""
    while True:
        for child in children:
            if child.process.poll() is not None:
                raise child.died()
        time.sleep(0.25)


def count_practices(pair: Servers) -> int:
    """How many practices the database holds."""
    table = sql.Identifier(Practice._meta.db_table)
    with psycopg.connect(pair.urls["DATABASE_SUPERUSER_URL"]) as connection:
        (count,) = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone() or (0,)
    return int(count)
