"""Why one requirement stands above another, and what would change that (pure).

The difference of two scores is, exactly, the sum of the differences of what each persona adds: all
three are stored integers. For each number that can change, the smallest single change after which
the upper no longer scores more, everything else as it is:

- one rating: what one persona holds of one of the two, replaced by a whole number from −5 to 5 that
  somebody has seen. Exact search: all values of all personas are re-scored as stored.
- a persona's share of its group's say, end users' say, a segment's adoption: the first root of the
  difference of two curves (curves.py), in closed form. Beyond it the lower is above.

Smallest is relative to what is allowed: the part of the number's range that the change takes. The
ranges are −1…1 for a value (ṽ of docs/score.md: so a guess that is confirmed moves, and +4 seen is
four times +2 guessed), 0…1 for shares and adoption, 0.5…0.95 for end users' say.
"""

from dataclasses import dataclass

import numpy as np

from prioritisation.scoring import formula
from prioritisation.scoring.score_curves import (
    ADOPTION,
    END_USER_SAY,
    SHARE,
    curves_of,
    first_change,
    terms_of,
)

RATING = "rating"
KINDS = (RATING, SHARE, END_USER_SAY, ADOPTION)
VALUES = np.arange(-5, 6)
#: nearer to the end of what is allowed than this, nothing allowed lies beyond
LAST_BITS = 1e-12


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one number that ends the order of two requirements."""

    kind: str
    """One of KINDS."""
    persona_id: int | None
    """None for end users' say."""
    requirement_id: int | None
    """Of the rating, else None."""
    now: float
    """A rating in points as if seen, 5ṽ; else a share, 0…1."""
    to: float
    """There the two are level, or the lower is above."""
    size: float
    """0…1, the part of the allowed range that the change takes."""


@dataclass(frozen=True, slots=True)
class Order:
    """Two requirements by score, and the smallest change of each kind that ends it."""

    upper: int | None
    lower: int | None
    """Requirement ids; None if the two are level."""
    changes: dict
    """Kind → Change, or None where none within what's allowed is enough. Kinds that the product
    has no number of are absent: no share where everybody is alone in its group."""

    @property
    def by_size(self):
        return sorted(filter(None, self.changes.values()), key=lambda change: change.size)


def differences(upper, lower):
    """Persona id → what it adds to the one more than to the other; ints that add up to the
    difference of the scores. Both: persona id → stored contribution."""
    return {pk: upper.get(pk, 0) - lower.get(pk, 0) for pk in dict.fromkeys([*upper, *lower])}


def order_of(policy, personas, ratings, one, other):
    """The Order of two requirements, by id."""
    terms = terms_of(policy, personas, ratings, np.array([one, other], np.int64))
    weights = formula.weigh(policy, personas)
    first, second = _stored(policy, weights, terms.value)
    if first == second:
        return Order(None, None, {})
    up, down = (0, 1) if first > second else (1, 0)
    ids = (one, other)
    changes = [*_ratings(policy, weights, terms.value, ids, up, down)]
    changes += [change for curves in curves_of(terms) for change in _crossings(curves, up, down)]
    return Order(ids[up], ids[down], {kind: _smallest(changes, kind) for kind in _kinds(terms)})


def _kinds(terms):
    """Those of KINDS that the product has a number of."""
    has = {RATING: len(terms.users) > 0}
    for curves in curves_of(terms):
        has[curves.parameter.kind] = True
    return [kind for kind in KINDS if has.get(kind)]


def _smallest(changes, kind):
    return min((one for one in changes if one.kind == kind), key=lambda one: one.size, default=None)


def _stored(policy, weights, value):
    reach = formula.reached(policy, weights, value)
    return formula.in_units(formula.add_up(formula.contributed(weights, value, reach)))


def _ratings(policy, weights, value, ids, up, down):
    """Every Change of one rating that is enough, of the lower first."""
    now = _stored(policy, weights, value)
    for row in (down, up):
        for j in range(value.shape[1]):
            tried = np.repeat(value[[row]], len(VALUES), axis=0)
            tried[:, j] = VALUES / 5
            scores = _stored(policy, weights, tried)
            enough = scores >= now[up] if row == down else scores <= now[down]
            for to in VALUES[enough].tolist():
                yield Change(
                    kind=RATING,
                    persona_id=int(weights.persona_ids[j]),
                    requirement_id=ids[row],
                    now=5 * float(value[row, j]),
                    to=to,
                    size=abs(to / 5 - float(value[row, j])) / 2,
                )


def _crossings(curves, up, down):
    """The nearest Change of the curves' parameter downwards and upwards, where there are any."""
    number = curves.parameter
    gap, slope, bend = curves.coefficients[:, up] - curves.coefficients[:, down]
    for side in (-1, 1):
        # What is stored differs, so the gap is no less than 0 but for a last bit.
        distance = float(first_change(max(gap, 0.0), side * slope, bend))
        to = number.now + side * distance
        if number.least + LAST_BITS < to < number.most - LAST_BITS:
            size = distance / (number.most - number.least)
            yield Change(number.kind, number.persona_id, None, number.now, to, size)
