"""A rich world for the guards: at least one row of every guarded model, and much that could leak.

It extends `people.willow()` by more people around Maya, by Zoe (whom nobody of Maya's circle knows) and by Ada's practice
with rows of its own. Every text of every row holds a sentinel that names the row and the field ("xq.n_may.sections.qx"), so
that whatever turns up anywhere can be traced. READERS says by hand, from visibility.md, who may read each row; it shares
nothing with the rules or with `tests/oracle`.

Maya's guardians see signed notes from 1 May on (worked case 10), so does she. Dan is quiet in June and named since
10 September in a concern raised then. Quinn is quiet since 26 October, Carl closed since 20 October. Fred treated Maya until
1 October; Vera, who left the practice, until March.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import (
    Account,
    AddressChange,
    Agreement,
    AuditEvent,
    Child,
    CircleChange,
    CircleRow,
    Contact,
    Deactivation,
    FactorReset,
    HelperConsent,
    Invitation,
    MoveIn,
    MoveInRow,
    Notice,
    OperatorAccess,
    Person,
    Practice,
    Relationship,
    Renewal,
    Restriction,
    RowReview,
    Signature,
    StaffPhoto,
    StaffProfile,
)
from sessions_log.models import (
    Addendum,
    Attendance,
    CoSignature,
    FormDraft,
    HomeUpdate,
    Look,
    Mark,
    NoteOffer,
    Opening,
    Override,
    PracticeChoice,
    ProcessNote,
    ProgressNote,
    Reading,
    Release,
    Reply,
    Session,
    SessionRecord,
    Sharing,
    Summary,
    TakenOut,
    UpdateEdit,
    Wish,
    Withholding,
)  # fmt: skip
from tests import people
from tests.people import DAY, LONG_AGO, NOON, Willow, day

HOUR = timedelta(hours=1)
# Of nobody knows what, and quick to check.
PASSWORD = "argon2$argon2id$v=19$m=8,t=1,p=1$P/gqs3OghUbO0f9Qn2GCZw" + "$JTUAkSVSQnyNgXOqtrJMrmTWkoXmAqqmTdg0cQj6j38"


def say(key: str, name: str) -> str:
    """The sentinel of one field of one row. No sentinel is part of another."""
    return f"xq.{key}.{name}.qx"


def person_set(names: str) -> frozenset[str]:
    """People by their short names."""
    return frozenset(names.split())


# --- Who may read what, by hand from visibility.md ------------------------------------------------------------------------

NOBODY = person_set("")
EVERYBODY = person_set(
    "tom ines ruth omar otto sue fred hugo abel vera priya dan quinn carl ivy pat maya_login karin nell joy zara stella adam"
)
# Words: "Team of a child: its therapists in force, and the supervisors in force of one of them." Sue is family of Maya.
TEAM = {
    c: person_set(n) for c, n in {"maya": "tom ines", "leo": "tom ines sue", "zoe": "hugo", "ada": "stella"}.items()
}
LEADS = {c: person_set(n) for c, n in {"maya": "ruth", "leo": "ruth", "zoe": "ruth", "ada": "stella"}.items()}
# Principle 1: Abel is an admin, and family of Leo.
ADMINS = {
    c: person_set(n) for c, n in {"maya": "omar abel", "leo": "omar", "zoe": "omar abel", "ada": "stella"}.items()
}
STAFF = {child: TEAM[child] | LEADS[child] | ADMINS[child] for child in TEAM}
# In force with a family row other than none: Carl is closed, Sue is none.
CIRCLE = {
    "maya": person_set("priya dan quinn ivy pat maya_login karin"), "leo": person_set("nell joy abel"),
    "zoe": person_set("zara"), "ada": person_set("adam"),
}  # fmt: skip
GUARDIANS = {  # full and informed
    "maya": person_set("priya dan quinn ivy"), "leo": person_set("nell abel"), "zoe": person_set("zara"),
    "ada": person_set("adam"),
}  # fmt: skip
FAMILY = {**GUARDIANS, "maya": GUARDIANS["maya"] | {"maya_login"}}
NOTE_READERS = {**GUARDIANS, "maya": person_set("priya dan quinn maya_login")}  # full, and the young person
COLLEAGUES = person_set("tom ines ruth omar otto sue fred hugo abel")
OFFICE = person_set("omar abel ruth")  # admins and leads of Willow Creek
IN_ERROR = person_set("tom ines ruth")  # principle 7: its author on the team, the supervisors, the leads
YOUNG = person_set("maya_login")

READERS: dict[str, frozenset[str]] = {
    # Row "Child's card"
    **{f"c_{child}": STAFF[child] | CIRCLE[child] for child in TEAM},
    "w_willow": COLLEAGUES | CIRCLE["maya"] | CIRCLE["leo"] | CIRCLE["zoe"],
    "w_alder": person_set("stella adam"),
    # Row "Person's name", principle 10, ADR 2
    "p_tom": COLLEAGUES | CIRCLE["maya"] | CIRCLE["leo"],
    "p_ines": COLLEAGUES | CIRCLE["maya"] | CIRCLE["leo"],
    "p_sue": COLLEAGUES | CIRCLE["leo"],
    "p_fred": COLLEAGUES | CIRCLE["maya"],
    "p_vera": COLLEAGUES | CIRCLE["maya"] | {"vera"},
    "p_hugo": COLLEAGUES | CIRCLE["zoe"],
    "p_abel": COLLEAGUES | {"nell"},
    **{f"p_{name}": COLLEAGUES for name in ("ruth", "omar", "otto")},
    "p_priya": STAFF["maya"] | FAMILY["maya"] | {"pat"},
    **{f"p_{name}": STAFF["maya"] | FAMILY["maya"] for name in ("dan", "quinn", "ivy")},
    "p_carl": STAFF["maya"] | FAMILY["maya"] | {"carl"},  # "whatever restriction applies"
    "p_pat": STAFF["maya"] | {"pat", "priya"},
    "p_karin": STAFF["maya"] | {"karin", "maya_login"},
    "p_maya_login": STAFF["maya"] | CIRCLE["maya"],
    "p_nell": STAFF["leo"] | CIRCLE["leo"],
    "p_joy": STAFF["leo"] | {"joy", "nell"},
    "p_zara": STAFF["zoe"] | {"zara"},
    "p_stella": person_set("stella adam"), "p_adam": person_set("stella adam"),
    # Row "Contact": oneself; team, admins, leads
    "k_tom": OFFICE | TEAM["maya"] | TEAM["leo"],
    "k_sue": OFFICE | TEAM["maya"] | {"sue"},
    "k_fred": OFFICE | TEAM["maya"] | {"fred"},
    "k_vera": OFFICE | TEAM["maya"] | {"vera"},
    "k_abel": OFFICE | TEAM["leo"],
    **{f"k_{name}": OFFICE | {name} for name in ("ines", "ruth", "omar", "otto", "hugo")},
    **{f"k_{name}": STAFF["maya"] | {name} for name in ("priya", "dan", "quinn", "carl", "ivy", "pat", "maya_login", "karin")},
    "k_nell": STAFF["leo"] | {"nell"}, "k_joy": STAFF["leo"] | {"joy"}, "k_zara": STAFF["zoe"] | {"zara"},
    "k_stella": person_set("stella"), "k_adam": person_set("stella adam"),
    # Sign-in addresses are credentials: one's own
    **{f"a_{name}": person_set(name) for name in EVERYBODY},
    # Row "Circle row": a home's mark
    "h_maple": STAFF["maya"] | {"priya", "pat"}, "h_harbour": STAFF["maya"] | {"dan"}, "h_mill": STAFF["leo"] | {"nell", "joy"},
    # ADR 4: relationships
    **{f"l_{name}": STAFF["maya"] | GUARDIANS["maya"] for name in ("priya", "dan", "quinn", "carl", "ivy")},
    "l_sue": STAFF["maya"], "l_pat": STAFF["maya"] | {"pat"}, "l_karin": STAFF["maya"] | {"karin"},
    "l_nell": STAFF["leo"] | GUARDIANS["leo"], "l_abel": STAFF["leo"] | GUARDIANS["leo"], "l_joy": STAFF["leo"] | {"joy"},
    "l_zara": STAFF["zoe"] | {"zara"}, "l_adam": person_set("stella adam"),
    # ADR 1, point 13
    "f_tom": COLLEAGUES | CIRCLE["maya"] | CIRCLE["leo"], "f_hugo": COLLEAGUES | CIRCLE["zoe"],
    "f_stella": person_set("stella adam"),
    "renewal_priya": STAFF["maya"], "renewal_adam": STAFF["ada"],
    "consent_karin": STAFF["maya"] | {"priya"}, "consent_ada": STAFF["ada"],
    # Row "Restriction and its reason": team, leads. Never family, never admins.
    **{f"restriction_{name}": TEAM["maya"] | LEADS["maya"] for name in ("dan", "quinn", "carl")},
    "restriction_ada": STAFF["ada"],
    # Row "Session facts", "Attendance", "Session record". A quiet guardian still sees that sessions go on.
    **{
        f"s_{name}": TEAM["maya"] | ADMINS["maya"] | FAMILY["maya"]
        for name in ("apr", "may", "jun", "sep", "oct")
    },
    **{f"r_{name}": TEAM["maya"] for name in ("apr", "may", "jun", "sep", "oct")},
    "s_err": IN_ERROR, "r_err": IN_ERROR, "at_err": IN_ERROR,
    "at_may_child": TEAM["maya"] | ADMINS["maya"] | YOUNG,
    "at_may_dan": TEAM["maya"] | ADMINS["maya"] | {"dan"},
    "at_jun_dan": TEAM["maya"] | ADMINS["maya"],  # Dan is quiet
    "at_oct_priya": TEAM["maya"] | ADMINS["maya"] | {"priya"},
    "at_oct_quinn": TEAM["maya"] | ADMINS["maya"],  # Quinn is quiet
    # Row "Progress note, draft"
    "d_tom": person_set("tom"), "d_offered": person_set("tom ines"), "d_fred": person_set("tom"),
    "offer": person_set("tom ines"), "offer_signed": TEAM["maya"], "cosigned": TEAM["maya"], "unsent": person_set("tom"),
    # Row "Progress note, signed; addenda"
    "n_apr": TEAM["maya"],  # worked case 10
    "n_may": TEAM["maya"] | NOTE_READERS["maya"],
    "n_withheld": TEAM["maya"] | NOTE_READERS["maya"] - {"priya"},
    "n_jun": TEAM["maya"] | NOTE_READERS["maya"] - {"dan"},  # quiet
    "n_sep": TEAM["maya"] | NOTE_READERS["maya"] - {"dan"},  # named
    "n_opened": TEAM["maya"] | NOTE_READERS["maya"],  # named, and opened to him
    "n_oct": TEAM["maya"] | NOTE_READERS["maya"] - {"dan", "quinn"},
    "n_fred": TEAM["maya"] | NOTE_READERS["maya"],  # worked case 4: its author is gone
    "n_err": IN_ERROR,
    "ad_may": TEAM["maya"] | NOTE_READERS["maya"],
    "ad_late": TEAM["maya"] | NOTE_READERS["maya"] - {"dan"},
    "ad_opened": TEAM["maya"] | NOTE_READERS["maya"],
    "ad_after": TEAM["maya"] | NOTE_READERS["maya"] - {"dan"},  # added after the opening
    "ad_err": TEAM["maya"],  # principle 11: the lead does not read the note it hangs on
    "withholding": TEAM["maya"], "opening": TEAM["maya"],
    # Row "Process note": its author alone, while a member of the practice; then sealed
    "x_tom": person_set("tom"), "x_fred": person_set("fred"), "x_vera": NOBODY, "x_err": person_set("tom"),
    # Row "Summary"; releases, readings, overrides, wishes
    "m_none": TEAM["maya"],
    "m_priya": TEAM["maya"] | {"priya"}, "m_before": TEAM["maya"] | {"dan"},
    "m_quiet": TEAM["maya"], "m_now": TEAM["maya"],  # worked case 3: released to Dan in June, to Quinn now
    "m_withdrawn": TEAM["maya"], "m_karin": TEAM["maya"] | {"karin"}, "m_ivy": TEAM["maya"] | {"ivy"},
    "m_court": TEAM["maya"] | {"dan", "maya_login"},
    "m_err": IN_ERROR, "m_fred": TEAM["maya"] | {"priya"},
    "rl_priya": TEAM["maya"] | {"priya", "maya_login"}, "rl_before": TEAM["maya"] | {"dan", "maya_login"},
    "rl_quiet": TEAM["maya"] | YOUNG, "rl_now": TEAM["maya"] | YOUNG, "rl_withdrawn": TEAM["maya"] | YOUNG,
    "rl_karin": TEAM["maya"] | {"karin", "maya_login"}, "rl_ivy": TEAM["maya"] | {"ivy", "maya_login"},
    "rl_court_dan": TEAM["maya"] | {"dan", "maya_login"}, "rl_court_maya": TEAM["maya"] | YOUNG,
    "rl_err": IN_ERROR, "rl_fred": TEAM["maya"] | {"priya", "maya_login"},
    "reading_priya": TEAM["maya"] | {"priya", "maya_login"},
    **{
        f"o_{name}": TEAM["maya"] | YOUNG
        for name in ("priya", "before", "quiet", "now", "withdrawn", "karin", "ivy", "court_dan", "fred")
    },
    "o_err": TEAM["maya"],  # row "overrides": never leads
    **{
        f"wish_{name}": TEAM["maya"] | YOUNG
        for name in ("priya", "before", "quiet", "now", "withdrawn", "karin", "ivy", "court", "fred")
    },
    "wish_again": TEAM["maya"] | YOUNG, "wish_none": TEAM["maya"], "wish_err": IN_ERROR,
    # Row "Home update", "Reply to an update; marks"
    "u_priya": TEAM["maya"] | {"priya"},
    "u_shared": TEAM["maya"] | {"priya", "dan"}, "edit_shared": TEAM["maya"] | {"priya", "dan"},
    "u_withdrawn": TEAM["maya"] | {"priya"},
    "u_quiet": TEAM["maya"] | {"priya"}, "u_now": TEAM["maya"] | {"priya"},
    "u_edited": TEAM["maya"] | {"priya", "quinn"}, "edit_now": TEAM["maya"] | {"priya"},  # edited while Quinn is quiet
    "u_dan": TEAM["maya"] | {"dan"}, "reply_dan": TEAM["maya"], "mark_dan": TEAM["maya"],  # answered while quiet
    "u_quinn": TEAM["maya"] | {"quinn"}, "reply_quinn": TEAM["maya"],
    **{f"u_{name}": TEAM["maya"] | {name} for name in ("karin", "ivy", "pat", "maya_login")},
    "u_carl": TEAM["maya"],  # closed
    "u_err": person_set("ines ruth priya"),  # principle 11, and principle 7: Priya is not on the team
    "out_err": person_set("ines ruth"),  # ADR 1, point 15: the update's author does not learn what the practice found
    "u_out": person_set("ines priya"), "out_priya": person_set("ines ruth priya"),
    "edit_out": person_set("ines priya"), "share_out": person_set("ines priya"),  # reworded: not for leads
    "reply_priya": TEAM["maya"] | {"priya"}, "mark_priya": TEAM["maya"] | {"priya"},
    "mark_slip": TEAM["maya"] | {"priya"}, "mark_back": TEAM["maya"] | {"priya"},
    "reply_shared": TEAM["maya"] | {"priya"}, "reply_err": TEAM["maya"],
    "share_dan": TEAM["maya"] | {"priya", "dan"},
    "share_withdrawn": TEAM["maya"] | {"priya"}, "share_quiet": TEAM["maya"] | {"priya"},
    "share_now": TEAM["maya"] | {"priya"}, "share_edited": TEAM["maya"] | {"priya", "quinn"},
    # When one last looked: nobody else's business
    "look_priya": person_set("priya"), "look_tom": person_set("tom"),
    # Moving in (ADR 7): counts for the practice's admins, rows for whoever uploaded them
    "file_omar": person_set("omar abel"), "file_abel": person_set("omar abel"), "file_stella": person_set("stella"),
    "line_omar": person_set("omar"), "line_wrong": person_set("omar"), "line_abel": person_set("abel"),
    "line_stella": person_set("stella"),
    # ADR 11: who comes in. Admins, and of a child the therapists who invited for it; nothing of the circle of Abel's Leo for him
    "invite_otto": person_set("omar abel"), "invite_nell": person_set("omar"),
    "invite_pat": ADMINS["maya"] | {"tom"}, "card_maya": ADMINS["maya"] | {"tom"}, "invite_adam": person_set("stella"),
    # Whose access ended, whose second factor is to come off: the office; admins
    "ended_vera": OFFICE, "ended_joy": OFFICE - {"abel"},
    "reset_otto": person_set("omar abel"), "reset_nell": person_set("omar"),
    # One's own: a new address, the operator's hours (over since yesterday)
    "address_dan": person_set("dan"), "hours_omar": person_set("omar"),
    # Row "Circle row": its history, and what is to be looked at again
    "change_karin": STAFF["maya"], "change_ada": STAFF["ada"], "review_priya": STAFF["maya"],
    # What one is told: by the team of the child, by family outside their quiet times, about no child
    "told_tom": person_set("tom"), "told_fred": NOBODY, "told_priya": person_set("priya"), "told_dan": NOBODY,
    "told_carl": NOBODY, "told_omar": person_set("omar"),
    # Leo: his agreement opens signed notes to guardians full
    "s_leo": TEAM["leo"] | ADMINS["leo"] | FAMILY["leo"], "r_leo": TEAM["leo"],
    "at_leo": TEAM["leo"] | ADMINS["leo"],
    "n_leo": TEAM["leo"] | NOTE_READERS["leo"], "x_leo": person_set("tom"),
    "m_leo": TEAM["leo"] | {"nell"}, "rl_leo": TEAM["leo"] | {"nell"}, "wish_leo": TEAM["leo"],
    "u_nell": TEAM["leo"] | {"nell"}, "u_joy": TEAM["leo"] | {"joy"}, "reply_joy": TEAM["leo"] | {"joy"},
    # Zoe
    "s_zoe": TEAM["zoe"] | ADMINS["zoe"] | FAMILY["zoe"], "r_zoe": TEAM["zoe"], "n_zoe": TEAM["zoe"], "x_zoe": TEAM["zoe"],
    "m_zoe": TEAM["zoe"] | {"zara"}, "rl_zoe": TEAM["zoe"] | {"zara"}, "wish_zoe": TEAM["zoe"],
    "u_zara": TEAM["zoe"] | {"zara"},
    # Ada, in the other practice
    "s_ada": person_set("stella adam"), "r_ada": TEAM["ada"], "n_ada": TEAM["ada"] | {"adam"}, "x_ada": TEAM["ada"],
    "m_ada": TEAM["ada"] | {"adam"}, "rl_ada": TEAM["ada"] | {"adam"}, "wish_ada": TEAM["ada"],
    "u_adam": TEAM["ada"] | {"adam"}, "reply_adam": TEAM["ada"] | {"adam"},
}  # fmt: skip

# --- Building it ------------------------------------------------------------------------------------------------------------


@dataclass
class Rich:
    """The world. `rows`: every row with a name of its own in READERS; `child_of`: the child a row is about."""

    cast: Willow
    children: dict[str, Child]
    rows: dict[str, Any] = field(default_factory=dict)
    child_of: dict[str, str] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Someone by their short name."""
        return self.cast.people[name]

    def name_of(self, number: int | None) -> str:
        """The short name of a person number."""
        return next(name for name, who in self.cast.people.items() if who.pk == number)

    def keys(self, model: type[models.Model], child: str) -> list[str]:
        """Names of the rows of a model that are about the child."""
        return [key for key, row in self.rows.items() if type(row) is model and self.child_of.get(key) == child]

    def add[M: models.Model](self, key: str, model: type[M], child: str, **values: Any) -> M:
        """A row about the child, with sentinels in every text that was not given."""
        about = self.children[child]
        texts = {name: text for name, text in sentinels_of(key, model).items() if name not in values}
        if "error_at" not in values:
            texts.pop("error_reason", None)
        row = model(id=uuid5(NAMESPACE_URL, key), practice=about.practice, child=about, **{**texts, **values})
        row.save(force_insert=True)
        self.rows[key], self.child_of[key] = row, child
        return row


