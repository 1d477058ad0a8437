"""The browser is found, or it is said that there is none."""

from pathlib import Path

import pytest

from carebridge.lib import chromium


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A machine without one, where installers only note what they were asked for."""
    asked: list[list[str]] = []

    def note(command: list[str], _env: dict[str, str]) -> bool:
        asked.append(command)
        return True

    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(chromium, "MAC", "/nowhere/Chrome")
    monkeypatch.setattr(chromium, "_playwrights", lambda: None)
    monkeypatch.setattr(chromium, "_run", note)
    return asked


def browser(folder: Path, name: str, status: int) -> str:
    """A program that answers `--version` with this exit status."""
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return str(path)


def test_the_first_that_starts_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package may install a hint to another package manager under the browser's name."""
    monkeypatch.setenv("PATH", str(tmp_path))
    browser(tmp_path, "chromium", 1)
    good = browser(tmp_path, "google-chrome", 0)
    assert chromium.find() == good


def test_the_variable_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_browser: list[list[str]]) -> None:
    """One that does not start is not replaced by another behind the back."""
    monkeypatch.setenv("PATH", str(tmp_path))
    browser(tmp_path, "chromium", 0)
    monkeypatch.setenv(chromium.VARIABLE, browser(tmp_path, "mine", 0))
    assert chromium.find() == str(tmp_path / "mine")
    monkeypatch.setenv(chromium.VARIABLE, browser(tmp_path, "mine", 1))
    assert chromium.find() is None
    assert chromium.main() == 1
    assert no_browser == []


def test_without_any_it_is_installed_or_said(no_browser: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """Playwright's own is the last resort; then the suite fails with what to do."""
    assert chromium.main() == 1
    assert no_browser[-1][1:] == ["-m", "playwright", "install", "chromium"]
    assert "apt-get install chromium" in capsys.readouterr().err
