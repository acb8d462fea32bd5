"""`manage.py up` in a process of its own, as `make run` runs it."""

import contextlib
import io
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from unittest import mock

from django.core.management import call_command
from django.test.utils import override_settings

from tests.processes import eventually, free_port
from tests.running.conftest import left_of

OF_THE_TESTS = (
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "HTTPS"),
    *("STATICFILES_STORAGE", "WHITENOISE_USE_FINDERS"),
)
PASSWORD = re.compile(r"password +(\S{16})$", re.MULTILINE)
# The command over programs that start at once, for what doesn't depend on which they are.
LIGHT = """
import django
from django.core.management import execute_from_command_line

django.setup()
from config.management.commands import up

sleep = ["-c", "import time; time.sleep(600)"]
up._programs = lambda port, live_port: {
    "worker": sleep,
    "sweeper": sleep,
    "web": ["-m", "http.server", f"--bind={up.HOST}", str(port)],
}
execute_from_command_line(["manage.py", "up"])
"""


class Up:
    """One run of the command in a process of its own."""

    def __init__(self, data_dir, port, *, light=False):
        self.data_dir, self.port, self.output = data_dir, port, ""
        self.process = subprocess.Popen(
            [sys.executable, *(("-c", LIGHT) if light else ("manage.py", "up"))],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=Path(__file__).parents[2],
            env=environment(data_dir, port),
        )

    def wait_until_ready(self):
        for line in self.process.stdout:
            self.output += line
            if line.startswith("Logs:"):
                return
        raise AssertionError(f"it ended before it was ready:\n{self.output}")

    def wait_for_end(self):
        self.output += self.process.communicate(timeout=30)[0]
        return self.process.returncode

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def page(self):
        address = f"{self.address}/"
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
            return answer.read().decode()

    def sign_in(self, page):
        """With the password that the first start has shown."""
        page.goto(f"{self.address}/")
        page.get_by_label("Name or e-mail").fill("owner@localhost")
        page.get_by_label("Password").fill(PASSWORD.search(self.output)[1])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{self.address}/")

    def program(self, name):
        """The process id of our program whose log is this one."""
        log = str(self.data_dir / f"logs/{name}.log")
        children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(children) as file:
            return next(
                int(p) for p in file.read().split() if os.readlink(f"/proc/{p}/fd/1") == log
            )


def environment(data_dir, port):
    kept = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
    # A folder of static files of its own: xdist's processes collected into one at the same time.
    own = {"DATA_DIR": str(data_dir), "STATIC_ROOT": f"{data_dir}/collected", "PORT": str(port)}
    return kept | own


@contextlib.contextmanager
def running(data_dir, port=None, **options):
    up = Up(data_dir, port or free_port(), **options)
    try:
        up.wait_until_ready()
        yield up
    finally:
        up.process.terminate()
        with contextlib.suppress(ValueError):  # its output was read to the end
            up.wait_for_end()
        assert eventually(lambda: left_of(data_dir) == [], within=10)


def up_here(data_dir, port):
    """What the command says in this process, where it must start nothing."""
    said = io.StringIO()
    with override_settings(DATA_DIR=data_dir), mock.patch.dict(os.environ, PORT=str(port)):
        call_command("up", stdout=said)
    return said.getvalue()