CELLS = ("child_name", "pronouns", "about_me", "guardian_1_name", "guardian_1_relationship", "guardian_1_household")


def add_files(world: Rich) -> None:
    """A file that waits, with a sound row and a wrong one; one that runs; one of the other practice."""
    for name, status in (("omar", "checked"), ("abel", "running"), ("stella", "checked")):
        who = world.person(name)
        where = world.children["ada"].practice if name == "stella" else world.cast.practice
        by = {"practice": where, "uploaded_by": who}
        began = NOON - DAY / 2 if status == "running" else None
        file = MoveIn(id=uuid5(NAMESPACE_URL, f"file_{name}"), uploaded_at=NOON - DAY / 2, status=status, rows=1, **by)
        file.started_at = began
        file.save(force_insert=True)
        world.rows[f"file_{name}"] = file
        add_line(world, name, name, 2)
    add_line(world, "wrong", "omar", 3, problems=[["date_of_birth", "missing", ""]])


def add_ways_in(world: Rich) -> None:
    """Invitations, ended access, second factors and addresses under way; what circles went through; what people are told."""
    cast, willow = world.cast, world.cast.practice
    ends = {"invited_at": NOON - DAY, "expires_at": NOON + 9 * DAY}
    for name, where, child, by, kind in (
        ("invite_otto", willow, None, cast.omar, "staff"), ("invite_nell", willow, None, cast.omar, "guardian"),
        ("invite_pat", willow, cast.maya, cast.tom, "guardian"), ("card_maya", willow, cast.maya, cast.tom, "young_person"),
        ("invite_adam", world.children["ada"].practice, world.children["ada"], cast.stella, "guardian"),
    ):  # fmt: skip
        who = cast.maya_login if kind == "young_person" else world.person(name.split("_")[1])
        way = {"card_sha256" if kind == "young_person" else "email": say(name, "way")}
        keep(world, name, Invitation, practice=where, child=child, person=who, kind=kind, invited_by=by, **ends, **way)
    for name, starts, until in (("vera", day(3, 31), None), ("joy", day(3, 1), day(3, 2))):
        keep(
            world, f"ended_{name}", Deactivation, practice=willow, person=world.person(name), set_by=cast.omar,
            starts=starts, ends=until,
        )  # fmt: skip
    asked = {"asked_at": NOON - DAY, "expires_at": NOON + DAY}
    for name in ("otto", "nell"):
        keep(
            world, f"reset_{name}", FactorReset, practice=willow, person=world.person(name), asked_by=cast.omar, **asked
        )
    keep(world, "address_dan", AddressChange, person=cast.dan, **asked)
    keep(world, "hours_omar", OperatorAccess, person=cast.omar, starts=NOON - DAY, ends=NOON - DAY / 2)
    for name, about, by in (("karin", "maya", cast.omar), ("ada", "ada", cast.stella)):
        done = {"effective": LONG_AGO, "changed_by": by, "changed_at": LONG_AGO, "kind": "added"}
        who = cast.karin if name == "karin" else cast.adam
        world.add(f"change_{name}", CircleChange, about, person=who, row=CircleRow.objects.get(person=who).pk, **done)
    again = {"circle_row": CircleRow.objects.get(person=cast.priya), "person": cast.priya, "reason": "new_address"}
    world.add("review_priya", RowReview, "maya", flagged_at=NOON - DAY, **again)
    for name, child, at in (
        ("tom", cast.maya, day(10, 1)), ("fred", cast.maya, day(10, 1)), ("priya", cast.maya, day(10, 1)),
        ("dan", cast.maya, day(6, 10)), ("carl", cast.maya, day(10, 1)), ("omar", None, day(10, 1)),
    ):  # fmt: skip
        told = {"practice": willow, "child": child, "person": world.person(name), "kind": "new_therapist"}
        keep(world, f"told_{name}", Notice, about=cast.otto, told_at=at, **told)


