"""Every read is recorded, nothing is shown that cannot be, nothing recorded is ever changed, and a block works at once.

visibility.md, principle 8: "Every read, release, refusal, override and restriction of clinical text is recorded, append-only";
principle 5: "A block works at once: from the transaction that sets it on, open tabs … included"; principle 4: "With no viewer,
clinical tables are empty." security.md, Audit: "in the same transaction; if it cannot be written, the page is a 503".
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.models import Account, AuditEvent, CircleRow, Membership
from accounts.visibility import acting_as, guarded_models
from carebridge.lib.database import APP, OPERATOR, OWNER, WORKER
from sessions_log.models import HomeUpdate, ProgressNote, Release, Sharing
from tests import people
from tests.guards.sentinels import words_of
from tests.guards.shown.layout import addresses, shown_on
from tests.guards.test_urls import CLINICAL, seen_as, undone
from tests.harness import role, signed_in
from tests.people import NOON
from tests.worlds import HOUR, READERS, Rich, restrict

READERS_SAMPLE = ["tom", "priya", "maya_login", "karin"]
# Words of these come on the page and belong into its audit row; the others are the child's own and the circle's.
TEXTS = ("n_", "x_", "d_", "ad_", "m_", "u_", "reply_", "s_")


@pytest.mark.parametrize("who", READERS_SAMPLE)
def test_each_page_leaves_one_row_with_what_it_showed(world: Rich, who: str) -> None:
    """Who, when, which child, and the id of every text on the page; nothing for a page refused but the refusal."""
    client, wrong = signed_in(world.person(who)), []
    for name, key, url in addresses(world, "maya"):
        expected = shown_on(world, who, name, "maya", key)
        with undone():
            response = client.get(url)
            events = list(AuditEvent.objects.exclude(action="sign_in"))  # from before; told apart by its action
        if expected is None:
            continue  # test_urls
        if len(events) != 1:
            wrong.append(f"{name} {key}: {[e.action for e in events]}")
            continue
        event = events[0]
        facts = (event.person_id, event.child_id, event.practice_id, event.at)
        if facts != (world.person(who).pk, world.cast.maya.pk, world.cast.practice.pk, NOON):
            wrong.append(f"{name} {key}: filed under {facts}")
        shown = {row for row, _ in words_of(response.content.decode()) if row.startswith(TEXTS)} | ({key} - {""})
        missing = {row for row in shown if world.rows[row].pk not in event.shown}
        if missing:
            wrong.append(f"{name} {key}: shows {missing}, unrecorded")
    assert not wrong


def test_a_refused_form_is_a_read_too(world: Rich) -> None:
    """A form that comes back shows the text it hangs on once more: recorded once more."""
    client, about, wrong = signed_in(world.cast.tom), world.cast.maya.public_id, []
    for name, key in (
        ("addendum_new", "n_may"), ("summary_wish", "m_none"), ("summary_share", "m_none"), ("update_reply", "u_priya"),
        ("process_note", "x_tom"), ("summary_edit", "m_none"), ("session_new", ""),
    ):  # fmt: skip
        with undone():
            response: Any = client.post(reverse(name, args=[about, *([world.rows[key].pk] if key else [])]), {})
            events = list(AuditEvent.objects.exclude(action="sign_in"))
        assert response.status_code == 200, name
        if len(events) != 1 or (key and world.rows[key].pk not in events[0].shown):
            wrong.append(f"{name}: {[(e.action, e.shown) for e in events]}")
    assert not wrong


def test_seeing_it_as_the_reader_is_a_read(world: Rich) -> None:
    """The preview of a release shows the text."""
    url = reverse("summary_share", args=[world.cast.maya.public_id, world.rows["m_none"].pk])
    response: Any = signed_in(world.cast.tom).post(url, {"readers": [str(world.cast.priya.public_id)]})
    assert ("m_none", "body") in words_of(response.content.decode())
    assert AuditEvent.objects.exclude(action="sign_in").get().shown == [world.rows["m_none"].pk]


# --- When it cannot be written --------------------------------------------------------------------------------------------


@contextmanager
def unwritable(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The trail takes no row."""

    def refuse(*_: Any, **__: Any) -> None:
        raise DatabaseError("no room")

    with patch.context() as patched:
        patched.setattr(AuditEvent.objects, "bulk_create", refuse)
        yield


