"""One world of corners: every row that holds for a time, at each of its boundaries, and pairs that chance seldom makes.

Chance builds the other worlds of the gallery; what it seldom meets (an end exactly now, a supervisor of the other practice,
a second naming) stands here on purpose.
"""

from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

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
    Explanation,
    FactorReset,
    HelperConsent,
    Invitation,
    Membership,
    MoveIn,
    MoveInRow,
    Named,
    Notice,
    OperatorAccess,
    Person,
    Renewal,
    Restriction,
    RowReview,
    Signature,
    Supervision,
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
)
from tests.proof.worlds import FIRST_NOW as NOW
from tests.proof.worlds import GUARDIAN, HELPER, THERAPIST, YOUNG, Scene, cast, employ, tie

# begins and ends, in ticks, around the world's now
EDGES: dict[str, tuple[int, int | None]] = {
    "begins now": (NOW, None), "begins later": (NOW + 1, None), "ends now": (0, NOW), "ends later": (0, NOW + 1),
}  # fmt: skip
LEO, BEN, ADA = 1, 2, 3  # Leo came of age at tick 8
BORN = date(2020, 1, 1)
_numbers = count(1)


def corners() -> Scene:
    """The cast, and everything at its edges."""
    scene = cast()
    employ(scene, "zoe", "therapist", "supervisor")
    for edge in EDGES.values():
        staff_at(scene, edge)
        family_at(scene, edge)
    odd_staff(scene)
    odd_family(scene)
    for child, author in ((BEN, "ruth"), (LEO, "tom"), (0, "tom")):
        content(scene, child, author)
    hang_on_notes(scene)
    in_every_state(scene)
    unread_releases(scene)
    offered_wrongly(scene)
    shared_after_a_quiet_time(scene)
    only_marked(scene)
    acts(scene)
    ways_in(scene)
    moving_in(scene)
    for who in [row.person.name for row in scene.made["CircleRow"] if row.role == THERAPIST]:
        if who not in {row.therapist.name for row in scene.made["Supervision"]}:  # over nobody but this therapist
            supervise(scene, employed(scene, newcomer(scene, "supervisor of one"), "supervisor"), who)
    Account.objects.create(email=f"spare-{id(scene)}@example.org", password="!")
    Contact.objects.filter(person=scene.people["lena"]).delete()
    return scene


def newcomer(scene: Scene, what: str) -> str:
    """Someone new, by the name of what they are."""
    name = f"{what} {next(_numbers)}"
    account = Account.objects.create(email=f"corner{next(_numbers)}-{id(scene)}@example.org", password="!")
    scene.people[name] = Person.objects.create(account=account, name=name)
    Contact.objects.create(person=scene.people[name], email="")
    return name


def at(scene: Scene, edge: tuple[int, int | None]) -> dict[str, datetime | None]:
    """The edge as columns."""
    return {"starts": scene.at(edge[0]), "ends": None if edge[1] is None else scene.at(edge[1])}


def supervise(scene: Scene, who: str, whom: str, edge: tuple[int, int | None] = (0, None), practice: int = 0) -> None:
    """A supervision row."""
    scene.add(
        Supervision, practice=scene.practices[practice], supervisor=scene.people[who], therapist=scene.people[whom],
        **at(scene, edge),
    )  # fmt: skip


def restrict(scene: Scene, who: str, child: int, kind: str, edge: tuple[int, int | None]) -> None:
    """Quiet or closed."""
    scene.add(
        Restriction, child=scene.children[child], person=scene.people[who], kind=kind, reason="r",
        set_by=scene.people["ruth"], **at(scene, edge),
    )  # fmt: skip


def employed(scene: Scene, who: str, role: str, edge: tuple[int, int | None] = (0, None), practice: int = 0) -> str:
    """A membership; the name again."""
    scene.add(Membership, practice=scene.practices[practice], person=scene.people[who], role=role, **at(scene, edge))
    return who


def staff_at(scene: Scene, edge: tuple[int, int | None]) -> None:
    """A therapist's row, membership and closing; a supervisor's row, membership, closing and family row; at one edge."""
    who = employed(scene, newcomer(scene, "therapist's row"), "therapist")
    tie(scene, who, BEN, THERAPIST, tick=edge[0], until=edge[1])
    session(scene, BEN, who, 3)
    who = employed(scene, newcomer(scene, "therapist employed"), "therapist", edge)
    employed(scene, who, "admin")
    tie(scene, who, BEN, THERAPIST)
    who = employed(scene, newcomer(scene, "therapist closed"), "therapist")
    tie(scene, who, BEN, THERAPIST)
    restrict(scene, who, BEN, "closed", edge)
    note(scene, BEN, who, None)
    supervise(scene, employed(scene, newcomer(scene, "supervision"), "supervisor"), "ruth", edge)
    who = employed(scene, newcomer(scene, "supervisor employed"), "supervisor", edge)
    employed(scene, who, "therapist")
    supervise(scene, who, "ruth")
    who = employed(scene, newcomer(scene, "supervisor closed"), "supervisor")
    supervise(scene, who, "ruth")
    restrict(scene, who, BEN, "closed", edge)
    who = employed(scene, newcomer(scene, "supervisor and aunt"), "supervisor")
    supervise(scene, who, "ruth")
    tie(scene, who, BEN, GUARDIAN, "informed", tick=edge[0], until=edge[1])
    for role in ("admin", "safeguarding_lead"):
        employed(scene, newcomer(scene, role), role, edge)
        put_out(scene, employed(scene, newcomer(scene, f"{role} put out"), role), edge)
    who = employed(scene, newcomer(scene, "therapist put out"), "therapist")
    tie(scene, who, BEN, THERAPIST)
    note(scene, BEN, who, None)
    put_out(scene, who, edge)
    supervise(scene, employed(scene, newcomer(scene, "supervisor of who is put out"), "supervisor"), who)
    who = employed(scene, newcomer(scene, "supervisor put out"), "supervisor")
    supervise(scene, who, "ruth")
    put_out(scene, who, edge)
    put_out(scene, employed(scene, newcomer(scene, "put out elsewhere"), "therapist"), edge, practice=1)
    tie(scene, list(scene.people)[-1], BEN, THERAPIST)


