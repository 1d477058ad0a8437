"""What someone may not see does not show in what they see: same pages, same bytes, same queries, same order.

visibility.md, worked cases 1 to 3 and 8; principle 6: "A restricted item neither reveals nor hides its neighbours: no gaps,
no counts"; Quiet: "It must look like an ordinary quiet week."
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Account, Contact, HelperConsent, MoveIn, Named, Restriction
from sessions_log.models import Addendum, Mark, Opening, Summary, TakenOut, Withholding
from tests import people
from tests.accounts.moving import brought_in, guardian, row
from tests.guards.browsing import PROOF
from tests.guards.shown.layout import addresses
from tests.guards.twins import differences, live_twice, told
from tests.harness import signed_in
from tests.people import DAY, LONG_AGO, NOON
from tests.worlds import (
    HOUR,
    Rich,
    add_note,
    add_process_note,
    add_summary,
    add_update,
    answer,
    attend,
    release,
    restrict,
    reword,
    share,
)

MINUTE = timedelta(minutes=1)


def prepare(world: Rich) -> None:
    """Dan reads signed notes, nobody names or silences him yet, and what he may read fills more than a page of the stream,
    much of it at the same moments."""
    Account.objects.update(last_login=LONG_AGO)  # whether colleagues ever signed in is no secret among staff
    Named.objects.all().delete()
    Restriction.objects.filter(person=world.cast.dan).delete()
    for number in range(45):
        add_update(world, f"full_{number}", "maya", world.cast.dan, NOON - DAY * (number // 3))


def another_household(world: Rich) -> None:
    """Worked case 1: Priya posts, edits, shares with Quinn, shares with Dan and takes it back; Tom replies and marks."""
    cast, about = world.cast, world.children["maya"].public_id
    for number in range(5):
        add_update(world, f"between_{number}", "maya", cast.priya, NOON - DAY * number)
    data = {"kind": "worry", "body": "w", "observed_at": "2026-11-02T08:00", "form_key": uuid4()}
    assert signed_in(cast.priya).post(reverse("update_new", args=[about]), data).status_code == 302
    reword(world, "between", "between_1", NOON)
    reword(world, "of_unshared", "withdrawn", NOON)
    share(world, "between", "between_2", cast.quinn, NOON)
    place = reverse("update_share", args=[about, world.rows["u_between_3"].pk])
    to_dan = {"person": str(cast.dan.public_id)}
    assert signed_in(cast.priya).post(place, to_dan).status_code == 302
    assert signed_in(cast.priya).post(place, {**to_dan, "withdraw": "1"}).status_code == 302
    reply = reverse("update_reply", args=[about, world.rows["u_shared"].pk])  # Dan reads that update, not its replies
    assert signed_in(cast.tom).post(reply, {"body": "w", "form_key": uuid4()}).status_code == 302
    mark = reverse("update_mark", args=[about, world.rows["u_shared"].pk])
    assert signed_in(cast.tom).post(mark, {"kind": "seen"}).status_code == 302
    wording = {
        "kind": "change",
        "body": "w",
        "form_key": uuid4(),
        "seen": world.rows["u_between_0"].pk,
        "observed_at": "2026-11-02T08:00",
    }
    reworded = reverse("update_edit", args=[about, world.rows["u_between_0"].pk])
    assert signed_in(cast.priya).post(reworded, wording).status_code == 302
    taken_out = reverse("update_error", args=[about, world.rows["u_between_4"].pk])
    assert signed_in(cast.priya).post(taken_out, {"why": "not_so"}).status_code == 302
    line = {"HX-Request": "true", "HX-Target": "answers-x"}
    for kind in ("used", "talk"):
        assert signed_in(cast.tom).post(mark, {"kind": kind}, headers=line).status_code == 200
    assert signed_in(cast.tom).post(mark, {"withdraw": "talk"}, headers=line).status_code == 200
    wrong = reverse("reply_error", args=[about, world.rows["reply_shared"].pk])
    assert signed_in(cast.tom).post(wrong, {"reason": "w"}).status_code == 302
    attend(world, "between", "sep", cast.priya)
    newcomer = people.person("Nora Newcomer")
    cast.people["nora"] = newcomer
    people.tie(newcomer, cast.maya, "guardian", "contributor", household="xq.h_maple.household.qx", relationship="aunt")
    add_update(world, "nora", "maya", newcomer, NOON)


def concern(world: Rich) -> None:
    """Worked case 2: Dan is named; since then notes are signed and added to, and one is opened to somebody else."""
    people.name_in_concern(world.cast.dan, world.cast.maya, NOON + MINUTE)
    add_note(world, "n_since", "may", NOON + HOUR)
    add_note(world, "n_since_too", "oct", NOON + HOUR)
    world.add("ad_since", Addendum, "maya", note=world.rows["n_may"], author=world.cast.tom, added_at=NOON + HOUR)
    opened = {"person": world.cast.priya, "opened_by": world.cast.tom, "opened_at": NOON + HOUR}
    world.add("opening_since", Opening, "maya", note=world.rows["n_since"], **opened)


def quiet(world: Rich, until: timedelta | None = None) -> None:
    """Worked case 3: Dan goes quiet; from then on a summary is released to him, updates are shared with him, what he wrote is
    answered and marked, a mark he knows of is taken back, notes are signed, and he is explained something."""
    cast, started = world.cast, NOON + MINUTE
    restrict(world, "dan", "quiet", started, NOON + until if until else None)
    add_summary(world, "hush", "may", cast.tom)
    release(world, "hush", "hush", cast.dan, NOON + HOUR)
    add_update(world, "hush", "maya", cast.priya, NOON + HOUR)
    share(world, "hush", "hush", cast.dan, NOON + HOUR)
    share(world, "hush_old", "priya", cast.dan, NOON + HOUR)
    reword(world, "hush", "shared", NOON + HOUR)
    answer(world, "hush", "full_1", cast.tom, NOON + HOUR)
    marked = {"marked_by": cast.tom, "kind": "talk", "marked_at": NOON + HOUR}
    world.add("mark_hush", Mark, "maya", update=world.rows["u_full_1"], **marked)
    back = {"marked_by": cast.tom, "kind": "used", "marked_at": NOON + HOUR, "turn": 1}  # Dan has seen the mark
    world.add("mark_hush_back", Mark, "maya", update=world.rows["u_dan"], **back)
    by = {"taken_by": cast.ines, "taken_at": NOON + HOUR}
    world.add("out_hush", TakenOut, "maya", update=world.rows["u_full_1"], **by)
    add_note(world, "n_hush", "may", NOON + HOUR)
    world.add("ad_hush", Addendum, "maya", note=world.rows["n_may"], author=cast.tom, added_at=NOON + HOUR)
    people.explain(cast.dan, cast.maya, cast.tom, NOON + HOUR)
    people.agree(cast.maya, NOON + 2 * HOUR, "signed_notes", "signed_notes")


def quiet_for_a_day(world: Rich) -> None:
    """The same, and the quiet time ends."""
    quiet(world, DAY)


def among_staff(world: Rich) -> None:
    """Drafts, process notes, a note withheld from Dan, unreleased summaries, summaries to others, errors, restrictions."""
    cast = world.cast
    add_note(world, "d_staff", "may", None)
    add_process_note(world, "staff", "may", cast.tom)
    add_note(world, "n_staff", "may", NOON)
    by = {"person": cast.dan, "withheld_by": cast.tom, "withheld_at": NOON}
    world.add("withholding_staff", Withholding, "maya", note=world.rows["n_staff"], **by)
    out = {"taken_by": cast.ines, "taken_at": NOON}
    world.add("out_staff", TakenOut, "maya", update=world.rows["u_full_4"], **out)
    add_summary(world, "staff", "may", cast.tom)
    for name, who in (("others", cast.priya), ("others_too", cast.ivy)):
        add_summary(world, name, "may", cast.tom)
        release(world, name, name, who, NOON)
    Summary.objects.filter(pk=world.rows["m_none"].pk).update(error_at=NOON, error_by=cast.tom, error_reason="r")
    restrict(world, "ivy", "quiet", NOON)
    restrict(world, "pat", "closed", NOON)
    attend(world, "staff", "jun", cast.ivy)
    people.name_in_concern(cast.ivy, cast.maya, NOON)
    tie = people.tie(cast.zara, cast.maya, "helper", starts=NOON)
    values = {"circle_row": tie, "given_by": cast.priya, "given_at": NOON}
    world.add("consent_staff", HelperConsent, "maya", **values)
    moves_in(world)


def moves_in(world: Rich) -> None:
    """Children and families come from another system, a colleague's among them; nobody of Maya's family is in the file."""
    zara = Contact.objects.get(person=world.cast.zara)
    Contact.objects.filter(pk=zara.pk).update(email="zara@x.example")
    rows = [row(f"New {number}") | guardian(f"Parent {number}", f"p{number}@x.example") for number in range(3)]
    rows.append(row("Zoes brother") | guardian(world.cast.zara.name, "zara@x.example"))
    move = MoveIn.objects.get(pk=world.rows["file_abel"].pk)
    MoveIn.objects.filter(pk=move.pk).update(status="expired")  # one at a time
    brought = brought_in(signed_in(world.cast.omar), *rows)
    assert (brought.children, brought.linked) == (4, 1)


def known(world: Rich) -> list[str]:
    """Every address there is to guess at; of the sample, Maya's, without those of what Dan wrote for the stream's sake."""
    full = {str(row.pk) for key, row in world.rows.items() if key.startswith("u_full") and key not in {"u_full_1"}}
    every = [url for child in (world.children if PROOF else ["maya"]) for _, _, url in addresses(world, child)]
    return [url for url in every if not any(key in url for key in full)]


CASES: list[tuple[str, Callable[[Rich], None], timedelta]] = [
    ("another household", another_household, 3 * HOUR),
    ("a concern", concern, 3 * HOUR),
    ("quiet", quiet, 3 * HOUR),
    ("quiet, over since", quiet_for_a_day, 3 * DAY),
    ("among staff", among_staff, 3 * HOUR),
]


@pytest.mark.parametrize(("happens", "after"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_dan_cannot_tell(world: Rich, happens: Callable[[Rich], None], after: timedelta) -> None:
    """Every page Dan comes to, every older page of the stream, every address he could guess."""
    prepare(world)
    without, with_it = live_twice(world, "dan", known(world), happens, NOON + after)
    assert not differences(without, with_it)
    assert len([url for url in without if "?before=" in url]) >= 2, "the stream has older pages"
    assert sum(status == 200 for status, *_ in without.values()) > 20


OUTSIDE = ["karin", "otto", "carl", "sue", *(["stella", "nell", "joy"] if PROOF else [])]


@pytest.mark.proof
@pytest.mark.parametrize("who", OUTSIDE)
def test_neither_can_anyone_else_outside(world: Rich, who: str) -> None:
    """Worked case 8 and strangers: all of it happens to Maya's family, and Karin, a colleague without children, the closed
    father, the aunt, the other practice and Leo's family read the same pages."""
    prepare(world)

    def everything(rich: Rich) -> None:
        for happens in (another_household, concern, among_staff, quiet):
            happens(rich)

    without, with_it = live_twice(world, who, known(world), everything)
    assert not differences(without, with_it)
    assert len(without) > 50


def test_this_guard_hears_a_sound(world: Rich) -> None:
    """Were something of it to reach Dan, the comparison would tell: a shared update does, and so does a query more."""
    prepare(world)

    def shared(rich: Rich) -> None:
        share(rich, "heard", "priya", rich.cast.dan, NOON)

    without, with_it = live_twice(world, "dan", ["/", *known(world)[:1]], shared)
    found = differences(without, with_it)
    assert any("bytes" in line for line in found)
    assert any("only once" in line for line in found)
    home = told(signed_in(world.cast.dan), "/")
    assert differences({"/": home}, {"/": (*home[:4], [*home[4], "one more"])}) == ["/: queries"]
