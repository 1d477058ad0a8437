"""The number of queries does not grow with the rows: the same texts for 1, 3 and 30.

architecture.md, Guards: "query count equal for 1, 3 and 30 rows on every list". Where the kernel is asked person by person
whether something reaches them (the share page, the readers of a summary), each person costs the same few queries.
"""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Person
from sessions_log.models import Addendum, Mark
from tests import people
from tests.guards.browsing import texts_of
from tests.guards.shown.layout import LAYOUT
from tests.harness import signed_in
from tests.people import DAY, NOON
from tests.worlds import (
    HOUR,
    Rich,
    add_line,
    add_note,
    add_process_note,
    add_session,
    add_summary,
    add_update,
    answer,
    attend,
    release,
    reword,
    share,
)


def someone(world: Rich, number: int) -> Person:
    """A new informed guardian of Leo's, in a home of their own, told of the limits."""
    who = people.person(f"Guardian {number}")
    world.cast.people[f"guardian_{number}"] = who
    people.tie(who, world.cast.leo, "guardian", "informed", relationship="relative")
    people.explain(who, world.cast.leo, world.cast.tom)
    return who


def colleague(world: Rich, number: int) -> Person:
    """A new therapist of Leo's."""
    who = people.person(f"Colleague {number}")
    world.cast.people[f"colleague_{number}"] = who
    people.employ(who, world.cast.practice, "therapist")
    people.tie(who, world.cast.leo, "therapist", starts=NOON - DAY)
    return who


def one_more_of_everything(world: Rich, number: int) -> None:
    """A session, notes, summary, update, reply, mark, sharing, addendum, child and person more."""
    cast = world.cast
    guardian, helper = someone(world, number), colleague(world, number)
    add_session(world, f"q{number}", "leo", helper, NOON - DAY * number)
    attend(world, f"q{number}", "leo", guardian)
    add_note(world, f"n_q{number}", "leo", NOON - HOUR, helper)
    add_process_note(world, f"q{number}", "leo", cast.tom)
    add_note(world, f"d_q{number}", "leo", None, cast.tom)
    add_summary(world, f"q{number}", "leo", helper)
    release(world, f"q{number}", f"q{number}", cast.nell, NOON - DAY * number)
    release(world, f"r{number}", "leo", guardian, NOON - HOUR)
    add_update(world, f"q{number}", "leo", cast.nell, NOON - DAY * number)
    reword(world, f"q{number}", "nell", NOON - DAY * number)
    answer(world, f"q{number}", "nell", helper, NOON - HOUR)
    share(world, f"q{number}", "nell", guardian, NOON - HOUR)
    marked = {"marked_by": helper, "kind": "used", "marked_at": NOON - HOUR}
    world.add(f"mark_q{number}", Mark, "leo", update=world.rows["u_nell"], **marked)
    world.add(f"ad_q{number}", Addendum, "leo", note=world.rows["n_leo"], author=helper, added_at=NOON - HOUR)
    child = people.child(cast.practice, f"Child {number}", date(2015, 1, 1))
    people.tie(cast.tom, child, "therapist")
    people.tie(cast.nell, child, "guardian", "full")
    for name in ("omar", "abel"):
        add_line(world, f"{name}_{number}", name, 10 + number)


def leo(name: str, key: str = "") -> Callable[[Rich], str]:
    """A page about Leo."""

    def address(world: Rich) -> str:
        return reverse(name, args=[world.cast.leo.public_id, *([world.rows[key].pk] if key else [])])

    return address


def plain(name: str) -> Callable[[Rich], str]:
    """A page without a child."""
    return lambda world: reverse(name)


def of_a_file(whose: str) -> Callable[[Rich], str]:
    """The rows of a file that waits, or how far one is."""
    return lambda world: reverse("move_in_file", args=[world.rows[f"file_{whose}"].pk])


STEADY: list[tuple[str, str, Callable[[Rich], str]]] = [
    ("tom", "unfinished", plain("unfinished")),
    ("tom", "home", plain("home")), ("nell", "home", plain("home")), ("omar", "home", plain("home")),
    ("ruth", "home", plain("home")), ("tom", "came", plain("came")), ("tom", "children", plain("children")),
    ("nell", "children", plain("children")), ("tom", "child_print", leo("child_print")),
    ("nell", "child_print", leo("child_print")), ("omar", "people", plain("people")),
    ("omar", "circles", plain("circles")), ("tom", "child", leo("child")), ("nell", "child", leo("child")),
    ("omar", "move_in", plain("move_in")), ("omar", "invitations", plain("invitations")),
    ("omar", "practice", plain("practice")), ("omar", "details", plain("details")), ("omar", "policy", plain("policy")),
    ("omar", "trail", plain("trail")), ("tom", "my_profile", plain("my_profile")),
    ("nell", "about_practice", lambda world: reverse("about_practice", args=[world.cast.practice.public_id])),
    ("nell", "profile", lambda world: reverse("profile", args=[world.cast.tom.public_id])),
    ("omar", "move_in_file", of_a_file("omar")), ("abel", "move_in_file", of_a_file("abel")),
    ("tom", "session", leo("session", "s_leo")), ("nell", "session", leo("session", "s_leo")),
    ("tom", "note", leo("note", "n_leo")), ("nell", "note", leo("note", "n_leo")),
    ("nell", "summary", leo("summary", "m_leo")), ("tom", "update", leo("update", "u_nell")),
    ("nell", "update", leo("update", "u_nell")), ("tom", "session_new", leo("session_new")),
    ("tom", "session_error", leo("session_error", "s_leo")), ("tom", "choices", plain("choices")),
    ("nell", "update_new", leo("update_new")), ("tom", "note_new", leo("note_new", "s_leo")),
    ("tom", "process_note", leo("process_note", "x_leo")),
]  # fmt: skip
# Per reader: standing in their place (savepoint, enter, release, enter again), and at the summary the question itself.
FOR_THE_YOUNG = [("leo_login", "shared", leo("shared")), ("leo_login", "summary", leo("summary", "m_leo"))]
# At sharing also whether what stands reaches them.
PER_READER = {"summary_share": 9, "summary": 5}
# "Who sees this" stands in everyone's place and asks once for each kind of row; two people more each time.
PER_ONLOOKER = {
    "who_session": ("s_leo", 2 * 7), "who_note": ("n_leo", 2 * 6), "who_process_note": ("x_leo", 2 * 5),
    "who_summary": ("m_leo", 2 * 5), "who_update": ("u_nell", 2 * 8),
}  # fmt: skip