def put_out(scene: Scene, who: str, edge: tuple[int, int | None], practice: int = 0) -> None:
    """A practice ended somebody's access."""
    scene.add(
        Deactivation, practice=scene.practices[practice], person=scene.people[who], reason="r",
        set_by=scene.people["omar"], **at(scene, edge),
    )  # fmt: skip


def family_at(scene: Scene, edge: tuple[int, int | None]) -> None:
    """Each kind of family row, quiet, closed, renewed, in one household with another, at one edge."""
    for role, authority in (
        (GUARDIAN, "full"), (GUARDIAN, "informed"), (GUARDIAN, "contributor"), (GUARDIAN, "none"), (HELPER, ""), (YOUNG, ""),
    ):  # fmt: skip
        tie(scene, newcomer(scene, authority or role), BEN, role, authority, tick=edge[0], until=edge[1])
    who = newcomer(scene, "household")
    tie(scene, who, BEN, GUARDIAN, "contributor", household="den", tick=edge[0], until=edge[1])
    tie(scene, who, BEN, HELPER)
    who = newcomer(scene, "none, of the household")
    tie(scene, who, BEN, GUARDIAN, "none", tick=edge[0], until=edge[1])
    tie(scene, who, BEN, HELPER, household="den")
    for kind in ("quiet", "closed"):
        who = newcomer(scene, kind)
        tie(scene, who, BEN, GUARDIAN, "full")
        restrict(scene, who, BEN, kind, edge)
        who = newcomer(scene, f"young and {kind}")
        tie(scene, who, BEN, YOUNG)
        restrict(scene, who, BEN, kind, edge)
    who = newcomer(scene, "full, put out")
    tie(scene, who, BEN, GUARDIAN, "full")
    put_out(scene, who, edge)
    scene.add(
        OperatorAccess, person=scene.people[newcomer(scene, "operator")], reason="r", starts=scene.at(edge[0]),
        ends=scene.at(edge[1] or NOW + 9),
    )  # fmt: skip
    who = newcomer(scene, "renewed")
    row = tie(scene, who, LEO, GUARDIAN, "full")
    scene.add(
        Renewal, child=scene.children[LEO], circle_row=row, ground="g", renewed_by=scene.people["tom"],
        renewed_at=scene.at(edge[0] or NOW - 1),
    )  # fmt: skip
    who = newcomer(scene, "named")
    tie(scene, who, BEN, GUARDIAN, "full")
    name(scene, who, BEN, raised=6, named=edge[0], void=edge[1])


def name(scene: Scene, who: str, child: int, *, raised: int, named: int, void: int | None = None) -> None:
    """A naming in a concern of its own."""
    scene.add(
        Named, child=scene.children[child], concern=uuid4(), person=scene.people[who], raised_at=scene.at(raised),
        named_at=scene.at(named), void_from=None if void is None else scene.at(void),
    )  # fmt: skip


def odd_staff(scene: Scene) -> None:
    """Of the wrong practice, of another child, with the wrong role."""
    who = employed(scene, newcomer(scene, "supervises there"), "supervisor", practice=1)
    supervise(scene, who, "ruth", practice=1)
    who = employed(scene, newcomer(scene, "supervisor there"), "supervisor", practice=1)
    supervise(scene, who, "ruth")
    tie(scene, employed(scene, newcomer(scene, "therapist there"), "therapist", practice=1), BEN, THERAPIST)
    tie(scene, employed(scene, newcomer(scene, "admin who treats"), "admin"), BEN, THERAPIST)
    for child, kind in ((BEN, "quiet"), (LEO, "closed")):
        who = employed(scene, newcomer(scene, f"supervisor {kind}"), "supervisor")
        supervise(scene, who, "ruth")
        restrict(scene, who, child, kind, (0, None))
        who = employed(scene, newcomer(scene, f"therapist {kind}"), "therapist")
        tie(scene, who, BEN, THERAPIST)
        restrict(scene, who, child, kind, (0, None))
        note(scene, BEN, who, None)
    who = employed(scene, newcomer(scene, "supervisor who treats"), "supervisor")
    supervise(scene, who, "ruth")
    tie(scene, who, BEN, THERAPIST)
    who = employed(scene, newcomer(scene, "supervisor, aunt elsewhere"), "supervisor")
    supervise(scene, who, "ruth")
    tie(scene, who, LEO, GUARDIAN, "full")
    who = employed(scene, newcomer(scene, "therapist, aunt elsewhere"), "therapist")
    tie(scene, who, BEN, THERAPIST)
    tie(scene, who, LEO, GUARDIAN, "full")
    tie(scene, employed(scene, newcomer(scene, "admin and parent"), "admin"), BEN, GUARDIAN, "full", until=3)
    who = employed(scene, newcomer(scene, "lead and parent"), "safeguarding_lead")
    employed(scene, who, "admin")
    tie(scene, who, BEN, GUARDIAN, "full", until=3)


