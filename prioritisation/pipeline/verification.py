"""Are the stored scores right? docs/score.md once more, in SQL: nothing of scoring.py is used."""

from django.db import connection

from prioritisation.models import ProductChange
from prioritisation.pipeline.snapshots import snapshot
from products.models import OPEN, Product


def wrong_scores(product_id):
    """What is stored of the product and isn't what its inputs give; [] for a marked one.

    Each is (requirement key or "run", names of the wrong values, stored, computed). All inputs,
    marks and scores are of one snapshot: it is one statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(WRONG, {"product": product_id, "open": [str(status) for status in OPEN]})
        return cursor.fetchall()


def verify_all():
    """(product, wrong_scores of it) of every product; None in place of those that can't be judged,
    because the product waits to be rescored."""
    for product in Product.objects.order_by("key"):
        # Of one snapshot: marked between two, a product would be neither judged nor told.
        with snapshot():
            waits = ProductChange.objects.filter(product_id=product.pk).exists()
            wrong = None if waits else wrong_scores(product.pk)
        yield product, wrong


# Nothing is joined whose size only statistics tell: before the first ANALYZE of a large product
# that was planned as a walk over all cells for each cell. Cells meet their ratings, and sums their
# cells, in one grouping each.
#
# All measures are in ten-thousandths, unrounded. A stored integer is one rounding away from them:
# `1` below allows for that and for a tie that floats break the other way.
INPUTS = """
    unmarked AS (
        SELECT p.id, p.key FROM products_product p
        WHERE p.id = %(product)s AND NOT EXISTS (
            SELECT FROM prioritisation_productchange c WHERE c.product_id = p.id)
    ), persona AS (
        SELECT n.id, n.kind = 'end_user' AS uses, n.importance AS q,
            COALESCE(n.headcount, NULLIF(l.installed, 0))::float8 AS known,
            CASE WHEN l.installed > 0
                THEN (l.active - l.worked_around + y.assumed_seats * y.assumed_adoption)
                    / (l.installed + y.assumed_seats)
                ELSE y.assumed_adoption END AS a
        FROM personas_persona n
        JOIN prioritisation_scoringpolicy y ON y.product_id = n.product_id
        LEFT JOIN LATERAL (
            SELECT installed, active, worked_around FROM personas_adoptionreading
            WHERE persona_id = n.id ORDER BY observed_on DESC LIMIT 1
        ) l ON true
        WHERE n.product_id = %(product)s AND n.importance > 0
    ), params AS (
        SELECT y.responsiveness AS rho, y.gap_emphasis AS phi, y.people_exponent AS gamma,
            y.assumed_adoption AS believed, e.users > 0 AS has_users,
            CASE WHEN e.payers > 0 THEN y.end_user_say ELSE 1 END AS lambda, e.sizes_known
        FROM prioritisation_scoringpolicy y, (
            SELECT count(*) FILTER (WHERE uses) AS users,
                count(*) FILTER (WHERE NOT uses) AS payers,
                COALESCE(bool_and(known IS NOT NULL) FILTER (WHERE uses), true) AS sizes_known
            FROM persona) e
        WHERE y.product_id = %(product)s
    ), sized AS (
        SELECT n.*, CASE WHEN sizes_known THEN known ELSE 1 END AS people FROM persona n, params
    ), said AS (
        SELECT n.*, power(people, gamma) * q * (1 + phi * (1 - a)) AS say FROM sized n, params
    ), weighed AS (
        SELECT n.id, n.uses, n.a,
            CASE WHEN uses THEN people / sum(people) FILTER (WHERE uses) OVER () END AS share,
            CASE WHEN uses THEN lambda * say / sum(say) FILTER (WHERE uses) OVER ()
                ELSE (1 - lambda) * q / sum(q) FILTER (WHERE NOT uses) OVER () END AS w
        FROM said n, params
    )"""

OPINIONS = """
    sure AS (
        SELECT requirement_id, persona_id, value,
            CASE basis WHEN 'seen' THEN 1.0 WHEN 'asked' THEN 0.8 ELSE 0.5 END AS c,
            bool_or(basis <> 'guessed') OVER (PARTITION BY requirement_id, persona_id) AS evidence
        FROM prioritisation_rating WHERE product_id = %(product)s
    ), held AS (
        SELECT requirement_id, persona_id, max(c)::float8 AS c,
            (sum(c * value) / sum(c))::float8 AS mean
        FROM sure WHERE c > 0.5 OR NOT evidence GROUP BY requirement_id, persona_id
    ), asked AS (
        SELECT r.id AS requirement_id, n.id AS persona_id, n.uses, n.a, n.share, n.w
        FROM products_requirement r LEFT JOIN weighed n ON true
        WHERE r.product_id = %(product)s
    ), cell AS (
        SELECT requirement_id, persona_id, bool_or(uses) AS uses, max(a) AS a,
            max(share) AS share, max(w) AS w, COALESCE(max(c), 0) AS c,
            COALESCE(max(mean), 0) AS mean, COALESCE(max(c) * max(mean) / 5, 0) AS v
        FROM (
            SELECT requirement_id, persona_id, uses, a, share, w, NULL AS c, NULL AS mean
            FROM asked
            UNION ALL
            SELECT requirement_id, persona_id, NULL, NULL, NULL, NULL, c, mean
            FROM held WHERE persona_id IN (SELECT id FROM weighed)
        ) both_sides GROUP BY requirement_id, persona_id
    )"""

# `side` 0 is the score itself, −1 and 1 the worst and the best that open answers can turn out.
SCORES = """
    moved AS (
        SELECT cell.*, side, v + side * (1 - c) AS x FROM cell, (VALUES (-1), (0), (1)) sides (side)
    ), reached AS (
        SELECT moved.*, CASE WHEN has_users
            THEN sum(share * (a + rho * ((1 - a) * greatest(x, 0) + a * least(x, 0))))
                FILTER (WHERE uses) OVER (PARTITION BY requirement_id, side)
            ELSE believed END AS reach
        FROM moved, params
    ), points AS (
        SELECT reached.*,
            1e6 * w * CASE WHEN uses THEN x ELSE greatest(x, 0) * reach + least(x, 0) END AS gives,
            1e6 * w * CASE WHEN uses THEN 0 ELSE greatest(x, 0) * (1 - reach) END AS unrealised
        FROM reached
    ), computed AS (
        SELECT requirement_id,
            COALESCE(sum(gives) FILTER (WHERE side = -1), 0) AS low_given,
            COALESCE(sum(gives) FILTER (WHERE side = 1), 0) AS high_given,
            COALESCE(sum(gives) FILTER (WHERE side = 0), 0) AS score,
            max(reach) FILTER (WHERE side = 0) AS reach,
            COALESCE(sum(w * c) FILTER (WHERE side = 0), 0) AS answered,
            COALESCE(bool_or(c > 0), false) AS rated,
            array_remove(array_agg(gives ORDER BY persona_id) FILTER (WHERE side = 0), NULL)
                AS contributions,
            array_remove(array_agg(unrealised ORDER BY persona_id) FILTER (WHERE side = 0), NULL)
                AS unrealised,
            array_agg(1e4 * mean ORDER BY persona_id) FILTER (WHERE side = 0 AND w IS NOT NULL)
                AS means,
            array_agg(100 * c ORDER BY persona_id) FILTER (WHERE side = 0 AND w IS NOT NULL)
                AS confidences
        FROM points GROUP BY requirement_id
    ), expected AS (
        SELECT c.*, r.number, low_given - open_say AS low, high_given + open_say AS high,
            c.rated AND r.status = ANY (%(open)s) AS ranked,
            CASE WHEN round(c.score) > 0 THEN c.score / 1e4 / r.effort END AS value_for_effort
        FROM computed c JOIN products_requirement r ON r.id = c.requirement_id, (
            SELECT CASE WHEN has_users THEN 0 ELSE 1e6 * lambda END AS open_say FROM params
        ) nobody_uses
    )"""


def _far(stored, computed, by):
    return f"abs(s.{stored} - {computed}) > {by} THEN '{stored}'"


def _arrays_far(name):
    return (
        f"cardinality(s.{name}) <> COALESCE(cardinality(e.{name}), 0) OR EXISTS (SELECT"
        f" FROM unnest(s.{name}, e.{name}) d (stored, computed)"
        f" WHERE abs(stored - computed) > 1 + 1e-6) THEN '{name}'"
    )


FAULTS = [
    "s.requirement_id IS NULL THEN 'not scored'",
    "e.requirement_id IS NULL THEN 'requirement is gone'",
    *[_far(name, f"e.{name}", "1") for name in ("score", "low", "high")],
    *[_far(name, f"e.{name}", "1e-4") for name in ("reach", "answered")],
    _far("value_for_effort", "e.value_for_effort", "1e-4"),
    # At the edge of 0 either is right.
    "(s.value_for_effort IS NULL) <> (e.value_for_effort IS NULL) AND abs(e.score) > 1"
    " THEN 'value_for_effort'",
    "s.ranked <> e.ranked THEN 'ranked'",
    "s.number <> e.number THEN 'number'",
    *[_arrays_far(name) for name in ("contributions", "unrealised", "means", "confidences")],
    "s.score <> (SELECT COALESCE(sum(c), 0) FROM unnest(s.contributions) c)"
    " THEN 'contributions don''t add up'",
    "s.low > s.score OR s.score > s.high THEN 'range'",
]

WRONG = f"""
    WITH {INPUTS}, {OPINIONS}, {SCORES},
    stored AS (SELECT * FROM prioritisation_score WHERE product_id = %(product)s),
    compared AS (
        SELECT COALESCE(e.number, s.number) AS number,
            to_jsonb(s) AS stored, to_jsonb(e) AS computed,
            array_remove(ARRAY[{", ".join(f"CASE WHEN {fault} END" for fault in FAULTS)}], NULL)
                AS wrong
        FROM expected e FULL JOIN stored s ON s.requirement_id = e.requirement_id
    ), run AS (
        SELECT r.*, ARRAY(SELECT id FROM weighed ORDER BY id) AS counted,
            ARRAY(SELECT w FROM weighed ORDER BY id) AS computed
        FROM prioritisation_scoringstate t LEFT JOIN prioritisation_scoringrun r ON r.id = t.run_id
        WHERE t.product_id = %(product)s
    )
    SELECT u.key || '-' || number, wrong, stored, computed FROM compared, unmarked u
    WHERE cardinality(wrong) > 0
    UNION ALL
    SELECT u.key || ' run', ARRAY['personas or weights'],
        jsonb_build_object('personas', persona_ids, 'weights', weights),
        jsonb_build_object('personas', counted, 'weights', computed)
    FROM run, unmarked u
    WHERE persona_ids IS DISTINCT FROM counted OR EXISTS (
        SELECT FROM unnest(weights, computed) d (stored, computed)
        WHERE abs(stored - computed) > 1e-9)
    ORDER BY 1
"""
