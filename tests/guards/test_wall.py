"""The wall stands as the code compiles it, for the roles that log in, and for every connection anew."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from accounts import rls
from accounts.visibility import guarded_models
from carebridge.lib import servers
from carebridge.lib.database import APP, AUTHZ, BACKUP, OPERATOR, OWNER, WORKER, refuse_powerful_role
from tests import people
from tests.harness import role, viewing

TABLES = sorted(model._meta.db_table for model in guarded_models())
# Text columns the kernel writes: those of a new practice; why a record follows its session into error.
WORDS_THE_KERNEL_TOUCHES = {"accounts_practice", "sessions_log_sessionrecord"}
# What a policy may not look into: its sub-queries run under row security, so whom a row restrains could not see it.
HIDDEN_FACTS = [
    "accounts_agreement", "accounts_named", "accounts_restriction", "sessions_log_opening", "sessions_log_withholding",
]  # fmt: skip


def found(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a statement, as the superuser."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def installed() -> list[tuple[Any, ...]]:
    """Every policy there is."""
    return found(
        "SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2"
    )


def protection() -> list[tuple[Any, ...]]:
    """Which tables have row security, and whether it binds their owner."""
    return found(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
    )


# --- As the code says ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_installed_is_what_the_code_compiles_to() -> None:
    before, tables = installed(), protection()
    rls.lift()
    assert installed() == []
    assert not any(on or forced for _, on, forced in protection())
    rls.install()
    assert installed() == before
    assert protection() == tables
    assert {(table, name) for table, name, *_ in before} == set(rls.policies())


@pytest.mark.django_db
def test_every_guarded_table_has_forced_row_security() -> None:
    unguarded = [name for name, on, forced in protection() if name in TABLES and not (on and forced)]
    assert unguarded == []
    assert rls.unlisted_tables() == set()


@pytest.mark.django_db
def test_one_permissive_policy_per_table_command_and_role() -> None:
    """They are ORed: a second broad one would open the table."""
    counted = Counter(
        (table, command, who)
        for table, _, permissive, roles, command, *_ in installed()
        if permissive == "PERMISSIVE"
        for who in roles.strip("{}").split(",")
    )
    assert set(counted.values()) == {1}
    assert {command for _, command, who in counted if who != AUTHZ} == {"SELECT", "INSERT", "UPDATE"}
    assert {who for *_, who in counted} == {APP, WORKER, AUTHZ}
    # Nobody deletes but the kernel: rows of files that are over; a planned circle row that is taken back, with its words and
    # what was told or flagged of it; a planned job or supervision; the empty place of somebody who joins with an account of
    # their own. Nothing clinical.
    assert {table for table, command, _ in counted if command == "DELETE"} == {
        "accounts_moveinrow", "accounts_circlerow", "accounts_relationship", "accounts_notice", "accounts_contact",
        "accounts_person", "accounts_rowreview", "accounts_membership", "accounts_supervision",
    }  # fmt: skip


@pytest.mark.django_db
def test_the_practice_is_a_restrictive_policy_wherever_a_row_has_one() -> None:
    restrictive = {
        table for table, name, permissive, *_ in installed() if permissive == "RESTRICTIVE" and name == "practice"
    }
    with_practice = {m._meta.db_table for m in guarded_models() if rls.has_column(m, "practice_id")}
    assert restrictive == with_practice - {"accounts_auditevent"}  # an act may belong to no practice


@pytest.mark.django_db
def test_no_policy_looks_into_a_table_of_hidden_facts() -> None:
    for table, name, _, _, _, reads, writes in installed():
        for hidden in HIDDEN_FACTS:
            assert f"FROM {hidden}" not in f"{reads} {writes}", (table, name)
        assert "now()" not in f"{reads} {writes}", (table, name)  # the viewer's moment, never the server's clock


# --- Grants ----------------------------------------------------------------------------------------------------------

ALL = frozenset({"*"})
READ, KEEP = {"SELECT": ALL}, dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), ALL)
# What each process may do outside the wall, and with which columns.
GRANTED: dict[str, dict[str, dict[str, frozenset[str]]]] = {
    APP: {
        # Neither whether somebody is let in, nor by which address or username, nor without a second factor.
        "accounts_account": {
            "SELECT": ALL,
            "UPDATE": frozenset({"password", "last_login", "language", "time_zone"}),
        },
        **dict.fromkeys(("account_emailaddress", "account_emailconfirmation", "django_session"), KEEP),
        **dict.fromkeys(("mfa_authenticator", "usersessions_usersession", "carebridge_cache"), KEEP),
        "django_admin_log": {"SELECT": ALL, "INSERT": ALL},
        **dict.fromkeys(("django_content_type", "django_migrations"), READ),
        **dict.fromkeys(("auth_permission", "auth_group", "auth_group_permissions"), READ),
    },
    WORKER: {
        "accounts_account": {"SELECT": frozenset({"id", "email", "language", "time_zone", "is_active"})},
        "django_session": {"SELECT": frozenset({"expire_date"}), "DELETE": ALL},
        "django_content_type": READ,
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("who", [APP, WORKER])
def test_outside_the_wall_a_process_has_the_rights_it_needs_and_no_other(who: str) -> None:
    """As the catalogue has it, granted to the role or to everyone, by table or by column."""
    rights = found(
        "SELECT c.relname, g.privilege_type, '*' FROM pg_class c, aclexplode(c.relacl) g"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p')"
        "   AND g.grantee IN (0, %s::regrole)"
        " UNION SELECT c.relname, g.privilege_type, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid,"
        " aclexplode(a.attacl) g WHERE c.relnamespace = 'public'::regnamespace AND g.grantee IN (0, %s::regrole)",
        who, who,
    )  # fmt: skip
    granted: dict[str, dict[str, set[str]]] = {}
    for table, right, column in rights:
        granted.setdefault(table, {}).setdefault(right, set()).add(column)
    for table in TABLES:
        expected = {"SELECT", "INSERT"} | ({"UPDATE"} if table != "accounts_auditevent" else set())
        assert granted.pop(table) == {right: {"*"} for right in expected}, table
    assert granted == GRANTED[who]


@pytest.mark.django_db
@pytest.mark.parametrize("who", [APP, WORKER, OPERATOR])
def test_no_process_may_touch_a_sequence(who: str) -> None:
    """Identity columns need none, and with one a process could make numbers collide."""
    sequences = [name for (name,) in found("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S'")]
    assert sequences
    for name in sequences:
        rights = found("SELECT has_sequence_privilege(%s, %s, 'USAGE, SELECT, UPDATE')", who, name)
        assert rights == [(False,)], name


# --- Roles -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("who", [APP, WORKER])
def test_web_and_worker_neither_delete_nor_empty_nor_own(who: str) -> None:
    for table in TABLES:
        for right in ("DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            assert found("SELECT has_table_privilege(%s, %s, %s)", who, table, right) == [(False,)], (table, right)
    assert found("SELECT has_table_privilege(%s, 'accounts_auditevent', 'UPDATE')", who) == [(False,)]
    owned = "SELECT relname FROM pg_class JOIN pg_roles o ON o.oid = relowner WHERE o.rolname = %s"
    assert found(owned, who) == []
    powers = (
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = %s"
    )
    assert found(powers, who) == [(False,) * 5]
    for other in (OWNER, AUTHZ, OPERATOR, BACKUP):
        assert found("SELECT pg_has_role(%s, %s, 'MEMBER')", who, other) == [(False,)]
    for schema in ("public", "authz"):
        assert found("SELECT has_schema_privilege(%s, %s, 'CREATE')", who, schema) == [(False,)]


# What a process may ask the kernel beyond its tables. The worker, which nobody talks to, joins nobody and resets nothing.
OF_BOTH = {"enter", "welcome", "known_by_address"}
OF_THE_WEB = OF_BOTH | {
    "take_back", "open_invitation", "open_card", "join", "join_as", "end_sessions", "confirm_address", "open_reset",
    "take_off_factors", "found_practice", "appoint_admin", "set_active", "open_address", "take_back_job", "supervisors_told",
}  # fmt: skip
OF_THE_WORKER = OF_BOTH | {"mails_about_log_ins", "moves_under_way", "forget_moves"}


@pytest.mark.django_db
def test_functions_of_the_kernel_belong_to_a_role_that_cannot_log_in() -> None:
    functions = found(
        "SELECT p.proname, o.rolname, p.prosecdef, p.proconfig, has_function_privilege(%s, p.oid, 'EXECUTE'),"
        " has_function_privilege(%s, p.oid, 'EXECUTE'), EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0)"
        " FROM pg_proc p JOIN pg_roles o ON o.oid = p.proowner WHERE p.pronamespace = 'authz'::regnamespace",
        APP,
        WORKER,
    )
    assert {name for name, *_ in functions} >= {"enter", "therapists", "supervisors", "grown_up", "majority"}
    for name, owner, definer, settings, for_app, for_worker, for_all in functions:
        assert owner == AUTHZ, name
        assert not for_all, name
        assert for_app is (name in OF_THE_WEB), name
        assert for_worker is (name in OF_THE_WORKER), name
        if definer:
            assert "search_path=pg_catalog, pg_temp" in settings, name
    assert found("SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", AUTHZ) == [(False,) * 3]


@pytest.mark.django_db
def test_a_process_refuses_to_run_as_a_powerful_role() -> None:
    with pytest.raises(RuntimeError, match="reads past row security"):
        refuse_powerful_role()  # the superuser the tests log in as
    for who in (OWNER, OPERATOR, BACKUP):
        with role(who), pytest.raises(RuntimeError, match=who):
            refuse_powerful_role()
    for who in (APP, WORKER):
        with role(who):
            refuse_powerful_role()


def test_the_worker_sees_what_the_web_process_sees(willow: people.Willow) -> None:
    for who in willow.people.values():
        by_role = []
        for each in (APP, WORKER):
            with viewing(who, as_role=each):
                by_role.append(
                    {m._meta.db_table: set(m.objects.values_list("pk", flat=True)) for m in guarded_models()}
                )
        assert by_role[0] == by_role[1]
        assert any(by_role[0].values())


def test_a_role_without_a_policy_reads_nothing(willow: people.Willow) -> None:
    """The owner is bound by its own wall (but for what the kernel's role reads, of which it is a member so that migrate
    can replace the functions), and the kernel's role reads its few tables only."""
    for table in sorted(set(TABLES) - set(rls.READ_BY_AUTHZ)):
        with viewing(willow.tom, as_role=OWNER):
            assert found(f"SELECT count(*) FROM {table}") == [(0,)], table
        assert found("SELECT has_table_privilege(%s, %s, 'SELECT')", AUTHZ, table) == [(False,)], table
    for table in set(TABLES) - set(rls.DELETED_BY_AUTHZ):
        assert found("SELECT has_table_privilege(%s, %s, 'INSERT, UPDATE, DELETE')", AUTHZ, table) == [(False,)], table
    for table in rls.DELETED_BY_AUTHZ:
        assert found("SELECT has_table_privilege(%s, %s, 'INSERT, UPDATE')", AUTHZ, table) == [(False,)], table
    tables = f"{','.join(f"'{table}'" for table in TABLES if table not in WORDS_THE_KERNEL_TOUCHES)}"
    written = (
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        f" AND NOT a.attisdropped WHERE c.relname IN ({tables}) AND a.atttypid IN ('text'::regtype, 'jsonb'::regtype)"
        " AND has_column_privilege(%s, c.oid, a.attnum, 'INSERT, UPDATE')"
    )
    assert found(written, AUTHZ) == []


