"""The embedded PostgreSQL and Valkey, for real: whose they are, who may reach them, what a crash leaves."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from carebridge.lib import postgres, processes, servers
from carebridge.lib.processes import ChildDied
from carebridge.lib.servers import Servers
from tests.carebridge.watching import descendants, private_folder, running, until

HOLDER = """
import sys, time
from pathlib import Path
from carebridge.lib import servers
held = servers.start(Path(sys.argv[1]), purpose="a holder", durable=False)  # unnamed, its lock would be collected
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A private folder with a long name."""
    return private_folder(tmp_path, "data")


@contextmanager
def started(data: Path) -> Iterator[Servers]:
    """A pair, stopped afterwards."""
    pair = servers.start(data, purpose="a test", durable=False)
    try:
        yield pair
    finally:
        servers.stop(pair)


@contextmanager
def held_by_another(data: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs a pair on this folder."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(data)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    try:
        assert holder.stdout.readline() == "up\n"
        yield holder
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
        with contextlib.suppress(servers.InUse):  # the test failed while it held the folder: that is what to tell
            servers.stop(servers.claim(data, purpose="clearing up"))  # its sockets' folder


def ask(url: str, question: str) -> object:
    """One value from a database."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def tell(url: str, statement: str) -> None:
    """One statement."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_each_address_logs_in_as_its_role(data: Path) -> None:
    """Into a UTF-8 database in UTC, through a socket that only this user can reach."""
    with started(data) as pair:
        roles = {name: ask(url, "SELECT current_user") for name, url in pair.urls.items() if name != "REDIS_URL"}
        assert roles == {
            "DATABASE_URL": "carebridge_app",
            "DATABASE_OWNER_URL": "carebridge_owner",
            "DATABASE_OPERATOR_URL": "carebridge_operator",
            "DATABASE_WORKER_URL": "carebridge_worker",
            "DATABASE_BACKUP_URL": "carebridge_backup",
            "DATABASE_SUPERUSER_URL": "postgres",
        }
        app = pair.urls["DATABASE_URL"]
        assert [ask(app, f"SHOW {name}") for name in ("server_encoding", "timezone", "listen_addresses", "fsync")] == [
            "UTF8",
            "UTC",
            "",
            "off",
        ]
        assert str(ask(app, "SHOW server_version")).startswith("18.")
        assert pair.sockets.stat().st_mode & 0o777 == 0o700
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tell(app, "CREATE TABLE mine ()")
    assert not pair.sockets.exists()


def test_the_broker_wants_its_password(data: Path) -> None:
    """It listens on a port, which every user of the machine can reach."""
    with started(data) as pair:
        address = pair.urls["REDIS_URL"].rpartition("@")[2]
        with redis.Redis.from_url(f"redis://{address}") as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        config = data / "valkey" / "valkey.conf"
        assert config.stat().st_mode & 0o077 == 0


def test_data_outlives_a_restart_and_durability_is_the_default(data: Path) -> None:
    """A demo keeps what was typed into it."""
    with started(data) as pair:
        tell(pair.urls["DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    again = servers.start(data, purpose="a test")
    try:
        assert ask(again.urls["DATABASE_OWNER_URL"], "SELECT answer FROM kept") == 42
        assert ask(again.urls["DATABASE_OWNER_URL"], "SHOW fsync") == "on"
    finally:
        servers.stop(again)


def test_a_second_process_is_told_who_holds_the_folder(data: Path) -> None:
    """And a killed holder's servers end, its sockets go, its data stays."""
    with held_by_another(data) as holder:
        with pytest.raises(servers.InUse, match=rf"in use by process {holder.pid} \(a holder\)"):
            servers.start(data, purpose="a test")
        theirs = descendants(holder.pid)
        assert len([command for command in theirs.values() if "postgres -D" in command or "valkey" in command]) == 2
        sockets = Path(str(servers._told(data)["sockets"]))
        holder.kill()
        holder.wait()
        with started(data) as pair:
            assert ask(pair.urls["DATABASE_URL"], "SELECT 1") == 1
            assert not running(theirs)
            assert not sockets.exists()