def keep(world: Rich, key: str, model: type[models.Model], **values: Any) -> None:
    """A row that is not about a child, or need not be, with sentinels in every text that was not given."""
    texts = {name: text for name, text in sentinels_of(key, model).items() if name not in values}
    for name in {"email", "card_sha256"} & texts.keys():
        texts[name] = "" if model is Invitation else texts[name]
    row = model(id=uuid5(NAMESPACE_URL, key), **{**texts, **values})
    row.save(force_insert=True)
    world.rows[key] = row


def add_line(world: Rich, name: str, file: str, number: int, **more: Any) -> None:
    """A row of a file, a sentinel in every cell."""
    key, of = f"line_{name}", world.rows[f"file_{file}"]
    cells = {**sentinels_of(key, MoveInRow)["cells"], "guardian_1_authority": "full"}
    if not more:
        cells["date_of_birth"] = "2016-06-01"
    values = {"practice_id": of.practice_id, "move": of, "uploaded_by_id": of.uploaded_by_id, "chosen": not more}
    row = MoveInRow(id=uuid5(NAMESPACE_URL, key), number=number, cells=cells, **values, **more)
    row.save(force_insert=True)
    world.rows[key] = row


def sentinels_of(key: str, model: type[models.Model]) -> dict[str, Any]:
    """A value for every text field of the model that a person writes into."""
    ours: dict[str, Any] = {}
    for column in model._meta.concrete_fields:
        name = column.name
        if isinstance(column, ArrayField) and isinstance(column.base_field, models.CharField):
            ours[name] = [say(key, name)]
        elif isinstance(column, models.CharField | models.TextField) and not column.choices:
            ours[name] = say(key, name)
        elif name == "sections":
            ours[name] = [["Data", say(key, name)]]
        elif name == "cells":
            ours[name] = {column: say(key, column) for column in CELLS}
    ours.pop("signed_sha256", None)
    return ours


