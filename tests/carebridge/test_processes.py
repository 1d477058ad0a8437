"""Children stop, die with their parent, and are found again when their parent could not stop them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from carebridge.lib import processes
from carebridge.lib.processes import Child, ChildDied
from tests.carebridge.watching import until

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"

PARENT = """
import sys, time
from pathlib import Path
from carebridge.lib import processes
processes.spawn([], "program", [sys.executable, "-c", "import time; time.sleep(60)"], data=Path(sys.argv[1]))
time.sleep(60)
"""


def start(children: list[Child], data: Path, program: str) -> Child:
    """A child that runs a few words of Python and says "up"."""
    return processes.spawn(children, "program", [sys.executable, "-c", program], data=data)


def test_stop_ends_even_who_does_not_listen(tmp_path: Path) -> None:
    """SIGTERM first, SIGKILL after the patience is over; records and list are empty afterwards."""
    children: list[Child] = []
    stubborn = start(children, tmp_path, STUBBORN)
    until(lambda: "up" in stubborn.log.read_text())
    processes.stop(children, patience=0.1)
    assert stubborn.process.returncode == -signal.SIGKILL
    assert children == []
    assert list((tmp_path / "run").iterdir()) == []


def test_a_child_that_ends_too_early_is_named_with_its_last_words(tmp_path: Path) -> None:
    """The message carries name, log and its tail, so that nobody must look for them."""
    children: list[Child] = []
    child = start(children, tmp_path, "print('the disk is full')")
    with pytest.raises(ChildDied, match=r"(?s)^program ended\. The end of .*program\.log:\nthe disk is full$"):
        processes.wait_until(lambda: False, child, timeout=30)
    processes.stop(children)


def test_a_child_that_never_gets_ready_is_named(tmp_path: Path) -> None:
    """Waiting has an end."""
    children: list[Child] = []
    child = start(children, tmp_path, "import time; time.sleep(60)")
    with pytest.raises(ChildDied, match="was not ready within 0 seconds"):
        processes.wait_until(lambda: False, child, timeout=0.05)
    processes.stop(children)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """kill -9 gives the parent no chance to stop anything."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, tmp_path])
    record = tmp_path / "run" / "program.json"
    until(lambda: record.exists() and record.read_text() != "")
    child = json.loads(record.read_text())
    until(lambda: processes.is_running(child["pid"], child["command"]))
    parent.kill()
    parent.wait()
    until(lambda: not processes.is_running(child["pid"], child["command"]))


def test_leftovers_are_stopped_by_their_record(tmp_path: Path) -> None:
    """Where the kernel does not help, the next start does."""
    left: list[Child] = []
    stubborn = start(left, tmp_path, STUBBORN)
    until(lambda: "up" in stubborn.log.read_text())
    processes.stop_leftovers(tmp_path, patience=0.1)
    assert stubborn.process.wait(10) == -signal.SIGKILL
    assert list((tmp_path / "run").iterdir()) == []


def test_a_number_that_went_to_another_program_is_left_alone(tmp_path: Path) -> None:
    """Process numbers come round again."""
    (tmp_path / "run").mkdir()
    record = {"pid": os.getpid(), "command": ["gunicorn"], "signal": signal.SIGTERM.value}
    (tmp_path / "run" / "web.json").write_text(json.dumps(record))
    processes.stop_leftovers(tmp_path)  # would end this very test
    assert not (tmp_path / "run" / "web.json").exists()


def test_a_missing_package_is_named() -> None:
    """The wheels are in the dev group; production has none."""
    with pytest.raises(RuntimeError, match="no_such_wheel is missing: run `uv sync`"):
        processes.package_folder("no_such_wheel")
