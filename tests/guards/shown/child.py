"""The card and the stream, the stream in print, and “Who sees this”."""

from typing import Any

from sessions_log.models import HomeUpdate, ProcessNote, ProgressNote, Session, Summary
from tests.guards.shown.page import AROUND, PRACTICE, THERAPIST, TIED, Page
from tests.guards.shown.updates import UPDATE, update_words

PANELS: dict[str, Any] = {
    "who_session": Session, "who_note": ProgressNote, "who_process_note": ProcessNote, "who_summary": Summary,
    "who_update": HomeUpdate,
}  # fmt: skip


def child_page(page: Page, child: str, key: str) -> None:
    """The card and the stream, all its pages together."""
    world = page.world
    page.show(f"c_{child}", "name", "pronouns", "about_me")
    page.show(PRACTICE[child], "name", "crisis_text")
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


def who_page(page: Page, child: str, key: str) -> None:
    """Everyone around the child, and what they are to them; no word of the item."""
    for name in TIED[child].split():
        page.show(f"p_{name}", "name")
        if name in AROUND[child].split():
            page.show(f"l_{name}", "words")