def rich() -> Rich:
    """Everything, as it stands at noon."""
    cast = people.willow()
    elsewhere = Practice.objects.get(ref="alder")
    zoe = people.child(cast.practice, "Zoe", date(2013, 3, 3))
    ada = Child.objects.get(practice=elsewhere)
    world = Rich(cast, {"maya": cast.maya, "leo": cast.leo, "zoe": zoe, "ada": ada})
    add_people(world)
    add_words_about_people(world)
    add_sessions(world)
    add_notes(world)
    add_summaries(world)
    add_updates(world)
    add_other_children(world)
    add_files(world)
    add_ways_in(world)
    AuditEvent.objects.create(action="sign_in", person_id=cast.tom.pk, at=NOON - DAY)
    return world


def add_people(world: Rich) -> None:
    """More people, their ties, restrictions and agreements."""
    cast, maya = world.cast, world.cast.maya
    for name in ("Fred", "Vera", "Hugo", "Abel", "Quinn", "Carl", "Ivy", "Pat", "Zara", "Adam"):
        cast.people[name.lower()] = people.person(name)
    for who in (cast.fred, cast.hugo):
        people.employ(who, cast.practice, "therapist")
    people.employ(cast.vera, cast.practice, "therapist", ends=day(3, 31))
    people.employ(cast.abel, cast.practice, "admin")
    people.tie(cast.fred, maya, "therapist", ends=day(10, 1))
    people.tie(cast.vera, maya, "therapist", ends=day(3, 1))
    people.tie(cast.hugo, world.children["zoe"], "therapist")
    for who, authority, home in (
        (cast.quinn, "full", ""), (cast.carl, "full", ""), (cast.ivy, "informed", ""), (cast.pat, "contributor", "maple"),
    ):  # fmt: skip
        people.tie(who, maya, "guardian", authority, household=home, relationship="r")
    people.tie(cast.abel, cast.leo, "guardian", "full", relationship="r")
    people.tie(cast.zara, world.children["zoe"], "guardian", "full", relationship="r")
    people.tie(cast.adam, world.children["ada"], "guardian", "full", relationship="r")
    people.agree(maya, day(5, 1, 0), "signed_notes", "signed_notes")
    people.agree(world.children["ada"], LONG_AGO, "signed_notes")
    for who in (cast.quinn, cast.ivy, cast.carl, cast.pat):
        people.explain(who, maya, cast.tom)
    people.explain(cast.abel, cast.leo, cast.tom)
    people.explain(cast.adam, world.children["ada"], cast.stella)
    restrict(world, "dan", "quiet", day(6, 1, 0), day(7, 1, 0))
    restrict(world, "quinn", "quiet", day(10, 26, 0))
    restrict(world, "carl", "closed", day(10, 20, 0))
    people.name_in_concern(cast.dan, maya, day(9, 10), day(9, 12))
    people.name_in_concern(cast.ruth, maya, day(9, 10), day(9, 12))
    people.name_in_concern(cast.zara, world.children["zoe"], day(9, 10), day(9, 12))


