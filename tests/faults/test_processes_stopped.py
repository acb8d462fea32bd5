"""Worker and sweeper each suffice; a lost message costs a moment, never a score."""

import time

import redis
from django.conf import settings
from django.db import connection

from prioritisation import nudge, tasks
from prioritisation.models import ProductChange
from tests import processes
from tests.faults.scenes import converged, eventually_converged, in_sql, rate, stays_marked
from tests.processes import eventually


def test_without_a_worker_the_sweeper_converges(product, sweeper):
    for value in (-4, 2, 5, -1):
        rate(product, value)

    eventually_converged(product)


def test_without_a_sweeper_the_worker_converges(product, worker):
    for value in (-4, 2, 5, -1):
        rate(product, value)
        eventually_converged(product)


def test_the_control_without_both_the_product_stays_marked(product):
    rate(product, -4)

    assert stays_marked(product, seconds=0.5)


def test_the_control_without_the_bell_the_worker_alone_sees_nothing(product, worker, monkeypatch):
    monkeypatch.setattr(nudge, "_ring", lambda product_id: None)
    rate(product, -4)

    assert stays_marked(product, seconds=0.7)


def test_two_writes_50_ms_apart_are_right_without_a_sweeper(product, worker):
    for turn in range(8):
        rate(product, turn % 5)
        time.sleep(0.05)
        rate(product, -1 - turn % 3)
        eventually_converged(product)


def messages():
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        return broker.llen("celery")


def rate_rescore_and_rate_again(product):
    """As a worker does it, with the second write between the rescore and the key's end."""
    rate(product, -4)
    tasks.rescore_product(product.pk)
    assert converged(product)
    rate(product, 3)
    assert ProductChange.objects.filter(product_id=product.pk).exists()


def test_a_write_right_after_a_rescore_rings_again(product):
    rate_rescore_and_rate_again(product)

    assert messages() == 2


def test_the_control_a_key_that_is_not_deleted_first_swallows_the_second_write(
    product, monkeypatch
):
    monkeypatch.setattr(nudge, "hush", lambda product_id: None)
    rate_rescore_and_rate_again(product)

    assert messages() == 1


def test_many_writes_at_once_ring_once(product):
    for value in (-4, 2, 5, -1):
        rate(product, value)

    assert messages() == 1


def end_connections_of(program):
    in_sql(
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
        " WHERE application_name LIKE %s",
        [f"{program} %"],
    )


def connections_of(program):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE %s", [f"{program} %"]
        )
        return cursor.fetchone()[0]


def test_the_sweeper_survives_the_loss_of_its_database_connection(product, sweeper):
    for value in (-4, 2):
        eventually(lambda: connections_of("sweeper") > 0)
        end_connections_of("sweeper")
        rate(product, value)
        eventually_converged(product)


def test_the_worker_survives_the_loss_of_its_database_connection(product, worker):
    rate(product, 4)
    eventually_converged(product)
    end_connections_of("worker")
    # A second one, since both of its threads may have had a connection.
    for value in (-4, 2, 3):
        rate(product, value)
        eventually_converged(product)


def test_a_worker_killed_in_the_middle_is_made_good_by_the_sweeper(product):
    with processes.celery_worker() as worker:
        for value in (-4, 2, 5):
            rate(product, value)
        worker.kill()
    rate(product, -1)
    with processes.sweeper():
        eventually_converged(product)
