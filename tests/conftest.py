import threading

import pytest
import redis
from django.conf import settings

from prioritisation import nudge
from tests import processes


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