def restrict(world: Rich, name: str, kind: str, starts: datetime, ends: datetime | None = None) -> None:
    """Quiet or closed to Maya."""
    values = {"kind": kind, "starts": starts, "ends": ends, "set_by": world.cast.ruth}
    values |= {"review_on": date(2026, 11, 10)} if name == "quinn" else {}
    world.add(f"restriction_{name}", Restriction, "maya", person=world.person(name), **values)


def add_words_about_people(world: Rich) -> None:
    """Sentinels in the texts about practices, people and ties."""
    cast = world.cast
    for name, who in cast.people.items():
        who.name = f"{who.name} {say(f'p_{name}', 'name')}"
        who.save()
        who.account.password = PASSWORD
        Contact.objects.filter(pk=who.pk).update(
            email=say(f"k_{name}", "email") + "@example.org", phone=say(f"k_{name}", "phone")
        )
        Account.objects.filter(pk=who.pk).update(email=say(f"a_{name}", "email") + "@example.org", password=PASSWORD)
    Account.objects.filter(pk=cast.maya_login.pk).update(username=say("a_maya_login", "username"))
    for name, about in world.children.items():
        about.name = f"{about.name} {say(f'c_{name}', 'name')}"
        about.pronouns, about.about_me = say(f"c_{name}", "pronouns"), say(f"c_{name}", "about_me")
        about.save()
    for where in Practice.objects.all():
        key = f"w_{where.ref}"
        Practice.objects.filter(pk=where.pk).update(
            **{name: say(key, name) for name in ("name", "crisis_text", "handbook", "policy_source")},
            **{name: say(key, name) for name in ("reply_hours", "fees", "how_to_ask")},
        )
    for row in Relationship.objects.all():
        Relationship.objects.filter(pk=row.pk).update(words=say(f"l_{world.name_of(row.person_id)}", "words"))
    for home in ("maple", "harbour", "mill"):
        CircleRow.objects.filter(household=home).update(household=say(f"h_{home}", "household"))
    for name, where in (("tom", cast.practice), ("hugo", cast.practice), ("stella", world.children["ada"].practice)):
        told = {field: say(f"f_{name}", field) for field in ("body", "training")}
        StaffProfile.objects.create(practice=where, person=world.person(name), **told)
        if name == "hugo":  # those whose page families of several children read put theirs there in test_urls
            StaffPhoto.objects.create(practice=where, person=world.person(name), picture=b"\xff\xd8")
        PracticeChoice.objects.create(
            practice=where, kind="theme", name=say(f"v_{name}", "name"), added_by=world.person(name), added_at=LONG_AGO,
            retired_at=LONG_AGO + DAY,
        )  # fmt: skip
    tie = CircleRow.objects.get(person=cast.karin)
    until = NOON + 90 * DAY
    world.add(
        "consent_karin", HelperConsent, "maya", circle_row=tie, given_by=cast.priya, given_at=LONG_AGO, until=until
    )
    about_priya = CircleRow.objects.get(person=cast.priya)
    world.add("renewal_priya", Renewal, "maya", circle_row=about_priya, renewed_by=cast.tom, renewed_at=LONG_AGO)
    about_adam = CircleRow.objects.get(person=cast.adam)
    world.add("renewal_adam", Renewal, "ada", circle_row=about_adam, renewed_by=cast.stella, renewed_at=LONG_AGO)
    world.add("consent_ada", HelperConsent, "ada", circle_row=about_adam, given_by=cast.stella, given_at=LONG_AGO)
    closing = {"kind": "quiet", "starts": day(2, 1), "ends": day(2, 2), "set_by": cast.stella}
    world.add("restriction_ada", Restriction, "ada", person=cast.adam, **closing)
    terms = Agreement.objects.get(child=cast.maya, in_force_from=day(5, 1, 0))
    for who in (cast.priya, cast.dan):
        Signature.objects.create(
            practice=cast.practice, child=cast.maya, agreement=terms, person=who, signed_at=day(5, 1)
        )


