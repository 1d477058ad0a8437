"""The wall: every model's rules, compiled into PostgreSQL row policies and installed by our `migrate`.

One permissive policy per table, command and role; the practice as a restrictive one; no DELETE anywhere on guarded
tables. `lift()` and `install()` bracket Django's own migrate in one transaction, since a column used by a policy cannot be
altered and the owner under FORCE sees no rows.
"""

from pathlib import Path

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from psycopg import ClientCursor

from accounts.visibility import Guarded, Written, for_the_wall, guarded_models, in_place
from carebridge.lib.database import APP, AUTHZ, BACKUP, OPERATOR, OWNER, WORKER

SQL = [Path(__file__).parent / "sql" / name for name in ("authz.sql", "people.sql")]
READERS = f"{APP}, {WORKER}"

# Tables without a rule, each with what the web process may do to them and why they are outside the wall.
UNGUARDED: dict[str, str] = {
    # Sign-in needs it before a viewer exists; credentials only. A page changes one's password, language and zone, and when
    # one was last here; whoever is let in, and by which address, is decided elsewhere.
    "accounts_account": "SELECT, UPDATE (password, last_login, language, time_zone)",
    "account_emailaddress": "SELECT, INSERT, UPDATE, DELETE",  # allauth: sign-in and reset by address
    "account_emailconfirmation": "SELECT, INSERT, UPDATE, DELETE",  # allauth
    "django_session": "SELECT, INSERT, UPDATE, DELETE",  # signed-in browsers
    "mfa_authenticator": "SELECT, INSERT, UPDATE, DELETE",  # allauth: second factors, their secrets encrypted
    "usersessions_usersession": "SELECT, INSERT, UPDATE, DELETE",  # allauth: which browsers a person is signed in on
    "django_admin_log": "SELECT, INSERT",  # what the operator did in the register
    "carebridge_cache": "SELECT, INSERT, UPDATE, DELETE",  # rate limits
    "django_content_type": "SELECT",  # Django's own registers
    "django_migrations": "SELECT",
    "auth_permission": "SELECT",
    "auth_group": "SELECT",
    "auth_group_permissions": "SELECT",
}
# The worker ends browser sessions without learning their keys, and mails people without learning their passwords' hashes.
WORKER_UNGUARDED = {
    "django_session": "SELECT (expire_date), DELETE",
    "accounts_account": "SELECT (id, email, language, time_zone, is_active)",
    "django_content_type": "SELECT",
}

# What enter() and the constraint triggers read on the viewer's behalf.
READ_BY_AUTHZ = [
    "account_emailaddress", "accounts_account", "accounts_addresschange", "accounts_agreement", "accounts_child",
    "accounts_circlechange", "accounts_circlerow", "accounts_contact", "accounts_deactivation", "accounts_explanation",
    "accounts_factorreset", "accounts_helperconsent", "accounts_invitation", "accounts_membership", "accounts_movein",
    "accounts_moveinrow", "accounts_named", "accounts_notice", "accounts_operatoraccess", "accounts_person",
    "accounts_practice", "accounts_relationship", "accounts_renewal", "accounts_restriction", "accounts_rowreview",
    "accounts_signature", "accounts_staffprofile", "accounts_supervision", "django_session", "mfa_authenticator",
    "usersessions_usersession",
    "sessions_log_attendance", "sessions_log_noteoffer", "sessions_log_opening", "sessions_log_override",
    "sessions_log_progressnote", "sessions_log_release", "sessions_log_sessionrecord", "sessions_log_sharing",
    "sessions_log_summary",
    "sessions_log_takenout", "sessions_log_updateedit", "sessions_log_wish", "sessions_log_withholding",
]  # fmt: skip

