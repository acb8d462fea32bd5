"""A product's marks and inputs, read in one statement and so from one snapshot."""

from dataclasses import dataclass

import numpy as np

from prioritisation.models import CONFIDENCE
from prioritisation.pipeline.binary_copy import copy_out
from prioritisation.scoring import formula
from products.models import OPEN

MARK, STATE, POLICY, PERSONA, READING, REQUIREMENT, RATING = range(1, 8)
COLUMNS = dict(tag="int2", a="int8", b="int8", c="int8", d="float8", e="float8", f="float8")


@dataclass(frozen=True)
class Inputs:
    """What one rescore works on. Arrays over requirements are in `requirement_ids`' order."""

    whole: bool
    """Whether every requirement of the product is here, or only those that marks name."""
    marks: np.ndarray
    marked_requirements: np.ndarray
    version: int
    """Of the last run; 0 before the first."""
    algorithm: int
    """Of the last run; 0 before the first."""
    same_personas: bool
    """Whether the last run counted the same personas."""
    policy: formula.Policy
    personas: formula.Personas
    requirement_ids: np.ndarray
    numbers: np.ndarray
    is_open: np.ndarray
    effort: np.ndarray
    ratings: formula.Ratings


def read_inputs(cursor, product_id, *, force=False):
    """Everything a rescore of the product needs.

    If all marks name requirements, and the last run counted the same personas by the same
    algorithm, only those requirements and their ratings are read; with `force` all are.
    """
    rows = copy_out(cursor, _query(int(product_id), force), COLUMNS)
    by_tag = {tag: rows[rows["tag"] == tag] for tag in range(1, 8)}
    marks, state = by_tag[MARK], by_tag[STATE][0]
    requirements, ratings = by_tag[REQUIREMENT], by_tag[RATING]
    return Inputs(
        whole=bool(state["d"]),
        marks=_native(marks["a"]),
        marked_requirements=np.unique(_native(marks["b"])),
        version=int(state["a"]),
        algorithm=int(state["b"]),
        same_personas=bool(state["e"]),
        policy=_policy(by_tag[POLICY]),
        personas=_personas(by_tag[PERSONA], by_tag[READING]),
        requirement_ids=_native(requirements["a"]),
        numbers=_native(requirements["b"]),
        is_open=requirements["c"] == 1,
        effort=_native(requirements["d"]),
        ratings=formula.Ratings(
            id=_native(ratings["c"]),
            requirement=_native(ratings["a"]),
            persona=_native(ratings["b"]),
            value=_native(ratings["d"]),
            confidence=_native(ratings["e"]),
        ),
    )


def _native(column):
    """The column in this machine's byte order, contiguous."""
    return np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("="))


def _policy(rows):
    first, second = rows[np.argsort(rows["a"])]
    return formula.Policy(
        end_user_say=float(first["d"]),
        people_exponent=float(first["e"]),
        gap_emphasis=float(first["f"]),
        responsiveness=float(second["d"]),
        assumed_adoption=float(second["e"]),
        assumed_seats=float(second["f"]),
    )


def _personas(personas, readings):
    ids = _native(personas["a"])
    latest = np.full((3, len(ids)), np.nan)
    place = {persona: index for index, persona in enumerate(ids.tolist())}
    for reading in readings:
        latest[:, place[int(reading["a"])]] = reading["d"], reading["e"], reading["f"]
    installed, active, worked_around = latest
    return formula.Personas(
        ids=ids,
        is_end_user=personas["b"] == 1,
        headcount=_native(personas["d"]),
        importance=_native(personas["e"]),
        installed=installed,
        active=active,
        worked_around=worked_around,
    )


