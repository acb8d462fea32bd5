"""The SQL of a ranking: which rows, in which order, with their ranks within the whole product.

A product that was just imported has no statistics: PostgreSQL takes its ten thousand rows for
fifty, and may walk all of one list for each row of another, which took 14 s where no index helps.
So PLACES are joined by FULL JOIN, which it never does that way; OFFSET 0 keeps it from being made
another kind of join.
"""

from products.models import OPEN
from products.searching import folded

MINE = "product_id = %(product)s AND ranked"
# Quotients that are equal by arithmetic may differ in their last bit: ranked as shown, rounded.
BY_EFFORT = "rank() OVER (ORDER BY round(value_for_effort * 10000) DESC NULLS LAST)"
#: the ranks within the whole product; few columns, since they are sorted twice
PLACES = f"""
    SELECT requirement_id, rank() OVER (ORDER BY score DESC) AS rank,
        CASE WHEN value_for_effort IS NOT NULL THEN {BY_EFFORT} END AS effort_rank
    FROM prioritisation_score WHERE {MINE}
"""
ORDER = {
    "score": "rank IS NULL, score DESC, number",
    "value_for_effort": "effort_rank IS NULL, effort_rank, rank IS NULL, score DESC, number",
}
#: of the requirement, then of its score; all but the arrays, which a whole ranking reads apart
SCALARS = """
    q.id, q.number, q.title, q.status, q.decision, q.tags, q.effort, q.must_reason, q.must_note,
    q.must_by, q.external_id, q.external_url, q.version,
    rank, effort_rank, COALESCE(p.ranked, false), p.score, p.low, p.high, p.reach, p.answered,
    p.value_for_effort
"""
COLUMNS = f"{SCALARS}, p.contributions, p.unrealised, p.means, p.confidences"
SEARCHED = (
    "concat_ws(' ', (SELECT key FROM products_product WHERE id = q.product_id) || '-' || q.number,"
    " q.title, q.description, array_to_string(q.tags, ' '))"
)
#: whether the requirement `q` has what is searched for in its key, title, description or tags
FOUND = f"strpos({folded(SEARCHED)}, {folded('%(search)s::text')}) > 0"
# Only as many rows as are shown are sorted whole and joined to their titles: twice the requests a
# second at 10,000. `rank` over rows from the very top is the rank within the product. A requirement
# that is gone, its score not yet, has a row of NULLs: it has taken a place of the limit.
FROM_THE_TOP = f"""
    WITH places AS MATERIALIZED (
        SELECT requirement_id, {BY_EFFORT} AS effort_rank
        FROM prioritisation_score WHERE {MINE} AND value_for_effort IS NOT NULL
    )
    SELECT {COLUMNS} FROM (
        SELECT top.*, effort_rank FROM (
            SELECT *, rank() OVER (ORDER BY score DESC) AS rank FROM (
                SELECT * FROM prioritisation_score WHERE {MINE}
                ORDER BY score DESC, number LIMIT %(limit)s + %(offset)s
            ) top ORDER BY score DESC, number OFFSET %(offset)s
        ) top FULL JOIN places ON places.requirement_id = top.requirement_id OFFSET 0
    ) p
    LEFT JOIN products_requirement q ON q.id = p.requirement_id
    WHERE p.requirement_id IS NOT NULL
    ORDER BY score DESC, p.number
"""


def ranking_query(
    product, order, statuses, only_ranked, tag, search, requirement_ids, limit, offset
):
    values = {
        "product": product.pk,
        "statuses": list(statuses),
        "tag": tag,
        "search": search,
        "requirements": requirement_ids,
        "limit": None if limit is None else limit + 1,
        "offset": offset,
    }
    narrowed = tag or search or requirement_ids or not set(statuses) >= set(OPEN)
    if only_ranked and limit and order == "score" and not narrowed:
        return FROM_THE_TOP, values
    conditions = ["q.product_id = %(product)s", "q.status = ANY (%(statuses)s)"]
    if tag:
        conditions.append("q.tags @> ARRAY[%(tag)s]::varchar[]")
    if search:
        conditions.append(FOUND)
    if requirement_ids:
        conditions.append("q.id = ANY (%(requirements)s)")
    return _listed(COLUMNS, order, " AND ".join(conditions), only_ranked), values


def whole_query(product, order):
    """All requirements of the product, in the order, without the scores' arrays."""
    values = {"product": product.pk, "limit": None, "offset": 0}
    return _listed(SCALARS, order, "q.product_id = %(product)s"), values


def _listed(columns, order, condition, only_ranked=False):
    return f"""
        SELECT {columns} FROM (
            SELECT q.*, rank, effort_rank
            FROM (SELECT * FROM products_requirement q WHERE {condition}) q
            FULL JOIN ({PLACES}) places ON places.requirement_id = q.id OFFSET 0
        ) q
        LEFT JOIN prioritisation_score p ON p.requirement_id = q.id
        WHERE q.id IS NOT NULL {"AND rank IS NOT NULL" if only_ranked else ""}
        ORDER BY {ORDER[order].replace("number", "q.number")} LIMIT %(limit)s OFFSET %(offset)s
    """


#: a ranked requirement's neighbours in the list: the ids right above and right below
NEIGHBOURS = f"""
    SELECT above, below FROM (
        SELECT requirement_id, lag(requirement_id) OVER listed AS above,
            lead(requirement_id) OVER listed AS below
        FROM prioritisation_score WHERE {MINE} WINDOW listed AS (ORDER BY score DESC, number)
    ) found WHERE requirement_id = %(requirement)s
"""

#: the scores and ranks of some of a product's requirements
PLACED = """
    SELECT requirement_id, score, rank FROM (
        SELECT requirement_id, score,
            CASE WHEN ranked THEN rank() OVER (PARTITION BY ranked ORDER BY score DESC) END AS rank
        FROM prioritisation_score WHERE product_id = %(product)s
    ) all_of_them WHERE requirement_id = ANY (%(ids)s)
"""
