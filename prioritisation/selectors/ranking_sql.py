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
#: stands for no effort rank and, as the negative of a score, for none
LAST_OF_ALL, BEFORE_ALL = 2**31 - 1, -(2**31)
#: what rows are sorted by, all rising; `place_of` says the same of a row that was read
BY_SCORE = ("(rank IS NULL)::int", f"COALESCE(-score, {BEFORE_ALL})", "q.number")
ORDER = {
    "score": BY_SCORE,
    "value_for_effort": (f"COALESCE(effort_rank, {LAST_OF_ALL})", *BY_SCORE),
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
# that is gone, its score not yet, has a row of NULLs but for its place: it has taken one of the
# limit.
FROM_THE_TOP = f"""
    WITH places AS MATERIALIZED (
        SELECT requirement_id, {BY_EFFORT} AS effort_rank
        FROM prioritisation_score WHERE {MINE} AND value_for_effort IS NOT NULL
    )
    SELECT {COLUMNS.replace("q.number", "p.number")} FROM (
        SELECT top.*, effort_rank FROM (
            SELECT top.*, rank() OVER (ORDER BY score DESC) AS rank FROM (
                SELECT * FROM prioritisation_score WHERE {MINE}
                ORDER BY score DESC, number LIMIT %(limit)s
            ) top
        ) top FULL JOIN places ON places.requirement_id = top.requirement_id OFFSET 0
    ) p
    LEFT JOIN products_requirement q ON q.id = p.requirement_id
    WHERE p.requirement_id IS NOT NULL
    ORDER BY score DESC, p.number
"""


def ranking_query(
    product,
    order,
    statuses,
    only_ranked,
    tag,
    search,
    requirement_ids,
    limit,
    offset=0,
    after=None,
    backwards=False,
):
    """(SQL, values). Of rows after the place `after` (of `place_of`); or, `backwards`, of those
    before it, the nearest first."""
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
    if only_ranked and limit and order == "score" and not (narrowed or offset or after):
        return FROM_THE_TOP, values
    conditions = ["q.product_id = %(product)s", "q.status = ANY (%(statuses)s)"]
    if tag:
        conditions.append("q.tags @> ARRAY[%(tag)s]::varchar[]")
    if search:
        conditions.append(FOUND)
    if requirement_ids:
        conditions.append("q.id = ANY (%(requirements)s)")
    shown = ""
    if after:
        values |= {f"after{at}": value for at, value in enumerate(after)}
        named = ", ".join(f"%(after{at})s" for at in range(len(after)))
        shown = f"AND ({', '.join(ORDER[order])}) {'<' if backwards else '>'} ({named})"
    if only_ranked:
        shown += " AND rank IS NOT NULL"
    return _listed(COLUMNS, order, " AND ".join(conditions), shown, backwards), values


def whole_query(product, order):
    """All requirements of the product, in the order, without the scores' arrays."""
    return _listed(SCALARS, order, "q.product_id = %(product)s"), {
        "product": product.pk,
        "limit": None,
        "offset": 0,
    }


def _listed(columns, order, condition, shown="", backwards=False):
    falling = " DESC" if backwards else ""
    return f"""
        SELECT {columns} FROM (
            SELECT q.*, rank, effort_rank
            FROM (SELECT * FROM products_requirement q WHERE {condition}) q
            FULL JOIN ({PLACES}) places ON places.requirement_id = q.id OFFSET 0
        ) q
        LEFT JOIN prioritisation_score p ON p.requirement_id = q.id
        WHERE q.id IS NOT NULL {shown}
        ORDER BY {", ".join(f"{key}{falling}" for key in ORDER[order])}
        LIMIT %(limit)s OFFSET %(offset)s
    """


def place_of(found, order):
    """Where a row of COLUMNS stands in `order`, as numbers."""
    number, rank, effort_rank, score = found[1], found[13], found[14], found[16]
    place = (int(rank is None), BEFORE_ALL if score is None else -score, number)
    if order == "score":
        return place
    return (LAST_OF_ALL if effort_rank is None else effort_rank, *place)


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
