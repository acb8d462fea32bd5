"""What happens between a rescore's reading and its writing; each safeguard also switched off."""

import contextlib
from threading import Barrier

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, InternalError, OperationalError, connection, transaction
from django.db.models import F
from django.http import HttpResponse

from personas.models import Persona
from prioritisation.models import ProductChange, Rating, Score, ScoreChange, ScoringRun
from prioritisation.pipeline import notify, read_inputs, rescoring
from prioritisation.pipeline.middleware import WriteMiddleware
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.snapshots import snapshot
from prioritisation.pipeline.transactions import retrying, writing
from prioritisation.pipeline.verification import wrong_scores
from prioritisation.selectors.rankings import standing_of
from prioritisation.tasks import rescore_product
from products.models import Product, Requirement
from products.services import delete_product
from tests.cast import rota, user
from tests.faults.scenes import (
    begin,
    converged,
    eventually_converged,
    in_sql,
    in_thread,
    meanwhile,
    rate,
)
from tests.processes import own_cursor


def add_persona(product):
    Persona.objects.create(product=product, name="Ward manager", kind="end_user", headcount=80)


def test_a_persona_added_during_a_rescore_is_counted(product, monkeypatch):
    rate(product, -4)
    with meanwhile(monkeypatch, lambda: add_persona(product)):
        rescore(product.pk)

    assert converged(product)
    assert len(ScoringRun.objects.latest("version").persona_ids) == 3


@pytest.mark.scores_are_tampered_with
def test_the_control_marks_read_after_the_inputs_lose_the_persona(product, monkeypatch):
    read = read_inputs.read_inputs

    def read_inputs_then_marks(cursor, product_id, **kwargs):
        found = read(cursor, product_id, **kwargs)
        with own_cursor() as other:
            other.execute(
                "INSERT INTO personas_persona (product_id, name, kind) VALUES (%s, %s, 'end_user')",
                [product_id, f"Ward manager {product_id}"],
            )
        marks = ProductChange.objects.filter(product_id=product_id).values_list("id", flat=True)
        found.__dict__["marks"] = read_inputs.np.array(marks)
        return found

    monkeypatch.setattr(rescoring, "read_inputs", read_inputs_then_marks)
    rate(product, -4)
    rescore(product.pk)

    assert not ProductChange.objects.exists()
    assert wrong_scores(product.pk) != []


def test_a_requirement_deleted_during_a_rescore_leaves_no_score(product, monkeypatch):
    rate(product, -4)
    with meanwhile(monkeypatch, lambda: Requirement.objects.filter(number=1).delete()):
        rescore(product.pk)

    assert converged(product)
    assert list(Score.objects.order_by("number").values_list("number", flat=True)) == [2, 3]
    assert not ScoreChange.objects.filter(requirement_key="ROTA-1").latest("id").ranked


@pytest.mark.scores_are_tampered_with
def test_the_control_without_dropping_the_score_of_the_deleted_stays(product, monkeypatch):
    monkeypatch.setattr(rescoring, "drop_scores_of_deleted", lambda **kwargs: None)
    rate(product, -4)
    with meanwhile(monkeypatch, lambda: Requirement.objects.filter(number=1).delete()):
        rescore(product.pk)

    assert not ProductChange.objects.exists()
    assert "requirement is gone" in wrong_scores(product.pk)[0][1]


def delete_in_sql(product):
    in_sql("DELETE FROM products_product WHERE id = %s", [product.pk])


def test_a_product_deleted_during_a_rescore_waits_and_leaves_nothing(product, monkeypatch):
    rate(product, -4)
    with meanwhile(monkeypatch, lambda: delete_in_sql(product), wait=False):
        rescore(product.pk)

    for model in (Product, Score, ScoreChange, ScoringRun, ProductChange):
        assert not model.objects.exists(), model


def test_the_control_without_sharing_the_products_row_the_rescore_fails(product, monkeypatch):
    monkeypatch.setattr(rescoring, "_take_turn", lambda cursor, product_id: True)
    monkeypatch.setattr(rescoring, "ATTEMPTS", 1)
    rate(product, -4)

    with pytest.raises(IntegrityError), meanwhile(monkeypatch, lambda: delete_in_sql(product)):
        rescore(product.pk)


