"""The numbers in the sidebar."""

from django.db import connection

from products.models import OPEN

#: Of larger grids missing answers aren't counted: 75 ms for 50,000 ratings, on every page.
MOST_CELLS = 10_000


def counts_of(product_id):
    """{"ranking": open requirements, "rate": answers that are missing or None, "personas": all}.

    One statement; missing are the cells of open requirements and counted personas that nobody
    has rated.
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
                WHERE product_id = %(product)s AND requirement_id IN (SELECT id FROM opened)
                    AND persona_id IN (SELECT id FROM counted)
            )
            SELECT (SELECT count(*) FROM opened),
                CASE WHEN n <= %(most)s THEN n - (SELECT count(*) FROM answered) END,
                (SELECT count(*) FROM personas_persona WHERE product_id = %(product)s)
            FROM cells
            """,
            {"product": product_id, "open": list(OPEN), "most": MOST_CELLS},
        )
        return dict(zip(("ranking", "rate", "personas"), cursor.fetchone(), strict=True))