def grown(world: Rich, wanted: list[tuple[str, Callable[[Rich], str]]]) -> dict[int, list[list[str]]]:
    """The statements of each page with 1, 3 and 30 rows more."""
    for who, address in wanted:  # a first reading is a row of its own
        texts_of(world.person(who), address(world))
    found, number = dict[int, list[list[str]]](), 0
    for size in (1, 3, 30):
        while number < size:
            number += 1
            one_more_of_everything(world, number)
        for name in ("child_print", "child"):
            signed_in(world.cast.nell).get(leo(name)(world))  # reads what stands there whole: again a row of its own
        found[size] = [texts_of(world.person(who), address(world)) for who, address in wanted]
    return found


def test_no_page_asks_more_for_more_rows(world: Rich) -> None:
    """Every list and page, for team, family, admin and the young person: Leo is given a log-in."""
    world.cast.people["leo_login"] = people.person("Leo-Login")
    people.tie(world.person("leo_login"), world.cast.leo, "young_person")
    release(world, "leo_login", "leo", world.person("leo_login"), NOON - DAY)
    pages, grew = STEADY + FOR_THE_YOUNG, list[str]()
    found = grown(world, [(who, address) for who, _, address in pages])
    for number, (who, name, _) in enumerate(pages):
        one, three, thirty = (found[size][number] for size in (1, 3, 30))
        if not one == three == thirty:
            grew.append(f"{name} for {who}: {len(one)}, {len(three)}, {len(thirty)} queries")
    assert not grew


def test_each_reader_costs_the_same(world: Rich) -> None:
    """The team's pages that ask the kernel, person by person, whether a summary reaches them."""
    pages = {name: ("m_leo", each) for name, each in PER_READER.items()} | PER_ONLOOKER
    found = grown(world, [("tom", leo(name, key)) for name, (key, _) in pages.items()])
    for number, (name, (_, each)) in enumerate(pages.items()):
        one, three, thirty = (len(found[size][number]) for size in (1, 3, 30))
        assert (three - one, thirty - three) == (2 * each, 27 * each), name


def test_every_page_is_counted() -> None:
    """A new page fails here until it is counted, or is said to hold no list."""
    no_list = {"search"}  # its form; what it finds: test_search.py
    no_list |= {"process_note_new", "summary_new", "summary_edit", "summary_error", "release_withdraw"}  # one text
    no_list |= {"update_edit", "update_error", "reply_error", "young_person"}
    no_list |= {"note_offer", "note_error", "addendum_error", "process_note_error"}
    no_list |= {"note_sign", "note_cosign"}  # who will read it: as the panels of PER_ONLOOKER
    counted = {name for _, name, _ in STEADY + FOR_THE_YOUNG} | set(PER_READER) | set(PER_ONLOOKER)
    assert counted | no_list == LAYOUT.keys() | {
        "home",
        "people",
        "circles",
        "unfinished",
        "choices",
        "came",
        "children",
        "move_in",
        "move_in_file",
        "practice",
        "details",
        "policy",
        "trail",
        "my_profile",
        "about_practice",
        "profile",
        "invitations",
    }


@pytest.mark.parametrize("who", ["tom", "nell"])
def test_older_pages_cost_what_the_newest_does(world: Rich, who: str) -> None:
    """The stream's cursor adds no query; only the newest page remembers that one has looked."""
    for number in range(1, 31):
        one_more_of_everything(world, number)
    url = leo("child")(world)
    page = signed_in(world.person(who)).get(url).content.decode()
    older = re.search(r'href="(\?before=[^"]+)"', page)
    assert older
    signed_in(world.person(who)).get(url + older[1])  # a first reading is a row of its own
    texts = texts_of(world.person(who), url)
    looks = [text for text in texts if "sessions_log_look" in text]
    assert len(looks) == 2
    assert len(texts_of(world.person(who), url + older[1])) == len(texts) - len(looks)
