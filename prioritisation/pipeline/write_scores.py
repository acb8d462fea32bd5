"""Writing scores: only the rows that differ, each with its entry in the history."""

from django.db import connection

from prioritisation.pipeline.binary_copy import copy_in

SCALARS = dict(
    requirement_id="int8",
    number="int4",
    ranked="bool",
    score="int4",
    low="int4",
    high="int4",
    reach="float8",
    answered="float8",
    value_for_effort="float8",
)
ARRAYS = dict(contributions="int4", unrealised="int4", means="int4", confidences="int2")
VALUES = [name for name in [*SCALARS, *ARRAYS] if name != "requirement_id"]


def write_scores(*, product_id, run_id, values, personas, all_rows, requirement_ids=None):
    """Store `values` (column → array over requirements) under the run; append what changed.

    `personas` is the length of the array columns. With `all_rows` rows are written even if equal:
    the run counts other personas than the last, so arrays mean something else. `requirement_ids`
    names those in `values` unless they are the whole product's. Returns the number of rows written.
    """
    if not len(values["requirement_id"]):
        return 0
    incoming, parameters = "", {}
    with connection.cursor() as cursor:
        if len(values["requirement_id"]) <= FEW:
            incoming, parameters = _as_values(values)
        else:
            arrays = {name: (kind, personas) for name, kind in ARRAYS.items()}
            cursor.execute(CREATE_INCOMING)
            copy_in(cursor, "incoming_scores", {**SCALARS, **arrays}, values)
        cursor.execute(
            f"WITH {incoming} {WRITE}",
            {
                "product": product_id,
                "run": run_id,
                "all_rows": all_rows,
                "named": requirement_ids,
                **parameters,
            },
        )
        return cursor.rowcount


def _as_values(values):
    """`values` as a common table expression `incoming_scores`, and its parameters."""
    kinds = [*SCALARS.values(), *(f"{kind}[]" for kind in ARRAYS.values())]
    rows = list(zip(*(values[name].tolist() for name in [*SCALARS, *ARRAYS]), strict=True))
    parameters = {f"row{i}_{j}": v for i, row in enumerate(rows) for j, v in enumerate(row)}
    shown = ", ".join(
        f"({', '.join(f'%(row{i}_{j})s::{kind}' for j, kind in enumerate(kinds))})"
        for i in range(len(rows))
    )
    return f"incoming_scores ({', '.join([*SCALARS, *ARRAYS])}) AS (VALUES {shown}),", parameters


def drop_scores_of_deleted(*, product_id, run_id, requirement_ids=None):
    """Remove scores whose requirement is gone (of all, or of those named); note that they left."""
    with connection.cursor() as cursor:
        cursor.execute(DROP, {"product": product_id, "run": run_id, "named": requirement_ids})


#: A rating changes one score. For so few a temporary table, emptied at COMMIT, takes longer than
#: the rest of the writing.
FEW = 20

# `value_for_effort` travels as NaN where it is null: rows of one size.
CREATE_INCOMING = """
    CREATE TEMPORARY TABLE IF NOT EXISTS incoming_scores (
        requirement_id bigint, number integer, ranked boolean,
        score integer, low integer, high integer,
        reach float8, answered float8, value_for_effort float8,
        contributions integer[], unrealised integer[], means integer[], confidences smallint[]
    ) ON COMMIT DELETE ROWS;
    -- What an earlier rescore in the same transaction left: another product's scores, even.
    DELETE FROM incoming_scores
"""

_columns = ", ".join(VALUES)
_incoming = ", ".join(
    "NULLIF(i.value_for_effort, 'NaN')" if name == "value_for_effort" else f"i.{name}"
    for name in VALUES
)
_stored = ", ".join(f"s.{name}" for name in VALUES)
_history = f"product_id, run_id, requirement_id, {_columns}"

# Repeated for the stored rows: before the first ANALYZE, a join to the incoming one alone was
# planned as a walk over all scores of the product.
_named = "(%(named)s::bigint[] IS NULL OR s.requirement_id = ANY (%(named)s))"

WRITE = f"""
    updated AS (
        UPDATE prioritisation_score s SET (run_id, {_columns}) = ROW (%(run)s, {_incoming})
        FROM incoming_scores i
        WHERE s.requirement_id = i.requirement_id AND s.product_id = %(product)s AND {_named}
            AND (%(all_rows)s OR ({_stored}) IS DISTINCT FROM ({_incoming}))
        RETURNING s.requirement_id, {_stored}
    ), added AS (
        INSERT INTO prioritisation_score (product_id, run_id, requirement_id, {_columns})
        SELECT %(product)s, %(run)s, i.requirement_id, {_incoming}
        FROM incoming_scores i
        WHERE NOT EXISTS (
            SELECT FROM prioritisation_score s
            WHERE s.requirement_id = i.requirement_id AND s.product_id = %(product)s AND {_named}
        )
        RETURNING requirement_id, {_columns}
    ), changed AS (SELECT * FROM updated UNION ALL SELECT * FROM added)
    INSERT INTO prioritisation_scorechange ({_history}, requirement_key)
    SELECT %(product)s, %(run)s, requirement_id, {_columns}, p.key || '-' || number
    FROM changed JOIN products_product p ON p.id = %(product)s
"""

_left = ", ".join("false" if name == "ranked" else name for name in VALUES)

DROP = f"""
    WITH gone AS (
        DELETE FROM prioritisation_score s
        WHERE product_id = %(product)s AND {_named}
            AND NOT EXISTS (SELECT FROM products_requirement r WHERE r.id = s.requirement_id)
        RETURNING *
    )
    INSERT INTO prioritisation_scorechange ({_history}, requirement_key)
    SELECT %(product)s, %(run)s, requirement_id, {_left}, p.key || '-' || number
    FROM gone JOIN products_product p ON p.id = %(product)s
"""
