"""What a search finds for each person: every text they may read and no other, by its stem, in either language, however the
form is bent.

visibility.md, principle 3: "search … all start from it"; principle 6: no counts, no gaps.
"""

import re
from contextlib import nullcontext
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from sessions_log.models import (
    Addendum,
    HomeUpdate,
    ProcessNote,
    ProgressNote,
    Reply,
    SessionRecord,
    Summary,
    UpdateEdit,
)
from tests import people
from tests.guards.browsing import PROOF, BareClient, filter_off, texts_of
from tests.guards.sentinels import words_of
from tests.guards.shown.updates import taken_out
from tests.guards.test_queries import one_more_of_everything
from tests.harness import signed_in
from tests.people import DAY, NOON, Willow
from tests.worlds import CIRCLE, EVERYBODY, READERS, STAFF, TEAM, Rich, add_note, add_summary, add_update

# Where each kind of text is searched, and under which field the sentinel stands.
SEARCHED: dict[Any, str] = {
    SessionRecord: "child_words", ProgressNote: "body", Addendum: "body", ProcessNote: "body", Summary: "body",
    HomeUpdate: "body", UpdateEdit: "body", Reply: "body",
}  # fmt: skip
WORD = "lantern"
WHO = (
    sorted(EVERYBODY)
    if PROOF
    else ["tom", "ines", "ruth", "omar", "sue", "priya", "dan", "quinn", "carl", "karin", "nell"]
)
LATER = {
    "u_shared": "edit_shared",
    "u_edited": "edit_now",
    "u_out": "edit_out",
}  # an update's words, and those that stand since