@pytest.mark.django_db
def test_an_account_the_kernel_makes_lets_nobody_in() -> None:
    """Of its columns it fills none by which an account is found."""
    for column in ("email", "username", "last_login"):
        assert found("SELECT has_column_privilege(%s, 'accounts_account', %s, 'INSERT')", AUTHZ, column) == [(False,)]
    for column in ("factor_waived", "last_login", "id"):
        assert found("SELECT has_column_privilege(%s, 'accounts_account', %s, 'UPDATE')", AUTHZ, column) == [(False,)]
    for column in ("verified", "user_id", "email"):  # an address is proven once, and never becomes another's
        rights = found("SELECT has_column_privilege(%s, 'account_emailaddress', %s, 'UPDATE')", AUTHZ, column)
        assert rights == [(False,)]


# --- Connections -----------------------------------------------------------------------------------------------------

TOM, NELL = 1, 2
SCENE = """
INSERT INTO accounts_practice (id, public_id, ref, name, time_zone, language, reply_within_hours, crisis_text, handbook,
    guardian_access, assent_age, majority_age, notes_due_hours, policy_source, reply_hours, fees, how_to_ask)
  VALUES (1, gen_random_uuid(), 'p', 'P', 'UTC', 'en', 48, '', '', 'summaries_only', 12, 18, 72, '', '', '', '');
INSERT INTO accounts_account (id, password, email, is_active, language, time_zone, factor_waived)
  SELECT n, '!', n || '@example.org', true, '', '', false FROM generate_series(1, 2) n;
INSERT INTO accounts_person (account_id, public_id, name) VALUES (1, gen_random_uuid(), 'Tom'), (2, gen_random_uuid(), 'Nell');
INSERT INTO accounts_child (id, public_id, practice_id, name, date_of_birth, pronouns, about_me)
  SELECT n, gen_random_uuid(), 1, 'child ' || n, '2018-01-01', '', '' FROM generate_series(1, 2) n;
INSERT INTO accounts_membership (id, practice_id, person_id, role, starts)
  VALUES (gen_random_uuid(), 1, 1, 'therapist', '2026-01-01');
INSERT INTO accounts_circlerow (id, practice_id, child_id, person_id, role, authority, household, starts) VALUES
  (gen_random_uuid(), 1, 1, 1, 'therapist', '', '', '2026-01-01'),
  (gen_random_uuid(), 1, 2, 2, 'guardian', 'full', '', '2026-01-01');
"""


