"""Which words each page shows each person: exactly those they may read there, and nowhere any other.

visibility.md, "The table", field by field. Who may read a row is READERS in tests/worlds.py, written by hand; what a page is
made of is `shown_on` below, also by hand. The walk is made three times: as it is, with the Django filter off (the wall
alone), and with the wall off (the filter alone): "the database refuses too".
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.db.models import Q
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Contact, MoveInRow, Person
from accounts.visibility import VisibleQuerySet, viewer
from sessions_log.models import (
    Addendum,
    Attendance,
    HomeUpdate,
    Look,
    Mark,
    NoteOffer,
    ProcessNote,
    ProgressNote,
    Release,
    Reply,
    Session,
    Sharing,
    Summary,
    TakenOut,
)
from tests.guards.browsing import PROOF, faults_of
from tests.harness import WallClient, signed_in
from tests.people import DAY, NOON
from tests.worlds import CELLS, CIRCLE, EVERYBODY, FAMILY, GUARDIANS, LEADS, READERS, STAFF, TEAM, YOUNG, Rich

SENTINEL = re.compile(r"xq\.(\w+)\.(\w+)\.qx")
THERAPIST = {"maya": "tom", "leo": "tom", "zoe": "hugo", "ada": "stella"}
PRACTICE = {"maya": "w_willow", "leo": "w_willow", "zoe": "w_willow", "ada": "w_alder"}
AROUND = {  # everyone with a family row that has begun, but the young person
    "maya": "priya dan karin sue quinn carl ivy pat", "leo": "nell joy abel", "zoe": "zara", "ada": "adam",
}  # fmt: skip
TIED = {  # who stands in "Who sees this": rows in force or lately ended, supervisors; then leads and admins
    "maya": "tom ines sue fred priya dan quinn carl ivy pat maya_login karin ruth omar abel",
    "leo": "tom ines sue nell joy abel ruth omar", "zoe": "hugo zara ruth omar abel", "ada": "stella adam",
}  # fmt: skip
PANELS: dict[str, Any] = {
    "who_session": Session, "who_note": ProgressNote, "who_process_note": ProcessNote, "who_summary": Summary,
    "who_update": HomeUpdate,
}  # fmt: skip
RECORD = ("setting", "techniques", "themes", "affect", "child_words", "child_choices")
UPDATE = ("where", "antecedent", "behaviour", "consequence", "helped")

type Words = set[tuple[str, str]]  # (row, field)


class Page:
    """One page as one person should see it: collects words this person may read, through rows they may read."""

    def __init__(self, world: Rich, who: str) -> None:
        self.world, self.who = world, who
        self.words: Words = {(f"p_{who}", "name")}  # the menu names the viewer

    def reads(self, *keys: str) -> bool:
        """Whether every one of these rows is the person's to read."""
        return all(self.who in READERS[key] for key in keys)

    def show(self, key: str, *fields: str, through: tuple[str, ...] = ()) -> None:
        """The page shows these fields of a row, if this person may read it and the rows it hangs on."""
        if self.reads(key, *through):
            self.words |= {(key, field) for field in fields}

    def name(self, number: int | None, *through: str) -> None:
        """The page shows a name because of rows."""
        if number is not None:
            self.show(f"p_{self.world.name_of(number)}", "name", through=through)


def shown_on(world: Rich, who: str, address: str, child: str, key: str) -> Words | None:
    """The words of one page for one person, or None where they find nothing."""
    page = Page(world, who)
    if not opens(page, address, child, key):
        return None
    LAYOUT[address](page, child, key)
    return page.words