def plant(world: Rich) -> None:
    """The same word at the end of every text that is searched, past every trigger that keeps texts as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model, column in SEARCHED.items():
            table = model._meta.db_table
            cursor.execute(f"UPDATE {table} SET {column} = {column} || ' {WORD}'")
        cursor.execute("SET session_replication_role = origin")


def look_for(client: Client, child: Any, words: str, **more: str) -> str:
    """Every page of what a search finds."""
    text, before = "", more.pop("before", "")
    while True:
        url = reverse("search", args=[child.public_id])
        response: Any = client.post(url, {"q": words, "period": "0", "before": before, **more})
        if response.status_code != 200:
            return text
        page = unescape(response.content.decode())
        text += page
        older = re.search(r'name="before" value="([^"]+)"', page)
        if not older:
            return text
        before = older[1]


def found_in(text: str) -> set[tuple[str, str]]:
    """The texts found: sentinels of snippets, not of names."""
    fields = {(model._meta.model_name, field) for model, field in SEARCHED.items()}
    texts = {field for _, field in fields}
    return {(row, field) for row, field in words_of(text) if field in texts}


def expected(world: Rich, who: str, child: str) -> set[tuple[str, str]]:
    """By hand from READERS: whatever they may read and is not in error; of an update the words that stand for them."""
    if who not in TEAM[child] | CIRCLE[child]:
        return set()
    wanted = set()
    for key, row in world.rows.items():
        if type(row) not in SEARCHED or world.child_of[key] != child or who not in READERS[key]:
            continue
        update = row.update if isinstance(row, UpdateEdit) else row
        if getattr(row, "error_at", None) or taken_out(world, who, update):
            continue
        if key in LATER and who in READERS[LATER[key]]:
            continue
        wanted.add((key, SEARCHED[type(row)]))
    return wanted


@pytest.mark.proof
@pytest.mark.parametrize(
    "who",
    WHO,
)
def test_a_search_finds_exactly_what_its_reader_may_read(
    world: Rich, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """With rule and wall exactly that; with either alone nothing else. Sample: eleven people."""
    plant(world)
    bare = BareClient()
    bare.force_login(world.person(who).account)
    for child in STAFF:
        about, wanted = world.children[child], expected(world, who, child)
        text = look_for(signed_in(world.person(who)), about, WORD)
        assert found_in(text) == wanted, (who, child)
        assert not [row for row, _ in words_of(text) if who not in READERS[row]]
        for client, layer in ((signed_in(world.person(who)), filter_off(monkeypatch)), (bare, nullcontext())):
            with layer:
                text = look_for(client, about, "lanterns")
                assert not [row for row, _ in words_of(text) if who not in READERS[row]], (who, child)
    assert not AuditEvent.objects.filter(data__icontains=WORD).exists()


def test_this_guard_sees_something(world: Rich) -> None:
    """Every kind of text is found by somebody; process notes by their author alone."""
    plant(world)
    found = expected(world, "tom", "maya")
    assert {type(world.rows[key]) for key, _ in found} == set(SEARCHED)
    assert ("x_tom", "body") in found
    assert ("x_tom", "body") not in expected(world, "ines", "maya")


def test_what_dan_may_not_read_costs_him_no_query_and_no_byte(world: Rich) -> None:
    """The same statements and the same page, whether or not there is something to be found that is not his."""
    client, about = signed_in(world.cast.dan), world.cast.maya
    url = reverse("search", args=[about.public_id])
    data = {"q": WORD, "period": "0"}

    def seen() -> tuple[list[str], str]:
        texts: list[str] = []

        def note_down(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            texts.append(re.sub(r"s\d+_x\d+", "s", sql))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note_down):
            page = client.post(url, data).content.decode()
        return texts, re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"', "", page)

    before = seen()
    add_summary(world, "hidden", "may", world.cast.tom)
    add_note(world, "n_hidden", "may", NOON)
    add_update(world, "hidden", "maya", world.cast.priya, NOON)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model, name in ((Summary, "m_hidden"), (ProgressNote, "n_hidden"), (HomeUpdate, "u_hidden")):
            cursor.execute(f"UPDATE {model._meta.db_table} SET body = %s WHERE id = %s", [WORD, world.rows[name].pk])
        cursor.execute("SET session_replication_role = origin")
    people.name_in_concern(world.cast.dan, about, NOON - DAY)
    after = seen()
    assert after[0] == before[0]
    assert after[1] == before[1]
    assert WORD in look_for(signed_in(world.cast.tom), about, WORD)


ODD = ["", "   ", "the", "and of", "'", '"', "!!", "a:*", "x" * 100, "\\", "%", "|&", "🦊", "ladder\x00"]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("We climbed the feelings ladder.", "climbing ladders"),
        ("Hablamos de las preocupaciones de la escuela.", "preocupación"),
        ("Dibujó dos casas.", "dibujo casa"),
        ('She said "not yet" twice.', '"not yet"'),
        ("Karate on Mondays.", "monday -tuesday"),
    ],
)
def test_words_are_found_by_their_stem(willow: Willow, written: str, asked: str) -> None:
    """English and Spanish, quotation marks, and a word that must not be there."""
    client, about = signed_in(willow.priya), reverse("update_new", args=[willow.maya.public_id])
    data = {
        "kind": "win",
        "body": written,
        "observed_at": "2026-11-02T08:00",
        "form_key": "6e1f3e83-33c7-4c29-bd8d-0a34d8f6a001",
    }
    assert client.post(about, data).status_code == 302
    assert "<mark>" in look_for(client, willow.maya, asked)
    assert "<mark>" not in look_for(client, willow.maya, "submarine")


def test_a_snippet_is_text_and_nothing_else(willow: Willow) -> None:
    """Tags and the marks of a cut, written by somebody, stay letters."""
    client = signed_in(willow.priya)
    body = "<b>bridge</b> <script>alert(1)</script> and again a bridge"
    data = {
        "kind": "win",
        "body": body,
        "observed_at": "2026-11-02T08:00",
        "form_key": "6e1f3e83-33c7-4c29-bd8d-0a34d8f6a002",
    }
    assert client.post(reverse("update_new", args=[willow.maya.public_id]), data).status_code == 302
    page: Any = client.post(reverse("search", args=[willow.maya.public_id]), {"q": "bridge", "period": "90"})
    text = page.content.decode()
    assert text.count("<mark>bridge</mark>") == 2
    assert "<script>alert" not in text
    assert "<b>bridge" not in text


@pytest.mark.parametrize("asked", ODD)
def test_odd_searches_are_answered(willow: Willow, asked: str) -> None:
    """Nothing to look for, stop words alone, signs of a query language: a page that says what to do."""
    page: Any = signed_in(willow.priya).post(
        reverse("search", args=[willow.maya.public_id]), {"q": asked, "period": "90"}
    )
    assert page.status_code == 200
    assert "<mark>" not in page.content.decode()


def test_the_time_bounds_a_search(willow: Willow) -> None:
    """What is older than the time chosen is not found; a longer time finds it."""
    world = Rich(willow, {"maya": willow.maya})
    add_update(world, "old", "maya", willow.priya, NOON - 200 * DAY)
    plant(world)
    found = {days: look_for(signed_in(willow.priya), willow.maya, WORD, period=days) for days in ("90", "366", "0")}
    assert {days for days, text in found.items() if "<mark>" in text} == {"366", "0"}


def test_a_search_goes_from_page_to_page(world: Rich) -> None:
    """Newest first, each once, at equal moments too, and without the word in an address."""
    for number in range(50):
        add_update(world, f"many_{number}", "leo", world.cast.nell, NOON - timedelta(hours=number // 3))
    plant(world)
    text = look_for(signed_in(world.cast.tom), world.cast.leo, WORD)
    found = re.findall(r"xq\.(u_many_\d+)\.body", text)
    assert len(found) == len(set(found)) == 50
    moments = [world.rows[key].posted_at for key in found]
    assert moments == sorted(moments, reverse=True)
    assert not re.search(rf'(?:href|action)="[^"]*{WORD}', text)


@pytest.mark.parametrize("who", ["tom", "nell"])
def test_a_search_asks_the_same_for_more_rows(world: Rich, who: str) -> None:
    """The statements for 1, 3 and 30 rows more of everything."""
    plant(world)
    url, counts, number = reverse("search", args=[world.cast.leo.public_id]), [], 0
    for size in (1, 3, 30):
        while number < size:
            number += 1
            one_more_of_everything(world, number)
        plant(world)
        look_for(signed_in(world.person(who)), world.cast.leo, WORD)  # reads what stands there whole: a row of its own
        counts.append(texts_of(world.person(who), url, {"q": WORD, "period": "0"}))
    assert counts[0] == counts[1] == counts[2]
    assert texts_of(world.person(who), url)
