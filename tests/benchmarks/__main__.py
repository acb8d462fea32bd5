"""`make bench`, or `python -m tests.benchmarks rating policy ranking fair` for some of it.

`python -m tests.benchmarks planner FOLDER` solves the instances that lie there."""

import os
import secrets
import sys
import tempfile
from pathlib import Path

import django

from config.embedded import servers as embedded
from tests.benchmarks.measuring import HEAD


def main(names):
    base = tempfile.mkdtemp(prefix="userward-bench-")
    os.chmod(base, 0o711)  # noqa: S103  PostgreSQL's account must get through
    servers = embedded.Servers(base)  # durable, as in production
    servers.start()
    try:
        os.environ |= {
            "DATA_DIR": base,
            "DATABASE_URL": embedded.database_url(base),
            "REDIS_URL": embedded.redis_url(base),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "HTTPS": "false",
            "LOG_LEVEL": "WARNING",
            "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        django.setup()
        _run(names)
    finally:
        servers.throw_away()


def _run(names):
    # After django.setup: the models.
    from django.core.management import call_command

    from tests.benchmarks import cases, doors, fairness, history, memory, plans, slider

    modules = (cases, history, slider, fairness, memory, plans, doors)
    known = {name: case for module in modules for name, case in module.CASES.items()}
    call_command("migrate", verbosity=0)
    print(HEAD, flush=True)  # noqa: T201
    for name in names or known:
        for comparison in known[name]():
            print(comparison.line(), flush=True)  # noqa: T201


def _next_releases(folder):
    """Needs no server."""
    from tests.benchmarks import planner

    for line in planner.table(Path(folder)):
        print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1:2] == ["planner"] and len(sys.argv) == 3:
        _next_releases(sys.argv[2])
    else:
        main(sys.argv[1:])