def opens(page: Page, address: str, child: str, key: str) -> bool:
    """Whom the page is for, and whether the row is theirs to read."""
    who, team, therapist = page.who, page.who in TEAM[child], page.who == THERAPIST[child]
    place = {
        **dict.fromkeys(("child", "child_print", "search"), team or who in CIRCLE[child]),
        "session": team or who in FAMILY[child],
        "note": team or who in FAMILY[child], "process_note": therapist, "summary": team or who in CIRCLE[child],
        "summary_edit": therapist and key == "m_none", "summary_share": therapist and key != "m_err",
        "shared": child == "maya" and who in YOUNG,
        "update": team or who in CIRCLE[child], "update_new": who in CIRCLE[child],
        "session_error": team and key != "s_err",
        "summary_error": who in correctors(page.world, child, key) and key != "m_err",
        "release_withdraw": therapist and key not in {"rl_err", "rl_withdrawn"},
        "note_sign": own_draft(page.world, who, key), "note_offer": own_draft(page.world, who, key),
        "note_cosign": who == "ines" and key == "d_offered", "process_note_error": therapist and key != "x_err",
        **dict.fromkeys(("note_error", "addendum_error"), team and enters(page.world, who, child, key)),
        "update_edit": who in CIRCLE[child] and rewords(page.world, who, child, key),
        "update_error": (who in CIRCLE[child] or team) and takes_out(page.world, who, child, key),
        "reply_error": team and enters(page.world, who, child, key),
        **dict.fromkeys(PANELS, team),
    }  # fmt: skip
    if key == "s_err" and address in {"note_new", "process_note_new", "summary_new"}:
        return False  # nothing new is written on a session in error
    return place.get(address, therapist) and (not key or page.reads(key))


def rewords(world: Rich, who: str, child: str, key: str) -> bool:
    """One's own update, not in error, and neither marked nor answered as far as one may know."""
    update = world.rows.get(key)
    if not isinstance(update, HomeUpdate):
        return False
    answers = [item for model in (Mark, Reply) for item in world.keys(model, child)]
    known = [item for item in answers if world.rows[item].update_id == update.pk and who in READERS[item]]
    return not taken_out(world, who, child, key) and update.author_id == world.person(who).pk and not known


def taken_out(world: Rich, who: str, child: str, key: str) -> list[str]:
    """Rows that say it was taken out, of those one may read: its author does not learn of the practice's."""
    rows = [out for out in world.keys(TakenOut, child) if who in READERS[out]]
    return [out for out in rows if world.rows[out].update_id == world.rows[key].pk]


def takes_out(world: Rich, who: str, child: str, key: str) -> bool:
    """One's own update, or as the team's supervisor anybody's: once."""
    update = world.rows.get(key)
    mine = getattr(update, "author_id", None) == world.person(who).pk
    return (
        update is not None and not taken_out(world, who, child, key) and (mine or who in correctors(world, child, key))
    )


def own_draft(world: Rich, who: str, key: str) -> bool:
    """A draft of one's own, to sign or to offer."""
    note = world.rows.get(key)
    return isinstance(note, ProgressNote) and note.signed_at is None and note.author_id == world.person(who).pk


def enters(world: Rich, who: str, child: str, key: str) -> bool:
    """Whether the person may enter the note or addendum in error: once."""
    return who in correctors(world, child, key) and getattr(world.rows.get(key), "error_at", None) is None


def correctors(world: Rich, child: str, key: str) -> set[str]:
    """Principle 7: its author on the team, the team's supervisors, and leads who are on it (to others no page is open)."""
    author = getattr(world.rows.get(key), "author_id", None)
    supervisors = {"maya": {"ines"}, "leo": {"ines", "sue"}}.get(child, set())
    return supervisors | (LEADS[child] & TEAM[child]) | {who for who in TEAM[child] if world.person(who).pk == author}


def child_page(page: Page, child: str, key: str) -> None:
    """The card and the stream, all its pages together."""
    world = page.world
    page.show(f"c_{child}", "name", "pronouns", "about_me")
    page.show(PRACTICE[child], "crisis_text")
    page.name(world.person(THERAPIST[child]).pk)
    for item in world.keys(Session, child):
        page.name(world.rows[item].therapist_id, item)
    for item in world.keys(Summary, child):
        page.show(item, "body")
        page.name(world.rows[item].author_id, item)
    for item in world.keys(HomeUpdate, child):
        update_words(page, item, "body")
        page.name(world.rows[item].author_id, item)


def print_page(page: Page, child: str, key: str) -> None:
    """The stream whole, and who prints it."""
    world = page.world
    page.show(f"c_{child}", "name")
    for item in world.keys(Session, child):
        page.name(world.rows[item].therapist_id, item)
    for item in world.keys(Summary, child):
        page.show(item, "body")
        page.name(world.rows[item].author_id, item)
    for item in world.keys(HomeUpdate, child):
        update_words(page, item, "body", *UPDATE)
        page.name(world.rows[item].author_id, item)


