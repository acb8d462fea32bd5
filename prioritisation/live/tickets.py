"""What lets a page follow a product: signed tickets, and the names of the channels.

Needs no database, so that the live process (config/asgi.py) has none.
"""

import time
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import SignatureExpired, Signer
from redis.connection import parse_url

from accounts.cut_offs import TICKET_SECONDS, Who

#: What is published: a product's new version; who is cut off, and who has something new to read,
#: of all products on one channel.
RESCORED, CUT_OFF, NOTIFIED = "rescored", "cut_off", "notified"


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to hear of one product's versions, for five minutes."""

    user_id: int
    product_id: int
    issued_at: float
    """Unix time from before the right was looked up."""
    session: str = ""

    @property
    def seconds_left(self):
        return self.issued_at + TICKET_SECONDS - time.time()

    def named_by(self) -> list[Who]:
        """Every cut-off that would void this ticket."""
        return [
            (self.user_id, None, None),
            (self.user_id, self.product_id, None),
            (None, None, self.session),
            (None, None, None),
        ]


def live_url(*, user_id, product_id, session="", asked_at=None):
    """Where this user's browser hears of the product's new versions; "" where nothing sends any.

    The caller has authorised reading the product, after `asked_at` (now). `session` is its name
    (accounts/cut_offs.py).
    """
    if not settings.LIVE_URL:
        return ""
    issued_at = time.time() if asked_at is None else asked_at
    ticket = _signer().sign_object([user_id, product_id, issued_at, session], compress=False)
    return f"{settings.LIVE_URL}?{urlencode({'ticket': ticket})}"


def read_ticket(text):
    """The Ticket that was signed; raises BadSignature where it is forged or has run out."""
    ticket = Ticket(*_signer().unsign_object(text))
    if ticket.seconds_left <= 0:
        raise SignatureExpired("The ticket has run out.")
    return ticket


def channel(what, product_id):
    """The channel of what is published; "*" as product: the pattern of all.

    Redis keeps channels of its databases together, so the name holds the database's number.
    """
    return f"userward:{parse_url(settings.REDIS_URL).get('db', 0)}:{what}:{product_id}"


def _signer():
    return Signer(salt="prioritisation.live.tickets")
