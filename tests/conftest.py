import threading

import pytest
import redis
from django.conf import settings
from django.db import connection

from prioritisation import nudge
from prioritisation.models import ScoringState
from prioritisation.verification import verify_all
from tests import processes


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item):
    """After each test with a database, while its rows are there: no score of it is wrong."""
    uses_database = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(
        item.fixturenames
    )
    tampered = item.get_closest_marker("scores_are_tampered_with")
    if uses_database and not tampered and not connection.needs_rollback:
        # Tests that count marks clear those of a product that was never scored.
        scored = ScoringState.objects.filter(run__isnull=False).values_list("product", flat=True)
        assert [wrong for product, wrong in verify_all() if product.pk in set(scored)] == []


@pytest.fixture(scope="session")
def _broker():
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture(autouse=True)
def fresh_broker(_broker, monkeypatch):
    """No message, no rung bell and no tripped breaker from an earlier test."""
    _broker.flushdb()
    monkeypatch.setattr(nudge, "breaker", nudge.Breaker())
    monkeypatch.setattr(nudge, "_clients", threading.local())


@pytest.fixture
def worker(transactional_db):
    """A real Celery worker, gone before the tables are truncated."""
    with processes.celery_worker() as child:
        yield child


@pytest.fixture
def sweeper(transactional_db):
    """A real `manage.py sweep_scores`, gone before the tables are truncated."""
    with processes.sweeper() as child:
        yield child


@pytest.fixture(scope="session")
def site(django_db_setup):
    """The address of a real gunicorn over the test's database, one for the whole run."""
    with processes.site() as address:
        yield address
