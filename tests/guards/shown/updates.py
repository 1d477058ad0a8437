"""Updates from home: their words as they stand, answers, marks, sharings."""

from typing import Any

from sessions_log.models import Reply, Sharing, TakenOut
from tests.guards.shown.page import PRACTICE, Page
from tests.worlds import GUARDIANS, READERS, TEAM, Rich

UPDATE = ("where", "antecedent", "behaviour", "consequence", "helped")
EDITS = {"u_shared": "edit_shared", "u_edited": "edit_now", "u_out": "edit_out"}


def taken_out(world: Rich, who: str, update: Any) -> list[str]:
    """Rows that say an update was taken out, of those one may read: its author does not learn of the practice's."""
    rows = ((key, row) for key, row in world.rows.items() if isinstance(row, TakenOut))
    return [key for key, row in rows if row.update_id == update.pk and who in READERS[key]]


def update_words(page: Page, key: str, *fields: str) -> None:
    """An update's words as they stand for this person: the latest wording they may read, whole."""
    edit = EDITS.get(key)
    if edit and page.reads(edit):
        page.show(edit, *fields, through=(key,))
    else:
        page.show(key, *fields)


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
    out = taken_out(world, page.who, update)
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
    if key == "u_priya" and is_team:  # Ines marked it and took that back
        page.name(world.person("ines").pk, "mark_back")
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
