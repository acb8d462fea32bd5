"""The score: plain arrays in, plain arrays out (docs/score.md).

The same input gives the same bits, whether one requirement is scored or all of them,
in whatever order personas and ratings arrive: every sum over personas is an explicit
loop in id order, every other step is elementwise. BLAS and axis sums are barred, since
they add in another order for another shape and move the fourth decimal.
"""

from dataclasses import dataclass
from math import fsum

import numpy as np

from prioritisation.scoring.opinions import UNIT, Ratings, effective_values, opinions

__all__ = [
    "ALGORITHM",
    "UNIT",
    "Personas",
    "Policy",
    "Ratings",
    "Scores",
    "Weights",
    "ranks",
    "score",
    "weigh",
]

ALGORITHM = 1  # raised whenever a score could change for the same input


@dataclass(frozen=True, slots=True)
class Policy:
    """How one product weighs its personas. λ, γ, φ, ρ, a₀ and m of docs/score.md, in this order."""

    end_user_say: float = 0.85
    people_exponent: float = 1.0
    gap_emphasis: float = 1.0
    responsiveness: float = 0.25
    assumed_adoption: float = 0.5
    assumed_seats: float = 10.0


@dataclass(frozen=True)
class Personas:
    """All personas of one product, in any order; importance 0 is not counted, nan is unknown."""

    ids: np.ndarray  # int64[P]
    is_end_user: np.ndarray  # bool[P]
    headcount: np.ndarray  # float64[P]
    importance: np.ndarray  # float64[P]
    installed: np.ndarray  # float64[P], of the latest reading, like the next two
    active: np.ndarray  # float64[P]
    worked_around: np.ndarray  # float64[P]


@dataclass(frozen=True)
class Weights:
    """What each counted persona says, by ascending id. The weights add up to 1 where both
    end users and payers, or end users alone, are known."""

    persona_ids: np.ndarray  # int64[C]
    is_end_user: np.ndarray  # bool[C]
    adoption: np.ndarray  # float64[C], a_i; nan for payers
    people: np.ndarray  # float64[C], n_i; 0 for payers
    weights: np.ndarray  # float64[C], λ s_i or (1 − λ) t_j
    missing_size: np.ndarray  # int64[M], ids of counted end users without headcount or reading


@dataclass(frozen=True)
class Scores:
    """One row a requirement, in the order asked for; integers are ten-thousandths.

    Each row of `contributions` adds up to `score`, and low ≤ score ≤ high, exactly."""

    score: np.ndarray  # int64[R]
    low: np.ndarray  # int64[R]
    high: np.ndarray  # int64[R]
    reach: np.ndarray  # float64[R], 0…1
    answered: np.ndarray  # float64[R], 0…1
    value_for_effort: np.ndarray  # float64[R], nan where score ≤ 0 or the effort is unknown
    contributions: np.ndarray  # int64[R, C]
    unrealised: np.ndarray  # int64[R, C], 0 for end users
    means: np.ndarray  # int64[R, C], of rating points; 0 where nobody rated
    rated: np.ndarray  # bool[R, C]
    confidence: np.ndarray  # int64[R, C], percent: 0, 50, 80 or 100
    weights: Weights


def weigh(policy, personas):
    """Weights of the counted personas."""
    personas = counted(personas)
    users = personas.is_end_user
    people, missing = sizes(personas)
    adopted = adoption(policy, personas)
    say = end_users_say(policy, people, personas.importance, adopted)
    lam = end_users_share(policy, users)
    return Weights(
        persona_ids=personas.ids,
        is_end_user=users,
        adoption=np.where(users, adopted, np.nan),
        people=shares(people, among=users),
        weights=lam * shares(say, among=users)
        + (1 - lam) * shares(personas.importance, among=~users),
        missing_size=personas.ids[missing],
    )


def score(policy, personas, ratings, requirement_ids, effort):
    """Scores of the requirements asked for; `effort` (nan: unknown) goes along with them."""
    weights = weigh(policy, personas)
    held = opinions(ratings, requirement_ids, weights.persona_ids)
    value = effective_values(held)
    doubt = (10 - held.confidence) / 10
    reach = reached(policy, weights, value)
    points = contributed(weights, value, reach)
    total = add_up(points)
    stored = in_units(total)
    return Scores(
        score=stored,
        low=in_units(extreme(policy, weights, value, -doubt, sign=-1)),
        high=in_units(extreme(policy, weights, value, doubt, sign=1)),
        reach=reach,
        answered=answered(weights, held.confidence),
        value_for_effort=value_for_effort(total, stored, effort),
        contributions=apportion(points, stored),
        unrealised=in_units(unrealised(weights, value, reach)),
        means=in_units(held.mean),
        rated=held.rated,
        confidence=held.confidence * 10,
        weights=weights,
    )


# Weights


def counted(personas):
    """Those with importance, by id."""
    order = np.argsort(personas.ids, kind="stable")
    order = order[personas.importance[order] > 0]
    return Personas(**{name: column[order] for name, column in vars(personas).items()})