def odd_family(scene: Scene) -> None:
    """Rows that add up, twice named, first a helper, guardian and young person in one."""
    who = newcomer(scene, "helper first")
    tie(scene, who, BEN, HELPER, tick=2, until=3)
    tie(scene, who, BEN, GUARDIAN, "full", tick=6)
    who = newcomer(scene, "helper there first")
    tie(scene, who, LEO, HELPER)
    tie(scene, who, BEN, GUARDIAN, "full", tick=6)
    for role, authority in ((HELPER, ""), (YOUNG, "")):
        who = newcomer(scene, f"none here, {role} there")
        tie(scene, who, BEN, GUARDIAN, "none", household="den")
        tie(scene, who, LEO, role, authority)
        who = newcomer(scene, f"none and {role}")
        tie(scene, who, BEN, GUARDIAN, "none", household="den")
        tie(scene, who, BEN, role, authority)
        who = newcomer(scene, f"none and {role}, of age")
        tie(scene, who, LEO, GUARDIAN, "none")
        tie(scene, who, LEO, role, authority)
    who = newcomer(scene, "none there, of the household")
    tie(scene, who, LEO, GUARDIAN, "none")
    tie(scene, who, BEN, HELPER, household="den")
    who = newcomer(scene, "of a house of that name")  # another child's house; Ben's "den" is not theirs
    tie(scene, who, LEO, HELPER, household="den")
    tie(scene, who, BEN, HELPER)
    who = newcomer(scene, "guardian and young person")
    tie(scene, who, BEN, GUARDIAN, "full")
    tie(scene, who, BEN, YOUNG)
    who = newcomer(scene, "twice named")
    tie(scene, who, BEN, GUARDIAN, "full")
    name(scene, who, BEN, raised=7, named=7)
    name(scene, who, BEN, raised=6, named=8)
    concern = scene.made["Named"][-1]
    scene.add(
        Named, child=scene.children[BEN], concern=concern.concern, person=scene.people["ruth"], raised_at=concern.raised_at,
        named_at=scene.at(NOW + 1),
    )  # fmt: skip
    who = newcomer(scene, "named elsewhere")
    tie(scene, who, BEN, GUARDIAN, "full")
    tie(scene, who, LEO, HELPER)
    name(scene, who, LEO, raised=0, named=0)
    name(scene, "ruth", LEO, raised=0, named=0)
    who = newcomer(scene, "moved out")
    tie(scene, who, LEO, GUARDIAN, "full", household="attic")
    tie(scene, who, LEO, HELPER)
    tie(scene, newcomer(scene, "stayed"), LEO, GUARDIAN, "contributor", household="attic")
    tie(scene, newcomer(scene, "young, of the house"), LEO, YOUNG, household="attic")
    for tick, guardian, young in ((2, "signed_notes", "summaries_only"), (4, "summaries_only", "signed_notes"),
                                  (6, "signed_notes", "signed_notes"), (NOW, "signed_notes", "summaries_only"),
                                  (NOW + 1, "summaries_only", "signed_notes")):  # fmt: skip
        scene.add(
            Agreement, child=scene.children[BEN], guardian_access=guardian, young_person_access=young,
            in_force_from=scene.at(tick),
        )  # fmt: skip


def session(scene: Scene, child: int, who: str, tick: int) -> Any:
    """A session with its record."""
    about, when = scene.children[child], scene.at(tick)
    row = scene.add(
        Session, child=about, therapist=scene.people[who], held_at=when, logged_at=when, minutes=50, moment=when
    )
    scene.add(SessionRecord, child=about, session=row, author=scene.people[who])
    return row


def note(scene: Scene, child: int, who: str, signed: int | None) -> Any:
    """A progress note."""
    held = next((row for row in scene.made.get("Session", []) if row.child_id == scene.children[child].pk), None)
    return scene.add(
        ProgressNote, child=scene.children[child], session=held or session(scene, child, who, 1), body="b",
        author=scene.people[who], written_at=scene.at(1), changed_at=scene.at(1),
        signed_at=None if signed is None else scene.at(signed),
    )  # fmt: skip


def content(scene: Scene, child: int, author: str) -> None:
    """A session, notes, summaries and updates at every tick up to one after now."""
    about, who = scene.children[child], scene.people[author]
    family = (row.person for row in scene.made["CircleRow"] if row.child_id == about.pk and row.role != THERAPIST)
    readers = list(dict.fromkeys(family))
    for tick in range(2, NOW + 2):
        when, held = scene.at(tick), session(scene, child, author, tick)
        for person in (None, readers[tick % len(readers)], who):
            scene.add(Attendance, child=about, session=held, person=person, logged_by=who, moment=when)
        signed = note(scene, child, author, tick)
        scene.add(Addendum, child=about, note=signed, author=who, body="b", added_at=scene.at(tick + 1))
        for moment in (scene.at(1), when):
            scene.add(
                Explanation, child=about, person=readers[tick % len(readers)], explained_by=who, explained_at=moment
            )
    for number, reader in enumerate(readers):
        summarise(scene, child, author, reader, (NOW - number % 4, NOW, NOW + 1)[number % 3], error=number % 7 == 6)
        summarise(scene, child, author, reader, NOW - 1, error=False)
        tell(scene, child, author, reader, readers[number - 1], (NOW - number % 5, NOW)[number % 2])
        for agreement in [row for row in scene.made["Agreement"] if row.child_id == about.pk][:1]:
            scene.add(Signature, child=about, agreement=agreement, person=reader, signed_at=scene.at(NOW + number % 2))
    for row in [row for row in scene.made["CircleRow"] if row.child_id == about.pk and row.role == HELPER]:
        scene.add(HelperConsent, child=about, circle_row=row, given_by=readers[0], scope="s", given_at=scene.at(1))
    for tick in (1, NOW, NOW + 1):
        scene.add(
            ProcessNote, child=about, session=scene.made["Session"][-1], author=who, body="b", written_at=scene.at(tick),
            changed_at=scene.at(tick),
        )  # fmt: skip


