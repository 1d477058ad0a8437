"""Starts the real PostgreSQL and Valkey once per test run, before Django reads its settings; compiles translations.

Loaded with `-p`, which comes before pytest-django. Workers of xdist inherit the environment of the first process.
"""

import atexit
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "carebridge_template"


def start() -> None:
    """Servers in a throw-away folder, a migrated template database, and the addresses in the environment."""
    from carebridge.lib import messages, servers

    messages.compile_stale()
    folder = tempfile.TemporaryDirectory(prefix="cb-test-")
    running = servers.start(Path(folder.name), purpose="the test suite", durable=False)
    atexit.register(folder.cleanup)
    atexit.register(servers.stop, running)
    servers.create_database(running.urls["DATABASE_SUPERUSER_URL"], TEMPLATE)
    urls = servers.urls_for(TEMPLATE, running.urls)
    os.environ.update(running.urls, CAREBRIDGE_ENV="test", CAREBRIDGE_TEST_SERVERS=folder.name, PYTHONWARNINGS="ignore")
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--settings", "carebridge.settings", "--verbosity", "0"],
        check=True,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": urls["DATABASE_OWNER_URL"], "DATABASE_OWNER_URL": ""},
    )
    del os.environ["PYTHONWARNINGS"]
    # Fixtures are made as a role that may do everything; requests then run under SET LOCAL ROLE (tests/harness.py).
    os.environ.update(
        DATABASE_URL=running.urls["DATABASE_SUPERUSER_URL"], DATABASE_OWNER_URL="", TEST_TEMPLATE=TEMPLATE
    )


if "CAREBRIDGE_TEST_SERVERS" not in os.environ:
    start()
