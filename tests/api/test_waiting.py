"""`ranking/?after=`: answers once a write is in the scores, and never holds every thread."""

from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from time import monotonic

import pytest
from django.conf import settings
from django.db import connection

from prioritisation.models import ProductChange
from prioritisation.pipeline.rescoring import rescore
from prioritisation.ranking import api as ranking
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/products/ROTA/ranking/"


@pytest.fixture
def change(transactional_db, product, as_user):
    """The Userward-Change of a rating that no scores hold yet."""
    rescore(product.pk)
    nurse, sso = product.personas.get(name="Nurse"), product.requirements.get(number=2)
    answer = as_user("alice").post(
        f"/api/v1/requirements/{sso.pk}/ratings/",
        {"persona": nurse.pk, "value": 5, "basis": "seen"},
        "json",
    )
    yield answer["Userward-Change"]
    rescore(product.pk)


def test_it_answers_when_the_change_is_in_the_scores(product, change, as_user):
    vera = as_user("vera")

    def read():
        try:
            return vera.get(f"{URL}?after={change}").json()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(read)
        eventually(lambda: ranking.waiting._value < ranking.waiting._initial_value)
        assert not waiting.done()
        rescore(product.pk)
        answer = waiting.result(timeout=5)

    # By hand: 85 of the nurse, and the hospital's 15 · (0.5 + 0.25 · 0.5) = 9.375.
    assert answer["results"][0]["score"] == 94.375
    assert answer["stale"] is False


def test_only_a_quarter_of_the_threads_wait(product, change, as_user, monkeypatch):
    assert ranking.waiting._initial_value == max(1, settings.WEB_THREADS // 4)
    full = BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(ranking, "waiting", full)
    vera, before = as_user("vera"), monotonic()

    answer = vera.get(f"{URL}?after={change}").json()

    assert answer["stale"] is True
    assert monotonic() - before < 2


def test_a_place_to_wait_is_given_back_even_after_an_error(change, as_user, monkeypatch):
    def fails(*_args):
        raise ZeroDivisionError

    monkeypatch.setattr(ranking, "wait_until_scored", fails)
    vera = as_user("vera")
    vera.raise_request_exception = False

    assert vera.get(f"{URL}?after={change}").status_code == 500
    assert ranking.waiting._value == ranking.waiting._initial_value


def test_a_change_of_another_product_or_none_is_not_waited_for(product, change, as_user):
    assert ProductChange.objects.filter(product_id=product.pk).exists()

    assert as_user("vera").get(f"{URL}?after={2**62}").json()["stale"] is True


def test_one_user_never_takes_all_places_to_wait(product, change, as_user):
    def read(who):
        try:
            return who.get(f"{URL}?after={change}")
        finally:
            connection.close()

    vera, bob = as_user("vera"), as_user("bob")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(read, vera)
        eventually(lambda: ranking.waiting._value < ranking.waiting._initial_value)

        second = read(vera)
        assert second.status_code == 429
        assert second["Content-Type"] == "application/problem+json"
        assert second["Retry-After"] == "1"
        assert "1 requests with ?after= under way" in second.json()["detail"]

        other = pool.submit(read, bob)
        eventually(lambda: ranking.waiting._value == ranking.waiting._initial_value - 2)
        rescore(product.pk)
        assert first.result(timeout=5).json()["stale"] is False
        assert other.result(timeout=5).json()["stale"] is False

    assert read(vera).status_code == 200