def summarise(scene: Scene, child: int, author: str, reader: Any, tick: int, *, error: bool) -> None:
    """A summary released to one reader, read, with an override."""
    about, who, when = scene.children[child], scene.people[author], scene.at(tick)
    held = next(row for row in scene.made["Session"] if row.child_id == about.pk)
    first = {"child": about, "session": held, "author": who, "body": "b"}
    row = scene.add(Summary, written_at=scene.at(1), changed_at=scene.at(1), **first)
    scene.add(Wish, child=about, summary=row, kind="may_share", recorded_by=who, recorded_at=scene.at(1))
    released = scene.add(Release, child=about, summary=row, recipient=reader, released_by=who, released_at=when)
    if not error:
        scene.add(Override, child=about, release=released, ground="safety", explanation="e")
    if tick == NOW:
        Override.objects.filter(release=released).delete()
    scene.add(Reading, child=about, release=released, reader=reader, read_at=scene.at(max(tick, NOW) + tick % 2))
    if error:
        for each in (row, released):
            scene.change(each, error_at=scene.at(NOW))
    scene.add(Summary, written_at=scene.at(NOW + 1), changed_at=scene.at(NOW + 1), **first)


def tell(scene: Scene, child: int, author: str, teller: Any, other: Any, tick: int) -> None:
    """An update, edited, shared with the next, answered and marked."""
    about, who, when = scene.children[child], scene.people[author], scene.at(tick)
    row = scene.add(
        HomeUpdate, child=about, author=teller, kind="win", body="b", observed_at=scene.at(1), posted_at=scene.at(2)
    )
    scene.add(UpdateEdit, child=about, update=row, kind="win", body="c", observed_at=when, edited_at=when)
    scene.add(UpdateEdit, child=about, update=row, kind="win", body="d", observed_at=when, edited_at=scene.at(NOW + 1))
    scene.add(
        UpdateEdit, child=about, update=row, kind="win", body="e", observed_at=when, edited_at=scene.now
    )  # after the sharing
    scene.add(Sharing, child=about, update=row, shared_by=teller, person=other, posted_at=row.posted_at, shared_at=when)
    scene.add(Reply, child=about, update=row, author=who, body="b", posted_at=when)
    scene.add(Reply, child=about, update=row, author=who, body="c", posted_at=scene.at(NOW + 1))
    scene.add(Mark, child=about, update=row, marked_by=who, kind="seen", marked_at=when)
    scene.add(Mark, child=about, update=row, marked_by=who, kind="seen", marked_at=scene.now, turn=1)
    scene.add(Mark, child=about, update=row, marked_by=who, kind="used", marked_at=scene.at(NOW + 1))


def hang_on_notes(scene: Scene) -> None:
    """Withheld, opened and offered, at the edges; drafts left behind, offered and in error."""
    named = [who for who in scene.people if who.startswith("named")]
    signed = [row for row in scene.made["ProgressNote"] if row.child_id == scene.children[BEN].pk and row.signed_at]
    by, edges = scene.people["ruth"], (NOW - 1, NOW, NOW + 1)
    for who, person in scene.people.items():
        for number, tick in enumerate(edges):
            on = {"child": scene.children[BEN], "person": person}
            if who.startswith("full"):
                scene.add(
                    Withholding, note=signed[4 + number], reason="r", withheld_by=by, withheld_at=scene.at(tick), **on
                )
            if who in named[:2]:
                scene.add(Opening, note=signed[number], opened_by=by, opened_at=scene.at(3), **on)
                scene.add(Opening, note=signed[5 + number], opened_by=by, opened_at=scene.at(tick), **on)
    openings(scene, scene.people[named[0]], signed)
    tie(scene, employed(scene, newcomer(scene, "fellow therapist"), "therapist"), BEN, THERAPIST)
    fellow = list(scene.people)[-1]
    name(scene, employed(scene, newcomer(scene, "lead named now"), "safeguarding_lead"), BEN, raised=6, named=NOW)
    gone = employed(scene, newcomer(scene, "account closed"), "therapist")
    tie(scene, gone, BEN, THERAPIST)
    supervise(scene, employed(scene, newcomer(scene, "supervisor of the closed"), "supervisor"), gone)
    note(scene, BEN, gone, None)
    Account.objects.filter(pk=scene.people[gone].pk).update(is_active=False)
    left = employed(scene, newcomer(scene, "left"), "therapist")
    tie(scene, left, BEN, THERAPIST, until=5)
    tie(scene, left, LEO, THERAPIST)
    supervise(scene, "zoe", "ruth")
    for author in ("ruth", left, fellow):
        for name_of, tick in (("zoe", NOW - 1), ("zoe", NOW), ("zoe", NOW + 1), (fellow, 3), ("ruth", 3), (None, 3)):
            draft = note(scene, BEN, author, None)
            if name_of:
                offered_to = scene.people[name_of]
                scene.add(
                    NoteOffer,
                    child=scene.children[BEN],
                    note=draft,
                    offered_by=draft.author,
                    person=offered_to,
                    offered_at=scene.at(tick),
                )
    both = next(each for each in scene.people if each.startswith("supervisor who treats"))
    scene.add(
        NoteOffer, child=scene.children[BEN], note=note(scene, BEN, both, None), offered_by=scene.people[both],
        person=scene.people[both], offered_at=scene.at(3),
    )  # fmt: skip
    for tick in (3, NOW + 1):
        scene.change(session(scene, BEN, "ruth", tick), error_at=scene.at(NOW), error_by=by, error_reason="r")
    scene.add(
        Summary, child=scene.children[BEN], session=scene.made["ProgressNote"][0].session, author=scene.people["zoe"],
        body="b", written_at=scene.at(1), changed_at=scene.at(1),
    ) if scene.made["ProgressNote"][0].child_id == scene.children[BEN].pk else None  # fmt: skip
    scene.change(note(scene, BEN, "ruth", None), error_at=scene.at(NOW), error_by=by, error_reason="r")


