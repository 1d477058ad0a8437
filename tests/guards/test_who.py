""" "Who sees this, and why": the panel's yes and no are the wall's, its reasons are the kernel's, and it hints at nothing.

visibility.md: each person in the circle, yes or no, and the deciding row of the table, for the team. Principle 1: "Nobody
named in a concern reads it, what follows from it, or the audit of it".
"""

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.urls import reverse

from accounts.models import Agreement, AuditEvent, CircleRow, Membership, Named, Person, Supervision
from accounts.visibility import VisibleQuerySet
from sessions_log.models import Attendance, Opening, ProgressNote, Release, Sharing
from sessions_log.who_reads import KINDS, Onlooker, parts_of, people_around, readers_if, seen_by, who_reads
from sessions_log.who_reasons import WORDS, known_of, reason
from tests import people
from tests.guards.sentinels import SENTINEL, words_of
from tests.guards.shown.page import TIED
from tests.harness import signed_in, viewing
from tests.people import DAY, NOON, day
from tests.worlds import READERS, Rich

VIEWERS = {"maya": ["tom", "ines"], "leo": ["tom"], "ada": ["stella"]}


def items(world: Rich, child: str, who: str) -> list[str]:
    """Every row with a panel of its own that this person reads."""
    return [key for kind in KINDS.values() for key in world.keys(kind, child) if who in READERS[key]]


def key_of(world: Rich) -> dict[Any, str]:
    """The name of each row by its id."""
    return {row.pk: key for key, row in world.rows.items()}


@pytest.mark.parametrize(("child", "who"), [(child, who) for child, them in VIEWERS.items() for who in them])
def test_the_panels_answer_is_the_walls(world: Rich, child: str, who: str) -> None:
    """For every item, each row shown with it, and every person: as READERS says, by hand; nobody tied is left out."""
    keys, wrong, asked = key_of(world), [], 0
    with viewing(world.person(who)):
        for key in items(world, child, who):
            parts = parts_of(world.rows[key])
            around = people_around(world.children[child], parts)
            assert {world.name_of(number) for number in around} >= set(TIED[child].split()), key
            for number in around:
                seen, _ = seen_by(number, parts)
                for part in parts:
                    asked += 1
                    name, row = world.name_of(number), keys.get(part.item.pk)
                    if row and (part.item.pk in seen) != (name in READERS[row]):
                        wrong.append(f"{row} for {name}: {part.item.pk in seen}")
    assert not wrong
    assert asked > {"maya": 400, "leo": 60, "ada": 12}[child]


# What ends each ground for a yes: when it is taken away, the kernel must say no.
UNDO: dict[str, Callable[[Rich, Person, Any], Any]] = {
    "team": lambda world, who, item: off_the_team(who),
    "draft_author": lambda world, who, item: off_the_team(who),
    "draft_offered": lambda world, who, item: off_the_team(who),
    "draft_left": lambda world, who, item: off_the_team(who),
    "author": lambda world, who, item: Membership.objects.filter(person=who).update(ends=NOON),
    "family": lambda world, who, item: CircleRow.objects.filter(person=who).update(ends=NOON),
    "own_line": lambda world, who, item: CircleRow.objects.filter(person=who).update(ends=NOON),
    "own_words": lambda world, who, item: CircleRow.objects.filter(person=who).update(ends=NOON),
    "answered": lambda world, who, item: CircleRow.objects.filter(person=who).update(ends=NOON),
    "admin": lambda world, who, item: Membership.objects.filter(person=who, role="admin").update(ends=NOON),
    "agreement": lambda world, who, item: close_the_record(),
    "opened": lambda world, who, item: Opening.objects.filter(person=who).update(opened_at=NOON + DAY),
    "released": lambda world, who, item: Release.objects.filter(recipient=who, withdrawn_at=None).update(
        withdrawn_at=NOON
    ),
    "shared": lambda world, who, item: Sharing.objects.filter(person=who, withdrawn_at=None).update(withdrawn_at=NOON),
    "error_author": lambda world, who, item: off_the_team(who),
    "error_supervisor": lambda world, who, item: Supervision.objects.filter(supervisor=who).update(ends=NOON),
    "error_lead": lambda world, who, item: Membership.objects.filter(person=who, role="safeguarding_lead").update(
        ends=NOON
    ),
}


