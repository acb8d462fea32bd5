"""Where a ranking comes from: the ranks of the last weeks, and what became of the shipped."""

from datetime import datetime, time, timedelta
from functools import lru_cache

from django.db import connection
from django.utils import timezone

from prioritisation.presentation.charts.trend import NOTHING, TWO_WEEKS, WEEKS, Recent
from prioritisation.selectors.past_rankings import rankings_at, versions_at
from prioritisation.selectors.weights import people_of
from products.models import Product


def read_recent(product, *, now, shipped=()):
    """The Recent of a product; `shipped` are ids of the shipped ones that are shown."""
    ranks = _weekly_ranks(product, now)
    if not shipped:
        return Recent(ranks, {}) if ranks else NOTHING
    return Recent(ranks, _expected(shipped), people_of(product).adopted)


def _weekly_ranks(product, now):
    midnight = timezone.make_aware(datetime.combine(timezone.localtime(now).date(), time()))
    moments = tuple(midnight - timedelta(weeks=week) for week in range(WEEKS, 0, -1))
    return _ranks_at(product.pk, moments) if product.created_at <= moments[TWO_WEEKS] else {}


@lru_cache(maxsize=16)
def _ranks_at(product_id, moments):
    """Kept for the day: what was doesn't change, and reading it takes the whole history."""
    product = Product(pk=product_id)
    versions = versions_at(product, moments)
    if not versions[TWO_WEEKS]:
        return {}
    found = rankings_at(product, {version for version in versions if version})
    ranks = {}
    for week, version in enumerate(versions):
        for place in found.get(version, ()):
            ranks.setdefault(place.requirement_id, [None] * WEEKS)[week] = place.rank
    return ranks


def _expected(requirement_ids):
    """Requirement id → its reach when it last had a place in the order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (requirement_id) requirement_id, reach
            FROM prioritisation_scorechange
            WHERE requirement_id = ANY (%s) AND ranked ORDER BY requirement_id, id DESC
            """,
            [list(requirement_ids)],
        )
        return dict(cursor.fetchall())
