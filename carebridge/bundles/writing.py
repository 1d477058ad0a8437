"""A bundle's file: whole or not there, and readable by its owner alone."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

BUFFER = 1 << 20  # bytes


@contextlib.contextmanager
def new_file(path: Path, *, overwrite: bool) -> Iterator[TextIO]:
    """A file (mode 0600) that is put in its place once everything inside has gone well, and else leaves nothing behind.

    It is written beside its place, so that putting it there is one step. Raises OSError; FileExistsError when something
    stands there, unless that is a file and `overwrite` is given. A process killed by SIGKILL leaves `.carebridge-….part`.
    """
    refuse(path, overwrite=overwrite)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".carebridge-", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n", buffering=BUFFER) as file:
            yield file
        place(part, path, overwrite=overwrite)
    finally:
        part.unlink(missing_ok=True)


def refuse(path: Path, *, overwrite: bool) -> None:
    """Raise OSError for a place that is taken."""
    if path.is_dir():
        raise IsADirectoryError(0, "Is a directory")
    if os.path.lexists(path) and not (overwrite and path.is_file()):
        raise FileExistsError(0, "Something stands there already" if path.is_file() else "This is not a file")


def place(part: Path, path: Path, *, overwrite: bool) -> None:
    """Give the finished file its name; whatever has taken it in the meantime stays, unless `overwrite`."""
    if overwrite:
        part.replace(path)
    else:
        try:
            path.hardlink_to(part)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            refuse(path, overwrite=False)
            part.replace(path)
    with contextlib.suppress(OSError):  # the name itself is on the disk; not every file system can say so
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class Writer:
    """One JSON object, a line for each item of its lists, in the order of writing."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.before = "{"

    def value(self, name: str, value: Any) -> None:
        """One key."""
        self.file.write(f"{self.before}\n{dumped(name)}: {dumped(value)}")
        self.before = ","

    def items(self, name: str, items: Iterable[Any]) -> None:
        """A list, of which one item is held at a time; an empty one is left out."""
        before = f"{self.before}\n{dumped(name)}: [\n"
        for each in items:
            self.file.write(f"{before}{dumped(each)}")
            before = ",\n"
        if before == ",\n":
            self.file.write("\n]")
            self.before = ","

    def end(self) -> None:
        """The last bracket; then the file is on the disk, or OSError says that it is not."""
        self.file.write("\n}\n")
        self.file.flush()
        os.fsync(self.file.fileno())


def dumped(value: Any) -> str:
    """JSON in which people's letters stand as they are."""
    return json.dumps(value, ensure_ascii=False)
