"""Real processes against the test's database and broker, ended in order.

They see what is committed, so their tests need `transaction=True`. Each start costs 2 to 3 s of
processor time: the fixtures `site`, `worker` and `sweeper` (tests/conftest.py) share one a run.
"""

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config.embedded import servers as embedded
from config.embedded.children import Child, site_answers, tail, wait_until
from config.programs import python_arguments


def eventually(check: Callable, *, within: float = 10, every: float = 0.02):
    """Poll until `check()` is true or raises no AssertionError any more; return its result."""
    deadline = time.monotonic() + within
    while True:
        try:
            result = check()
            # A check made of assertions returns None.
            if result or result is None:
                return result
            failure = AssertionError(f"still {result!r} after {within} s")
        except AssertionError as error:
            failure = error
        if time.monotonic() > deadline:
            raise failure
        time.sleep(every)


class Program(Child):
    """A child that can be paused; `connections_name` is its `application_name` in PostgreSQL."""

    def __init__(self, name: str, argv: list, *, env: dict[str, str], **options):
        self.connections_name = f"{name} {secrets.token_hex(4)}"
        env = env | {"DATABASE_URL": database_url(), "PGAPPNAME": self.connections_name}
        self.was_told_to_end = False
        super().__init__(name, argv, env=env, **options)

    def signal(self, number: int) -> None:
        self.was_told_to_end |= number == signal.SIGTERM
        super().signal(number)

    def pause(self) -> None:
        """Stop it where it is outside of any transaction, so that it holds no lock."""
        with own_cursor() as cursor:
            while True:
                self.signal(signal.SIGSTOP)
                with contextlib.suppress(AssertionError):
                    # What it sent before it was stopped may still run.
                    eventually(lambda: _busy(cursor, self.connections_name) == [], within=0.1)
                    return
                self.resume()
                time.sleep(0.01)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)


@contextlib.contextmanager
def celery_worker(*options: str, **env: str) -> Iterator[Program]:
    """The production worker, ready for messages. `env` adds to its environment."""
    with _program("worker", [*python_arguments("worker"), *options], env) as worker:
        _wait_for_line(worker, " ready.")
        yield worker


@contextlib.contextmanager
def analyses_worker(*options: str, **env: str) -> Iterator[Program]:
    """The production worker for analyses, ready for messages."""
    with _program("analyses", [*python_arguments("analyses"), *options], env) as worker:
        _wait_for_line(worker, " ready.")
        yield worker


@contextlib.contextmanager
def sweeper(**env: str) -> Iterator[Program]:
    """`manage.py sweep_scores`, every 0.2 s unless SWEEP_SECONDS says otherwise."""
    often = {"SWEEP_SECONDS": "0.2"}
    with _program("sweeper", python_arguments("sweeper"), often | env) as child:
        yield child


@contextlib.contextmanager
def thinner(**env: str) -> Iterator[Program]:
    with _program("thinner", python_arguments("thinner"), env) as child:
        yield child


@contextlib.contextmanager
def mailer(module: str = "", **env: str) -> Iterator[Program]:
    """`manage.py send_mail --watch`, or another module; EMAIL_URL says where it sends to."""
    arguments = ["-m", module] if module else python_arguments("mailer")
    with _program("mailer", arguments, env) as child:
        yield child


@contextlib.contextmanager
def live(port: int, **env: str) -> Iterator[Child]:
    """The live process at http://127.0.0.1:port/live/, subscribed; it can reach no database."""
    arguments = [*python_arguments("live"), f"--port={port}"]
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    with _program("live", arguments, nowhere | env) as child:
        wait_until(lambda: live_status(port) == 403, children=[child], seconds=30)
        yield child


