"""One product's marks become its scores, in one transaction (README, "How a change …", 4)."""

import json
import logging
import time
from contextlib import suppress
from dataclasses import asdict

import numpy as np
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from prioritisation.models import ProductChange, ScoringState
from prioritisation.pipeline import notify
from prioritisation.pipeline.read_inputs import read_inputs
from prioritisation.pipeline.transactions import is_conflict
from prioritisation.pipeline.write_scores import drop_scores_of_deleted, write_scores
from prioritisation.scoring import formula
from products.querysets import PRODUCT_LOCK

log = logging.getLogger(__name__)

ATTEMPTS = 5
#: then the rest of a product's marks is left to the next nudge or sweep: others wait too
TURNS_SECONDS = 2.0
LOCK_TIMEOUT = "1s"
NOTHING = 0
"""In place of a version, which is 1 or more: there was no mark."""


def rescore(product_id, *, force=False):
    """Score the product until it has no mark, or for two seconds; return its version, or None if
    nothing was to do.

    One at a time: if another process is at it, this returns, and that one sees our marks when it
    looks again after its COMMIT, also where it found nothing to do. Else: it looks and finds
    none, we mark and find it at it, it goes; the mark waits for the sweeper. For the same reason
    it rings for what it leaves when its time is up.

    Raises what keeps failing, after noting it in the product's ScoringState. `force` rescores
    everything, even over a newer algorithm's scores.
    """
    version = None
    until = time.monotonic() + TURNS_SECONDS
    while True:
        done = rescore_once(product_id, force=force)
        if done is None:
            return version
        if done is not NOTHING:
            version, force = done, False
        if not ProductChange.objects.filter(product_id=product_id).exists():
            return version
        if time.monotonic() >= until:
            notify.nudge(product_id)
            return version


def rescore_once(product_id, *, force=False):
    """One run: the version, NOTHING where there was no mark, or None where it is another's turn.

    Whoever got something else than None looks for marks of the product once more: see `rescore`.
    Raises what keeps failing, after noting it.
    """
    try:
        done = _retrying(product_id, force=force)
    except Exception as error:
        _note_failure(product_id, error)
        raise
    if done:
        notify.publish(product_id, done)
    return done


def _retrying(product_id, *, force):
    for left in range(ATTEMPTS - 1, -1, -1):
        try:
            return _rescore_once(product_id, force=force)
        except (OperationalError, IntegrityError) as error:
            if not left or not (is_conflict(error) or isinstance(error, IntegrityError)):
                raise
            log.info("rescoring again after: %s", error)


@transaction.atomic
def _rescore_once(product_id, *, force):
    """One run; its version, NOTHING without a mark, or None where it is another process's turn."""
    with connection.cursor() as cursor:
        if not _take_turn(cursor, product_id):
            return None
        inputs = read_inputs(cursor, product_id, force=force)
    if not force and inputs.algorithm > formula.ALGORITHM:
        return None
    if not force and not len(inputs.marks):
        return NOTHING
    scores = formula.score(
        inputs.policy, inputs.personas, inputs.ratings, inputs.requirement_ids, inputs.effort
    )
    named = None if inputs.whole else inputs.marked_requirements.tolist()
    run_id, version = _begin_run(product_id, inputs, scores.weights)
    write_scores(
        product_id=product_id,
        run_id=run_id,
        values=_stored_values(inputs, scores),
        personas=len(scores.weights.persona_ids),
        all_rows=not inputs.same_personas,
        requirement_ids=named,
    )
    if inputs.whole or not np.isin(named, inputs.requirement_ids).all():
        drop_scores_of_deleted(product_id=product_id, run_id=run_id, requirement_ids=named)
    return version


def _take_turn(cursor, product_id):
    """Whether this process may rescore the product until its transaction ends."""
    # Somebody's forgotten transaction in psql may hold a row of this product: after these seconds
    # it is this product's failure, and the sweeper goes on to the others.
    #
    # A statement of its own: in the same one as the reading, the snapshot would be from before
    # the lock, and so without what the last holder wrote.
    cursor.execute(
        "SELECT pg_try_advisory_xact_lock(%s, %s), set_config('lock_timeout', %s, true)",
        [PRODUCT_LOCK, product_id, LOCK_TIMEOUT],
    )
    if not cursor.fetchone()[0]:
        return False
    # What the new rows' foreign keys would lock at COMMIT, at once. Else a deletion that doesn't
    # take the advisory lock (psql) holds the product and waits for our scores, while our COMMIT
    # waits for the product: a deadlock.
    cursor.execute("SELECT FROM products_product WHERE id = %s FOR KEY SHARE", [product_id])
    return cursor.rowcount == 1


def _stored_values(inputs, scores):
    return {
        "requirement_id": inputs.requirement_ids,
        "number": inputs.numbers,
        "ranked": inputs.is_open & (scores.answered > 0),
        "score": scores.score,
        "low": scores.low,
        "high": scores.high,
        "reach": scores.reach,
        "answered": scores.answered,
        "value_for_effort": scores.value_for_effort,
        "contributions": scores.contributions,
        "unrealised": scores.unrealised,
        "means": np.where(scores.rated, scores.means, 0),
        "confidences": scores.confidence,
    }


def _begin_run(product_id, inputs, weights):
    """Consume exactly the marks that were read, by id; insert the run they caused, and point the
    product's state to it.

    Not "all up to the newest": ids are given before COMMIT, so a lower one may come later.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH consumed AS (
                DELETE FROM prioritisation_productchange WHERE id = ANY (%s)
                RETURNING change_id, table_name
            ), run AS (
                INSERT INTO prioritisation_scoringrun (product_id, version, algorithm, persona_ids,
                    weights, adoption, policy, cause_change_ids, cause_tables)
                SELECT %s, %s, %s, %s::bigint[], %s::float8[], %s::float8[], %s::jsonb,
                    COALESCE(array_agg(DISTINCT change_id), '{}'),
                    COALESCE(array_agg(DISTINCT table_name::text), '{}')
                FROM consumed
                RETURNING id, version, product_id
            ), pointed AS (
                UPDATE prioritisation_scoringstate s
                SET run_id = run.id, error = '', failed_at = NULL
                FROM run WHERE s.product_id = run.product_id
            )
            SELECT id, version FROM run
            """,
            [
                inputs.marks.tolist(),
                product_id,
                inputs.version + 1,
                formula.ALGORITHM,
                weights.persona_ids.tolist(),
                weights.weights.tolist(),
                weights.adoption.tolist(),
                json.dumps(asdict(inputs.policy)),
            ],
        )
        return cursor.fetchone()


def _note_failure(product_id, error):
    log.exception("product %s can't be rescored", product_id)
    # Where the failure is the database's absence, it can't be noted either.
    with suppress(OperationalError, InterfaceError):
        ScoringState.objects.filter(product_id=product_id).update(
            error=f"{type(error).__name__}: {error}"[:1000].replace("\0", ""),
            failed_at=timezone.now(),
        )
