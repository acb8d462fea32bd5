"""The plan as a problem of whole numbers: y[item, release] = 1 where it is in that or an earlier
release.

So stated, "needs" is y[item, k] ≤ y[need, k] for each pair and release, the tightest there is;
the releases' capacities bound differences of columns, and their sums are added as rows of their
own: they say nothing new, but a solver cuts better by them (1,000 × 3 took a fifth to a half less).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prioritisation.planning.highs import INFINITY, Model, Watch
from prioritisation.planning.instance import Instance, Places

#: Where rounding made a plan of what isn't one, that one is forbidden, so often at most.
MAX_FORBIDDEN = 50
#: Larger factors are made smaller: a solver's tolerances are absolute.
MAX_FACTOR = 1e9


@dataclass(frozen=True, slots=True)
class Floor:
    """A plan in which `gains` are worth less than `least` isn't allowed."""

    gains: Sequence[int]
    """By item, ≥ 0."""
    least: int
    """In parts of 1 / Instance.scale."""


@dataclass(frozen=True, slots=True)
class Found:
    places: Places
    value: int
    bound: int
    """Both in parts of 1 / Instance.scale; no plan is worth more than the bound."""


class NoPlan(Exception):
    """There is none, which is `proven`, or none was found in time."""

    def __init__(self, *, proven: bool) -> None:
        super().__init__()
        self.proven = proven


def allowed(instance: Instance, floors: Sequence[Floor], places: Places) -> bool:
    """Whether a plan holds to everything, exactly."""
    return instance.allows(places) and all(
        instance.worth(places, floor.gains) >= floor.least for floor in floors
    )


def maximise(
    instance: Instance,
    worth: Sequence[int],
    floors: Sequence[Floor] = (),
    *,
    watch: Watch,
) -> Found:
    """The plan in which what each item is worth (≥ 0), in its release, is most in all, or the best
    that was found in time; raises NoPlan."""
    shape = Formulation(instance, worth, floors)
    for _turn in range(MAX_FORBIDDEN):
        answer = shape.model.solve(watch)
        if answer.values is None:
            raise NoPlan(proven=answer.proven)
        places = shape.places_of(answer.values)
        if allowed(instance, floors, places):
            value = instance.worth(places, worth)
            bound = max(whole_bound(instance, worth, answer.bound), value)
            # A float holds no more than sixteen digits: what is closer is the same.
            proven = answer.proven and bound - value <= bound * 1e-12
            return Found(places, value, value if proven else bound)
        # 0.999999 of a large effort fitted, the whole of it doesn't.
        shape.forbid(answer.values)
    raise RuntimeError("The solver finds nothing but plans that aren't allowed.")


def whole_bound(instance: Instance, worth: Sequence[int], bound: float = INFINITY) -> int:
    """A solver's bound in whole parts; never more than everything at once, in the first release."""
    everything = sum(worth) * instance.scale
    return min(int(np.floor(bound + 1e-3)), everything) if np.isfinite(bound) else everything


def at_most(instance: Instance, worth: Sequence[int], watch: Watch) -> int:
    """No plan is worth more; found in a moment, and mostly a little too much."""
    shape = Formulation(instance, worth)
    shape.model.whole = [False] * len(shape.model.whole)
    return whole_bound(instance, worth, shape.model.solve(watch).bound)


def least_excess(instance: Instance, watch: Watch) -> int:
    """By how many units of effort, at least, what is demanded exceeds the releases, however it is
    divided; raises NoPlan where that isn't known in time."""
    shape = Formulation(instance, [0] * len(instance.keys), excess=True)
    answer = shape.model.solve(watch)
    least = int(np.ceil(-answer.bound - 1e-3)) if np.isfinite(answer.bound) else 0
    if least <= 0 and not answer.proven:
        raise NoPlan(proven=False)
    return max(least, 0)


def fairest(instance: Instance, mosts: Sequence[tuple[Sequence[int], int]], watch: Watch) -> Places:
    """The plan in which the least part of its most that a group gets is as large as can be.

    `mosts`: of each group (gains, most > 0)."""
    shape = Formulation(instance, [0] * len(instance.keys), [Floor(g, 0) for g, _most in mosts])
    shape.share_out([most for _gains, most in mosts])
    answer = shape.model.solve(watch, step=1e-4)
    if answer.values is None:
        return [None] * len(instance.keys)
    return shape.places_of(answer.values)