def sizes(personas):
    """(people float64[C], 1 each if any end user's size is unknown; whose size is missing)."""
    installed = np.where(personas.installed > 0, personas.installed, np.nan)
    people = np.where(np.isnan(personas.headcount), installed, personas.headcount)
    missing = personas.is_end_user & np.isnan(people)
    if missing.any():
        people = np.ones_like(people)
    return people, missing


def adoption(policy, personas):
    """Part of those who could use it that do, and do so only with it; pulled towards what is
    assumed as long as few seats have been seen."""
    believed, seats = policy.assumed_adoption, policy.assumed_seats
    observed = personas.installed > 0
    installed = np.where(observed, personas.installed, 1.0)
    loyal = personas.active - np.nan_to_num(personas.worked_around)
    return np.where(observed, (loyal + seats * believed) / (installed + seats), believed)


def end_users_say(policy, people, importance, adopted):
    return damped(people, policy.people_exponent) * importance * emphasis(policy, adopted)


def damped(people, exponent):
    # Not np.power: its last bit may depend on the processor; a square root's never does.
    if exponent == 1:
        return people
    if exponent == 0.5:
        return np.sqrt(people)
    if exponent == 0:
        return np.ones_like(people)
    raise ValueError(f"people_exponent is 1, 0.5 or 0, not {exponent}")


def emphasis(policy, adopted):
    """Somebody not won yet counts 1 + φ times."""
    return 1 + policy.gap_emphasis * (1 - adopted)


def end_users_share(policy, users):
    """λ; all of it where nobody pays. Where nobody uses it, nothing is renormalised."""
    return policy.end_user_say if not users.all() else 1.0


def shares(amounts, *, among):
    """Each one's part of the sum of those `among`; 0 for the others."""
    total = fsum(amounts[among])
    return np.where(among, amounts / total, 0.0) if among.any() else np.zeros(len(amounts))


# Scores


def reached(policy, weights, value):
    """Part of the people expected to use the product with this requirement; float64[R]."""
    if not weights.is_end_user.any():
        return np.full(len(value), float(policy.assumed_adoption))
    reach = np.zeros(len(value))
    for i in np.flatnonzero(weights.is_end_user):
        moved = policy.responsiveness * pull(weights.adoption[i], value[:, i])
        reach += weights.people[i] * (weights.adoption[i] + moved)
    return np.minimum(reach, 1.0)  # shares may add up to 1.0000000000000002


def pull(adopted, value):
    """A gain wins over those not won yet, a loss drives away those won."""
    return (1 - adopted) * gain(value) + adopted * loss(value)


def gain(value):
    return np.maximum(value, 0.0)


def loss(value):
    return np.minimum(value, 0.0)


def contributed(weights, value, reach):
    """Points of each persona, float64[R, C]: a payer's gain only as far as it's used."""
    points = np.empty_like(value)
    for j, weight in enumerate(weights.weights):
        worth = value[:, j]
        if not weights.is_end_user[j]:
            worth = gain(worth) * reach + loss(worth)
        points[:, j] = 100 * weight * worth
    return points


def unrealised(weights, value, reach):
    """Points that payers lose because people won't use it, float64[R, C]."""
    points = np.zeros_like(value)
    for j in np.flatnonzero(~weights.is_end_user):
        points[:, j] = 100 * weights.weights[j] * gain(value[:, j]) * (1 - reach)
    return points


def add_up(columns):
    total = np.zeros(len(columns))
    for j in range(columns.shape[1]):
        total += columns[:, j]
    return total


def extreme(policy, weights, value, shift, *, sign):
    """The score if every open answer turned out as bad (or good) as it can at once. It's exact
    since the score is monotone, and never crosses the score since rounding is monotone too."""
    value = value + shift
    total = add_up(contributed(weights, value, reached(policy, weights, value)))
    if not weights.is_end_user.any():
        total += sign * 100 * end_users_share(policy, weights.is_end_user)
    return total


def answered(weights, confidence):
    return np.minimum(add_up(weights.weights * (confidence / 10)), 1.0)


def value_for_effort(total, stored, effort):
    """Of the unrounded score, where the stored one is above 0: gains and losses that cancel
    leave 1e-17 behind, which must not earn a rank."""
    known = (stored > 0) & ~np.isnan(effort)
    return np.divide(total, effort, out=np.full(len(total), np.nan), where=known)


def in_units(points):
    return np.rint(points * UNIT).astype(np.int64)


def apportion(points, stored):
    """Points as integers that add up to the stored score, by largest remainder; ties go to the
    lower persona id."""
    exact = points * UNIT
    whole = np.floor(exact)
    order = np.argsort(whole - exact, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(order.shape[1])[None, :], axis=1)
    left = stored - add_up(whole).astype(np.int64)
    return whole.astype(np.int64) + (place < left[:, None])


def ranks(values):
    """Competition ranks, highest first (1, 2, 2, 4); 0 for nan."""
    values = np.asarray(values, np.float64)
    known = np.sort(values[~np.isnan(values)])
    above = len(known) - np.searchsorted(known, values, side="right")
    return np.where(np.isnan(values), 0, above + 1)
