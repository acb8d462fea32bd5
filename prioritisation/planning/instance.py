"""A problem in whole numbers, and whether a plan holds to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from prioritisation.planning.conflicts import Conflict
from prioritisation.planning.problem import Group, Key, Problem, exact
from prioritisation.planning.windows import Windows, in_order

#: What a release's points count, compared with the release before.
DISCOUNT = Fraction(9, 10)

Places = list[int | None]
"""The release of each item, by rank; None: left out."""


@dataclass(frozen=True)
class Instance:
    """Everything by an item's rank, from 0. Efforts and capacities are whole multiples of `unit`,
    so that whether something fits is exact."""

    keys: list[Key]
    value: list[int]
    effort: list[int]
    """0 where it is unknown: only what is pinned is planned without an effort."""
    needs: list[list[int]]
    order: list[int]
    """All items, each after those that it needs."""
    demanded: list[bool]
    """Must do, pinned, or needed by such."""
    earliest: list[int]
    latest: list[int]
    """The releases between which it may come; earliest > latest: it can't be planned."""
    gains: dict[Group, list[int]]
    """By group: what each item is worth to it, if it is worth anything, else 0."""
    capacity: list[int | None]
    unit: Fraction

    @property
    def releases(self) -> int:
        return len(self.capacity)

    @property
    def weights(self) -> list[int]:
        """DISCOUNT to the power of a release's place, in whole numbers: divide by `scale`."""
        base, last = DISCOUNT, self.releases - 1
        return [base.numerator**k * base.denominator ** (last - k) for k in range(self.releases)]

    @property
    def scale(self) -> int:
        return int(DISCOUNT.denominator ** max(self.releases - 1, 0))

    def efforts(self, units: int) -> float:
        """In the unit of the efforts that were given."""
        return float(units * self.unit)

    def worth(self, places: Places, each: Sequence[int]) -> int:
        """What `each` item is worth, in its release, in all: in parts of 1 / scale."""
        weights = self.weights
        return sum(
            worth * weights[place]
            for worth, place in zip(each, places, strict=True)
            if place is not None
        )

    def room(self, places: Places) -> list[float]:
        """What is left of each release, in units: negative where it is too full; may be inf."""
        left = [float("inf") if capacity is None else capacity for capacity in self.capacity]
        for effort, place in zip(self.effort, places, strict=True):
            if place is not None:
                left[place] -= effort
        return left

    def allows(self, places: Places) -> bool:
        """Whether needs, musts, pins and capacities hold, exactly."""
        return min(self.room(places), default=0) >= 0 and all(
            self.fits_its_neighbours(rank, places) for rank in range(len(places))
        )

    def fits_its_neighbours(self, rank: int, places: Places) -> bool:
        """Whether an item is in its window, not before what it needs."""
        place = places[rank]
        if place is None:
            return not self.demanded[rank]
        return self.earliest[rank] <= place <= self.latest[rank] and all(
            (other := places[need]) is not None and other <= place for need in self.needs[rank]
        )

    def closed(self, wanted: Iterable[int]) -> list[bool]:
        """By item: whether it is `wanted`, or needed by what is."""
        inside = [False] * len(self.keys)
        for rank in wanted:
            inside[rank] = True
        for rank in reversed(self.order):
            if inside[rank]:
                for need in self.needs[rank]:
                    inside[need] = True
        return inside


def prepare(problem: Problem) -> tuple[Instance | None, list[Conflict]]:
    """The instance, or None and those demands that can't hold together, as far as they show
    without solving."""
    needs = [sorted({problem.place_of[key] for key in item.needs}) for item in problem.items]
    keys = [item.key for item in problem.items]
    order, circle = in_order(needs)
    if circle:
        return None, [Conflict("circle", tuple(keys[rank] for rank in circle))]
    windows = Windows(problem, needs, order)
    if windows.conflicts:
        return None, windows.conflicts
    instance = _instance(problem, needs, order, windows)
    conflicts = _over_capacity(instance)
    return (None, conflicts) if conflicts else (instance, [])


def _instance(
    problem: Problem, needs: list[list[int]], order: list[int], windows: Windows
) -> Instance:
    efforts = [exact(item.effort or 0) for item in problem.items]
    capacities = [None if c is None else exact(c) for c in problem.capacities]
    known = [*efforts, *(c for c in capacities if c is not None)]
    unit = Fraction(1, lcm(*(number.denominator for number in known)))
    groups = dict.fromkeys((*problem.protected, *(g for item in problem.items for g in item.gains)))
    return Instance(
        keys=[item.key for item in problem.items],
        value=[max(int(item.value), 0) for item in problem.items],
        effort=[int(effort / unit) for effort in efforts],
        needs=needs,
        order=order,
        demanded=windows.demanded,
        earliest=windows.earliest,
        latest=windows.latest,
        gains={
            group: [max(int(item.gains.get(group, 0)), 0) for item in problem.items]
            for group in groups
        },
        capacity=[None if c is None else int(c / unit) for c in capacities],
        unit=unit,
    )


def _over_capacity(instance: Instance) -> list[Conflict]:
    """Where what is demanded of some releases in a row takes more than they hold together: of
    the shortest rows, where that is so."""
    found: list[Conflict] = []
    rows: list[range] = []
    for length in range(1, instance.releases + 1):
        for first in range(instance.releases - length + 1):
            row = range(first, first + length)
            if any(set(other) <= set(row) for other in rows):
                continue
            conflict = _too_much(instance, row)
            if conflict:
                found.append(conflict)
                rows.append(row)
    return found or _too_big(instance)


def _held(instance: Instance, row: range) -> list[int] | None:
    """What these releases hold; None where one holds anything."""
    holds = [held for place in row if (held := instance.capacity[place]) is not None]
    return holds if len(holds) == len(row) else None


def _too_much(instance: Instance, row: range) -> Conflict | None:
    holds = _held(instance, row)
    if holds is None:
        return None
    inside = [
        rank
        for rank, demanded in enumerate(instance.demanded)
        if demanded and row[0] <= instance.earliest[rank] and instance.latest[rank] <= row[-1]
    ]
    takes, hold = sum(instance.effort[rank] for rank in inside), sum(holds)
    if takes <= hold:
        return None
    keys = tuple(instance.keys[rank] for rank in inside)
    return Conflict("too much", keys, tuple(row), instance.efforts(takes), instance.efforts(hold))


def _too_big(instance: Instance) -> list[Conflict]:
    """What is demanded and larger than each release that it may be in."""
    found = []
    for rank, demanded in enumerate(instance.demanded):
        row = range(instance.earliest[rank], instance.latest[rank] + 1)
        holds = _held(instance, row) if demanded else None
        if holds and instance.effort[rank] > max(holds):
            takes, hold = instance.efforts(instance.effort[rank]), instance.efforts(max(holds))
            found.append(Conflict("too big", (instance.keys[rank],), tuple(row), takes, hold))
    return found
