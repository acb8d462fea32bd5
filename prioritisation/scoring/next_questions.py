"""What to ask next: which open answer could change the top of the ranking, how likely, and how far
it could lift or lower its requirement (pure).

Open is what nobody answered, or is only guessed. Before it is in, the answer of persona i on r is
taken to lie anywhere in its range ṽ ∓ (1 − c̄) (docs/score.md) with equal chance: −5…+5 where it's
missing, half as wide around half the guess where it's guessed. As a function of that one answer x
the score rises, and is linear left and right of 0 (a gain moves reach and pays otherwise than a
loss does). So it reaches another requirement's score at one x, in closed form, and the chance is
the part of the range beyond. Everything else stays as it is. No sampling, no grid.

Scores are compared as they are stored and shown, in whole ten-thousandths: what looks tied is
tied. The top k are those of rank k or better; who ties with the k-th is among them.
"""

from dataclasses import dataclass

import numpy as np

from prioritisation.scoring import formula
from prioritisation.scoring.opinions import GUESSED, UNIT, effective_values, opinions

TOP = 3


@dataclass(frozen=True)
class Questions:
    """One entry a question, the most useful first."""

    requirement: np.ndarray  # int64[Q], requirement ids
    persona: np.ndarray  # int64[Q], persona ids
    guess: np.ndarray  # float64[Q], rating points of what is guessed; nan where it's missing
    top_chance: np.ndarray  # float64[Q], 0…1, that the answer changes who is in the top
    rank_chance: np.ndarray  # float64[Q], 0…1, that it changes the requirement's own rank
    rank: np.ndarray  # int64[Q], now; 0 where the requirement has none yet
    best: np.ndarray  # int64[Q], the rank it could reach
    worst: np.ndarray  # int64[Q], the rank it could fall to


@dataclass(frozen=True)
class Lines:
    """The score as a function of one answer, one entry a question: `at_zero` + `gain` · x for
    x ≥ 0 and + `loss` · x for x < 0, in ten-thousandths; x from `low` to `high`."""

    low: np.ndarray
    high: np.ndarray
    at_zero: np.ndarray
    gain: np.ndarray
    loss: np.ndarray

    def at(self, answer):
        slope = np.where(answer > 0, self.gain, self.loss)
        return self.at_zero + slope * answer

    def chance_from(self, score):
        """The chance that the stored score is at least this whole number (which may be ∓ inf)."""
        needed = score - 0.5 - self.at_zero  # what is stored is rounded
        slope = np.where(needed > 0, self.gain, self.loss)
        with np.errstate(divide="ignore", invalid="ignore"):
            answer = needed / slope
        flat = np.where(needed > 0, np.inf, -np.inf)
        answer = np.where(slope > 0, answer, flat)
        return np.clip((self.high - answer) / (self.high - self.low), 0, 1)


def questions(policy, personas, ratings, requirement_ids, numbers, *, top=TOP):
    """The Questions of these requirements, the open ones of a product, by the chance to change
    the top, then by whether the rank could change, then by how far the score could move; `numbers`
    orders the rest."""
    weights = formula.weigh(policy, personas)
    held = opinions(ratings, requirement_ids, weights.persona_ids)
    value = effective_values(held)
    reach = formula.reached(policy, weights, value)
    total = formula.add_up(formula.contributed(weights, value, reach))
    row, column = np.nonzero(held.confidence <= GUESSED)
    lines = _lines(policy, weights, held, value, reach, total, row, column)
    ladder = Ladder.of(formula.in_units(total), held.rated.any(axis=1), row)
    top_chance, rank_chance = ladder.top_chance(lines, top), ladder.rank_chance(lines)
    lowest, highest = lines.at(lines.low), lines.at(lines.high)
    order = np.lexsort(
        (column, numbers[row], lowest - highest, rank_chance <= 0, -np.round(top_chance, 9))
    )
    found = Questions(
        requirement=requirement_ids[row],
        persona=weights.persona_ids[column],
        guess=np.where(held.rated, held.mean, np.nan)[row, column],
        top_chance=top_chance,
        rank_chance=rank_chance,
        rank=ladder.rank_now(),
        best=ladder.rank_of(np.rint(highest)),
        worst=ladder.rank_of(np.rint(lowest)),
    )
    return Questions(**{name: values[order] for name, values in vars(found).items()})


