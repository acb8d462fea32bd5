"""manage.py while nothing runs: one line, and no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import ConnectionError as RedisError

from config import command_line

ROOT = Path(__file__).parents[2]
#: every command that asks the database, as one would type it
COMMANDS = [
    *("migrate", "showmigrations", "flush --no-input", "clearsessions", "pgtrigger ls"),
    *("createsuperuser --no-input --username x --email x@example.org", "changepassword alice"),
    *("token alice", "load_samples", "rescore --all", "rescore ROTA", "verify_scores"),
    *("sweep_scores --once", "work_out_analyses"),
    *("import_ratings README.md --product ROTA --basis asked", "runserver --noreload 127.0.0.1:0"),
]
ALL_IN_ONE_PROCESS = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from config import command_line
said = {}
for command in json.loads(sys.argv[1]):
    try:
        command_line.run(["manage.py", *command.split()])
        said[command] = "it ended well"
    except BaseException as end:
        said[command] = end.code if isinstance(end, SystemExit) else repr(end)
print("SAID" + json.dumps(said))
"""


def test_every_command_that_needs_postgresql_says_so_in_one_line(tmp_path):
    nowhere = {"DATABASE_URL": f"postgresql://postgres@/userward?host={tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-c", ALL_IN_ONE_PROCESS, json.dumps(COMMANDS)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | nowhere,
        check=True,
        timeout=120,
    )

    said = json.loads(done.stdout.rpartition("SAID")[2])
    assert said.keys() == set(COMMANDS)
    for command, line in said.items():
        assert str(line).startswith("PostgreSQL doesn't answer (connection to server"), command
        assert "`make run` starts one" in line
        assert "\n" not in line
    assert "Traceback" not in done.stderr


@pytest.fixture
def fails_with(monkeypatch):
    def failing(error):
        def fail(_argv):
            raise error

        monkeypatch.setattr(command_line, "execute_from_command_line", fail)

    return failing


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (RedisError("refused\nand more"), "Redis doesn't answer (refused)."),
        (BrokerError("refused"), "Redis doesn't answer (refused)."),
        (ImproperlyConfigured("SECRET_KEY must be long."), "SECRET_KEY must be long."),
    ],
)
def test_a_broker_or_a_setting_that_is_missing_is_one_line_too(fails_with, error, line):
    fails_with(error)

    with pytest.raises(SystemExit) as end:
        command_line.run(["manage.py", "rescore"])
    assert end.value.code.startswith(line)
    assert "\n" not in end.value.code
    # Whoever wants to see all of it can.
    with pytest.raises(type(error)):
        command_line.run(["manage.py", "rescore", "--traceback"])


def test_the_control_an_error_of_a_statement_keeps_its_traceback(fails_with):
    class Cause(Exception):
        pgcode = "40P01"

    error = OperationalError("deadlock detected")
    error.__cause__ = Cause()
    fails_with(error)

    with pytest.raises(OperationalError):
        command_line.run(["manage.py", "rescore"])
