"""For whoever watches over the site. Public, and without the session: it may be what is down."""

import secrets

from django.conf import settings
from django.contrib import admin
from django.db import DatabaseError, InterfaceError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from prioritisation.pipeline import notify
from prioritisation.pipeline.checks import missing_migrations, missing_triggers
from products.access import public


@public
@require_safe
@never_cache
def healthz(request):
    """Red (503) without the database, or when a mark is older than OLDEST_MARK_SECONDS.

    Which products, and why, is told to staff and to who brings HEALTH_KEY. A broker that doesn't
    answer is told, but isn't red: the sweeper needs none.
    """
    report = {"database": True, "broker": bool(notify.breaker.attempt(_ping))}
    try:
        behind, failing = _marked_products(), _failing_products()
        told = _has_key(request) or admin.site.has_permission(request)
    except (DatabaseError, InterfaceError):
        report |= {"status": "red", "database": False}
        return _answer(report, told=_has_key(request))
    late = [product for product in behind if product["seconds"] > settings.OLDEST_MARK_SECONDS]
    report |= {
        "status": "red" if late else "green",
        "oldest_mark_seconds": max((product["seconds"] for product in behind), default=0),
        "behind": late,
        "failing": failing,
    }
    return _answer(report, told=told)


def _answer(report, *, told):
    shown = report if told else {"status": report["status"]}
    return JsonResponse(shown, status=200 if report["status"] == "green" else 503)


def _has_key(request):
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    key = settings.HEALTH_KEY
    return bool(key) and secrets.compare_digest(given.encode(), key.encode())


@public
@require_safe
@never_cache
def readyz(request):
    """Ready (200) once the database is there, migrated, and has its triggers."""
    try:
        report = {"migrations": missing_migrations(), "triggers": missing_triggers()}
    except (DatabaseError, InterfaceError):
        return JsonResponse({"ready": False, "database": False}, status=503)
    ready = not any(report.values())
    report = {"ready": ready, "database": True, "missing": report}
    return JsonResponse(report, status=200 if ready else 503)


def _ping():
    return notify.client().ping()


def _marked_products():
    return _rows(
        """
        SELECT p.key AS product,
            round(extract(epoch FROM clock_timestamp() - min(c.created_at))::numeric, 1)::float8
                AS seconds,
            count(*) AS marks
        FROM prioritisation_productchange c JOIN products_product p ON p.id = c.product_id
        GROUP BY p.id ORDER BY seconds DESC
        """
    )


def _failing_products():
    # The first line of an error names it; the rest may quote rows.
    return _rows(
        """
        SELECT p.key AS product, split_part(s.error, E'\\n', 1) AS error, s.failed_at
        FROM prioritisation_scoringstate s JOIN products_product p ON p.id = s.product_id
        WHERE s.error <> '' ORDER BY s.failed_at
        """
    )


def _rows(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
