#!/usr/bin/env python
"""Django's command line: each command with the database role it needs and, locally, the embedded servers around it."""

import contextlib
import os
import signal
import sys
from pathlib import Path

# Commands that need more than the app's rights, and the variable that holds their URL.
POWERFUL = {
    "migrate": "DATABASE_OWNER_URL",
    "makemigrations": "DATABASE_OWNER_URL",
    "createcachetable": "DATABASE_OWNER_URL",
    "load_bundle": "DATABASE_OPERATOR_URL",
    "export_bundle": "DATABASE_OPERATOR_URL",
}
# Commands that reach no database, or, like demo, start the servers themselves.
OFFLINE = {
    "help", "version", "demo", "check", "makemessages", "compilemessages", "collectstatic", "findstatic", "restore_drill",
}  # fmt: skip


def main() -> None:
    """Run the command in `sys.argv`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carebridge.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    local = os.environ.get("CAREBRIDGE_ENV") != "production" and "DATABASE_URL" not in os.environ
    with contextlib.ExitStack() as stack:
        if local and command not in OFFLINE and not command.startswith("-"):
            from carebridge.lib import servers  # the wheels behind it are not installed in production

            signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped
            data = Path(__file__).resolve().parent / ".local"
            os.environ |= stack.enter_context(servers.running(data, purpose=f"manage.py {command}"))
        if url := os.environ.get(POWERFUL.get(command, "")):
            os.environ["DATABASE_URL"] = url

        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