def openings(scene: Scene, reader: Any, signed: list[Any]) -> None:
    """What no opening shows: an addendum later than it; a note, and an addendum to one, from a time without an agreement that
    opened the record."""
    about, by = scene.children[BEN], scene.people["ruth"]
    scene.add(Addendum, child=about, note=signed[5], author=by, body="b", added_at=scene.now)
    for closed in signed[1:3]:
        scene.add(Opening, child=about, note=closed, person=reader, opened_by=by, opened_at=scene.at(NOW - 1))


def in_every_state(scene: Scene) -> None:
    """What is written, by authors on the team, gone from it and closed to it; past and ahead; right and in error."""
    gone = employed(scene, newcomer(scene, "gone, supervises"), "supervisor")
    tie(scene, gone, BEN, THERAPIST, until=5)
    supervise(scene, gone, "ruth")
    lead = employed(scene, newcomer(scene, "gone, leads"), "safeguarding_lead")
    tie(scene, lead, BEN, THERAPIST, until=5)
    closed = next(who for who in scene.people if who.startswith("therapist closed"))
    plain = next(who for who in scene.people if who.startswith("fellow"))
    both = scene.people[employed(scene, newcomer(scene, "lead and full"), "safeguarding_lead")]
    tie(scene, list(scene.people)[-1], BEN, GUARDIAN, "full")
    early = scene.at(3)
    told = {"child": scene.children[BEN], "kind": "win", "body": "b", "observed_at": early, "posted_at": early}
    wrong = {"error_at": early, "error_by": scene.people["ruth"], "error_reason": "r"}
    scene.add(
        Reply, child=scene.children[BEN], update=scene.add(HomeUpdate, author=both, **told), author=scene.people["ruth"],
        body="b", posted_at=early, **wrong,
    )  # fmt: skip
    lead_of_team = employed(scene, newcomer(scene, "lead of the team"), "safeguarding_lead")
    tie(scene, lead_of_team, BEN, THERAPIST)
    for by in (both, scene.people["ruth"], scene.people["zoe"], scene.people[lead_of_team], scene.people["otto"]):
        for tick in (NOW, NOW + 1):
            for reworded in (False, True):
                take_out(scene, both, by, scene.at(tick), reworded=reworded)
    reader = next(who for who in scene.people if who.startswith("full"))
    # Taken out without its author knowing, or not yet: they may still reword it.
    for taker, tick in (("ruth", NOW), (reader, NOW + 1)):
        row = scene.add(HomeUpdate, author=scene.people[reader], **told)
        gone_by = {"taken_by": scene.people[taker], "taken_at": scene.at(tick), "reason": "r"}
        scene.add(TakenOut, child=scene.children[BEN], update=row, **gone_by)
    named_colleagues(scene, scene.people[reader])
    for author in ("ruth", gone, lead, closed, plain):
        for tick in (NOW - 1, NOW + 1):
            for error in (None, scene.at(NOW - 1)):
                write_all(scene, scene.people[author], scene.people[reader], scene.at(tick), error)


def named_colleagues(scene: Scene, reader: Any) -> None:
    """Therapists named in a concern now, soon and in error, each of whom opened and withheld a note."""
    about, early = scene.children[BEN], scene.at(3)
    for named, void in ((NOW, None), (NOW + 1, None), (6, NOW)):
        who = employed(scene, newcomer(scene, "therapist named"), "therapist")
        tie(scene, who, BEN, THERAPIST)
        name(scene, who, BEN, raised=5, named=named, void=void)
        on = {"child": about, "note": note(scene, BEN, who, 3), "person": reader}
        scene.add(Opening, opened_by=scene.people[who], opened_at=early, **on)
        scene.add(Withholding, reason="r", withheld_by=scene.people[who], withheld_at=early, **on)


def take_out(scene: Scene, author: Any, by: Any, when: datetime, *, reworded: bool) -> None:
    """An update shared with a co-guardian, answered and marked, and then taken out."""
    about, early = scene.children[BEN], scene.at(3)
    row = scene.add(HomeUpdate, child=about, author=author, kind="win", body="b", observed_at=early, posted_at=early)
    on = {"child": about, "update": row}
    scene.add(Sharing, shared_by=author, person=scene.people["ivan"], posted_at=early, shared_at=early, **on)
    scene.add(Reply, author=scene.people["ruth"], body="b", posted_at=early, **on)
    scene.add(Mark, marked_by=scene.people["ruth"], kind="seen", marked_at=early, **on)
    if reworded:
        scene.add(UpdateEdit, kind="win", body="c", observed_at=early, edited_at=early, **on)
    scene.add(TakenOut, taken_by=by, taken_at=when, reason="r", **on)


