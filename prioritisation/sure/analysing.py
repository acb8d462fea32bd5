"""What takes long is worked out by a worker in a process apart (apart.py), one at a time in all.

The message only says "look": what is to do is in the table. A worker that finds somebody at it
goes away; whoever is at it looks again after letting go, so nothing written before is overlooked.
"""

import logging
import time
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models.functions import Now

from prioritisation import nudge
from prioritisation.analysis import LOST_AFTER, Analysis
from prioritisation.sure.plausible import DRAWS, SEED, plausible
from prioritisation.sure.present import read_present
from prioritisation.sure.sureness import plausible_in_json

log = logging.getLogger(__name__)

ANALYSIS_LOCK = 0x75770002
TOUCH_SECONDS = 0.3


class SupersededError(Exception):
    """Somebody started it anew, or removed its product."""


def start_analysis(product_id, kind):
    """Have it worked out from now on, unless somebody is at it; return the Analysis."""
    started = Analysis.objects.raw(
        """
        INSERT INTO prioritisation_analysis AS a (product_id, kind, parameters)
        VALUES (%s, %s, %s)
        ON CONFLICT (product_id, kind) DO UPDATE
        SET attempt = a.attempt + 1, parameters = EXCLUDED.parameters, progress = 0, error = '',
            created_at = now(), touched_at = now(), finished_at = NULL
        WHERE a.finished_at IS NOT NULL OR a.touched_at < now() - %s
        RETURNING *
        """,
        [product_id, kind, f'{{"draws": {DRAWS}, "seed": {SEED}}}', LOST_AFTER],
    )
    analysis = next(iter(started), None)
    if analysis is None:
        return Analysis.objects.get(product_id=product_id, kind=kind)

    def ring():
        nudge.ring_for_analyses()

    transaction.on_commit(ring, robust=True)
    return analysis


def is_worth_a_process():
    """Whether something is unfinished and nobody at it; who is at it looks again afterwards."""
    if not any_unfinished():
        return False
    with _turn() as mine:
        return mine


def any_unfinished():
    return Analysis.objects.filter(finished_at=None).exists()


def work_out_analyses(*, wanted=lambda: True):
    """Work out all that is unfinished, unless another process is at it.

    Raises SystemExit, leaving it unfinished, once nobody wants it any more."""
    while any_unfinished():
        with _turn() as mine:
            if not mine:
                return
            for analysis in _unfinished():
                _work_out(analysis, wanted)


@contextmanager
def _turn():
    """Whether this process is the one to work. A lock of the session: a transaction open for half
    a minute would keep the database from clearing dead rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [ANALYSIS_LOCK])
        mine = cursor.fetchone()[0]
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [ANALYSIS_LOCK])


def _unfinished():
    """Each unfinished Analysis, the longest waiting first, looked up when the last is done."""
    while analysis := Analysis.objects.filter(finished_at=None).order_by("created_at").first():
        yield analysis


def _work_out(analysis, wanted):
    attempt = Analysis.objects.filter(pk=analysis.pk, attempt=analysis.attempt)
    touched = 0.0

    def tell(progress):
        nonlocal touched
        if time.monotonic() - touched < TOUCH_SECONDS:
            return
        touched = time.monotonic()
        if not wanted():
            raise SystemExit
        # Those waiting for this one aren't lost either.
        Analysis.objects.filter(finished_at=None).update(touched_at=Now())
        if not attempt.update(progress=progress):
            raise SupersededError

    try:
        tell(0.0)
        present = read_present(analysis.product_id)
        found = plausible(*present.arguments, **analysis.parameters, progress=tell)
        done = {"result": plausible_in_json(found, present)}
        done["validator"] = present.standing.validator
    except SupersededError:
        return
    except Exception as error:
        log.exception("%s can't be worked out", analysis)
        done = {"error": f"{type(error).__name__}: {error}"[:1000].replace("\0", "")}
    attempt.update(finished_at=Now(), progress=1, **done)
