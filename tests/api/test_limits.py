"""One user's requests take some of a web process's threads, never all; what is more gets a 429."""

import contextlib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection

from accounts import limits
from accounts.models import Token
from prioritisation.live_updates import views as live
from prioritisation.pipeline.rescoring import rescore
from prioritisation.ranking import api as ranking
from tests.cast import signed_in
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)
API, PAGE = "/api/v1/products/ROTA/ranking/", "/p/ROTA/standing/"


@pytest.fixture
def slow(monkeypatch, product):
    """Rankings and standings don't answer until the block ends; how many are at it."""
    rescore(product.pk)
    goes_on, under_way = threading.Event(), []

    def wait_before(read):
        def read_late(*args, **options):
            under_way.append(1)
            assert goes_on.wait(20)
            return read(*args, **options)

        return read_late

    monkeypatch.setattr(ranking, "read_page", wait_before(ranking.read_page))
    monkeypatch.setattr(live, "standing_of", wait_before(live.standing_of))
    with ThreadPoolExecutor(10) as pool:

        def ask(client, url, **headers):
            def get():
                try:
                    return client.get(url, headers=headers)
                finally:
                    connection.close()

            return pool.submit(get)

        yield ask, under_way
        goes_on.set()


def test_a_quarter_of_the_threads_is_left_to_others():
    assert settings.WEB_THREADS == 8
    assert limits.requests.each == 6


def test_two_at_once_do_not_both_take_the_last_place():
    """A reads that it is free; B would read it, too, before A has taken it."""
    both_read = threading.Barrier(2)

    class ReadSlowly(Counter):
        def __getitem__(self, user):
            held = super().__getitem__(user)
            with contextlib.suppress(threading.BrokenBarrierError):
                both_read.wait(0.2)
            return held

    places = limits.Places("requests", 1)
    places._held = ReadSlowly()

    def take(_number):
        try:
            places.take("vera")
        except limits.TooManyAtOnce:
            return 0
        return 1

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(take, range(2))) == 1


@pytest.fixture
def browser_of(product):
    """`browser_of("vera")`: she has signed in once more, at another device."""
    return lambda name: signed_in(product.memberships.get(user__username=name).user)


@pytest.mark.parametrize("url", [API, PAGE])
def test_one_users_requests_leave_threads_to_others(slow, browser_of, url):
    ask, under_way = slow
    for number in range(6):
        ask(browser_of("vera"), url)
        eventually(lambda number=number: len(under_way) == number + 1)

    refused = browser_of("vera").get(url)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "1"
    assert "You have 6 requests under way, the most at once." in refused.content.decode()
    assert browser_of("vera").get("/healthz").status_code == 200
    assert browser_of("bob").get("/").status_code == 200


def test_all_tokens_of_a_user_count_as_that_user(slow, browser_of, client, product):
    ask, under_way = slow
    vera = product.memberships.get(user__username="vera").user
    tokens = [Token.objects.issue(name=str(number), user=vera)[1] for number in range(7)]
    for number, token in enumerate(tokens[:6]):
        ask(type(client)(), API, Authorization=f"Bearer {token}")
        eventually(lambda number=number: len(under_way) == number + 1)

    refused = client.get(API, headers={"Authorization": f"Bearer {tokens[6]}"})
    assert refused.status_code == 429
    assert refused["Retry-After"] == "1"
    assert browser_of("vera").get("/").status_code == 429


def test_places_are_given_back_after_answers_and_errors(browser_of, product, monkeypatch):
    rescore(product.pk)

    def fails(*_args, **_options):
        raise ZeroDivisionError

    vera = browser_of("vera")
    vera.raise_request_exception = False
    for _turn in range(10):
        assert vera.get(PAGE).status_code == 200
    monkeypatch.setattr(live, "standing_of", fails)
    for _turn in range(10):
        assert vera.get(PAGE).status_code == 500

    assert not limits.requests._held
