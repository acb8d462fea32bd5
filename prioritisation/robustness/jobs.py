"""What takes long is worked out by a worker in a process apart (apart.py), one process in all.

It gives each product a moment after the other, so that a small one doesn't wait for a large one.

The message only says "look": what is to do is in the table. A worker that finds somebody at it
goes away; whoever is at it looks again after letting go, so nothing written before is overlooked.
"""

import logging
import time
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models.functions import Now

from prioritisation.models.analyses import LOST_AFTER, Analysis
from prioritisation.pipeline import notify
from prioritisation.robustness.selectors import plausible_in_json
from prioritisation.scoring.rank_acceptability import DRAWS, SEED, plausible_in_steps
from prioritisation.selectors.current_inputs import read_present

log = logging.getLogger(__name__)

ANALYSIS_LOCK = 0x75770002
#: of work on one product, before it is the next one's turn
MOMENT_SECONDS = 0.2


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
        notify.ring_for_analyses()

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
    """Work out all that is unfinished, side by side, unless another process is at it.

    Raises SystemExit, leaving it unfinished, once nobody wants it any more."""
    while any_unfinished():
        with _turn() as mine:
            if not mine:
                return
            _work_out_in_turns(wanted)


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


def _work_out_in_turns(wanted):
    """Round after round a moment on each unfinished one, also on those started meanwhile."""
    under_way = {}
    while unfinished := list(Analysis.objects.filter(finished_at=None).order_by("created_at")):
        # One started anew, or whose product was removed, isn't among them any more.
        under_way = {_attempt(one): under_way.get(_attempt(one)) for one in unfinished}
        for analysis in unfinished:
            if not wanted():
                raise SystemExit
            steps = under_way[_attempt(analysis)] or _steps(analysis)
            under_way[_attempt(analysis)] = steps
            _tell(analysis, _go_on(analysis, steps))


def _attempt(analysis):
    return analysis.pk, analysis.attempt


def _steps(analysis):
    """A generator of how far it is, that returns what is to be stored."""
    present = read_present(analysis.product_id)
    found = yield from plausible_in_steps(*present.arguments, **analysis.parameters)
    return {
        "result": plausible_in_json(found, present),
        "validator": present.standing.validator,
    }


def _go_on(analysis, steps):
    """Work for a moment; return what is new of the row."""
    until = time.monotonic() + MOMENT_SECONDS
    try:
        while True:
            progress = next(steps)
            if time.monotonic() >= until:
                return {"progress": progress}
    except StopIteration as ended:
        found = ended.value
    except Exception as error:
        log.exception("%s can't be worked out", analysis)
        found = {"error": f"{type(error).__name__}: {error}"[:1000].replace("\0", "")}
    return found | {"finished_at": Now(), "progress": 1}


def _tell(analysis, news):
    # Those waiting for their moment aren't lost either.
    Analysis.objects.filter(finished_at=None).update(touched_at=Now())
    # Not of a newer attempt: somebody may have started it anew, or removed its product.
    Analysis.objects.filter(pk=analysis.pk, attempt=analysis.attempt).update(**news)