@contextmanager
def gone(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database itself refuses the row: the transaction is broken, too."""
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON accounts_auditevent FROM carebridge_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("GRANT INSERT ON accounts_auditevent TO carebridge_app")


def everything() -> dict[str, str]:
    """A fingerprint of every guarded table."""
    with connection.cursor() as cursor:
        found = {}
        for model in guarded_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            found[table] = cursor.fetchone()[0]
        return found


@pytest.mark.parametrize("how", [unwritable, gone])
@pytest.mark.parametrize("who", ["tom", "priya", "otto"])
def test_what_cannot_be_recorded_is_not_shown(world: Rich, monkeypatch: pytest.MonkeyPatch, who: str, how: Any) -> None:
    """Every page and every refusal about a child is a 503 without a word of the record, and nothing is changed."""
    client, before = signed_in(world.person(who)), everything()
    with how(monkeypatch):
        for _, _, url in addresses(world, "maya"):
            response = client.get(url)
            assert response.status_code == 503, url
            assert not words_of(response.content.decode() + str(response.headers))
    assert everything() == before


@pytest.mark.parametrize("how", [unwritable, gone])
@pytest.mark.parametrize("who", ["tom", "priya"])
def test_what_cannot_be_recorded_is_not_done(world: Rich, monkeypatch: pytest.MonkeyPatch, who: str, how: Any) -> None:
    """Every act about Maya is taken back with its audit row."""
    client, before, acts = signed_in(world.person(who)), everything(), 0
    with how(monkeypatch):
        for name, cases in CLINICAL.items():
            for case in cases:
                if who not in case.who["maya"] or case.post != 302:
                    continue
                item = [world.rows[case.items["maya"]].pk] if case.items else []
                url = reverse(name, args=[world.cast.maya.public_id, *item])
                assert client.post(url, case.data(world, "maya")).status_code == 503, name
                acts += 1
    assert everything() == before
    assert acts >= {"tom": 12, "priya": 2}[who]


def test_a_view_that_raises_leaves_nothing(world: Rich, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 500 rolls everything back, what was done and what was recorded, and says nothing."""
    from sessions_log.views import home

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("after the act")

    client, before = signed_in(world.cast.priya), everything()
    client.raise_request_exception = False
    url = reverse("update_new", args=[world.cast.maya.public_id])
    data = {
        "kind": "win",
        "body": "w",
        "observed_at": "2026-11-02T09:00",
        "form_key": "11111111-1111-4111-8111-111111111111",
    }
    monkeypatch.setattr(home, "redirect", broken)
    response = client.post(url, data)
    assert response.status_code == 500
    assert not words_of(response.content.decode())
    assert everything() == before
    monkeypatch.undo()
    assert client.post(url, data).status_code == 302
    assert everything() != before


# --- Append-only ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [APP, WORKER, OPERATOR, OWNER, "postgres"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET action = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_trail_is_append_only(db: None, noon: None, name: str, statement: str) -> None:
    """No role changes, deletes or empties it: not the operator, not the owner, not a superuser."""
    AuditEvent.objects.create(action="sign_in")
    before, refused = AuditEvent.objects.count(), False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {name}")
            cursor.execute(statement.format("accounts_auditevent"))
            assert cursor.rowcount == 0, "the owner under forced row security sees no row to change"
    except DatabaseError:
        refused = True
    assert refused or name == OWNER
    assert before > 0
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert AuditEvent.objects.exclude(action="x").count() == before


# --- A block works at once ------------------------------------------------------------------------------------------------


def made_none(world: Rich) -> None:
    """From now on a court order leaves Priya with no authority."""
    CircleRow.objects.filter(person=world.cast.priya).update(ends=NOON)
    people.tie(world.cast.priya, world.cast.maya, "guardian", "none", starts=NOON)


BLOCKS: dict[str, Callable[[Rich], Any]] = {
    "closed": lambda world: restrict(world, "priya", "closed", NOON),
    "row ended": lambda world: CircleRow.objects.filter(person=world.cast.priya).update(ends=NOON),
    "account off": lambda world: Account.objects.filter(pk=world.cast.priya.pk).update(is_active=False),
    "authority none": made_none,
}


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_ends_an_open_session(world: Rich, block: str) -> None:
    """Principle 5: between two requests of one browser every page about Maya becomes a 404 (or a way to sign-in), and what was
    being written is not taken."""
    client, about = signed_in(world.cast.priya), world.cast.maya.public_id
    pages = [
        url for name, key, url in addresses(world, "maya") if shown_on(world, "priya", name, "maya", key) is not None
    ]  # fmt: skip
    assert len(pages) > 15
    assert {client.get(url).status_code for url in pages} == {200}
    BLOCKS[block](world)
    status = 302 if block == "account off" else 404
    count = HomeUpdate.objects.count()
    data = {
        "kind": "win",
        "body": "w",
        "observed_at": "2026-11-02T09:00",
        "form_key": "11111111-1111-4111-8111-111111111111",
    }
    for url in [*pages, "/"]:
        response = client.get(url)
        assert response.status_code == (200 if url == "/" and status == 404 else status), url
        assert not [row for row, _ in words_of(response.content.decode()) if row not in {"p_priya"}]
    assert client.post(reverse("update_new", args=[about]), data).status_code == status
    to_dan = {"person": str(world.cast.dan.public_id)}
    assert client.post(reverse("update_share", args=[about, world.rows["u_priya"].pk]), to_dan).status_code == status
    assert HomeUpdate.objects.count() == count
    assert not Sharing.objects.filter(update=world.rows["u_priya"]).exists()


def test_the_therapist_who_stops_at_noon_reads_nothing_more(world: Rich) -> None:
    """Worked case 4, with his browser open: his own notes and drafts included; what he was writing is not taken."""
    client, about = signed_in(world.cast.tom), world.cast.maya.public_id
    pages = [
        url for name, key, url in addresses(world, "maya") if shown_on(world, "tom", name, "maya", key) is not None
    ]
    assert {client.get(url).status_code for url in pages} == {200}
    CircleRow.objects.filter(person=world.cast.tom, child=world.cast.maya).update(ends=NOON)
    for url in pages:
        assert client.get(url).status_code == 404, url
    draft = world.rows["d_tom"]
    form = {"section_0": "w", "form_key": "11111111-1111-4111-8111-111111111111", "seen": draft.changed_at.isoformat()}
    assert client.post(reverse("note", args=[about, draft.pk]), form).status_code == 404
    assert ProgressNote.objects.get(pk=draft.pk).sections == draft.sections


def test_a_supervisor_whose_therapist_leaves_reads_nothing_more(world: Rich) -> None:
    """ "Team: its therapists in force, and the supervisors in force of one of them.\""""
    client = signed_in(world.cast.ines)
    url = reverse("note", args=[world.cast.maya.public_id, world.rows["n_may"].pk])
    assert client.get(url).status_code == 200
    Membership.objects.filter(person=world.cast.tom).update(ends=NOON)
    assert client.get(url).status_code == 404


def test_a_release_taken_back_is_gone_at_once(world: Rich) -> None:
    """And a quiet time works at once as well, for what has its moment inside it."""
    release = world.rows["rl_priya"]
    client = signed_in(world.cast.priya)
    url = reverse("summary", args=[world.cast.maya.public_id, world.rows["m_priya"].pk])
    assert client.get(url).status_code == 200
    restrict(world, "priya", "quiet", release.released_at - HOUR, release.released_at + HOUR)
    assert client.get(url).status_code == 404


# --- The worker -----------------------------------------------------------------------------------------------------------


def task_sees() -> dict[str, int]:
    """What a task that acts as nobody in particular counts in every guarded table."""
    return {model.__name__: model.objects.count() for model in guarded_models() if model.objects.exists()}


def test_a_task_that_acts_as_nobody_sees_nothing(world: Rich) -> None:
    """Principle 4; architecture.md, Reminders: "A worker that is not acting as someone can read … nothing clinical"."""
    assert len(task_sees()) == len(guarded_models())
    with role(WORKER):
        assert task_sees() == {}
        with acting_as(None):
            assert task_sees() == {}


@pytest.mark.parametrize("who", ["tom", "dan", "quinn", "carl", "sue", "otto"])
def test_a_task_sees_what_its_person_may(world: Rich, who: str) -> None:
    """Acting as someone, a task reads exactly that person's rows, and none once it has stopped."""
    with role(WORKER):
        with acting_as(world.person(who).pk):
            for model in {type(row) for row in world.rows.values()}:
                seen = set(model.objects.values_list("pk", flat=True))
                for key, row in world.rows.items():
                    if type(row) is model:
                        assert (row.pk in seen) == (who in READERS[key]), key
        assert task_sees() == {}


def test_a_refused_release_is_recorded(world: Rich) -> None:
    """Principle 8: refusals too, with their code and whom they would have reached; nothing is released."""
    url = reverse("summary_share", args=[world.cast.maya.public_id, world.rows["m_none"].pk])
    mark = seen_as(world, "maya", world.cast.dan)
    data = {"readers": [str(world.cast.dan.public_id)], "confirmed": "1", "previewed": mark}
    assert signed_in(world.cast.tom).post(url, data).status_code == 409
    event = AuditEvent.objects.exclude(action="sign_in").get()
    assert (event.action, event.data) == ("release_refused", {"why": "against_wish", "to": world.cast.dan.pk})
    assert not Release.objects.filter(summary=world.rows["m_none"]).exists()
