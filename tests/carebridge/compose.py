"""docker-compose.yml and the Dockerfile as tests read them, since no suite can count on an engine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?::(?P<how>[?-])(?P<default>[^}]*))?\})")


def variables() -> dict[str, bool]:
    """Every variable the file asks for; whether it must be given."""
    found = [match for match in VARIABLE.finditer(COMPOSE.read_text()) if match["name"]]
    return {match["name"]: match["how"] == "?" for match in found}


def loaded(env: Mapping[str, str]) -> dict[str, Any]:
    """The file as Compose reads it with these variables."""
    whole: dict[str, Any] = filled_in(YAML(typ="safe").load(COMPOSE.read_text()), env)
    return whole


def filled_in(part: Any, env: Mapping[str, str]) -> Any:
    """The same with every variable replaced. Raises KeyError for one that must be given and is not."""
    if isinstance(part, dict):
        return {key: filled_in(value, env) for key, value in part.items()}
    if isinstance(part, list):
        return [filled_in(value, env) for value in part]
    return VARIABLE.sub(lambda match: value_of(match, env), part) if isinstance(part, str) else part


def value_of(match: re.Match[str], env: Mapping[str, str]) -> str:
    """What Compose puts in the place of one variable; `$$` is a dollar."""
    if not match["name"]:
        return "$"
    if match["how"] == "?":
        return env[match["name"]]
    return env.get(match["name"]) or match["default"] or ""


@dataclass
class Stage:
    """One stage of the Dockerfile: what it is made from, and its instructions in order, lines joined."""

    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        """The words of each instruction of a kind."""
        return [words for kind, words in self.steps if kind == instruction]


def stages() -> dict[str, Stage]:
    """The Dockerfile's stages by name."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    found: dict[str, Stage] = {}
    for line in text.splitlines():
        kind, _, words = line.partition(" ")
        if kind == "FROM":
            base, _, name = words.partition(" AS ")
            stage = found[name] = Stage(base)
        elif kind and kind != "#":
            stage.steps.append((kind, words.strip()))
    return found


def copied_from_here(stage: Stage) -> list[tuple[list[str], str]]:
    """Sources in the project and where they go, of each COPY that is not from another stage."""
    lines = [words.split() for words in stage.all("COPY") if not words.startswith("--from=")]
    return [(words[:-1], words[-1]) for words in lines]
