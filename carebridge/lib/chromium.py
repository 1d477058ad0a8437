"""Where the browser for the tests is: `python -m carebridge.lib.chromium` prints its path, installing it if it must."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

VARIABLE = "CAREBRIDGE_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find() -> str | None:
    """The path of a Chromium that starts: the variable's, else one on the machine, else Playwright's own; or None."""
    given = os.environ.get(VARIABLE)
    if given:
        return given if _starts(given) else None
    on_path = [path for name in NAMES if (path := shutil.which(name))]
    return next((path for path in (*on_path, MAC) if _starts(path)), None) or _playwrights()


def install() -> None:
    """Try to install one: Debian's when root there, else Playwright's. What the installers say goes to stderr."""
    if Path("/etc/debian_version").exists() and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium with apt-get …", file=sys.stderr)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if _run(["apt-get", "update"], quiet):
            _run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"], quiet)
    if find() is None:
        print("Installing Playwright's own Chromium …", file=sys.stderr)
        _run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _starts(path: str) -> bool:
    """Some packages are only a hint to another package manager, and some browsers lack a library: ask it."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0  # noqa: S603
    return False


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if _starts(path) else None


def _run(command: list[str], env: dict[str, str]) -> bool:
    with contextlib.suppress(OSError):
        return subprocess.run(command, env=env, stdout=sys.stderr, check=False).returncode == 0  # noqa: S603
    return False


def main() -> int:
    """Print the path. The exit status: 1, with what to do, when there is no browser and none could be installed."""
    if find() is None and VARIABLE not in os.environ:
        install()
    path = find()
    if path is None:
        print(
            f"No Chromium that starts was found, and none could be installed. Install it (Debian: apt-get install "
            f"chromium) or put its path into {VARIABLE}.",
            file=sys.stderr,
        )
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
