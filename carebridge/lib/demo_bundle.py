"""Which practice bundle a demo's data folder holds, and the log-ins in it.

Loading happens once per folder. A copy of the file, with dates from the day of loading where it says them so
(`relative.py`), and a record of how it was loaded stay beside the data, so that a later start knows what is there even when
the original has changed or gone.
"""

import hashlib
import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from carebridge.lib import relative


class Refused(RuntimeError):
    """The bundle asked for cannot be served from this folder; the message says why."""


@dataclass(frozen=True)
class Choice:
    """A bundle, the lists left out of it, and how far it has come into the database.

    `content`: what is loaded. `source`: the SHA-256 of the file it was made of.
    """

    path: str
    skip: str
    content: bytes
    source: str
    loaded: bool = False
    practices_before: int | None = None  # how many the database had when loading began

    def __str__(self) -> str:
        return self.path + (f" without {self.skip}" if self.skip else "")


def choose(data: Path, bundle: Path | None, skip: str | None, *, default: tuple[Path, str]) -> Choice:
    """The bundle asked for; if none was, the one this folder holds, else the default and what it leaves out.

    Raises Refused when the folder holds another one, or the file cannot be read.
    """
    holds = held(data)
    if holds and bundle is None and skip in {None, holds.skip}:
        return holds
    path, default_skip = (bundle, "") if bundle else default
    try:
        wanted = made_of(path, default_skip if skip is None else skip)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise Refused(f"The bundle cannot be read: {error}") from None
    if holds is None:
        return wanted
    if (holds.source, holds.skip) == (wanted.source, wanted.skip):
        return holds
    raise Refused(
        f"{data} holds another practice: {holds}. Asked for was {wanted}. Nothing was changed. Choose another data "
        "folder, or delete this one and lose what is in it."
    )


def made_of(path: Path, skip: str, now: datetime | None = None) -> Choice:
    """The bundle that a file is at this moment. Raises OSError; ValueError or LookupError
    for one that says its dates in words of its own, wrongly."""
    source = path.read_bytes()
    return Choice(str(path), skip, relative.resolved(source, now or datetime.now(UTC)), digest(source))


def digest(source: bytes) -> str:
    """By which a file is known again."""
    return hashlib.sha256(source).hexdigest()


def held(data: Path) -> Choice | None:
    """What this folder holds, or began to load; None before that."""
    if not _record(data).exists():
        return None
    content = copy_in(data).read_bytes()
    facts = {"source": digest(content), **json.loads(_record(data).read_text())}  # older records say no source
    return Choice(content=content, **facts)


def copy_in(data: Path) -> Path:
    """Where the folder's copy of the bundle is."""
    return data / "bundle" / "bundle.json"


def begin(data: Path, choice: Choice, *, practices: int) -> Choice:
    """Record that loading begins, with `practices` in the database: whether it was committed can be told later."""
    copy_in(data).parent.mkdir(mode=0o700, exist_ok=True)  # it holds passwords
    copy_in(data).write_bytes(choice.content)
    return _keep(data, replace(choice, practices_before=practices))


def end(data: Path, choice: Choice) -> Choice:
    """Record that it is loaded."""
    return _keep(data, replace(choice, loaded=True))


def forget(data: Path) -> None:
    """Loading failed: the folder holds nothing, as before."""
    _record(data).unlink()


def _keep(data: Path, choice: Choice) -> Choice:
    facts = {name: value for name, value in vars(choice).items() if name != "content"}
    new = _record(data).with_suffix(".new")
    new.write_text(json.dumps(facts))
    os.replace(new, _record(data))
    return choice


def _record(data: Path) -> Path:
    return data / "bundle" / "record.json"


# --- Log-ins ----------------------------------------------------------------------------------------------------------


def log_ins(choice: Choice, now: datetime | None = None) -> list[tuple[str, str, str]]:
    """E-mail, password, and "name: roles" of everyone who can sign in with a password."""
    bundle = json.loads(choice.content)
    moment = now or datetime.now(UTC)
    return [
        (person["email"], person["password"], f"{person['name']}: {', '.join(_roles(bundle, person, moment))}")
        for person in bundle.get("people", [])
        if person.get("email") and person.get("password") and person.get("active", True)
    ]


def _roles(bundle: dict[str, Any], person: dict[str, Any], moment: datetime) -> list[str]:
    """Staff roles, then a role per child, without those that are over or have not begun."""
    children = {child["ref"]: child["name"] for child in bundle.get("children", [])}
    staff = [_words(row["role"]) for row in person.get("staff", []) if _is_on(row, moment)]
    mine = [row for row in bundle.get("circle", []) if row["person"] == person["ref"] and _is_on(row, moment)]
    return staff + [_circle_role(row, children[row["child"]]) for row in mine] or ["no role now"]


def _circle_role(row: dict[str, Any], child: str) -> str:
    if row["role"] == "young_person":
        return f"{child}'s own log-in"
    authority = f" ({row['authority']})" if row.get("authority", "full") != "full" else ""
    return f"{_words(row['role'])}{authority} of {child}"


def _words(value: str) -> str:
    return value.replace("_", " ")


def _is_on(row: dict[str, Any], moment: datetime) -> bool:
    begins, ends = datetime.fromisoformat(row["from"]), row.get("until")
    return begins <= moment and (ends is None or moment < datetime.fromisoformat(ends))
