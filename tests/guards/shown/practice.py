"""What an admin sees: people, circles, files of children who move in."""

from accounts.models import CircleRow, MoveInRow
from tests.guards.sentinels import Words, words_of
from tests.worlds import ADMINS, CELLS, EVERYBODY, LEADS, READERS, TEAM, Rich

PRACTICE_PAGES = {"omar": "willow", "abel": "willow", "stella": "alder"}


# Abel is Leo's father: of the people around Leo he is told nothing, not even of Leo's therapist.
BARRED = {"abel": frozenset({"tom"})}


def people_page(who: str) -> Words:
    """Names and contacts of those whose contact the admin may read: the others are known to them as family alone."""
    shown = [name for name in EVERYBODY if who in READERS[f"k_{name}"] and name not in BARRED.get(who, ())]
    return {(f"p_{name}", "name") for name in shown} | {(f"k_{name}", f) for name in shown for f in ("email", "phone")}


def circles_page(world: Rich, who: str) -> Words:
    """Circles of the children of one's practice, for admins and leads: never of a child they are family of."""
    words: Words = set()
    for child in (c for c in TEAM if who in ADMINS[c] | LEADS[c]):
        words.add((f"c_{child}", "name"))
        for row in CircleRow.objects.filter(child=world.children[child]):
            name = world.name_of(row.person_id)
            words.add((f"p_{name}", "name"))
            words |= {(f"l_{name}", "words")} if f"l_{name}" in READERS else set()
            words |= words_of(row.household)
    return words


def move_in_page(who: str) -> Words:
    """The history: who uploaded something in a practice of which one is an admin."""
    return {(f"p_{name}", "name") for name in ("omar", "abel", "stella") if who in READERS[f"file_{name}"]}


def uploader(file: str) -> Words:
    """Whose file it is."""
    return {(f"p_{file}", "name")}


def lines_of(world: Rich, file: str) -> Words:
    """Every cell of its rows."""
    keys = [
        key for key, row in world.rows.items() if isinstance(row, MoveInRow) and row.move == world.rows[f"file_{file}"]
    ]
    return {(key, column) for key in keys for column in CELLS}
