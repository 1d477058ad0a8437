"""The served practice a journey walks through: gunicorn, logged in as the web's own role, on a database of its own."""

import contextlib
import email
import email.policy
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from carebridge.lib import processes, servers
from carebridge.lib.processes import Child
from tests.servers_plugin import ROOT, TEMPLATE

BUNDLE = ROOT / "tests" / "bundles" / "willow-creek.json"
LOADED = "carebridge_journeys"  # a migrated database with the practice in it; each site is a copy
READY_TIMEOUT = 90.0  # seconds until the first page


@dataclass(frozen=True)
class Site:
    """Where it is, where its mails go, and a way past every rule to set a stage."""

    url: str
    mail: Path
    superuser_url: str

    def arrange(self, statement: str, *values: Any) -> None:
        """Change rows as the database's superuser."""
        with psycopg.connect(self.superuser_url) as connection:
            connection.execute(statement.encode(), values)

    def mails(self) -> list[str]:
        """Every mail sent so far, oldest first: its headers and its text."""
        found = []
        for path in sorted(self.mail.glob("*"), key=lambda path: path.stat().st_mtime):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            headers = [f"{name}: {value}" for name, value in mail.items()]
            found.append("\n".join([*headers, "", mail.get_content()]))
        return found


@contextlib.contextmanager
def served(**told: str) -> Iterator[Site]:
    """A fresh copy of the practice, served for the block. `told`: more for its environment."""
    load_once(os.environ["DATABASE_URL"], real_urls())
    with serving(LOADED, **told) as site:
        yield site


@contextlib.contextmanager
def serving(template: str, wsgi: str = "carebridge.wsgi", **told: str) -> Iterator[Site]:
    """A fresh copy of a database, served for the block by gunicorn with this WSGI module."""
    superuser_url = os.environ["DATABASE_URL"]
    name = f"journey_{uuid4().hex[:12]}"
    servers.create_database(superuser_url, name, template=template)
    ours = servers.urls_for(name, real_urls())
    children: list[Child] = []
    with tempfile.TemporaryDirectory(prefix="cb-site-") as folder:
        try:
            port, data = free_port(), Path(folder)
            mail = data / "mail"
            mail.mkdir()
            env = environment({"DATABASE_URL": ours["DATABASE_URL"], "PORT": str(port), "MAIL_DIR": str(mail), **told})
            words = [
                "--bind",
                f"127.0.0.1:{port}",
                "--worker-class",
                "carebridge.lib.web.Worker",
                "--threads",
                "4",
                "--no-control-socket",
            ]
            command = [sys.executable, "-m", "gunicorn", *words, wsgi]
            web = processes.spawn(children, "web", command, data=data, env=env, cwd=ROOT)
            processes.wait_until(lambda: answers(port), web, timeout=READY_TIMEOUT)
            yield Site(f"http://localhost:{port}", mail, ours["DATABASE_SUPERUSER_URL"])
        finally:
            processes.stop(children)
            servers.drop_database(superuser_url, name)


def real_urls() -> dict[str, str]:
    """How each role reaches the suite's server (the suite itself works as its superuser)."""
    sockets = Path(str(psycopg.conninfo.conninfo_to_dict(os.environ["DATABASE_URL"])["host"]))
    return {key: servers.url_for(role, sockets) for key, role in servers.ROLES.items()}


def load_once(superuser_url: str, urls: dict[str, str]) -> None:
    """Load the practice into the database that sites are copied from, unless another worker has."""
    with psycopg.connect(superuser_url, dbname="postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(20261102)")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [LOADED]).fetchone():
            return
        new = f"{LOADED}_new"
        create_loaded(new, superuser_url, urls, BUNDLE, "--skip", "goals,concerns,messages")
        connection.execute(f"ALTER DATABASE {new} RENAME TO {LOADED}".encode())


def create_loaded(name: str, superuser_url: str, urls: dict[str, str], bundle: Path, *options: str) -> None:
    """A new database with the practice of a bundle in it."""
    servers.create_database(superuser_url, name, template=TEMPLATE)
    ours = servers.urls_for(name, urls)
    env = environment({key: ours[key] for key in ("DATABASE_URL", "DATABASE_OPERATOR_URL")})
    command = [sys.executable, "manage.py", "load_bundle", str(bundle), *options]
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def environment(ours: dict[str, str]) -> dict[str, str]:
    """What a process of the site is told: nothing of the suite's own database."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    return {**inherited, **ours, "PYTHONUNBUFFERED": "1"}


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether the sign-in page is served."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status == 200
    return False


# --- What the practice holds ----------------------------------------------------------------------------------------------

PRACTICE: dict[str, Any] = json.loads(BUNDLE.read_text())
PEOPLE: dict[str, dict[str, Any]] = {person["ref"]: person for person in PRACTICE["people"]}
CLINICAL_FIELDS = {"body", "child_words", "techniques", "behaviour", "antecedent", "consequence", "helped", "reason"}


def clinical_words(part: Any = PRACTICE, key: str = "") -> list[str]:
    """Every clinical text in the practice's bundle, whoever may read it."""
    if isinstance(part, dict):
        return [word for name, value in part.items() for word in clinical_words(value, name)]
    if isinstance(part, list):
        return [word for value in part for word in clinical_words(value, key)]
    return [part] if key in CLINICAL_FIELDS else []
