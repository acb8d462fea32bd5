"""The yardstick of a rescore: one SQL statement that writes the same Score and ScoreChange rows.

Written for speed, not for use: it knows only the benchmark's product (every persona counted and
sized by headcount, no reading, by people), and rounds contributions singly.
"""

from django.db import connection, transaction


def rescore_by_one_statement(product_id):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"product": product_id})


STATEMENT = """
WITH policy AS (
    SELECT * FROM prioritisation_scoringpolicy WHERE product_id = %(product)s
), share AS (
    SELECT p.id, p.kind = 'end_user' AS uses, assumed_adoption AS a,
        CASE WHEN p.kind = 'end_user'
            THEN end_user_say * p.headcount * importance
                / sum(p.headcount * importance) FILTER (WHERE p.kind = 'end_user') OVER ()
            ELSE (1 - end_user_say) * importance
                / sum(importance) FILTER (WHERE p.kind <> 'end_user') OVER ()
        END AS w,
        CASE WHEN p.kind = 'end_user'
            THEN p.headcount / sum(p.headcount) FILTER (WHERE p.kind = 'end_user') OVER ()
        END AS n,
        responsiveness AS rho
    FROM personas_persona p JOIN policy USING (product_id)
), rated AS (
    SELECT requirement_id, persona_id,
        max(c) AS known, max(c) * sum(c * value) / sum(c) / 5 AS v, sum(c * value) / sum(c) AS mean
    FROM (
        SELECT requirement_id, persona_id, value,
            CASE basis WHEN 'seen' THEN 1.0::float8 WHEN 'asked' THEN 0.8 ELSE 0.5 END AS c
        FROM prioritisation_rating WHERE product_id = %(product)s
    ) one GROUP BY requirement_id, persona_id
), reached AS (
    SELECT requirement_id,
        sum(n * (a + rho * ((1 - a) * greatest(v, 0) + a * least(v, 0))))
            FILTER (WHERE uses) AS reach,
        sum(n * (a + rho * ((1 - a) * greatest(v - 1 + known, 0) + a * least(v - 1 + known, 0))))
            FILTER (WHERE uses) AS reach_low,
        sum(n * (a + rho * ((1 - a) * greatest(v + 1 - known, 0) + a * least(v + 1 - known, 0))))
            FILTER (WHERE uses) AS reach_high
    FROM rated JOIN share ON share.id = persona_id GROUP BY requirement_id
), part AS (
    SELECT requirement_id, persona_id, w, known, mean, reach,
        w * CASE WHEN uses THEN v ELSE greatest(v, 0) * reach + least(v, 0) END AS adds,
        w * CASE WHEN uses THEN 0 ELSE greatest(v, 0) * (1 - reach) END AS lost,
        w * CASE WHEN uses THEN v - 1 + known ELSE
            greatest(v - 1 + known, 0) * reach_low + least(v - 1 + known, 0) END AS low,
        w * CASE WHEN uses THEN v + 1 - known ELSE
            greatest(v + 1 - known, 0) * reach_high + least(v + 1 - known, 0) END AS high
    FROM rated JOIN share ON share.id = persona_id JOIN reached USING (requirement_id)
), total AS (
    SELECT requirement_id, min(reach) AS reach, sum(w * known) AS answered,
        round(1e6 * sum(adds))::int AS score, round(1e6 * sum(low))::int AS low,
        round(1e6 * sum(high))::int AS high, 100 * sum(adds) AS points,
        array_agg(round(1e6 * adds)::int ORDER BY persona_id) AS contributions,
        array_agg(round(1e6 * lost)::int ORDER BY persona_id) AS unrealised,
        array_agg(round(1e4 * mean)::int ORDER BY persona_id) AS means,
        array_agg((100 * known)::smallint ORDER BY persona_id) AS confidences
    FROM part GROUP BY requirement_id
), scored AS (
    SELECT total.*, r.number, true AS ranked,
        CASE WHEN points > 0 THEN points / effort END AS value_for_effort
    FROM total JOIN products_requirement r ON r.id = requirement_id
), run AS (
    INSERT INTO prioritisation_scoringrun (product_id, version, algorithm, persona_ids, weights,
        adoption, policy, cause_change_ids, cause_tables)
    SELECT product_id, version + 1, algorithm, persona_ids, weights, adoption, policy, '{}', '{}'
    FROM prioritisation_scoringrun WHERE product_id = %(product)s ORDER BY version DESC LIMIT 1
    RETURNING id
), updated AS (
    UPDATE prioritisation_score s SET run_id = run.id, score = n.score, low = n.low,
        high = n.high, reach = n.reach, answered = n.answered,
        value_for_effort = n.value_for_effort, contributions = n.contributions,
        unrealised = n.unrealised, means = n.means, confidences = n.confidences
    FROM scored n, run
    WHERE s.requirement_id = n.requirement_id AND s.product_id = %(product)s
        AND (s.score, s.low, s.high, s.reach, s.answered, s.value_for_effort, s.contributions,
            s.unrealised, s.means, s.confidences) IS DISTINCT FROM
            (n.score, n.low, n.high, n.reach, n.answered, n.value_for_effort, n.contributions,
            n.unrealised, n.means, n.confidences)
    RETURNING s.*
), consumed AS (
    DELETE FROM prioritisation_productchange WHERE product_id = %(product)s
), state AS (
    UPDATE prioritisation_scoringstate SET run_id = run.id FROM run
    WHERE product_id = %(product)s
)
INSERT INTO prioritisation_scorechange (product_id, run_id, requirement_id, number, ranked, score,
    low, high, reach, answered, value_for_effort, contributions, unrealised, means, confidences,
    requirement_key)
SELECT s.product_id, s.run_id, requirement_id, number, ranked, score, low, high, reach, answered,
    value_for_effort, contributions, unrealised, means, confidences, p.key || '-' || number
FROM updated s JOIN products_product p ON p.id = s.product_id
"""
