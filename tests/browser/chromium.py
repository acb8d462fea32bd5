"""Find a Chromium, or install one: `python -m tests.browser.chromium` (part of `make test`).

With it comes libatomic, which Playwright's own driver needs and a bare Debian lacks.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PACKAGE_MANAGERS = {
    "apt-get": [["apt-get", "update"], ["apt-get", "install", "--yes", "chromium", "libatomic1"]],
    "dnf": [["dnf", "install", "--assumeyes", "chromium", "libatomic"]],
    "apk": [["apk", "add", "chromium", "libatomic"]],
    "pacman": [["pacman", "-Sy", "--noconfirm", "chromium"]],
}


def find() -> str | None:
    """The path of CHROMIUM, of one on the PATH, or of Playwright's own."""
    if given := os.environ.get("CHROMIUM"):
        return given
    return next(filter(None, map(shutil.which, NAMES)), None) or _playwrights_own()


def driver_runs() -> bool:
    return (
        subprocess.run(
            [*compute_driver_executable(), "--version"], check=False, capture_output=True
        ).returncode
        == 0
    )


def _playwrights_own() -> str | None:
    if not driver_runs():
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """By the system's package manager, else by Playwright's own download."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    for manager, commands in PACKAGE_MANAGERS.items():
        if shutil.which(manager) and (not as_root or shutil.which("sudo")):
            for command in commands:
                subprocess.run(as_root + command, check=False)
    if not find():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if not (find() and driver_runs()):
        install()
    if not (find() and driver_runs()):
        sys.exit("No Chromium was found, nor could one be installed. Set CHROMIUM to its path.")
