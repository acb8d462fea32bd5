"""Whose turn it is: one run each, and next comes the product that has waited longest.

So a product that is written to without pause costs the others a run, never the rest of the day.
Whoever is woken does what is most urgent, whichever product it was woken for: messages of a busy
product may stand in front of a quiet one's, by the hundred.
"""

import time

from django.db import connection

from prioritisation.pipeline.rescoring import TURNS_SECONDS, rescore_once


def take_turns(*, wanted=lambda: True):
    """Rescore what is marked, for two seconds at most, while `wanted()`.

    Returns the product whose turn it would be, or None where nothing is left to this process. Who
    gets a product's id sees to it that somebody goes on, else its marks wait for the sweeper.
    """
    until = time.monotonic() + TURNS_SECONDS
    passed_over = []
    while product_id := _longest_waiting(passed_over):
        if time.monotonic() >= until or not wanted():
            return product_id
        if not _had_its_turn(product_id):
            passed_over.append(product_id)
    return None


def _had_its_turn(product_id):
    """Not where another process is at it, which looks again after its COMMIT, or where it fails."""
    try:
        return rescore_once(product_id) is not None
    except Exception:
        # rescore_once has noted and logged it, and the others wait for us.
        if connection.connection is None or connection.connection.closed:
            raise
        return False


def _longest_waiting(passed_over):
    """The product with the oldest mark, or None.

    One that failed waits from then on: a product that fails after seconds, again and again, would
    else always be the first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.product_id
            FROM prioritisation_productchange c
            LEFT JOIN prioritisation_scoringstate s ON s.product_id = c.product_id
            WHERE c.product_id <> ALL (%s)
            GROUP BY c.product_id, s.failed_at
            ORDER BY greatest(min(c.created_at), s.failed_at)
            LIMIT 1
            """,
            [passed_over],
        )
        found = cursor.fetchone()
    return found and found[0]
