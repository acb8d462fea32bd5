import pytest
from django.test import Client

from prioritisation.pipeline.rescoring import rescore
from tests import processes, servers
from tests.cast import rota, user


@pytest.fixture
def product(transactional_db):
    """Rota, scored; committed, so that other processes see it."""
    product = rota(user("alice"))
    rescore(product.pk)
    return product


@pytest.fixture(scope="session", params=["prefork", "threads"])
def pool(request):
    """Of a Celery worker: production's, and the other that somebody may choose."""
    return request.param


@pytest.fixture(scope="session")
def _worker_of_the_pool(django_db_setup, pool):
    url = servers.REDIS_URL_OF_THE_FAULTS
    with processes.celery_worker(f"--pool={pool}", REDIS_URL=url) as child:
        yield child


@pytest.fixture
def worker(_worker_of_the_pool, transactional_db, our_nudges_go_to):
    """A real Celery worker of either pool, in the place of the one of tests/conftest.py."""
    our_nudges_go_to(servers.REDIS_URL_OF_THE_FAULTS)
    return _worker_of_the_pool


@pytest.fixture
def watching(settings):
    """A monitor that has the key to what /healthz tells."""
    settings.HEALTH_KEY = "a key of thirty characters or so"
    return Client(headers={"Authorization": f"Bearer {settings.HEALTH_KEY}"})
