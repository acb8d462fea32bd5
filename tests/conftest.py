import threading
from unittest import mock

import pytest
import redis
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.test.utils import override_settings
from kombu import Connection

from prioritisation.models import ScoringState
from prioritisation.pipeline import notify
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.verification import wrong_scores
from tests import cast, emptying, processes, servers
from tests.mail_server import MailServer


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item):
    """After each test with a database, while its rows are there: no score of it is wrong."""
    uses_database = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(
        item.fixturenames
    )
    tampered = item.get_closest_marker("scores_are_tampered_with")
    if uses_database and not tampered and not connection.needs_rollback:
        # Tests that count marks clear those of a product that was never scored.
        scored = ScoringState.objects.filter(run__isnull=False)
        for product_id in scored.values_list("product", flat=True):
            assert wrong_scores(product_id) == []


@pytest.fixture(scope="session", autouse=True)
def _quick():
    """Passwords hashed in one round, tables emptied row by row: both a hundred times faster."""
    with (
        override_settings(PASSWORD_HASHERS=["tests.hashing.QuickHasher"]),
        mock.patch.object(TransactionTestCase, "_fixture_teardown", emptying.empty_tables),
    ):
        yield


@pytest.fixture(scope="module")
def rows_for_the_module(django_db_setup, django_db_blocker):
    """What a module's fixtures write under it is there for each of the module's tests with `db`,
    and for no other: mark the module's `xdist_group`, or it is written anew again and again."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def alice(db):
    return cast.user("alice")


@pytest.fixture
def rota(alice):
    """Alice's ROTA, scored."""
    product = cast.rota(alice)
    rescore(product.pk)
    return product


@pytest.fixture
def alice_is_signed_in(client, alice):
    client.force_login(alice)


@pytest.fixture(scope="session")
def _broker():
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture(autouse=True)
def fresh_broker(_broker, monkeypatch):
    """No message, no rung bell and no tripped breaker from an earlier test."""
    _broker.flushdb()
    monkeypatch.setattr(notify, "breaker", notify.Breaker())
    monkeypatch.setattr(notify, "_clients", threading.local())


@pytest.fixture
def our_nudges_go_to(monkeypatch, settings):
    """`our_nudges_go_to(url)`: this process rings at another broker."""

    def go_to(url):
        settings.REDIS_URL = url
        celery_url = url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
        options = notify._broker.transport_options
        monkeypatch.setattr(notify, "_broker", Connection(celery_url, transport_options=options))
        monkeypatch.setattr(notify, "_clients", threading.local())

    return go_to


@pytest.fixture
def mail_server(settings):
    """A real SMTP server, to which this process sends."""
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def site(django_db_setup):
    """The address of a real gunicorn over the test's database, one for the whole run.

    It and `worker` have a broker of their own: no message of another test is theirs.
    """
    with processes.site(REDIS_URL=servers.REDIS_URL_OF_THE_SITE) as address:
        yield address


@pytest.fixture(scope="session")
def _worker(django_db_setup):
    with processes.celery_worker(REDIS_URL=servers.REDIS_URL_OF_THE_SITE) as child:
        yield child


@pytest.fixture
def worker(_worker, transactional_db, our_nudges_go_to):
    """A real Celery worker that hears the site and this process, one for the whole run.

    A test that kills it starts its own: `with processes.celery_worker() as worker`.
    """
    our_nudges_go_to(servers.REDIS_URL_OF_THE_SITE)
    return _worker


@pytest.fixture(scope="session")
def _sweeper(django_db_setup):
    with processes.sweeper() as child:
        child.pause()
        yield child


@pytest.fixture
def sweeper(_sweeper, transactional_db):
    """A real `manage.py sweep_scores`, one for the whole run; paused while no test asks for it."""
    _sweeper.resume()
    yield _sweeper
    _sweeper.pause()
