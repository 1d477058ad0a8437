"""Migrations that change rows, on rows as they stood before: an installation that is brought up to date keeps what it had.

A database as the third migration left it, with rows and behind a wall; then our own `migrate`, as the container runs it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from carebridge.lib import servers
from tests.journeys.site import environment, real_urls

ROOT = Path(__file__).resolve().parents[2]
# Django's own migrate, without a wall: ours puts up the wall of the present code, which these tables do not yet bear.
BEFORE = """
import django; django.setup()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
call_command(Command(), "sessions_log", "0003_read_by_recipient", verbosity=0)
"""
TOM, INES, NELL, DAN = range(1, 5)
POSTED = datetime(2026, 10, 1, 8, tzinfo=UTC)
# Numbers of updates: 1 reworded and shared, 2 in error by the practice, 3 in error by its author before anyone was named
# for it, 4 as it was.
ROWS = """
INSERT INTO accounts_practice (id, public_id, ref, name, time_zone, language, reply_within_hours, crisis_text, handbook,
    guardian_access, assent_age, majority_age)
  VALUES (1, gen_random_uuid(), 'p', 'P', 'UTC', 'en', 48, '', '', 'summaries_only', 12, 18);
INSERT INTO accounts_account (id, password, is_active, language, time_zone)
  SELECT n, '!', true, '', '' FROM generate_series(1, 4) n;
INSERT INTO accounts_person (account_id, public_id, name) SELECT n, gen_random_uuid(), 'P' || n FROM generate_series(1, 4) n;
INSERT INTO accounts_child (id, public_id, practice_id, name, date_of_birth, pronouns, about_me)
  VALUES (1, gen_random_uuid(), 1, 'Leo', '2018-01-01', '', '');
INSERT INTO sessions_log_session (id, error_reason, held_at, logged_at, minutes, moment, practice_id, child_id, therapist_id)
  VALUES (pg_temp.key(1), '', '2026-10-02Z', '2026-10-02Z', 50, '2026-10-02Z', 1, 1, 1);
INSERT INTO sessions_log_progressnote (id, error_reason, template, body, sections, written_at, changed_at, signed_sha256,
    practice_id, child_id, session_id, author_id)
  VALUES (pg_temp.key(1), '', 'free', 'b', '{}', '2026-10-02Z', '2026-10-02Z', '', 1, 1, pg_temp.key(1), 1);
INSERT INTO sessions_log_noteoffer (id, offered_at, practice_id, child_id, note_id, person_id)
  VALUES (pg_temp.key(1), '2026-10-03Z', 1, 1, pg_temp.key(1), 2);
INSERT INTO sessions_log_homeupdate (id, kind, body, "where", antecedent, behaviour, consequence, helped, intensity,
    observed_at, posted_at, practice_id, child_id, author_id, error_at, error_by_id, error_reason)
  SELECT pg_temp.key(n), 'win', 'body ' || n, 'where ' || n, 'a ' || n, 'b ' || n, 'c ' || n, 'h ' || n, n, '2026-09-30Z',
    '2026-10-01T08:00Z', 1, 1, 3, at, by, why
  FROM (VALUES (1, NULL, NULL, ''), (2, '2026-10-05Z'::timestamptz, 1, 'wrong child'), (3, '2026-10-06Z', NULL, 'mine'),
    (4, NULL, NULL, '')) u (n, at, by, why);
INSERT INTO sessions_log_updateedit (id, body, edited_at, practice_id, child_id, update_id)
  VALUES (pg_temp.key(1), 'said better', '2026-10-01T09:00Z', 1, 1, pg_temp.key(1));
INSERT INTO sessions_log_sharing (id, shared_at, withdrawn_at, practice_id, child_id, update_id, person_id, shared_by_id)
  VALUES (pg_temp.key(1), '2026-10-02Z', '2026-10-03Z', 1, 1, pg_temp.key(1), 4, 3),
    (pg_temp.key(2), '2026-10-04Z', NULL, 1, 1, pg_temp.key(1), 4, 3);
INSERT INTO sessions_log_summary (id, error_reason, body, written_at, changed_at, practice_id, child_id, session_id, author_id)
  VALUES (pg_temp.key(1), '', 'b', '2026-10-02Z', '2026-10-02Z', 1, 1, pg_temp.key(1), 1);
INSERT INTO sessions_log_release (id, released_at, withdrawn_at, practice_id, child_id, summary_id, recipient_id, released_by_id)
  SELECT pg_temp.key(n), '2026-10-02Z', back, 1, 1, pg_temp.key(1), who, 1
  FROM (VALUES (1, 3, '2026-10-03Z'::timestamptz), (2, 4, '2026-10-03Z'), (3, 3, NULL)) r (n, who, back);
