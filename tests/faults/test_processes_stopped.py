"""Worker and sweeper each suffice; a lost message costs a moment, never a score."""

import signal
import time

import pytest
import redis
from celery.signals import task_prerun
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection

from config.celery import drop_dead_connections
from prioritisation import tasks
from prioritisation.management.commands import sweep_scores
from prioritisation.models import ProductChange
from prioritisation.pipeline import notify, read_inputs, rescoring
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.sweeping import sweep
from prioritisation.pipeline.verification import wrong_scores
from tests import processes
from tests.faults.scenes import converged, eventually_converged, in_sql, rate, stays_marked
from tests.processes import eventually, own_cursor


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
    monkeypatch.setattr(notify, "_ring", lambda product_id: None)
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
    monkeypatch.setattr(notify, "hush", lambda product_id: None)
    rate_rescore_and_rate_again(product)

    assert messages() == 1


def test_many_writes_at_once_ring_once(product):
    for value in (-4, 2, 5, -1):
        rate(product, value)

    assert messages() == 1


def test_a_worker_killed_in_the_middle_is_made_good_by_the_sweeper(product, request, pool):
    with own_cursor() as psql, processes.celery_worker(f"--pool={pool}") as worker:
        psql.execute("BEGIN")
        psql.execute("SELECT FROM prioritisation_score FOR UPDATE")
        rate(product, -4)
        eventually(lambda: waits_for_a_lock(worker))
        worker.kill()
        psql.execute("ROLLBACK")
    assert stays_marked(product, seconds=0.3)  # the control: it isn't the worker after all

    request.getfixturevalue("sweeper")
    eventually_converged(product)


@pytest.mark.scores_are_tampered_with
def test_the_control_a_worker_that_clears_marks_beforehand_loses_the_write(product, monkeypatch):
    read = read_inputs.read_inputs

    def read_inputs_clear_marks_and_die(*args, **kwargs):
        read(*args, **kwargs)
        with own_cursor() as other:
            other.execute("DELETE FROM prioritisation_productchange")
        raise Killed

    rate(product, -4)
    monkeypatch.setattr(rescoring, "read_inputs", read_inputs_clear_marks_and_die)
    with pytest.raises(Killed):
        rescore(product.pk)
    monkeypatch.setattr(rescoring, "read_inputs", read)

    sweep()
    assert wrong_scores(product.pk) != []


class Killed(BaseException):
    """Nothing of ours catches it."""


def waits_for_a_lock(program):
    return connections_of(program, "wait_event_type = 'Lock'")


# Connections that PostgreSQL ends


def end_connections_of(program):
    in_sql(
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE application_name = %s",
        [program.connections_name],
    )


def connections_of(program, condition="true"):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND {condition}",
            [program.connections_name],
        )
        return cursor.fetchone()[0]


def test_the_sweeper_survives_the_loss_of_its_database_connection(product, sweeper):
    for value in (-4, 2):
        eventually(lambda: connections_of(sweeper) > 0)
        end_connections_of(sweeper)
        rate(product, value)
        eventually_converged(product)


def test_the_worker_survives_the_loss_of_its_database_connection(product, worker):
    rate(product, 4)
    eventually_converged(product)
    end_connections_of(worker)
    # A second one, since both of its threads may have had a connection.
    for value in (-4, 2, 3):
        rate(product, value)
        eventually_converged(product)


@pytest.fixture
def our_connection_ends(product):
    """This process in the place of a worker or sweeper: its next statement finds nobody."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end():
        connection.ensure_connection()
        with own_cursor() as other:
            pid = connection.connection.info.backend_pid
            other.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])

    yield end
    connection.close()
    for number, handler in handlers.items():  # the sweeper sets its own
        signal.signal(number, handler)


def converges(product):
    """As seen by another connection than the one that was lost."""
    connection.close()
    return converged(product)


def test_a_sweeper_sweeps_at_once_over_a_new_connection(product, our_connection_ends):
    rate(product, -4)
    our_connection_ends()
    call_command("sweep_scores", once=True)

    assert converges(product)


def test_the_control_a_sweeper_that_keeps_a_dead_connection_fails(
    product, our_connection_ends, monkeypatch
):
    monkeypatch.setattr(sweep_scores, "close_old_connections", lambda: None)
    rate(product, -4)
    our_connection_ends()

    with pytest.raises(OperationalError):
        call_command("sweep_scores", once=True)

    assert not converges(product)


def test_a_sweeper_that_goes_on_and_on_survives_a_round_without_postgresql(
    product, our_connection_ends, monkeypatch
):
    monkeypatch.setattr(sweep_scores, "close_old_connections", lambda: None)
    rate(product, -4)
    our_connection_ends()

    assert sweep_scores.sweep_if_postgresql_is_there() is False
    connection.close()


def test_the_control_a_sweeper_that_lets_the_error_through_ends(
    product, our_connection_ends, monkeypatch
):
    monkeypatch.setattr(sweep_scores, "close_old_connections", lambda: None)
    monkeypatch.setattr(sweep_scores, "OperationalError", Killed)
    monkeypatch.setattr(sweep_scores, "InterfaceError", Killed)
    rate(product, -4)
    our_connection_ends()

    with pytest.raises(OperationalError):
        sweep_scores.sweep_if_postgresql_is_there()
    connection.close()


def test_a_worker_does_its_next_task_over_a_new_connection(product, our_connection_ends):
    rate(product, -4)
    our_connection_ends()
    tasks.rescore_product.apply([product.pk])

    assert converges(product)


def test_the_control_a_worker_that_keeps_a_dead_connection_loses_its_next_task(
    product, our_connection_ends
):
    rate(product, -4)
    our_connection_ends()
    task_prerun.disconnect(drop_dead_connections)
    try:
        tasks.rescore_product.apply([product.pk])
    finally:
        task_prerun.connect(drop_dead_connections)

    assert not converges(product)
