import os
import shutil
import tempfile
from pathlib import Path

import pytest

from config.embedded import servers as embedded


@pytest.fixture(scope="module")
def data_dir():
    """A data folder that PostgreSQL's account reaches, unlike pytest's own temporary folders."""
    base = Path(tempfile.mkdtemp(prefix="userward-up-")).resolve()
    base.chmod(0o711)
    yield base
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def servers():
    """`servers(base)` makes Servers that are thrown away after the test."""
    made = []

    def make(base, **options):
        made.append(embedded.Servers(base, durable=False, **options))
        return made[-1]

    yield make
    for each in made:
        each.throw_away()


def left_of(base: Path) -> list[str]:
    """The command lines of living processes that run on this data folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            traces = command + (process / "environ").read_bytes()
            traces += os.fsencode(os.readlink(process / "cwd"))
        except OSError:  # ended meanwhile, or a zombie
            continue
        if os.fsencode(base) in traces and process.name != str(os.getpid()):
            found.append(command.replace(b"\0", b" ").decode())
    return found
