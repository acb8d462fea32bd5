"""The same requirements as others would order them, beside Userward's order (pure).

Every lens sees the same opinions, efforts and people; what differs is who counts and how.

- `rice`: reach · impact · confidence ÷ effort (Sean McBride, "RICE: Simple prioritization for
  product managers", Intercom, 2016). Reach is the people of the end users who gain by it; impact
  RICE's own scale, massive 3, high 2, medium 1, low 0.5, minimal 0.25, for ratings of +5 to +1,
  linear in between; confidence is ours, 100, 80 and 50 %, which are RICE's too. Several end users:
  people · impact · confidence is added up, so impact and confidence are the means of those reached.
  RICE knows no losses and nobody who only pays. It divides by effort, so it stands beside our value
  for effort.
- `equal`: the mean of what all counted personas hold of it, one as much as the other.
- `payers_first`: buyers and sponsors have the say that end users have in Userward, and what they
  gain counts in full, used or not.
"""

from dataclasses import dataclass

import numpy as np

from prioritisation.scoring import formula
from prioritisation.scoring.opinions import UNIT, effective_values, opinions

RICE, EQUAL, PAYERS_FIRST = NAMES = ("rice", "equal", "payers_first")
#: RICE's impact at mean ratings of 0, +1 … +5
IMPACT = (0, 0.25, 0.5, 1, 2, 3)


@dataclass(frozen=True)
class Lens:
    """Arrays over the requirements asked for."""

    value: np.ndarray  # float64[R]; nan where the lens can't tell
    rank: np.ndarray  # int64[R], 1, 2, 2, 4; 0 where the lens can't tell
    own: np.ndarray  # int64[R], Userward's rank to compare with; 0 for none

    @property
    def rise(self):
        """int64[R]: how many places higher than in Userward; 0 where either has no rank."""
        return np.where((self.rank > 0) & (self.own > 0), self.own - self.rank, 0)

    def most_moved(self, how_many):
        """Indices of those that move, the furthest first, then by Userward's rank."""
        order = np.lexsort((self.own, -np.abs(self.rise)))
        return order[self.rise[order] != 0][:how_many]


@dataclass(frozen=True)
class Rice:
    """RICE's four numbers of each requirement; float64[R]."""

    reach: np.ndarray  # people
    impact: np.ndarray  # 0…3, mean of those reached; 0 where nobody is
    confidence: np.ndarray  # 0…1, mean by people · impact; 0 where nobody is reached
    effort: np.ndarray  # nan: unknown

    @property
    def value(self):
        return self.reach * self.impact * self.confidence / self.effort


@dataclass(frozen=True)
class Lenses:
    lenses: dict  # one of NAMES → Lens
    rice: Rice


def lenses(policy, personas, ratings, requirement_ids, effort):
    """The Lenses of these requirements, which rank among themselves; `effort`, nan: unknown."""
    scores = formula.score(policy, personas, ratings, requirement_ids, effort)
    held = opinions(ratings, requirement_ids, scores.weights.persona_ids)
    rice = rice_of(personas, held, scores.weights.is_end_user, effort)
    own = formula.ranks(scores.score)
    own_for_effort = formula.ranks(np.round(scores.value_for_effort, 4))
    values = effective_values(held)
    return Lenses(
        {
            RICE: _lens(rice.value, own_for_effort),
            EQUAL: _lens(equally(values), own),
            PAYERS_FIRST: _lens(payers_first(policy, scores.weights, values), own),
        },
        rice,
    )


def _lens(value, own):
    """What looks tied at four decimals is tied, as in Userward."""
    return Lens(value, formula.ranks(np.rint(value * UNIT)), own)


def rice_of(personas, held, users, effort):
    people, _missing = formula.sizes(formula.counted(personas))
    reach, lift, sure = (np.zeros(len(held.mean)) for _ in range(3))
    for i in np.flatnonzero(users):
        impact = np.interp(held.mean[:, i], range(len(IMPACT)), IMPACT)
        reach += people[i] * (impact > 0)
        lift += people[i] * impact
        sure += people[i] * impact * held.confidence[:, i] / 10
    return Rice(
        reach=reach,
        impact=np.divide(lift, reach, out=np.zeros(len(reach)), where=reach > 0),
        confidence=np.divide(sure, lift, out=np.zeros(len(reach)), where=lift > 0),
        effort=effort,
    )


def equally(values):
    """−100…100."""
    return 100 * formula.add_up(values) / max(values.shape[1], 1)


def payers_first(policy, weights, values):
    """−100…100: λ for payers, 1 − λ for end users, no reach; each group's shares as they are."""
    users = weights.is_end_user
    ours = formula.end_users_share(policy, users)
    in_group = weights.weights / np.where(users, ours, 1 - ours if ours < 1 else 1)
    theirs = policy.end_user_say
    swapped = in_group * np.where(users, 1 - theirs, theirs)
    return 100 * formula.add_up(values * swapped)
