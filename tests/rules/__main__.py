"""`python -m tests.rules`: this project's own rules, which no linter has; part of `make lint`."""

import sys
from pathlib import Path

from tests.rules.checks import broken_in, owned_models

APPS = ("accounts", "products", "personas", "prioritisation", "config")


def files() -> list[Path]:
    found = [path for app in APPS for path in Path(app).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts] + [*templates()]


def templates() -> list[Path]:
    return [path for path in Path("templates").rglob("*") if path.is_file()]


if __name__ == "__main__":
    texts = {str(path): path.read_text() for path in files()}
    owned = owned_models(texts)
    broken = [one for path, text in texts.items() for one in broken_in(path, text, owned)]
    print("\n".join(broken))  # noqa: T201
    sys.exit(bool(broken))
