import fcntl
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from accounts.history import acting
from config.embedded import folders
from config.embedded import servers as embedded
from config.embedded.children import (
    Child,
    ChildEnded,
    SiteBroken,
    end_with_parent,
    site_answers,
    start_over_when_large,
    stop_all,
    wait_until,
)
from config.programs import PROGRAMS, python_arguments

HOST = "127.0.0.1"
OWNER = "owner@localhost"
SECONDS_TO_FIRST_PAGE = 60


class Command(BaseCommand):
    help = "Run Userward on this machine: servers and its programs. Ctrl-C stops all."
    # A system check may ask the database, which isn't there yet.
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "--stop-with-parent",
            action="store_true",
            help="stop too when the process that started this one (make) is killed",
        )

    def handle(self, *, stop_with_parent, **options):
        if stop_with_parent:
            end_with_parent(signal.SIGTERM)
        os.environ.setdefault(
            "HTTPS", "false"
        )  # for the site we start: plain http, on this machine
        self.data_dir = Path(settings.DATA_DIR).resolve()
        self.port = _port()
        self.address = f"http://{HOST}:{self.port}{settings.SCRIPT_NAME}"
        folders.make_folder(self.data_dir)
        with _only_one(self.data_dir / "running", f"{self.address}/") as other:
            if other:
                self._say(f"Userward is already running at {other}.")
                return
            _must_be_free(self.port)
            self._run_until_told_to_stop()

    def _run_until_told_to_stop(self):
        self.children: list[Child] = []
        self.servers = embedded.Servers(self.data_dir)
        try:
            with _signals_interrupt():
                self._start()
                self._watch()
        except KeyboardInterrupt:
            self._say("Stopping …")
        except (folders.CannotStart, ChildEnded, SiteBroken, TimeoutError) as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"PostgreSQL doesn't answer: {error}") from error
        finally:
            self._stop()
        self._say("Stopped.")

    def _start(self):
        self.servers.start(
            postgres=not os.environ.get("DATABASE_URL"), valkey=not os.environ.get("REDIS_URL")
        )
        call_command("migrate", verbosity=0, interactive=False)
        _build_static()
        live_port = _free_port(self.port + 1)
        os.environ.setdefault("LIVE_URL", f"http://{HOST}:{live_port}/live/")
        for name, arguments in _programs(self.port, live_port).items():
            self._start_child(name, arguments)
        self._make_owner_once()
        wait_until(
            lambda: site_answers(self.address, self.children[-1]),
            children=self.children,
            seconds=SECONDS_TO_FIRST_PAGE,
        )
        self._say(f"\nUserward runs at {self.address}/    (Ctrl-C stops it)\nLogs: {self._logs}/")

    @property
    def _logs(self) -> Path:
        return self.data_dir / "logs"

    def _start_child(self, name, arguments):
        log = self._logs / f"{name}.log"
        start_over_when_large(log)
        argv = [sys.executable, *arguments]
        # SIGKILL to the orphan: with its broker gone, a worker told to end kindly may not.
        child = Child(name, argv, log=log, orphan_signal=signal.SIGKILL, cwd=settings.BASE_DIR)
        self.children.append(child)

    def _make_owner_once(self):
        """On the first start: the owner's account, then the samples."""
        users = get_user_model().objects
        if users.exists():
            self._say(
                f"Sign in as before (`manage.py changepassword {OWNER}` sets a new password)."
            )
            call_command("load_samples", broken_off=True, verbosity=0)
        else:
            password = secrets.token_urlsafe(12)
            with acting(means="command"):
                users.create_superuser(username=OWNER, email=OWNER, password=password)
            # At once: whoever ends us while the samples are told has the password all the same.
            self._say(
                f"An account was made for you; its password is shown this once:\n\n"
                f"    sign in as   {OWNER}\n    password     {password}\n"
            )
            call_command("load_samples", verbosity=0)
        connections.close_all()

    def _watch(self):
        while True:
            for child in (*self.children, *self.servers.children):
                if not child.alive():
                    raise ChildEnded(child)
            time.sleep(0.2)

    def _stop(self):
        """Site, live, mailer, thinner, sweeper, workers; then the servers they use."""
        connections.close_all()
        stop_all(self.children)
        self.servers.stop()

    def _say(self, text):
        self.stdout.write(text)
        self.stdout.flush()


def _programs(port: int, live_port: int) -> dict[str, list[str]]:
    """Python's arguments for each program of ours, in the order in which they start."""
    own = {
        "live": [f"--host={HOST}", f"--port={live_port}"],
        "web": [f"--bind={HOST}:{port}"],
    }
    return {name: [*python_arguments(name), *own.get(name, [])] for name in PROGRAMS}


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise CommandError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _free_port(wished: int) -> int:
    """This one, or any other: nobody has to type it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wished))
        except (OSError, OverflowError):  # 65536
            probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        # Connections of an earlier run that linger in TIME_WAIT don't take the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} can't be used ({error.strerror}). "
                f"Another one: make run PORT={port + 1}"
            ) from error


@contextmanager
def _only_one(path: Path, address: str) -> Iterator[str]:
    """Yield "" while we are the one that runs, or the address of the one that does."""
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            yield file.read() or "another address"
            return
        file.truncate(0)
        file.write(f"{address} (process {os.getpid()})")
        file.flush()
        yield ""


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """SIGTERM and SIGHUP do what Ctrl-C does; after the block, all three are ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(_number, _frame):
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        # A second Ctrl-C must not break off the stopping: each step of it has a time limit.
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)


def _build_static() -> None:
    call_command("build_font")
    if not _static_is_collected():
        call_command("collectstatic", verbosity=0, interactive=False)


def _static_is_collected() -> bool:
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    # A new package brings new files; ours are collected in a way that may have changed.
    sources = [settings.BASE_DIR / name for name in ("requirements.txt", "config/collected.py")]
    for folder in settings.STATICFILES_DIRS:
        sources += [folder, *Path(folder).rglob("*")]
    return manifest.exists() and all(
        source.stat().st_mtime <= manifest.stat().st_mtime for source in sources
    )