# What follows an item entered in error, by a trigger; a file that is over (authz.forget_moves); a person who joins, by all that
# the practice has of them (authz.said_of), their address and password; a planned row taken back.
CHANGED_BY_AUTHZ = {
    "accounts_account": "password, email, username, is_active",
    "accounts_addresschange": "sent_at, old_said_yes_at, new_said_yes_at, done_at",
    "accounts_circlechange": "person_id",
    "accounts_circlerow": "person_id, ends",
    "accounts_contact": "email",
    "accounts_deactivation": "person_id",
    "accounts_explanation": "person_id",
    "accounts_factorreset": "sent_at, used_at",
    "accounts_helperconsent": "given_by_id",
    "accounts_invitation": "person_id, sent_serial, accepted_at",
    "accounts_membership": "person_id",
    "accounts_movein": "status, finished_at",
    "accounts_named": "person_id",
    "accounts_notice": "person_id, about_id",
    "accounts_relationship": "person_id",
    "accounts_restriction": "person_id",
    "accounts_rowreview": "person_id",
    "accounts_signature": "person_id",
    "accounts_staffprofile": "person_id",
    "accounts_supervision": "supervisor_id, therapist_id",
    "sessions_log_attendance": "error_at, person_id",
    "sessions_log_noteoffer": "person_id",
    "sessions_log_opening": "person_id",
    "sessions_log_release": "error_at, recipient_id",
    "sessions_log_sessionrecord": "error_at, error_by_id, error_reason",
    "sessions_log_sharing": "person_id",
    "sessions_log_wish": "error_at, not_to",
    "sessions_log_withholding": "person_id",
}
# Someone new (authz.newcomer): no column of an account that lets anyone sign in. A practice with its first admin, by the
# operator. What people are told, and what they must look at again.
ADDED_BY_AUTHZ = {
    "account_emailaddress": 'user_id, email, verified, "primary"',
    "accounts_account": "password, is_active, language, time_zone, factor_waived",
    "accounts_contact": "person_id, email, phone",
    "accounts_invitation": "id, practice_id, person_id, kind, email, card_sha256, invited_by_id, invited_at, expires_at, serial,"
    " sent_serial",
    "accounts_membership": "id, practice_id, person_id, role, starts",
    "accounts_notice": "id, practice_id, child_id, person_id, kind, about_id, told_at",
    "accounts_person": "account_id, public_id, name",
    "accounts_practice": "public_id, ref, name, time_zone, language, reply_within_hours, notes_due_hours, crisis_text, handbook,"
    " guardian_access, assent_age, majority_age, policy_source, reply_hours, fees, how_to_ask",
    "accounts_rowreview": "id, practice_id, child_id, circle_row_id, person_id, reason, flagged_at",
}

# What is emptied: rows of a file outlast nothing (authz.forget_moves); a planned row that is taken back was never stood in; the
# empty place of whoever joins with an account of their own; addresses, second factors and browser sessions that are over.
DELETED_BY_AUTHZ = [
    "account_emailaddress", "accounts_account", "accounts_circlerow", "accounts_contact", "accounts_moveinrow", "accounts_notice",
    "accounts_membership", "accounts_person", "accounts_relationship", "accounts_rowreview",
    "accounts_supervision", "django_session",
    "mfa_authenticator", "usersessions_usersession",
]  # fmt: skip

