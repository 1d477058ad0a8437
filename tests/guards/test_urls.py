"""Every address × every kind of person × GET and POST × whose object, against a table that knows every address.

visibility.md, principle 6: "What a person may not see is a 404, the same bytes as what does not exist; every 404 on a
clinical address writes one audit row with the id asked for, resolving nothing." Principle 1: "A role label grants nothing."
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.urls import get_resolver, reverse

from accounts.models import Account, AuditEvent, Child, Invitation, Person
from accounts.reads import possible_readers
from carebridge.checks import every_pattern
from sessions_log.actions.notes import sections_hash
from sessions_log.forms.summaries import ReleaseForm
from sessions_log.models import Summary
from sessions_log.see_as import seal
from sessions_log.views.summaries import share_context
from tests.guards.browsing import PROOF, faults_of
from tests.guards.sentinels import words_of
from tests.harness import WallClient, signed_in, viewing
from tests.people import DAY, NOON, tie
from tests.worlds import CIRCLE, FAMILY, NOBODY, READERS, TEAM, YOUNG, Rich, person_set

NOWHERE = UUID("00000000-0000-4000-8000-000000000000")  # the id of nothing
# Each kind of person, and who plays it.
PERSONAS = {
    "anonymous": "", "therapist": "tom", "supervisor": "ines", "lead": "ruth", "admin": "omar", "admin_and_parent": "abel",
    "guardian": "priya", "other_guardian": "dan", "quiet_guardian": "quinn", "closed_guardian": "carl", "informed": "ivy",
    "contributor": "pat", "none": "sue", "young_person": "maya_login", "helper": "karin", "former_therapist": "fred",
    "therapist_without_tie": "otto", "other_practice": "stella",
}  # fmt: skip
THERAPISTS = {
    "maya": person_set("tom"),
    "leo": person_set("tom"),
    "zoe": person_set("hugo"),
    "ada": person_set("stella"),
}
CHILDREN = ("maya", "leo", "zoe", "ada")
# Of the sample, those whose pages test_sentinels walks are left out.
ASKED = PERSONAS if PROOF else PERSONAS.keys() - {"informed", "admin_and_parent", "former_therapist"}


@dataclass(frozen=True)
class About:
    """A clinical address. `who`: short names of those it opens to, by child. `items`: the object asked for, by child; empty
    for an address of the child alone. `get`, `post`: what it answers those it opens to."""

    who: dict[str, frozenset[str]]
    get: int
    post: int
    items: dict[str, str] = field(default_factory=dict)
    data: Callable[[Rich, str], dict[str, Any]] = lambda world, child: {}


def items(kind: str, maya: str) -> dict[str, str]:
    """The object of each child; the three others have one of each kind."""
    return {"maya": maya, "leo": f"{kind}_leo", "zoe": f"{kind}_zoe", "ada": f"{kind}_ada"}


def readers_of(chosen: dict[str, str], stand: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Who may read the object (tests/worlds.py) and stands where the page is for."""
    return {child: READERS[key] & stand[child] for child, key in chosen.items()}


OWN_OR_TEAM = {child: TEAM[child] | CIRCLE[child] for child in CHILDREN}
FAMILY_OR_TEAM = {child: TEAM[child] | FAMILY[child] for child in CHILDREN}
SESSIONS, NOTES, PROCESS = items("s", "s_may"), items("n", "n_may"), items("x", "x_tom")
SUMMARIES, UPDATES = items("m", "m_priya"), {"maya": "u_priya", "leo": "u_nell", "zoe": "u_zara", "ada": "u_adam"}
RELEASES = items("rl", "rl_priya")
PANELS = {"session": SESSIONS, "note": NOTES, "process_note": PROCESS, "summary": SUMMARIES, "update": UPDATES}
GUARDIAN = {"maya": "priya", "leo": "nell", "zoe": "zara", "ada": "adam"}
UNRELEASED = {**SUMMARIES, "maya": "m_none"}
KEY = "11111111-1111-4111-8111-111111111111"
WORDS = {"body": "w", "form_key": KEY}
SESSION = {"held_at": "2026-11-02T09:00", "minutes": 50, "child_attended": "on", "form_key": KEY}
UPDATE = {"kind": "win", "body": "w", "observed_at": "2026-11-02T09:00", "form_key": KEY}


