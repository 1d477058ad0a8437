"""The generated practice, and where the measured pages are in it."""

import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

SQL = Path(__file__).parent / "practice.sql"
WORDS = (
    "We drew two houses with a bridge between them and spoke about who crosses it, when, and what they carry. "
    "At home: ask where on the ladder she is, then wait for the answer. "
)
PASSWORD = "four otters juggling quietly"
ENTRIES = {1: 30, 2: 500, 3: 5000}  # of the children whose pages are measured
POSTED_TO = 4  # the child about whom updates are posted
PAST_THE_WALL = "bench_past_the_wall"


@dataclass(frozen=True)
class Size:
    """How much there is."""

    practices: int
    children: int
    notes: int

    @property
    def people(self) -> int:
        """Ten staff a practice, two guardians a child, and a log-in for nearly half of the children."""
        return 10 * self.practices + 2 * self.children + self.children * 45 // 100

    def __str__(self) -> str:
        return f"{self.practices} practices, {self.children:,} children, {self.people:,} people, {self.notes:,} notes"

    def mother(self, child: int) -> int:
        """The number of the first guardian of a child: who writes the updates."""
        return 10 * self.practices + 2 * child - 1


FULL, SMALL = Size(10, 2000, 200_000), Size(2, 200, 8_000)
# The same people and children with little and with much in the background: what is measured must not notice.
LITTLE, MUCH = Size(10, 2000, 10_000), Size(10, 2000, 1_000_000)


def generate(superuser_url: str, size: Size, password: str) -> float:
    """Fill the migrated database and vacuum it; seconds it took. `password`: hashed, everyone's."""
    begun = time.monotonic()
    values = {**vars(size), "people": size.people, "words": WORDS, "password": password}
    with psycopg.connect(superuser_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(SQL.read_bytes(), values)
        connection.execute("RESET session_replication_role")
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
    return time.monotonic() - begun


def addresses(superuser_url: str, child: int) -> dict[str, str]:
    """Where the pages about a child are: its own, its newest session's, its newest update's."""
    with psycopg.connect(superuser_url) as connection:
        row = connection.execute(
            "SELECT c.public_id,"
            " (SELECT id FROM sessions_log_session WHERE child_id = c.id ORDER BY moment DESC LIMIT 1),"
            " (SELECT id FROM sessions_log_homeupdate WHERE child_id = c.id ORDER BY posted_at DESC LIMIT 1)"
            " FROM accounts_child c WHERE c.id = %s",
            [child],
        ).fetchone()
    assert row
    base = f"/children/{row[0]}/"
    return {
        "child": base,
        "session": f"{base}sessions/{row[1]}/",
        "update": f"{base}updates/{row[2]}/",
        "new": f"{base}updates/new/",
        "search": f"{base}search/",
    }
