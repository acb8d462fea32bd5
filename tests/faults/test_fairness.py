"""Products that are written to without pause cost the others a moment, and /healthz stays green."""

import contextlib
import time
from datetime import timedelta
from threading import Event

import pytest
import redis
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from prioritisation import tasks
from prioritisation.models import ProductChange, ScoringState
from prioritisation.models.analyses import Analysis, Kind
from prioritisation.pipeline import rescoring, turns
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.sweeping import sweep
from prioritisation.robustness.jobs import start_analysis
from tests.cast import rota, user
from tests.faults.scenes import converged, eventually_converged, in_thread, meanwhile, rate
from tests.processes import eventually

AT_MOST_SECONDS = 3


@pytest.fixture
def quiet(product):
    """Made after the busy ones: with the highest id, the last that a list of products names."""
    quiet = rota(user("bob"))
    rescore(quiet.pk)
    return quiet


def test_a_product_that_is_another_processs_turn_is_asked_for_once(product, monkeypatch):
    """Else: it is the one that waits longest, again and again, for all of two seconds."""
    rate(product, 3)
    asked = []
    monkeypatch.setattr(turns, "rescore_once", asked.append)

    assert turns.take_turns() is None

    assert asked == [product.pk]


def test_whose_connection_was_lost_says_so_and_ends(product, monkeypatch):
    """Else: each product is tried on a connection that is gone, and nobody opens another."""

    def lose(_product_id):
        connection.close()
        raise OperationalError

    rate(product, 3)
    monkeypatch.setattr(turns, "rescore_once", lose)

    with pytest.raises(OperationalError):
        turns.take_turns()


@contextlib.contextmanager
def written_to_without_pause(*products):
    """Meanwhile each has a mark nearly always: it is written to again as soon as it was."""
    enough = Event()

    def write(product):
        turn = 0
        while not enough.is_set():
            turn += 1
            rate(product, turn % 11 - 5)

    people = [in_thread(lambda product=product: write(product)) for product in products]
    try:
        for product in products:
            eventually(lambda product=product: not converged(product))
        yield
    finally:
        enough.set()
        for person in people:
            person.join()


def seconds_until_scored(product):
    begun = time.monotonic()
    rate(product, -4 if int(begun) % 2 else 3)
    eventually(lambda: not marked(product), within=20)
    return time.monotonic() - begun


def marked(product):
    return ProductChange.objects.filter(product_id=product.pk).exists()


@pytest.fixture
def busy(product):
    """Three: as many as there are helpers, two of the worker and the sweeper."""
    return [product, rota(user("carol")), rota(user("dave"))]


def nobody_waits_long(busy, quiet, client):
    rate(quiet, 1)
    eventually_converged(quiet)  # so that everybody has started
    with written_to_without_pause(*busy):
        until = time.monotonic() + 2.5  # beyond the two seconds that a turn may last
        waited = []
        while time.monotonic() < until:
            waited.append(seconds_until_scored(quiet))
            assert client.get("/healthz").status_code == 200
    return max(waited) <= AT_MOST_SECONDS


def test_beside_three_busy_products_a_fourth_is_scored_at_once(
    busy, quiet, worker, sweeper, client, settings
):
    settings.OLDEST_MARK_SECONDS = AT_MOST_SECONDS

    assert nobody_waits_long(busy, quiet, client)
    eventually(lambda: all(map(converged, (*busy, quiet))))


def test_also_by_the_sweeper_alone(busy, quiet, sweeper, client, settings):
    settings.OLDEST_MARK_SECONDS = AT_MOST_SECONDS

    assert nobody_waits_long(busy, quiet, client)
    eventually(lambda: all(map(converged, (*busy, quiet))))


@pytest.fixture
def rewritten(product, monkeypatch):
    """Each run of the product is followed by the next write to it; the runs, in order."""
    runs, whole = [], turns.rescore_once

    def rescore_and_rewrite(product_id, **options):
        runs.append(product_id)
        done = whole(product_id, **options)
        if product_id == product.pk:
            rate(product, len(runs) % 5)
        return done

    monkeypatch.setattr(turns, "rescore_once", rescore_and_rewrite)
    monkeypatch.setattr(rescoring, "rescore_once", rescore_and_rewrite)
    return runs


