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

from prioritisation.pipeline.stopping import is_stopping

log = logging.getLogger(__name__)

NICENESS = 10
#: between two looks whether the worker is told to end
LOOK_SECONDS = 0.1


def run_apart(command):
    """Run one of our management commands, which takes the id of the process to live no longer than
    as `--parent`; wait for its end, and end it where the worker is told to end.

    A subprocess: a prefork worker's process may have no children of multiprocessing's kind.
    """
    argv = [sys.executable, "-m", "django", command, f"--parent={os.getpid()}"]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True) as child:
        while child.poll() is None:
            if is_stopping():
                child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(LOOK_SECONDS)
    if child.returncode:
        log.warning("%s ended with %s", command, child.returncode)


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
