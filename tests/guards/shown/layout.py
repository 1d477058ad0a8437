"""Every page about a child, what it is made of, and every address of it."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from sessions_log.models import Addendum, HomeUpdate, ProcessNote, ProgressNote, Release, Reply, Session, Summary
from tests.guards.sentinels import Words
from tests.guards.shown.child import PANELS, child_page, print_page, who_page
from tests.guards.shown.notes import note_page, offer_page, process_note_page, sign_page
from tests.guards.shown.opens import opens
from tests.guards.shown.page import Page, card_only, nothing_but_the_viewer, young_person_page
from tests.guards.shown.sessions import session_new_page, session_page
from tests.guards.shown.summaries import edit_page, share_page, shared_page, summary_page, withdraw_page
from tests.guards.shown.updates import reword_page, update_new_page, update_page
from tests.worlds import Rich

LAYOUT = {
    "child": child_page, "child_print": print_page, "search": card_only, "young_person": young_person_page,
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
QUERY = {"child_print": "?since=2026-01-01"}  # the whole year


def shown_on(world: Rich, who: str, address: str, child: str, key: str) -> Words | None:
    """The words of one page for one person, or None where they find nothing."""
    page = Page(world, who)
    if not opens(page, address, child, key):
        return None
    LAYOUT[address](page, child, key)
    return page.words


def addresses(world: Rich, child: str) -> Iterator[tuple[str, str, str]]:
    """(name, row, address) of every page about a child, with every row it could be asked for."""
    about = world.children[child].public_id
    for name in LAYOUT:
        if name in ITEMS:
            for key in world.keys(ITEMS[name], child):
                yield name, key, reverse(name, args=[about, world.rows[key].pk])
        else:
            yield name, "", reverse(name, args=[about]) + QUERY.get(name, "")
