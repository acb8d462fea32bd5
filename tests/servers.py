"""Pytest plugin: throw-away PostgreSQL and Valkey, there before Django's settings are read.

Loaded by `-p tests.servers` (pyproject.toml). All xdist workers share the servers of the
process that started them; each has its own database (by pytest-django) and Valkey database.
DATABASE_URL and REDIS_URL, where given, are used instead.
"""

import atexit
import os
import re
import secrets
import tempfile

from config.embedded import servers as embedded

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def _start_missing() -> None:
    postgres, valkey = "DATABASE_URL" not in os.environ, "REDIS_URL" not in os.environ
    base = tempfile.mkdtemp(prefix="userward-")
    os.chmod(base, 0o711)  # noqa: S103  PostgreSQL's account, where we are root, must get through
    servers = embedded.Servers(base, durable=False)
    # Here rather than in pytest_unconfigure, which doesn't run when a later plugin fails.
    atexit.register(_throw_away, servers, os.getpid())
    if postgres or valkey:
        servers.start(postgres=postgres, valkey=valkey)
    if postgres:
        os.environ["DATABASE_URL"] = embedded.database_url(base)
    if valkey:
        os.environ["REDIS_URL"] = embedded.redis_url(base)
    os.environ["DATA_DIR"] = base
    # WhiteNoise warns where it finds none, and a fresh clone has none.
    os.environ["STATIC_ROOT"] = f"{base}/collected"
    os.mkdir(f"{base}/collected")


def _throw_away(servers: embedded.Servers, owner: int) -> None:
    if os.getpid() == owner:  # not in a child that was forked from us
        servers.throw_away()


def _own_valkey_database(url: str, *, further: int = 0) -> str:
    """The same server's database 1 (or 2, 3), or 4, 7, … for the xdist workers gw0, gw1, …

    Never 0, where an application given by REDIS_URL would have its own: tests empty theirs.
    """
    number = 1 + further + (3 * int(WORKER.removeprefix("gw")) + 3 if WORKER else 0)
    plain = re.sub(r"([?&]db=\d+|(?<=[^/:])/\d+)$", "", url)
    return f"{plain}?db={number}" if plain.startswith("unix:") else f"{plain}/{number}"


if not WORKER:
    _start_missing()
os.environ["REDIS_URL"] = _own_valkey_database(os.environ["REDIS_URL"])
#: the broker of the site and the worker that last the whole run; no other test rings there
REDIS_URL_OF_THE_SITE = _own_valkey_database(os.environ["REDIS_URL"], further=1)
#: the broker of the workers whose pool is a test's parameter
REDIS_URL_OF_THE_FAULTS = _own_valkey_database(os.environ["REDIS_URL"], further=2)
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
os.environ["HTTPS"] = "false"
os.environ["STATICFILES_STORAGE"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
# Only the site serves files: every test client would look through them all, for 30 ms.
os.environ["WHITENOISE_USE_FINDERS"] = "false"
