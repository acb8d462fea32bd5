"""What others wait while many sign in at once, by a real gunicorn with eight threads."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests import processes
from tests.accounts.doors import Answer, Visitor, users
from tests.benchmarks.measuring import Limit

SIGN_IN_MS, READY_MS = 300, 100
ROUNDS = 15


def doors() -> Iterator[Limit]:
    users("alice", *[f"user{n}" for n in range(32)])
    with processes.site(threads=8, TRUSTED_PROXIES="1") as site:
        first = Visitor(site)
        first.ask("/sign-in/")
        visitor = partial(_visitor, site, form=first.cookies)
        alone, beside = [], []
        for turn in range(ROUNDS):
            alone.append(visitor(f"10.1.1.{turn}").sign_in("alice").ms)
            bad = [visitor(f"10.2.2.{turn}") for _ in range(200)]
            attempts = [partial(one.sign_in, f"nobody{turn}", "wrong") for one in bad]
            asked = partial(visitor(f"10.3.3.{turn}").sign_in, "alice")
            beside += _beside(attempts, asked)
        yield Limit("a sign-in, alone", alone, SIGN_IN_MS)
        yield Limit("the same beside 200 bad ones at once", beside, SIGN_IN_MS)
        alone, beside = [], []
        for turn in range(ROUNDS):
            alone.append(_ready(site).ms)
            people = [visitor(f"10.4.{turn}.{n}") for n in range(32)]
            attempts = [partial(one.sign_in, f"user{n}") for n, one in enumerate(people)]
            beside += _beside(attempts, partial(_ready, site))
        yield Limit("/readyz, alone", alone, READY_MS)
        yield Limit("the same beside 32 good sign-ins at once", beside, READY_MS)


def _beside(attempts: list[Callable], asked: Callable[[], Answer]) -> list[float]:
    """Milliseconds of what is asked a moment after they all began."""
    with ThreadPoolExecutor(len(attempts)) as pool:
        begun = [pool.submit(attempt) for attempt in attempts]
        time.sleep(0.02)
        answer = asked()
        assert answer.status in (200, 302), answer
        for one in begun:
            one.result()
    return [answer.ms]


def _visitor(site: str, address: str, form: dict[str, str]) -> Visitor:
    """With the form of somebody else before them: one is like another."""
    visitor = Visitor(site, address)
    visitor.cookies = dict(form)
    return visitor


def _ready(site: str) -> Answer:
    return Visitor(site).ask("/readyz")


CASES = {"doors": doors}
