"""The worker's rounds in a process of its own, logged in as the worker's role, on a database in which everything is committed."""

import subprocess
import sys
from urllib.parse import urlsplit

from carebridge.lib import servers
from tests.journeys.site import Site, environment, real_urls
from tests.servers_plugin import ROOT

ROUNDS = """
import django; django.setup()
from accounts.actions import moving
from accounts.tasks import carry_on_moves
moving.carry_on.__kwdefaults__["batch"] = {batch}
carry_on_moves()
"""

MAILS = """
import django; django.setup()
from accounts.tasks import send_log_in_mails
send_log_in_mails()
"""


def start_round(database: str, *, batch: int = 50) -> "subprocess.Popen[bytes]":
    """One round over every file that was started; ends by itself."""
    ours = servers.urls_for(database, real_urls())
    env = environment({"DATABASE_URL": ours["DATABASE_WORKER_URL"], "DJANGO_SETTINGS_MODULE": "carebridge.settings"})
    return subprocess.Popen([sys.executable, "-c", ROUNDS.format(batch=batch)], cwd=ROOT, env=env)


def one_round(database: str) -> None:
    """The same, waited for."""
    assert start_round(database).wait(timeout=120) == 0


def mail_log_ins(database: str, site: Site) -> None:
    """One round of the mails about log-ins, into the site's folder of mails."""
    ours = servers.urls_for(database, real_urls())
    told = {"DATABASE_URL": ours["DATABASE_WORKER_URL"], "DJANGO_SETTINGS_MODULE": "carebridge.settings"}
    where = {"PORT": str(urlsplit(site.url).port), "MAIL_DIR": str(site.mail)}
    subprocess.run([sys.executable, "-c", MAILS], cwd=ROOT, env=environment({**told, **where}), check=True, timeout=120)