def add_sessions(world: Rich) -> None:
    """Maya's sessions: before the opening, after it, in Dan's quiet time, after the concern, now; one in error."""
    cast = world.cast
    wrong: dict[str, Any] = {"error_at": day(10, 21), "error_by": cast.ruth}
    months = {
        "apr": day(4, 6),
        "may": day(5, 4),
        "jun": day(6, 8),
        "sep": day(9, 14),
        "oct": day(10, 30),
        "err": day(10, 20),
    }
    for name, held in months.items():
        error = wrong if name == "err" else {}
        add_session(world, name, "maya", cast.tom, held, **error)
    attended = {
        "may_child": ("may", None), "may_dan": ("may", cast.dan), "jun_dan": ("jun", cast.dan),
        "oct_priya": ("oct", cast.priya), "oct_quinn": ("oct", cast.quinn), "err": ("err", cast.ivy),
    }  # fmt: skip
    for name, (session, who) in attended.items():
        error = {"error_at": wrong["error_at"]} if name == "err" else {}
        attend(world, name, session, who, **error)


def add_session(world: Rich, name: str, child: str, by: Person, held: datetime, **error: Any) -> None:
    """A session and its record, logged an hour after it was held."""
    facts = {"held_at": held, "logged_at": held + HOUR, "moment": held + HOUR, "minutes": 50}
    session = world.add(f"s_{name}", Session, child, therapist=by, **facts, **error)
    world.add(f"r_{name}", SessionRecord, child, session=session, author=by, engagement=7, **error)


def attend(world: Rich, name: str, session: str, who: Person | None, **error: Any) -> None:
    """One attender of a session."""
    held = world.rows[f"s_{session}"]
    world.add(
        f"at_{name}", Attendance, world.child_of[f"s_{session}"], session=held, person=who, logged_by=held.therapist,
        moment=held.moment, **error,
    )  # fmt: skip


def add_note(
    world: Rich, key: str, session: str, signed: datetime | None, by: Person | None = None, **more: Any
) -> None:
    """A progress note with sections, written an hour before it is signed; unsigned: a draft of yesterday."""
    held, written = world.rows[f"s_{session}"], (signed or NOON - DAY) - HOUR
    world.add(
        key, ProgressNote, world.child_of[f"s_{session}"], session=held, author=by or held.therapist, template="dap",
        written_at=written, changed_at=written, signed_at=signed, **more,
    )  # fmt: skip


