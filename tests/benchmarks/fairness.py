"""What a small product waits for its scores while large ones are written to without pause."""

import contextlib
import statistics
import time
from collections.abc import Iterator
from threading import Event, Thread

from django.db import connections

from prioritisation.models import ProductChange, ScoringPolicy
from prioritisation.pipeline.transactions import writing
from products.models import Product
from tests import processes
from tests.benchmarks.data import KINDS, product_of
from tests.benchmarks.measuring import Limit

AIM_MS = 3_000
BUSY_SECONDS = 20
#: between two changes of each large product
EVERY_SECONDS = 0.4
PERSONAS = [*KINDS, *["end_user"] * 7]


def fair():
    """Three products of 10,000 × 12 by each kind of helper: worker and sweeper, sweeper alone."""
    large = [product_of(10_000, kinds=PERSONAS, name=f"LARGE{n}") for n in range(3)]
    small = product_of(100)
    for pool in ("prefork", "threads"):
        with processes.celery_worker(f"--pool={pool}"), processes.sweeper(SWEEP_SECONDS="2"):
            yield _measured(f"mark → scored beside 3 busy products, {pool}", large, small)
    with processes.sweeper(SWEEP_SECONDS="2"):
        yield _measured("the same, the sweeper alone", large, small)


def _measured(name: str, large: list[Product], small: Product) -> Limit:
    with _written_to_without_pause(large) as begun:
        times = []
        while time.monotonic() < begun + BUSY_SECONDS:
            times.append(_until_scored(small, say=0.7 + len(times) % 3 / 20))
            time.sleep(0.2)
    # Nobody is to wait longer: what counts is the most.
    return Limit(f"{name} (median {statistics.median(times):,.0f})", [max(times)], AIM_MS)


@contextlib.contextmanager
def _written_to_without_pause(products: list[Product]) -> Iterator[float]:
    """Meanwhile one person changes each of them again and again; when that began."""
    enough = Event()

    def change():
        turn = 0
        # Not until the small product is scored, which it never would be where it starves.
        while not enough.wait(EVERY_SECONDS) and time.monotonic() < begun + BUSY_SECONDS:
            turn += 1
            for product in products:
                _say(product, 0.7 + turn % 3 / 20)
        connections.close_all()

    begun = time.monotonic()
    person = Thread(target=change)
    person.start()
    try:
        time.sleep(3)  # until everybody is busy
        yield begun
    finally:
        enough.set()
        person.join()
        while ProductChange.objects.exists():
            time.sleep(0.1)


def _until_scored(product: Product, *, say: float) -> float:
    begun = time.perf_counter()
    _say(product, say)
    while ProductChange.objects.filter(product_id=product.pk).exists():
        time.sleep(0.005)
    return (time.perf_counter() - begun) * 1000


def _say(product: Product, say: float) -> None:
    with writing(means="command"):
        ScoringPolicy.objects.filter(product=product).update(end_user_say=say)


CASES = {"fair": fair}