def live_status(port: int) -> int:
    """What it answers to somebody without a ticket: 403, or 503 while it hears nothing of Redis."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/live/", timeout=5):
            raise AssertionError("a stream without a ticket")
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@contextlib.contextmanager
def site(application: str = "config.wsgi", **options) -> Iterator[str]:
    """The production web server over the test's database; yields its address, without a slash.

    Another `application` must answer /readyz too.
    """
    with web(application, **options) as (address, _child):
        yield address


@contextlib.contextmanager
def web(
    application: str = "config.wsgi", *, threads: int = 4, **env: str
) -> Iterator[tuple[str, Program]]:
    """As `site`, with its process."""
    call_command("build_font")
    port = free_port()
    words = [application if word == "config.wsgi" else word for word in python_arguments("web")]
    options = [f"--bind=127.0.0.1:{port}", f"--threads={threads}"]
    serving = {"WHITENOISE_USE_FINDERS": "true"}
    with _program("web", [*words, *options], serving | env) as child:
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: site_answers(address, child), children=[child], seconds=60)
        yield address, child


class Valkey:
    """A Valkey of the test's own, at `url`: kill it, pause it, start it again."""

    def __init__(self, base: Path):
        self.url = embedded.redis_url(base)
        self._servers = embedded.Servers(base, durable=False)

    def start(self) -> None:
        self._servers.start(postgres=False)

    def stop(self) -> None:
        self._servers.stop()

    def kill(self) -> None:
        for server in self._servers.children:
            server.kill()
        self._servers.stop()

    def pause(self) -> None:
        self._servers.children[0].signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._servers.children[0].signal(signal.SIGCONT)

    def throw_away(self) -> None:
        self._servers.throw_away()


@contextlib.contextmanager
def valkey() -> Iterator[Valkey]:
    """For the test's processes: `site(REDIS_URL=server.url)`, `celery_worker(REDIS_URL=…)`.

    The test's own process keeps its broker: Celery reads the address once.
    """
    base = Path(tempfile.mkdtemp(prefix="userward-valkey-"))
    base.chmod(0o711)
    server = Valkey(base)
    server.start()
    try:
        yield server
    finally:
        server.throw_away()


@contextlib.contextmanager
def _program(name: str, arguments: list[str], env: dict[str, str]) -> Iterator[Program]:
    folder = Path(tempfile.mkdtemp(prefix=f"userward-{name}-"))
    child = Program(
        name,
        [sys.executable, *arguments],
        log=folder / f"{name}.log",
        orphan_signal=signal.SIGKILL,
        env=os.environ | {"PYTHONUNBUFFERED": "1"} | env,
        cwd=settings.BASE_DIR,
    )
    try:
        yield child
        # The test may have killed it (a negative code); an end by itself is a failure.
        if not child.alive():
            ended = child.was_told_to_end or child.process.returncode < 0
            assert ended, f"{name} ended by itself"
    except BaseException:
        print(f"--- {name}\n{tail(child.log, 60)}", file=sys.stderr)  # noqa: T201
        raise
    finally:
        child.stop(patience=5)
        _end_connections(child.connections_name)
        shutil.rmtree(folder, ignore_errors=True)


def _end_connections(name: str) -> None:
    """End what a killed process left running in PostgreSQL: its rows would outlive the test."""
    with own_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = %s",
            [name],
        )


def wait_until_idle() -> None:
    """Return once no process is inside a statement or transaction in the test's database.

    A page that was closed may have left a request running, whose rows would outlive the test.
    """
    with own_cursor() as cursor:
        eventually(lambda: _busy(cursor) == [], within=10)


def _busy(cursor, application_name: str = "%") -> list[str]:
    cursor.execute(
        "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()"
        " AND application_name LIKE %s",
        [application_name],
    )
    return [query for (query,) in cursor.fetchall()]


@contextlib.contextmanager
def own_cursor():
    """A connection beside the test's own, which may be in a transaction that failed."""
    own = connection.get_new_connection(connection.get_connection_params())
    own.autocommit = True
    try:
        with own.cursor() as cursor:
            yield cursor
    finally:
        own.close()


def database_url() -> str:
    """DATABASE_URL with the name of the database that pytest-django made."""
    return re.sub(r"/[^/?]*(\?.*)?$", _named, os.environ["DATABASE_URL"], count=1)


def _named(match: re.Match) -> str:
    return f"/{connection.settings_dict['NAME']}{match[1] or ''}"


def _wait_for_line(child: Child, text: str) -> None:
    wait_until(lambda: text in child.log.read_text(), children=[child], seconds=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
