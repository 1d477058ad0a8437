"""`load_bundle`: a whole practice from one JSON file, or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from carebridge.bundles.format import LISTS
from carebridge.bundles.load import Loaded, Refused, load_file
from carebridge.bundles.problems import Problems
from carebridge.lib.database import become_operator


class Command(BaseCommand):
    """Create the practice in a bundle with everything in it, keeping every date; or say all that is wrong with the file.

    Runs as the operator (`DATABASE_OPERATOR_URL`; where that is unset, as whoever the process logs in as).
    """

    help = "Create a practice, with everything in it, from a bundle: in one transaction, or not at all."
    requires_system_checks = ()  # they are about pages; a practice moves in without any

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the module."""
        parser.add_argument("file", type=Path, help="the bundle: JSON, in UTF-8")
        parser.add_argument("--dry-run", action="store_true", help="check everything and say what would be created")
        parser.add_argument("--skip", default="", help=f"lists to leave out, comma-separated: {', '.join(LISTS)}")

    def handle(self, *, file: Path, dry_run: bool, skip: str, **_: Any) -> None:
        """Exit status 1 when anything is wrong, with a line for each problem on standard error; 130 when stopped by Ctrl-C."""
        become_operator()
        problems = Problems()
        try:
            loaded = load_file(Path(file), problems, skip=left_out(skip, problems), dry_run=dry_run)
        except Refused:
            self.stderr.write(problems.report(), style_func=str)
            raise SystemExit(1) from None
        except KeyboardInterrupt:
            self.stderr.write("Stopped. Nothing was loaded.", style_func=str)
            raise SystemExit(130) from None
        self.stdout.write(described(loaded, dry_run=dry_run))


def left_out(words: str, problems: Problems) -> set[str]:
    """The lists named in `--skip`. Raises Refused for another name."""
    names = {name.strip() for name in words.split(",")} - {""}
    if names - set(LISTS):
        problems.add("", f"--skip names a list that cannot be left out; expected: {', '.join(LISTS)}.")
        raise Refused
    return names


def described(loaded: Loaded, *, dry_run: bool) -> str:
    """What was, or would be, created: how many rows of each model, and the practice's ref at the end."""
    head = "This would be created; nothing was written:" if dry_run else "Created:"
    lines = [f"  {model}: {count}" for model, count in loaded.counts.items()]
    return "\n".join([head, *lines, loaded.ref])
