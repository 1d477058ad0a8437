"""How tests run export_bundle, and the world they mostly run it on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import AuditEvent, Person
from carebridge.lib.database import OPERATOR
from sessions_log.models import ProgressNote
from tests import worlds
from tests.carebridge.bundles import Json
from tests.harness import role

TOM, INES, RUTH, OMAR = (f"{name}@willow.example" for name in ("tom", "ines", "ruth", "omar"))


def load(file: Path, skip: str = "", **options: Any) -> None:
    """Load, with the rights of the operator."""
    with role(OPERATOR):
        call_command("load_bundle", file, skip=skip, **options)


def export_to(file: Path, ref: str = "willow", *, as_role: str = OPERATOR, **options: Any) -> Json:
    """Export, with the rights of the operator; the document."""
    with role(as_role):
        call_command("export_bundle", ref, file, **options)
    return json.loads(file.read_bytes())


def refused(capsys: pytest.CaptureFixture[str], file: Path, ref: str = "willow", **options: Any) -> str:
    """The one line of an export that failed with status 1 and left no file, not even part of one, and no record."""
    capsys.readouterr()
    around = [file, *file.parent.iterdir()] if file.parent.is_dir() else []
    before = {path: path.read_bytes() for path in around if path.is_file()}
    records = AuditEvent.objects.count()
    with pytest.raises(SystemExit) as stopped:
        export_to(file, ref, **options)
    assert stopped.value.code == 1
    assert {path: path.read_bytes() for path in {*before, *file.parent.glob("*")} if path.is_file()} == before
    assert AuditEvent.objects.count() == records
    told, line = capsys.readouterr()
    assert told == ""
    assert "Traceback" not in line
    assert line.endswith(" Nothing was written.\n")
    assert line.count("\n") == 1
    return line.removesuffix(" Nothing was written.\n")


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside, the database is as it was: the house from which a practice moves out."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rich_world() -> worlds.Rich:
    """The richest world; its notes have sections and no free text besides, as no page writes both."""
    plain = worlds.sentinels_of

    def without_body(key: str, model: Any) -> dict[str, Any]:
        return {name: text for name, text in plain(key, model).items() if (model, name) != (ProgressNote, "body")}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "sentinels_of", without_body)
        return worlds.rich()


def all_process_notes() -> dict[str, Any]:
    """Those of everyone in the rich world, as a lead and a second person ask for them."""
    ids = {who.name.split()[0]: str(who.public_id) for who in Person.objects.all()}
    authors = [ids[name] for name in ("Tom", "Fred", "Vera", "Hugo")]
    return {"process_notes_of": authors, "by": ids["Ruth"], "second": ids["Omar"]}
