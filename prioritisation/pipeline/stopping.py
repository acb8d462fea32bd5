"""Ending within three seconds of being told to, whatever is under way.

Docker kills after ten seconds, and an update waits for everybody. Nothing is lost: what is cut off
rolls back, and its mark or its unfinished analysis is found again.
"""

import mmap
import signal
from collections.abc import Callable
from threading import Event, Thread

from celery.signals import worker_shutting_down

#: from SIGTERM until a process that hasn't ended is cut off
PATIENCE_SECONDS = 2.5
# Memory that a prefork worker's processes share: only the first of them is sent the signal.
_told = mmap.mmap(-1, 1)


def is_stopping() -> bool:
    """Whether this worker was told to end; so in every process and thread of it."""
    return _told[0] != 0


@worker_shutting_down.connect
def _end_worker_in_time(**_kwargs):
    """By itself a worker waits for its tasks without end, and for a broker that is away."""
    _told[0] = 1
    end_in_time()


def end_in_time() -> None:
    """Have the system end this process, if it is still there then.

    A thread couldn't: while the interpreter clears up it runs no other.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS)


def run_until_told_to_stop(work: Callable[[Event], None]) -> None:
    """Do `work(told)`, in a thread, until it ends; set `told` at SIGTERM or Ctrl-C.

    In a thread, since Python hears of a signal only between two of the main thread's own steps,
    and a statement may wait for PostgreSQL without end.
    """
    told, errors = Event(), []

    def run():
        try:
            work(told)
        except BaseException as error:  # noqa: BLE001 - raised again below, by the main thread
            errors.append(error)

    thread = Thread(target=run, daemon=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        thread.start()
        thread.join()
    except KeyboardInterrupt:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        told.set()
        end_in_time()
        thread.join()
    if errors:
        raise errors[0]
