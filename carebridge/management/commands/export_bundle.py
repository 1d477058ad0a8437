"""`export_bundle`: a whole practice to one JSON file, or nothing."""

import signal
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from carebridge.bundles.export import Wanted, export_file
from carebridge.bundles.telling import NotTold
from carebridge.lib.database import become_operator

STAYS = (
    "Not in it: passwords and second factors, browser sessions, the audit trail, forms not sent yet, random ids, and"
    " all{} process notes. Everyone chooses a new password by mail."
)


class Command(BaseCommand):
    """Write the practice to a bundle as it stands at one moment, readable by the owner of the file alone.

    Runs as the operator (`DATABASE_OPERATOR_URL`; where that is unset, as whoever the process logs in as).
    """

    help = "Write a practice, with everything in it, to a bundle (docs/bundle.md): the whole file, or none."
    requires_system_checks = ()  # they are about pages; a practice moves out without any

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the module."""
        parser.add_argument("practice", metavar="practice_ref", help="the practice's ref")
        parser.add_argument("file", type=Path, help="where to write it")
        parser.add_argument("--overwrite", action="store_true", help="write over a file that is there")
        parser.add_argument(
            "--process-notes-of", nargs="+", default=[], metavar="PERSON", action="extend",
            help="also the process notes of these people (sign-in e-mail or random id); they are left out otherwise",
        )  # fmt: skip
        parser.add_argument(
            "--as", dest="by", default="", metavar="PERSON",
            help="who asks for process notes: their author, or a safeguarding lead (with --with)",
        )  # fmt: skip
        parser.add_argument(
            "--with", dest="second", default="", metavar="PERSON", help="the second person a lead asks with"
        )

    def handle(
        self, *, practice: str, file: Path, overwrite: bool, process_notes_of: list[str], by: str, second: str, **_: Any
    ) -> None:
        """Exit status 1 when anything is wrong, with one line on standard error; 130 when stopped."""
        become_operator()
        wanted = Wanted(practice, process_notes_of, by, second)
        try:
            with interrupted_by(signal.SIGTERM):
                counts = export_file(Path(file), wanted, overwrite=overwrite)
        except NotTold as error:
            self.stderr.write(f"{error} Nothing was written.", style_func=str)
            raise SystemExit(1) from None
        except KeyboardInterrupt:
            self.stderr.write("Stopped. Nothing was written.", style_func=str)
            raise SystemExit(130) from None
        self.stdout.write(described(counts, Path(file), asked=bool(process_notes_of)))


@contextmanager
def interrupted_by(number: signal.Signals) -> Iterator[None]:
    """The signal stops what is inside as Ctrl-C does, so that it can take back what it has begun."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(number, interrupt)
    try:
        yield
    finally:
        signal.signal(number, before)


def described(counts: Counter[str], file: Path, *, asked: bool) -> str:
    """What was written, how many rows of each model, and what was left out on purpose."""
    lines = [f"  {model}: {count}" for model, count in counts.items()]
    return "\n".join(["Written:", *lines, str(file), STAYS.format(" other" if asked else "")])
