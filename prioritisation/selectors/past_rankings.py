"""Rankings as they were: replayed from what each run stored, those of requirements that are closed
or deleted by now included. Nothing is computed anew."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from products.models import Requirement


@dataclass(frozen=True, slots=True)
class Place:
    """A requirement that was ranked then."""

    requirement_id: int
    key: str
    number: int
    rank: int
    score: int
    """Ten-thousandths."""


@dataclass(frozen=True, slots=True)
class Run:
    version: int
    at: datetime


def ranking_at(product, version):
    """The Places of the product's ranking as that version stored it, by score, then number.

    Exact for a year; of what is older, changes of one day are thinned to the last.
    """
    return rankings_at(product, [version])[version]


def rankings_at(product, versions):
    """Version → Places, for each of the versions, in one statement."""
    wanted = sorted(set(versions))
    standing, found = {}, {}
    changes = _last_changes(product.pk, wanted)
    for index, version in enumerate(wanted):
        for requirement_id, key, number, ranked, score in changes[index]:
            if ranked:
                standing[requirement_id] = (-score, number, key)
            else:
                standing.pop(requirement_id, None)
        found[version] = _placed(standing)
    return found


def scores_at(product, versions, requirement_ids=None):
    """Version → {requirement id: score in ten-thousandths}, of all that had one by then, or of
    those given; those that were deleted keep their last."""
    wanted = sorted(set(versions))
    standing, found = {}, {}
    changes = _last_changes(product.pk, wanted, requirement_ids)
    for index, version in enumerate(wanted):
        standing |= {pk: score for pk, _key, _number, _ranked, score in changes[index]}
        found[version] = dict(standing)
    return found


def _placed(standing):
    """`standing`: requirement id → (−score, number, key)."""
    places, rank, last = [], 0, None
    ordered = sorted(standing.items(), key=lambda one: one[1])
    for place, (requirement_id, (below, number, key)) in enumerate(ordered, start=1):
        rank = rank if below == last else place
        last = below
        places.append(Place(requirement_id, key, number, rank, -below))
    return places


def _last_changes(product_id, versions, requirement_ids=None):
    """For each version what, if anything, changed last since the one before, or up to it: a list
    of rows each; of all requirements or those given."""
    found = [[] for _ in versions]
    with connection.cursor() as cursor:
        values = {"product": product_id, "versions": versions, "last": versions[-1]}
        if requirement_ids is not None:
            cursor.execute(LOOKED_UP.format(ids=GIVEN), values | {"ids": list(requirement_ids)})
        elif _is_long(cursor, product_id, len(versions)):
            cursor.execute(LOOKED_UP.format(ids=EVERY), values)
        else:
            cursor.execute(READ_THROUGH, values)
        for index, *change in cursor.fetchall():
            found[index].append(change)
    return found


def _is_long(cursor, product_id, versions):
    """Whether the product's history has more entries than there are scores to look up in it."""
    cursor.execute(
        """
        SELECT count(*) > scores.most FROM (
            SELECT count(*) * %(versions)s AS most FROM prioritisation_score
            WHERE product_id = %(product)s
        ) scores, LATERAL (
            SELECT FROM prioritisation_scorechange
            WHERE product_id = %(product)s LIMIT scores.most + 1
        ) entries
        GROUP BY scores.most
        """,
        {"product": product_id, "versions": versions},
    )
    return (cursor.fetchone() or (False,))[0]


#: the whole history, once
READ_THROUGH = """
    SELECT DISTINCT ON (slice, requirement_id)
        slice, requirement_id, requirement_key, number, ranked, score
    FROM (
        -- which of the versions is the first to hold the change
        SELECT c.*, r.version, width_bucket(r.version - 1, %(versions)s::bigint[]) AS slice
        FROM prioritisation_scorechange c
        JOIN prioritisation_scoringrun r ON r.id = c.run_id
        WHERE c.product_id = %(product)s AND r.product_id = %(product)s
            AND r.version <= %(last)s
    ) c ORDER BY slice, requirement_id, version DESC, id DESC
"""
#: each requirement's score as of each version, by index
LOOKED_UP = """
    WITH RECURSIVE asked (id) AS ({ids}), runs (slice, id) AS MATERIALIZED (
        SELECT place - 1, (
            SELECT id FROM prioritisation_scoringrun
            WHERE product_id = %(product)s AND version <= wanted.version
            ORDER BY version DESC LIMIT 1
        ) FROM unnest(%(versions)s::bigint[]) WITH ORDINALITY AS wanted (version, place)
    )
    SELECT runs.slice, asked.id, c.requirement_key, c.number, c.ranked, c.score
    FROM asked, runs, LATERAL (
        SELECT requirement_key, number, ranked, score FROM prioritisation_scorechange
        WHERE product_id = %(product)s AND requirement_id = asked.id AND run_id <= runs.id
        ORDER BY run_id DESC, id DESC LIMIT 1
    ) c
"""
GIVEN = "SELECT unnest(%(ids)s::bigint[])"
# From one requirement to the next by index, those that were deleted included.
EVERY = """
    (SELECT requirement_id FROM prioritisation_scorechange WHERE product_id = %(product)s
     ORDER BY requirement_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT requirement_id FROM prioritisation_scorechange
        WHERE product_id = %(product)s AND requirement_id > asked.id
        ORDER BY requirement_id LIMIT 1
    ) FROM asked WHERE id IS NOT NULL
"""


def runs_around(product):
    """(the product's first Run, its latest), or None before the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            (SELECT version, computed_at FROM prioritisation_scoringrun
             WHERE product_id = %(product)s ORDER BY version LIMIT 1)
            UNION ALL
            (SELECT version, computed_at FROM prioritisation_scoringrun
             WHERE product_id = %(product)s ORDER BY version DESC LIMIT 1)
            """,
            {"product": product.pk},
        )
        runs = [Run(*row) for row in cursor.fetchall()]
    return (runs[0], runs[-1]) if runs else None


def versions_at(product, moments):
    """The version that was the newest at each of these moments; 0 before the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT COALESCE((
                SELECT version FROM prioritisation_scoringrun
                WHERE product_id = %(product)s AND computed_at <= moment
                ORDER BY version DESC LIMIT 1
            ), 0)
            FROM unnest(%(moments)s::timestamptz[]) WITH ORDINALITY AS m (moment, place)
            ORDER BY place
            """,
            {"product": product.pk, "moments": list(moments)},
        )
        return [row[0] for row in cursor.fetchall()]


def when(product, version):
    """The moment at which that version was computed, or None."""
    runs = product.runs.filter(version=version)
    return runs.values_list("computed_at", flat=True).first()


def titles_of(product, requirement_ids):
    """Requirement id → (title, whether it still exists); the last title of those deleted."""
    living = dict(
        Requirement.objects.filter(product=product, pk__in=requirement_ids).values_list(
            "pk", "title"
        )
    )
    gone = set(requirement_ids) - living.keys()
    told = (
        Requirement.pgh_event_model.objects.filter(product_id=product.pk, pgh_obj_id__in=gone)
        .order_by("pgh_obj_id", "-pgh_id")
        .distinct("pgh_obj_id")
        .values_list("pgh_obj_id", "title")
        if gone
        else ()
    )
    return {pk: (title, True) for pk, title in living.items()} | {
        pk: (title, False) for pk, title in told
    }
