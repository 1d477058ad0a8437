"""Summaries, whom they were released to, and what the young person sees of it."""

from sessions_log.models import Release
from tests.guards.shown.page import AROUND, Page
from tests.worlds import READERS, TEAM, YOUNG


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
                if page.who in TEAM[child]:
                    page.name(world.rows[item].withdrawn_by_id, item)


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


def share_page(page: Page, child: str, key: str) -> None:
    """The text, and everyone who could read it."""
    page.show(f"c_{child}", "name")
    page.show(key, "body")
    for name in AROUND[child].split() + (["maya_login"] if child == "maya" else []):
        page.show(f"p_{name}", "name")
        if f"l_{name}" in READERS:
            page.show(f"l_{name}", "words")


def edit_page(page: Page, child: str, key: str) -> None:
    """An unreleased summary in its form."""
    page.show(f"c_{child}", "name")
    page.show(key, "body")