class Formulation:
    def __init__(
        self,
        instance: Instance,
        worth: Sequence[int],
        floors: Sequence[Floor] = (),
        *,
        excess: bool = False,
    ) -> None:
        self.instance, self.worth, self.floors = instance, worth, floors
        self.model = Model()
        self.kept = self._kept()
        self.steps = [
            weight - following
            for weight, following in zip(instance.weights, [*instance.weights[1:], 0], strict=False)
        ]
        self._columns()
        self.excess = [
            self.model.column(-1.0, upper=INFINITY, whole=False)
            for _release in (instance.capacity if excess else ())
        ]
        self._needs()
        self._capacities()
        self._floors()

    def column(self, rank: int, place: int) -> int:
        return self._first[rank] + place

    def places_of(self, values: np.ndarray) -> Places:
        places: Places = [None] * len(self.instance.keys)
        for rank in self.kept:
            first = self._first[rank]
            inside = np.flatnonzero(values[first : first + self.instance.releases] > 0.5)
            places[rank] = int(inside[0]) if len(inside) else None
        return places

    def forbid(self, values: np.ndarray) -> None:
        ones = values > 0.5
        terms = [(column, -1.0 if one else 1.0) for column, one in enumerate(ones)]
        self.model.row(terms, 1.0 - float(ones.sum()), INFINITY)

    def share_out(self, mosts: Sequence[int]) -> None:
        """Maximise the part of its most that every group of `floors` gets at least."""
        part = self.model.column(1.0, whole=False)
        for floor, most in zip(self.floors, mosts, strict=True):
            terms = [(column, factor / most) for column, factor in self._in_plan(floor.gains)]
            self.model.row([*terms, (part, -1.0)], 0.0, INFINITY)

    def _kept(self) -> list[int]:
        """Items with a reason to be planned, and what they need."""
        instance = self.instance
        wanted = (
            rank
            for rank, demanded in enumerate(instance.demanded)
            if demanded
            or (
                instance.earliest[rank] <= instance.latest[rank]
                and (self.worth[rank] or any(floor.gains[rank] for floor in self.floors))
            )
        )
        return [rank for rank, inside in enumerate(instance.closed(wanted)) if inside]

    def _columns(self) -> None:
        self._first: dict[int, int] = {}
        instance, model = self.instance, self.model
        for rank in self.kept:
            self._first[rank] = len(model.worth)
            for place, step in enumerate(self.steps):
                due = instance.demanded[rank] and place >= instance.latest[rank]
                model.column(
                    float(self.worth[rank] * step),
                    lower=1.0 if due else 0.0,
                    upper=0.0 if place < instance.earliest[rank] else 1.0,
                )
                if place:
                    column = self.column(rank, place)
                    model.row([(column - 1, 1.0), (column, -1.0)], -INFINITY, 0.0)

    def _needs(self) -> None:
        for rank in self.kept:
            for need in self.instance.needs[rank]:
                for place in range(self.instance.releases):
                    terms = [(self.column(rank, place), 1.0), (self.column(need, place), -1.0)]
                    self.model.row(terms, -INFINITY, 0.0)

    def _capacities(self) -> None:
        held = 0.0
        for place, capacity in enumerate(self.instance.capacity):
            if capacity is None:
                held = INFINITY
                continue
            terms = [
                (self.column(rank, place) - back, -effort if back else effort)
                for rank in self.kept
                if (effort := float(self.instance.effort[rank]))
                for back in ((0, 1) if place else (0,))
            ]
            excess = [(column, -1.0) for column in self.excess]
            self._capacity(terms + excess[place : place + 1], float(capacity))
            held += capacity
            if place and held < INFINITY:
                # Every other term: what is in this release or an earlier one, none taken off.
                self._capacity(terms[::2] + excess[: place + 1], held)

    def _capacity(self, terms: list[tuple[int, float]], holds: float) -> None:
        largest = max((abs(factor) for _column, factor in terms), default=0.0)
        scale = max(largest / MAX_FACTOR, 1.0)
        self.model.row([(c, factor / scale) for c, factor in terms], -INFINITY, holds / scale)

    def _floors(self) -> None:
        for floor in self.floors:
            if floor.least > 0:
                scale = max(floor.least / MAX_FACTOR, 1.0)
                terms = [(c, factor / scale) for c, factor in self._in_plan(floor.gains)]
                self.model.row(terms, floor.least / scale, INFINITY)

    def _in_plan(self, gains: Sequence[int]) -> list[tuple[int, float]]:
        return [
            (self.column(rank, place), float(gains[rank] * step))
            for rank in self.kept
            if gains[rank]
            for place, step in enumerate(self.steps)
        ]
