"""What takes long: one at a time, never overlooked, and a failure is told."""

import psycopg2
import pytest
from django.db import connection

from prioritisation.analysis import Analysis, Kind, State
from prioritisation.sure import analysing
from prioritisation.sure.analysing import (
    ANALYSIS_LOCK,
    is_worth_a_process,
    start_analysis,
    work_out_analyses,
)
from tests import cast


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

    done = Analysis.objects.order_by("id")
    assert [(one.state, one.progress) for one in done] == [(State.DONE, 1), (State.DONE, 1)]
    assert [row["number"] for row in done[0].result["requirements"]] == [1, 2]


def test_a_failure_is_told_and_the_last_result_kept(product, monkeypatch):
    start(product)
    work_out_analyses()

    def fail(*_inputs, **_options):
        raise MemoryError("too much")

    monkeypatch.setattr(analysing, "plausible", fail)
    start(product)
    work_out_analyses()

    analysis = Analysis.objects.get()
    assert (analysis.state, analysis.error) == (State.FAILED, "MemoryError: too much")
    assert analysis.result["requirements"]
    assert start(product).state == State.WAITING


def test_one_started_anew_stops_the_one_under_way(product, monkeypatch):
    """A worker thought dead is only slow, and finds that its work was given to another."""
    start(product)
    whole, told = analysing.plausible, []

    def slow(*inputs, progress, **options):
        told.append("begun")
        if len(told) == 1:
            Analysis.objects.update(attempt=2)
            monkeypatch.setattr(analysing, "TOUCH_SECONDS", 0)
        return whole(*inputs, progress=progress, **options)

    monkeypatch.setattr(analysing, "plausible", slow)
    work_out_analyses()

    assert told == ["begun", "begun"]
    assert state() == State.DONE


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
