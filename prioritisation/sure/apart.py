"""Long work in a process of its own, at a low priority, for as long as the worker lives.

In the worker's own process it would hold up rescores: a second of numpy shares one interpreter lock
with them, and the scheduler can't tell the two apart.
"""

import logging
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from celery.signals import worker_shutting_down

log = logging.getLogger(__name__)

NICENESS = 10
_children = set()


def run_apart(command):
    """Run one of our management commands, which takes the id of the process to live no longer than
    as `--parent`; wait for its end."""
    argv = [sys.executable, "-m", "django", command, f"--parent={os.getpid()}"]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True) as child:
        _children.add(child)
        try:
            if child.wait():
                log.warning("%s ended with %s", command, child.returncode)
        finally:
            _children.discard(child)


@worker_shutting_down.connect
def end_children(**_kwargs):
    """A worker that is told to end waits for its tasks, and so would for a minute of drawing."""
    for child in list(_children):
        child.terminate()


def give_way():
    """Let everything else go first, from now on."""
    os.nice(NICENESS)
    # Where Linux schedules whole sessions against each other, niceness counts only within one;
    # ours has us alone.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICENESS))


def is_child_of(process_id):
    """Whether that process still lives and started this one."""
    return os.getppid() == process_id
