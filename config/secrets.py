"""The secret key of this machine, in a file that only its owner reads."""

import os
import secrets
from pathlib import Path

from config.embedded.folders import make_folder


def read(path: Path) -> str:
    """The key in the file, or "" where there is none."""
    return path.read_text().strip() if path.exists() else ""


def read_or_create(path: Path) -> str:
    """The key in the file; the first call writes it, mode 0600."""
    make_folder(path.parent)
    try:
        # O_EXCL: of two first starts at once, one writes and the other reads.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50) + "\n")
    return read(path)
