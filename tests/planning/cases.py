"""The product of docs/plan.md's sum by hand, and short ways to make others."""

from dataclasses import replace

from prioritisation.planning.plans import Comparison
from prioritisation.planning.problem import Item, Problem
from prioritisation.planning.solver import solve

POINT = 10_000

SYNC = Item("sync", 17 * POINT, 4, gains={"nurses": 10 * POINT})
SIGN_ON = Item("sign-on", 16 * POINT, 2, needs=("roles",))
ROLES = Item("roles", 14 * POINT, 2, gains={"nurses": 2 * POINT, "managers": -POINT})
DARK = Item("dark", 2 * POINT, 1)
BY_HAND = Problem([SYNC, SIGN_ON, ROLES, DARK], [4, 2], protected=["nurses"])


def item(key, score=1, effort=1, **more):
    return Item(key, int(score * POINT), effort, **more)


def planned(*items, holds=(10,), **more):
    """What the best plan holds: key → release, from 0."""
    answer = solve(Problem(items, holds, **more))
    assert isinstance(answer, Comparison), answer
    assert answer.best.proven
    return dict(answer.best.releases)


def conflicts(*items, holds=(10,), **more):
    return solve(Problem(items, holds, **more)).conflicts


def by_hand(**changes):
    return replace(BY_HAND, **changes)