def test_a_killed_postgres_starts_again_though_it_is_a_zombie(data: Path) -> None:
    """Its number is taken until its parent asks for its status, and its backends need a moment."""
    killed = servers.start(data, purpose="a test")  # durable: what was committed is there afterwards
    tell(killed.urls["DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
    server = next(child for child in killed.children if child.name == "postgres")
    server.process.send_signal(signal.SIGKILL)
    until(lambda: processes.command_of(server.process.pid) == "")
    assert (data / "postgres" / "postmaster.pid").exists()
    killed.children.remove(server)  # nobody asks for its status
    servers.stop(killed)
    with started(data) as pair:
        assert ask(pair.urls["DATABASE_OWNER_URL"], "SELECT answer FROM kept") == 42
    server.process.wait()


def test_a_stranger_with_the_dead_servers_number_does_no_harm(data: Path) -> None:
    """After a reboot the number in postmaster.pid may be anyone's: here, this test's."""
    with started(data):
        content = (data / "postgres" / "postmaster.pid").read_text()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    _, _, rest = content.partition("\n")
    (data / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{rest}")
    with started(data) as pair:
        assert ask(pair.urls["DATABASE_URL"], "SELECT 1") == 1
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_first_start_that_was_cut_short_begins_anew(data: Path) -> None:
    """initdb works beside the final place."""
    (data / "postgres.new").mkdir()
    (data / "postgres.new" / "PG_VERSION").write_text("18")
    with started(data) as pair:
        assert ask(pair.urls["DATABASE_URL"], "SELECT 1") == 1


def test_a_server_that_cannot_start_says_why_and_nothing_keeps_running(data: Path) -> None:
    """The end of its log is in the message, and the folder is free again."""
    with started(data):
        pass
    (data / "postgres" / "PG_VERSION").write_text("12\n")
    before = descendants(os.getpid())
    for _ in range(2):
        with pytest.raises(ChildDied, match=r"(?s)postgres ended.*initialized by PostgreSQL version 12"):
            servers.start(data, purpose="a test")
    assert running(descendants(os.getpid())).keys() <= before.keys()


def test_a_copied_database_has_rows_and_rights(data: Path) -> None:
    """Tests clone a template; dropping ends the connections to it."""
    with started(data) as pair:
        superuser = pair.urls["DATABASE_SUPERUSER_URL"]
        tell(pair.urls["DATABASE_OWNER_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
        servers.create_database(superuser, "copy", template=servers.DATABASE)
        copy = servers.urls_for("copy", pair.urls)
        assert copy["REDIS_URL"] == pair.urls["REDIS_URL"]
        assert ask(copy["DATABASE_OWNER_URL"], "SELECT answer FROM kept") == 42
        assert ask(copy["DATABASE_URL"], "SELECT current_database()") == "copy"
        assert ask(copy["DATABASE_URL"], "SHOW log_parameter_max_length_on_error") == "0"
        servers.create_database(superuser, "bare")
        with psycopg.connect(copy["DATABASE_URL"]):
            servers.drop_database(superuser, "copy")
        servers.drop_database(superuser, "copy")
        assert ask(superuser, "SELECT count(*) FROM pg_database WHERE datname IN ('copy', 'bare')") == 1


def test_running_joins_the_pair_that_runs(data: Path) -> None:
    """A command beside a demo uses the demo's servers and leaves them running."""
    with held_by_another(data) as holder:
        with servers.running(data, purpose="a guest") as urls:
            assert ask(urls["DATABASE_URL"], "SELECT 1") == 1
        assert holder.poll() is None
        assert ask(urls["DATABASE_URL"], "SELECT 1") == 1


def test_running_starts_a_pair_and_waits_for_guests_before_stopping_it(data: Path) -> None:
    """Two short commands at once: the first to come is not the last to leave."""
    joined, leave, worked = threading.Event(), threading.Event(), []

    def guest() -> None:
        with servers.running(data, purpose="a guest") as urls:
            joined.set()
            leave.wait(60)
            worked.append(ask(urls["DATABASE_URL"], "SELECT 1"))

    visit = threading.Thread(target=guest)
    with servers.running(data, purpose="an owner", durable=False) as urls:
        visit.start()
        assert joined.wait(60)
        threading.Timer(0.3, leave.set).start()
    assert worked == [1]
    visit.join()
    with pytest.raises(psycopg.OperationalError):
        ask(urls["DATABASE_URL"], "SELECT 1")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a namespace")
def test_root_without_namespaces_runs_postgres_as_nobody(
    data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In many containers; the data is then elsewhere, and the demo says so."""

    def forbidden(_: int) -> None:
        raise PermissionError("no namespaces here")

    monkeypatch.setattr(os, "unshare", forbidden)
    shared = Path("/var/lib/carebridge")
    before = set(shared.glob("*"))
    try:
        with started(data) as pair:
            assert ask(pair.urls["DATABASE_URL"], "SELECT 1") == 1
            server = next(child for child in pair.children if child.name == "postgres")
            assert Path(f"/proc/{server.process.pid}").stat().st_uid not in {0, os.getuid()}
        said = capfd.readouterr().err
        assert f"runs as the user nobody, with its data in {shared}/" in said
        assert str(data) in said
        with started(data) as pair:  # from the copies made before
            assert ask(pair.urls["DATABASE_URL"], "SELECT 1") == 1
    finally:
        for new in set(shared.glob("*")) - before:
            shutil.rmtree(new)
        if not before:
            shared.rmdir()


def test_a_user_without_a_name_and_without_namespaces_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """initdb would only say that it could not look something up."""
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    monkeypatch.setattr(os, "unshare", None)
    with pytest.raises(RuntimeError, match="user id 54321 has none in /etc/passwd"):
        postgres.find_shelter(data)
