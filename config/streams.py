"""Everybody who listens to this process, fed by one subscription to Redis."""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from accounts.limits import Places
from prioritisation.live import MEMBER, RESCORED, TICKET_SECONDS, Ticket, channel

log = logging.getLogger(__name__)

PING_SECONDS = 1.0
#: without a word from Redis for so long, the subscription is given up
SILENT_SECONDS = 3.0
AGAIN_SECONDS = 1.0
#: a stream a tab, of all products together
STREAMS_OF_A_USER = 20


class Listener:
    """One open stream: the newest version that it hasn't been sent, and whether it is to end."""

    def __init__(self, ticket: Ticket):
        self.ticket = ticket
        self._version: int | None = None
        self._ended = False
        self._changed = asyncio.Event()

    def tell(self, version: int) -> None:
        self._version = version
        self._changed.set()

    def end(self) -> None:
        self._ended = True
        self._changed.set()

    async def wait(self, seconds: float) -> int | None:
        """The newest version, once there is one; None after so many seconds without.

        Raises EOFError once the stream is to end.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)
        if self._ended:
            raise EOFError
        self._changed.clear()
        version, self._version = self._version, None
        return version


class Streams:
    """The listeners by product. While Redis is away there are none: pages poll, and come again."""

    def __init__(self):
        self._listeners: dict[int, set[Listener]] = defaultdict(set)
        self._places = Places("streams", STREAMS_OF_A_USER)
        # (user, product) → when the membership changed. A ticket from before isn't taken, else:
        # a removed member's browser would come again with it within its five minutes.
        self._cut_off: dict[tuple[int, int], float] = {}
        self.subscribed = False

    @contextlib.contextmanager
    def listening(self, ticket: Ticket):
        """A Listener, while the block runs; raises PermissionError for somebody cut off,
        TooManyAtOnce for somebody with streams enough."""
        if ticket.issued_at <= self._cut_off.get((ticket.user_id, ticket.product_id), 0):
            raise PermissionError
        listener = Listener(ticket)
        with self._places.held_by(ticket.user_id):
            self._listeners[ticket.product_id].add(listener)
            try:
                yield listener
            finally:
                self._listeners[ticket.product_id].discard(listener)
                if not self._listeners[ticket.product_id]:
                    del self._listeners[ticket.product_id]

    async def follow_redis(self) -> None:
        """Feed the listeners until cancelled."""
        while True:
            try:
                await self._subscribe()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next subscription may do
                log.warning("no word from Redis (%s): pages poll meanwhile", error)
            finally:
                self._end_all()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _subscribe(self) -> None:
        redis = Redis.from_url(
            settings.REDIS_URL, retry=Retry(NoBackoff(), 0), socket_connect_timeout=1
        )
        async with redis, redis.pubsub() as messages:
            await messages.psubscribe(channel(RESCORED, "*"), channel(MEMBER, "*"))
            heard = time.monotonic()
            while time.monotonic() < heard + SILENT_SECONDS:
                message = await messages.get_message(timeout=PING_SECONDS)
                if message is None:
                    await messages.ping()
                    continue
                heard = time.monotonic()
                self.subscribed = True
                if message["type"] == "pmessage":
                    self._deliver(message["channel"].decode(), int(message["data"]))
        raise TimeoutError(f"no word for {SILENT_SECONDS:g} s")

    def _deliver(self, name: str, number: int) -> None:
        what, product_id = name.split(":")[-2:]
        listeners = list(self._listeners.get(int(product_id), ()))
        if what == RESCORED:
            for listener in listeners:
                listener.tell(number)
            return
        now = time.time()
        self._cut_off = {
            who: when for who, when in self._cut_off.items() if when > now - TICKET_SECONDS
        } | {(number, int(product_id)): now}
        for listener in listeners:
            if listener.ticket.user_id == number:
                listener.end()

    def _end_all(self) -> None:
        self.subscribed = False
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end()
