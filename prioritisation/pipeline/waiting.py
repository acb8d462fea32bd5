"""Waiting until a change is in the scores."""

import time

from prioritisation.models import ProductChange

POLL_SECONDS = (0.02, 0.04, 0.08, 0.16, 0.2)


def wait_until_scored(product_id, change_id, *, at_most=10.0):
    """Wait until no mark of the product is of this change; whether that came true.

    Holds no transaction while it waits.
    """
    deadline = time.monotonic() + at_most
    marks = ProductChange.objects.filter(product_id=product_id, change_id=change_id)
    attempt = 0
    while marks.exists():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS[min(attempt, len(POLL_SECONDS) - 1)])
        attempt += 1
    return True