def off_the_team(who: Person) -> None:
    """Neither therapist nor supervisor of anyone any more."""
    CircleRow.objects.filter(person=who, role="therapist").update(ends=NOON)
    Supervision.objects.filter(supervisor=who).update(ends=NOON)


def close_the_record() -> None:
    """No agreement opens notes any more."""
    Agreement.objects.update(guardian_access="summaries_only", young_person_access="summaries_only")


@pytest.mark.parametrize(("child", "who"), [("maya", "tom"), ("maya", "ines"), ("leo", "tom")])
def test_a_yes_claims_the_rule_the_kernel_used(world: Rich, child: str, who: str) -> None:
    """Take away what the reason names, and the same person reads the row no more."""
    wrong, met = [], set()
    for key in items(world, child, who):
        with viewing(world.person(who)):
            found = verdicts(world, child, key)
        for number, part, reads, code in found:
            if not reads or number == world.person(who).pk:
                continue
            met.add(code)
            with transaction.atomic():
                UNDO[code](world, Person.objects.get(pk=number), part.item)
                with viewing(Person.objects.get(pk=number)):
                    if type(part.item).objects.visible().filter(pk=part.item.pk).exists():
                        wrong.append(f"{key} for {world.name_of(number)}: reads on without {code}")
                transaction.set_rollback(True)
    assert not wrong
    assert met >= {"team", "family", "agreement", "released"}
    if (child, who) == ("maya", "ines"):
        assert met >= {"draft_author", "opened", "own_words", "shared", "answered", "admin", "own_line", "error_lead"}


def verdicts(world: Rich, child: str, key: str) -> list[tuple[int, Any, bool, str]]:
    """(person, part, yes or no, code), before anything is put together."""
    about, item = world.children[child], world.rows[key]
    parts, known = parts_of(item), known_of(about, item)
    found = []
    for number in people_around(about, parts):
        seen, them = seen_by(number, parts)
        found += [
            (number, part, part.item.pk in seen, reason(part, number, part.item.pk in seen, known, them).code)
            for part in parts
        ]
    return found


NO: dict[tuple[str, str], str] = {
    ("n_apr", "priya"): "agreement_then", ("n_withheld", "priya"): "withheld", ("n_jun", "dan"): "quiet",
    ("n_sep", "dan"): "named", ("n_oct", "quinn"): "quiet", ("n_may", "ivy"): "notes_role", ("n_may", "karin"): "notes_role",
    ("n_may", "carl"): "closed", ("n_may", "sue"): "none", ("n_may", "fred"): "therapist_ended",
    ("n_may", "omar"): "admins", ("n_may", "ruth"): "leads", ("d_tom", "priya"): "draft", ("d_tom", "ines"): "draft",
    ("m_none", "priya"): "not_released", ("m_withdrawn", "priya"): "withdrawn", ("m_quiet", "dan"): "quiet",
    ("m_now", "quinn"): "quiet", ("m_none", "pat"): "summary_role", ("m_err", "priya"): "in_error",
    ("u_priya", "dan"): "not_shared", ("u_withdrawn", "dan"): "sharing_withdrawn", ("u_now", "quinn"): "quiet",
    ("u_priya", "karin"): "updates_closed", ("x_tom", "ines"): "process", ("x_tom", "priya"): "process",
    ("s_may", "karin"): "sessions_family", ("s_err", "priya"): "in_error",
}  # fmt: skip


def test_a_no_names_the_deciding_row(world: Rich) -> None:
    """By hand from the table, for every reason the team can give."""
    wrong = []
    with viewing(world.person("tom")):
        for (key, name), code in NO.items():
            rows = verdicts(world, "maya", key)
            mine = [row for row in rows if row[1].item.pk == world.rows[key].pk]
            found = {world.name_of(number): (reads, said) for number, _, reads, said in mine}
            if found[name] != (False, code):
                wrong.append(f"{key} for {name}: {found[name]}, expected {code}")
    assert not wrong


def test_no_reason_is_without_words() -> None:
    """Every code that can be given has words, and each says something else."""
    said = [str(words) for words in WORDS.values()]
    assert all(said)
    assert len(set(said)) == len(said)