def share(world: Rich, child: str) -> dict[str, Any]:
    """A release to the child's guardian, with a ground should the child not wish it."""
    reader = world.person(GUARDIAN[child])
    chosen = {"readers": [str(reader.public_id)], "confirmed": "1", "previewed": seen_as(world, child, reader)}
    return {**chosen, "ground": "safety", "explanation": "told"}


def seen_as(world: Rich, child: str, reader: Person) -> str:
    """The mark that the child's therapist has seen the summary as this reader."""
    (therapist,) = THERAPISTS[child]
    about = Child.objects.select_related("practice").get(pk=world.children[child].pk)
    with viewing(world.person(therapist)):
        readers = possible_readers(about)
        summary = Summary.objects.get(pk=world.rows[UNRELEASED[child]].pk)
        state = share_context(about, summary, ReleaseForm(readers=readers), readers)["state"]
        return seal(summary, state, [one for one in readers if one.person.pk == reader.pk])


def draft(world: Rich, child: str) -> dict[str, Any]:
    """A draft's new words."""
    return {"section_0": "w", "form_key": KEY, "seen": world.rows["d_tom"].changed_at.isoformat(), "save": ""}


def offered(world: Rich, child: str) -> dict[str, Any]:
    """The text of the draft that was offered, as it was shown; and words to give it back with."""
    return {"sha256": sections_hash(world.rows["d_offered"]), "words": "w"}


def shown_draft(world: Rich, child: str) -> dict[str, Any]:
    """The text of a draft, as it was shown before signing."""
    return {"sha256": sections_hash(world.rows["d_tom"])}


def supervisor(world: Rich, child: str) -> dict[str, Any]:
    """Whom Tom's drafts may be offered to."""
    return {"person": str(world.cast.ines.public_id)}


def unchanged(key: str) -> Callable[[Rich, str], dict[str, Any]]:
    """New words over the text as it is saved."""
    return lambda world, child: {**WORDS, "seen": world.rows[key].changed_at.isoformat()}


def wording(world: Rich, update: str) -> dict[str, Any]:
    """Other words for an update, after reading those it has."""
    seen = str(world.rows[update].pk)
    return {"kind": "win", "body": "w", "observed_at": "2026-11-02T09:00", "form_key": KEY, "seen": seen}


def reworded(world: Rich, child: str) -> dict[str, Any]:
    """Other words for an update nobody has answered."""
    return wording(world, {"maya": "u_withdrawn", "leo": "u_nell", "zoe": "u_zara"}[child])


def late(world: Rich, child: str) -> dict[str, Any]:
    """Other words for one that was answered."""
    return wording(world, {"maya": "u_priya", "ada": "u_adam"}[child])


