"""Redis killed or paused: writes answer as fast as ever, and scores still converge."""

import time
from threading import Thread

import pytest

from accounts.models import User
from prioritisation.pipeline import notify
from tests import processes
from tests.faults.scenes import Browser, converged, eventually_converged, rate, stays_marked
from tests.processes import eventually

AT_MOST_MILLISECONDS = 300


@pytest.fixture(scope="module")
def broker_of_the_site():
    with processes.valkey() as server:
        yield server


@pytest.fixture(scope="module")
def site(django_db_setup, broker_of_the_site):
    with processes.site(REDIS_URL=broker_of_the_site.url) as address:
        yield address


@pytest.fixture(scope="module")
def _sweeper(django_db_setup, broker_of_the_site):
    """What `sweeper` resumes: it too is to lose its Redis."""
    with processes.sweeper(REDIS_URL=broker_of_the_site.url) as child:
        child.pause()
        yield child


@pytest.fixture
def broker():
    with processes.valkey() as server:
        yield server


@pytest.mark.xdist_group("outages")
@pytest.mark.parametrize(("outage", "recovery"), [("pause", "resume"), ("kill", "start")])
def test_a_write_answers_in_time_without_redis_and_converges(
    product, broker_of_the_site, site, request, outage, recovery
):
    User.objects.filter(username="alice").update(is_staff=True)  # whom /healthz tells more
    browser = Browser(site, User.objects.get(username="alice"))
    # After an earlier outage the site's breaker rests for 5 s.
    eventually(lambda: '"broker": true' in browser.ask("GET", "/healthz").body, every=0.1)
    assert browser.rate(product, 4).status == 200  # so that connections and code are warm

    getattr(broker_of_the_site, outage)()
    request.addfinalizer(getattr(broker_of_the_site, recovery))
    answers = [browser.rate(product, value) for value in (-2, 3, -4)]
    health = browser.ask("GET", "/healthz")

    request.getfixturevalue("sweeper")
    eventually_converged(product)
    assert [answer.status for answer in answers] == [200] * 3
    assert max(answer.milliseconds for answer in answers) < AT_MOST_MILLISECONDS
    assert health.status == 200
    assert '"broker": false' in health.body
    assert health.milliseconds < AT_MOST_MILLISECONDS


def milliseconds_of(call):
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def test_a_nudge_gives_a_paused_redis_200_ms_once_and_then_none(broker, our_nudges_go_to):
    our_nudges_go_to(broker.url)
    broker.pause()

    assert milliseconds_of(lambda: notify.nudge(1)) < 200
    assert milliseconds_of(lambda: notify.nudge(1)) < 5
    broker.resume()


def test_the_control_without_the_breaker_every_nudge_waits(broker, our_nudges_go_to, monkeypatch):
    our_nudges_go_to(broker.url)
    monkeypatch.setattr(notify, "breaker", notify.Breaker(rest_seconds=0))
    broker.pause()

    assert min(milliseconds_of(lambda: notify.nudge(1)) for _ in range(3)) > 90
    broker.resume()


def test_the_control_with_ordinary_timeouts_a_nudge_takes_too_long(
    broker, our_nudges_go_to, monkeypatch
):
    our_nudges_go_to(broker.url)
    monkeypatch.setattr(notify, "TIMEOUT_SECONDS", 0.6)
    broker.pause()

    assert milliseconds_of(lambda: notify.nudge(1)) > 500
    broker.resume()


class KeyOnly:
    """Redis as the bell's key sees it, just before it is lost."""

    def set(self, *args, **kwargs):
        return True


@pytest.mark.parametrize("outage", ["pause", "kill"])
def test_a_redis_lost_between_the_key_and_the_message_costs_no_more(
    broker, our_nudges_go_to, monkeypatch, outage
):
    our_nudges_go_to(broker.url)
    monkeypatch.setattr(notify, "client", KeyOnly)
    getattr(broker, outage)()

    assert milliseconds_of(lambda: notify.nudge(1)) < 250
    if outage == "pause":
        broker.resume()


def test_the_control_a_message_that_may_be_tried_again_waits_for_redis(
    broker, our_nudges_go_to, monkeypatch
):
    our_nudges_go_to(broker.url)
    monkeypatch.setattr(notify, "client", KeyOnly)
    monkeypatch.delitem(notify._broker.transport_options, "max_retries")
    broker.kill()
    nudging = Thread(target=notify.nudge, args=[1])
    nudging.start()

    nudging.join(0.5)
    assert nudging.is_alive()
    broker.start()
    nudging.join(10)
    assert not nudging.is_alive()


def test_a_worker_recovers_when_the_broker_is_started_again(
    product, broker, our_nudges_go_to, monkeypatch, pool
):
    our_nudges_go_to(broker.url)
    monkeypatch.setattr(notify, "breaker", notify.Breaker(rest_seconds=0))
    with processes.celery_worker(f"--pool={pool}", REDIS_URL=broker.url):
        broker.kill()
        rate(product, -4)
        assert stays_marked(product, seconds=0.5)  # the control: it isn't somebody else

        broker.start()
        # No sweeper: only a worker that listens again sees one of these.
        eventually(lambda: converged_or_rung_again(product), every=0.5, within=40)


def converged_or_rung_again(product):
    if converged(product):
        return True
    rate(product, -2)
    return False
