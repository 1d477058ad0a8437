"""The worker's rounds in a process of its own, logged in as the worker's role, on a database in which everything is committed."""

import subprocess
import sys

from carebridge.lib import servers
from tests.journeys.site import environment, real_urls
from tests.servers_plugin import ROOT

ROUNDS = """
import django; django.setup()
from accounts.actions import moving
from accounts.tasks import carry_on_moves
moving.carry_on.__kwdefaults__["batch"] = {batch}
carry_on_moves()
"""


def start_round(database: str, *, batch: int = 50) -> "subprocess.Popen[bytes]":
    """One round over every file that was started; ends by itself."""
    ours = servers.urls_for(database, real_urls())
    env = environment({"DATABASE_URL": ours["DATABASE_WORKER_URL"], "DJANGO_SETTINGS_MODULE": "carebridge.settings"})
    return subprocess.Popen([sys.executable, "-c", ROUNDS.format(batch=batch)], cwd=ROOT, env=env)


def one_round(database: str) -> None:
    """The same, waited for."""
    assert start_round(database).wait(timeout=120) == 0