# --- A team member who is named themselves -----------------------------------------------------------------------------------


def name_tom_too(world: Rich) -> None:
    """Into the concern that names Dan."""
    concern = Named.objects.get(person=world.cast.dan)
    Named.objects.create(
        practice=world.cast.practice, child=world.cast.maya, person=world.cast.tom, concern=concern.concern,
        raised_at=concern.raised_at, named_at=concern.named_at,
    )  # fmt: skip


def said_to(world: Rich, who: str, key: str, kind: str) -> str:
    """The panel's text."""
    url = reverse(f"who_{kind}", args=[world.cast.maya.public_id, world.rows[key].pk])
    text: str = signed_in(world.person(who)).get(url).content.decode()
    return text


def test_whoever_is_named_finds_no_hint(world: Rich) -> None:
    """Tom, named with Dan, reads of no concern: not in why Dan may not read, nor in why he may read what was opened to him."""
    name_tom_too(world)
    for key, kind in [(key, "note") for key in world.keys(ProgressNote, "maya") if "tom" in READERS[key]]:
        text = said_to(world, "tom", key, kind)
        assert "named" not in text, key
        assert "opened to them" not in text, key
    assert "not open to them at present" in said_to(world, "tom", "n_sep", "note")
    assert "named in a concern, and this note was not opened to them" in said_to(world, "ines", "n_sep", "note")
    assert "named in a concern, but this note was opened to them" in said_to(world, "ines", "n_opened", "note")


def test_the_same_words_have_an_innocent_reason(world: Rich) -> None:
    """ "Not open to them at present" is also said of an account that is switched off: it proves nothing."""
    world.cast.priya.account.is_active = False
    world.cast.priya.account.save()
    with viewing(world.person("tom")):
        found = {world.name_of(n): code for n, _, _, code in verdicts(world, "maya", "n_may")}
    assert found["priya"] == "unexplained"


# --- What would be ------------------------------------------------------------------------------------------------------------


def test_what_would_be_is_what_will_be(world: Rich) -> None:
    """Who would read a draft once signed, a summary once released: the same as after doing it; and nothing has been done."""
    from accounts.reads import possible_readers
    from sessions_log.actions.notes import sign_note
    from sessions_log.actions.summaries import release_summary

    maya, note, summary = world.cast.maya, world.rows["d_tom"], world.rows["m_none"]

    def sign() -> ProgressNote:
        draft = ProgressNote.objects.visible().select_related("session").get(pk=note.pk)
        sign_note(child=maya, note=draft)
        return ProgressNote.objects.visible().get(pk=note.pk)

    def release() -> Any:
        chosen = [r for r in possible_readers(maya) if r.person.pk in {world.cast.karin.pk, world.cast.quinn.pk}]
        release_summary(
            child=maya, summary=summary, readers=chosen, ground="safety", explanation="told", send_anyway=True
        )
        return summary

    events = AuditEvent.objects.count()
    for action in (sign, release):
        with viewing(world.person("tom")):
            before = reading(who_reads(maya, note if action is sign else summary))
            predicted = reading(readers_if(maya, action))
            assert reading(who_reads(maya, note if action is sign else summary)) == before
            assert AuditEvent.objects.count() in {events, 0}
            after = reading(who_reads(maya, action()))
        assert predicted == after
        assert after > before
    assert {world.name_of(number) for number in after - before} == {"karin"}, "Quinn is quiet"


def reading(found: list[Onlooker]) -> set[int]:
    """Person numbers of those who read it."""
    return {number for who in found if who.reads for number in who.numbers}


# --- The page -----------------------------------------------------------------------------------------------------------------


def test_the_panel_is_a_part_and_a_page(world: Rich) -> None:
    """Loaded into the item's page where scripts run; a page of its own where not. Each is a read."""
    url = reverse("who_session", args=[world.cast.maya.public_id, world.rows["s_may"].pk])
    tom = signed_in(world.cast.tom)
    part = tom.get(url, headers={"HX-Request": "true"}).content.decode()
    page = tom.get(url).content.decode()
    assert "<html" not in part
    assert "<h1>" in page
    assert words_of(part) <= words_of(page)
    assert "Nobody else sees it" in part
    events = AuditEvent.objects.filter(action="who_reads_read")
    assert [(event.shown, event.data) for event in events] == [([world.rows["s_may"].pk], {"kind": "session"})] * 2