# What a process may ask of the kernel beyond entering.
FUNCTIONS = {
    "authz.enter(bigint, timestamptz, bigint)": f"{APP}, {WORKER}, {OPERATOR}",
    "authz.welcome(bigint, text, text, text)": READERS,
    "authz.known_by_address(bigint, text)": READERS,
    "authz.take_back(bigint, uuid[], uuid[])": APP,
    "authz.take_back_job(uuid)": APP,
    "authz.supervisors_told(bigint)": APP,
    "authz.open_invitation(uuid, integer, timestamptz)": APP,
    "authz.open_card(text, timestamptz)": APP,
    "authz.join(uuid, integer, timestamptz, text, text)": APP,
    "authz.join_as(uuid, integer, timestamptz, bigint)": APP,
    "authz.end_sessions(bigint, bigint)": APP,
    "authz.open_address(uuid, timestamptz)": APP,
    "authz.confirm_address(uuid, text, timestamptz)": APP,
    "authz.open_reset(uuid, timestamptz)": APP,
    "authz.take_off_factors(uuid, timestamptz)": APP,
    "authz.found_practice(text, text, text, text)": APP,
    "authz.appoint_admin(bigint, text, text, timestamptz)": APP,
    "authz.set_active(bigint, boolean)": APP,
    "authz.mails_about_log_ins(timestamptz, integer, uuid[])": WORKER,
    "authz.moves_under_way()": WORKER,
    "authz.forget_moves(timestamptz)": WORKER,
}
# What the kernel asks of itself.
INNER_FUNCTIONS = [
    "authz.therapists(timestamptz)", "authz.supervisors(timestamptz)", "authz.majority(date, integer, text)",
    "authz.grown_up(uuid, text, bigint, timestamptz)", "authz.hold_the_wish()", "authz.hold_released_words()",
    "authz.wait_for_words()", "authz.hold_the_words()", "authz.follow_the_error()", "authz.hold_the_circle()",
    "authz.lets_in(bigint)", "authz.is_known(bigint, bigint)", "authz.newcomer(text, text, text)", "authz.plain(text)",
    "authz.shares_an_address(bigint, bigint)", "authz.hold_the_young()", "authz.hold_the_job()",
    "authz.hold_the_stranger()", "authz.hold_the_time()", "authz.hold_columns()",
    "authz.tell_of_a_row()", "authz.tell_of_supervision()",
    "authz.may_be_invited(bigint, bigint, text, bigint)", "authz.hold_the_invitation()", "authz.said_of()",
    "authz.sign_out_everywhere(bigint)", "authz.is_out_of(bigint, bigint, timestamptz)", "authz.must_operate()",
]  # fmt: skip


def compiled(model: type[models.Model], rule: Written) -> str:
    """The rule (or another expression) as SQL over the table's own columns. Raises ValueError for one that spans a join
    (dangling alias)."""
    rows = model._default_manager
    query = (rows.filter(rule) if isinstance(rule, Q) else rows.annotate(compiled=rule)).query
    compiler = query.get_compiler(connection=connection)
    sql, params = compiler.compile(query.where if isinstance(rule, Q) else query.annotations["compiled"])
    joined = [alias for alias, count in query.alias_refcount.items() if count and alias != model._meta.db_table]
    if joined:
        raise ValueError(f"{model.__name__}: a rule may not span a join: {joined}")
    connection.ensure_connection()
    return ClientCursor(connection.connection).mogrify(sql, params)


def policies() -> dict[tuple[str, str], str]:
    """(table, policy name) → the CREATE POLICY statement that should be in force."""
    wanted: dict[tuple[str, str], str] = {}
    for model in guarded_models():
        table = model._meta.db_table
        with for_the_wall():
            rules = [model.visible_to(), model.insertable_by(), model.changeable_by(), model.changed_into()]
        read, insert, old, new = (compiled(model, rule) for rule in rules)
        statements = {
            "read": f"FOR SELECT TO {READERS} USING ({read})",
            "insert": f"FOR INSERT TO {READERS} WITH CHECK ({insert})",
            "change": f"FOR UPDATE TO {READERS} USING ({old}) WITH CHECK ({new})",
        }
        if has_column(model, "practice_id") and model.__name__ != "AuditEvent":
            inside = compiled(model, in_place("practices", "practice_id"))
            statements["practice"] = f"AS RESTRICTIVE FOR ALL TO {READERS} USING ({inside}) WITH CHECK ({inside})"
        if table in READ_BY_AUTHZ:
            statements["authz"] = f"FOR SELECT TO {AUTHZ} USING (true)"
        if table in CHANGED_BY_AUTHZ:
            statements["authz_change"] = f"FOR UPDATE TO {AUTHZ} USING (true)"
        if table in ADDED_BY_AUTHZ:
            statements["authz_add"] = f"FOR INSERT TO {AUTHZ} WITH CHECK (true)"
        if table in DELETED_BY_AUTHZ:
            statements["authz_forget"] = f"FOR DELETE TO {AUTHZ} USING (true)"
        for name, body in statements.items():
            permissive, _, rest = body.rpartition("FOR ") if body.startswith("AS ") else ("", "", "")
            head = f"{permissive}FOR {rest}" if permissive else body
            wanted[table, name] = f"CREATE POLICY {name} ON {table} {head}"
    return wanted


