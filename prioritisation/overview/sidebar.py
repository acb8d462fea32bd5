"""The numbers in the sidebar."""

from django.core.cache import caches
from django.db import connection

from prioritisation.comparison.next_questions import count_for_top
from products.models import OPEN

cache = caches["process"]

#: Of larger grids neither missing answers nor useful ones are counted: 75 ms for 50,000 ratings,
#: on every page.
MOST_CELLS = 10_000


def counts_of(product_id):
    """{"ranking": open requirements, "rate": answers that are missing or None, "personas": all,
    "ask": answers that could change the top or None}.

    One statement; missing are the cells of open requirements and counted personas that nobody
    has rated. What to ask is worked out once for each run or mark.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH opened AS MATERIALIZED (
                SELECT id FROM products_requirement
                WHERE product_id = %(product)s AND status = ANY (%(open)s)
            ), counted AS MATERIALIZED (
                SELECT id FROM personas_persona WHERE product_id = %(product)s AND importance > 0
            ), cells AS MATERIALIZED (
                SELECT (SELECT count(*) FROM opened) * (SELECT count(*) FROM counted) AS n
            ), answered AS (
                SELECT DISTINCT requirement_id, persona_id FROM prioritisation_rating
                -- IS TRUE: looked up in a hash, never joined. Where a product's size isn't known
                -- yet, the join walked all requirements for each rating.
                WHERE product_id = %(product)s
                    AND (requirement_id IN (SELECT id FROM opened)) IS TRUE
                    AND (persona_id IN (SELECT id FROM counted)) IS TRUE
            )
            SELECT (SELECT count(*) FROM opened),
                CASE WHEN n <= %(most)s THEN n - (SELECT count(*) FROM answered) END,
                (SELECT count(*) FROM personas_persona WHERE product_id = %(product)s),
                (SELECT run_id FROM prioritisation_scoringstate WHERE product_id = %(product)s),
                (SELECT max(id) FROM prioritisation_productchange WHERE product_id = %(product)s)
            FROM cells
            """,
            {"product": product_id, "open": list(OPEN), "most": MOST_CELLS},
        )
        opened, missing, personas, *inputs = cursor.fetchone()
    asks = None if missing is None else _asks(product_id, inputs)
    return {"ranking": opened, "rate": missing, "personas": personas, "ask": asks}


def _asks(product_id, inputs):
    run, mark = inputs
    key = f"asks.{product_id}.{run}.{mark}"
    return cache.get_or_set(key, lambda: count_for_top(product_id))