# The table. What the page is for comes from visibility.md; an address that is not here fails the first test below.
CLINICAL: dict[str, list[About]] = {
    "child": [About(OWN_OR_TEAM, 200, 200)],
    "child_print": [About(OWN_OR_TEAM, 200, 200)],
    # Growing up: "activated in the room", by the child's therapist alone.
    "young_person": [About(THERAPISTS, 200, 200, data=lambda world, child: {"name": "w", "sure": "on"})],
    "search": [About(OWN_OR_TEAM, 200, 200, data=lambda world, child: {"q": "w", "period": "0"})],
    "session_new": [About(THERAPISTS, 200, 302, data=lambda world, child: SESSION)],
    "session_draft": [About(THERAPISTS, 405, 200, data=lambda world, child: SESSION)],
    "session_afresh": [About(THERAPISTS, 405, 302)],
    "session_error": [
        About(readers_of(SESSIONS, TEAM), 200, 302, SESSIONS, lambda world, child: {"reason": "w", "also": "on"}),
        # Once in error it stays so.
        About({"maya": NOBODY}, 404, 404, {"maya": "s_err"}, lambda world, child: {"reason": "w"}),
    ],
    "session": [About(readers_of(SESSIONS, FAMILY_OR_TEAM), 200, 200, SESSIONS)],
    "note_new": [About(THERAPISTS, 200, 302, SESSIONS, lambda world, child: {"form_key": KEY, "save": ""})],
    "process_note_new": [About(THERAPISTS, 200, 302, SESSIONS, lambda world, child: WORDS)],
    "summary_new": [About(THERAPISTS, 200, 302, SESSIONS, lambda world, child: WORDS)],
    "note": [
        About(readers_of(NOTES, FAMILY_OR_TEAM), 200, 200, NOTES),
        About({"maya": person_set("tom")}, 200, 302, {"maya": "d_tom"}, draft),
    ],
    "note_autosave": [About({"maya": person_set("tom")}, 405, 200, {"maya": "d_tom"}, draft)],
    "note_new_autosave": [
        About(THERAPISTS, 405, 200, SESSIONS, lambda world, child: {"form_key": KEY, "template": "free", "body": "w"})
    ],
    "note_sign": [About({"maya": person_set("tom")}, 200, 302, {"maya": "d_tom"}, shown_draft)],
    "note_offer": [About({"maya": person_set("tom")}, 200, 302, {"maya": "d_tom"}, supervisor)],
    "note_take_back": [About({"maya": person_set("tom")}, 405, 302, {"maya": "d_offered"})],
    "note_cosign": [About({"maya": person_set("ines")}, 200, 302, {"maya": "d_offered"}, offered)],
    "note_give_back": [About({"maya": person_set("ines")}, 405, 302, {"maya": "d_offered"}, offered)],
    # Principle 7: its author on the team and the team's supervisors.
    "note_error": [About(TEAM, 200, 302, NOTES, lambda world, child: {"reason": "w"})],
    "addendum_error": [About({"maya": TEAM["maya"]}, 200, 302, {"maya": "ad_may"}, lambda world, child: {"reason": "w"})],
    "addendum_new": [About(THERAPISTS, 405, 302, NOTES, lambda world, child: WORDS)],
    "process_note": [
        About(THERAPISTS, 200, 302, PROCESS, lambda world, child: unchanged(PROCESS[child])(world, child)),
        # Worked case 4: no page lets the former therapist write on in the child's record.
        About({"maya": NOBODY}, 404, 404, {"maya": "x_fred"}, unchanged("x_fred")),
    ],
    "process_note_autosave": [
        About(THERAPISTS, 405, 200, PROCESS, lambda world, child: unchanged(PROCESS[child])(world, child)),
        About({"maya": NOBODY}, 405, 404, {"maya": "x_fred"}, unchanged("x_fred")),
    ],
    "process_note_new_autosave": [About(THERAPISTS, 405, 200, SESSIONS, lambda world, child: WORDS)],
    "process_note_error": [About(THERAPISTS, 200, 302, PROCESS, lambda world, child: {"reason": "w"})],
    "summary": [About(readers_of(SUMMARIES, OWN_OR_TEAM), 200, 405, SUMMARIES)],
    "summary_edit": [
        About({"maya": person_set("tom")}, 200, 302, {"maya": "m_none"}, unchanged("m_none")),
        # Principle 7: a released summary never changes.
        About(dict.fromkeys(CHILDREN, NOBODY), 404, 404, SUMMARIES, unchanged("m_priya")),
    ],
    "summary_wish": [About(THERAPISTS, 405, 302, UNRELEASED, lambda world, child: {"kind": "may_share"})],
    "summary_share": [About(THERAPISTS, 200, 302, UNRELEASED, share)],
    # Row "Audit": "The young person: what was released about them, to whom, read when". Leo, Zoe and Ada have no log-in.
    "shared": [About({**dict.fromkeys(CHILDREN, NOBODY), "maya": YOUNG}, 200, 200)],
    "summary_new_autosave": [About(THERAPISTS, 405, 200, SESSIONS, lambda world, child: WORDS)],
    "summary_autosave": [
        About({"maya": person_set("tom")}, 405, 200, {"maya": "m_none"}, unchanged("m_none")),
        # Principle 7: a released summary never changes.
        About(dict.fromkeys(CHILDREN, NOBODY), 405, 404, SUMMARIES, unchanged("m_priya")),
    ],
    "summary_error": [About(readers_of(SUMMARIES, TEAM), 200, 302, SUMMARIES, lambda world, child: {"reason": "w"})],
    "release_withdraw": [About(THERAPISTS, 200, 302, RELEASES)],
    **{f"who_{kind}": [About(readers_of(of, TEAM), 200, 200, of)] for kind, of in PANELS.items()},
    "update_new": [About(CIRCLE, 200, 302, data=lambda world, child: UPDATE)],
    "update": [About(readers_of(UPDATES, OWN_OR_TEAM), 200, 200, UPDATES)],
    "update_edit": [
        About(
            {"maya": person_set("priya"), "leo": person_set("nell"), "zoe": person_set("zara")}, 200, 302,
            {"maya": "u_withdrawn", "leo": "u_nell", "zoe": "u_zara"}, reworded,
        ),
        # Answered: its words stay as they were read, and the writer's new ones are shown beside them.
        About({"maya": person_set("priya"), "ada": person_set("adam")}, 404, 409, {"maya": "u_priya", "ada": "u_adam"}, late),
    ],
    # Principles 7 and 11: its author, and the team's supervisors.
    "update_error": [
        About(
            {"maya": person_set("priya ines"), "leo": person_set("nell ines sue"), "zoe": person_set("zara"),
             "ada": person_set("adam stella")}, 200, 302, UPDATES,
            lambda world, child: {"why": "wrong_child", "reason": "w"},
        )
    ],
    "reply_error": [
        About(TEAM, 200, 302, {"maya": "reply_priya", "leo": "reply_joy", "ada": "reply_adam"},
              lambda world, child: {"reason": "w"})
    ],
    "update_reply": [About(TEAM, 405, 302, UPDATES, lambda world, child: WORDS)],
    "update_mark": [About(TEAM, 405, 302, UPDATES, lambda world, child: {"kind": "seen"})],
    "update_share": [
        About(
            {"maya": person_set("priya"), "leo": person_set("nell"), "zoe": NOBODY, "ada": NOBODY}, 405, 302, UPDATES,
            lambda world, child: {"person": str(world.person("abel" if child == "leo" else "dan").public_id)},
        )
    ],
}  # fmt: skip
# Pages of whoever stands on a team.
TEAMS = frozenset[str]().union(*TEAM.values())
TREATING = frozenset[str]().union(*THERAPISTS.values())
PRACTICE = {
    "unfinished": TEAMS, "came": TREATING, "children": TEAMS.union(*CIRCLE.values()),
    "people": person_set("omar abel stella"), "circles": person_set("omar abel stella"),
    "choices": person_set("tom ines ruth omar otto sue fred hugo abel stella"),
    "move_in": person_set("omar abel stella"),
    **dict.fromkeys(("invitations", "invitation_new", "invitation_file"), person_set("omar abel stella")),
}  # fmt: skip
# Pages of a file that moves children and families in: whose file → who opens it, and what it answers (GET, POST).
FILES: dict[str, dict[str, dict[str, tuple[int, int]]]] = {
    "move_in_file": {
        "omar": {"omar": (200, 302), "abel": (200, 200)}, "abel": {"omar": (200, 200), "abel": (200, 200)},
        "stella": {"stella": (200, 302)},
    },
    # Abel's runs, so Omar's waits.
    "move_in_start": {"omar": {"omar": (200, 200)}, "abel": {"abel": (302, 302)}, "stella": {"stella": (200, 302)}},
    "move_in_discard": {"omar": {"omar": (405, 302)}, "abel": {"abel": (405, 302)}, "stella": {"stella": (405, 302)}},
}  # fmt: skip
# Pages of an invitation, and of somebody in the books without a way in, by whose they are: as `FILES`.
INVITATIONS: dict[str, dict[str, dict[str, tuple[int, int]]]] = {
    "invitation_again": {"i_willow": dict.fromkeys(("omar", "abel"), (405, 302)), "i_alder": {"stella": (405, 302)}},
    "invitation_revoke": {"i_willow": dict.fromkeys(("omar", "abel"), (200, 302)), "i_alder": {"stella": (200, 302)}},
    # Vic belongs to Leo's circle, in which Abel is family.
    "invitation_person": {"p_vic": {"omar": (200, 200)}},
}
# Files to download and forms without a page of their own: to the practice's admins.
TEMPLATES = {"move_in_template": (200, 405), "invitation_template": (200, 405), "invitation_several": (405, 302)}
# Addresses that belong to nobody's record: what they answer (GET, POST) to no one and to someone signed in.
PLAIN: dict[str, dict[str, tuple[int, int]]] = {
    "home": {"anonymous": (302, 302), "signed in": (200, 200)},
    "health": {"anonymous": (200, 405), "signed in": (200, 405)},
    "ready": {"anonymous": (200, 405), "signed in": (200, 405)},
    "leave": {"anonymous": (302, 405), "signed in": (302, 405)},
    "join": {"anonymous": (200, 200), "signed in": (200, 200)},
    "join_card": {"anonymous": (200, 200), "signed in": (200, 200)},
    "account_login": {"anonymous": (200, 200), "signed in": (302, 302)},
    "account_logout": {"anonymous": (302, 302), "signed in": (200, 302)},
    "account_signup": {"anonymous": (200, 200), "signed in": (302, 302)},
    "account_inactive": {"anonymous": (200, 405), "signed in": (200, 405)},
    "account_reauthenticate": {"anonymous": (302, 302), "signed in": (200, 200)},
    "account_change_password": {"anonymous": (302, 302), "signed in": (200, 200)},
    "account_reset_password": {"anonymous": (200, 200), "signed in": (200, 200)},
    "account_reset_password_done": {"anonymous": (200, 405), "signed in": (200, 405)},
    "account_reset_password_from_key": {"anonymous": (200, 200), "signed in": (200, 200)},
    "account_reset_password_from_key_done": {"anonymous": (200, 405), "signed in": (200, 405)},
}