def has_column(model: type[models.Model], column: str) -> bool:
    """Whether the model's table has the column."""
    return any(field.column == column for field in model._meta.concrete_fields)


def lift() -> None:
    """Take the wall down inside this transaction, so that migrations of the owner touch every row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, tablename, policyname FROM pg_policies WHERE schemaname = 'public'")
        for _, table, policy in cursor.fetchall():
            cursor.execute(f'DROP POLICY "{policy}" ON public."{table}"')
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND (relrowsecurity OR relforcerowsecurity)"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE public."{table}" NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY')


def install() -> None:
    """Put up the functions, grants and policies of the code as it is now. Idempotent."""
    guarded = {model._meta.db_table: model for model in guarded_models()}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS authz; GRANT USAGE, CREATE ON SCHEMA authz TO {AUTHZ}")
        for file in SQL:
            cursor.execute(file.read_text())
        for function in (*FUNCTIONS, *INNER_FUNCTIONS):
            cursor.execute(f"ALTER FUNCTION {function} OWNER TO {AUTHZ}")
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        cursor.execute(f"REVOKE CREATE ON SCHEMA authz FROM {AUTHZ}")
        cursor.execute(f"GRANT USAGE ON SCHEMA authz TO {READERS}, {OPERATOR}, {OWNER}")
        for function, who in FUNCTIONS.items():
            cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {who}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {READERS}, {AUTHZ}, {OPERATOR}, {BACKUP}")
        cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {BACKUP}")
        cursor.execute(
            f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {BACKUP}"
        )  # the next numbers are in a dump too
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {OPERATOR}")
        # Every number is an identity column's, which needs no right to its sequence.
        cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {READERS}, {OPERATOR}")
        cursor.execute(f"REVOKE UPDATE, DELETE ON accounts_auditevent FROM {OPERATOR}")
        for table, model in guarded.items():
            cursor.execute(f"REVOKE ALL ON {table} FROM {READERS}, {AUTHZ}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {READERS}")
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            if has_column(model, "child_id") and model.__name__ != "AuditEvent":
                tie_to_practice(table)
        cursor.execute(f"REVOKE UPDATE ON accounts_auditevent FROM {READERS}")
        for table, rights in UNGUARDED.items():
            cursor.execute(f"REVOKE ALL ON {table} FROM {APP}; GRANT {rights} ON {table} TO {APP}")
        for table, rights in WORKER_UNGUARDED.items():
            cursor.execute(f"REVOKE ALL ON {table} FROM {WORKER}; GRANT {rights} ON {table} TO {WORKER}")
        for table in READ_BY_AUTHZ:
            cursor.execute(f"GRANT SELECT ON {table} TO {AUTHZ}")
        for table, columns in CHANGED_BY_AUTHZ.items():
            cursor.execute(f"GRANT UPDATE ({columns}) ON {table} TO {AUTHZ}")
        for table, columns in ADDED_BY_AUTHZ.items():
            cursor.execute(f"GRANT INSERT ({columns}) ON {table} TO {AUTHZ}")
        for table in DELETED_BY_AUTHZ:
            cursor.execute(f"GRANT DELETE ON {table} TO {AUTHZ}")
        for statement in policies().values():
            cursor.execute(statement)


def tie_to_practice(table: str) -> None:
    """(practice, child) as one foreign key: a row cannot claim a child for a practice the child is not in."""
    with connection.cursor() as cursor:
        name = f"{table}_child_in_practice"
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (practice_id, child_id)"
                " REFERENCES accounts_child (practice_id, id)"
            )


def unlisted_tables() -> set[str]:
    """Tables that are neither guarded nor named in UNGUARDED: none may exist (principle 2)."""
    every = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    guarded = {model._meta.db_table for model in guarded_models()}
    return every - guarded - set(UNGUARDED)


__all__ = ["Guarded", "compiled", "install", "lift", "policies", "unlisted_tables"]
