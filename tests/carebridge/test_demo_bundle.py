"""Which bundle a demo's folder holds, and who may sign in."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from carebridge.lib import demo_bundle
from carebridge.lib.demo_bundle import Choice, Refused

NOON = datetime(2026, 11, 2, 17, tzinfo=UTC)
JANUARY, FEBRUARY = "2026-01-12T09:00:00-05:00", "2026-02-12T09:00:00-05:00"
MAYA = {"child": "maya", "from": JANUARY}
PRACTICE = {
    "people": [
        {
            "ref": "tom",
            "name": "Tom",
            "email": "tom@x",
            "password": "p1",
            "staff": [{"role": "therapist", "from": JANUARY}],
        },
        {"ref": "dan", "name": "Dan", "email": "dan@x", "password": "p2"},
        {"ref": "lea", "name": "Lea", "email": "lea@x", "password": "p3"},
        {"ref": "old", "name": "Old", "email": "old@x", "password": "p4"},
        {"ref": "off", "name": "Off", "email": "off@x", "password": "p5", "active": False},
        {"ref": "not", "name": "Not", "email": "not@x"},
    ],
    "children": [{"ref": "maya", "name": "Maya"}],
    "circle": [
        {**MAYA, "person": "tom", "role": "therapist"},
        {**MAYA, "person": "dan", "role": "guardian", "authority": "informed"},
        {**MAYA, "person": "lea", "role": "young_person"},
        {**MAYA, "person": "old", "role": "helper", "until": FEBRUARY},
    ],
}


@pytest.fixture
def default(tmp_path: Path) -> tuple[Path, str]:
    """The project's own bundle, and what is left out of it."""
    path = tmp_path / "default.json"
    path.write_text("{}")
    return path, "goals"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A demo's folder."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def load(data: Path, choice: Choice) -> None:
    """As the demo does it."""
    demo_bundle.end(data, demo_bundle.begin(data, choice, practices=0))


def test_who_may_sign_in_with_the_roles_that_are_on() -> None:
    """Nobody without a password, nobody deactivated, no role that is over."""
    choice = Choice("file", "", json.dumps(PRACTICE).encode(), "")
    assert demo_bundle.log_ins(choice, NOON) == [
        ("tom@x", "p1", "Tom: therapist, therapist of Maya"),
        ("dan@x", "p2", "Dan: guardian (informed) of Maya"),
        ("lea@x", "p3", "Lea: Maya's own log-in"),
        ("old@x", "p4", "Old: no role now"),
    ]


def test_an_empty_folder_takes_the_default_without_what_it_leaves_out(data: Path, default: tuple[Path, str]) -> None:
    """`--skip` alone changes what is left out of it; a bundle asked for is loaded whole unless told."""
    expected = Choice(str(default[0]), "goals", b"{}", demo_bundle.digest(b"{}"))
    assert demo_bundle.choose(data, None, None, default=default) == expected
    assert demo_bundle.choose(data, None, "", default=default).skip == ""
    assert demo_bundle.choose(data, default[0], None, default=default).skip == ""
    assert demo_bundle.choose(data, default[0], "messages", default=default).skip == "messages"


def test_a_folder_keeps_its_bundle_whatever_becomes_of_the_file(data: Path, default: tuple[Path, str]) -> None:
    """A newer version of the project may bring another default: the data of the old one stays."""
    load(data, demo_bundle.choose(data, None, None, default=default))
    default[0].write_text('{"another": 1}')
    held = demo_bundle.choose(data, None, None, default=default)
    assert (held.content, held.skip, held.loaded) == (b"{}", "goals", True)


def test_another_bundle_is_refused_by_name(data: Path, default: tuple[Path, str], tmp_path: Path) -> None:
    """Another content or another choice of lists; the same content under another name is the same."""
    load(data, demo_bundle.choose(data, None, None, default=default))
    same, other = tmp_path / "same.json", tmp_path / "other.json"
    same.write_text("{}")
    other.write_text('{"another": 1}')
    assert demo_bundle.choose(data, same, "goals", default=default).loaded
    for bundle, skip in ((other, "goals"), (same, None), (same, "messages"), (None, "messages")):
        with pytest.raises(Refused, match=r"holds another practice: .*default\.json without goals\. Asked for was "):
            demo_bundle.choose(data, bundle, skip, default=default)


def test_dates_said_from_the_day_of_loading_are_those_of_the_first_day(
    data: Path, default: tuple[Path, str], noon: None
) -> None:
    """A later start finds the practice as it was loaded, and knows the file again by its own words."""
    source = '{"format": "carebridge-demo/1", "practice": {"time_zone": "America/New_York"}, "sessions": [{"held_at": "%s"}]}'
    default[0].write_text(source % "D-1 16:10")
    load(data, demo_bundle.choose(data, None, None, default=default))
    with time_machine.travel(timedelta(days=3)):
        held = demo_bundle.choose(data, default[0], "goals", default=default)
    assert held.loaded
    assert json.loads(held.content)["sessions"] == [{"held_at": "2026-11-01T16:10:00-05:00"}]
    assert json.loads(held.content)["format"] == "carebridge-bundle/1"
    default[0].write_text(source % "D-2 16:10")
    with pytest.raises(Refused, match="holds another practice"):
        demo_bundle.choose(data, default[0], "goals", default=default)


@pytest.mark.parametrize(
    "content", ['"carebridge-demo/1"', '{"format": "carebridge-demo/1"', '{"format": "carebridge-demo/1"}']
)
def test_a_demo_file_that_cannot_be_dated_is_refused(data: Path, default: tuple[Path, str], content: str) -> None:
    """Before anything is started."""
    default[0].write_text(content)
    with pytest.raises(Refused, match="cannot be read"):
        demo_bundle.choose(data, None, None, default=default)


def test_a_folder_of_an_earlier_version_is_known_by_its_copy(data: Path, default: tuple[Path, str]) -> None:
    """Its record says no source."""
    load(data, demo_bundle.choose(data, None, None, default=default))
    record = data / "bundle" / "record.json"
    record.write_text(json.dumps({name: v for name, v in json.loads(record.read_text()).items() if name != "source"}))
    assert demo_bundle.choose(data, default[0], "goals", default=default).loaded


def test_a_file_that_is_not_there_is_refused(data: Path, default: tuple[Path, str]) -> None:
    """With the system's own words."""
    with pytest.raises(Refused, match=r"cannot be read: .*No such file.*nowhere\.json"):
        demo_bundle.choose(data, Path("nowhere.json"), None, default=default)


def test_a_load_that_began_is_remembered_as_such(data: Path, default: tuple[Path, str]) -> None:
    """So that the next start can find out whether it was committed; after a failure nothing is held."""
    choice = demo_bundle.choose(data, None, None, default=default)
    demo_bundle.begin(data, choice, practices=3)
    held = demo_bundle.choose(data, None, None, default=default)
    assert (held.loaded, held.practices_before) == (False, 3)
    demo_bundle.forget(data)
    assert demo_bundle.held(data) is None


def test_the_copy_with_the_passwords_is_private(data: Path, default: tuple[Path, str]) -> None:
    """Other users of the machine have no business in it."""
    load(data, demo_bundle.choose(data, None, None, default=default))
    assert demo_bundle.copy_in(data).parent.stat().st_mode & 0o077 == 0
