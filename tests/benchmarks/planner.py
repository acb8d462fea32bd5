"""`python -m tests.benchmarks planner FOLDER`: published instances of the Next Release Problem.

A customer is an item that takes no effort, is worth its profit and needs its requirements; a
requirement is worth nothing by itself. One release holds a part of what all would cost.

A file (Xuan, Jiang, Ren and Luo 2012) is whole numbers: how many levels; for each, how many
requirements and their costs; how many pairs "A B", of which B needs A; how many customers, and for
each its profit, how many requirements, and which, from 1.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from prioritisation.planning.plans import Plan
from prioritisation.planning.problem import Item, Problem
from prioritisation.planning.solver import solve

#: Parts of the whole cost, in percent. The classic ones are asked for more.
CLASSIC, CLASSIC_RATIOS, OTHER_RATIOS = "nrp[1-5]", (30, 50, 70), (30, 50)
TIME_LIMIT = 600

HEAD = (
    "| instance | requirements | customers | budget | profit | bound | seconds | of processor |\n"
    "|---|---|---|---|---|---|---|---|"
)


def table(folder: Path) -> Iterator[str]:
    """Lines of Markdown, as they are found; a profit that isn't proven is marked."""
    yield HEAD
    for path in sorted(folder.glob("*.txt")):
        items, costs = read(path.read_text())
        for percent in CLASSIC_RATIOS if fnmatch(path.stem, CLASSIC) else OTHER_RATIOS:
            problem = Problem(items, [budget(sum(costs), percent)])
            begun, processor = time.monotonic(), time.process_time()
            best = solve(problem, time_limit=TIME_LIMIT).best
            yield (
                f"| {path.stem}, {percent} % | {len(costs):,} | {len(items) - len(costs):,}"
                f" | {problem.capacities[0]:,} | {_profit(best)} | {int(best.bound):,}"
                f" | {time.monotonic() - begun:.1f} | {time.process_time() - processor:.1f} |"
            )


def read(text: str) -> tuple[list[Item], list[int]]:
    """Requirements 1, 2, …, then customers "customer 1", …; and what each requirement costs."""
    numbers = map(int, text.split())
    costs = [next(numbers) for _level in range(next(numbers)) for _cost in range(next(numbers))]
    needs = defaultdict(list)
    for _pair in range(next(numbers)):
        before, after = next(numbers), next(numbers)
        needs[after].append(before)
    items = [Item(key, 0, cost, tuple(needs[key])) for key, cost in enumerate(costs, start=1)]
    for customer in range(1, next(numbers) + 1):
        profit = next(numbers)
        wants = tuple(next(numbers) for _requirement in range(next(numbers)))
        items.append(Item(f"customer {customer}", profit, 0, wants))
    if next(numbers, None) is not None:
        raise ValueError("There are numbers after the last customer.")
    return items, costs


def budget(total: int, percent: int) -> int:
    """Half is rounded up."""
    return (total * percent + 50) // 100


def _profit(plan: Plan) -> str:
    return f"{int(plan.value):,}{'' if plan.proven else ' (not proven)'}"
