"""The embedded servers: addresses, places, and what a crash leaves."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from config import secrets
from config.embedded import folders
from config.embedded import servers as embedded
from config.embedded.children import ChildEnded
from tests.processes import eventually

# Its orphans become its grandparent's, which like some containers' first process never reaps them.
START_AND_WAIT = """
import ctypes, os, sys, time
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
if os.fork():
    os.close(1)  # so that the test reads the end where the other process fails
    time.sleep(600)
from config.embedded.servers import Servers
servers = Servers(sys.argv[1], durable=False)
servers.start()
print("ready", os.getpid(), *[child.process.pid for child in servers.children], flush=True)
time.sleep(600)
"""


def is_gone(pid):
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tZ" in status.read_text()


def ask(base, sql="SELECT 1"):
    connection = psycopg2.connect(embedded.database_url(base))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
        answer = cursor.fetchone() if cursor.description else None
    connection.close()
    return answer


@contextlib.contextmanager
def started_in_another_process(base):
    """Yield the process ids of supervisor and servers."""
    command = [sys.executable, "-c", START_AND_WAIT, str(base)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            word, *pids = process.stdout.readline().split()
            assert word == "ready"
            yield [int(pid) for pid in pids]
        finally:
            process.kill()


def test_addresses_are_known_before_any_server_runs(data_dir, servers):
    url, redis_url = embedded.database_url(data_dir), embedded.redis_url(data_dir)

    servers(data_dir).start()

    assert embedded.database_url(data_dir) == url
    assert embedded.redis_url(data_dir) == redis_url
    assert ask(data_dir) == (1,)
    assert embedded.valkey_answers(redis_url.removeprefix("unix://").removesuffix("?db=0"))


def test_what_was_written_is_there_after_a_stop(data_dir, servers):
    first = servers(data_dir)
    first.start(valkey=False)
    ask(data_dir, "CREATE TABLE kept AS SELECT 42 AS answer")
    first.stop()

    servers(data_dir).start(valkey=False)

    assert ask(data_dir, "SELECT answer FROM kept") == (42,)


def test_servers_end_with_a_supervisor_that_is_killed(data_dir):
    with started_in_another_process(data_dir) as (supervisor, *pids):
        os.kill(supervisor, signal.SIGKILL)

        eventually(lambda: all(is_gone(pid) for pid in pids), within=10)


def test_it_starts_again_at_once_after_everything_was_killed(data_dir, servers):
    with started_in_another_process(data_dir) as pids:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        # Its process id is a zombie's, which PostgreSQL alone takes for a living server.
        assert (data_dir / "postgres/data/postmaster.pid").exists()

        servers(data_dir).start()

        assert ask(data_dir) == (1,)


def test_a_path_too_long_for_a_socket_is_no_hindrance(data_dir, servers):
    base = data_dir / ("long-" * 24) / "data"

    servers(base).start()

    assert ask(base) == (1,)


def test_a_folder_that_postgresqls_account_cannot_reach_is_no_hindrance(tmp_path, servers):
    tmp_path.chmod(0o700)
    base = tmp_path / "data"

    servers(base).start()

    assert ask(base) == (1,)


def test_data_of_a_checkout_that_was_removed_are_put_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "make_folder", lambda folder: folder.mkdir(exist_ok=True))
    home, marker = tmp_path / "kept", tmp_path / "marker"
    folders.take_elsewhere(home, marker=marker)
    (home / "rows").write_text("old")
    folders.take_elsewhere(home, marker=marker)
    assert (home / "rows").exists()

    marker.unlink()
    folders.take_elsewhere(home, marker=marker)

    assert list(home.iterdir()) == []
    assert [path.read_text() for path in tmp_path.glob("kept.*/rows")] == ["old"]


def test_data_of_another_postgresql_version_are_left_alone(data_dir, servers):
    first = servers(data_dir)
    first.start(valkey=False)
    first.stop()
    (folders.home_of(data_dir) / "postgres/data/PG_VERSION").write_text("9\n")

    with pytest.raises(folders.CannotStart, match="written by PostgreSQL 9"):
        servers(data_dir).start(valkey=False)


def test_a_server_that_cannot_start_shows_its_log(data_dir, servers, monkeypatch):
    monkeypatch.setitem(embedded.POSTGRES_SETTINGS, "shared_buffers", "plenty")

    with pytest.raises(ChildEnded, match='invalid value for parameter "shared_buffers"'):
        servers(data_dir).start(valkey=False)


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = Path(tmp_path / "new" / "secret_key")

    key = secrets.read_or_create(path)

    assert secrets.read_or_create(path) == secrets.read(path) == key
    assert len(key) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