def _lines(policy, weights, held, value, reach, total, row, column):
    """The Lines of the cells (row, column)."""
    x, doubt = value[row, column], (10 - held.confidence[row, column]) / 10
    gain, loss = _slopes(policy, weights, value, reach)
    gain, loss = gain[row, column] * UNIT, loss[row, column] * UNIT
    return Lines(
        low=x - doubt,
        high=x + doubt,
        at_zero=total[row] * UNIT - gain * formula.gain(x) - loss * formula.loss(x),
        gain=gain,
        loss=loss,
    )


def _slopes(policy, weights, value, reach):
    """Points that the score gains for each unit of a cell's value: (where it's a gain, where it's
    a loss), float64[R, C] each. An end user's value also moves what payers gain, through reach."""
    users = weights.is_end_user
    paid = formula.add_up(100 * weights.weights[~users] * formula.gain(value[:, ~users]))
    gain = np.empty_like(value)
    loss = np.empty_like(value)
    for j, weight in enumerate(100 * weights.weights):
        if users[j]:
            moved = paid * weights.people[j] * policy.responsiveness
            gain[:, j] = weight + moved * (1 - weights.adoption[j])
            loss[:, j] = weight + moved * weights.adoption[j]
        else:
            gain[:, j] = weight * reach
            loss[:, j] = weight
    return gain, loss


@dataclass(frozen=True)
class Ladder:
    """The stored scores of all that are ranked, and of each question's requirement."""

    scores: np.ndarray  # int64[N], ascending
    own: np.ndarray  # float64[Q]; −inf where the requirement isn't ranked

    @classmethod
    def of(cls, stored, ranked, row):
        return cls(np.sort(stored[ranked]), np.where(ranked, stored, -np.inf)[row])

    @property
    def ranked(self):
        return self.own > -np.inf

    def above(self, score):
        """How many others score more than this; [Q]."""
        higher = len(self.scores) - np.searchsorted(self.scores, score, side="right")
        return higher - (self.own > score)

    def rank_of(self, score):
        return self.above(score) + 1

    def rank_now(self):
        return np.where(self.ranked, self.rank_of(self.own), 0)

    def rank_chance(self, lines):
        """It changes from the next higher score on, and under the one it's level with, or else
        the next lower one. Whoever has no rank gets one by any answer."""
        padded = np.concatenate([[-np.inf], self.scores, [np.inf]])
        after = np.searchsorted(self.scores, self.own, side="right")
        before = np.searchsorted(self.scores, self.own, side="left")
        level = after - before > 1
        lower = np.where(level, self.own, padded[before])
        higher = padded[after + 1]
        chance = lines.chance_from(higher) + 1 - lines.chance_from(lower)
        return np.where(self.ranked, chance, 1.0)

    def top_chance(self, lines, top):
        """Among the others, let z be the k-th highest score, or −inf if there are fewer. The
        requirement is in from z on. Those at z leave when it passes them, unless the top is so
        wide that they stay: then fewer than k − 1 others are above z."""
        highest = np.concatenate([self.scores[::-1], np.full(top + 1, -np.inf)])
        z = np.where(self.own >= highest[top - 1], highest[top], highest[top - 1])
        z = np.where(self.ranked, z, highest[top - 1])
        pushes = (self.above(z) == top - 1) & (z > -np.inf)
        reaches, passes = lines.chance_from(z), lines.chance_from(z + 1)
        when_above = np.where(pushes, 1 - passes, 1 - reaches)
        when_level = 1 - reaches + np.where(pushes, passes, 0)
        outside = ~self.ranked | (self.own < z)
        return np.select([outside, self.own > z], [reaches, when_above], when_level)