INSERT INTO accounts_auditevent (id, at, person_id, practice_id, child_id, action, shown, data)
  VALUES (gen_random_uuid(), '2026-10-03Z', 2, 1, 1, 'release_withdrawn', ARRAY[pg_temp.key(9), pg_temp.key(1)], '{}'),
    (gen_random_uuid(), '2026-10-02Z', 1, 1, 1, 'summary_released', ARRAY[pg_temp.key(9), pg_temp.key(2)], '{}');
"""
# Every table shows its owner nothing, and the trigger of its time held an update's words.
WALL = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^(accounts|sessions_log)_' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
  END LOOP;
END $$;
CREATE SCHEMA authz;
CREATE FUNCTION authz.hold_the_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF OLD.error_at IS NOT NULL THEN RAISE EXCEPTION 'entered in error is final'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hold_the_words BEFORE UPDATE ON sessions_log_homeupdate FOR EACH ROW EXECUTE FUNCTION authz.hold_the_words();
"""
KEY = """
CREATE FUNCTION pg_temp.key(n integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(n::text, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.number(key uuid) RETURNS integer LANGUAGE sql AS $$ SELECT right(key::text, 4)::integer $$;
"""


@pytest.fixture
def brought_up() -> Iterator["psycopg.Connection[Any]"]:
    """A way to look, past every rule, at a database with rows from before that has been migrated."""
    superuser, name = os.environ["DATABASE_SUPERUSER_URL"], f"before_{os.getpid()}"
    servers.create_database(superuser, name)
    try:
        urls = servers.urls_for(name, real_urls())
        as_owner = environment({**urls, "DATABASE_URL": urls["DATABASE_OWNER_URL"]})
        run("-c", BEFORE, env={**as_owner, "DJANGO_SETTINGS_MODULE": "carebridge.settings"})
        with psycopg.connect(superuser, dbname=name) as making:
            making.execute(KEY)
            making.execute(ROWS)
            making.execute("SET CONSTRAINTS ALL IMMEDIATE; SET ROLE carebridge_owner")
            making.execute(WALL)
        run("manage.py", "migrate", "--verbosity", "0", env=environment(urls))
        with psycopg.connect(superuser, dbname=name) as looking:
            looking.execute(KEY)
            yield looking
    finally:
        servers.drop_database(superuser, name)


def run(*words: str, env: dict[str, str]) -> None:
    """A Python of ours, which must succeed."""
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def rows(looking: "psycopg.Connection[Any]", statement: str) -> list[tuple[Any, ...]]:
    """What is found, in the order of its first column."""
    return sorted(looking.execute(statement).fetchall())


def test_rows_from_before_are_brought_up_to_date(brought_up: "psycopg.Connection[Any]") -> None:
    """One test, since making the database is what takes long."""
    second, third, fourth, fifth, sixth = (datetime(2026, 10, day, tzinfo=UTC) for day in range(2, 7))

    # sessions_log 0004, 0011: an offer was the author's; a rewording left all but the body as it stood.
    offers = rows(brought_up, "SELECT offered_by_id, person_id, withdrawn_at FROM sessions_log_noteoffer")
    assert offers == [(TOM, INES, None)]
    edits = rows(
        brought_up,
        'SELECT body, "where", antecedent, behaviour, consequence, helped, intensity, observed_at, kind'
        " FROM sessions_log_updateedit",
    )
    assert edits == [
        ("said better", "where 1", "a 1", "b 1", "c 1", "h 1", 1, datetime(2026, 9, 30, tzinfo=UTC), "win")
    ]

    # sessions_log 0005: what was in error is taken out by whoever entered it; where nobody is named, by its author.
    out = rows(
        brought_up,
        "SELECT pg_temp.number(update_id), practice_id, child_id, taken_by_id, taken_at, reason FROM sessions_log_takenout",
    )
    assert out == [(2, 1, 1, TOM, fifth, "wrong child"), (3, 1, 1, NELL, sixth, "mine")]
    updates = rows(brought_up, "SELECT pg_temp.number(id), body, posted_at FROM sessions_log_homeupdate")
    assert updates == [(number, f"body {number}", POSTED) for number in range(1, 5)]

    # The trigger of then would ask an update for a column it no longer has.
    triggers = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'sessions_log_homeupdate'::regclass AND NOT tgisinternal"
    assert [name for (name,) in rows(brought_up, triggers)] == ["pgtrigger_update_never_changes_43eaa"]

    # sessions_log 0007: a sharing has its update's moment, one that was withdrawn, too.
    sharings = "SELECT pg_temp.number(id), posted_at, shared_at, withdrawn_at, person_id FROM sessions_log_sharing"
    assert rows(brought_up, sharings) == [(1, POSTED, second, third, DAN), (2, POSTED, fourth, None, DAN)]

    # sessions_log 0010: who took a summary back, where the trail knows.
    releases = "SELECT pg_temp.number(id), withdrawn_by_id FROM sessions_log_release"
    assert rows(brought_up, releases) == [(1, INES), (2, None), (3, None)]
