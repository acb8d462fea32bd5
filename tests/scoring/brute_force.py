"""docs/score.md once more, written down as it stands there, at many weightings at once.

Shares no code with the scoring or the curves: what tests of sensitivity re-score with.
"""

from dataclasses import dataclass

import numpy as np

from prioritisation.scoring.formula import Policy
from tests.scoring.scoring_cases import CONFIDENCE, NAN, Persona, Product, Rating


def random_product(seed):
    """Small integers, equal weights and equal readings often, so that many scores are tied."""
    draw = np.random.default_rng(seed)
    personas = tuple(_random_persona(draw, number) for number in range(1, draw.integers(2, 7)))
    ratings = tuple(
        Rating(requirement, persona.id, int(draw.integers(-5, 6)), str(draw.choice([*CONFIDENCE])))
        for requirement in range(1, draw.integers(3, 14))
        for persona in personas
        for _ in range(draw.choice(3, p=(0.25, 0.65, 0.1)))
    )
    policy = Policy(
        end_user_say=float(draw.choice([0.5, 0.85, 0.95, draw.uniform(0.5, 0.95)])),
        people_exponent=float(draw.choice([1, 0.5, 0])),
        gap_emphasis=float(draw.choice([0, 1, draw.random()])),
        responsiveness=float(draw.choice([0, 0.25, 1, draw.random()])),
        assumed_adoption=float(draw.choice([0, 0.5, 1])),
        assumed_seats=float(draw.choice([0, 10])),
    )
    efforts = dict.fromkeys(range(1, 14), NAN)
    return Product(personas, ratings, efforts, policy)


def _random_persona(draw, number):
    reading = {}
    if draw.random() < 0.6:
        installed = int(draw.choice([0, 10, draw.integers(1, 1000)]))
        active = int(draw.integers(0, installed + 1))
        around = int(draw.integers(0, active + 1))
        reading = {"installed": installed, "active": active, "worked_around": around}
    return Persona(
        id=number,
        kind=str(draw.choice(["end_user", "end_user", "end_user", "procurer", "advertiser"])),
        headcount=float(
            draw.choice([100, 100, draw.integers(1, 5000), NAN], p=[0.3, 0.3, 0.3, 0.1])
        ),
        importance=float(draw.choice([1, 1, draw.uniform(0.1, 5), 0], p=[0.4, 0.2, 0.3, 0.1])),
        **reading,
    )


@dataclass(frozen=True)
class Formula:
    """A product as the formula's letters; personas that count, by id."""

    policy: Policy
    ids: list
    users: np.ndarray
    size: np.ndarray  # N
    importance: np.ndarray  # q
    adoption: np.ndarray  # a
    value: np.ndarray  # ṽ, requirements × personas
    rated: np.ndarray

    def scores(self, *, say=None, importance=None, adoption=None):
        """float64[G, R], unrounded; `say` is [G], the others [G, C]."""
        policy, v, users = self.policy, self.value[None], self.users
        lam = np.array([policy.end_user_say]) if say is None else say
        lam = lam[:, None] if not users.all() else np.ones((1, 1))
        q = self.importance[None] if importance is None else importance
        a = self.adoption[None] if adoption is None else adoption
        n = np.where(users, self.size, 0) / max(self.size[users].sum(), 1)
        weight = self.size**policy.people_exponent * q * (1 + policy.gap_emphasis * (1 - a))
        s = np.where(users, weight, 0)
        s = s / np.maximum(s.sum(axis=1, keepdims=True), 1e-300)
        t = np.where(users, 0, q)
        t = t / np.maximum(t.sum(axis=1, keepdims=True), 1e-300)
        up, down = np.maximum(v, 0), np.minimum(v, 0)
        pull = (1 - a)[:, None] * up + a[:, None] * down
        reach = (n * (a[:, None] + policy.responsiveness * pull)).sum(axis=2)
        if not users.any():
            reach = np.full_like(reach, policy.assumed_adoption)
        by_users = (s[:, None] * v).sum(axis=2)
        by_payers = (t[:, None] * (up * reach[:, :, None] + down)).sum(axis=2)
        return 100 * (lam * by_users + (1 - lam) * by_payers)

    def along(self, kind, persona_id, values):
        """float64[G, R]: the scores where one number of the weighting has these values."""
        if kind == "end_user_say":
            return self.scores(say=values)
        j = self.ids.index(persona_id)
        if kind == "adoption":
            adoption = np.repeat(self.adoption[None], len(values), axis=0)
            adoption[:, j] = values
            return self.scores(adoption=adoption)
        group = self.users == self.users[j]
        base = np.where(self.users, self._per_importance, 1.0)
        others = (base * self.importance)[group].sum() - base[j] * self.importance[j]
        importance = np.repeat(self.importance[None], len(values), axis=0)
        # share x = base·q / (base·q + others), both numbers scaled so that x = 1 is 1 against 0
        importance[:, group] *= (1 - values)[:, None]
        importance[:, j] = values * others / base[j]
        return self.scores(importance=importance)

    @property
    def _per_importance(self):
        emphasis = 1 + self.policy.gap_emphasis * (1 - self.adoption)
        return self.size**self.policy.people_exponent * emphasis


def formula_of(product):
    personas = sorted((one for one in product.personas if one.importance > 0), key=lambda p: p.id)
    users = np.array([one.kind == "end_user" for one in personas], bool)
    size = np.array([_size(one) for one in personas])
    if np.isnan(size[users]).any():
        size = np.ones(len(size))
    cells = [[_cell(product, r, one.id) for one in personas] for r in product.efforts]
    return Formula(
        policy=product.policy,
        ids=[one.id for one in personas],
        users=users,
        size=np.where(users, size, 1.0),
        importance=np.array([one.importance for one in personas]),
        adoption=np.array([_adoption(one, product.policy) for one in personas]),
        value=np.array([[value for value, _ in row] for row in cells]),
        rated=np.array([[known for _, known in row] for row in cells]).any(axis=1),
    )


def _size(persona):
    if not np.isnan(persona.headcount):
        return persona.headcount
    return persona.installed if persona.installed > 0 else NAN


def _adoption(persona, policy):
    if not persona.installed > 0:
        return policy.assumed_adoption
    believed = policy.assumed_seats * policy.assumed_adoption
    loyal = persona.active - persona.worked_around
    return (loyal + believed) / (persona.installed + policy.assumed_seats)


def _cell(product, requirement, persona):
    mine = [
        (rating.value, CONFIDENCE[rating.basis])
        for rating in product.ratings
        if rating.requirement == requirement and rating.persona == persona
    ]
    known = [pair for pair in mine if pair[1] > 0.5] or mine
    if not known:
        return 0.0, False
    mean = sum(value * sure for value, sure in known) / sum(sure for _, sure in known)
    return max(sure for _, sure in known) * mean / 5, True
