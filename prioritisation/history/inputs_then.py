"""A product's inputs as a run found them, looked up row by row: at a cost that doesn't grow with
the history before or after it."""

import json
from typing import NamedTuple

from django.db import connection

from personas.models import AdoptionReading, Kind, Persona
from prioritisation.models import CONFIDENCE, PARAMETERS, Rating, ScoringPolicy
from prioritisation.scoring import attribution
from prioritisation.scoring.attribution import Event
from prioritisation.scoring.formula import Policy
from products.models import Requirement

UNKNOWN = float("nan")

#: A change that a run took in has no higher id than all that this many runs up to it took in: as
#: many transactions would have had to wait, each for its own run, since before it.
RUNS_LOOKED_BACK = 100


def _number(value):
    return UNKNOWN if value is None else float(value)


#: model → (kind of its events, columns, what an Event of the kind makes of them)
KINDS = {
    ScoringPolicy: (attribution.POLICY, PARAMETERS, Policy),
    Persona: (
        attribution.PERSONA,
        ("kind", "headcount", "importance"),
        lambda kind, people, importance: (kind == Kind.END_USER, _number(people), importance),
    ),
    AdoptionReading: (
        attribution.READING,
        ("persona_id", "observed_on", "installed", "active", "worked_around"),
        lambda *values: values,
    ),
    Requirement: (attribution.REQUIREMENT, ("effort",), _number),
    Rating: (
        attribution.RATING,
        ("requirement_id", "persona_id", "value", "basis"),
        lambda requirement, persona, value, basis: (
            requirement,
            persona,
            float(value),
            CONFIDENCE[basis],
        ),
    ),
}


def event_of(model, row):
    """The Event of a row of the model's input history."""
    kind, columns, made = KINDS[model]
    gone = row.pgh_label == "delete"
    values = None if gone else made(*(getattr(row, column) for column in columns))
    return Event(kind, row.pgh_id, row.pgh_obj_id, values)


def inputs_at(product_id, wanted):
    """version → Events that make the inputs what they were as that version's run left them.

    `wanted`: version → (ids of requirements whose ratings are needed, how many rows of readings
    may be taken out of it).
    """
    found = {version: [] for version in wanted}
    with connection.cursor() as cursor:
        runs = _runs(cursor, product_id, list(wanted))
        counted = [
            (version, run.bound, wanted[version][1] + 1, pk)
            for version, run in runs.items()
            for pk in run.persona_ids
        ]
        rated = [
            (version, run.bound, 1, pk)
            for version, run in runs.items()
            for pk in wanted[version][0]
        ]
        rows = [
            *_rows(cursor, PERSONAS, Persona, product_id, counted),
            *_rows(cursor, READINGS, AdoptionReading, product_id, counted),
            *_rows(cursor, RATINGS, Rating, product_id, rated),
        ]
    for version, run in runs.items():
        found[version].append(Event(attribution.POLICY, 0, run.policy_id, run.policy))
        found[version] += [
            Event(attribution.REQUIREMENT, 0, pk, UNKNOWN) for pk in wanted[version][0]
        ]
    for version, event in rows:
        found[version].append(event)
    return found


class _Run(NamedTuple):
    policy_id: int
    policy: Policy
    persona_ids: list
    """Of those that counted."""
    bound: int
    """No change has a higher id that a run up to it took in."""


def _runs(cursor, product_id, versions):
    """version → its _Run."""
    cursor.execute(
        """
        SELECT r.version, p.id, r.policy::text, r.persona_ids, (
            SELECT COALESCE(max(change.id), 0)
            FROM prioritisation_scoringrun b, unnest(b.cause_change_ids) change (id)
            WHERE b.product_id = r.product_id
                AND b.version > r.version - %(runs)s AND b.version <= r.version
        )
        FROM prioritisation_scoringrun r
        JOIN prioritisation_scoringpolicy p ON p.product_id = r.product_id
        WHERE r.product_id = %(product)s AND r.version = ANY (%(versions)s)
        """,
        {"product": product_id, "versions": versions, "runs": RUNS_LOOKED_BACK},
    )
    return {
        version: _Run(policy_id, Policy(**json.loads(policy)), persona_ids, bound)
        for version, policy_id, policy, persona_ids, bound in cursor.fetchall()
    }


