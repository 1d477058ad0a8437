"""How processes reach PostgreSQL: the connection from a URL, the roles, and the refusal to run as a powerful one."""

from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

OWNER, APP, WORKER, OPERATOR, BACKUP = (
    "carebridge_owner",
    "carebridge_app",
    "carebridge_worker",
    "carebridge_operator",
    "carebridge_backup",
)
# What PostgreSQL writes into its own log of an error would carry note bodies: statement, parameters, the row that broke a
# constraint. "log" stands above errors there: none is written. The process that met an error logs its state, table and
# constraint (carebridge/lib/logs.py).
QUIET_LOG = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
AUTHZ = "carebridge_authz"  # NOLOGIN: owns authz.enter() and reads what no viewer may


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for a libpq URL (`postgresql://user:pw@host/name?host=/socket/folder`).

    Connections persist and are health-checked; parameters are bound by the server, so no statement text in any log
    carries a note's words. A statement met five times is prepared: planning nested policies costs more than running them.
    """
    parts = dict(conninfo_to_dict(url))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "carebridge"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": 600,  # seconds
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**parts, "server_side_binding": True, "prepare_threshold": 5},
    }


def keep_statements(connection: Any, **_: Any) -> None:
    """Room for every page's statements on a new connection: psycopg keeps a hundred, and pages opened in turn would push each
    other's out before any was met often enough to be prepared."""
    connection.connection.prepared_max = 1000


def needed(name: str) -> str:
    """The URL in a setting that only some commands need. Raises ImproperlyConfigured where it is unset."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    url: str = getattr(settings, name)
    if not url:
        raise ImproperlyConfigured(f"{name} is not set.")
    return url


def become_operator() -> None:
    """Log in anew as the operator; where `DATABASE_OPERATOR_URL` is unset, stay whoever this process logs in as."""
    from django.conf import settings
    from django.db import connection

    if settings.DATABASE_OPERATOR_URL:
        connection.close()
        connection.settings_dict.update(database_settings(settings.DATABASE_OPERATOR_URL))


def refuse_powerful_role() -> None:
    """Raise RuntimeError when this process logs in as a superuser, a role that bypasses row security, or the owner."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        name, powerful = cursor.fetchone()
    if powerful or name == OWNER:
        raise RuntimeError(
            f"This process would run as {name}, which reads past row security. Use {APP} (web) or {WORKER} (worker)."
        )


def roles_sql(database: str) -> list[str]:
    """Statements, run once by a superuser, that create the roles and hand the database to its owner.

    Idempotent. Passwords are the installer's to set (`ALTER ROLE … PASSWORD`); the embedded servers need none.
    """
    wanted = {
        OWNER: "LOGIN",
        AUTHZ: "NOLOGIN",
        APP: "LOGIN",
        WORKER: "LOGIN",
        OPERATOR: "LOGIN BYPASSRLS",
        BACKUP: "LOGIN BYPASSRLS",
    }
    create = [
        f"DO $$ BEGIN CREATE ROLE {role} {how}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        for role, how in wanted.items()
    ]
    return [
        *create,
        f"GRANT {AUTHZ} TO {OWNER}",  # so that migrate may give functions to it
        f'ALTER DATABASE "{database}" OWNER TO {OWNER}',
        f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC',
        f'GRANT CONNECT ON DATABASE "{database}" TO {APP}, {WORKER}, {OPERATOR}, {BACKUP}',
        f"ALTER SCHEMA public OWNER TO {OWNER}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        *[f"ALTER DATABASE \"{database}\" SET {name} = '{value}'" for name, value in QUIET_LOG.items()],
    ]


def make_roles(superuser_url: str, urls: dict[str, str]) -> list[str]:
    """Create the roles in the superuser's database and give each the password in its URL; those that were given one.

    A password is hashed before it is sent, so that no statement carries it. Raises ValueError when a URL names another role.
    """
    given = []
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for statement in roles_sql(connection.info.dbname):
            connection.execute(statement.encode())
        for role, url in urls.items():
            parts = conninfo_to_dict(url)
            if url and parts.get("user") != role:
                raise ValueError(f"The URL for {role} names {parts.get('user')}.")
            if password := parts.get("password"):
                hashed = connection.pgconn.encrypt_password(str(password).encode(), role.encode(), b"scram-sha-256")
                change = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), hashed.decode())
                connection.execute(change)
                given.append(role)
    return given