@pytest.mark.parametrize(
    ("kind", "page", "key"),
    [("session", "session", "s_may"), ("note", "note", "n_may"), ("process_note", "process_note", "x_tom"),
     ("summary", "summary", "m_priya"), ("update", "update", "u_priya")],
)  # fmt: skip
def test_the_team_finds_it_on_each_item_and_family_does_not(world: Rich, kind: str, page: str, key: str) -> None:
    """For the team; on family's pages there is no way to it, and its address finds nothing."""
    address = reverse(f"who_{kind}", args=[world.cast.maya.public_id, world.rows[key].pk])
    item = reverse(page, args=[world.cast.maya.public_id, world.rows[key].pk])
    assert address in signed_in(world.cast.tom).get(item).content.decode()
    for who in ("priya", "maya_login", "omar", "ruth"):
        assert address not in signed_in(world.person(who)).get(item).content.decode()
        assert signed_in(world.person(who)).get(address).status_code == 404
    if kind == "process_note":
        assert signed_in(world.cast.ines).get(address).status_code == 404


def test_each_person_of_a_session_has_lines_of_their_own(world: Rich) -> None:
    """Facts, record and who came are three rows of the table."""
    with viewing(world.person("tom")):
        found = {tuple(who.names): who for who in who_reads(world.cast.maya, world.rows["s_may"])}
    dan = next(who for names, who in found.items() if names[0].startswith("Dan"))
    said = {(answer.reads, answer.why.code): answer.labels for answer in dan.answers}
    assert said == {
        (True, "family"): ("When and how long",), (False, "team_only"): ("The record",),
        (True, "own_line"): ("Who came",), (False, "own_line_only"): ("Who came",),
    }  # fmt: skip
    omar = next(who for names, who in found.items() if names[0].startswith("Omar"))
    assert len(omar.names) == 2, "two admins with the same answers stand in one line"
    assert Attendance.objects.filter(session=world.rows["s_may"]).count() == 2


def test_the_answer_is_never_worked_out_twice(world: Rich) -> None:
    """With the kernel saying no to everyone else, the panel says no to everyone else, whatever the rows look like."""
    true_visible = VisibleQuerySet.visible
    tom = world.cast.tom.pk

    def refusing(self: Any) -> Any:
        from accounts.visibility import viewer

        found = true_visible(self)
        return found if viewer().person_id == tom else found.none()

    with viewing(world.person("tom")), mock.patch.object(VisibleQuerySet, "visible", refusing):
        found = who_reads(world.cast.maya, world.rows["n_may"])
    assert {number for who in found if who.reads for number in who.numbers} == {tom}


def test_someone_more_costs_the_same(world: Rich) -> None:
    """Each person: savepoint, enter, one question for each kind of row, release, enter again."""
    counts = []
    for number in (1, 3, 30):
        while len(world.cast.people) < 100 + number:
            who = people.person(f"Relative {len(world.cast.people)}")
            world.cast.people[f"relative_{len(world.cast.people)}"] = who
            if len(world.cast.people) > 100:
                people.tie(who, world.cast.maya, "guardian", "informed", starts=day(10, 1))
        with viewing(world.person("tom")), mock.patch.object(connection, "force_debug_cursor", new=True):
            connection.queries_log.clear()
            who_reads(world.cast.maya, world.rows["m_none"])
            counts.append(len(connection.queries))
    one, three, thirty = counts
    assert (three - one, thirty - three) == (2 * 5, 27 * 5)


def test_no_text_of_the_item_stands_in_its_panel(world: Rich) -> None:
    """Names and reasons; never the words themselves."""
    for key, kind in (("n_may", "note"), ("m_priya", "summary"), ("u_shared", "update"), ("x_tom", "process_note")):
        rows = {row for row, _ in SENTINEL.findall(said_to(world, "tom", key, kind))}
        assert not [row for row in rows if not row.startswith(("p_", "l_"))]