EDITS = {"u_shared": "edit_shared", "u_edited": "edit_now", "u_out": "edit_out"}


def update_words(page: Page, key: str, *fields: str) -> None:
    """An update's words as they stand for this person: the latest wording they may read, whole."""
    edit = EDITS.get(key)
    if edit and page.reads(edit):
        page.show(edit, *fields, through=(key,))
    else:
        page.show(key, *fields)


def session_page(page: Page, child: str, key: str) -> None:
    """Facts, who came, the record, links to notes and summaries."""
    world = page.world
    page.show(key, *(["error_reason"] if world.rows[key].error_at else []))
    page.name(world.rows[key].therapist_id)
    page.show(f"c_{child}", "name")  # the way back
    page.show(key.replace("s_", "r_"), *RECORD)
    for model, text in ((ProgressNote, ("template_name",)), (ProcessNote, ()), (Summary, ("body",))):
        for item in world.keys(model, child):
            if world.rows[item].session_id == world.rows[key].pk:
                page.show(item, *text)
                if model is ProgressNote:
                    page.name(world.rows[item].author_id, item)
    for item in world.keys(Attendance, child):
        if world.rows[item].session_id == world.rows[key].pk:
            page.name(world.rows[item].person_id, item)
    if page.who in TEAM[child]:
        from_home(page, SINCE_THE_SESSION_BEFORE.get(key, ""))
        if world.rows[key].error_at:
            page.name(world.rows[key].error_by_id)


# What came from home since the session before, the newest ten: of those before October's, Carl's is the eleventh.
SINCE_THE_SESSION_BEFORE = {
    "s_oct": "quinn now maya_login pat ivy karin edited withdrawn shared priya", "s_sep": "quiet dan",
    "s_err": "ivy pat maya_login karin edited withdrawn shared priya carl",
}  # fmt: skip
SINCE_THE_LAST_SESSION = {"maya": "", "leo": "nell joy", "zoe": "zara", "ada": "adam"}


def from_home(page: Page, names: str) -> None:
    """Updates in short, their authors, and whoever marked them: Tom."""
    for name in names.split():
        key = f"u_{name}"
        update_words(page, key, "body")
        page.name(page.world.rows[key].author_id, key)
        if name in {"priya", "dan"}:
            page.name(page.world.person("tom").pk, f"mark_{name}")


def note_page(page: Page, child: str, key: str) -> None:
    """The note with its addenda; one's own draft in its form."""
    note = page.world.rows[key]
    page.show(f"c_{child}", "name")
    page.show(key, "sections")
    page.show(key, "template_name")
    step_names(page, child, key)
    if note.signed_at is None and note.author_id == page.world.person(page.who).pk and not note.error_at:
        return
    page.name(note.author_id)
    page.show(key, *(["body"] if note.body else []), *(["error_reason"] if note.error_at else []))
    for item in page.world.keys(Addendum, child):
        if page.world.rows[item].note_id == note.pk:
            page.show(item, "body", *(["error_reason"] if page.world.rows[item].error_at else []))
            page.name(page.world.rows[item].author_id, item)
            page.name(page.world.rows[item].error_by_id, item)
    page.name(note.error_by_id, key)


def step_names(page: Page, child: str, key: str) -> None:
    """A note's history, for the team: who did what, by the rows of each step."""
    world = page.world
    if page.who not in TEAM[child]:
        return
    for item in world.keys(NoteOffer, child):
        if world.rows[item].note_id == world.rows[key].pk:
            page.name(world.rows[item].person_id, item)


def offer_page(page: Page, child: str, key: str) -> None:
    """A draft, and who may be asked: Ines. Sue is family of Maya."""
    page.show(f"c_{child}", "name")
    page.show(key, "body", "sections", "template_name")
    page.show("p_ines", "name")


def sign_page(page: Page, child: str, key: str) -> None:
    """A draft as it would be signed, and by name who would read it: what waits for a co-signature is not signed here."""
    page.show(f"c_{child}", "name")
    page.show(key, "body", "sections", "template_name")
    if key != "d_offered" or page.who == "ines":
        # Dan is named, Quinn quiet, Carl closed, Ivy informed.
        for name in ("tom", "ines", "priya", "maya_login"):
            page.show(f"p_{name}", "name")


