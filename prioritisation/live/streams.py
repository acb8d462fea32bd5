"""Everybody who listens to this process, fed by one subscription to Redis."""

import asyncio
import contextlib
import json
import logging
import time
from collections import defaultdict

from django.conf import settings
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from accounts.cut_offs import TICKET_SECONDS, CutOffTold, Who
from accounts.limits import Places
from prioritisation.live.tickets import CUT_OFF, NOTIFIED, RESCORED, Ticket, channel

log = logging.getLogger(__name__)

PING_SECONDS = 1.0
#: without a word from Redis for so long, the subscription is given up
SILENT_SECONDS = 3.0
AGAIN_SECONDS = 1.0
#: a stream a tab, of all products together
STREAMS_OF_A_USER = 20


class Listener:
    """One open stream: what it is to send yet, and whether it is to end."""

    def __init__(self, ticket: Ticket):
        self.ticket = ticket
        self._news: dict[str, int] = {}
        self._ended = False
        self._changed = asyncio.Event()

    def tell(self, what: str, value: int) -> None:
        """Of one kind of news the newest is enough."""
        self._news[what] = value
        self._changed.set()

    def end(self) -> None:
        self._ended = True
        self._changed.set()

    async def wait(self, seconds: float) -> dict[str, int]:
        """What is new, once something is: RESCORED → the newest version, NOTIFIED → 0; nothing
        after so many seconds.

        Raises EOFError once the stream is to end.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)
        if self._ended:
            raise EOFError
        self._changed.clear()
        news, self._news = self._news, {}
        return news


class Streams:
    """The listeners by product. While Redis is away there are none: pages poll, and come again."""

    def __init__(self):
        self._listeners: dict[int, set[Listener]] = defaultdict(set)
        self._places = Places("streams", STREAMS_OF_A_USER)
        # Who → when they were cut off last. A ticket from before isn't taken, else: a removed
        # member's browser would come again with it within its five minutes.
        self._cut_off: dict[Who, float] = {}
        self.subscribed = False

    @contextlib.contextmanager
    def listening(self, ticket: Ticket):
        """A Listener, while the block runs; raises PermissionError for somebody cut off,
        TooManyAtOnce for somebody with streams enough."""
        if self._is_void(ticket):
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
            await messages.psubscribe(
                *(channel(what, "*") for what in (RESCORED, CUT_OFF, NOTIFIED))
            )
            heard = time.monotonic()
            while time.monotonic() < heard + SILENT_SECONDS:
                message = await messages.get_message(timeout=PING_SECONDS)
                if message is None:
                    await messages.ping()
                    continue
                heard = time.monotonic()
                self.subscribed = True
                if message["type"] == "pmessage":
                    self._deliver(message["channel"].decode(), message["data"])
        raise TimeoutError(f"no word for {SILENT_SECONDS:g} s")

    def _deliver(self, name: str, data: bytes) -> None:
        what, product_id = name.split(":")[-2:]
        if what == RESCORED:
            for listener in self._listeners.get(int(product_id), ()):
                listener.tell(RESCORED, int(data))
        elif what == NOTIFIED:
            self._notify(set(json.loads(data)))
        else:
            self._cut(json.loads(data))

    def _notify(self, user_ids: set[int]) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                if listener.ticket.user_id in user_ids:
                    listener.tell(NOTIFIED, 0)

    def _cut(self, cut_offs: list[CutOffTold]) -> None:
        oldest = time.time() - TICKET_SECONDS
        self._cut_off = {who: at for who, at in self._cut_off.items() if at > oldest}
        for *who, at in cut_offs:
            self._cut_off[tuple(who)] = max(at, self._cut_off.get(tuple(who), 0))
        for listeners in self._listeners.values():
            for listener in listeners:
                if self._is_void(listener.ticket):
                    listener.end()

    def _is_void(self, ticket: Ticket) -> bool:
        return any(ticket.issued_at <= self._cut_off.get(who, 0) for who in ticket.named_by())

    def _end_all(self) -> None:
        self.subscribed = False
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end()
