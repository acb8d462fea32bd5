"""How scores move with one number of the weighting: a polynomial each (pure).

With everything else as it is, a score is linear in end users' say and in a persona's share of its
group's say. A segment's adoption a enters twice (docs/score.md): through the extra weight of people
not won yet, s = w(a) / (w(a) + the others') with w(a) = N^γ q (1 + φ(1 − a)), and through reach,
which is linear in a. Times the common denominator, which is positive and the same for all
requirements, scores are quadratic in a. So two requirements change places where a polynomial of
degree two or less has a root.
"""

from dataclasses import dataclass

import numpy as np

from prioritisation.scoring import formula
from prioritisation.scoring.opinions import effective_values, opinions

END_USER_SAY, SHARE, ADOPTION = "end_user_say", "share", "adoption"
LEAST_SAY, MOST_SAY = 0.5, 0.95


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the weighting, 0…1, and where it may lie.

    `share` is a persona's part of its group's say, the others of the group keeping their
    proportions: what the sliders of the page set. 0 and 1 are limits: next to nothing, and next
    to all. Only the shares matter, not the importances behind them, so every share is allowed.
    `adoption` is a_i of an end user; how many people it has stays.
    """

    kind: str
    """END_USER_SAY, SHARE or ADOPTION."""
    persona_id: int | None
    """None for END_USER_SAY."""
    now: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Curves:
    """Each requirement's score, times a positive factor that all share and that is 1 now, as a
    polynomial in (parameter − now): its coefficients, lowest first; float64[3, R], in points."""

    parameter: Parameter
    coefficients: np.ndarray


@dataclass(frozen=True)
class Terms:
    """What a score is made of; arrays over counted personas [C], requirements [R] or both."""

    policy: formula.Policy
    persona_ids: np.ndarray
    users: np.ndarray  # bool[C]
    share: np.ndarray  # [C], s_i or t_j: of its group's say
    lam: float  # λ; 1 where nobody pays
    say: np.ndarray  # [C], N^γ q (1 + φ(1 − a)); of end users
    people: np.ndarray  # [C], n_i; 0 for payers
    adoption: np.ndarray  # [C]; nan for payers
    value: np.ndarray  # [R, C], ṽ
    reach: np.ndarray  # [R]

    @property
    def worth(self):
        """[R, C]: ṽ for end users; for payers gain · reach + loss."""
        paid = formula.gain(self.value) * self.reach[:, None] + formula.loss(self.value)
        return np.where(self.users, self.value, paid)

    def mean(self, columns, among):
        """[R]: the mean of [R, C] by share over those `among`; 0 where they have none."""
        total = self.share[among].sum()
        weighed = formula.add_up(columns[:, among] * self.share[among])
        return weighed / total if total > 0 else np.zeros(len(columns))


def terms_of(policy, personas, ratings, requirement_ids):
    """The Terms of these requirements."""
    weights = formula.weigh(policy, personas)
    value = effective_values(opinions(ratings, requirement_ids, weights.persona_ids))
    personas = formula.counted(personas)
    users = personas.is_end_user
    people, _missing = formula.sizes(personas)
    adopted = formula.adoption(policy, personas)
    say = formula.end_users_say(policy, people, personas.importance, adopted)
    return Terms(
        policy=policy,
        persona_ids=weights.persona_ids,
        users=users,
        share=formula.shares(say, among=users) + formula.shares(personas.importance, among=~users),
        lam=formula.end_users_share(policy, users),
        say=say,
        people=weights.people,
        adoption=weights.adoption,
        value=value,
        reach=formula.reached(policy, weights, value),
    )


def curves_of(terms):
    """The Curves of every parameter that there is, one after the other: end users' say where
    somebody pays, the share of whoever isn't alone in its group, each segment's adoption."""
    if len(terms.users) and not terms.users.all():
        yield by_end_user_say(terms)
    for j in range(len(terms.users)):
        if (terms.users == terms.users[j]).sum() > 1:
            yield by_share(terms, j)
    for i in np.flatnonzero(terms.users):
        yield by_adoption(terms, i)


def by_end_user_say(terms):
    worth, now = terms.worth, terms.lam
    users, payers = terms.mean(worth, terms.users), terms.mean(worth, ~terms.users)
    return _curves(
        Parameter(END_USER_SAY, None, now, LEAST_SAY, MOST_SAY),
        now * users + (1 - now) * payers,
        users - payers,
    )


def by_share(terms, j):
    worth = terms.worth
    group = terms.users == terms.users[j]
    rest = group & (np.arange(len(group)) != j)
    others = terms.mean(worth, rest)
    # Of the other group nothing moves.
    here, there = (terms.lam, 1 - terms.lam) if terms.users[j] else (1 - terms.lam, terms.lam)
    now = float(terms.share[j])
    fixed = there * terms.mean(worth, ~group)
    return _curves(
        Parameter(SHARE, int(terms.persona_ids[j]), now, 0.0, 1.0),
        fixed + here * (others + now * (worth[:, j] - others)),
        here * (worth[:, j] - others),
    )


def by_adoption(terms, i):
    """With d = a − now: weight s − b d (b what s loses a unit of adoption), common denominator
    1 − b d, reach + d · slope; so λ (U − b d ṽ) + (1 − λ)(1 − b d)(P + d · gains · slope)."""
    policy, value, now = terms.policy, terms.value[:, i], float(terms.adoption[i])
    emphasis = formula.emphasis(policy, now)
    b = terms.share[i] * policy.gap_emphasis / emphasis
    slope = terms.people[i] * (
        1 + policy.responsiveness * (formula.loss(value) - formula.gain(value))
    )
    useful = terms.mean(terms.value, terms.users)
    paid = terms.mean(terms.worth, ~terms.users)
    gained = terms.mean(formula.gain(terms.value), ~terms.users) * slope
    lam = terms.lam
    return _curves(
        Parameter(ADOPTION, int(terms.persona_ids[i]), now, 0.0, 1.0),
        lam * useful + (1 - lam) * paid,
        -lam * b * value + (1 - lam) * (gained - b * paid),
        -(1 - lam) * b * gained,
    )


def _curves(parameter, constant, linear, quadratic=0.0):
    columns = np.broadcast_arrays(constant, linear, quadratic)
    return Curves(parameter, 100 * np.stack(columns))


def first_change(now, slope, bend):
    """Smallest d > 0 from which on now + slope·d + bend·d² < 0; inf if it never is.

    Arrays of one shape, now ≥ 0. A curve that only touches 0 doesn't change sign. Of the two
    forms of a root the one without cancellation is taken.
    """
    inside = slope * slope - 4 * bend * now
    root = np.sqrt(np.maximum(inside, 0))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        falling = np.where(now > 0, 2 * now / (root - slope), 0.0)
        rising = (slope + root) / (-2 * bend)
    down = (slope < 0) & ((bend <= 0) | (inside > 0))
    return np.select([down, (slope >= 0) & (bend < 0)], [falling, rising], np.inf)