def test_a_write_during_a_rescore_is_seen_by_the_next_look(product, monkeypatch):
    rate(product, -4)
    with meanwhile(monkeypatch, lambda: rate(product, 2, number=2)):
        rescore(product.pk)

    assert converged(product)


@pytest.mark.parametrize("marked", [True, False])
def test_one_who_finds_the_product_busy_leaves_its_marks_to_the_holder(
    product, monkeypatch, marked
):
    def write_and_try_to_rescore():
        rate(product, 2, number=2)
        assert rescore(product.pk) is None

    if marked:  # else the holder has found nothing to do
        rate(product, -4)
    with meanwhile(monkeypatch, write_and_try_to_rescore):
        rescore(product.pk)

    assert converged(product)


def test_the_control_without_turns_two_at_once_collide(product, monkeypatch):
    monkeypatch.setattr(rescoring, "_take_turn", lambda cursor, product_id: True)
    monkeypatch.setattr(rescoring, "ATTEMPTS", 1)

    def write_and_rescore():
        rate(product, 2, number=2)
        rescore(product.pk)

    rate(product, -4)
    with (
        pytest.raises(IntegrityError, match="one_run_per_product_and_version"),
        meanwhile(monkeypatch, write_and_rescore),
    ):
        rescore(product.pk)
    # Whatever failed rolled back with its marks.
    rescore(product.pk)
    assert converged(product)


def write_and_rescore_often(product, *, turns):
    """While the worker's two threads and the sweeper do the same."""
    for turn in range(turns):
        rate(product, turn % 11 - 5, number=1 + turn % 2)
        rescore(product.pk)


def test_several_processes_rescoring_one_product_converge(product, worker, sweeper):
    write_and_rescore_often(product, turns=40)

    eventually_converged(product)
    versions = list(ScoringRun.objects.order_by("version").values_list("version", flat=True))
    assert versions == list(range(1, len(versions) + 1))


def test_the_control_a_process_that_takes_no_turns_collides(product, worker, monkeypatch):
    monkeypatch.setattr(rescoring, "_take_turn", lambda cursor, product_id: True)
    monkeypatch.setattr(rescoring, "ATTEMPTS", 1)

    with pytest.raises(IntegrityError, match="one_run_per_product_and_version"):
        write_and_rescore_often(product, turns=500)
    eventually_converged(product)


# Deadlocks


def deadlocked(write):
    """Two threads each write ratings 1 and 2 in opposite order, meeting in the middle once.

    Returns the errors that `write(change, first, second, meet)` let through.
    """
    meet, errors = Barrier(2, timeout=5), []

    def run(first, second):
        in_sql("SET deadlock_timeout = '20ms'")
        met = []

        def change():
            add_one(first)
            if not met:
                met.append(meet.wait())
            add_one(second)

        try:
            write(change)
        except OperationalError as error:
            errors.append(error)

    one, two = Rating.objects.order_by("id").values_list("id", flat=True)[:2]
    threads = [in_thread(lambda: run(one, two)), in_thread(lambda: run(two, one))]
    for thread in threads:
        thread.join(10)
    return errors


def add_one(rating_id):
    Rating.objects.filter(pk=rating_id).update(value=F("value") - 1)


def by_request(request_of):
    def write(change):
        def view(request):
            change()
            return HttpResponse(status=204)

        response = WriteMiddleware(None).process_view(request_of(), view, (), {})
        assert response.status_code == 204
        assert response["Userward-Change"].isdigit()

    return write


def test_requests_that_deadlock_are_both_carried_out(product, rf):
    def request_of():
        request = rf.post("/")
        request.user = AnonymousUser()
        return request

    before = dict(Rating.objects.values_list("id", "value")[:2])

    assert deadlocked(by_request(request_of)) == []

    after = dict(Rating.objects.values_list("id", "value")[:2])
    assert after == {pk: value - 2 for pk, value in before.items()}
    rescore(product.pk)


