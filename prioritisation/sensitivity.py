"""How sure the order is: how far each number of the weighting may move before it changes (pure).

Exact, without a grid: the score curves of two requirements cross where a polynomial of degree two
or less has a root (curves.py). A set of the top k stays while none of k·(n − k) pairs crosses; the
whole order stays while no two neighbours cross, since whoever overtakes somebody first overtakes a
neighbour.

Ties. The order is that of the stored, rounded scores: what looks tied is tied. If others are tied
with the k-th, the top k are all of rank ≤ k. What is level now may part without that counting as
a change, and coming level isn't being overtaken: an interval includes its ends. Where inside it
scores come closer than a ten-thousandth of a point, they may look tied.
"""

from dataclasses import dataclass

import numpy as np

from prioritisation import scoring
from prioritisation.curves import Parameter, curves_of, first_change, terms_of

TOPS = (1, 3, 5, 10)
#: pairs compared at once: bounds memory, and stays in the processor's cache
PAIRS = 1 << 15

LAST_BITS = 1e-12

ROBUST_FROM, FRAGILE_UNDER = 0.10, 0.05


@dataclass(frozen=True, slots=True)
class Flip:
    """At an end of an interval `riser` draws level with `faller`, and beyond it is above."""

    riser: int
    faller: int
    """Requirement ids."""

    @classmethod
    def of(cls, change, ids):
        _distance, above, below = change
        return cls(riser=int(ids[below]), faller=int(ids[above]))


@dataclass(frozen=True, slots=True)
class Hold:
    """One parameter's interval around its present value in which something stays; ends included.

    An end without a flip is that of what is allowed."""

    parameter: Parameter
    low: float
    high: float
    below: Flip | None
    above: Flip | None

    @property
    def margin(self):
        """How far the parameter can move before something changes, either way; inf: anywhere."""
        now = self.parameter.now
        ends = [now - self.low] * bool(self.below) + [self.high - now] * bool(self.above)
        return min(ends, default=float("inf"))


@dataclass(frozen=True, slots=True)
class Standing:
    """How firmly the set of the top k stands, or the whole order."""

    top: int | None
    """k; None for the whole order."""
    members: tuple
    """Requirement ids in order; more than k where the k-th is tied. All, for the whole order."""
    holds: tuple
    """A Hold for each parameter."""

    @property
    def margin(self):
        return min((hold.margin for hold in self.holds), default=float("inf"))

    @property
    def verdict(self):
        """ "robust": no single parameter's move by less than ten points changes it;
        "fragile": a move by less than five does; else "fair"."""
        if self.margin >= ROBUST_FROM:
            return "robust"
        return "fragile" if self.margin < FRAGILE_UNDER else "fair"


def sensitivity(policy, personas, ratings, requirement_ids, numbers):
    """A Standing for each of TOPS that leaves somebody out, then one for the whole order.

    Of the requirements given (the open ones) those rated by a counted persona are ranked; `numbers`
    orders ties. Empty where fewer than two are ranked.
    """
    ids, stored = _ranked(policy, personas, ratings, requirement_ids, numbers)
    if len(ids) < 2:
        return []
    terms = terms_of(policy, personas, ratings, ids)
    # Requirements that everybody values alike move alike: the first of them stands for all.
    first = np.sort(np.unique(terms.value, axis=0, return_index=True)[1])
    members = _members(stored)
    fences = {k: _fence_below(size, first) for k, size in members.items() if size < len(ids)}
    fences[None] = _fences_between_levels(stored[first])
    holds = {k: [] for k in fences}
    for curves in curves_of(terms):
        coefficients = curves.coefficients[first]
        for k, fence in fences.items():
            changes = _first_changes(coefficients, fence)
            holds[k].append(_hold(curves.parameter, *changes, ids[first]))
    return [Standing(k, tuple(ids[: members.get(k)].tolist()), tuple(holds[k])) for k in fences]


def _ranked(policy, personas, ratings, requirement_ids, numbers):
    """(ids, stored scores) of those that have a rank, in the order of the ranking."""
    unknown = np.full(len(requirement_ids), np.nan)
    scores = scoring.score(policy, personas, ratings, requirement_ids, unknown)
    order = np.lexsort((numbers, -scores.score))
    order = order[scores.answered[order] > 0]
    return requirement_ids[order], scores.score[order]


def _members(stored):
    """k → how many have rank ≤ k."""
    return {k: int((stored >= stored[k - 1]).sum()) for k in TOPS if k < len(stored)}


# A fence parts those above it from those below: three index arrays (from, at, to), one entry a
# fence, over requirements in order; [from, at) are above it, [at, to) below.


def _fence_below(size, first):
    at = int(np.searchsorted(first, size))
    return np.array([0]), np.array([at]), np.array([len(first)])


def _fences_between_levels(stored):
    """One between every two neighbouring levels; those on one level look tied."""
    starts = np.flatnonzero(np.diff(stored, prepend=stored[0] + 1))
    ends = np.append(starts, len(stored))
    return starts[:-1], starts[1:], ends[2:]


def _pairs(fences):
    """(above, below) of all pairs with a fence between them, PAIRS at a time."""
    begin, at, end = fences
    width = end - at
    until = np.cumsum((at - begin) * width)
    for low in range(0, int(until[-1]) if len(until) else 0, PAIRS):
        pair = np.arange(low, min(low + PAIRS, until[-1]))
        fence = np.searchsorted(until, pair, side="right")
        inside = pair - (until - (at - begin) * width)[fence]
        yield begin[fence] + inside // width[fence], at[fence] + inside % width[fence]


def _first_changes(coefficients, fences):
    """((distance, above, below) of the first pair to cross downwards, the same upwards).

    Distances of the parameter from now, positive; inf where none crosses."""
    down = up = (np.inf, -1, -1)
    for above, below in _pairs(fences):
        gap, slope, bend = (coefficients[above] - coefficients[below]).T
        # Stored scores differ, but rounding may have put a last bit on the wrong side.
        gap = np.maximum(gap, 0)
        down = min(down, _earliest(first_change(gap, -slope, bend), above, below))
        up = min(up, _earliest(first_change(gap, slope, bend), above, below))
    return down, up


def _earliest(distances, above, below):
    place = int(np.argmin(distances))
    return float(distances[place]), int(above[place]), int(below[place])


def _hold(parameter, down, up, ids):
    low, below = parameter.now - down[0], Flip.of(down, ids)
    high, above = parameter.now + up[0], Flip.of(up, ids)
    # Level only where it must end anyway: nothing allowed lies beyond.
    if low < parameter.least + LAST_BITS:
        low, below = parameter.least, None
    if high > parameter.most - LAST_BITS:
        high, above = parameter.most, None
    return Hold(parameter, low, high, below, above)