def _rows(cursor, query, model, product_id, asked):
    """(version, Event) of the model's rows that are `asked` for: (version, bound, at most, id)."""
    if not asked:
        return []
    versions, bounds, limits, ids = (list(column) for column in zip(*asked, strict=True))
    values = {"versions": versions, "bounds": bounds, "limits": limits, "ids": ids}
    kind, columns, made = KINDS[model]
    cursor.execute(
        query.format(
            table=model.pgh_event_model._meta.db_table,
            columns=", ".join(f"e.{column}" for column in columns),
        ),
        values | {"product": product_id},
    )
    return [
        (version, Event(kind, pk, row, made(*told)))
        for version, pk, row, *told in cursor.fetchall()
    ]


ASKED = """
    asked (version, bound, at_most, id) AS MATERIALIZED (SELECT * FROM unnest(
        %(versions)s::bigint[], %(bounds)s::bigint[], %(limits)s::int[], %(ids)s::bigint[]
    ))"""


def _taken_in(event):
    """SQL: a run up to asked.version took the event in."""
    # A count, which the planner can't turn into a join: looked up for each event, until one was
    # taken in. EXISTS was planned as a join that read all runs.
    return f"""(
        SELECT count(*) FROM prioritisation_scoringrun s
        WHERE s.cause_change_ids @> ARRAY[{event}.pgh_change_id]
            AND s.product_id + 0 = %(product)s AND s.version + 0 <= asked.version
    ) > 0"""  # noqa: S608 - only names written here


# `+ 0`: a look-up goes by one index each, a row's events or the runs that took a change in. The
# planner, who doesn't know how few it needs, would read all of a product's runs instead.
# LIMIT 200: first in order, by an index, then whether it was taken in, until one was. Without a
# limit the planner sorts all events of the row or persona. So many that were written by then and
# not yet taken in don't stand before the one that was.
_LATEST = """
    SELECT * FROM (
        SELECT * FROM {{table}} WHERE pgh_obj_id = {row} AND pgh_change_id + 0 <= asked.bound
        ORDER BY pgh_id DESC LIMIT 200
    ) e WHERE {taken_in} LIMIT 1"""

PERSONAS = f"""
    WITH {ASKED}
    SELECT asked.version, pgh_id, pgh_obj_id, {{columns}}
    FROM asked, LATERAL ({_LATEST.format(row="asked.id", taken_in=_taken_in("e"))}) e
    WHERE pgh_label <> 'delete'
"""  # noqa: S608 - only names written here

READINGS = f"""
    WITH {ASKED}
    SELECT asked.version, pgh_id, pgh_obj_id, {{columns}}
    FROM asked, LATERAL (
        SELECT * FROM (
            SELECT * FROM {{table}}
            WHERE persona_id = asked.id AND pgh_change_id + 0 <= asked.bound
                AND pgh_label <> 'delete'
            ORDER BY observed_on DESC, pgh_obj_id DESC, pgh_id DESC LIMIT 200
        ) e
        WHERE {_taken_in("e")} AND NOT EXISTS (
            SELECT FROM {{table}} later
            WHERE later.pgh_obj_id = e.pgh_obj_id AND later.pgh_id > e.pgh_id
                AND later.pgh_change_id + 0 <= asked.bound AND {_taken_in("later")}
        )
        LIMIT asked.at_most
    ) e
"""  # noqa: S608 - only names written here

# Each row that ever was a rating of the requirement, from one to the next by an index.
RATINGS = f"""
    WITH RECURSIVE {ASKED}, given (requirement_id, id) AS (
        SELECT id, (SELECT min(pgh_obj_id) FROM {{table}} WHERE requirement_id = one.id)
        FROM (SELECT DISTINCT id FROM asked) one
        UNION ALL
        SELECT requirement_id, (
            SELECT min(pgh_obj_id) FROM {{table}} next
            WHERE next.requirement_id = given.requirement_id AND next.pgh_obj_id > given.id
        )
        FROM given WHERE id IS NOT NULL
    )
    SELECT asked.version, pgh_id, pgh_obj_id, {{columns}}
    FROM asked JOIN given ON given.requirement_id = asked.id,
        LATERAL ({_LATEST.format(row="given.id", taken_in=_taken_in("e"))}) e
    WHERE pgh_label <> 'delete'
"""  # noqa: S608 - only names written here
