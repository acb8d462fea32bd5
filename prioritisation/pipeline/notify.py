"""Tell others of a commit: a worker, open pages. Best effort, never raises, at most 0.2 s.

Whatever is lost here costs a moment: the mark is in the database and the sweeper finds it, and
pages poll.
"""

import json
import logging
import threading
import time

import redis
from celery import current_app
from django.conf import settings
from kombu import Connection
from kombu.pools import producers
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.cut_offs import CutOffTold
from prioritisation.live.tickets import CUT_OFF, NOTIFIED, RESCORED, channel

log = logging.getLogger(__name__)

#: one message per product and this long, however many writes
QUIET_MILLISECONDS = 300
TIMEOUT_SECONDS = 0.1


class Breaker:
    """After a failure, no attempt for a while: a paused Redis would cost every write its timeout.

    One for all use of Redis in requests of this process.
    """

    def __init__(self, *, rest_seconds=5.0):
        self.rest_seconds = rest_seconds
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def attempt(self, call):
        """Return what `call()` does, or None if it failed or the breaker rests."""
        with self._lock:
            if time.monotonic() < self._closed_until:
                return None
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - a commit has happened: nothing may undo its answer
            with self._lock:
                self._closed_until = time.monotonic() + self.rest_seconds
            log.warning(
                "Redis doesn't answer (%s); the sweeper and polling do its work meanwhile", error
            )
            return None


breaker = Breaker()
# Not the worker's connection, which waits up to 5 s. Without `max_retries` a broker lost between
# the key and the message was tried again and again, for 6 s.
_broker = Connection(
    settings.CELERY_BROKER_URL,
    transport_options={
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "max_retries": 0,
    },
)
_clients = threading.local()


def client():
    """This thread's connection to Redis, which gives up instead of retrying."""
    if not hasattr(_clients, "redis"):
        _clients.redis = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
    return _clients.redis


def rung_key(product_id):
    return f"userward:rung:{product_id}"


def nudge(product_id):
    """Have a worker rescore the product soon."""
    breaker.attempt(lambda: _ring(product_id))


def _ring(product_id):
    if not client().set(rung_key(product_id), 1, nx=True, px=QUIET_MILLISECONDS):
        return
    _send("rescore_product", product_id)


def _send(task, *arguments):
    with producers[_broker].acquire(block=True, timeout=TIMEOUT_SECONDS) as producer:
        current_app.send_task(
            f"prioritisation.tasks.{task}",
            arguments,
            producer=producer,
            retry=False,
            ignore_result=True,
            expires=60,
        )


def ring_for_analyses():
    """Have a worker look for analyses to work out. If this gets lost, the sweeper rings again."""
    breaker.attempt(_ring_for_analyses)


def _ring_for_analyses():
    # Who takes the one that waits will look after that, and so see all that is committed now.
    if not client().llen(settings.ANALYSES_QUEUE):
        _send("work_out_analyses")


def hush(product_id):
    """Let the next write ring again. A worker's first act, before it reads any mark.

    If it came later, a write between the reading of marks and this would find the key set, not
    ring, and wait for the sweeper.
    """
    breaker.attempt(lambda: client().delete(rung_key(product_id)))


def publish(product_id, version):
    """Tell whoever listens that the product has a new version of its scores."""
    breaker.attempt(lambda: client().publish(channel(RESCORED, product_id), version))


def tell_cut_offs(cut_offs: list[CutOffTold]):
    """Have the live process end the streams of these, and take no ticket of theirs from before.

    The message may get lost: the sweeper repeats it.
    """
    if cut_offs:
        breaker.attempt(lambda: client().publish(channel(CUT_OFF, "all"), json.dumps(cut_offs)))


def tell_notified(user_ids: set[int]):
    """Have the open pages of these look for what they are told. They poll, too."""
    if user_ids:
        message = json.dumps(sorted(user_ids))
        breaker.attempt(lambda: client().publish(channel(NOTIFIED, "all"), message))