@pytest.fixture(scope="module")
def pooled() -> Iterator["psycopg.Connection[Any]"]:
    """One connection of the web process, to a database of its own in which everything is committed."""
    superuser, name = os.environ["DATABASE_SUPERUSER_URL"], f"wall_{os.getpid()}"
    servers.create_database(superuser, name, template=os.environ["TEST_TEMPLATE"])
    try:
        with psycopg.connect(superuser, dbname=name) as making:
            making.execute(SCENE)
        with psycopg.connect(superuser, dbname=name, user=APP) as held:
            yield held
    finally:
        servers.drop_database(superuser, name)


def children(held: "psycopg.Connection[Any]") -> list[int]:
    """Whose card can be read."""
    return [number for (number,) in held.execute("SELECT id FROM accounts_child ORDER BY id")]


def enter(held: "psycopg.Connection[Any]", person: int | None) -> None:
    """As the middleware does, at the start of a transaction."""
    held.execute("SELECT authz.enter(%s::bigint, '2026-11-02T12:00:00Z'::timestamptz)", [person])


def rows_anywhere(held: "psycopg.Connection[Any]") -> list[str]:
    """Guarded tables that show anything."""
    return [table for table in TABLES if held.execute(f"SELECT EXISTS (SELECT FROM {table})").fetchone() != (False,)]


