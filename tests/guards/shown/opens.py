"""Whom each page about a child is for."""

from sessions_log.models import HomeUpdate, Mark, ProgressNote, Reply
from tests.guards.shown.child import PANELS
from tests.guards.shown.page import THERAPIST, Page
from tests.guards.shown.updates import taken_out
from tests.worlds import CIRCLE, FAMILY, LEADS, READERS, TEAM, YOUNG, Rich


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
    return not taken_out(world, who, update) and update.author_id == world.person(who).pk and not known


def takes_out(world: Rich, who: str, child: str, key: str) -> bool:
    """One's own update, or as the team's supervisor anybody's: once."""
    update = world.rows.get(key)
    mine = getattr(update, "author_id", None) == world.person(who).pk
    return update is not None and not taken_out(world, who, update) and (mine or who in correctors(world, child, key))


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