def add_notes(world: Rich) -> None:
    """Maya's notes, drafts, addenda and process notes."""
    cast = world.cast
    wrong: dict[str, Any] = {"error_at": day(10, 21), "error_by": cast.ruth}
    for name, session, signed in (
        ("n_apr", "apr", day(4, 7)), ("n_may", "may", day(5, 5)), ("n_withheld", "may", day(5, 6)),
        ("n_jun", "jun", day(6, 9)), ("n_sep", "sep", day(9, 15)), ("n_opened", "sep", day(9, 16)),
        ("n_oct", "oct", day(10, 31)),
    ):  # fmt: skip
        add_note(world, name, session, signed)
    add_note(world, "n_fred", "may", day(5, 7), cast.fred)
    add_note(world, "n_err", "may", day(5, 8), **wrong)
    add_note(world, "d_tom", "oct", None)
    add_note(world, "d_offered", "oct", None)
    add_note(world, "d_fred", "sep", None, cast.fred)
    rows = world.rows
    for name, note, added, error in (
        ("ad_may", "n_may", day(5, 20), {}), ("ad_late", "n_may", day(9, 20), {}),
        ("ad_opened", "n_opened", day(9, 17), {}), ("ad_after", "n_opened", day(9, 21), {}),
        ("ad_err", "n_may", day(5, 21), wrong),
    ):  # fmt: skip
        world.add(name, Addendum, "maya", note=rows[note], author=cast.tom, added_at=added, **error)
    world.add(
        "offer", NoteOffer, "maya", note=rows["d_offered"], offered_by=cast.tom, person=cast.ines, offered_at=NOON - DAY
    )
    ines = {"note": rows["n_sep"], "person": cast.ines}
    offered = world.add("offer_signed", NoteOffer, "maya", offered_by=cast.tom, offered_at=day(9, 14), **ines)
    world.add(
        "cosigned",
        CoSignature,
        "maya",
        offer=offered,
        kind="cosigned",
        words="",
        sha256="",
        acted_at=day(9, 15),
        **ines,
    )
    world.add("unsent", FormDraft, "maya", author=cast.tom, form="session", data={}, saved_at=day(10, 31))
    by = {"withheld_by": cast.tom, "withheld_at": day(5, 6)}
    world.add("withholding", Withholding, "maya", note=rows["n_withheld"], person=cast.priya, **by)
    world.add(
        "opening", Opening, "maya", note=rows["n_opened"], person=cast.dan, opened_by=cast.tom, opened_at=day(9, 17)
    )
    for name, session, who, error in (
        ("tom", "oct", cast.tom, {}), ("fred", "sep", cast.fred, {}), ("vera", "apr", cast.vera, {}),
        ("err", "oct", cast.tom, wrong),
    ):  # fmt: skip
        add_process_note(world, name, session, who, **error)


def add_process_note(world: Rich, name: str, session: str, who: Person, **error: Any) -> None:
    """A process note of the day after the session."""
    held = world.rows[f"s_{session}"]
    written = {"written_at": held.held_at + DAY, "changed_at": held.held_at + DAY}
    world.add(f"x_{name}", ProcessNote, world.child_of[f"s_{session}"], session=held, author=who, **written, **error)


def add_summaries(world: Rich) -> None:
    """Maya's summaries: each released to someone else, or to nobody. Maya is 14 and said "to nobody" each time."""
    cast = world.cast
    wrong: dict[str, Any] = {"error_at": day(10, 21), "error_by": cast.ruth}
    for name, session, who, released, more in (
        ("priya", "may", cast.priya, day(5, 10), {}), ("before", "may", cast.dan, day(5, 11), {}),
        ("quiet", "jun", cast.dan, day(6, 10), {}), ("now", "oct", cast.quinn, day(10, 31, 16), {}),
        ("withdrawn", "may", cast.priya, day(5, 12),
         {"withdrawn_at": day(5, 20), "withdrawn_by": cast.fred}),
        ("karin", "sep", cast.karin, day(9, 20), {}), ("ivy", "sep", cast.ivy, day(9, 21), {}),
        ("err", "sep", cast.priya, day(9, 22), wrong), ("fred", "may", cast.priya, day(5, 13), {}),
    ):  # fmt: skip
        error = more if "error_by" in more else {}
        add_summary(world, name, session, cast.fred if name == "fred" else cast.tom, **error)
        only = {key: value for key, value in more.items() if key != "error_by"}
        release(world, name, name, who, released, **only)
    add_summary(world, "none", "oct", cast.tom)
    add_summary(world, "court", "oct", cast.tom)
    first = world.rows["wish_priya"]
    again = {"summary": first.summary, "replaces": first, "recorded_by": cast.tom, "recorded_at": day(9, 20)}
    world.add("wish_again", Wish, "maya", kind="nobody", **again)
    release(world, "court_dan", "court", cast.dan, day(10, 31, 9))
    release(world, "court_maya", "court", cast.maya_login, day(10, 31, 10))
    read = {"release": world.rows["rl_priya"], "reader": cast.priya, "read_at": day(5, 14)}
    world.add("reading_priya", Reading, "maya", **read)


def add_summary(world: Rich, name: str, session: str, by: Person, kind: str = "nobody", **error: Any) -> None:
    """A summary, and what the child said about it."""
    held = world.rows[f"s_{session}"]
    child, written = world.child_of[f"s_{session}"], held.held_at + 2 * HOUR
    summary = world.add(
        f"m_{name}", Summary, child, session=held, author=by, written_at=written, changed_at=written, **error
    )
    said = {"kind": kind, "asked_at": written, "recorded_by": by, "recorded_at": written}
    follows = {"error_at": error["error_at"]} if error else {}
    world.add(f"wish_{name}", Wish, child, summary=summary, **said, **follows)


