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

from dataclasses import dataclass, replace

import numpy as np

from prioritisation.scoring import formula
from prioritisation.scoring.score_curves import Parameter, curves_of, first_change, terms_of

TOPS = (1, 3, 5, 10)
#: pairs compared at once: bounds memory, and stays in the processor's cache
PAIRS = 1 << 15

#: so many below a set are compared before others
NEAR = 64
LAST_BITS = 1e-12
#: of more nobody asks who of them is safe, and comparing each with all takes long
MOST_TIED = 50

ROBUST_FROM, FRAGILE_UNDER = 0.10, 0.05


@dataclass(frozen=True, slots=True)
class Flip:
    """At an end of an interval `riser` draws level with `faller`, and beyond it is above."""

    riser: int
    faller: int
    """Requirement ids."""


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
    def ends(self):
        """The flips that there are."""
        return [flip for flip in (self.below, self.above) if flip]

    @property
    def margin(self):
        """How far the parameter can move before something changes, either way; inf: anywhere."""
        now = self.parameter.now
        ends = [now - self.low] * bool(self.below) + [self.high - now] * bool(self.above)
        return min(ends, default=float("inf"))


class Firm:
    """What `holds`, a Hold for each parameter, says together."""

    __slots__ = ()

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


@dataclass(frozen=True, slots=True)
class Standing(Firm):
    """How firmly the set of the top k stands, or the whole order."""

    top: int | None
    """k; None for the whole order."""
    members: tuple
    """Requirement ids in order; more than k where the k-th is tied. All, for the whole order."""
    holds: tuple


@dataclass(frozen=True, slots=True)
class Seat(Firm):
    """How firmly one requirement has its place among the top k: until somebody from outside of
    them is above it."""

    requirement_id: int
    top: int
    """The smallest of TOPS that holds it."""
    holds: tuple


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
    sizes = {k: size for k, size in members.items() if size < len(ids)}
    neighbours = list(_neighbours(stored[first]))
    holds = {k: [] for k in (*sizes, None)}
    for curves in curves_of(terms):
        curves = replace(curves, coefficients=curves.coefficients[:, first])
        for k, size in sizes.items():
            changes = _changes_of_set(curves, int(np.searchsorted(first, size)))
            holds[k].append(_hold(curves.parameter, *changes, ids[first]))
        changes = _first_changes(curves.coefficients, neighbours)
        holds[None].append(_hold(curves.parameter, *changes, ids[first]))
    return [Standing(k, tuple(ids[: members.get(k)].tolist()), tuple(holds[k])) for k in holds]


def seats(policy, personas, ratings, requirement_ids, numbers):
    """Requirement id → its Seat, of the first ten. Takes what `sensitivity` takes.

    None of a set that leaves nobody out, or of which more than MOST_TIED share the last place.
    """
    ids, stored = _ranked(policy, personas, ratings, requirement_ids, numbers)
    ends, taken = [], 0
    for top, size in _members(stored).items():
        if taken < size < len(ids) and size - taken <= MOST_TIED:
            ends.append((top, slice(taken, size)))
        taken = size
    holds = {place: [] for _top, places in ends for place in range(places.start, places.stop)}
    terms = terms_of(policy, personas, ratings, ids)
    for curves in curves_of(terms) if ends else ():
        for _top, places in ends:
            changes = _changes_of_each(curves.coefficients, places)
            for place, falling, rising in zip(range(len(ids))[places], *changes, strict=True):
                holds[place].append(_hold(curves.parameter, falling, rising, ids))
    return {
        int(ids[place]): Seat(int(ids[place]), top, tuple(holds[place]))
        for top, places in ends
        for place in range(places.start, places.stop)
    }


def _changes_of_each(coefficients, places):
    """[each one's Change as the parameter falls, as it rises], against all below these places."""
    gap, slope, bend = coefficients[:, places, None] - coefficients[:, None, places.stop :]
    gap = np.maximum(gap, 0)
    below = np.arange(places.stop, coefficients.shape[1])
    return [
        [
            Change.earliest(distances, place, below)
            for place, distances in enumerate(first_change(gap, way * slope, bend), places.start)
        ]
        for way in (-1, 1)
    ]