def write_all(scene: Scene, who: Any, reader: Any, when: datetime, error: datetime | None) -> None:
    """One of everything by one author, at one moment."""
    about = scene.children[BEN]
    wrong = {} if error is None else {"error_at": error, "error_by": who, "error_reason": "r"}
    held = scene.add(Session, child=about, therapist=who, held_at=when, logged_at=when, minutes=5, moment=when, **wrong)
    scene.add(Attendance, child=about, session=held, person=reader, logged_by=who, moment=when, error_at=error)
    early = scene.at(3)
    old = {"child": about, "therapist": who, "held_at": early, "logged_at": early, "minutes": 5, "moment": early}
    sound = scene.add(Session, **old)
    scene.add(SessionRecord, child=about, session=sound, author=who, **wrong)
    scene.add(Session, **old)  # without a record or attenders yet
    by = {"child": about, "author": who, "body": "b"}
    signed = scene.add(ProgressNote, session=sound, written_at=early, changed_at=early, signed_at=when, **by, **wrong)
    scene.add(ProgressNote, session=sound, written_at=when, changed_at=when, **by, **wrong)
    whole = scene.add(ProgressNote, session=sound, written_at=early, changed_at=early, signed_at=early, **by)
    scene.add(Addendum, note=whole, added_at=when, **by, **wrong)
    scene.add(Addendum, note=signed, added_at=early, **by)
    for note_of in (signed, whole):
        on = {"child": about, "note": note_of}
        scene.add(Withholding, person=reader, reason="r", withheld_by=who, withheld_at=early, **on)
        scene.add(Opening, person=reader, opened_by=who, opened_at=early, **on)
        for offered in (early, early, scene.at(NOW + 1)):
            offer = scene.add(NoteOffer, offered_by=who, person=scene.people["zoe"], offered_at=offered, **on)
            scene.add(CoSignature, offer=offer, person=offer.person, kind="returned", sha256="", acted_at=when, **on)
        scene.add(NoteOffer, offered_by=who, person=scene.people["zoe"], offered_at=scene.at(NOW + 1), **on)
        scene.add(NoteOffer, offered_by=who, person=scene.people["zoe"], offered_at=early, **on)
        scene.add(NoteOffer, offered_by=who, person=scene.people["zoe"], offered_at=early, withdrawn_at=early, **on)
    scene.add(FormDraft, child=about, author=who, form="session", about=uuid4(), data={}, saved_at=when)
    for looking in (who, reader):
        if not any((row.child_id, row.person_id) == (about.pk, looking.pk) for row in scene.made.get("Look", [])):
            scene.add(Look, child=about, person=looking, looked_at=when)
    for withdrawn in (None, scene.at(NOW - 1), scene.now, scene.at(NOW + 1)):
        draft = scene.add(ProgressNote, session=sound, written_at=early, changed_at=early, **by)
        to = {"person": scene.people["zoe"], "offered_by": who, "offered_at": early, "withdrawn_at": withdrawn}
        scene.add(NoteOffer, child=about, note=draft, **to)
    scene.add(ProcessNote, session=sound, written_at=when, changed_at=when, **by, **wrong)
    told = scene.add(HomeUpdate, child=about, author=reader, kind="win", body="b", observed_at=early, posted_at=early)
    scene.add(Reply, update=told, posted_at=when, **by, **wrong)
    plain = {"child": about, "kind": "win", "body": "b", "observed_at": early}
    odd = scene.add(HomeUpdate, author=who, posted_at=when, **plain)
    scene.add(
        Sharing, child=about, update=odd, shared_by=who, person=scene.people["lena"], posted_at=when, shared_at=early
    )
    if error:
        scene.add(TakenOut, child=about, update=odd, taken_by=who, taken_at=error, reason="r")
        own = scene.add(HomeUpdate, author=reader, posted_at=early, **plain)
        scene.add(TakenOut, child=about, update=own, taken_by=reader, taken_at=error, reason="r")
    scene.add(
        Sharing,
        child=about,
        update=told,
        shared_by=reader,
        person=scene.people["lena"],
        posted_at=early,
        shared_at=when,
    )
    words = scene.add(Summary, session=sound, written_at=early, changed_at=early, **by)
    scene.add(Wish, child=about, summary=words, kind="may_share", recorded_by=who, recorded_at=when, error_at=error)
    scene.add(Release, child=about, summary=words, recipient=reader, released_by=who, released_at=when, error_at=error)
    scene.add(Summary, session=sound, written_at=when, changed_at=when, **by, **wrong)


def unread_releases(scene: Scene) -> None:
    """To each of the family one that stands, one withdrawn, one in error: none of them read yet."""
    about, by = scene.children[BEN], scene.people["ruth"]
    held = next(row for row in scene.made["Session"] if row.child_id == about.pk)
    early = scene.at(NOW - 1)
    for reader in dict.fromkeys(row.person for row in scene.made["CircleRow"] if row.child_id == about.pk):
        for odd in ({}, {"withdrawn_at": scene.now}, {"error_at": scene.now}):
            words = scene.add(
                Summary, child=about, session=held, author=by, body="b", written_at=early, changed_at=early
            )
            scene.add(Wish, child=about, summary=words, kind="may_share", recorded_by=by, recorded_at=early)
            to = {"recipient": reader, "released_by": by, "released_at": early}
            scene.add(Release, child=about, summary=words, **to, **odd)
        scene.add(Explanation, child=about, person=reader, explained_by=by, explained_at=early)


def offered_wrongly(scene: Scene) -> None:
    """What someone might offer but must not: a draft dated ahead, which they cannot read yet; a draft to who supervises them,
    but in the other practice; a draft they read as the supervisor they offered it to, but no longer as the child's therapist.
    (Other people's drafts are in `hang_on_notes`.)"""
    who = employed(scene, newcomer(scene, "treated, supervises"), "supervisor")
    tie(scene, who, BEN, THERAPIST, until=5)
    supervise(scene, who, "ruth")
    me = scene.people[who]
    to_oneself = {"offered_by": me, "person": me, "offered_at": scene.at(3)}
    scene.add(NoteOffer, child=scene.children[BEN], note=note(scene, BEN, who, None), **to_oneself)
    who = employed(scene, newcomer(scene, "treats here, led there"), "therapist")
    employed(scene, who, "therapist", practice=1)
    tie(scene, who, BEN, THERAPIST)
    note(scene, BEN, who, None)
    supervise(scene, next(each for each in scene.people if each.startswith("supervises there")), who, practice=1)
    who = employed(scene, newcomer(scene, "writes ahead"), "therapist")
    tie(scene, who, BEN, THERAPIST)
    about = {"child": scene.children[BEN], "session": session(scene, BEN, who, 3), "author": scene.people[who]}
    scene.add(ProgressNote, written_at=scene.at(NOW + 1), changed_at=scene.at(NOW + 1), **about)


