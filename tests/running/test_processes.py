"""The helpers of tests/processes.py, on which the tests of faults rely."""

import pytest
import redis
from django.conf import settings

from tests import processes
from tests.processes import eventually


def test_a_valkey_of_the_tests_own_can_be_paused_killed_and_started_again():
    with processes.valkey() as server:
        client = redis.Redis.from_url(server.url, socket_timeout=0.3, retry=None)
        assert client.ping()

        server.pause()
        with pytest.raises(redis.exceptions.TimeoutError):
            client.ping()
        server.resume()
        assert eventually(client.ping)

        server.kill()
        with pytest.raises(redis.exceptions.ConnectionError):
            client.ping()
        server.start()
        assert client.ping()
        client.close()


def test_eventually_reports_the_last_failure():
    with pytest.raises(AssertionError, match="still 0"):
        eventually(lambda: 0, within=0.05)


def test_each_test_process_has_a_valkey_database_of_its_own(fresh_broker):
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.connection_pool.connection_kwargs["db"] > 0
        assert client.dbsize() == 0


def test_a_worker_starts_and_stops(worker):
    assert worker.alive()
