"""docker-compose.yml, the Dockerfile and .dockerignore, as far as they can be judged without an engine."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from carebridge.lib import database, postgres
from tests.carebridge import compose
from tests.carebridge.compose import ROOT

GIVEN = {name: f"value-of-{name.lower().replace('_', '-')}" for name, must in compose.variables().items() if must}
SERVICES: dict[str, dict[str, Any]] = compose.loaded(GIVEN)["services"]
PYTHON = sorted(name for name, service in SERVICES.items() if service["image"].startswith("carebridge"))
READERS = ("carebridge/settings.py", "carebridge/lib/serving.py")
# Read in production without a default: the start fails where one is missing.
REQUIRED = {
    "SECRET_KEY", "MFA_KEYS", "ALLOWED_HOSTS", "BASE_URL", "DATABASE_URL", "REDIS_URL", "DEFAULT_FROM_EMAIL", "SMTP_HOST",
}  # fmt: skip
ROLES = {
    "DATABASE_OWNER_URL": database.OWNER, "DATABASE_OPERATOR_URL": database.OPERATOR, "DATABASE_WORKER_URL": database.WORKER,
    "DATABASE_BACKUP_URL": database.BACKUP, "DATABASE_SUPERUSER_URL": "postgres",
}  # fmt: skip


def read() -> dict[str, bool]:
    """Every variable the code reads; whether production fails without it."""
    found = {}
    for path in READERS:
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name, how = node.args[0].value, ast.unparse(node.func)
                if how in {"env", "_env", "required"} or how.startswith(("env.", "_env.")):
                    found[name] = how == "required" or not node.keywords
    return {name: must for name, must in found.items() if isinstance(name, str)}


def test_it_is_what_the_compose_specification_says() -> None:
    """Against the schema, which the checker brings along."""
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(compose.COMPOSE)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_required_is_what_production_requires() -> None:
    """The list above, against the settings."""
    assert {name for name, must in read().items() if must} == REQUIRED


@pytest.mark.parametrize("name", PYTHON)
def test_what_is_passed_is_what_is_read(name: str) -> None:
    """No variable that nobody reads, none missing that production needs."""
    environment = SERVICES[name]["environment"]
    assert environment.keys() <= read().keys()
    assert environment.keys() >= REQUIRED
    assert environment["CAREBRIDGE_ENV"] == "production"


@pytest.mark.parametrize("name", PYTHON)
def test_each_logs_in_as_its_own_role(name: str) -> None:
    """Web and worker have one password each; only the one that makes roles has the superuser's, and the restore."""
    environment = SERVICES[name]["environment"]
    roles = {key: urlsplit(url).username for key, url in environment.items() if key.startswith("DATABASE_")}
    own = database.WORKER if name in {"worker", "beat"} else database.APP
    extra = {
        "roles": set(ROLES), "migrate": {"DATABASE_OWNER_URL"}, "operator": {"DATABASE_OPERATOR_URL"},
        "backup": {"DATABASE_BACKUP_URL"}, "restore": {"DATABASE_SUPERUSER_URL"},
    }.get(name, set())  # fmt: skip
    assert roles == {"DATABASE_URL": own, **{key: ROLES[key] for key in extra}}


def test_only_the_proxy_can_be_reached() -> None:
    """The database and the broker stand in a network without a way out."""
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    whole = compose.loaded(GIVEN)
    assert whole["networks"]["data"] == {"internal": True}
    assert all(SERVICES[name]["networks"] == ["data"] for name in ("db", "valkey"))
    assert "data" not in SERVICES["caddy"]["networks"]


@pytest.mark.parametrize("name", SERVICES)
def test_each_is_looked_after(name: str) -> None:
    """Restarted, its logs bounded, its health asked unless it runs once; no new rights; Python without a file to write."""
    service = SERVICES[name]
    assert service["restart"] in {"unless-stopped", "on-failure:3"}
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert service["healthcheck"].get("disable") is (True if service["restart"] == "on-failure:3" else None)
    assert service["security_opt"] == ["no-new-privileges:true"]
    if name in PYTHON:
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_everything_it_refers_to_is_there() -> None:
    """Volumes, networks, configurations, other services, and the stages of the Dockerfile."""
    whole = compose.loaded(GIVEN)
    for service in SERVICES.values():
        named = [volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith(".")]
        assert set(named) <= whole["volumes"].keys()
        assert set(service["networks"]) <= whole["networks"].keys()
        assert {config["source"] for config in service.get("configs", [])} <= whole["configs"].keys()
        assert service.get("depends_on", {}).keys() <= SERVICES.keys()
        assert service.get("build", {"target": "app"})["target"] in compose.stages()


def test_the_database_takes_its_settings() -> None:
    """PostgreSQL's own answer to each, and its log is as quiet as ours."""
    words = SERVICES["db"]["command"][1:]
    options = dict(word.removeprefix("--").split("=", 1) for word in words)
    assert options.items() >= database.QUIET_LOG.items()
    shelter = postgres.find_shelter(Path(os.environ["CAREBRIDGE_TEST_SERVERS"]))
    for name in options:
        command = [str(shelter.programs / "postgres"), "-C", name, "-D", str(shelter.cluster), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (name, done.stderr)
        assert done.stdout.strip() == database.QUIET_LOG.get(name, done.stdout.strip())


# --- The image ----------------------------------------------------------------------------------------------------------


def test_what_the_image_copies_is_there() -> None:
    """And let in by .dockerignore, which lets in nothing else."""
    sources = {
        source.rstrip("/") for sources, _ in compose.copied_from_here(compose.stages()["build"]) for source in sources
    }
    assert all((ROOT / source).exists() for source in sources)
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == sources
    assert [line for line in lines if line.startswith("**")] == ["**/__pycache__", "**/*.pyc", "**/*.mo"]


def test_every_room_is_in_the_image() -> None:
    """A new folder of code fails here until it is copied."""
    sources = {
        source.rstrip("/") for sources, _ in compose.copied_from_here(compose.stages()["build"]) for source in sources
    }
    assert {path.parent.name for path in ROOT.glob("*/apps.py")} <= sources


@pytest.mark.parametrize("name", ["app", "tools"])
def test_nobody_is_root_in_it(name: str) -> None:
    """And the one that serves says whether it lives."""
    steps = compose.stages()[name].steps
    assert ("USER", "carebridge") in steps
    assert list(compose.stages())[-1] == "app"
    assert compose.stages()["app"].all("HEALTHCHECK")
