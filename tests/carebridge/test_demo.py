"""`manage.py demo` for real: it serves, it keeps, and it leaves nothing behind, however it ends."""

import os
import pwd
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg
import pytest

from carebridge.lib import servers
from tests.carebridge.watching import descendants, private_folder, running, until

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="watches processes through /proc")

ROOT = Path(__file__).resolve().parents[2]
READY = "Ctrl-C stops everything"
HANA = "  hana@fernhill.example   fernhill-hana-house    Hana Kovač: therapist, therapist of Freya, therapist of Jonas"


class Demo:
    """A demo in a process of its own, with what it printed so far."""

    def __init__(self, data: Path, port: int, *words: str, before: Sequence[str] = ()) -> None:
        """Start it, as `before manage.py demo …`."""
        command = [*before, sys.executable, str(ROOT / "manage.py"), "demo", "--data", str(data), "--port", str(port)]
        # Nothing of the suite's own servers, and no name but the one it is given.
        env = {"PATH": os.environ["PATH"], "HOME": str(data.parent), "LANG": "C.UTF-8"}
        self.data, self.port, self.lines, self.family = data, port, list[str](), dict[int, str]()
        self.cookies = CookieJar()
        self.process = subprocess.Popen(
            [*command, *words], cwd="/", env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._said: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._said.put(line.rstrip("\n"))
        self._said.put("(end)")
        self.process.stdout.close()

    @property
    def text(self) -> str:
        """Everything it said."""
        return "\n".join(self.lines)

    def until_it_says(self, words: str) -> "Demo":
        """Wait for a line with these words; fail with everything it said when it ends before."""
        while not (self.lines and words in self.lines[-1]):
            assert self.lines[-1:] != ["(end)"], self.text
            self.lines.append(self._said.get(timeout=120))
        self.family = descendants(self.process.pid)
        return self

    def end(self, number: signal.Signals | None = None) -> int:
        """Send the signal, if any; its exit status once it is over and nothing of it runs any more."""
        if number:
            self.process.send_signal(number)
        status = self.process.wait(60)
        while self.lines[-1:] != ["(end)"]:
            self.lines.append(self._said.get(timeout=60))
        if number == signal.SIGKILL:
            until(lambda: not running(self.family))  # nobody could wait for them
        assert not running(self.family)
        return status

    def page(self, path: str = "/accounts/login/", **form: str) -> str:
        """A page, as a browser asks for it; with `form`, what comes after posting it."""
        address = f"http://localhost:{self.port}{path}"
        sent = urllib.parse.urlencode(form).encode() if form else None
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        with browser.open(urllib.request.Request(address, sent, {"Referer": address}), timeout=30) as response:
            assert response.status == 200
            return str(response.read().decode())

    def page_after_signing_in(self, email: str, password: str) -> str:
        """The first page of this person."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page())
        assert token
        return self.page(login=email, password=password, csrfmiddlewaretoken=token[1])


@contextmanager
def demo(data: Path, port: int, *words: str, before: Sequence[str] = ()) -> Iterator[Demo]:
    """A demo, killed afterwards if it still runs."""
    started = Demo(data, port, *words, before=before)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.family |= descendants(started.process.pid)
            started.end(signal.SIGKILL)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A private folder with a long name."""
    return private_folder(tmp_path, "data")


@pytest.fixture
def port() -> int:
    """A port nobody listens on."""
    return free_port()


def free_port() -> int:
    """Below those the system hands out by itself, and far from those of a test process beside this one."""
    for port in range(20000 + os.getpid() * 40 % 12000, 32768):
        with socket.socket() as probe:
            if port not in _given and probe.connect_ex(("127.0.0.1", port)):
                _given.add(port)
                return port
    raise AssertionError("no free port")


_given: set[int] = set()


def practices(data: Path) -> object:
    """How many the running demo's database has."""
    url = servers._told(data)["urls"]["DATABASE_SUPERUSER_URL"]
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM accounts_practice").fetchone()


def test_a_demo_serves_stops_and_serves_again(data: Path, port: int) -> None:
    """Ctrl-C, SIGTERM and kill -9 leave nothing running and the data in place; later starts load nothing.

    Not even where the first was killed after the bundle's commit and before noting it: the practices are counted.
    """
    with demo(data, port) as first:
        first.until_it_says(READY)
        assert f"CareBridge runs at http://localhost:{port}" in first.lines
        assert HANA in first.lines
        assert "Loading" in first.text
        assert "csrf" in first.page()
        names = " ".join(first.family.values())
        assert all(word in names for word in ("gunicorn", "celery --app carebridge worker", "beat", "postgres -D"))
        made = (data / "postgres" / "PG_VERSION").stat().st_mtime_ns
        assert first.end(signal.SIGINT) == 0
        assert first.lines[-2:] == ["Stopped.", "(end)"]
    record = data / "bundle" / "record.json"
    for how in (signal.SIGKILL, signal.SIGTERM):
        record.write_text(record.read_text().replace("true", "false"))
        with demo(data, port) as again:
            again.until_it_says(READY)
            assert "Loading" not in again.text
            assert HANA in again.lines
            assert practices(data) == (1,)
            assert "csrf" in again.page()
            assert "true" in record.read_text()
            again.end(how)
    assert (data / "postgres" / "PG_VERSION").stat().st_mtime_ns == made
    assert list((data / "run").iterdir()) == []


def test_two_run_side_by_side_and_one_that_loses_a_child_stops_alone(tmp_path: Path) -> None:
    """Each has its own servers, port and folder; a second one on the same folder is told so."""
    ports = free_port(), free_port()
    folders = private_folder(tmp_path, "one"), private_folder(tmp_path, "two")
    with demo(folders[0], ports[0]) as one, demo(folders[1], ports[1]) as two:
        one.until_it_says(READY)
        two.until_it_says(READY)
        with demo(folders[0], free_port()) as third:
            assert third.end() == 1
            assert f"is in use by process {one.process.pid} (manage.py demo on port {ports[0]})" in third.text
        for each in (one, two):  # browsers keep cookies per host, whatever the port
            assert "Freya" in each.page_after_signing_in("hana@fernhill.example", "fernhill-hana-house")
            ours = {f"{name}-{each.port}" for name in ("csrf", "known", "session")}
            assert {cookie.name for cookie in each.cookies} == ours
        worker = next(pid for pid, command in one.family.items() if f"worker --hostname demo-{ports[0]}" in command)
        os.kill(worker, signal.SIGKILL)
        assert one.end() == 1
        assert "worker ended. The end of " in one.text
        assert "Freya" in two.page("/")
        assert two.end(signal.SIGTERM) == 0


def test_a_port_in_use_is_said_before_anything_is_started(data: Path, port: int) -> None:
    """With the way out."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with demo(data, port) as refused:
            assert refused.end() == 1
    assert f"Port {port} is in use by another program. Nothing was started." in refused.text
    assert not (data / "postgres").exists()


def test_another_bundle_than_the_folders_is_refused_before_anything_is_started(data: Path, port: int) -> None:
    """What is in the folder stays."""
    folder = data / "bundle"
    folder.mkdir()
    (folder / "bundle.json").write_text("{}")
    (folder / "record.json").write_text('{"path": "old.json", "skip": "", "loaded": true, "practices_before": 0}')
    with demo(data, port, "--bundle", str(ROOT / "tests" / "bundles" / "willow-creek.json")) as refused:
        assert refused.end() == 1
    assert "holds another practice: old.json. Asked for was " in refused.text
    assert (folder / "bundle.json").read_text() == "{}"
    assert not (data / "postgres").exists()


def test_a_bundle_that_does_not_load_is_told_and_nothing_keeps_running(data: Path, port: int, tmp_path: Path) -> None:
    """The loader's own lines are shown, and the folder is as free for a better file as before."""
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": "carebridge-bundle/1", "surprise": 1}')
    with demo(data, port, "--bundle", str(bad)) as refused:
        refused.until_it_says("Loading")
        assert refused.end() == 1
    assert "/surprise: " in refused.text
    assert "Traceback" not in refused.text
    assert not (data / "bundle" / "record.json").exists()


@pytest.mark.parametrize(
    ("moment", "number"), [("Migrating", signal.SIGINT), ("Loading", signal.SIGTERM), ("Starting", signal.SIGHUP)]
)
def test_stopped_in_the_middle_of_the_start_nothing_keeps_running(
    data: Path, port: int, moment: str, number: signal.Signals
) -> None:
    """And the next start takes up where it was: the bundle is there once, whether its load was cut short or not."""
    with demo(data, port) as cut:
        cut.until_it_says(moment)
        assert cut.end(number) == 128 + number
    if moment == "Loading":
        with demo(data, port) as again:
            again.until_it_says(READY)
            assert practices(data) == (1,)
            assert again.end(signal.SIGINT) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test runs as an ordinary user then")
def test_an_ordinary_user_needs_no_rights(tmp_path: Path, port: int) -> None:
    """On a tree it can read but not write, with its own folder."""
    nobody = pwd.getpwnam("nobody")
    home = Path(f"/tmp/carebridge-nobody-{os.getpid()}")  # pytest's own folder is root's alone
    home.mkdir(mode=0o700)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "--"]
    try:
        with demo(home / "data", port, before=[*reachable(ROOT, Path(sys.base_prefix)), *become]) as theirs:
            theirs.until_it_says(READY)
            assert HANA in theirs.lines
            assert "csrf" in theirs.page()
            postgres = next(pid for pid, command in theirs.family.items() if "postgres -D" in command)
            assert Path(f"/proc/{postgres}").stat().st_uid == nobody.pw_uid
            assert theirs.end(signal.SIGINT) == 0
    finally:
        shutil.rmtree(home)