def unfinished_page(world: Rich, who: str) -> Words:
    """Drafts one writes, was offered, or finds left behind: the child's name and who else has to do with it, no text."""
    page = Page(world, who)
    for key, note in world.rows.items():
        if isinstance(note, ProgressNote) and note.signed_at is None and note.error_at is None and page.reads(key):
            page.show(f"c_{world.child_of[key]}", "name")
            if note.author_id != world.person(who).pk:
                page.name(note.author_id)
            elif key == "d_offered":
                page.show("p_ines", "name")
    return page.words


def process_note_page(page: Page, child: str, key: str) -> None:
    """One's own words."""
    page.show(f"c_{child}", "name")
    page.show(key, "body", *(["error_reason"] if page.world.rows[key].error_at else []))


def summary_page(page: Page, child: str, key: str) -> None:
    """The text; for the team and the young person who reads it, and each override's explanation."""
    world, summary = page.world, page.world.rows[key]
    page.show(f"c_{child}", "name")
    page.show(key, "body", *(["error_reason"] if summary.error_at else []))
    page.name(summary.author_id)
    if page.who in TEAM[child]:
        page.name(summary.error_by_id, key)
    if page.who in TEAM[child] | YOUNG:
        for item in world.keys(Release, child):
            if world.rows[item].summary_id == summary.pk:
                released(page, item)


def released(page: Page, item: str) -> None:
    """One release: to whom, and how it was explained if it went against the wish."""
    page.name(page.world.rows[item].recipient_id, item)
    if item.replace("rl_", "o_") in READERS:
        page.show(item.replace("rl_", "o_"), "explanation", through=(item,))


def shared_page(page: Page, child: str, key: str) -> None:
    """Every release about the young person, without a word of a summary."""
    page.show(f"c_{child}", "name")
    for item in page.world.keys(Release, child):
        released(page, item)
        page.name(page.world.rows[item].released_by_id, item)


def withdraw_page(page: Page, child: str, key: str) -> None:
    """Whom it is taken back from."""
    page.name(page.world.rows[key].recipient_id)


def who_page(page: Page, child: str, key: str) -> None:
    """Everyone around the child, and what they are to them; no word of the item."""
    for name in TIED[child].split():
        page.show(f"p_{name}", "name")
        if name in AROUND[child].split():
            page.show(f"l_{name}", "words")


def nothing_but_the_viewer(page: Page, child: str, key: str) -> None:
    """A question that names nobody."""


def share_page(page: Page, child: str, key: str) -> None:
    """The text, and everyone who could read it."""
    page.show(f"c_{child}", "name")
    page.show(key, "body")
    for name in AROUND[child].split() + (["maya_login"] if child == "maya" else []):
        page.show(f"p_{name}", "name")
        if f"l_{name}" in READERS:
            page.show(f"l_{name}", "words")


def update_page(page: Page, child: str, key: str) -> None:
    """The words; for its author and the team the answers and whom it is shared with."""
    world, update = page.world, page.world.rows[key]
    is_team, is_author = page.who in TEAM[child], world.person(page.who).pk == update.author_id
    answered = False
    page.show(f"c_{child}", "name")
    update_words(page, key, "body", *UPDATE)
    page.name(update.author_id, key)
    if is_team or is_author:
        page.show(key, "body", *UPDATE)  # and how it read before
    out = taken_out(world, page.who, child, key)
    for item in out:
        page.show(item, "reason")
        if is_team:
            page.name(world.rows[item].taken_by_id, item)
    for item in world.keys(Reply, child):
        if world.rows[item].update_id == update.pk and (is_team or is_author):
            page.show(item, "body", *(["error_reason"] if world.rows[item].error_at else []))
            page.name(world.rows[item].author_id, item)
            page.name(world.rows[item].error_by_id, item)
            answered |= page.reads(item)
    if is_author and not answered and not out:
        page.show(PRACTICE[child], "crisis_text")
    if key in {"u_priya", "u_dan"}:  # marked by Tom
        page.name(world.person("tom").pk, key.replace("u_", "mark_"))
    for item in world.keys(Sharing, child):
        row = world.rows[item]
        if row.update_id == update.pk and row.withdrawn_at is None and (is_team or is_author):
            page.name(row.person_id, item)
    if is_author and page.who in GUARDIANS[child] and not out:
        co_guardians(page, child, "words")


