"""Once a week: what moved in somebody's products, and who moved it."""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta

from django.db import Error
from django.urls import reverse
from django.utils import timezone

from accounts.models import Kind, Notification, User
from accounts.notifications import notify
from prioritisation.history.page import explained
from prioritisation.history.rank_changes import compare
from prioritisation.pipeline.notify import tell_notified
from prioritisation.presentation.formatting import count
from prioritisation.selectors.past_rankings import rankings_at, titles_of, versions_at
from products.models import Product

log = logging.getLogger(__name__)

MOVES_TOLD = 5
#: of one person; more are named by their number
PRODUCTS_TOLD = 10
#: on Mondays, so that it is there when people come to work
HOUR = time(6)


def week_told_at(now: datetime) -> datetime:
    """The Monday, at midnight, that ends the week to be told of at that time."""
    local = timezone.localtime(now)
    monday = local.date() - timedelta(days=local.weekday())
    if local.weekday() == 0 and local.time() < HOUR:
        monday -= timedelta(weeks=1)
    return timezone.make_aware(datetime.combine(monday, time()))


class WeeklyRound:
    """Tells everybody of one week, person by person; each is told in a transaction of their own.

    Whoever was told already is left out, by an earlier process too: so it may be broken off at any
    time, and several may run side by side. A quiet week tells nothing.
    """

    def __init__(self, now: datetime):
        self.until = week_told_at(now)
        self._once = f"weekly {self.until:%G-W%V}"
        told = Notification.objects.filter(told_once_as__startswith=f"{self._once}:")
        people = User.objects.filter(is_active=True, memberships__isnull=False).distinct()
        people = people.exclude(pk__in=told.values("user"))
        self._left = deque(people.order_by("pk").values_list("pk", flat=True))
        self._words: dict[int, str] = {}

    def go_on(self, *, wanted: Callable[[], bool] = lambda: True) -> bool:
        """Whether everybody is told."""
        while self._left and wanted():
            self._tell(self._left[0])
            self._left.popleft()  # only now: after an error it is their turn again
        if not self._left:
            self._words.clear()
        return not self._left

    def _tell(self, user_id):
        # Samples tell a story of months ago, as if it had been told last week.
        own = Product.objects.filter(memberships__user=user_id, is_sample=False)
        products = own.order_by("name", "pk")
        moved = [(product, words) for product in products if (words := self._moved(product))]
        if not moved:
            return
        told = [f"{product}\n{words}" for product, words in moved[:PRODUCTS_TOLD]]
        if len(moved) > PRODUCTS_TOLD:
            told.append(f"And in {count(len(moved) - PRODUCTS_TOLD, 'more product')}.")
        one = moved[0][0] if len(moved) == 1 else None
        news = notify(
            User.objects.filter(pk=user_id),
            Kind.WEEKLY,
            title=f"What moved in {one or count(len(moved), 'product')}, week to "
            f"{self.until - timedelta(days=1):%-d %B}",
            text="\n\n".join(told),
            path=reverse("history", args=[one.key]) if one else reverse("products"),
            product=one,
            told_once_as=self._once,
        )
        tell_notified(news)

    def _moved(self, product):
        if product.pk not in self._words:
            self._words[product.pk] = self._what_moved(product)
        return self._words[product.pk]

    def _what_moved(self, product):
        try:
            return what_moved(product, self.until - timedelta(weeks=1), self.until)
        except Error:  # the database's: tried again
            raise
        except Exception:
            # Else: one product whose past can't be told ends the program, again and again.
            log.exception("%s: can't tell what moved", product.key)
            return ""


def what_moved(product: Product, since: datetime, until: datetime) -> str:
    """A line for each of the largest moves, with what caused it most; "" where nothing moved."""
    start, end = versions_at(product, [since, until])
    if not end or start == end:
        return ""
    rankings = rankings_at(product, [start, end])
    ids = {place.requirement_id for places in rankings.values() for place in places}
    found = compare(rankings[start], rankings[end], titles_of(product, ids))
    largest = replace(found, moves=found.moves[:MOVES_TOLD])
    lines = [_line(move) for move in explained(product, largest, start, end).moves]
    if found.moved > MOVES_TOLD:
        lines.append(f"and {found.moved - MOVES_TOLD} more")
    return "\n".join(lines)


def _line(move):
    causes = f": {move.causes[0]}" if move.causes else ""
    return f"{move.key} {move.title}, {move.words}{causes}"
