"""One page as one person should see it, and what around a child decides it."""

from tests.guards.sentinels import Words
from tests.worlds import READERS, Rich

THERAPIST = {"maya": "tom", "leo": "tom", "zoe": "hugo", "ada": "stella"}
PRACTICE = {"maya": "w_willow", "leo": "w_willow", "zoe": "w_willow", "ada": "w_alder"}
AROUND = {  # everyone with a family row that has begun, but the young person
    "maya": "priya dan karin sue quinn carl ivy pat", "leo": "nell joy abel", "zoe": "zara", "ada": "adam",
}  # fmt: skip
TIED = {  # who stands in "Who sees this": rows in force or lately ended, supervisors; then leads and admins
    "maya": "tom ines sue fred priya dan quinn carl ivy pat maya_login karin ruth omar abel",
    "leo": "tom ines sue nell joy abel ruth omar", "zoe": "hugo zara ruth omar abel", "ada": "stella adam",
}  # fmt: skip


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


def card_only(page: Page, child: str, key: str) -> None:
    """A form that names the child."""
    page.show(f"c_{child}", "name")


def nothing_but_the_viewer(page: Page, child: str, key: str) -> None:
    """A question that names nobody."""


def young_person_page(page: Page, child: str, key: str) -> None:
    """The child, and whoever has the log-in."""
    page.show(f"c_{child}", "name")
    if child == "maya":
        page.show("p_maya_login", "name")