def reachable(*folders: Path) -> list[str]:
    """Words before a command that let everyone reach these folders, though they lie in somebody's private home.

    In a mount namespace an empty folder covers the private one, and only what is needed is shown in it. Skips the test
    where that is forbidden.
    """
    homes = {folder: home for folder in folders if (home := _private_above(folder))}
    if not homes:
        return []
    steps = ["set -e", "shown=$(mktemp -d)", 'mount -t tmpfs -o mode=755 none "$shown"']
    for number, folder in enumerate(homes):
        steps += [f'mkdir "$shown/{number}"', f'mount --bind "{folder}" "$shown/{number}"']
    steps += [f'mount -t tmpfs -o mode=755 none "{home}"' for home in set(homes.values())]
    for number, folder in enumerate(homes):
        steps += [f'mkdir -p "{folder}"', f'mount --bind "$shown/{number}" "{folder}"']
    words = ["unshare", "--mount", "sh", "-c", "\n".join([*steps, 'exec "$@"']), "sh"]
    if not shutil.which("unshare") or subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("the interpreter is in a private home, and mount namespaces are forbidden")
    return words


def _private_above(folder: Path) -> Path | None:
    """The topmost folder above that others may not enter."""
    return next((above for above in reversed(folder.parents) if not above.stat().st_mode & 0o001), None)
