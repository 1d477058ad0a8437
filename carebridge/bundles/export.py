"""A whole practice to one file, as it stands at one moment, or nothing."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent, Practice
from carebridge.bundles import tell_people, tell_words
from carebridge.bundles.asking import Asked, asked
from carebridge.bundles.format import FORMAT
from carebridge.bundles.telling import NotTold, Telling, told_models
from carebridge.bundles.writing import Writer, new_file

# Of these not even the number is for admins, who read the record of exports (visibility.md, row "Audit").
OF_LEADS = {"Named", "Opening", "ProcessNote", "Restriction", "TakenOut", "Withholding"}


@dataclass(frozen=True)
class Wanted:
    """What is asked for. `process_notes_of`, `by`, `second`: people, as `asking.py` finds them."""

    ref: str
    process_notes_of: list[str]
    by: str
    second: str


def export_file(path: Path, wanted: Wanted, *, overwrite: bool) -> Counter[str]:
    """Write the practice and record that it was written; how many rows of each model.

    The record is committed before the file gets its name: there may be a record without a file, never a file without a
    record. Raises NotTold with what is wrong, and then there is neither.
    """
    try:
        with new_file(path, overwrite=overwrite) as file, snapshot():
            return tell(file, wanted)
    except OSError as error:
        raise NotTold(f"{path} cannot be written: {error.strerror or type(error).__name__}.") from None
    except DatabaseError as error:
        raise NotTold(f"The database does not answer as expected ({type(error).__name__}).") from None
    except NotTold:
        raise
    except Exception as error:  # a traceback would carry a note's words to whoever reads the terminal
        raise NotTold(f"Exporting failed ({type(error).__name__}).") from None


@contextmanager
def snapshot() -> Iterator[None]:
    """One moment of the whole database, however long the reading takes; nobody waits for it.

    Raises NotTold for a role that row security would show a part of the practice, or nothing.
    """
    inside = connection.in_atomic_block  # as in a test: then that transaction has begun already
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not inside:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT row_security_active('accounts_practice')")
            if cursor.fetchone()[0]:
                raise NotTold("This process logs in as a role that may not read a whole practice; the operator may.")
        yield


def tell(file: TextIO, wanted: Wanted) -> Counter[str]:
    """Everything, in the order of the format; then the record of it."""
    now = timezone.now()
    practice = Practice.objects.filter(ref=wanted.ref).first()
    if practice is None:
        raise NotTold(f"There is no practice with the ref {wanted.ref}.")
    request = asked(practice, wanted.process_notes_of, wanted.by, wanted.second, now=now)
    telling = Telling(practice, request.authors if request else frozenset())
    writer = Writer(file)
    writer.value("format", FORMAT)
    writer.value("practice", tell_people.practice(telling))
    for name, told in tell_people.lists(telling):
        writer.items(name, told)
    writer.items("sessions", tell_words.sessions(telling))
    writer.items("home_updates", tell_words.home_updates(telling))
    writer.end()
    hold_to_everything(telling)
    record(practice, +telling.counts, request, now)
    return +telling.counts


def hold_to_everything(telling: Telling) -> None:
    """Raise NotTold unless every row of the practice was told: of models yet to come, too."""
    for model in told_models():
        held, told = telling.of(model).count(), telling.counts[model.__name__]
        if held != told:
            raise NotTold(f"The practice holds {held} rows of {model.__name__}, of which a bundle would hold {told}.")


def record(practice: Practice, counts: Counter[str], request: Asked | None, now: datetime) -> None:
    """How much left the house, for leads and admins; and for leads alone, who asked for whose process notes."""
    told = {name: count for name, count in counts.items() if name not in OF_LEADS}
    AuditEvent.objects.create(at=now, action="bundle_exported", practice_id=practice.pk, data=told)
    if request:
        asked_for = {"of": sorted(request.authors), "by": request.by, "second": request.second}
        data = {**asked_for, "count": counts["ProcessNote"]}
        AuditEvent.objects.create(at=now, action="process_notes_exported", practice_id=practice.pk, data=data)
