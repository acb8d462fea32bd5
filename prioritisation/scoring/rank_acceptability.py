"""In how many plausible weightings a requirement is first, or in the top k (pure).

Rank acceptability of stochastic multicriteria acceptability analysis (SMAA-2: R. Lahdelma,
P. Salminen, Operations Research 49(3), 2001, 444–454): the share of all weightings and answers held
possible that give a requirement a rank, estimated by drawing them. Independently of each other are
drawn

- end users' say λ, uniform on what is allowed, 0.5…0.95;
- each counted persona's importance, from a third to three times the present one, log-uniform, so
  that twice as much is as likely as half as much; people, and so headcounts, stay;
- each opinion ṽ, uniform on the range that its evidence leaves open, ṽ ∓ (1 − c̄) (docs/score.md):
  what was seen is fixed, what was guessed or never asked is not.

Ranks are those of the rounded scores, 1, 2, 2, 4, so that what looks tied is tied.
"""

from dataclasses import dataclass

import numpy as np

from prioritisation.scoring import formula
from prioritisation.scoring.opinions import effective_values, opinions
from prioritisation.scoring.score_curves import LEAST_SAY, MOST_SAY

DRAWS = 10_000
SEED = 2001
SHOWN = 20
IMPORTANCE_FACTOR = 3
#: draws × requirements at a time; bounds memory, and stays in the processor's cache
CELLS = 1 << 16


@dataclass(frozen=True)
class Plausible:
    """Of the first 20 (N) of the present order, how often each had which rank."""

    requirement_ids: np.ndarray  # int64[N], in the present order
    ranks: np.ndarray  # int64[N, R], draws with rank 1, 2, …, R
    draws: int
    present: np.ndarray  # int64[N], their rank in the present order

    def within(self, top):
        """float64[N]: the share of draws in which each was among the first `top`."""
        return self.ranks[:, :top].sum(axis=1) / self.draws

    def usual(self, part=0.9):
        """int64[N, 2]: the ranks between which each was in this part of the draws, as many being
        left out above as below."""
        reached = np.cumsum(self.ranks, axis=1) / self.draws
        tail = (1 - part) / 2
        # Shares are whole numbers of draws: half of one, so that the last bit doesn't matter.
        half = 0.5 / self.draws
        low = 1 + (reached <= tail + half).sum(axis=1)
        high = 1 + (reached < 1 - tail - half).sum(axis=1)
        return np.column_stack([low, high])


@dataclass(frozen=True)
class Model:
    """What is drawn around: counted personas [C], ranked requirements in order [R]."""

    policy: formula.Policy
    weights: formula.Weights
    say: np.ndarray  # [C]: N^γ (1 + φ(1 − a)) of end users, 1 of payers: of importance 1
    importance: np.ndarray  # [C]
    value: np.ndarray  # [R, C], ṽ
    doubt: np.ndarray  # [R, C], 1 − c̄


def plausible(policy, personas, ratings, requirement_ids, numbers, *, draws=DRAWS, seed=SEED):
    """The Plausible of the requirements given (the open ones) that a counted persona rated.

    `numbers` orders ties. The same input and seed give the same result.
    """
    steps = plausible_in_steps(
        policy, personas, ratings, requirement_ids, numbers, draws=draws, seed=seed
    )
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            return ended.value


def plausible_in_steps(policy, personas, ratings, requirement_ids, numbers, *, draws, seed):
    """A generator of the part that is done, 0…1, that returns what `plausible` does.

    A step takes milliseconds; whoever takes the steps may do others' in between.
    """
    ids, present, model = _model(policy, personas, ratings, requirement_ids, numbers)
    shown = min(SHOWN, len(ids))
    ranks = np.zeros((shown, len(ids)), np.int64)
    generator = np.random.default_rng(seed)
    step = max(1, CELLS // max(len(ids), 1))
    for done in range(0, draws if shown else 0, step):
        scores = _draw(model, generator, min(step, draws - done))
        for row in range(shown):
            above = (scores > scores[row]).sum(axis=0)
            ranks[row] += np.bincount(above, minlength=len(ids))
        yield min(1.0, (done + step) / draws)
    return Plausible(ids[:shown], ranks, draws, present[:shown])


def _model(policy, personas, ratings, requirement_ids, numbers):
    """(ids of the ranked in order, their ranks, their Model)."""
    unknown = np.full(len(requirement_ids), np.nan)
    scores = formula.score(policy, personas, ratings, requirement_ids, unknown)
    order = np.lexsort((numbers, -scores.score))
    order = order[scores.answered[order] > 0]
    ids = requirement_ids[order]
    # What looks tied is tied, as on the ranking.
    falling = -np.rint(scores.score[order] * 10_000)
    ranks = 1 + np.searchsorted(np.sort(falling), falling)
    weights = scores.weights
    held = opinions(ratings, ids, weights.persona_ids)
    personas = formula.counted(personas)
    people, _missing = formula.sizes(personas)
    alike = np.ones(len(people))
    say = formula.end_users_say(policy, people, alike, formula.adoption(policy, personas))
    return (
        ids,
        ranks,
        Model(
            policy=policy,
            weights=weights,
            say=np.where(weights.is_end_user, say, alike),
            importance=personas.importance,
            value=effective_values(held),
            doubt=(10 - held.confidence) / 10,
        ),
    )


def _draw(model, generator, draws):
    """Stored scores under so many random weightings and answers, float64[R, draws]."""
    users = model.weights.is_end_user
    lam = generator.uniform(LEAST_SAY, MOST_SAY, draws)
    if users.all():
        lam = np.ones(draws)
    share = _shares(model, generator, draws)
    shape = (len(model.value), draws)
    useful, paid, reach = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for i in np.flatnonzero(users):
        value = _opinions(model, generator, i, draws)
        adopted = model.weights.adoption[i]
        moved = model.policy.responsiveness * formula.pull(adopted, value)
        useful += share[i] * value
        reach += model.weights.people[i] * (adopted + moved)
    if not users.any():
        reach += model.policy.assumed_adoption
    for j in np.flatnonzero(~users):
        value = _opinions(model, generator, j, draws)
        paid += share[j] * (formula.gain(value) * reach + formula.loss(value))
    return np.rint(100 * formula.UNIT * (lam * useful + (1 - lam) * paid))


def _shares(model, generator, draws):
    """Of its group's say, float64[C, draws]."""
    spread = np.log(IMPORTANCE_FACTOR)
    factor = np.exp(generator.uniform(-spread, spread, (len(model.say), draws)))
    amount = (model.say * model.importance)[:, None] * factor
    users = model.weights.is_end_user
    for group in (users, ~users):
        if group.any():
            amount[group] /= amount[group].sum(axis=0)
    return amount


def _opinions(model, generator, j, draws):
    """ṽ of one persona, float64[R, draws], or [R, 1] where all is known."""
    value, doubt = model.value[:, j, None], model.doubt[:, j, None]
    if not doubt.any():
        return value
    return value + doubt * generator.uniform(-1, 1, (len(value), draws))
