"""The project's own demo practice for tests: its file, a moment to load it at, and who is meant to read what in it."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from carebridge.lib import relative

FILE = Path(__file__).resolve().parents[2] / "carebridge" / "demo" / "fernhill.json"
ZONE = ZoneInfo("Europe/London")
THURSDAY = datetime(2026, 11, 12, 15, 20, tzinfo=ZONE)
START = 48  # characters of a text that are looked for: pages shorten long ones

type Json = Any


def bundle(now: datetime = THURSDAY) -> Json:
    """The practice as it is at that moment."""
    return json.loads(relative.resolved(FILE.read_bytes(), now))


def texts(part: Json, *, least: int = 30) -> Iterator[str]:
    """Every text of some length."""
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from texts(each, least=least)
    elif isinstance(part, str) and len(part) >= least:
        yield part


def record(practice: Json) -> set[str]:
    """The beginning of every text about what happened: all of it is for somebody, and none for everybody."""
    return {text[:START] for text in texts([practice["sessions"], practice["home_updates"]]) if " " in text}


def meant_for(practice: Json, ref: str) -> set[str]:
    """Those that the rule of visibility.md gives a guardian or helper without signed notes: by hand, from the file."""
    quiet = [row for row in practice["restrictions"] if row["person"] == ref]
    found: list[Json] = []

    def reaches(at: str) -> bool:
        return not any(row["from"] <= at for row in quiet)

    for session in practice["sessions"]:
        for summary in session.get("summaries", []):
            reached = any(stands(it, ref, "to") and reaches(it["at"]) for it in summary.get("releases", []))
            found += [summary["body"]] * reached
    for update in practice["home_updates"]:
        words = [update.get(name) for name in ("body", "antecedent", "behaviour", "consequence", "helped", "edits")]
        if update["author"] == ref:
            found += [words, update.get("entered_in_error")]
            found += [reply["body"] for reply in update.get("replies", []) if reaches(reply["at"])]
        elif any(stands(it, ref, "person") and reaches(it["at"]) for it in update.get("shared_with", [])):
            found += [] if "entered_in_error" in update else words
    return {text[:START] for text in texts(found)}


def stands(given: Json, ref: str, who: str) -> bool:
    """A release or sharing to this person, not taken back."""
    return given[who] == ref and "withdrawn_at" not in given
