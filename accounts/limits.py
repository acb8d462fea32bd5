"""What one user may hold at a time of what all share: threads, places to wait, streams.

Each process counts for itself.
"""

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from django.conf import settings


class TooManyAtOnce(Exception):
    """The user holds as many already as one may; the message says of what."""


class Places:
    """Of these, which `name` names, one user may hold `each` at a time; else `says` why not."""

    def __init__(self, name: str, each: int, *, says: str = ""):
        self.each = each
        self.says = says or (
            f"You have {each} {name} under way, the most at once. Try again when one has ended."
        )
        self._held: Counter[Hashable] = Counter()
        self._lock = threading.Lock()

    def take(self, user: Hashable) -> None:
        """Raises TooManyAtOnce; whoever took a place gives it back."""
        with self._lock:
            if self._held[user] >= self.each:
                raise TooManyAtOnce(self.says)
            self._held[user] += 1

    def give_back(self, user: Hashable) -> None:
        with self._lock:
            self._held[user] -= 1
            if not self._held[user]:
                del self._held[user]

    @contextmanager
    def held_by(self, user: Hashable) -> Iterator[None]:
        self.take(user)
        try:
            yield
        finally:
            self.give_back(user)


def identity(user) -> Hashable:
    """Who is counted as one: all sessions and tokens of a user, all tokens of a product."""
    token = getattr(user, "product_token", None)
    return ("product", token.product_id) if token else ("user", user.pk)


#: A quarter of a process's threads is always left to others. A browser opens six connections.
requests = Places("requests", max(1, settings.WEB_THREADS - max(1, settings.WEB_THREADS // 4)))


#: What waits for a password to be hashed, two at a time: of one address, and of all. Else: eight
#: sign-ins hold all threads, and whoever asks for a page, or whether the site is ready, waits too.
sign_ins = Places(
    "sign-ins",
    max(1, requests.each // 2),
    says="Several people sign in from your network at this moment. Try again in a few seconds.",
)
all_sign_ins = Places(
    "sign-ins",
    requests.each,
    says="Many people sign in at this moment. Try again in a few seconds.",
)


@contextmanager
def sign_ins_at_once(address: str) -> Iterator[None]:
    with sign_ins.held_by(address), all_sign_ins.held_by("everybody"):
        yield


def count_request(request, user) -> None:
    """Count the request as the user's, once, until it ends; raises TooManyAtOnce."""
    # None: the middleware is there, which gives the place back, and nobody has counted it.
    if getattr(request, "counted_for", "") is None:
        who = identity(user)
        requests.take(who)
        request.counted_for = who
