"""What takes long: a moment each in turn, never overlooked, and a failure is told."""

import psycopg2
import pytest
from django.db import connection
from django.db.models.functions import Now

from prioritisation.models.analyses import LOST_AFTER, Analysis, Kind, State
from prioritisation.robustness import jobs
from prioritisation.robustness.jobs import (
    ANALYSIS_LOCK,
    is_worth_a_process,
    start_analysis,
    work_out_analyses,
)
from tests import cast
from tests.processes import own_cursor


@pytest.fixture
def product(db):
    return cast.rota(cast.user("alice"))


def start(product):
    return start_analysis(product.pk, Kind.PLAUSIBLE)


def state():
    return Analysis.objects.get().state


def test_all_that_is_unfinished_is_worked_out(product):
    start(product)
    start(cast.rota(cast.user("bob")))

    work_out_analyses()

    with own_cursor() as of_another:
        of_another.execute("SELECT pg_try_advisory_lock(%s, 0)", [ANALYSIS_LOCK])
        assert of_another.fetchone() == (True,), "the next one may go to work"
    done = Analysis.objects.order_by("id")
    assert [(one.state, one.progress) for one in done] == [(State.DONE, 1), (State.DONE, 1)]
    assert [row["number"] for row in done[0].result["requirements"]] == [1, 2]


def test_a_failure_is_told_and_the_last_result_kept(product, monkeypatch):
    start(product)
    work_out_analyses()

    def fail(*_inputs, **_options):
        raise MemoryError("too much")

    monkeypatch.setattr(jobs, "plausible_in_steps", fail)
    start(product)
    work_out_analyses()

    analysis = Analysis.objects.get()
    assert (analysis.state, analysis.error) == (State.FAILED, "MemoryError: too much")
    assert analysis.result["requirements"]
    assert start(product).state == State.WAITING


@pytest.fixture
def steps_of(monkeypatch):
    """`steps_of(drawing)`: the steps of every analysis, each its only one in a moment."""

    def set_up(drawing):
        whole = jobs.plausible_in_steps

        def in_steps(*inputs, draws, seed):
            yield from drawing()
            return (yield from whole(*inputs, draws=draws, seed=seed))

        monkeypatch.setattr(jobs, "plausible_in_steps", in_steps)
        monkeypatch.setattr(jobs, "MOMENT_SECONDS", 0)

    return set_up


def test_one_started_anew_stops_the_one_under_way(product, steps_of):
    """A worker thought dead is only slow, and finds that its work was given to another."""
    start(product)
    told = []

    def drawing():
        told.append(Analysis.objects.get().progress)
        if len(told) == 1:
            Analysis.objects.update(attempt=2)
            yield 0.5
            told.append("gone on")

    steps_of(drawing)
    work_out_analyses()

    assert told == [0, 0], "begun twice, and how far the first one was is not told of the second"
    assert state() == State.DONE


def test_one_that_waits_for_its_moment_is_not_lost(product, steps_of):
    """Nobody has worked on it for longer than a worker may be silent, but its turn will come."""
    start(product)
    small = cast.rota(cast.user("bob"))
    states = []

    def drawing():
        if states:
            return  # the small one's
        start(small)
        one = Analysis.objects.filter(product=small)
        one.update(touched_at=Now() - 2 * LOST_AFTER)
        states.append(one.get().state)
        yield 0.5
        states.append(one.get().state)

    steps_of(drawing)
    work_out_analyses()

    assert states == [State.LOST, State.WAITING]


def test_a_small_one_is_done_while_a_large_one_is_under_way(product, steps_of):
    start(product)
    small = cast.rota(cast.user("bob"))
    states_of_the_small_one = []

    def drawing():
        if states_of_the_small_one:
            return  # the small one's
        start(small)
        for step in range(20):
            found = Analysis.objects.filter(product=small).first()
            states_of_the_small_one.append(found.state)
            yield step / 20

    steps_of(drawing)
    work_out_analyses()

    assert states_of_the_small_one[0] == State.WAITING
    assert states_of_the_small_one[-1] == State.DONE
    assert [one.state for one in Analysis.objects.all()] == [State.DONE] * 2


def test_the_control_with_a_moment_without_end_the_small_one_waits(product, steps_of, monkeypatch):
    start(product)
    small = cast.rota(cast.user("bob"))
    states_of_the_small_one = []

    def drawing():
        if not states_of_the_small_one:
            start(small)
        for step in range(20):
            found = Analysis.objects.get(product=small)
            states_of_the_small_one.append(found.state)
            yield step / 20

    steps_of(drawing)
    monkeypatch.setattr(jobs, "MOMENT_SECONDS", 60)
    work_out_analyses()

    assert states_of_the_small_one[:20] == [State.WAITING] * 20


def test_work_that_nobody_wants_any_more_is_left_unfinished(product):
    """Its worker was killed: it is seen to be lost, and can be started again."""
    start(product)
    with pytest.raises(SystemExit):
        work_out_analyses(wanted=lambda: False)

    assert state() == State.WAITING
    work_out_analyses()
    assert state() == State.DONE


def test_whoever_finds_another_at_it_goes_away(product):
    start(product)
    with psycopg2.connect(**other_connection()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", [ANALYSIS_LOCK])
        work_out_analyses()
        assert state() == State.WAITING
        assert not is_worth_a_process()
        cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [ANALYSIS_LOCK])
    other.close()

    assert is_worth_a_process()
    work_out_analyses()
    assert state() == State.DONE
    assert not is_worth_a_process()


def other_connection():
    return {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in {"dbname", "user", "host", "port", "password"}
    }


def test_an_analysis_goes_with_its_product(product):
    start(product)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM products_product WHERE id = %s", [product.pk])

    assert not Analysis.objects.exists()
