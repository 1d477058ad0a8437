"""Every address × every kind of person × GET and POST × whose object, against a table that knows every address.

visibility.md, principle 6: "What a person may not see is a 404, the same bytes as what does not exist; every 404 on a
clinical address writes one audit row with the id asked for, resolving nothing." Principle 1: "A role label grants nothing."
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.urls import get_resolver, reverse

from accounts.models import (
    Account,
    AuditEvent,
    Child,
    CircleChange,
    CircleRow,
    Invitation,
    Membership,
    Person,
    RowReview,
    StaffPhoto,
    Supervision,
)
from accounts.reads import possible_readers
from carebridge.checks import every_pattern
from sessions_log.actions.notes import sections_hash
from sessions_log.forms.summaries import ReleaseForm
from sessions_log.models import Summary
from sessions_log.see_as import seal
from sessions_log.views.summaries import share_context
from tests import people
from tests.guards.browsing import PROOF, faults_of
from tests.guards.sentinels import words_of
from tests.harness import WallClient, signed_in, viewing
from tests.people import DAY, NOON, tie
from tests.worlds import ADMINS, CIRCLE, COLLEAGUES, FAMILY, LEADS, NOBODY, READERS, TEAM, YOUNG, Rich, person_set

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
# The circle pages of a child: for its team, its admins and its leads (principle 1: none of them family). What is posted is
# looked at and not saved.
FOR_STAFF = {child: TEAM[child] | ADMINS[child] | LEADS[child] for child in CHILDREN}
TYING = {child: THERAPISTS[child] | ADMINS[child] for child in CHILDREN}
ROWS = {"maya": "row_dan", "leo": "row_nell", "zoe": "row_zara", "ada": "row_adam"}


def circle_form(world: Rich, child: str) -> dict[str, Any]:
    """A form about a circle that is looked at."""
    who = {
        "role": "helper",
        "whom": "new",
        "name": "w",
        "person": str(world.cast.otto.public_id),
        "hours": "1",
        "reason": "w",
    }
    return {**who, "authority": "contributor", "when": "now", "form_key": KEY}


def card(world: Rich, child: str) -> dict[str, Any]:
    """A card as it stands."""
    stands = world.children[child]
    return {name: getattr(stands, name) for name in ("name", "date_of_birth", "pronouns", "about_me")}


AROUND: dict[str, list[About]] = {
    "circle": [About(FOR_STAFF, 200, 405)],
    "circle_add": [About(TYING, 200, 200, data=circle_form)],
    "child_card": [About(TYING, 200, 302, data=card)],
    "short_access": [About(LEADS, 200, 200, data=circle_form)],
    "circle_change": [About(TYING, 200, 200, ROWS, circle_form)],
    "circle_end": [
        About(TYING, 200, 200, ROWS, circle_form),
        # CircleRow.may_end: admins any row, of others; leads short access.
        About({"maya": ADMINS["maya"]}, 200, 200, {"maya": "row_tom"}, circle_form),
        About({"leo": ADMINS["leo"] | LEADS["leo"]}, 200, 200, {"leo": "row_short"}, circle_form),
        About({"maya": NOBODY}, 404, 404, {"maya": "row_fred"}, circle_form),
    ],
    "helper_consent": [
        About({"maya": THERAPISTS["maya"]}, 200, 200, {"maya": "row_karin"}, circle_form),
        About({"maya": NOBODY}, 404, 404, {"maya": "row_dan"}, circle_form),
    ],
    "consent_withdraw": [
        About({"maya": THERAPISTS["maya"], "ada": THERAPISTS["ada"]}, 200, 302, {"maya": "consent_karin", "ada": "consent_ada"})
    ],
    "limits_explained": [About({"maya": THERAPISTS["maya"]}, 200, 200, {"maya": "row_new"}, circle_form)],
    "row_reviewed": [About({"maya": TYING["maya"]}, 405, 302, {"maya": "review_dan"})],
    "circle_take_back": [About({"maya": TYING["maya"]}, 200, 302, {"maya": "plan_new"})],
}  # fmt: skip


def add_circles(world: Rich) -> None:
    """The rows those pages are asked for, by name; a row to look at again, a short one, and a plan."""
    cast = world.cast
    for key, child in [
        *((key, child) for child, key in ROWS.items()),
        ("row_tom", "maya"),
        ("row_fred", "maya"),
        ("row_karin", "maya"),
    ]:
        who = world.person(key.removeprefix("row_"))
        world.rows[key] = CircleRow.objects.filter(child=world.children[child], person=who).latest("starts")
    called_in = people.person("Called In")  # nobody whose doors are counted here
    people.employ(called_in, cast.practice, "therapist")
    world.rows["row_short"] = people.tie(called_in, cast.leo, "therapist", starts=NOON - DAY / 4, ends=NOON + DAY)
    new = people.tie(people.person("New"), cast.maya, "guardian", "informed", starts=NOON - DAY, ends=NOON + DAY)
    about = {"practice": cast.practice, "child": cast.maya}
    world.rows["row_new"] = new
    world.rows["review_dan"] = RowReview.objects.create(
        circle_row=world.rows["row_dan"], person=cast.dan, reason="new_address", flagged_at=NOON - DAY, **about
    )
    bundle = uuid4()
    world.rows["plan_new"] = CircleChange.objects.create(
        id=bundle, bundle=bundle, person_id=new.person_id, kind="ended", ended=new.pk, effective=NOON + DAY,
        changed_by=cast.omar, changed_at=NOON - DAY, **about,
    )  # fmt: skip


# Pages of whoever stands on a team.
TEAMS = frozenset[str]().union(*TEAM.values())
TREATING = frozenset[str]().union(*THERAPISTS.values())
PRACTICE = {
    "unfinished": TEAMS, "came": TREATING, "children": TEAMS.union(*CIRCLE.values()),
    "people": person_set("omar abel stella"), "circles": person_set("omar abel stella ruth"),
    "hand_over": person_set("omar abel stella"), "child_new": person_set("omar abel stella"),
    "choices": person_set("tom ines ruth omar otto sue fred hugo abel stella"),
    "move_in": person_set("omar abel stella"),
    **dict.fromkeys(("invitations", "invitation_new", "invitation_file"), person_set("omar abel stella")),
    "practice": person_set("omar abel stella"), "details": person_set("omar abel stella"),
    "policy": person_set("omar abel stella"), "my_profile": COLLEAGUES | {"stella"},
}  # fmt: skip
# Pages of one's own or one's practice's: to whom they open, and what they answer (GET, POST).
OFFICE: dict[str, tuple[frozenset[str], int, int]] = {
    "trail": (person_set("omar abel ruth stella"), 200, 302),
    "trail_export": (person_set("omar abel ruth stella"), 405, 200),
    "my_photo": (COLLEAGUES | {"stella"}, 405, 200),
    "my_practices": (READERS["w_willow"] | READERS["w_alder"], 302, 405),
}
# Pages about a practice or somebody who works there: whose → who opens it.
SOMEBODY: dict[str, dict[str, frozenset[str]]] = {
    "about_practice": {"willow": READERS["w_willow"], "alder": READERS["w_alder"]},
    "profile": {name: READERS[f"f_{name}"] for name in ("tom", "hugo", "stella")},
    "profile_photo": {name: READERS[f"f_{name}"] for name in ("tom", "stella")},
}
# The operator's register (tests/accounts/test_operator.py): nobody here has hours.
REGISTER = {
    "index", "app_list", "accounts_practice_add", "accounts_practice_changelist", "accounts_practice_change",
    "accounts_account_find", "accounts_account_changelist", "accounts_account_change",
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
# Pages about a person of the practice, and what they answer its admins (GET, POST with nothing filled in). Abel is family of Leo,
# whom Tom treats: Tom is another admin's to look after.
PEOPLE: dict[str, tuple[int, int]] = {
    "person": (200, 405), "role_add": (200, 200), "supervisor_add": (200, 200), "supervised_add": (200, 200),
    "person_deactivate": (200, 200), "person_reactivate": (302, 302), "person_sign_out": (200, 302),
    "factor_reset": (200, 200),
}  # fmt: skip
LOOKED_AFTER = {
    "tom": person_set("omar"), "priya": person_set("omar abel"), "ines": person_set("omar abel"), "nell": person_set("omar"),
    "omar": person_set("omar abel"), "adam": person_set("stella"), "stella": person_set("stella"),
}  # fmt: skip
# A job, and a supervision, of Ines's: as above. A row to look at again: of Maya's circle, and of Leo's.
JOBS = ("role_end", "supervision_end")
REVIEW = "review_done"
ABOUT_PEOPLE = {*PEOPLE, *JOBS, REVIEW}
REVIEWERS = {"priya": person_set("tom omar abel"), "nell": person_set("tom omar")}
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
    "notices": {"anonymous": (302, 302), "signed in": (200, 405)},
    "leave": {"anonymous": (302, 405), "signed in": (302, 405)},
    "practices": {"anonymous": (302, 302), "signed in": (200, 302)},
    "join": {"anonymous": (200, 200), "signed in": (200, 200)},
    "join_card": {"anonymous": (200, 200), "signed in": (200, 200)},
    "account_login": {"anonymous": (200, 200), "signed in": (302, 302)},
    "account_logout": {"anonymous": (302, 302), "signed in": (200, 302)},
    "account_signup": {"anonymous": (200, 200), "signed in": (302, 302)},
    "account_inactive": {"anonymous": (200, 405), "signed in": (200, 405)},
    "account_reauthenticate": {"anonymous": (302, 302), "signed in": (200, 200)},
    "account_change_password": {"anonymous": (302, 302), "signed in": (200, 200)},
    "account_set_password": {"anonymous": (302, 302), "signed in": (302, 302)},  # everybody here has a password
    "account": {"anonymous": (302, 302), "signed in": (200, 200)},
    "own_device": {"anonymous": (302, 302), "signed in": (405, 302)},
    "usersessions_list": {"anonymous": (302, 302), "signed in": (200, 302)},
    "stay": {"anonymous": (302, 302), "signed in": (405, 204)},
    "address_change": {"anonymous": (302, 302), "signed in": (200, 200)},
    "address_give_up": {"anonymous": (302, 302), "signed in": (405, 302)},
    "address_yes": {"anonymous": (200, 200), "signed in": (200, 200)},
    "factor_reset_use": {"anonymous": (200, 200), "signed in": (200, 200)},
    "mfa_index": {"anonymous": (302, 302), "signed in": (200, 405)},
    "mfa_authenticate": {"anonymous": (302, 302), "signed in": (302, 302)},
    "mfa_reauthenticate": {"anonymous": (302, 302), "signed in": (302, 302)},
    "mfa_activate_totp": {"anonymous": (302, 302), "signed in": (200, 200)},
    # Nobody here has a second factor.
    "mfa_deactivate_totp": {"anonymous": (302, 302), "signed in": (404, 404)},
    "mfa_view_recovery_codes": {"anonymous": (302, 302), "signed in": (404, 405)},
    "mfa_generate_recovery_codes": {"anonymous": (302, 302), "signed in": (200, 200)},
    "mfa_add_webauthn": {"anonymous": (302, 302), "signed in": (200, 200)},
    "mfa_login_webauthn": {"anonymous": (302, 302), "signed in": (302, 302)},
    "mfa_reauthenticate_webauthn": {"anonymous": (302, 302), "signed in": (302, 302)},
    "mfa_edit_webauthn": {"anonymous": (302, 302), "signed in": (404, 404)},
    "mfa_remove_webauthn": {"anonymous": (302, 302), "signed in": (404, 404)},
    "account_reset_password": {"anonymous": (200, 200), "signed in": (200, 200)},
    "account_reset_password_done": {"anonymous": (200, 405), "signed in": (200, 405)},
    "account_reset_password_from_key": {"anonymous": (200, 200), "signed in": (200, 200)},
    "account_reset_password_from_key_done": {"anonymous": (200, 405), "signed in": (200, 405)},
}


# What stands in those of them that name something: no key, no link of ours, nobody's passkey.
NAMING: dict[str, list[Any]] = {
    "account_reset_password_from_key": ["abc", "set-password"], "address_yes": ["abc"], "factor_reset_use": ["abc"],
    "mfa_edit_webauthn": [0], "mfa_remove_webauthn": [0], "join": ["forged~link"],
}  # fmt: skip


def test_the_table_knows_every_address() -> None:
    """Principle 2: a new page shows nothing until a rule says so; here, until somebody has said to whom."""
    named = [str(pattern.name) for pattern in every_pattern(get_resolver())]
    assert len(named) == len(set(named))
    tables = (CLINICAL, AROUND, PRACTICE, PLAIN, FILES, INVITATIONS, TEMPLATES, OFFICE, SOMEBODY)
    assert set(named) == {*REGISTER, *ABOUT_PEOPLE, "hand_over_take_back"}.union(*tables)


def test_the_table_knows_everybody(world: Rich) -> None:
    """No expectation names someone who is not there, and each child is expected of someone."""
    for name, cases in (CLINICAL | AROUND).items():
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
    add_circles(world)
    name = PERSONAS[persona]
    visitor = Visitor(world, name, signed_in(world.person(name) if name else None))
    places = {child: about.public_id for child, about in world.children.items()}
    for address, cases in (CLINICAL | AROUND).items():
        for case in cases:
            asked_of = [child for child in case.items or places if child in case.who and in_sample(child, name)]
            data = {child: case.data(world, child) for child in asked_of}
            # First the id of nothing: what everything refused must look like.
            visitor.visit(
                address,
                case,
                NOWHERE,
                NOWHERE if case.items else None,
                nothing(case, name),
                next(iter(data.values()), {}),
            )
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
        args = NAMING.get(address, [])
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
    for method in ("GET", "POST"):  # a plan of nobody's; whose it is: test_hand_over.py
        response = ask(client, method, reverse("hand_over_take_back", args=[NOWHERE]), {})
        if response.status_code != (404 if name else 302):
            wrong.append(f"{name} {method} hand_over_take_back: {response.status_code}")
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


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_every_address_about_a_person(world: Rich, persona: str) -> None:
    """An admin opens what is about people of the practice, and no act on themselves; to everyone else nobody is there."""
    name = PERSONAS[persona]
    client, wrong = signed_in(world.person(name) if name else None), list[str]()
    ines = world.person("ines")
    job, over = Membership.objects.filter(person=ines)[0], Supervision.objects.get(supervisor=ines)
    for address in (*PEOPLE, *JOBS):
        more = {"role_end": [job.pk], "supervision_end": [over.pk]}.get(address, [])
        for whose, who in {"ines": LOOKED_AFTER["ines"]}.items() if more else LOOKED_AFTER.items():
            expected = (200, 302) if more else PEOPLE[address]
            if name == whose and address != "person":
                expected = (302, 302)  # back to one's own page, which says that another admin does it
            url = reverse(address, args=[world.person(whose).public_id, *more])
            wrong += strays(client, name, url, reverse(address, args=[NOWHERE, *more]), expected, inside=name in who)
        if more:
            url = reverse(address, args=[ines.public_id, NOWHERE])
            wrong += strays(client, name, url, reverse(address, args=[NOWHERE, NOWHERE]), (404, 404), inside=False)
    for whose, who in REVIEWERS.items():
        row = CircleRow.objects.get(person=world.person(whose), role="guardian")
        values = {"practice_id": row.practice_id, "child_id": row.child_id, "person_id": row.person_id}
        review = RowReview.objects.create(circle_row=row, reason="new_address", flagged_at=NOON - DAY, **values)
        nothing_there = reverse(REVIEW, args=[NOWHERE])
        wrong += strays(client, name, reverse(REVIEW, args=[review.pk]), nothing_there, (405, 302), inside=name in who)
    assert not wrong


def strays(
    client: WallClient, name: str, url: str, nowhere: str, expected: tuple[int, int], *, inside: bool
) -> list[str]:
    """Where one address answers otherwise than it should; whoever stands outside finds what they find where nothing is."""
    wrong = []
    for number, method in enumerate(("GET", "POST")):
        with undone():
            nothing_seen = seen_of(ask(client, method, nowhere, {}))
        with undone():
            before = rows_written()
            response = ask(client, method, url, {})
            written = {t for t, counts in rows_written().items() if before.get(t) != counts}
        if not name:
            wrong += [f"{method} {url}: not to the way in"] if response.status_code != 302 else []
        elif inside:
            wrong += (
                [f"{name} {method} {url}: {response.status_code}"] if response.status_code != expected[number] else []
            )
        elif seen_of(response) != nothing_seen or response.status_code not in {404, 405}:
            wrong.append(f"{name} {method} {url}: {response.status_code}, not what is nowhere")
        if not inside and {table for table in written if table.startswith(("accounts_", "django_session"))}:
            wrong.append(f"{name} {method} {url}: wrote {written}")
    return wrong


def public_id(world: Rich, address: str, whose: str) -> UUID:
    """The id in the address."""
    if address == "about_practice":
        return world.children["maya" if whose == "willow" else "ada"].practice.public_id
    return world.person(whose).public_id


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_every_address_of_the_office(world: Rich, persona: str) -> None:
    """Settings, trail, profiles, the page about a practice: whoever may not open one finds what is nowhere."""
    name = PERSONAS[persona]
    client, wrong = signed_in(world.person(name) if name else None), list[str]()
    for who in ("tom", "stella"):
        practice = world.children["maya" if who == "tom" else "ada"].practice
        StaffPhoto.objects.create(practice=practice, person=world.person(who), picture=b"\xff\xd8")
    asked: list[tuple[str, list[UUID], frozenset[str], tuple[int, int]]] = [
        (address, [], who, (get, post)) for address, (who, get, post) in OFFICE.items()
    ]
    for address, about in SOMEBODY.items():
        asked += [(address, [public_id(world, address, whose)], who, (200, 405)) for whose, who in about.items()]
    nothing = seen_of(client.get("/nothing/"))
    for address, args, welcome, statuses in asked:
        for method, status in zip(("GET", "POST"), statuses, strict=True):
            with undone():
                url = reverse(address, args=args)
                response: Any = client.post(url, {}) if method == "POST" else client.get(url)
            expected = 302 if not name else status if name in welcome or status == 405 else 404
            if response.status_code != expected:
                wrong.append(f"{name} {method} {url}: {response.status_code}, expected {expected}")
            if expected == 404 and seen_of(response) != nothing:
                wrong.append(f"{name} {method} {url}: not what is nowhere")
    assert not wrong


@pytest.mark.parametrize("persona", sorted(PERSONAS))
def test_the_register_is_nowhere(world: Rich, persona: str) -> None:
    """Without hours, for admins and leads too."""
    name = PERSONAS[persona]
    client = signed_in(world.person(name) if name else None)
    nothing = seen_of(client.get("/nothing/"))
    for address in sorted(REGISTER):
        args: list[Any] = [1] if address.endswith("_change") else ["accounts"] if address == "app_list" else []
        for response in (client.get(url := reverse(f"operator:{address}", args=args)), client.post(url, {})):
            if name:
                assert seen_of(response) == nothing, url
            else:
                assert response.status_code == 302, url


def test_a_page_that_is_refused_is_the_page_of_an_address_that_leads_nowhere(world: Rich) -> None:
    """Principle 6, "the same bytes as what does not exist": a child, a page of the practice, and no address at all."""
    client = signed_in(world.cast.otto)
    urls = (reverse("child", args=[world.cast.maya.public_id]), reverse("people"), "/nothing/", "/children/1/")
    pages = [seen_of(ask(client, "GET", url, {})) for url in urls]
    assert all(page == pages[0] for page in pages)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_open_no_door(world: Rich, method: str) -> None:
    """Whatever the method, a stranger learns no more of Maya's note than of nothing."""
    add_circles(world)
    client = signed_in(world.cast.otto)
    for address, cases in (CLINICAL | AROUND).items():
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