def _ranked(policy, personas, ratings, requirement_ids, numbers):
    """(ids, stored scores) of those that have a rank, in the order of the ranking."""
    unknown = np.full(len(requirement_ids), np.nan)
    scores = formula.score(policy, personas, ratings, requirement_ids, unknown)
    order = np.lexsort((numbers, -scores.score))
    order = order[scores.answered[order] > 0]
    return requirement_ids[order], scores.score[order]


def _members(stored):
    """k → how many have rank ≤ k."""
    return {k: int((stored >= stored[k - 1]).sum()) for k in TOPS if k < len(stored)}


def _neighbours(stored):
    """Pairs (above, below) of places on neighbouring levels, some at a time; those on one level
    look tied."""
    starts = np.flatnonzero(np.diff(stored, prepend=stored[0] + 1))
    begin, at, end = starts[:-1], starts[1:], np.append(starts[2:], len(stored))
    width = end - at
    until = np.cumsum((at - begin) * width)
    for low in range(0, int(until[-1]) if len(until) else 0, PAIRS):
        pair = np.arange(low, min(low + PAIRS, until[-1]))
        level = np.searchsorted(until, pair, side="right")
        inside = pair - (until - (at - begin) * width)[level]
        yield begin[level] + inside // width[level], at[level] + inside % width[level]


def _across(above, below):
    """All pairs of the two, some rows at a time."""
    step = max(1, PAIRS // max(len(below), 1))
    for row in range(0, len(above) if len(below) else 0, step):
        yield above[row : row + step, None], below[None, :]


def _changes_of_set(curves, size):
    """`_first_changes` of pairs of which the upper is one of the first `size`, the lower not."""
    coefficients, parameter = curves.coefficients, curves.parameter
    inside, rest = np.arange(size), np.arange(size, coefficients.shape[1])
    near = _first_changes(coefficients, _across(inside, rest[:NEAR]))
    # Those further down matter only if they can come up to the set before that.
    low = max(parameter.least - parameter.now, -near[0].distance)
    high = min(parameter.most - parameter.now, near[1].distance)
    points = _control_points(coefficients, low, high)
    floor, ceilings = points[:, :size].min(), points.max(axis=0)
    rivals = rest[NEAR:][ceilings[rest[NEAR:]] > floor]
    far = _first_changes(coefficients, _across(inside, rivals))
    return [min(pair, key=Change.when) for pair in zip(near, far, strict=True)]


@dataclass(frozen=True, slots=True)
class Change:
    """The first two to change places as the parameter moves one way; places in the order."""

    distance: float = np.inf
    """How far the parameter moves until then, ≥ 0; inf if they never do."""
    above: int = -1
    below: int = -1

    def when(self):
        return self.distance

    @classmethod
    def earliest(cls, distances, above, below):
        place = int(np.argmin(distances))
        above, below = (np.broadcast_to(side, distances.shape) for side in (above, below))
        return cls(float(distances.flat[place]), int(above.flat[place]), int(below.flat[place]))


def _first_changes(coefficients, pairs):
    """[Change as the parameter falls, as it rises] of pairs (above, below), which may broadcast."""
    falling, rising = [Change()], [Change()]
    for above, below in pairs:
        gap, slope, bend = coefficients[:, above] - coefficients[:, below]
        # Stored scores differ, but rounding may have put a last bit on the wrong side.
        gap = np.maximum(gap, 0)
        falling.append(Change.earliest(first_change(gap, -slope, bend), above, below))
        rising.append(Change.earliest(first_change(gap, slope, bend), above, below))
    return [min(changes, key=Change.when) for changes in (falling, rising)]


def _control_points(coefficients, low, high):
    """Bézier points of the curves between two distances; the curves lie within them. [3, R]"""
    constant, linear, quadratic = coefficients
    return np.stack(
        [
            constant + low * (linear + low * quadratic),
            constant + (low + high) / 2 * linear + low * high * quadratic,
            constant + high * (linear + high * quadratic),
        ]
    )


def _hold(parameter, falling, rising, ids):
    low, high = parameter.now - falling.distance, parameter.now + rising.distance
    # Level only where it must end anyway: nothing allowed lies beyond.
    below, above = low > parameter.least + LAST_BITS, high < parameter.most - LAST_BITS
    return Hold(
        parameter,
        low=low if below else parameter.least,
        high=high if above else parameter.most,
        below=_flip(falling, ids) if below else None,
        above=_flip(rising, ids) if above else None,
    )


def _flip(change, ids):
    return Flip(riser=int(ids[change.below]), faller=int(ids[change.above]))
