"""How long it takes to say how sure the order is; no database."""

import numpy as np

from prioritisation.scoring import formula
from prioritisation.scoring.rank_acceptability import plausible
from prioritisation.scoring.sensitivity import sensitivity
from tests.benchmarks.data import KINDS
from tests.benchmarks.measuring import limit


def how_sure():
    """The exact intervals of 10,000 requirements, and 10,000 draws of 200."""
    many, some = _product(10_000), _product(200)
    yield limit(
        "intervals of λ, 5 shares, 3 adoptions; 10,000 requirements",
        lambda: sensitivity(*many),
        at_most=1_000,
        turns=10,
    )
    yield limit(
        "10,000 plausible weightings of 200 requirements",
        lambda: plausible(*some),
        at_most=2_000,
        turns=10,
    )


def _product(requirements):
    """The arguments of both functions; every requirement rated by each of five personas."""
    draw = np.random.default_rng(1)
    count = len(KINDS)
    installed = draw.integers(100, 1_000, count).astype(float)
    personas = formula.Personas(
        ids=np.arange(count),
        is_end_user=np.array([kind == "end_user" for kind in KINDS]),
        headcount=installed * 2,
        importance=np.ones(count),
        installed=installed,
        active=np.floor(installed * draw.random(count)),
        worked_around=np.zeros(count),
    )
    ratings = requirements * count
    numbers = np.arange(requirements)
    return (
        formula.Policy(),
        personas,
        formula.Ratings(
            id=np.arange(ratings),
            requirement=np.repeat(numbers, count),
            persona=np.tile(personas.ids, requirements),
            value=draw.integers(-5, 6, ratings).astype(float),
            confidence=draw.choice([1.0, 0.8, 0.5], ratings),
        ),
        numbers,
        numbers,
    )
