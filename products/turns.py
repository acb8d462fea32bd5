"""One large product at a time: whoever reads all of one holds memory for all of its scores."""

import threading
from contextlib import contextmanager

#: Requirements from which reading a product whole takes a turn. Below, it is a few milliseconds.
LARGE_PRODUCT = 1_500
#: Threads of a process that hold a large product whole. They share one processor, so more at once
#: are no faster, but eight of them held 3.6 GB.
MAX_LARGE_PRODUCTS_AT_ONCE = 1
MAX_WAIT_SECONDS = 45

_turns = threading.BoundedSemaphore(MAX_LARGE_PRODUCTS_AT_ONCE)
_mine = threading.local()


class BusyError(Exception):
    """Others read large products just now, and have not come to an end in MAX_WAIT_SECONDS."""


@contextmanager
def turn_for(product):
    """Wait until this thread may read all of the product. Raises BusyError if that takes long."""
    if product.last_number < LARGE_PRODUCT or getattr(_mine, "turn", False):
        yield
        return
    if not _turns.acquire(timeout=MAX_WAIT_SECONDS):
        raise BusyError("Too many are reading large products just now. Try again in a moment.")
    _mine.turn = True
    try:
        yield
    finally:
        _mine.turn = False
        _turns.release()
