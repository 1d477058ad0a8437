"""Waiting for things in other processes, and knowing which processes there are."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from carebridge.lib import processes

PATIENCE = 60.0  # seconds; twenty times what an idle machine needs


def until(condition: Callable[[], bool], *, timeout: float = PATIENCE) -> None:
    """Return once the condition holds; fail after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def descendants(pid: int) -> dict[int, str]:
    """Number and command line of every process below `pid` (Linux)."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = {}, [pid]
    while todo:
        for child in children.get(todo.pop(), []):
            found[child] = processes.command_of(child)
            todo.append(child)
    return found


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None  # it ended meanwhile


def running(those: dict[int, str]) -> dict[int, str]:
    """Which of those still run; a zombie does not."""
    return {pid: command for pid, command in those.items() if command and processes.command_of(pid)}


def private_folder(parent: Path, name: str) -> Path:
    """A folder nobody else can enter, with a name too long for a socket."""
    folder = parent / f"{name}-{'a-name-that-is-far-too-long-for-a-socket-' * 3}"
    folder.mkdir(mode=0o700)
    os.chmod(folder, 0o700)
    return folder