def reword_page(page: Page, child: str, key: str) -> None:
    """The words that stand now, in their boxes."""
    update_words(page, key, "body", *UPDATE)


def co_guardians(page: Page, child: str, *words: str) -> None:
    """Principle 10: the other guardians full and informed, whatever restricts them."""
    carl = {"carl"} if child == "maya" else set()
    for name in GUARDIANS[child] | carl - {page.who}:
        if name != page.who:
            page.show(f"p_{name}", "name")
            page.show(f"l_{name}", *words)


def update_new_page(page: Page, child: str, key: str) -> None:
    """The form: with whom it may be shared, and what to do in danger."""
    page.show(f"c_{child}", "name")
    page.show(PRACTICE[child], "crisis_text")
    if page.who in GUARDIANS[child]:
        co_guardians(page, child)


def session_new_page(page: Page, child: str, key: str) -> None:
    """The form: who may have come, and what came from home."""
    from_home(page, SINCE_THE_LAST_SESSION[child])
    page.show(f"c_{child}", "name")
    for name in AROUND[child].split():
        page.show(f"p_{name}", "name")


def card_only(page: Page, child: str, key: str) -> None:
    """A form that names the child."""
    page.show(f"c_{child}", "name")


def edit_page(page: Page, child: str, key: str) -> None:
    """An unreleased summary in its form."""
    page.show(f"c_{child}", "name")
    page.show(key, "body")


LAYOUT = {
    "child": child_page, "child_print": print_page, "search": card_only,
    "session": session_page, "note": note_page, "process_note": process_note_page,
    "summary": summary_page, "summary_share": share_page, "summary_edit": edit_page, "update": update_page,
    "update_new": update_new_page, "session_new": session_new_page, "note_new": card_only, "process_note_new": card_only,
    "session_error": nothing_but_the_viewer,
    "summary_new": card_only, "shared": shared_page, "summary_error": nothing_but_the_viewer, "release_withdraw": withdraw_page,
    "note_sign": sign_page, "note_cosign": sign_page, "note_offer": offer_page,
    **dict.fromkeys(("note_error", "addendum_error", "process_note_error"), nothing_but_the_viewer),
    "update_edit": reword_page, **dict.fromkeys(("update_error", "reply_error"), nothing_but_the_viewer),
    **dict.fromkeys(PANELS, who_page),
}  # fmt: skip
ITEMS: dict[str, Any] = {
    "session": Session, "note": ProgressNote, "process_note": ProcessNote, "summary": Summary, "summary_share": Summary,
    "session_error": Session,
    "summary_edit": Summary, "update": HomeUpdate, "note_new": Session, "process_note_new": Session, "summary_new": Session,
    "update_edit": HomeUpdate, "update_error": HomeUpdate, "reply_error": Reply,
    "summary_error": Summary, "release_withdraw": Release, **PANELS,
    **dict.fromkeys(("note_sign", "note_cosign", "note_offer", "note_error"), ProgressNote), "addendum_error": Addendum,
    "process_note_error": ProcessNote,
}  # fmt: skip
# Addresses that answer a GET with a page about a child; the rest of the table of test_urls takes posts alone.
FORMS_ONLY = {
    "session_draft",
    "session_afresh",
    "addendum_new",
    "summary_wish",
    "update_reply",
    "update_mark",
    "update_share",
} | {
    "summary_new_autosave",
    "summary_autosave",
    *("note_new_autosave", "note_autosave", "note_take_back", "note_give_back"),
    *("process_note_new_autosave", "process_note_autosave"),
}


def test_every_page_about_a_child_is_laid_out() -> None:
    """A new page fails here until somebody has written down what it shows."""
    from tests.guards.test_urls import CLINICAL

    assert LAYOUT.keys() == CLINICAL.keys() - FORMS_ONLY


# --- Walking ----------------------------------------------------------------------------------------------------------------


def words_of(text: str) -> Words:
    """Every sentinel in a text."""
    return set(SENTINEL.findall(text))


def everything_said(response: HttpResponse) -> str:
    """Body, headers and cookies, as the browser gets them."""
    return "\n".join([unescape(response.content.decode()), str(response.headers), response.cookies.output()])


QUERY = {"child_print": "?since=2026-01-01"}  # the whole year