def shared_after_a_quiet_time(scene: Scene) -> None:
    """A wording from a reader's quiet time: theirs if the update was shared with them afterwards (ADR 1, reading 10), and not
    because it was shared with another then, or for a while, or because another update was. Nor is theirs what was posted or
    shared in that time, or is shared no more."""
    quiet, ivan = newcomer(scene, "quiet for a while"), scene.people["ivan"]
    tie(scene, quiet, BEN, GUARDIAN, "full")
    restrict(scene, quiet, BEN, "quiet", (4, 6))
    for moment, sharings in (
        (3, [(quiet, 7, None)]), (3, [(quiet, 3, None), ("uma", 7, None), (quiet, 7, 8)]),
        (5, [(quiet, 7, None)]), (3, [(quiet, 5, None)]), (3, [(quiet, 7, 8)]),
    ):  # fmt: skip
        told = {"child": scene.children[BEN], "body": "b", "observed_at": scene.at(3)}
        posted = {"posted_at": scene.at(moment)}
        row = scene.add(HomeUpdate, author=ivan, kind="win", **told, **posted)
        scene.add(UpdateEdit, update=row, kind="worry", edited_at=scene.at(5), **told)
        for who, tick, until in sharings:
            scene.add(
                Sharing, child=scene.children[BEN], update=row, shared_by=ivan, person=scene.people[who],
                shared_at=scene.at(tick), withdrawn_at=None if until is None else scene.at(until), **posted,
            )  # fmt: skip


def only_marked(scene: Scene) -> None:
    """Of each of the family updates on which nothing hangs but a mark: one that stands, one taken back, one of later; and
    updates taken out by themselves, by the practice, later, and after a mark. What a therapist wrote, shared and lost."""
    about, by, early, ahead = scene.children[BEN], scene.people["ruth"], scene.at(3), scene.at(NOW + 1)
    told = {"child": about, "kind": "win", "body": "b", "observed_at": early, "posted_at": early}
    marked = {"child": about, "marked_by": by, "kind": "seen"}
    out = {"child": about, "reason": "r"}
    for reader in dict.fromkeys(row.person for row in scene.made["CircleRow"] if row.child_id == about.pk):
        for moments in ([early], [early, scene.now], [ahead]):
            row = scene.add(HomeUpdate, author=reader, **told)
            for turn, moment in enumerate(moments):
                scene.add(Mark, update=row, marked_at=moment, turn=turn, **marked)
        for who, moment in ((reader, scene.now), (by, early), (reader, ahead)):
            scene.add(
                TakenOut, update=scene.add(HomeUpdate, author=reader, **told), taken_by=who, taken_at=moment, **out
            )
        row = scene.add(HomeUpdate, author=reader, **told)
        scene.add(Mark, update=row, marked_at=early, **marked)
        scene.add(TakenOut, update=row, taken_by=by, taken_at=early, **out)
    own = next(person for who, person in scene.people.items() if who.startswith("fellow"))
    row = scene.add(HomeUpdate, author=own, **told)
    scene.add(TakenOut, update=row, taken_by=by, taken_at=early, **out)
    share(scene, row, scene.people["ivan"], early)


def share(scene: Scene, row: Any, reader: Any, when: datetime, withdrawn: datetime | None = None) -> None:
    """An update shared by its author."""
    shared = {"child": row.child, "update": row, "shared_by": row.author, "posted_at": row.posted_at}
    scene.add(Sharing, person=reader, shared_at=when, withdrawn_at=withdrawn, **shared)


def moving_in(scene: Scene) -> None:
    """Children without a circle, or with one that begins now; admins who supervise, belong to the family, are closed, are at
    home in both practices, or whose time is not now; files of all of them in every state."""
    near, far = scene.practices
    born = {"date_of_birth": BORN}
    bare = [scene.add(Child, practice=where, name=f"bare {where.name}", **born) for where in (near, far, near)]
    chief = employed(scene, employed(scene, newcomer(scene, "chief"), "admin"), "supervisor")
    for edge in EDGES.values():
        led = employed(scene, newcomer(scene, "led"), "therapist")
        supervise(scene, chief, led, edge)
        employed(scene, newcomer(scene, "treats"), "therapist", edge)
        filed(scene, employed(scene, newcomer(scene, "admin"), "admin", edge), near)
    duo = newcomer(scene, "duo")
    employed(scene, employed(scene, duo, "admin"), "admin", practice=1)
    employed(scene, duo, "supervisor", practice=1)
    abroad = employed(scene, employed(scene, newcomer(scene, "led abroad"), "therapist"), "therapist", practice=1)
    supervise(scene, duo, abroad, practice=1)
    wanda = employed(scene, newcomer(scene, "treats abroad"), "therapist", practice=1)
    tie(scene, wanda, BEN, GUARDIAN, "full")
    kin = employed(scene, newcomer(scene, "kin"), "admin")
    closed = employed(scene, newcomer(scene, "closed admin"), "admin")
    now = {"practice": near, "starts": scene.now}
    known = newcomer(scene, "known to kin")  # by Ben's circle and this child's alone
    scene.add(CircleRow, child=bare[2], person=scene.people[kin], role=GUARDIAN, authority="full", **now)
    scene.add(Restriction, child=bare[0], person=scene.people[closed], kind="closed", starts=scene.at(0), reason="r",
              set_by=scene.people["ruth"])  # fmt: skip
    for child in (scene.children[0], scene.children[BEN], bare[2]):  # begun now, without a relationship yet
        for role, authority in ((GUARDIAN, "full"), (HELPER, ""), (THERAPIST, "")):
            someone = scene.people[newcomer(scene, f"now {role}")]
            scene.add(CircleRow, child=child, person=someone, role=role, authority=authority, **now)
    pair = scene.people[known]
    scene.add(CircleRow, child=scene.children[BEN], person=pair, role=GUARDIAN, authority="full", practice=near,
              starts=scene.at(3))  # fmt: skip
    scene.add(CircleRow, child=bare[2], person=pair, role=GUARDIAN, authority="full", **now)
    for who, where in (
        ("omar", near),
        ("abe", near),
        (chief, near),
        (duo, near),
        (duo, far),
        ("stella", far),
        ("tom", near),
    ):
        filed(scene, who, where)


