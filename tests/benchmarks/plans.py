"""How long the planner takes for products of usual shape; no database.

Processor time: it works in one thread, so that is what it takes on a quiet machine.
"""

import random
import time
from collections.abc import Iterator

from prioritisation.planning.problem import Item, Problem
from prioritisation.planning.solver import solve
from tests.benchmarks.measuring import Limit

#: requirements, releases, and the most that a plan may take, in ms
SIZES = ((300, 3, 2_000), (1_000, 3, 10_000), (10_000, 1, 10_000))
SEEDS = range(9)


def plans() -> Iterator[Limit]:
    for requirements, releases, at_most in SIZES:
        times = [_time(product(requirements, releases, random.Random(s))) for s in SEEDS]
        yield Limit(f"a plan of {requirements:,} × {releases}, proven", times, at_most)


def _time(problem: Problem) -> float:
    begun = time.process_time()
    answer = solve(problem)
    assert answer.best.proven
    return (time.process_time() - begun) * 1000


def product(count: int, releases: int, draw: random.Random) -> Problem:
    """In order of rank; 3 in 10 need one to three others, 1 in 50 must be done, 1 in 50 is pinned,
    and the releases hold half of all effort together."""
    values = sorted((round(draw.gauss(15_000, 25_000)) for _item in range(count)), reverse=True)
    order = draw.sample(range(count), count)
    needs: dict[int, tuple[int, ...]] = {}
    for place, key in enumerate(order):
        near = order[max(0, place - 50) : place]
        several = draw.randint(1, 3) if draw.random() < 0.3 else 0
        needs[key] = tuple(draw.sample(near, min(several, len(near))))
    alone = [key for key in order if not needs[key]]
    pinned, musts = alone[: count // 50], set(order[: count // 50]) - set(alone[: count // 50])
    items = [
        Item(
            key,
            value,
            effort=round(draw.lognormvariate(2, 1), 1) + 0.5,
            needs=needs[key],
            must_by=releases - 1 if key in musts else None,
        )
        for key, value in enumerate(values)
    ]
    holds = round(sum(item.effort for item in items) / 2 / releases, 1)
    pins = [(key, draw.randrange(releases)) for key in pinned]
    return Problem(items, [holds] * releases, pins)


CASES = {"plans": plans}
