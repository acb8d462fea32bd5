"""`python -m tests.benchmarks.word_processor`: the table of docs/plan.md, of tests/data/msword.csv.

Each of four stakeholders, weighed 9, 3, 5 and 7, values 50 features from 1 to 9, read as 0 to 5
as the import reads them. A feature is worth weight · value / 24 to a stakeholder, and in all the
sum of that; there is one release. In "nobody under" stands the largest whole percentage that all
four can have of their most.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from prioritisation.planning.plans import Plan
from prioritisation.planning.problem import Item, Problem
from prioritisation.planning.solver import solve

FIGURES = Path(__file__).parents[1] / "data" / "msword.csv"
WEIGHTS = {"1": 9, "2": 3, "3": 5, "4": 7}
UNIT = 10_000


def product(part: Fraction) -> Problem:
    """In order of rank; the release holds this part of all effort."""
    rows = list(csv.reader(FIGURES.read_text().splitlines()))[1:]
    items = []
    for name, cost, *values in rows:
        gains = {
            stakeholder: round(Fraction(UNIT * weight * _rating(value), sum(WEIGHTS.values())))
            for (stakeholder, weight), value in zip(WEIGHTS.items(), values, strict=True)
        }
        items.append(Item(name, sum(gains.values()), int(cost), gains=gains))
    items.sort(key=lambda item: -item.value)
    total = sum(item.effort for item in items)
    return Problem(items, [total * part], protected=tuple(WEIGHTS))


def _rating(value: str) -> int:
    """1–9 as 0–5, half rounded up."""
    return (5 * (int(value) - 1) + 4) // 8


def table() -> Iterator[str]:
    yield "| effort | plan | points | of 1 | of 2 | of 3 | of 4 |"
    yield "|---|---|---|---|---|---|---|"
    for percent in (25, 50, 75):
        problem = product(Fraction(percent, 100))
        answer = solve(problem)
        (conflict,) = solve(replace(problem, share=1)).conflicts
        fair = solve(replace(problem, share=conflict.holds))
        mosts = {group: gain.most for group, gain in fair.best.groups.items()}
        for name, plan in (
            ("by rank until it is full", answer.by_rank),
            ("by value for effort", answer.by_value_for_effort),
            ("the best", answer.best),
            (f"the best, nobody under {conflict.holds:.0%}", fair.best),
        ):
            yield f"| {percent} % | {name} | {_points(plan)} | {_parts(plan, mosts)} |"


def _points(plan: Plan) -> str:
    return f"{float(plan.value / UNIT):.1f}"


def _parts(plan: Plan, mosts: dict[str, Fraction]) -> str:
    gains = ((plan.groups[group].gained, most) for group, most in mosts.items())
    return " | ".join(
        f"{float(gained / UNIT):.1f} ({float(gained / most):.0%})" for gained, most in gains
    )


if __name__ == "__main__":
    print("\n".join(table()))  # noqa: T201