def filed(scene: Scene, who: str, where: Any) -> None:
    """Files in every state, one of them ahead; each with a row to do and one worked off."""
    by = {"practice": where, "uploaded_by": scene.people[who]}
    for status, tick in (("checked", NOW), ("finished", 0), ("discarded", NOW - 1), ("expired", NOW + 1)):
        file = scene.add(MoveIn, uploaded_at=scene.at(tick), status=status, rows=2, **by)
        for number, outcome in ((2, ""), (3, "made")):
            scene.add(MoveInRow, move=file, number=number, cells={}, chosen=False, outcome=outcome, **by)
    # Without rows, which would hold whose it is by their key.
    scene.add(MoveIn, uploaded_at=scene.at(1), status="running" if who == "omar" else "expired", rows=2, **by)


def ways_in(scene: Scene) -> None:
    """Invitations about a child or none, of people inside and outside its circle; consents that end now, soon and not; rows to be
    looked at and what people are told, at the edges; addresses and second factors under way and over."""
    near, about = scene.practices[0], scene.children[BEN]
    asked = {"invited_by": scene.people["omar"], "invited_at": scene.at(1), "expires_at": scene.at(NOW + 9)}
    for child, inside in ((None, False), (None, True), (about, False), (about, True), (scene.children[0], False)):
        for over in ({}, {"revoked_at": scene.now}, {"accepted_at": scene.now}):
            who = newcomer(scene, "invited")
            Account.objects.filter(pk=scene.people[who].pk).update(email=None)
            if inside:
                tie(scene, who, BEN, GUARDIAN, "informed")
            else:
                employed(scene, who, "therapist")
            scene.add(
                Invitation, practice=near, child=child, person=scene.people[who], kind="guardian", email="n@x.example",
                **asked, **over,
            )  # fmt: skip
    helper = next(row for row in scene.made["CircleRow"] if row.child_id == about.pk and row.role == HELPER)
    for until in (NOW - 1, NOW, NOW + 1, None):
        for giver in ("ivan", "uma", "ruth"):
            scene.add(
                HelperConsent, child=about, circle_row=helper, given_by=scene.people[giver], scope="s",
                given_at=scene.at(1), until=None if until is None else scene.at(until),
            )  # fmt: skip
    guardian = next(row for row in scene.made["CircleRow"] if row.child_id == about.pk and row.role == GUARDIAN)
    for flagged in (NOW, NOW + 1):
        for looked in ({}, {"reviewed_at": scene.at(NOW), "reviewed_by": scene.people["ruth"]}):
            scene.add(
                RowReview, child=about, circle_row=guardian, person=guardian.person, reason="new_address",
                flagged_at=scene.at(flagged), **looked,
            )  # fmt: skip
    tied = {row.person.name for row in scene.made["CircleRow"] if row.child_id == about.pk}
    for who in [*dict.fromkeys(each for each in scene.people if each in tied), "zoe", "omar", "stella", "priya"]:
        for child in (None, about):
            for told_at in (NOW - 1, NOW, NOW + 1):
                scene.add(
                    Notice, practice=near, child=child, person=scene.people[who], kind="new_therapist",
                    about=scene.people["tom"], told_at=scene.at(told_at),
                )  # fmt: skip
    for who, over in (("zoe", {}), ("omar", {"done_at": scene.now}), ("ruth", {"void_at": scene.now}), ("ivan", {})):
        scene.add(
            AddressChange, person=scene.people[who], email="n@x.example", asked_at=scene.at(1),
            expires_at=scene.at(NOW + 9), **over,
        )  # fmt: skip
        scene.add(
            FactorReset, practice=near, person=scene.people[who], asked_by=scene.people["abe"], reason="r",
            asked_at=scene.at(1), expires_at=scene.at(NOW + 9),
        )  # fmt: skip
        scene.add(
            CircleChange, child=about, person=scene.people[who], kind="added", effective=scene.at(1),
            changed_by=scene.people["omar"], changed_at=scene.at(1), bundle=uuid4(),
        )  # fmt: skip


def acts(scene: Scene) -> None:
    """An audit row of each kind, for each practice and child; and a sign-in of everyone."""
    for person in scene.people.values():
        scene.add(
            AuditEvent, at=scene.now, person_id=person.pk, action="sign_in", practice_id=scene.practices[0].pk,
            child_id=None,
        )  # fmt: skip
    for child in (None, *scene.children):
        for practice in scene.practices:
            for action in ("circle_read", "note_read", "sign_in"):
                if child is None or child.practice_id == practice.pk:
                    scene.add(
                        AuditEvent, at=scene.now, person_id=None, action=action, practice_id=practice.pk,
                        child_id=child.pk if child else None,
                    )  # fmt: skip
