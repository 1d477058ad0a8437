"""A worker that is killed while it brings children in: what it began is undone, and the next one makes each child once."""

import json
import os
import signal
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from carebridge.lib import servers
from tests.workers import one_round, start_round

ROWS, BATCH = 40, 4
SCENE = """
INSERT INTO accounts_practice (id, public_id, ref, name, time_zone, language, reply_within_hours, crisis_text, handbook,
    guardian_access, assent_age, majority_age, notes_due_hours, policy_source, reply_hours, fees, how_to_ask)
  VALUES (1, gen_random_uuid(), 'p', 'P', 'UTC', 'en', 48, '', '', 'summaries_only', 12, 18, 72, '', '', '', '');
INSERT INTO accounts_account (id, password, email, is_active, language, time_zone, factor_waived)
  VALUES (1, '!', 'omar@example.org', true, '', '', false);
INSERT INTO accounts_person (account_id, public_id, name) VALUES (1, gen_random_uuid(), 'Omar');
INSERT INTO accounts_membership (id, practice_id, person_id, role, starts)
  VALUES (gen_random_uuid(), 1, 1, 'admin', '2026-01-01');
SELECT setval(pg_get_serial_sequence('accounts_account', 'id'), 100);
"""
FILE = """
INSERT INTO accounts_movein (id, practice_id, uploaded_by_id, uploaded_at, started_at, status, rows, to_do, done, children,
    people, linked, left_out)
  VALUES (%s, 1, 1, now(), now(), 'running', %s, %s, 0, 0, 0, 0, '[]')
"""
LINE = """
INSERT INTO accounts_moveinrow (id, practice_id, move_id, uploaded_by_id, number, cells, problems, caution, chosen, outcome)
  VALUES (gen_random_uuid(), 1, %s, 1, %s, %s, '[]', '', true, '')
"""


@pytest.fixture
def started() -> Iterator[tuple[str, "psycopg.Connection[Any]"]]:
    """A database with a file of families that was started, and a way to look at it past every rule."""
    superuser, name, move = os.environ["DATABASE_SUPERUSER_URL"], f"killed_{os.getpid()}", uuid4()
    servers.create_database(superuser, name, template=os.environ["TEST_TEMPLATE"])
    try:
        with psycopg.connect(superuser, dbname=name, autocommit=True) as looking:
            looking.execute(SCENE)
            looking.execute(FILE, [move, ROWS, ROWS])
            for number in range(ROWS):
                cells = {
                    "child_name": f"Child {number}", "date_of_birth": "2016-06-01", "guardian_1_name": f"Parent {number // 2}",
                    "guardian_1_email": f"p{number // 2}@x.example", "guardian_1_authority": "full",
                }  # fmt: skip
                looking.execute(LINE, [move, number + 2, json.dumps(cells)])
            yield name, looking
    finally:
        servers.drop_database(superuser, name)


def count(looking: "psycopg.Connection[Any]", what: str) -> int:
    """One number."""
    found: Any = looking.execute(f"SELECT {what}".encode()).fetchone()
    return int(found[0])


def test_a_worker_killed_midway_makes_each_child_once(started: tuple[str, "psycopg.Connection[Any]"]) -> None:
    """Killed three times, each a little further on, while it is in a batch."""
    database, looking = started
    for already in (1, 9, 21):
        worker = start_round(database, batch=BATCH)
        deadline = time.monotonic() + 120
        while count(looking, "count(*) FROM accounts_child") < already:
            assert worker.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.002)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        whole = count(looking, "count(*) FROM accounts_child")
        assert whole < ROWS
        assert whole % BATCH == 0  # nothing of a batch that was not done
        assert count(looking, "done FROM accounts_movein") == whole
    one_round(database)
    assert count(looking, "count(*) FROM accounts_child") == ROWS
    assert count(looking, "count(DISTINCT name) FROM accounts_child") == ROWS
    assert count(looking, "count(*) FROM accounts_circlerow") == ROWS
    assert count(looking, "count(*) FROM accounts_person WHERE account_id > 1") == ROWS // 2
    assert count(looking, "count(*) FROM accounts_account WHERE email IS NULL") == ROWS // 2
    assert count(looking, "count(*) FROM accounts_moveinrow") == 0
    assert count(looking, "children + people + linked FROM accounts_movein WHERE status = 'finished'") == 2 * ROWS
