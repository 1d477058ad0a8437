"""Sessions."""

from sessions_log.models import Attendance, ProcessNote, ProgressNote, Summary
from tests.guards.shown.page import AROUND, Page
from tests.guards.shown.updates import SINCE_THE_LAST_SESSION, SINCE_THE_SESSION_BEFORE, from_home
from tests.worlds import TEAM

RECORD = ("setting", "techniques", "themes", "affect", "child_words", "child_choices")


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


def session_new_page(page: Page, child: str, key: str) -> None:
    """The form: who may have come, and what came from home."""
    from_home(page, SINCE_THE_LAST_SESSION[child])
    page.show(f"c_{child}", "name")
    for name in AROUND[child].split():
        page.show(f"p_{name}", "name")
