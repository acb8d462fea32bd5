"""The transaction of every write: history before it, marks and news in it, nudges after it."""

import random
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import IntegrityError, OperationalError, connection, transaction

from accounts.cut_offs import untold_cut_offs
from accounts.history import acting
from prioritisation.pipeline.notify import nudge, tell_cut_offs, tell_notified
from products.telling import tell_of_changes

SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"
#: Checked at COMMIT: a rating is written for a requirement that another transaction deletes in the
#: meantime. The second try finds it gone and says so.
PARENT_IS_GONE = "23503"
#: Two find that there is nothing yet and insert; the later one fails. Its second try finds the
#: row of the first and says so beside the field.
TAKEN = "23505"

#: before another try
PAUSE_SECONDS = (0.005, 0.05)


@dataclass
class Written:
    """What a transaction did, known when it ends: `change_id` is None if it changed no input."""

    change_id: int | None = None
    products: list[int] = field(default_factory=list)
    cut_off: bool = False
    """Whether somebody is to be cut off from open streams, by this one or by another."""
    told: set[int] = field(default_factory=set)
    """Users whose notifications have something new."""


@contextmanager
def writing(**actor):
    """One transaction whose changes are attributed to `actor` (see `acting`), told and rung for.

    Yields a `Written`, filled just before COMMIT. Nothing is rung for after a rollback.
    """
    with acting(**actor), transaction.atomic():
        written = Written()
        yield written
        if not connection.needs_rollback:
            _fill(written)
            if written.change_id is not None:
                written.told = tell_of_changes(written.change_id)

            # A nested function: Django 5.2 can't name a partial in its log line.
            def tell():
                for product_id in written.products:
                    nudge(product_id)
                if written.cut_off:
                    tell_cut_offs(untold_cut_offs())
                tell_notified(written.told)

            transaction.on_commit(tell, robust=True)


def _fill(written):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH change AS (
                SELECT NULLIF(current_setting('userward.change_id', true), '')::bigint AS id
            )
            SELECT (SELECT id FROM change),
                ARRAY(SELECT DISTINCT product_id FROM prioritisation_productchange
                      WHERE change_id = (SELECT id FROM change)),
                EXISTS (SELECT FROM accounts_cutoff WHERE told_at IS NULL)
            """
        )
        written.change_id, written.products, written.cut_off = cursor.fetchone()


def is_conflict(error):
    """Whether PostgreSQL ended the transaction to let another go on; trying again may succeed."""
    code = getattr(error.__cause__, "pgcode", None)
    return code in {SERIALIZATION_FAILURE, DEADLOCK, PARENT_IS_GONE, TAKEN}


def retrying(call, *, times=2, before_again=None):
    """`call()`, and again up to `times` times when it ended in a conflict.

    The transaction takes back what it wrote, and `before_again()` what else it did.

    After a moment of random length. Else: the two that deadlock wait for each other's row; one is
    ended, comes back at once and takes its row again before the other wakes; they deadlock again.
    """
    for left in range(times, -1, -1):
        try:
            return call()
        except (OperationalError, IntegrityError) as error:
            if not left or not is_conflict(error):
                raise
            time.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311 - no secret
            if before_again:
                before_again()