def addresses(world: Rich, child: str) -> Iterator[tuple[str, str, str]]:
    """(name, row, address) of every page about a child, with every row it could be asked for."""
    about = world.children[child].public_id
    for name in LAYOUT:
        if name in ITEMS:
            for key in world.keys(ITEMS[name], child):
                yield name, key, reverse(name, args=[about, world.rows[key].pk])
        else:
            yield name, "", reverse(name, args=[about]) + QUERY.get(name, "")


def read_all(client: Client, url: str) -> tuple[int, str]:
    """A page, with the older pages of its stream."""
    status, text, query = 0, "", ""
    while True:
        response: Any = client.get(url + query)
        status = status or response.status_code
        text += everything_said(response)
        older = re.search(r'href="(\?before=[^"]+)"', response.content.decode())
        if not older:
            return status, text
        query = unescape(older[1])


def children_of(who: str) -> list[str]:
    """The children whose pages are walked for a person: of the sample those they have a tie to; without any, Maya."""
    known = {child for child in STAFF if who in STAFF[child] | CIRCLE[child]} or {"maya"}
    return sorted(STAFF if PROOF else known)


@contextmanager
def filter_off(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """`visible()` filters nothing: the wall stands alone."""
    with patch.context() as patched:
        patched.setattr(VisibleQuerySet, "visible", lambda self: self.all())
        yield


class BareClient(WallClient):
    """Requests as the superuser: the Django filter stands alone."""

    def request(self, **request: Any) -> Any:
        """One request without the wall."""
        from accounts.visibility import enter, leave

        response = Client.request(self, **request)
        if not connection.needs_rollback:
            enter(None)
        leave()
        return response


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


def titled_with_names(text: str) -> list[str]:
    """Titles and addresses that hold a sentinel (security.md: titles and URLs without names)."""
    marks = re.findall(r"<title>.*?</title>|(?:href|action|src)=\"[^\"]*\"", text, re.DOTALL)
    return [mark for mark in marks if SENTINEL.search(mark)]


def assert_no_sentinel_in_the_audit() -> None:
    """Ids and codes, never content (principle 8; security.md, Audit)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_auditevent e WHERE e::text LIKE '%%xq.%%'")
        assert cursor.fetchone() == (0,)
    assert AuditEvent.objects.exists()


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


PRACTICE_PAGES = {"omar": "willow", "abel": "willow", "stella": "alder"}


def test_pages_without_a_child(world: Rich) -> None:
    """Worked case 6 and the pages everyone has: home with one's own children, people and circles for admins."""
    for who in sorted(EVERYBODY):
        check_pages_without_a_child(world, who)


def check_pages_without_a_child(world: Rich, who: str) -> None:
    """One person's."""
    client = signed_in(world.person(who))
    pages = ("home", "came", "children", "people", "circles", "unfinished", "move_in")
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
    assert words_of(texts["circles"]) == (circles_page(world, who) | me if who in PRACTICE_PAGES else set())
    for name, text in texts.items():
        assert not titled_with_names(text)
        assert not [row for row, _ in words_of(text) if who not in READERS[row]]
        clinical = [row for row, _ in words_of(text) if row[:2] not in {"p_", "c_", "k_", "l_", "h_"}]
        assert not clinical or name in {"home", "came"}, "no other page outside a child's says a clinical word"


def test_whoever_looks_again_finds_only_what_is_newer(world: Rich) -> None:
    """Priya looked on Friday morning; after she looks again, nothing is new."""
    client, about = signed_in(world.cast.priya), reverse("child", args=[world.cast.maya.public_id])
    assert home_page(world, "priya", news=[]) < words_of(read_all(client, "/")[1])
    client.get(about + "?show=session")  # of one kind: not the whole
    assert home_page(world, "priya", news=[]) < words_of(read_all(client, "/")[1])
    client.get(about)
    assert words_of(read_all(client, "/")[1]) == home_page(world, "priya", news=[]) | {("c_maya", "name")}


# --- The first page, by hand ------------------------------------------------------------------------------------------------

RECENT = NOON - 90 * DAY  # how far back anything is news

type Line = tuple[Any, Any, Words]  # moment, id, words


def home_page(world: Rich, who: str, news: list[Line] | None = None) -> Words:
    """Today: for a family what is new since one looked and what waits for a reply; for the young person what was shared; for a
    therapist what came from home and which notes are unfinished; for the lead what is to be reviewed; for an admin who has not
    been here. Besides the children's names."""
    page = Page(world, who)
    for _, _, words in sorted(news_for(world, who) if news is None else news, reverse=True)[:5]:
        page.words |= words
    page.words |= waiting_for_reply(world, who)
    if who in YOUNG:
        newest = sorted(
            (world.rows[k].released_at, world.rows[k].pk, k) for k in world.keys(Release, "maya") if page.reads(k)
        )
        for _, _, item in newest[-3:]:
            released(page, item)
            page.name(world.rows[item].released_by_id, item)
    page.words |= came_page(world, who, 5) | latest_summary(world, who)
    if who == "tom":
        page.show("d_tom")
    if who == "ines":
        page.name(world.person("tom").pk, "d_offered")
    if who == "ruth":
        page.show("restriction_quinn", through=())
        page.show("p_quinn", "name")
        page.show("c_maya", "name")
    return page.words | never_came(world, who)


def news_for(world: Rich, who: str) -> list[Line]:
    """Everything of others that reached a family member since they looked, with the words its line shows."""
    found: list[tuple[Any, Any, Words, str]] = []
    looks = {
        row.child_id: row.looked_at
        for row in world.rows.values()
        if isinstance(row, Look) and row.person == world.person(who)
    }
    for key, row in world.rows.items():
        child, line = world.child_of.get(key, ""), Page(world, who)
        line.words = set()
        if who not in READERS[key] or who not in CIRCLE.get(child, ()):
            continue
        me = world.person(who).pk
        if isinstance(row, Session) and who in FAMILY[child] and row.error_at is None:
            line.name(row.therapist_id)
            found.append((row.moment, row.pk, line.words, child))
        elif isinstance(row, Release) and row.recipient_id == me:
            line.show(key_of(world, row.summary_id), "body")
            line.name(row.released_by_id)
            found.append((row.released_at, row.summary_id, line.words, child))
        elif isinstance(row, Sharing) and row.person_id == me:
            update_words(line, key_of(world, row.update_id), "body")
            line.name(row.shared_by_id)
            found.append((row.shared_at, row.update_id, line.words, child))
        elif isinstance(row, Reply) and row.error_at is None:
            line.show(key, "body")
            line.name(row.author_id)
            found.append((row.posted_at, row.update_id, line.words, child))
    return [(at, pk, words) for at, pk, words, child in found if at > looks.get(world.children[child].pk, RECENT)]


def known_out(world: Rich, who: str, update: Any) -> bool:
    """The update was taken out, and the person may know."""
    rows = ((key, row) for key, row in world.rows.items() if isinstance(row, TakenOut))
    return any(row.update_id == update.pk and who in READERS[key] for key, row in rows)


def key_of(world: Rich, number: Any) -> str:
    """The name of a row."""
    return next(key for key, row in world.rows.items() if row.pk == number)


def latest_summary(world: Rich, who: str) -> Words:
    """The newest summary that reached a family member, whether it is new or not."""
    page, mine = Page(world, who), []
    for key, row in world.rows.items():
        if isinstance(row, Release) and page.reads(key) and row.recipient_id == world.person(who).pk:
            mine.append((row.released_at, row.pk, key_of(world, row.summary_id), row.released_by_id))
    page.words = set()
    for _, _, summary, by in sorted(mine)[-1:]:
        page.show(summary, "body")
        page.name(by)
    return page.words


def waiting_for_reply(world: Rich, who: str) -> Words:
    """One's own three newest updates of the last three weeks that have no reply one can read."""
    page, mine = Page(world, who), []
    page.words = set()
    for key, row in world.rows.items():
        if (
            isinstance(row, HomeUpdate)
            and row.author_id == world.person(who).pk
            and page.reads(key)
            and not known_out(world, who, row)
        ):
            replies = [
                k for k, r in world.rows.items() if isinstance(r, Reply) and r.update_id == row.pk and not r.error_at
            ]
            if row.posted_at > NOON - 21 * DAY and not any(page.reads(k) for k in replies):
                mine.append((row.posted_at, row.pk, key))
    for _, _, key in sorted(mine, reverse=True)[:3]:
        update_words(page, key, "body")
    return page.words


def came_page(world: Rich, who: str, most: int) -> Words:
    """Updates about a therapist's own children that they have neither marked nor answered, the newest: all are wins."""
    page, found = Page(world, who), []
    page.words, me = set(), world.person(who).pk
    for key, row in world.rows.items():
        if (
            not isinstance(row, HomeUpdate)
            or THERAPIST[world.child_of[key]] != who
            or known_out(world, who, row)
            or row.posted_at < RECENT
        ):
            continue
        of = [r for r in world.rows.values() if getattr(r, "update_id", None) == row.pk]
        marked = any(isinstance(r, Mark) and r.marked_by_id == me for r in of)
        answered = any(isinstance(r, Reply) and r.author_id == me and not r.error_at for r in of)
        if page.reads(key) and not marked and not answered:
            found.append((row.posted_at, row.pk, key))
    for _, _, key in sorted(found, reverse=True)[:most]:
        update_words(page, key, "body")
        page.name(world.rows[key].author_id)
        page.show(f"c_{world.child_of[key]}", "name")
    return page.words


def never_came(world: Rich, who: str) -> Words:
    """For an admin: the first six, by name, who belong to the practice or to a child they administer now, and never signed
    in."""
    from accounts.models import CircleRow, Membership
    from tests.worlds import ADMINS

    if who not in PRACTICE_PAGES:
        return set()
    now = Q(ends__isnull=True) | Q(ends__gt=NOON)
    children = [world.children[child].pk for child in ADMINS if who in ADMINS[child]]
    people = {row.person_id for row in Membership.objects.filter(now, practice__ref=PRACTICE_PAGES[who])}
    people |= {row.person_id for row in CircleRow.objects.filter(now, child__in=children, starts__lte=NOON)}
    new = Person.objects.filter(pk__in=people, account__last_login__isnull=True).order_by("name", "pk")
    return {(f"p_{world.name_of(person.pk)}", "name") for person in new[:6]}


def test_whoever_has_no_address_is_still_on_the_people_page(world: Rich) -> None:
    """A young person without an e-mail is someone the admin looks after too."""
    Contact.objects.filter(pk=world.cast.maya_login.pk).delete()
    text = read_all(signed_in(world.cast.omar), reverse("people"))[1]
    assert ("p_maya_login", "name") in words_of(text)


def move_in_page(who: str) -> Words:
    """The history: who uploaded something in a practice of which one is an admin."""
    return {(f"p_{name}", "name") for name in ("omar", "abel", "stella") if who in READERS[f"file_{name}"]}


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
    assert_no_sentinel_in_the_audit_of_files()


def uploader(file: str) -> Words:
    """Whose file it is."""
    return {(f"p_{file}", "name")}


def lines_of(world: Rich, file: str) -> Words:
    """Every cell of its rows."""
    keys = [
        key for key, row in world.rows.items() if isinstance(row, MoveInRow) and row.move == world.rows[f"file_{file}"]
    ]
    return {(key, column) for key in keys for column in CELLS}


def assert_no_sentinel_in_the_audit_of_files() -> None:
    """Ids and counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_auditevent e WHERE e::text LIKE '%%xq.%%'")
        assert cursor.fetchone() == (0,)


def people_page(who: str) -> Words:
    """Names and contacts of those whose contact the admin may read: the others are known to them as family alone."""
    shown = [name for name in EVERYBODY if who in READERS[f"k_{name}"]]
    return {(f"p_{name}", "name") for name in shown} | {(f"k_{name}", f) for name in shown for f in ("email", "phone")}


def circles_page(world: Rich, who: str) -> Words:
    """Circles of the children the admin administers: never of a child they are family of."""
    from accounts.models import CircleRow
    from tests.worlds import ADMINS

    words: Words = set()
    for child in (c for c in TEAM if who in ADMINS[c]):
        words.add((f"c_{child}", "name"))
        for row in CircleRow.objects.filter(child=world.children[child]):
            name = world.name_of(row.person_id)
            words.add((f"p_{name}", "name"))
            words |= {(f"l_{name}", "words")} if f"l_{name}" in READERS else set()
            words |= words_of(row.household)
    return words


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
    from accounts import audit
    from sessions_log import reads

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
    from accounts.visibility import acting_as

    with acting_as(world.cast.tom.pk):
        assert viewer().person_id
        yield
