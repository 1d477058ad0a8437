"""How processes reach PostgreSQL: the connection from a URL, the roles, and the refusal to run as a powerful one."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

OWNER, APP, WORKER, OPERATOR, BACKUP = (
    "carebridge_owner",
    "carebridge_app",
    "carebridge_worker",
    "carebridge_operator",
    "carebridge_backup",
)
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
        # Statement and parameter logs would carry note bodies.
        f"ALTER DATABASE \"{database}\" SET log_min_error_statement = 'panic'",
        f'ALTER DATABASE "{database}" SET log_parameter_max_length_on_error = 0',
    ]
