"""The least that serves the first 50: psycopg2 and json, a session and a membership check."""

import json
import os
import threading
from http.cookies import SimpleCookie

import psycopg2
from django.conf import settings
from django.core import signing

QUERY = """
    WITH places AS MATERIALIZED (
        SELECT requirement_id, rank() OVER (ORDER BY value_for_effort DESC) AS effort_rank
        FROM prioritisation_score
        WHERE product_id = %(product)s AND ranked AND value_for_effort IS NOT NULL
    )
    SELECT s.rank, effort_rank, s.score, s.low, s.high, s.reach, s.answered, s.value_for_effort,
        s.contributions, s.unrealised, r.id, r.number, r.title, r.status, r.tags, r.effort
    FROM (
        SELECT *, rank() OVER (ORDER BY score DESC) AS rank FROM (
            SELECT * FROM prioritisation_score WHERE product_id = %(product)s AND ranked
            ORDER BY score DESC, number LIMIT 50
        ) top
    ) s
    JOIN products_requirement r ON r.id = s.requirement_id
    LEFT JOIN places ON places.requirement_id = s.requirement_id
    ORDER BY s.score DESC, r.number
"""
COLUMNS = [
    *[
        "rank",
        "effort_rank",
        "score",
        "low",
        "high",
        "reach",
        "answered",
        "value_for_effort",
        "contributions",
        "unrealised",
    ],
    *["id", "number", "title", "status", "tags", "effort"],
]
_local = threading.local()


def _cursor():
    if not hasattr(_local, "connection"):
        _local.connection = psycopg2.connect(os.environ["DATABASE_URL"])
        _local.connection.autocommit = True
    return _local.connection.cursor()


def application(environ, start_response):
    if environ["PATH_INFO"] == "/readyz":
        start_response("204 No Content", [])
        return []
    key = SimpleCookie(environ["HTTP_COOKIE"])[settings.SESSION_COOKIE_NAME].value
    with _cursor() as cursor:
        cursor.execute(
            "SELECT session_data FROM django_session"
            " WHERE session_key = %s AND expire_date > now()",
            [key],
        )
        session = signing.loads(
            cursor.fetchone()[0],
            key=os.environ["SECRET_KEY"],
            salt="django.contrib.sessions.SessionStore",
        )
        cursor.execute(
            "SELECT p.id FROM products_product p JOIN products_membership m ON m.product_id = p.id"
            " WHERE p.key = %s AND m.user_id = %s",
            [environ["PATH_INFO"].strip("/"), int(session["_auth_user_id"])],
        )
        cursor.execute(QUERY, {"product": cursor.fetchone()[0]})
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    body = json.dumps({"results": rows}).encode()
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
