"""The live process: one URL that stays open and sends the versions of one product's scores, and
that its user has something new to read.

`uvicorn config.asgi:application`. It has no database: a signed ticket in the URL says who may
listen to what. What it sends is no secret of value; what is new, the page asks the site.
"""

import asyncio
import contextlib
import os
from http import HTTPStatus
from urllib.parse import parse_qs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.signing import BadSignature
from h11 import LocalProtocolError

from accounts.limits import TooManyAtOnce
from prioritisation.live.streams import Listener, Streams
from prioritisation.live.tickets import read_ticket

#: a comment line this often keeps proxies from closing a quiet stream
HEARTBEAT_SECONDS = 15
streams = Streams()


async def application(scope, receive, send) -> None:
    if scope["type"] == "lifespan":
        await _live_and_let_die(receive, send)
    elif scope["type"] == "http":
        # Who sends a body that is no HTTP can't be answered any more: a line, no traceback.
        with contextlib.suppress(LocalProtocolError):
            await _answer(scope, receive, send)


async def _live_and_let_die(receive, send) -> None:
    """The subscription begins and ends with the server."""
    await receive()
    feeding = asyncio.create_task(streams.follow_redis())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    feeding.cancel()
    await send({"type": "lifespan.shutdown.complete"})


async def _answer(scope, receive, send) -> None:
    if not scope["path"].endswith("/live/"):
        return await _refuse(send, HTTPStatus.NOT_FOUND)
    if scope["method"] != "GET":
        return await _refuse(send, HTTPStatus.METHOD_NOT_ALLOWED)
    if not streams.subscribed:
        return await _refuse(send, HTTPStatus.SERVICE_UNAVAILABLE)
    try:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        ticket = read_ticket(asked.get("ticket", [""])[0])
        with streams.listening(ticket) as listener:
            await _stream(listener, receive, send)
    except (BadSignature, PermissionError):
        await _refuse(send, HTTPStatus.FORBIDDEN)
    except TooManyAtOnce as error:
        await _refuse(send, HTTPStatus.TOO_MANY_REQUESTS, str(error))


async def _stream(listener: Listener, receive, send) -> None:
    """Send until the browser has gone, the ticket runs out or somebody is cut off."""
    await _begin(send, HTTPStatus.OK, "text/event-stream")
    tasks = [asyncio.create_task(_send_news(listener, send))]
    tasks.append(asyncio.create_task(_gone(receive)))
    seconds = listener.ticket.seconds_left
    # Cancelled: the server stops; passed on, each stream would log a traceback.
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await send({"type": "http.response.body"})


async def _send_news(listener: Listener, send) -> None:
    text = ": here\n\n"
    with contextlib.suppress(EOFError):
        while True:
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
            news = await listener.wait(HEARTBEAT_SECONDS)
            events = [f"event: {what}\ndata: {value}\n\n" for what, value in news.items()]
            text = "".join(events) or ": still\n\n"


async def _gone(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send, status: HTTPStatus, why: str = "") -> None:
    await _begin(send, status, "text/plain; charset=utf-8")
    await send({"type": "http.response.body", "body": (why or status.phrase).encode()})


async def _begin(send, status: HTTPStatus, content_type: str) -> None:
    headers = {
        "Content-Type": content_type,
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",  # nginx would hold events back until its buffer is full
        # Any page may listen that has a ticket; there are no cookies to misuse.
        "Access-Control-Allow-Origin": "*",
    }
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
