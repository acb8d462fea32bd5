"""The SQL of a ranking: which rows, in which order, with their ranks within the whole product."""

from products.models import OPEN

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
    "score": "rank IS NULL, score DESC, q.number",
    "value_for_effort": "effort_rank IS NULL, effort_rank, rank IS NULL, score DESC, q.number",
}
COLUMNS = """
    q.id, q.number, q.title, q.description, q.status, q.decision, q.tags, q.effort, q.must_reason,
    q.must_note, q.must_by, q.external_id, q.external_url, q.version,
    rank, effort_rank, COALESCE(p.ranked, false), p.score, p.low, p.high, p.reach, p.answered,
    p.value_for_effort, p.contributions, p.unrealised, p.means, p.confidences
"""
# Only as many rows as are shown are sorted whole and joined to their titles: twice the requests a
# second at 10,000. `rank` over rows from the very top is the rank within the product. A requirement
# that is gone, its score not yet, has a row of NULLs: it has taken a place of the limit.
FROM_THE_TOP = f"""
    WITH places AS MATERIALIZED (
        SELECT requirement_id, {BY_EFFORT} AS effort_rank
        FROM prioritisation_score WHERE {MINE} AND value_for_effort IS NOT NULL
    )
    SELECT {COLUMNS} FROM (
        SELECT top.*, rank() OVER (ORDER BY score DESC) AS rank FROM (
            SELECT * FROM prioritisation_score WHERE {MINE}
            ORDER BY score DESC, number LIMIT %(limit)s + %(offset)s
        ) top ORDER BY score DESC, number OFFSET %(offset)s
    ) p
    LEFT JOIN products_requirement q ON q.id = p.requirement_id
    LEFT JOIN places ON places.requirement_id = p.requirement_id
    ORDER BY score DESC, p.number
"""


def ranking_query(
    product, order, statuses, only_ranked, tag, search, requirement_ids, limit, offset
):
    values = {
        "product": product.pk,
        "statuses": list(statuses),
        "tag": tag,
        "search": f"%{_escaped(search)}%",
        "requirements": requirement_ids,
        "limit": None if limit is None else limit + 1,
        "offset": offset,
    }
    narrowed = tag or search or requirement_ids or not set(statuses) >= set(OPEN)
    if only_ranked and limit and order == "score" and not narrowed:
        return FROM_THE_TOP, values
    conditions = ["q.product_id = %(product)s", "q.status = ANY (%(statuses)s)"]
    if only_ranked:
        conditions.append("rank IS NOT NULL")
    if tag:
        conditions.append("q.tags @> ARRAY[%(tag)s]::varchar[]")
    if search:
        conditions.append(
            "(q.title ILIKE %(search)s OR q.description ILIKE %(search)s"
            " OR (SELECT key FROM products_product WHERE id = q.product_id) || '-' || q.number"
            " ILIKE %(search)s)"
        )
    if requirement_ids:
        conditions.append("q.id = ANY (%(requirements)s)")
    return (
        f"SELECT {COLUMNS} FROM products_requirement q"
        " LEFT JOIN prioritisation_score p ON p.requirement_id = q.id"
        f" LEFT JOIN ({PLACES}) places ON places.requirement_id = q.id"
        f" WHERE {' AND '.join(conditions)} ORDER BY {ORDER[order]}"
        " LIMIT %(limit)s OFFSET %(offset)s",
        values,
    )


#: a ranked requirement's neighbours in the list: the ids right above and right below
NEIGHBOURS = f"""
    SELECT above, below FROM (
        SELECT requirement_id, lag(requirement_id) OVER listed AS above,
            lead(requirement_id) OVER listed AS below
        FROM prioritisation_score WHERE {MINE} WINDOW listed AS (ORDER BY score DESC, number)
    ) found WHERE requirement_id = %(requirement)s
"""


def _escaped(text):
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
