"""Which words the pages without a child show: the first page with what came, one's children, and an admin's own."""

import pytest
from django.urls import reverse

from accounts.models import Contact
from tests.guards.browsing import read_all
from tests.guards.sentinels import assert_no_sentinel_in_the_audit, titled_with_names, words_of
from tests.guards.shown.notes import unfinished_page
from tests.guards.shown.page import THERAPIST
from tests.guards.shown.practice import PRACTICE_PAGES, circles_page, lines_of, move_in_page, people_page, uploader
from tests.guards.shown.today import came_page, home_page
from tests.harness import signed_in
from tests.worlds import CIRCLE, EVERYBODY, READERS, TEAM, Rich


def test_pages_without_a_child(world: Rich) -> None:
    """Worked case 6 and the pages everyone has: home with one's own children, people and circles for admins."""
    for who in sorted(EVERYBODY):
        check_pages_without_a_child(world, who)


def check_pages_without_a_child(world: Rich, who: str) -> None:
    """One person's."""
    client = signed_in(world.person(who))
    pages = ("home", "came", "children", "people", "circles", "unfinished", "move_in", "invitations", "invitation_new")
    texts = {name: read_all(client, reverse(name))[1] for name in pages}
    me = {(f"p_{who}", "name")}
    mine = {(f"c_{child}", "name") for child in TEAM if who in TEAM[child] | CIRCLE[child]}
    assert words_of(texts["home"]) == home_page(world, who) | mine, who
    assert words_of(texts["came"]) == (came_page(world, who, 20) | me if who in THERAPIST.values() else set())
    assert words_of(texts["children"]) == (mine | me if mine else set())
    on_a_team = any(who in team for team in TEAM.values())
    assert words_of(texts["unfinished"]) == (unfinished_page(world, who) if on_a_team else set())
    assert words_of(texts["people"]) == (people_page(who) | me if who in PRACTICE_PAGES else set())
    assert words_of(texts["move_in"]) == (move_in_page(who) | me if who in PRACTICE_PAGES else set())
    for name in ("invitations", "invitation_new"):
        # Which of them, the check below says row by row.
        assert who in PRACTICE_PAGES or not words_of(texts[name]), name
    office = who in PRACTICE_PAGES or who == "ruth"  # leads find a child there
    assert words_of(texts["circles"]) == (circles_page(world, who) | me if office else set())
    for name, text in texts.items():
        assert not titled_with_names(text)
        assert not [row for row, _ in words_of(text) if who not in READERS[row]]
        clinical = [row for row, _ in words_of(text) if row[:2] not in {"p_", "c_", "k_", "l_", "h_", "in"}]
        assert not clinical or name in {"home", "came"}, "no other page outside a child's says a clinical word"


def test_whoever_looks_again_finds_only_what_is_newer(world: Rich) -> None:
    """Priya looked on Friday morning; after she looks again, nothing is new."""
    client, about = signed_in(world.cast.priya), reverse("child", args=[world.cast.maya.public_id])
    assert home_page(world, "priya", news=[]) < words_of(read_all(client, "/")[1])
    client.get(about + "?show=session")  # of one kind: not the whole
    assert home_page(world, "priya", news=[]) < words_of(read_all(client, "/")[1])
    client.get(about)
    assert words_of(read_all(client, "/")[1]) == home_page(world, "priya", news=[]) | {("c_maya", "name")}


def test_whoever_has_no_address_is_still_on_the_people_page(world: Rich) -> None:
    """A young person without an e-mail is someone the admin looks after too."""
    Contact.objects.filter(pk=world.cast.maya_login.pk).delete()
    text = read_all(signed_in(world.cast.omar), reverse("people"))[1]
    assert ("p_maya_login", "name") in words_of(text)


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_pages_of_a_file(world: Rich, who: str) -> None:
    """Rows are their uploader's alone; other admins of the practice see who uploaded, and counts."""
    client, me = signed_in(world.person(who)), {(f"p_{who}", "name")}
    for file in ("omar", "abel", "stella"):
        about = world.rows[f"file_{file}"]
        status, text = read_all(client, reverse("move_in_file", args=[about.pk]))
        if who not in READERS[f"file_{file}"]:
            assert (status, words_of(text)) == (404, set())
            continue
        assert status == 200
        assert (
            words_of(text)
            == (lines_of(world, file) if who == file and about.status == "checked" else uploader(file)) | me
        )
        assert not titled_with_names(text)
        if who == file and about.status == "checked":
            status, text = read_all(client, reverse("move_in_start", args=[about.pk]))
            where = "w_alder" if file == "stella" else "w_willow"
            assert (status, words_of(text)) == (200, {(where, "name")} | me)
    assert_no_sentinel_in_the_audit()