@pytest.mark.parametrize("how", ["commit", "rollback"])
def test_the_next_to_use_a_connection_starts_with_nothing(pooled: "psycopg.Connection[Any]", how: str) -> None:
    enter(pooled, TOM)
    assert children(pooled) == [1]
    getattr(pooled, how)()
    assert rows_anywhere(pooled) == []
    pooled.rollback()
    enter(pooled, NELL)
    assert children(pooled) == [2]
    getattr(pooled, how)()


def test_without_a_viewer_every_guarded_table_is_empty(pooled: "psycopg.Connection[Any]") -> None:
    for person in (None, 999):  # nobody; a number that is nobody's
        enter(pooled, person)
        assert rows_anywhere(pooled) == []
        pooled.rollback()


def test_entering_again_forgets_who_was_entered_before(pooled: "psycopg.Connection[Any]") -> None:
    enter(pooled, TOM)
    enter(pooled, NELL)
    assert children(pooled) == [2]
    enter(pooled, None)
    assert rows_anywhere(pooled) == []
    pooled.rollback()


def test_a_transaction_that_fails_takes_its_viewer_with_it(pooled: "psycopg.Connection[Any]") -> None:
    enter(pooled, TOM)
    with pytest.raises(psycopg.errors.DivisionByZero):
        pooled.execute("SELECT 1 / 0")
    pooled.rollback()
    assert rows_anywhere(pooled) == []
    pooled.rollback()


def test_the_web_process_cannot_become_someone_stronger(pooled: "psycopg.Connection[Any]") -> None:
    for who in (OWNER, OPERATOR, AUTHZ, BACKUP, "postgres"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            pooled.execute(f"SET ROLE {who}")
        pooled.rollback()
    for forbidden in (
        "ALTER TABLE accounts_child DISABLE ROW LEVEL SECURITY",
        "DELETE FROM accounts_child",
        "TRUNCATE accounts_child",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            pooled.execute(forbidden)
        pooled.rollback()
    pooled.execute("SET row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        children(pooled)
    pooled.rollback()
    pooled.execute("RESET row_security")
    pooled.commit()