def _query(product_id, force):
    """The SELECT behind `read_inputs`. Every row has COLUMNS; NaN and 0 stand for NULL.

    Requirements and ratings come in two branches each, for the whole product and for what marks
    name: PostgreSQL doesn't run the branch whose constant condition is false, whereas one branch
    with an OR would read the whole product for one rating.
    """
    open_states = ", ".join(f"'{status}'" for status in OPEN)
    confidence = " ".join(f"WHEN '{basis}' THEN {value}" for basis, value in CONFIDENCE.items())
    requirement = (
        f"SELECT {REQUIREMENT}::int2, r.id, r.number::int8,"
        f" (r.status IN ({open_states}))::int::int8, COALESCE(r.effort, 'NaN'), 0::float8,"
        " 0::float8 FROM products_requirement r"
    )
    rating = (
        f"SELECT {RATING}::int2, r.requirement_id, r.persona_id, r.id, r.value::float8,"
        f" (CASE r.basis {confidence} END)::float8, 0::float8 FROM prioritisation_rating r"
    )
    mine = f"r.product_id = {product_id}"
    everything = "(SELECT whole FROM scope)"
    # An array, not a join: without fresh statistics a join was planned as a walk over all ratings.
    named = "ANY (ARRAY(SELECT id FROM named WHERE NOT (SELECT whole FROM scope)))"
    return f"""
        WITH marks AS MATERIALIZED (
            SELECT id, requirement_id FROM prioritisation_productchange
            WHERE product_id = {product_id}
        ), named AS MATERIALIZED (
            SELECT DISTINCT requirement_id AS id FROM marks WHERE requirement_id IS NOT NULL
        ), last AS MATERIALIZED (
            SELECT r.version, r.algorithm, r.persona_ids = ARRAY(
                SELECT id FROM personas_persona
                WHERE product_id = {product_id} AND importance > 0 ORDER BY id
            ) AS same_personas
            FROM prioritisation_scoringstate s JOIN prioritisation_scoringrun r ON r.id = s.run_id
            WHERE s.product_id = {product_id}
        ), scope AS MATERIALIZED (
            SELECT {force} OR EXISTS (SELECT FROM marks WHERE requirement_id IS NULL)
                OR NOT EXISTS (
                    SELECT FROM last WHERE same_personas AND algorithm = {formula.ALGORITHM}
                ) AS whole
        )
        SELECT {MARK}::int2 AS tag, id AS a, COALESCE(requirement_id, 0) AS b, 0::int8 AS c,
            0::float8 AS d, 0::float8 AS e, 0::float8 AS f FROM marks
        UNION ALL
        SELECT {STATE}::int2, COALESCE(version, 0), COALESCE(algorithm, 0)::int8, 0::int8,
            whole::int::float8, COALESCE(same_personas, false)::int::float8, 0::float8
        FROM scope LEFT JOIN last ON true
        UNION ALL
        SELECT {POLICY}::int2, 1::int8, 0::int8, 0::int8, end_user_say, people_exponent,
            gap_emphasis
        FROM prioritisation_scoringpolicy WHERE product_id = {product_id}
        UNION ALL
        SELECT {POLICY}::int2, 2::int8, 0::int8, 0::int8, responsiveness, assumed_adoption,
            assumed_seats
        FROM prioritisation_scoringpolicy WHERE product_id = {product_id}
        UNION ALL
        SELECT {PERSONA}::int2, id, (kind = 'end_user')::int::int8, 0::int8,
            COALESCE(headcount::float8, 'NaN'), importance, 0::float8
        FROM personas_persona WHERE product_id = {product_id}
        UNION ALL
        SELECT {READING}::int2, n.id, 0::int8, 0::int8,
            latest.installed::float8, latest.active::float8, latest.worked_around::float8
        FROM personas_persona n, LATERAL (
            SELECT * FROM personas_adoptionreading WHERE persona_id = n.id
            ORDER BY observed_on DESC LIMIT 1
        ) latest
        WHERE n.product_id = {product_id}
        UNION ALL {requirement} WHERE {mine} AND {everything}
        UNION ALL {requirement} WHERE {mine} AND r.id = {named}
        UNION ALL {rating} WHERE {mine} AND {everything}
        UNION ALL {rating} WHERE {mine} AND r.requirement_id = {named}
    """
