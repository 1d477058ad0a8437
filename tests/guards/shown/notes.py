"""Progress notes, from the draft to the signature, and process notes."""

from sessions_log.models import Addendum, NoteOffer, ProgressNote
from tests.guards.sentinels import Words
from tests.guards.shown.page import Page
from tests.worlds import TEAM, Rich


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


def process_note_page(page: Page, child: str, key: str) -> None:
    """One's own words."""
    page.show(f"c_{child}", "name")
    page.show(key, "body", *(["error_reason"] if page.world.rows[key].error_at else []))


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
