"""What lets a page follow a product: signed tickets, and the names of the channels.

Needs no database, so that the live process (config/asgi.py) has none.
"""

import time
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import SignatureExpired, Signer
from redis.connection import parse_url

TICKET_SECONDS = 300
#: what is published, below a product's channel: its new version; the id of a user to be cut off
RESCORED, MEMBER = "rescored", "member"


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to hear of one product's versions, for five minutes."""

    user_id: int
    product_id: int
    issued_at: int
    """Unix time in whole seconds."""

    @property
    def seconds_left(self):
        return self.issued_at + TICKET_SECONDS - time.time()


def live_url(*, user_id, product_id):
    """Where this user's browser hears of the product's new versions; "" where nothing sends any.

    The caller has authorised reading the product.
    """
    if not settings.LIVE_URL:
        return ""
    ticket = _signer().sign_object([user_id, product_id, int(time.time())], compress=False)
    return f"{settings.LIVE_URL}?{urlencode({'ticket': ticket})}"


def read_ticket(text):
    """The Ticket that was signed; raises BadSignature where it is forged or has run out."""
    ticket = Ticket(*_signer().unsign_object(text))
    if ticket.seconds_left <= 0:
        raise SignatureExpired("The ticket has run out.")
    return ticket


def channel(what, product_id):
    """The channel of RESCORED or MEMBER; "*" as product: the pattern of all.

    Redis keeps channels of its databases together, so the name holds the database's number.
    """
    return f"userward:{parse_url(settings.REDIS_URL).get('db', 0)}:{what}:{product_id}"


def _signer():
    return Signer(salt="prioritisation.live")
