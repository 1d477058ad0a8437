"""Process notes leave the house only for their author, or for a lead with a second person."""

from pathlib import Path
from typing import Any

import pytest

from accounts.models import AuditEvent, Membership, Person, Practice
from carebridge.bundles import export
from sessions_log.models import ProcessNote, Session
from tests import people
from tests.carebridge.bundles import SKIP, WILLOW, Json
from tests.carebridge.exporting import INES, OMAR, RUTH, TOM, export_to, load, refused
from tests.harness import viewing
from tests.people import DAY, NOON, day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon", "operator_here")]


@pytest.fixture
def written(operator_here: None, noon: None, tmp_path: Path) -> Practice:
    """Willow Creek, with a process note by Ines beside Tom's."""
    load(WILLOW, skip=SKIP)
    session = Session.objects.filter(child__name="Leo").get()
    ines = Person.objects.get(name="Ines Falk")
    ProcessNote.objects.create(
        practice=session.practice, child=session.child, session=session, author=ines, body="Ines wonders.",
        written_at=NOON - DAY, changed_at=NOON - DAY,
    )  # fmt: skip
    return session.practice


def process_notes(told: Json) -> list[str]:
    """The words of those in the file."""
    notes = [note for session in told["sessions"] for note in session.get("notes", [])]
    return [note["body"] for note in notes if note["kind"] == "process"]


@pytest.mark.usefixtures("written")
def test_process_notes_stay_behind(out: Path) -> None:
    assert process_notes(export_to(out)) == []


def test_an_author_takes_their_own_and_no_others(
    written: Practice, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert process_notes(export_to(out, process_notes_of=["INES@willow.example"], by=INES)) == ["Ines wonders."]
    assert "all other process notes" in capsys.readouterr().out
    event = AuditEvent.objects.get(action="process_notes_exported")
    ines = Person.objects.get(name="Ines Falk").pk
    assert (event.practice_id, event.data) == (written.pk, {"of": [ines], "by": ines, "second": None, "count": 1})


def test_a_lead_takes_others_notes_with_a_second_person(written: Practice, out: Path) -> None:
    """By random id, too; of someone who has left."""
    ids = {person.name.split()[0]: person for person in Person.objects.all()}
    Membership.objects.filter(person=ids["Ines"]).update(ends=NOON - DAY)
    options: dict[str, Any] = {"process_notes_of": [INES, str(ids["Tom"].public_id)], "by": RUTH, "second": OMAR}
    assert sorted(process_notes(export_to(out, **options)))[0] == "Ines wonders."
    event = AuditEvent.objects.get(action="process_notes_exported")
    numbers = {name: person.pk for name, person in ids.items()}
    assert event.data == {
        "of": sorted([numbers["Ines"], numbers["Tom"]]), "by": numbers["Ruth"], "second": numbers["Omar"], "count": 2,
    }  # fmt: skip


def test_an_admin_reads_that_it_was_exported_and_nothing_of_process_notes(written: Practice, out: Path) -> None:
    """visibility.md, row "Audit": not even how many restrictions, namings and withheld notes there are."""
    export_to(out, process_notes_of=[INES], by=INES)
    told = {}
    for name in ("Omar Lindqvist", "Ruth Adeyemi", "Tom Reyes"):
        with viewing(Person.objects.get(name=name)):
            told[name] = sorted(AuditEvent.objects.visible().values_list("action", flat=True))
    leads = ["bundle_exported", "bundle_loaded", "process_notes_exported"]
    assert told == {"Omar Lindqvist": ["bundle_exported"], "Ruth Adeyemi": leads, "Tom Reyes": []}
    assert not export.OF_LEADS & set(AuditEvent.objects.get(action="bundle_exported").data)


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("options", "telling"),
    [
        ({"process_notes_of": [INES]}, "say who asks"),
        ({"by": INES}, "go with --process-notes-of"),
        ({"second": OMAR}, "go with --process-notes-of"),
        ({"process_notes_of": [INES], "by": TOM}, f"{TOM} may ask for their own"),
        ({"process_notes_of": [INES, TOM], "by": INES}, "only a safeguarding lead"),
        ({"process_notes_of": [INES], "by": TOM, "second": RUTH}, "only a safeguarding lead"),
        ({"process_notes_of": [INES], "by": RUTH}, "take two"),
        ({"process_notes_of": [INES], "by": RUTH, "second": RUTH}, "take two"),
        (
            {"process_notes_of": [INES], "by": RUTH, "second": "priya@family.example"},
            "not the sign-in e-mail of anyone",
        ),
        ({"process_notes_of": ["ines"], "by": INES}, "ines is not the sign-in e-mail"),
    ],
)
def test_who_may_not_ask(options: dict[str, Any], telling: str, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = refused(capsys, out, **options)
    assert telling in line
    assert "wonders" not in line


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("how", ["employment", "account"])
def test_who_has_left_asks_for_nothing(how: str, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sealed: their own notes, too."""
    ines = Person.objects.get(name="Ines Falk")
    if how == "account":
        ines.account.is_active = False
        ines.account.save()
    else:
        Membership.objects.filter(person=ines).update(ends=NOON)
    assert "does not work in this practice now" in refused(capsys, out, process_notes_of=[INES], by=INES)


def test_who_is_family_or_closed_asks_for_nothing(
    written: Practice, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Principle 1: for that child they have no right as staff."""
    leo = written.child_set.get(name="Leo")
    omar, ines = Person.objects.get(name="Omar Lindqvist"), Person.objects.get(name="Ines Falk")
    people.tie(omar, leo, "helper", ends=day(2, 1))
    assert "no right as staff" in refused(capsys, out, process_notes_of=[INES], by=RUTH, second=OMAR)
    export_to(out, process_notes_of=[INES], by=INES)
    people.restrict(ines, leo, "closed", omar, day(3, 1))
    again = out.with_name("again.json")
    assert "no right as staff" in refused(capsys, again, process_notes_of=[INES], by=INES)
