"""Find a Chromium, or install one: `python -m tests.browser.chromium` (part of `make test`).

With it comes libatomic, which Playwright's own driver needs and a bare Debian lacks.
"""

import os
import shutil
import subprocess
import sys

from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Chromium by itself: Ubuntu has none for apt, nor has Red Hat for dnf, and a command that asks
# for one thing too many installs nothing. (Nothing for musl: there are no wheels for it.)
PACKAGE_MANAGERS = {
    "apt-get": [
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "libatomic1"],
        ["apt-get", "install", "--yes", "chromium"],
    ],
    "dnf": [
        ["dnf", "install", "--assumeyes", "libatomic"],
        ["dnf", "install", "--assumeyes", "chromium"],
    ],
    "pacman": [["pacman", "-Sy", "--needed", "--noconfirm", "chromium"]],
}


def find() -> str | None:
    """The path of CHROMIUM, of one on the PATH, or of Playwright's own; it can be started."""
    if given := os.environ.get("CHROMIUM"):
        return given if starts(given) else None
    on_path = filter(None, map(shutil.which, NAMES))
    return next(filter(starts, on_path), None) or _playwrights_own()


def starts(path: str) -> bool:
    """Ubuntu's `chromium-browser` only says that one should install a snap."""
    return _complaint_of([path, "--version"]) is None


def install() -> None:
    """By the system's package manager, else by Playwright's own download."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    for commands in _commands_here() if not as_root or shutil.which("sudo") else []:
        for command in commands:
            subprocess.run(as_root + command, check=False)
        if not missing():
            return
    playwright = [sys.executable, "-m", "playwright"]
    downloaded = subprocess.run([*playwright, "install", "chromium"], check=False)
    if downloaded.returncode == 0 and not as_root and missing():
        # The libraries that it links to; as anybody else it would ask for a password.
        subprocess.run([*playwright, "install-deps", "chromium"], check=False)


def missing() -> str:
    """What keeps a browser from being driven, in words; "" if nothing does."""
    complaint = _drivers_complaint()
    wants = [f"Playwright's driver doesn't start: {complaint}"] if complaint is not None else []
    if not find():
        wants.append("There is no Chromium that starts.")
    return "\n".join(wants)


def _commands_here() -> list[list[list[str]]]:
    return [commands for name, commands in PACKAGE_MANAGERS.items() if shutil.which(name)]


def _drivers_complaint() -> str | None:
    return _complaint_of([*compute_driver_executable(), "--version"])


def _complaint_of(command: list[str]) -> str | None:
    """What a command says that can't be started, or fails; None if it succeeds."""
    try:
        ended = subprocess.run(command, check=False, capture_output=True, text=True)
    except OSError as error:
        return str(error)
    return (ended.stderr or ended.stdout).strip() if ended.returncode else None


def _playwrights_own() -> str | None:
    if _drivers_complaint() is not None:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if starts(path) else None


def main() -> None:
    given = os.environ.get("CHROMIUM")
    if given and not starts(given):
        sys.exit(f"CHROMIUM={given} doesn't start.")
    if missing():
        install()
    if lack := missing():
        sys.exit(f"{lack}\n{_what_to_do()}")


def _what_to_do() -> str:
    by_hand = [
        f"    {' '.join(command)}\n" for commands in _commands_here() for command in commands
    ]
    if not by_hand:
        return "Install one, or set CHROMIUM to its path."
    installing = "".join(by_hand)
    return f"It couldn't be installed from here; as root:\n{installing}Or set CHROMIUM to its path."


if __name__ == "__main__":
    main()