def test_the_control_without_a_second_try_one_is_lost(product):
    def write(change):
        with writing(means="command"):
            change()

    errors = deadlocked(lambda change: retrying(lambda: write(change), times=0))

    assert [error.__cause__.pgcode for error in errors] == ["40P01"]
    rescore(product.pk)


def fails_once_with(code, monkeypatch):
    write, failed = rescoring.write_scores, []

    def write_scores(**kwargs):
        if not failed:
            failed.append(True)
            in_sql(f"DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{code}'; END $$")
        return write(**kwargs)

    monkeypatch.setattr(rescoring, "write_scores", write_scores)


@pytest.mark.parametrize("code", ["40P01", "40001", "23503"])
def test_a_rescore_tries_again_after_a_conflict(product, monkeypatch, code):
    fails_once_with(code, monkeypatch)
    rate(product, -4)
    rescore(product.pk)

    assert converged(product)


def test_the_control_without_a_second_attempt_the_rescore_fails(product, monkeypatch):
    fails_once_with("40P01", monkeypatch)
    monkeypatch.setattr(rescoring, "ATTEMPTS", 1)
    rate(product, -4)

    with pytest.raises(OperationalError):
        rescore(product.pk)
    assert not converged(product)


def test_two_products_in_one_transaction_keep_to_themselves(product):
    other = rota(user("bob"))
    rate(product, -4)
    with transaction.atomic():
        rescore(product.pk)
        rescore(other.pk)

    assert not connection.needs_rollback
    assert converged(product)
    assert converged(other)


# Deletions


def without_a_second_attempt(monkeypatch):
    monkeypatch.setattr(rescoring, "ATTEMPTS", 1)


@contextlib.contextmanager
def begun_after(monkeypatch, step, act):
    """`act` begins in a connection of its own after this step of a rescore, and goes as far as it
    can; the rescore goes on meanwhile."""
    do, started = getattr(rescoring, step), []

    def do_then_act(*args, **kwargs):
        done = do(*args, **kwargs)
        started.append(begin(act))
        return done

    with monkeypatch.context() as patch:
        patch.setattr(rescoring, step, do_then_act)
        yield
    started[0].join(10)
    assert not started[0].is_alive()


@pytest.mark.parametrize("step", ["read_inputs", "write_scores"])
@pytest.mark.parametrize("delete", [delete_in_sql, delete_product], ids=["in psql", "by us"])
def test_a_deletion_of_the_product_and_a_rescore_never_deadlock(product, monkeypatch, delete, step):
    """The deletion takes the scores and waits for the product, of which the rescore's new rows
    need the key; the rescore waits for the scores. Or the other way round."""
    without_a_second_attempt(monkeypatch)
    failed = []

    def delete_it():
        try:
            with transaction.atomic():
                delete(product)
        except OperationalError as error:
            failed.append(error)

    rate(product, -4)
    with begun_after(monkeypatch, step, delete_it):
        rescore(product.pk)

    assert failed == []
    assert not Product.objects.exists()
    assert not Score.objects.exists()


# Snapshots


def change_and_rescore(product):
    rate(product, -4)
    rescore(product.pk)


def test_what_is_read_in_one_snapshot_is_of_one_moment(product):
    with snapshot():
        before = standing_of(product.pk)
        in_thread(lambda: change_and_rescore(product)).join()

        assert standing_of(product.pk) == before
    assert standing_of(product.pk).version == before.version + 1


def test_in_a_snapshot_nothing_is_written(product):
    with pytest.raises(InternalError, match="read-only"), snapshot():
        rate(product, 1)


# Nudges


def test_a_write_while_a_worker_rescores_rings_for_another_turn(product, monkeypatch):
    # However slow this machine is: what the first write rang stays rung.
    monkeypatch.setattr(notify, "QUIET_MILLISECONDS", 60_000)
    rate(product, -4)
    assert notify.client().llen("celery") == 1

    with meanwhile(monkeypatch, lambda: rate(product, 2, number=2)):
        rescore_product(product.pk)

    assert notify.client().llen("celery") == 2
