"""Which words each page about a child shows each person: exactly those they may read there, and nowhere any other.

Who may read a row is READERS in tests/worlds.py; what a page is made of is tests/guards/shown/; both by hand. The walk is made
three times: as it is, with the Django filter off (the wall alone), and with the wall off (the filter alone): "the database
refuses too". The pages without a child are in test_sentinels_without_a_child.py.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.core import mail
from django.http import HttpResponse
from django.urls import reverse

from accounts import audit
from accounts.visibility import acting_as, viewer
from sessions_log import reads
from tests.guards.browsing import PROOF, BareClient, everything_said, faults_of, filter_off, read_all
from tests.guards.sentinels import assert_no_sentinel_in_the_audit, titled_with_names, words_of
from tests.guards.shown.layout import FORMS_ONLY, LAYOUT, addresses, shown_on
from tests.guards.test_urls import CLINICAL
from tests.harness import WallClient, signed_in
from tests.worlds import CIRCLE, EVERYBODY, READERS, STAFF, Rich


def test_every_page_about_a_child_is_laid_out() -> None:
    """A new page fails here until somebody has written down what it shows."""
    assert LAYOUT.keys() == CLINICAL.keys() - FORMS_ONLY


def children_of(who: str) -> list[str]:
    """The children whose pages are walked for a person: of the sample those they have a tie to; without any, Maya."""
    known = {child for child in STAFF if who in STAFF[child] | CIRCLE[child]} or {"maya"}
    return sorted(STAFF if PROOF else known)


@pytest.mark.proof
@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_each_page_shows_exactly_what_its_reader_may_read(world: Rich, who: str) -> None:
    """As it is: what should be there is there, and nothing else is, in body, headers, cookies and audit."""
    client, wrong, asked = signed_in(world.person(who)), [], 0
    for child in children_of(who):
        for name, key, url in addresses(world, child):
            expected = shown_on(world, who, name, child, key)
            status, text = read_all(client, url)
            asked += 1
            if status != (404 if expected is None else 200):
                wrong.append(f"{name} {key}: {status}")
            elif expected is None and words_of(text):
                wrong.append(f"{name} {key}: refused, and says {words_of(text)}")
            elif expected is not None and words_of(text) != expected:
                missing, leaked = expected - words_of(text), words_of(text) - expected
                wrong.append(f"{name} {key}: lacks {missing}, leaks {leaked}")
            if titled_with_names(text) or words_of(url):
                wrong.append(f"{name} {key}: a name in a title or an address")
    assert not wrong
    assert asked > 9
    assert_no_sentinel_in_the_audit()


SAMPLE = "tom ines ruth abel sue priya dan quinn karin"
LAYERS_SAMPLE = sorted(EVERYBODY) if PROOF else SAMPLE.split()


@pytest.mark.proof
@pytest.mark.parametrize("who", LAYERS_SAMPLE)
def test_one_layer_alone_leaks_nothing(world: Rich, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    """Principle 4: with the filter off, then with the wall off, no page says a word that its reader may not read. Sample:
    Maya's pages, and nine people."""
    bare = BareClient()
    bare.force_login(world.person(who).account)
    without_a_child = [
        (name, "", reverse(name)) for name in ("home", "came", "children", "people", "circles", "move_in")
    ]
    files = [key for key in world.rows if key.startswith("file_")]
    without_a_child += [("move_in_file", key, reverse("move_in_file", args=[world.rows[key].pk])) for key in files]
    children = children_of(who) if PROOF else ["maya"]
    leaks = []
    for client, layer in ((signed_in(world.person(who)), filter_off(monkeypatch)), (bare, nullcontext())):
        with layer:
            for name, key, url in [*without_a_child, *(page for child in children for page in addresses(world, child))]:
                text = read_all(client, url)[1]
                leaks += [(name, key, row) for row, _ in words_of(text) if who not in READERS[row]]
    assert not leaks


def test_forms_that_come_back_show_no_more(world: Rich) -> None:
    """A refused form is a page too: the same words as the page it came from, for everyone who can send it."""
    client, about = signed_in(world.cast.tom), world.cast.maya.public_id
    leaks = []
    for name, key in (
        ("session_new", ""), ("session_error", "s_may"), ("session_draft", ""),
        ("note_new", "s_may"), ("process_note_new", "s_may"), ("summary_new", "s_may"),
        ("note", "d_tom"), ("addendum_new", "n_may"), ("process_note", "x_tom"), ("summary_edit", "m_none"),
        ("summary_wish", "m_none"), ("summary_share", "m_none"), ("update_reply", "u_priya"),
    ):  # fmt: skip
        args = [about, world.rows[key].pk] if key else [about]
        response: Any = client.post(reverse(name, args=args), {})
        assert response.status_code in {200, 302, 409}, name
        leaks += [(name, row) for row, _ in words_of(everything_said(response)) if "tom" not in READERS[row]]
    assert not leaks
    assert_no_sentinel_in_the_audit()


def test_mail_carries_no_word(world: Rich) -> None:
    """Principle 9: nothing clinical leaves by mail, and no name: asked for by someone known and by someone unknown."""
    for address in (world.cast.dan.account, None):
        email = type(address).objects.get(pk=address.pk).email if address else "nobody@example.org"
        WallClient().post(reverse("account_reset_password"), {"email": email})
    assert len(mail.outbox) == 2
    for message in mail.outbox:
        said = f"{message.subject}\n{message.body}\n{message.extra_headers}\n{message.from_email}"
        assert not words_of(said)
        assert not re.search("Maya|Leo|Dan|Tom|Willow", said)
        sent = str(message.message()).replace(message.to[0], "")
        assert not words_of(sent)


def test_this_guard_sees_a_leak(world: Rich, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a page start to show what it should not, this suite must fail: in the body, in a header, in the audit."""
    client, url = signed_in(world.cast.dan), reverse("child", args=[world.cast.maya.public_id])
    assert ("u_priya", "body") not in words_of(read_all(client, url)[1])
    careless = dict.fromkeys([row.pk for row in world.rows.values()], world.rows["u_priya"])
    with monkeypatch.context() as patched:
        patched.setattr(reads, "current_words", lambda updates: careless)
        assert ("u_priya", "body") in words_of(read_all(client, url)[1])
    response = HttpResponse("fine", headers={"X-Child": world.rows["m_none"].body})
    assert words_of(everything_said(response)) == {("m_none", "body")}
    assert faults_of(response)
    with client_viewer(world):
        audit.record("child_read", data={"name": world.rows["m_none"].body})
    with pytest.raises(AssertionError):
        assert_no_sentinel_in_the_audit()


@contextmanager
def client_viewer(world: Rich) -> Iterator[None]:
    """Someone entered, so that an audit row can be written."""
    with acting_as(world.cast.tom.pk):
        assert viewer().person_id
        yield
