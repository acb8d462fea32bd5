"""The steps in which scores moved: what each run stored, beside what was stored before it."""

from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

from django.db import connection
from django.utils import timezone

from prioritisation.pipeline.retention import KEPT_WHOLE

#: steps of one requirement that are looked at, unless fewer are asked for
MOST = 200


@dataclass(frozen=True, slots=True)
class Run:
    version: int
    change_ids: tuple
    """What it took in, in the order of their ids."""


@dataclass(frozen=True, slots=True)
class Step:
    """From one stored score of a requirement to the next."""

    version: int
    runs: tuple
    """The Run that stored it; where thinning took scores of that day away, all since the one
    before."""
    before: int
    """Ten-thousandths, like `after`; 0 where it wasn't scored yet."""
    after: int
    same_formula: bool

    @property
    def by(self):
        return self.after - self.before

    @property
    def change_ids(self):
        return [change_id for run in self.runs for change_id in run.change_ids]


def steps_of(product, start, end, requirement_ids, *, most=MOST):
    """Requirement id → (its latest Steps from version `start` to `end`, newest first and `most` at
    the most, and the version from which they tell: `start`, or a later one if there are more)."""
    rows = _rows(product.pk, end, list(requirement_ids), most + 1)
    found, old = {}, []
    for pk, stored in groupby(rows, key=itemgetter(0)):
        stored = list(stored)
        pairs = [(now, then) for now, then in pairwise([*stored, None]) if now[1] > start]
        since = start
        if len(pairs) > most:  # the last one's predecessor wasn't read
            pairs, since = pairs[:most], pairs[most][0][1]
        found[pk] = (pairs, since)
        old += [(now[1], then[1] if then else 0) for now, then in pairs if now[4]]
    runs = _runs_of_that_day(product.pk, sorted(set(old)))
    return {
        pk: ([_step(now, then, runs) for now, then in pairs], since)
        for pk, (pairs, since) in found.items()
    }


def _step(now, then, runs):
    _pk, version, score, algorithm, _old, change_ids = now
    before = then[1] if then else 0
    return Step(
        version=version,
        runs=runs.get((version, before)) or (Run(version, tuple(sorted(change_ids))),),
        before=then[2] if then else 0,
        after=score,
        same_formula=then is None or then[3] == algorithm,
    )


def _rows(product_id, end, requirement_ids, most):
    """(requirement, version, score, algorithm, whether it may be thinned, change ids), newest
    first by requirement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.id, r.version, c.score, r.algorithm, c.created_at < %(whole_since)s,
                r.cause_change_ids
            FROM unnest(%(ids)s::bigint[]) asked (id), LATERAL (
                SELECT run_id, score, created_at FROM prioritisation_scorechange
                WHERE product_id = %(product)s AND requirement_id = asked.id AND run_id <= (
                    SELECT id FROM prioritisation_scoringrun
                    WHERE product_id = %(product)s AND version <= %(end)s
                    ORDER BY version DESC LIMIT 1
                )
                ORDER BY run_id DESC, id DESC LIMIT %(most)s
            ) c
            JOIN prioritisation_scoringrun r ON r.id = c.run_id
            ORDER BY asked.id, r.version DESC
            """,
            {
                "product": product_id,
                "ids": requirement_ids,
                "end": end,
                "most": most,
                "whole_since": timezone.now() - KEPT_WHOLE,
            },
        )
        return cursor.fetchall()


def _runs_of_that_day(product_id, stored):
    """(version, version before) → the Runs of that version's day (UTC) since the one before."""
    if not stored:
        return {}
    versions, before = (list(column) for column in zip(*stored, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.version, asked.before, r.version, r.cause_change_ids
            FROM unnest(%(versions)s::bigint[], %(before)s::bigint[]) asked (version, before)
            JOIN prioritisation_scoringrun last
                ON last.product_id = %(product)s AND last.version = asked.version
            JOIN prioritisation_scoringrun r ON r.product_id = %(product)s
                AND r.version > asked.before AND r.version <= asked.version
                AND (r.computed_at AT TIME ZONE 'UTC')::date
                    = (last.computed_at AT TIME ZONE 'UTC')::date
            ORDER BY 1, 2, 3
            """,
            {"product": product_id, "versions": versions, "before": before},
        )
        found = {}
        for version, since, *run in cursor.fetchall():
            one = Run(run[0], tuple(sorted(run[1])))
            found[version, since] = (*found.get((version, since), ()), one)
        return found