def release(world: Rich, name: str, summary: str, to: Person, at: datetime, **more: Any) -> None:
    """A release; to an adult of Maya's against her wish, with the explanation she reads (worked case 5)."""
    row = world.rows[f"m_{summary}"]
    child = world.child_of[f"m_{summary}"]
    made = world.add(
        f"rl_{name}", Release, child, summary=row, recipient=to, released_by=row.author, released_at=at, **more
    )
    if child == "maya" and to != world.cast.maya_login:
        world.add(f"o_{name}", Override, child, release=made, ground="court_order")


def add_update(world: Rich, name: str, child: str, by: Person, posted: datetime, **more: Any) -> HomeUpdate:
    """An update from home, about the hour before."""
    moments = {"observed_at": posted - HOUR, "posted_at": posted}
    return world.add(f"u_{name}", HomeUpdate, child, author=by, kind="win", intensity=4, **moments, **more)


def add_updates(world: Rich) -> None:
    """Maya's updates: unshared, shared, withdrawn, shared while the reader is quiet, edited, answered, in error."""
    cast = world.cast
    wrong: dict[str, Any] = {"error_at": day(10, 21), "error_by": cast.ruth}
    for name, by, posted in (
        ("priya", "priya", day(10, 10)), ("shared", "priya", day(10, 11)), ("withdrawn", "priya", day(10, 12)),
        ("quiet", "priya", day(6, 12)), ("now", "priya", day(10, 28)), ("edited", "priya", day(10, 13)),
        ("dan", "dan", day(6, 13)), ("quinn", "quinn", day(10, 29)), ("karin", "karin", day(10, 14)),
        ("ivy", "ivy", day(10, 15)), ("pat", "pat", day(10, 16)), ("maya_login", "maya_login", day(10, 17)),
        ("carl", "carl", day(10, 1)),
    ):  # fmt: skip
        add_update(world, name, "maya", world.person(by), posted)
    for name, key, who in (("err", "out_err", cast.ruth), ("out", "out_priya", cast.priya)):
        wrong_one = add_update(world, name, "maya", cast.priya, day(10, 18))
        world.add(key, TakenOut, "maya", update=wrong_one, taken_by=who, taken_at=day(10, 21))
    for name, update, to, at, more in (
        ("dan", "shared", cast.dan, day(10, 12), {}),
        ("withdrawn", "withdrawn", cast.dan, day(10, 13), {"withdrawn_at": day(10, 14)}),
        ("quiet", "quiet", cast.dan, day(6, 14), {}), ("now", "now", cast.quinn, day(10, 29), {}),
        ("edited", "edited", cast.quinn, day(10, 14), {}), ("out", "out", cast.dan, day(10, 18), {}),
    ):  # fmt: skip
        share(world, name, update, to, at, **more)
    reword(world, "shared", "shared", day(10, 13))
    reword(world, "now", "edited", day(10, 30))
    reword(world, "out", "out", day(10, 19))
    for name, update, at, error in (
        ("priya", "priya", day(10, 11), {}), ("shared", "shared", day(10, 13), {}), ("dan", "dan", day(6, 14), {}),
        ("quinn", "quinn", day(10, 30), {}), ("err", "priya", day(10, 12), wrong),
    ):  # fmt: skip
        answer(world, name, update, cast.tom, at, **error)
    for name, at in (("priya", day(10, 30, 9)), ("tom", day(10, 20))):
        world.add(f"look_{name}", Look, "maya", person=world.person(name), looked_at=at)
    for name, update, at in (("priya", "priya", day(10, 11)), ("dan", "dan", day(6, 15))):
        row = world.rows[f"u_{update}"]
        world.add(f"mark_{name}", Mark, "maya", update=row, marked_by=cast.tom, kind="used", marked_at=at)
    slip = {"update": world.rows["u_priya"], "marked_by": cast.ines, "kind": "talk"}  # taken back
    for turn, key in enumerate(("mark_slip", "mark_back")):
        world.add(key, Mark, "maya", marked_at=day(10, 11, 10 + turn), turn=turn, **slip)


def reword(world: Rich, name: str, update: str, at: datetime) -> None:
    """A later wording of an update, every word of it new."""
    row = world.rows[f"u_{update}"]
    values = {"kind": "change", "observed_at": row.observed_at, "intensity": 6, "edited_at": at}
    world.add(f"edit_{name}", UpdateEdit, world.child_of[f"u_{update}"], update=row, **values)


def share(world: Rich, name: str, update: str, to: Person, at: datetime, **more: Any) -> None:
    """An update shown to another guardian."""
    row = world.rows[f"u_{update}"]
    values = {"shared_by": row.author, "person": to, "posted_at": row.posted_at, "shared_at": at}
    world.add(f"share_{name}", Sharing, world.child_of[f"u_{update}"], update=row, **values, **more)


def answer(world: Rich, name: str, update: str, by: Person, at: datetime, **error: Any) -> Reply:
    """A reply of the team's."""
    row = world.rows[f"u_{update}"]
    child = world.child_of[f"u_{update}"]
    return world.add(f"reply_{name}", Reply, child, update=row, author=by, posted_at=at, **error)


def add_other_children(world: Rich) -> None:
    """Something of each kind for Leo, Zoe and Ada."""
    cast = world.cast
    for name, by, family in (
        ("leo", cast.tom, cast.nell),
        ("zoe", cast.hugo, cast.zara),
        ("ada", cast.stella, cast.adam),
    ):
        add_session(world, name, name, by, day(9, 7))
        add_note(world, f"n_{name}", name, day(9, 9))
        add_process_note(world, name, name, by)
        add_summary(world, name, name, by, kind="nobody" if name == "leo" else "may_share")  # Zoe is 13
        release(world, name, name, family, day(9, 10))
        add_update(world, world.name_of(family.pk), name, family, day(10, 5))
    attend(world, "leo", "leo", None)
    add_update(world, "joy", "leo", cast.joy, day(10, 6))
    answer(world, "joy", "joy", cast.tom, day(10, 7))
    answer(world, "adam", "adam", cast.stella, day(10, 7))