def test_the_table_knows_every_address() -> None:
    """Principle 2: a new page shows nothing until a rule says so; here, until somebody has said to whom."""
    named = [str(pattern.name) for pattern in every_pattern(get_resolver())]
    assert len(named) == len(set(named))
    objects = FILES.keys() | INVITATIONS.keys()
    assert set(named) == CLINICAL.keys() | PRACTICE.keys() | PLAIN.keys() | objects | TEMPLATES.keys()


def test_the_table_knows_everybody(world: Rich) -> None:
    """No expectation names someone who is not there, and each child is expected of someone."""
    for name, cases in CLINICAL.items():
        for case in cases:
            everyone = frozenset().union(*case.who.values())
            assert everyone <= world.cast.people.keys(), name
            assert case.items.keys() <= set(CHILDREN), name


# --- One request ------------------------------------------------------------------------------------------------------------


def rows_written() -> dict[str, tuple[int, int, int]]:
    """Rows inserted, changed and deleted so far in this transaction, by table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables")
        return {table: (ins, upd, gone) for table, ins, upd, gone in cursor.fetchall() if ins or upd or gone}


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: WallClient, method: str, url: str, data: dict[str, Any]) -> HttpResponse:
    """One request, and the promises every dynamic response keeps. The browser keeps no cookie of it."""
    signed = copy(client.cookies)
    response: Any = client.post(url, data) if method == "POST" else client.get(url)
    client.cookies = signed
    faults = faults_of(response)
    assert not faults, (method, url, faults)
    checked: HttpResponse = response
    return checked


def seen_of(response: Any) -> tuple[int, bytes, dict[str, str]]:
    """All that a browser is told. Nothing is masked."""
    return response.status_code, response.content, dict(response.items())


@dataclass
class Visitor:
    """One person's browser, what nothing looks like to them, and every deviation found."""

    world: Rich
    name: str
    client: WallClient
    nothing: dict[tuple[str, str], tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    asked: int = 0
    # Counts outlive an undoing.
    written: dict[str, tuple[int, int, int]] = field(default_factory=rows_written)

    def visit(
        self, name: str, case: About, child: UUID, item: UUID | None, expected: dict[str, int], data: Any
    ) -> None:
        """GET and POST one address, and compare."""
        url = reverse(name, args=[child, item] if item else [child])
        for method, status in expected.items():
            self.asked += 1
            with undone():
                response = ask(self.client, method, url, data)
                before, after = self.written, rows_written()
                self.written = after
                label = f"{self.name} {method} {url}"
                if response.status_code != status:
                    self.wrong.append(f"{label}: {response.status_code}, expected {status}")
                elif status == 404:
                    self.check_refusal(label, (name, method), response, {child, item} - {None}, before, after)
                elif status in {302, 405} and (not self.name or status == 405) and before != after:
                    self.wrong.append(f"{label}: wrote {after}")

    def check_refusal(
        self, label: str, address: tuple[str, str], response: HttpResponse, ids: set[UUID | None],
        before: dict[str, tuple[int, int, int]], after: dict[str, tuple[int, int, int]],
    ) -> None:  # fmt: skip
        """The same bytes as nothing; one audit row with the ids asked for, under the practice of whoever
        asks, which resolves nothing; no other row."""
        if self.nothing.setdefault(address, seen_of(response)) != seen_of(response):
            self.wrong.append(f"{label}: not the bytes of what does not exist")
        events = list(AuditEvent.objects.filter(action="refused"))
        inserted, changed, gone = before.get("accounts_auditevent", (0, 0, 0))
        if after != {**before, "accounts_auditevent": (inserted + 1, changed, gone)}:
            self.wrong.append(f"{label}: rows changed, {before} to {after}")
        who, practice = self.world.person(self.name).pk, practice_of(self.world, self.name)
        told = [(set(e.shown), e.child_id, e.practice_id, e.person_id, e.data) for e in events]
        if told != [(ids, None, practice, who, {"address": address[0]})]:
            self.wrong.append(f"{label}: audited as {told}")


def practice_of(world: Rich, name: str) -> int | None:
    """Where someone works or has a family row in force: each of them in one practice, Carl (closed) in none."""
    child = "ada" if name == "stella" else "maya"
    return None if name == "carl" else world.children[child].practice_id


def answers(case: About, child: str, name: str) -> dict[str, int]:
    """What the table expects for an object in its own place: sign-in first, then the method, then the person."""
    if not name:
        return {"GET": 302, "POST": 302}
    inside = name in case.who[child]
    get = 405 if case.get == 405 else case.get if inside else 404
    post = 405 if case.post == 405 else case.post if inside else 404
    return {"GET": get, "POST": post}


def nothing(case: About, name: str) -> dict[str, int]:
    """What the table expects where there is nothing."""
    if not name:
        return {"GET": 302, "POST": 302}
    return {"GET": 405 if case.get == 405 else 404, "POST": 405 if case.post == 405 else 404}


def in_sample(child: str, name: str) -> bool:
    """Maya, a child of another practice, and for those who know Leo, Leo."""
    return PROOF or child in {"maya", "ada"} or (child == "leo" and name in OWN_OR_TEAM["leo"])


def strays_of(child: str, name: str) -> list[str]:
    """Other children under whose address this child's object is asked for: of the sample, those the person may open."""
    others = [other for other in CHILDREN if other != child]
    return others if PROOF else [other for other in others if name in OWN_OR_TEAM[other]]


@pytest.mark.proof
@pytest.mark.parametrize("persona", sorted(ASKED))
def test_every_clinical_address(world: Rich, persona: str) -> None:
    """The child's own object, another child's of the practice, another practice's, an id of nothing, and one child's object
    under another child's address. Sample: see `ASKED`, `in_sample` and `strays_of`."""
    name = PERSONAS[persona]
    visitor = Visitor(world, name, signed_in(world.person(name) if name else None))
    places = {child: about.public_id for child, about in world.children.items()}
    for address, cases in CLINICAL.items():
        for case in cases:
            asked_of = [child for child in case.items or places if child in case.who and in_sample(child, name)]
            data = {child: case.data(world, child) for child in asked_of}
            # First the id of nothing: what everything refused must look like.
            visitor.visit(address, case, NOWHERE, NOWHERE if case.items else None, nothing(case, name), data["maya"])
            for child in asked_of:
                item = world.rows[case.items[child]].pk if case.items else None
                visitor.visit(address, case, places[child], item, answers(case, child, name), data[child])
                for other in strays_of(child, name) if item else ():
                    visitor.visit(address, case, places[other], item, nothing(case, name), data[child])
                if item and (name in OWN_OR_TEAM[child] or PROOF):
                    visitor.visit(address, case, places[child], NOWHERE, nothing(case, name), data[child])
    assert not visitor.wrong
    assert visitor.asked >= 100


def test_every_other_address(world: Rich) -> None:
    """The practice's pages open to its admins; the rest to everyone as the table says. None of them writes a clinical row."""
    assert not [wrong for name in PERSONAS.values() for wrong in other_addresses(world, name)]


def other_addresses(world: Rich, name: str) -> list[str]:
    """One person's deviations."""
    client, wrong = signed_in(world.person(name) if name else None), []
    for address in (*PRACTICE, *PLAIN):
        args = {"account_reset_password_from_key": ["abc", "set-password"], "join": ["forged~link"]}.get(address, [])
        for number, method in enumerate(("GET", "POST")):
            if address in PRACTICE:
                expected = 302 if not name else 200 if name in PRACTICE[address] else 404
            else:
                expected = PLAIN[address]["signed in" if name else "anonymous"][number]
            with undone():
                before = rows_written()
                response = ask(client, method, reverse(address, args=args), {})
                written = {t for t, counts in rows_written().items() if before.get(t) != counts}
            if response.status_code != expected:
                wrong.append(f"{name} {method} {address}: {response.status_code}, expected {expected}")
            # A summary that stands whole on the first page has been read.
            readings = {"sessions_log_reading"} if address == "home" else set()
            if {table for table in written - readings if table.startswith("sessions_log")}:
                wrong.append(f"{name} {method} {address}: wrote {written}")
    return wrong


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_every_address_of_a_file(world: Rich, persona: str) -> None:
    """Whoever may not open it finds what they find where there is nothing; nobody else changes anything."""
    name = PERSONAS[persona]
    client, wrong = signed_in(world.person(name) if name else None), list[str]()
    for address, files in FILES.items():
        for method in ("GET", "POST"):
            nothing = seen_of(ask(client, method, reverse(address, args=[NOWHERE]), {}))
            for whose, who in files.items():
                label = f"{name} {method} {address} of {whose}'s"
                with undone():
                    before = rows_written()
                    response = ask(client, method, reverse(address, args=[world.rows[f"file_{whose}"].pk]), {})
                    written = {t for t, counts in rows_written().items() if before.get(t) != counts}
                if name in who:
                    if response.status_code != who[name][method == "POST"]:
                        wrong.append(f"{label}: {response.status_code}")
                elif not name:  # to the way in, which remembers the address
                    wrong += [label] if response.status_code != 302 else []
                elif seen_of(response) != nothing or response.status_code not in {404, 405}:
                    wrong.append(f"{label}: {response.status_code}, not what is nowhere")
                if name != whose and written & {"accounts_movein", "accounts_moveinrow"}:
                    wrong.append(f"{label}: wrote {written}")
    for address, answers in TEMPLATES.items():
        for method, status in zip(("GET", "POST"), answers, strict=True):
            response = ask(client, method, reverse(address), {})
            expected = status if name in PRACTICE["move_in"] or status == 405 else 302 if not name else 404
            if response.status_code != (302 if not name else expected):
                wrong.append(f"{name} {method} {address}: {response.status_code}")
    assert not wrong


def invite_some(world: Rich) -> None:
    """An invitation in each practice, and Vic, who is in Leo's circle and has no log-in."""
    for name, place, by in (
        ("willow", world.cast.practice, "omar"),
        ("alder", world.children["ada"].practice, "stella"),
    ):
        someone = Person.objects.create(account=Account.objects.create(), name=f"Invited {name}")
        world.rows[f"i_{name}"] = Invitation.objects.create(
            practice=place, person=someone, kind="guardian", email=f"{name}@x.example", invited_by=world.person(by),
            invited_at=NOON - DAY, expires_at=NOON + DAY,
        )  # fmt: skip
    world.rows["p_vic"] = Person.objects.create(account=Account.objects.create(), name="Vic")
    tie(world.rows["p_vic"], world.cast.leo, "guardian", "full")


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_every_address_of_an_invitation(world: Rich, persona: str) -> None:
    """Whoever may not see to it finds what they find where there is nothing, and changes nothing."""
    invite_some(world)
    name = PERSONAS[persona]
    client, wrong = signed_in(world.person(name) if name else None), list[str]()
    for address, items in INVITATIONS.items():
        for method in ("GET", "POST"):
            nothing = seen_of(ask(client, method, reverse(address, args=[NOWHERE]), {}))
            for key, who in items.items():
                row = world.rows[key]
                label = f"{name} {method} {address} of {key}"
                with undone():
                    before = rows_written()
                    response = ask(client, method, reverse(address, args=[getattr(row, "public_id", row.pk)]), {})
                    written = {t for t, counts in rows_written().items() if before.get(t) != counts}
                if name in who:
                    if response.status_code != who[name][method == "POST"]:
                        wrong.append(f"{label}: {response.status_code}")
                    continue
                if name and (seen_of(response) != nothing or response.status_code not in {404, 405}):
                    wrong.append(f"{label}: {response.status_code}, not what is nowhere")
                elif not name and response.status_code != 302:
                    wrong.append(f"{label}: {response.status_code}")
                if "accounts_invitation" in written:
                    wrong.append(f"{label}: wrote {written}")
    assert not wrong


def test_a_page_that_is_refused_is_the_page_of_an_address_that_leads_nowhere(world: Rich) -> None:
    """Principle 6, "the same bytes as what does not exist": a child, a page of the practice, and no address at all."""
    client = signed_in(world.cast.otto)
    urls = (reverse("child", args=[world.cast.maya.public_id]), reverse("people"), "/nothing/", "/children/1/")
    pages = [seen_of(ask(client, "GET", url, {})) for url in urls]
    assert all(page == pages[0] for page in pages)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_open_no_door(world: Rich, method: str) -> None:
    """Whatever the method, a stranger learns no more of Maya's note than of nothing."""
    client = signed_in(world.cast.otto)
    for address, cases in CLINICAL.items():
        key = cases[0].items.get("maya")
        item = [world.rows[key].pk] if key else []
        there = client.generic(method, reverse(address, args=[world.cast.maya.public_id, *item]))
        nowhere = client.generic(method, reverse(address, args=[NOWHERE, *([NOWHERE] if item else [])]))
        assert seen_of(there) == seen_of(nowhere), address
        assert there.status_code in {404, 405}


def test_every_kind_of_answer_keeps_its_promises(world: Rich, monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md, "no-store on every signed-in response": also on errors, on refusals of a form, and on the way to a slash."""
    client, child = signed_in(world.cast.priya), reverse("child", args=[world.cast.maya.public_id])
    client.raise_request_exception = False
    strict = WallClient(enforce_csrf_checks=True)
    strict.force_login(world.cast.priya.account)
    many = "&".join(f"x{number}=1" for number in range(5000))
    answers = [client.get(child[:-1]), client.get("/nothing/"), client.get("/nothing"), strict.post(child)]
    answers += [client.post(child + "updates/new/", many, content_type="application/x-www-form-urlencoded")]
    with monkeypatch.context() as patched:
        patched.setattr("carebridge.pages.child.stream", lambda *_, **__: 1 / 0)
        answers.append(client.get(child))
    with monkeypatch.context() as patched:
        patched.setattr(AuditEvent.objects, "bulk_create", lambda *_: (_ for _ in ()).throw(DatabaseError))
        answers.append(client.get(child))
    assert [answer.status_code for answer in answers] == [301, 404, 404, 403, 400, 500, 503]
    for answer in answers:
        response: Any = answer
        assert not faults_of(response), response.status_code
        assert not words_of(response.content.decode())
