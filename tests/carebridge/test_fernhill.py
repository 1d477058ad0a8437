"""The project's own demo practice: it loads whole, every page has something to look at, and each reader's are theirs alone."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.urls import resolve

from accounts.enums import Authority, CircleRole, RecordAccess, RestrictionKind, StaffRole
from accounts.models import Person, Practice
from carebridge.bundles.check import check
from carebridge.bundles.format import BUILT, PROCESS, PROGRESS
from carebridge.bundles.problems import Problems
from carebridge.lib.database import OPERATOR
from sessions_log.enums import MarkKind, NoteTemplate, OverrideGround, Place, UpdateKind, WishKind
from sessions_log.models import ProgressNote
from tests.carebridge import fernhill, held
from tests.carebridge.fernhill import THURSDAY, Json
from tests.guards.browsing import PROOF
from tests.harness import WallClient, role, signed_in

SAMPLE = 1 if not PROOF else 10_000  # pages of one kind about one child that a person opens besides the reading walk
OFFERED: dict[str, Any] = {  # each place of the format that takes one of some words, and the words
    "people/staff/role": StaffRole, "circle/role": CircleRole, "circle/authority": Authority,
    "restrictions/kind": RestrictionKind, "agreements/guardian_access": RecordAccess,
    "agreements/young_person_access": {"signed_notes"}, "sessions/notes/kind": {PROGRESS, PROCESS},
    "sessions/notes/template": NoteTemplate, "sessions/summaries/child_wish": WishKind,
    "sessions/summaries/releases/override/ground": OverrideGround, "home_updates/kind": UpdateKind,
    "home_updates/marks/kind": MarkKind, "home_updates/where": Place,
}  # fmt: skip
# Whose pages may be bare, and which: nobody's but these.
# What begins to fill once people work here: the bundle tells no notices, no invitations and no history of acts on pages.
QUIET_AT_FIRST = {"notices", "invitations", "hand_over", "circle"}
BARE = {("gareth", "home"), ("grace", "home"), ("colin", "move_in"), ("jean", "home")}
# One sentence each that only the team, only one household, only its author may read.
SENTENCES = {
    "a process note of Hana's": "I notice how much I want to rescue the postman.",
    "a note of record": "Grieving the shared home, at last without having to look after anyone.",
    "what Freya said": "If I laugh at Dad's, it is like cheating on Mum.",
    "a summary not for Peter": "Once is enough, and in your own words.",
    "a summary for nobody": "She would rather keep this one between us.",
    "an update of Ingrid's": "An hour before the car came she lay on the bathroom floor",
    "a sharing Peter took back": "Laughed until she had hiccups at the ice rink",
    "why it is quiet": "Jonas has asked for time before his father hears more",
    "a summary of the quiet time": "Jonas has written his own page for the weeks ahead",
    "an override": "I told Jonas before I told anyone",
    "a note withheld": "His metaphor of weather and climate is better than my scale.",
}


@pytest.fixture(autouse=True)
def _on_thursday() -> Iterator[None]:
    with time_machine.travel(THURSDAY, tick=False):
        yield


@pytest.fixture
def practice() -> Json:
    """The file at that moment."""
    return fernhill.bundle()


@pytest.fixture
def loaded(db: None, practice: Json, tmp_path: Path, settings: Any) -> dict[str, Person]:
    """The practice in the database, without a list left out; who is who."""
    settings.DATABASE_OPERATOR_URL = ""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(practice))
    with role(OPERATOR):
        call_command("load_bundle", file, stdout=StringIO())
    names = {person["name"]: person["ref"] for person in practice["people"]}
    return {names[person.name]: person for person in Person.objects.select_related("account")}


# --- The file -----------------------------------------------------------------------------------------------------------


def test_it_has_no_problems(db: None, practice: Json) -> None:
    """Nor would it in any other hour: tests/carebridge/test_relative.py."""
    problems = Problems()
    check(practice, problems, skip=set(), now=THURSDAY, production=False)
    assert problems.report() == ""


def test_every_word_the_format_offers_occurs(practice: Json) -> None:
    """So that each has its place on a page."""
    for path, words in OFFERED.items():
        assert found(practice, path.split("/")) == {str(word) for word in words}, path


def found(part: Json, keys: list[str]) -> set[str]:
    """What stands at a path, in all items of the lists on the way."""
    if isinstance(part, list):
        return set[str]().union(*(found(each, keys) for each in part))
    if not keys:
        return {part}
    return found(part[keys[0]], keys[1:]) if keys[0] in part else set()


def test_every_key_of_the_format_occurs(practice: Json) -> None:
    """Of the lists that are built, but for these."""
    keys = keys_of(practice)
    assert {"offered_to", "withheld_from", "addenda", "edits", "withdrawn_at", "entered_in_error", "consent"} <= keys
    only_pages_write = {"explanations", "named", "choices", "circle_changes", "deactivations"}
    assert set(BUILT) - only_pages_write <= set(practice)


def keys_of(part: Json) -> set[str]:
    """Every key in it, at any depth."""
    if isinstance(part, list):
        return set[str]().union(*(keys_of(each) for each in part))
    return set(part).union(*(keys_of(each) for each in part.values())) if isinstance(part, dict) else set()


def test_the_texts_are_many_and_short(practice: Json) -> None:
    """Nothing is said twice but the note that was entered in error and written again, and nothing goes on for long."""
    texts = list(fernhill.texts([practice["sessions"], practice["home_updates"]], least=40))
    twice = {text: number for text, number in Counter(texts).items() if number > 1}
    assert len(texts) > 350
    assert list(twice) == ["Ms Doyle at the back, sorting pencils. She did it perfectly."]
    assert max(map(len, texts)) < 450


def test_everyone_who_may_sign_in_has_a_long_password_and_an_address_that_is_nobodys(practice: Json) -> None:
    for person in practice["people"]:
        assert len(person.get("password", "x" * 15)) >= 15
        assert person.get("email", "@x.example").endswith(".example")


# --- The pages ----------------------------------------------------------------------------------------------------------


def test_what_is_loaded_is_what_the_file_says(loaded: dict[str, Person], practice: Json) -> None:
    """And is as it would be had it been written on pages: what was signed late is known to be."""
    told, there = held.named(practice), held.held(Practice.objects.get())
    for name in told:
        assert held.filled(there[name]) == held.filled(told[name]), name
    late = {note.session.held_at for note in ProgressNote.objects.filter(late=True).select_related("session")}
    signed = [
        (session, note) for session in practice["sessions"] for note in session.get("notes", []) if "signed_at" in note
    ]
    assert late == {
        datetime.fromisoformat(session["held_at"])
        for session, note in signed
        if datetime.fromisoformat(note["signed_at"]) - datetime.fromisoformat(session["held_at"]) > timedelta(hours=72)
    }
    assert late


@pytest.mark.proof
def test_every_page_of_everyone_answers_and_shows_something(loaded: dict[str, Person], practice: Json) -> None:
    """By links from the first page on; of one kind, about one child, a person opens as many as the sample says."""
    walked, bare = Counter[str](), set[tuple[str, str]]()
    for ref in [person["ref"] for person in practice["people"] if "password" in person]:
        pages = walk(signed_in(loaded[ref]), most=SAMPLE)
        walked[ref] = len(pages)
        bare |= {(ref, kind_of(path)[0]) for path, text in pages.items() if 'class="empty"' in text}
    assert not {(ref, name) for ref, name in bare if name not in QUIET_AT_FIRST} - BARE
    print(f"{walked.total()} pages of {len(walked)} people: {dict(walked)}")


def walk(client: WallClient, *, most: int) -> dict[str, str]:
    """Pages that can be reached by links from the first one, with their words; at most so many of a kind about a child."""
    pages: dict[str, str] = {}
    seen, todo = Counter[Any](), ["/"]
    while todo:
        path = todo.pop(0)
        kind = kind_of(path)
        aside = "logout" in path or path == "/leave/" or "?show=" in path  # a filter may leave nothing
        if path in pages or aside or seen[kind] >= most:
            continue
        seen[kind] += 1
        response = client.get(path, follow=True)  # one's own practice has its page by a redirect
        assert response.status_code == 200, path
        pages[path] = unescape(response.content.decode())
        inside = re.findall(r'<a [^>]*href="(/[^"]*|\?[^"]+)"', pages[path])
        inside = [link.partition("#")[0] for link in inside]
        todo += [path.partition("?")[0] + link if link[0] == "?" else link for link in inside]
    return pages


def kind_of(path: str) -> Any:
    """The name of the address, the child it is about, and whether it is a further page."""
    address, _, query = path.partition("?")
    match = resolve(address)
    return match.url_name, str(match.kwargs.get("child", "")), bool(query)


@pytest.mark.parametrize("ref", ["alan", "peter", "ingrid", "gareth", "jean", "okoro", "andres", "colin"])
def test_nobody_reads_what_is_not_meant_for_them(loaded: dict[str, Person], practice: Json, ref: str) -> None:
    """The quiet guardian, each household, who is closed, a contributor, a helper, and the front desk: every page of theirs."""
    pages = walk(signed_in(loaded[ref]), most=10_000)
    everything = "\n".join(pages.values())
    meant = fernhill.meant_for(practice, ref) if ref not in {"gareth", "colin"} else set()
    for text in fernhill.record(practice) - meant:
        assert text not in everything, text
    for text in meant:
        assert text in everything, text


@pytest.mark.parametrize(
    ("ref", "reads"),
    [
        ("alan", set()),
        ("peter", {"a sharing Peter took back"}),
        ("ingrid", {"a summary not for Peter", "an update of Ingrid's"}),
        ("jonas-own", {"a summary of the quiet time", "an override"}),
        ("colin", set()),
        ("grace", set()),
    ],
)
def test_single_sentences_reach_whom_they_are_for(loaded: dict[str, Person], ref: str, reads: set[str]) -> None:
    """Told by hand, apart from what the file says about itself."""
    everything = "\n".join(walk(signed_in(loaded[ref]), most=10_000).values())
    assert {what for what, sentence in SENTENCES.items() if sentence in everything} == reads
