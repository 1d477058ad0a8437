"""Child processes that do not outlive the process that started them.

Each child has its own session (Ctrl-C in the terminal reaches only the parent, which stops things in order), a log,
and a record on disk. On Linux the kernel ends it when its parent dies, even by kill -9; elsewhere `stop_leftovers` ends
what the records name at the next start.
"""

import contextlib
import ctypes
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 15.0  # seconds a child gets to stop by itself before it is killed
PR_SET_PDEATHSIG = 1  # linux/prctl.h
STOPPING_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork


class ChildDied(RuntimeError):
    """A child ended, or did not get ready in time; the message names it and ends with the last lines of its log."""


@dataclass(frozen=True)
class Child:
    """A started process, where it writes, and the signal that stops it."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    record: Path
    stop_signal: signal.Signals

    def died(self, what: str = "ended") -> ChildDied:
        """The error that tells which child it was and why, as far as its log knows."""
        return ChildDied(f"{self.name} {what}. The end of {self.log}:\n{tail(self.log)}")


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Let Ctrl-C and its kin wait until the block is done, so that no child is born without being on the list."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def spawn(
    children: list[Child],
    name: str,
    command: Sequence[str | Path],
    *,
    data: Path,
    env: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    enter: Callable[[], None] | None = None,
    cwd: Path | None = None,
) -> Child:
    """Start `command`, append it to `children` and return it.

    Its output goes to `data/logs/NAME.log` (begun anew), its record to `data/run/NAME.json`. `enter` runs in the child
    before the program does. Raises OSError or subprocess.SubprocessError when it cannot be started.
    """
    log, record = data / "logs" / f"{name}.log", data / "run" / f"{name}.json"
    for folder in (log.parent, record.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    words = [str(word) for word in command]
    with signals_held(), log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            words,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=before_exec(stop_signal, enter),  # noqa: PLW1509
        )
        child = Child(name, process, log, record, stop_signal)
        children.append(child)
        record.write_text(json.dumps({"pid": process.pid, "command": words, "signal": stop_signal.value}))
    return child


def before_exec(stop_signal: signal.Signals, enter: Callable[[], None] | None = None) -> Callable[[], None]:
    """What a child does between fork and exec: receive signals again, `enter`, and ask to die with its parent."""
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING_SIGNALS)
        if enter:
            enter()
        if _libc:  # last: a change of user or namespace clears the request
            _libc.prctl(PR_SET_PDEATHSIG, stop_signal.value)
            if os.getppid() != parent:  # it died before the request
                os._exit(1)

    return prepare


def stop(children: list[Child], *, patience: float = PATIENCE) -> None:
    """Stop all at once, wait up to `patience` seconds for each, then kill what is left; empties the list."""
    with signals_held():
        for child in children:
            child.process.send_signal(child.stop_signal)
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(patience)
            with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: EPERM when only a zombie is left
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
            child.record.unlink(missing_ok=True)
        children.clear()


def stop_leftovers(data: Path, *, patience: float = PATIENCE) -> None:
    """Stop what an earlier process recorded in `data` and left running because it was killed."""
    left = [(path, json.loads(path.read_text() or "{}")) for path in sorted((data / "run").glob("*.json"))]
    running = [entry for _, entry in left if entry and is_running(entry["pid"], entry["command"])]
    for entry in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(entry["pid"], entry["signal"])
    deadline = time.monotonic() + patience
    for entry in running:
        while is_running(entry["pid"], entry["command"]):
            if time.monotonic() > deadline:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(entry["pid"], signal.SIGKILL)
            time.sleep(0.05)
    for path, _ in left:
        path.unlink()


def is_running(pid: int, command: Sequence[str]) -> bool:
    """Whether process `pid` runs exactly this command (a number alone may have gone to another program)."""
    return command_of(pid) == " ".join(command)


def command_of(pid: int) -> str:
    """The command line of process `pid`; empty when there is none or it is a zombie."""
    proc = Path("/proc")
    if (proc / "self").exists():
        with contextlib.suppress(OSError):
            return (proc / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return ""
    ps = ["ps", "-ww", "-p", str(pid), "-o", "command="]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, or a word that there are none."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:]) or "(empty)"


def wait_until(ready: Callable[[], bool], child: Child, *, timeout: float) -> None:
    """Return once `ready()`; raise ChildDied when `child` ends before, or `timeout` seconds have passed."""
    deadline = time.monotonic() + timeout
    while not ready():
        if child.process.poll() is not None:
            raise child.died()
        if time.monotonic() > deadline:
            raise child.died(f"was not ready within {timeout:.0f} seconds")
        time.sleep(0.02)


def package_folder(name: str) -> Path:
    """Folder of an installed package, found without importing it (a wheel of programs may run code on import)."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"The package {name} is missing: run `uv sync`, which brings the development tools too.")
    return Path(spec.submodule_search_locations[0])
