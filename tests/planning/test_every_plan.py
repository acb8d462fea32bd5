"""The solver beside a look at every plan there is."""

import os
import random
from collections import Counter

from prioritisation.planning.plans import Infeasible
from prioritisation.planning.problem import Item, Problem
from prioritisation.planning.solver import solve, why_not
from tests.planning.every_plan import EveryPlan
from tests.planning.small_products import small_product

PRODUCTS = int(os.environ.get("PLANNED_PRODUCTS", "100"))


def test_of_every_plan_there_is_the_solver_finds_the_best():
    """`PLANNED_PRODUCTS=500` looks at 500."""
    seen = Counter(_compare(random.Random(seed)) for seed in range(PRODUCTS))
    assert seen["planned"] > PRODUCTS / 2
    assert seen["impossible"] > 0


def _compare(draw):
    problem = small_product(draw)
    every = EveryPlan(problem)
    answer = solve(problem)
    if not every.allowed.any():
        assert isinstance(answer, Infeasible)
        assert answer.conflicts
        return "impossible"
    mosts = every.mosts() if problem.share is not None else {}
    fair = every.fair(mosts)
    if not fair.any():
        assert [conflict.kind for conflict in answer.conflicts] == ["share"]
        return "unfair"
    assert fair[every.row(answer.best.releases)]
    assert answer.best.value == every.best(fair) == answer.best.bound
    for group, most in mosts.items():
        gain = answer.best.groups[group]
        assert gain.most * 10 == most if gain.exact else gain.most * 10 >= most
    for simpler in (answer.by_rank, answer.by_value_for_effort):
        assert every.allowed[every.row(simpler.releases)]
        assert simpler.value * 10 == every.value[every.row(simpler.releases)]
    _compare_swap(draw, problem, every, fair, answer.best)
    return "planned"


def _compare_swap(draw, problem, every, fair, best):
    """What an item that is left out costs is the difference of two optima."""
    left_out = [item.key for item in problem.items if item.key not in best.releases]
    if not left_out:
        return
    key = draw.choice(left_out)
    swap = why_not(problem, best, key)
    with_it = every.best(fair & (every.places[:, every.at[key]] < 2))
    if with_it is None:
        assert isinstance(swap, Infeasible)
        return
    assert swap.exact
    assert swap.costs == every.best(fair) - with_it
    assert fair[every.row(swap.plan.releases)]
    before, after = best.releases, swap.plan.releases
    assert set(swap.pushed_out) == set(before) - set(after)
    assert key in swap.brought_in


def test_a_solver_that_is_content_too_early_is_found_out(monkeypatch):
    """The control: a plan that is merely good isn't the best of every plan."""
    from prioritisation.planning import solver

    def good_enough(instance, *_worth, **_how):
        places = solver.fill(instance, solver.by_rank(instance))
        value = instance.worth(places, instance.value)
        return solver.Found(places, value, bound=value)

    problem = Problem([Item("a", 3, 2), Item("b", 2, 1), Item("c", 2, 1)], [2, 0])
    every = EveryPlan(problem)
    assert solve(problem).best.value == every.best(every.allowed)
    monkeypatch.setattr(solver, "maximise", good_enough)
    assert solve(problem).best.value != every.best(every.allowed)