def test_the_oldest_mark_is_next_and_two_seconds_are_enough(product, quiet, rewritten, monkeypatch):
    monkeypatch.setattr(turns, "TURNS_SECONDS", 0.3)
    rate(product, 3)
    rate(quiet, 3)
    begun = time.monotonic()

    assert turns.take_turns() == product.pk

    assert rewritten[:3] == [product.pk, quiet.pk, product.pk]
    assert time.monotonic() - begun < 1
    assert rescoring.TURNS_SECONDS == 2
    sweep_the_rest(monkeypatch)


def test_the_control_by_number_instead_of_age_the_other_starves(
    product, quiet, rewritten, monkeypatch
):
    def lowest(passed_over):
        left = ProductChange.objects.exclude(product_id__in=passed_over)
        return left.order_by("product_id").values_list("product_id", flat=True).first()

    with monkeypatch.context() as patch:
        patch.setattr(turns, "_longest_waiting", lowest)
        patch.setattr(turns, "TURNS_SECONDS", 0.3)
        rate(product, 3)
        rate(quiet, 3)

        assert turns.take_turns() == product.pk

    assert len(rewritten) > 3
    assert quiet.pk not in rewritten
    sweep_the_rest(monkeypatch)


def sweep_the_rest(monkeypatch):
    monkeypatch.undo()
    while sweep():
        pass
    assert not ProductChange.objects.exists()


def test_one_product_alone_is_left_after_two_seconds_too_and_rung_for(
    product, rewritten, monkeypatch
):
    monkeypatch.setattr(rescoring, "TURNS_SECONDS", 0.1)
    rate(product, 3)
    lose_messages()

    assert rescore(product.pk) > 1

    assert marked(product)
    assert messages() == 1
    sweep_the_rest(monkeypatch)


def test_a_product_that_failed_waits_from_then_on(product, quiet):
    rate(product, -4)
    rate(quiet, -4)
    assert turns._longest_waiting([]) == product.pk
    rescoring._note_failure(product.pk, ValueError("not now"))

    assert turns._longest_waiting([]) == quiet.pk
    while sweep():
        pass
    assert ScoringState.objects.get(product=product).error == ""


# No wake-up is lost


def messages():
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        return broker.llen("celery")


def lose_messages():
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushdb()


def write_and_find_it_busy(product):
    rate(product, 2, number=2)
    lose_messages()  # the second worker has taken it
    tasks.rescore_product(product.pk)


def a_worker_whose_time_is_up(product, monkeypatch):
    """A reads the marks; somebody writes and rings; B finds A busy and goes; A's time is up."""
    rate(product, -4)
    monkeypatch.setattr(turns, "TURNS_SECONDS", 0.01)
    with meanwhile(monkeypatch, lambda: write_and_find_it_busy(product)):
        tasks.rescore_product(product.pk)
    assert marked(product)


def test_who_leaves_something_for_want_of_time_rings_for_it(product, monkeypatch):
    a_worker_whose_time_is_up(product, monkeypatch)

    assert messages() == 1
    tasks.rescore_product(product.pk)
    assert converged(product)


def test_the_control_who_goes_without_a_word_leaves_it_to_the_sweeper(product, monkeypatch):
    monkeypatch.setattr(tasks, "take_turns", lambda **options: turns.take_turns(**options) and None)
    a_worker_whose_time_is_up(product, monkeypatch)

    assert messages() == 0
    assert not sweep()
    assert converged(product)


def test_a_worker_that_is_told_to_end_leaves_the_rest_to_another(product, quiet, monkeypatch):
    rate(product, -4)
    rate(quiet, -4)
    lose_messages()
    told = iter([False, True])
    monkeypatch.setattr(tasks, "is_stopping", lambda: next(told))

    tasks.rescore_product(product.pk)

    assert converged(product)
    assert marked(quiet)
    assert messages() == 1
    assert not sweep()


def test_the_sweeper_rings_for_an_analysis_that_nobody_is_at(product, monkeypatch):
    analysis = start_analysis(product.pk, Kind.PLAUSIBLE)
    lose_messages()
    sweep()
    assert waiting_analyses() == 0  # its message may still be on its way

    Analysis.objects.filter(pk=analysis.pk).update(touched_at=timezone.now() - timedelta(seconds=6))
    sweep()
    sweep()

    assert waiting_analyses() == 1


def waiting_analyses():
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        return broker.llen("analyses")
