"""What the planner answers.

Values are in ten-thousandths, as scores are stored, each counted 0.9 to the power of its release's
place, and exact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from prioritisation.planning.conflicts import Conflict
from prioritisation.planning.instance import DISCOUNT, Instance, Places
from prioritisation.planning.problem import Group, Key, Problem


@dataclass(frozen=True, slots=True)
class Gain:
    """What a plan is worth to one group."""

    gained: Fraction
    """Of what is worth something to it; nobody left out asks for this."""
    lost: Fraction
    """≥ 0, of what harms it."""
    most: Fraction | None
    """No plan, not even one made for it alone, gives it more; None where nobody asked."""
    exact: bool = False
    """A plan of its own gives it as much as that; else a little less, it may be."""

    @property
    def net(self) -> Fraction:
        return self.gained - self.lost


@dataclass(frozen=True, slots=True)
class Mosts:
    """What protected groups could gain at most, in parts of 1 / instance.scale."""

    of: Mapping[Group, int]
    exact: bool


@dataclass(frozen=True, slots=True)
class Plan:
    releases: Mapping[Key, int]
    """Item → its release's place, in order of rank; what is left out isn't there."""
    value: Fraction
    bound: Fraction | None
    """No plan is worth more; None where nobody looked for the most."""
    groups: Mapping[Group, Gain]
    used: Sequence[float]
    """Effort, by release."""

    @property
    def proven(self) -> bool:
        return self.bound == self.value

    @property
    def gap(self) -> float | None:
        """How far the value is from the bound at most, as a part of the bound, 0…1."""
        if self.bound is None:
            return None
        return float((self.bound - self.value) / self.bound) if self.bound else 0.0

    @property
    def proof(self) -> str:
        """In words; what is said to be most is rounded up."""
        if self.bound is None:
            return "nobody looked for a better one"
        if self.proven:
            return "proven to be the best"
        tenths = ceil((self.bound - self.value) / self.bound * 1000)
        return f"at most {tenths / 10:.1f}\u00a0% away from the best"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The best plan beside "by rank until it is full" and "by value for effort", which are under
    the same needs, musts, pins and capacities, but leave out whom they will."""

    best: Plan
    by_rank: Plan
    by_value_for_effort: Plan
    without_effort: Sequence[Key]
    """Not planned, for want of an effort; what is pinned stays planned and takes none."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Infeasible:
    conflicts: Sequence[Conflict]
    """Never empty."""


@dataclass(frozen=True, slots=True)
class Swap:
    """The best plan with one item in it, beside the best plan."""

    plan: Plan
    costs: Fraction
    """The value of the best plan less that of this one."""
    exact: bool
    """Both are proven to be the best there are."""
    pushed_out: Sequence[Key]
    brought_in: Sequence[Key]
    """In order of rank; the item itself is among them."""
    moved: Mapping[Key, tuple[int, int]]
    """Item → its release before and after."""


def plan_of(
    problem: Problem,
    instance: Instance,
    places: Places,
    mosts: Mosts,
    bound: int | None = None,
) -> Plan:
    """`bound` in parts of 1 / instance.scale."""
    used = [0] * instance.releases
    for effort, place in zip(instance.effort, places, strict=True):
        if place is not None:
            used[place] += effort
    planned = zip(instance.keys, places, strict=True)
    return Plan(
        releases={key: place for key, place in planned if place is not None},
        value=Fraction(instance.worth(places, instance.value), instance.scale),
        bound=None if bound is None else Fraction(bound, instance.scale),
        groups=_gains(problem, instance, places, mosts),
        used=[instance.efforts(units) for units in used],
    )


def _gains(problem: Problem, instance: Instance, places: Places, mosts: Mosts) -> dict[Group, Gain]:
    gained = dict.fromkeys(instance.gains, Fraction(0))
    lost = dict(gained)
    for item, place in zip(problem.items, places, strict=True):
        if place is not None:
            for group, gain in item.gains.items():
                (gained if gain > 0 else lost)[group] += abs(int(gain)) * DISCOUNT**place
    return {
        group: Gain(
            gained[group],
            lost[group],
            Fraction(mosts.of[group], instance.scale) if group in mosts.of else None,
            mosts.exact,
        )
        for group in gained
    }


def swap_of(best: Plan, forced: Plan, keys: Iterable[Key]) -> Swap:
    """`keys`: all items, by rank."""
    before, after = best.releases, forced.releases
    pairs = [(key, before.get(key), after.get(key)) for key in keys]
    return Swap(
        plan=forced,
        costs=best.value - forced.value,
        exact=best.proven and forced.proven,
        pushed_out=[key for key, was, now in pairs if was is not None and now is None],
        brought_in=[key for key, was, now in pairs if was is None and now is not None],
        moved={
            key: (was, now)
            for key, was, now in pairs
            if was is not None and now is not None and was != now
        },
    )
