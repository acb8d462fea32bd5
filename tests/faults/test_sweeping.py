"""One product's trouble is never another's, and an outage of both helpers turns /healthz red."""

import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, OperationalError

from prioritisation.models import ProductChange, Score, ScoringRun, ScoringState
from prioritisation.pipeline import read_inputs as inputs
from prioritisation.pipeline import rescoring
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.sweeping import drop_marks_of_deleted_products, sweep
from prioritisation.pipeline.verification import wrong_scores
from prioritisation.scoring import formula
from tests.cast import rota, user
from tests.faults.scenes import (
    converged,
    eventually_converged,
    in_sql,
    in_thread,
    rate,
    stays_marked,
)
from tests.processes import eventually, own_cursor


@pytest.fixture
def other(product):
    """A second product, swept after the first."""
    other = rota(user("bob"))
    rescore(other.pk)
    return other


@pytest.fixture
def failing(product):
    """The product can't be rescored, until the constraint is dropped."""
    in_sql(
        "ALTER TABLE prioritisation_score ADD CONSTRAINT refuses_everything"
        f" CHECK (product_id <> {product.pk}) NOT VALID"
    )
    yield product
    in_sql("ALTER TABLE prioritisation_score DROP CONSTRAINT IF EXISTS refuses_everything")


def test_a_product_that_keeps_failing_stops_no_other_and_is_named(
    failing, other, sweeper, watching
):
    for turn in range(3):
        rate(failing, -4 + turn)
        rate(other, -4 + turn)
        eventually_converged(other)

    assert not converged(failing)
    (named,) = eventually(lambda: watching.get("/healthz").json()["failing"])
    assert named["product"] == failing.key
    assert named["error"].startswith("IntegrityError")
    assert "refuses_everything" in named["error"]

    in_sql("ALTER TABLE prioritisation_score DROP CONSTRAINT refuses_everything")
    eventually_converged(failing)
    assert watching.get("/healthz").json()["failing"] == []


def test_the_control_a_loop_that_lets_errors_through_stops_at_the_first(failing, other):
    rate(failing, -4)
    rate(other, -4)

    with pytest.raises(DatabaseError):
        [rescore(product_id) for product_id in (failing.pk, other.pk)]

    assert not converged(other)


def hold(product, until):
    """Somebody's forgotten transaction in psql, on the product's row."""
    with own_cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM products_product WHERE id = %s FOR UPDATE", [product.pk])
        while not until:
            time.sleep(0.01)
        cursor.execute("ROLLBACK")


@pytest.fixture
def held(product):
    released = []
    thread = in_thread(lambda: hold(product, released))
    time.sleep(0.1)
    yield product
    released.append(True)
    thread.join()


def test_a_row_forgotten_in_psql_stops_only_its_own_product(other, held, monkeypatch):
    monkeypatch.setattr(rescoring, "LOCK_TIMEOUT", "100ms")
    mark(held)
    mark(other)

    sweep()

    assert converged(other)
    assert not converged(held)
    assert "lock timeout" in ScoringState.objects.get(product=held).error


def mark(product):
    ProductChange.objects.create(product_id=product.pk, table_name="by hand")


def test_the_control_without_a_lock_timeout_the_other_waits_too(other, product, monkeypatch):
    monkeypatch.setattr(rescoring, "LOCK_TIMEOUT", "0")
    mark(product)
    mark(other)
    released = []
    holder = in_thread(lambda: hold(product, released))
    time.sleep(0.1)
    sweeping = in_thread(sweep)

    assert stays_marked(other, seconds=0.5)

    released.append(True)
    holder.join()
    sweeping.join()
    assert converged(other)


def test_marks_of_a_product_that_is_gone_are_dropped(product):
    ProductChange.objects.create(product_id=product.pk + 1_000, table_name="raced")

    sweep()

    assert not ProductChange.objects.exists()


def test_the_control_rescoring_alone_leaves_the_marks_of_a_product_that_is_gone(product):
    gone = product.pk + 1_000
    ProductChange.objects.create(product_id=gone, table_name="raced")

    rescore(gone)

    assert ProductChange.objects.filter(product_id=gone).exists()
    drop_marks_of_deleted_products()


# Health


def test_with_both_stopped_health_turns_red_and_names_the_product_until_swept(
    product, client, watching, settings, request
):
    settings.OLDEST_MARK_SECONDS = 0.5
    rate(product, -4)
    red = eventually(lambda: red_answer(watching), within=15)

    assert red.json()["behind"][0]["product"] == product.key
    # The control: the same write with a sweeper running.
    request.getfixturevalue("sweeper")
    eventually_converged(product)
    assert client.get("/healthz").status_code == 200
    rate(product, 3)
    time.sleep(0.6)
    eventually_converged(product)
    assert client.get("/healthz").status_code == 200


def red_answer(client):
    answer = client.get("/healthz")
    return answer.status_code == 503 and answer


def test_by_itself_health_turns_red_after_twenty_seconds():
    assert settings.OLDEST_MARK_SECONDS == 20


# Algorithms


@pytest.fixture
def newer(product, monkeypatch):
    """The product was scored by a newer algorithm, then written to; we are an older worker."""
    with monkeypatch.context() as patch:
        patch.setattr(formula, "ALGORITHM", formula.ALGORITHM + 1)
        rate(product, 4)
        rescore(product.pk)
    rate(product, -4)
    return product


def stored(product):
    return list(Score.objects.filter(product=product).order_by("pk").values())


def test_an_older_algorithm_never_overwrites_a_newer_ones_scores(newer):
    before = stored(newer)

    assert rescore(newer.pk) is None
    sweep()

    assert stored(newer) == before
    assert ProductChange.objects.filter(product_id=newer.pk).exists()


def test_the_control_a_run_that_does_not_tell_its_algorithm_is_overwritten(newer):
    before = stored(newer)
    ScoringRun.objects.update(algorithm=formula.ALGORITHM)

    rescore(newer.pk)

    assert stored(newer) != before


def test_a_forced_rescore_of_all_is_for_a_downgrade(newer, capsys):
    call_command("rescore", "--all", "--force")

    assert converged(newer)
    assert ScoringRun.objects.latest("version").algorithm == formula.ALGORITHM
    assert f"{newer.key}: version" in capsys.readouterr().out


def test_a_newer_algorithm_rescores_the_whole_product(product, monkeypatch):
    monkeypatch.setattr(formula, "ALGORITHM", formula.ALGORITHM + 1)
    read, scopes = inputs.read_inputs, []

    def read_inputs(*args, **kwargs):
        found = read(*args, **kwargs)
        scopes.append(found.whole)
        return found

    monkeypatch.setattr(rescoring, "read_inputs", read_inputs)
    rate(product, -4)
    rescore(product.pk)
    rate(product, -3)
    rescore(product.pk)

    assert scopes == [True, False]
    assert wrong_scores(product.pk) == []


def test_a_failure_is_noted_whatever_stands_in_it(product, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("no\0text")

    mark(product)
    monkeypatch.setattr(rescoring, "read_inputs", fail)
    with pytest.raises(ValueError, match="no"):
        rescore(product.pk)

    assert ScoringState.objects.get(product=product).error == "ValueError: notext"


def test_a_failure_that_cant_be_noted_is_raised_as_what_it_was(product, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("the first")

    def gone(*args, **kwargs):
        raise OperationalError("the database is gone")

    mark(product)
    with monkeypatch.context() as patch:
        patch.setattr(rescoring, "read_inputs", fail)
        patch.setattr(ScoringState.objects, "filter", gone)
        with pytest.raises(ValueError, match="the first"):
            rescore(product.pk)
