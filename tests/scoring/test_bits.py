"""One requirement scored alone has the bits it has among all: rescoring relies on it."""

import numpy as np
import pytest

from prioritisation.scoring import formula, opinions
from tests.scoring.scoring_cases import CONFIDENCE, bits

REQUIREMENTS = 60


def crowd(seed, personas):
    """A product with crooked numbers everywhere, several raters a cell, ids in disorder."""
    rng = np.random.default_rng(seed)
    ids = rng.permutation(np.arange(1, personas + 1) * 7)
    installed = rng.integers(0, 900, personas).astype(float)
    active = np.floor(installed * rng.random(personas))
    people = formula.Personas(
        ids=ids,
        is_end_user=rng.random(personas) < 0.6,
        headcount=np.where(rng.random(personas) < 0.9, rng.integers(1, 10**6, personas), np.nan),
        importance=rng.choice([0, 0.3, 1, 1, 1.7, 3], personas),
        installed=installed,
        active=active,
        worked_around=np.floor(active * rng.random(personas)),
    )
    count = REQUIREMENTS * personas * 3
    ratings = formula.Ratings(
        id=rng.permutation(count),
        requirement=rng.integers(1, REQUIREMENTS + 1, count),
        persona=rng.choice(ids, count),
        value=rng.integers(-5, 6, count).astype(float),
        confidence=rng.choice(list(CONFIDENCE.values()), count),
    )
    policy = formula.Policy(
        end_user_say=rng.uniform(0.5, 0.95),
        people_exponent=rng.choice([0, 0.5, 1]),
        gap_emphasis=rng.random(),
        responsiveness=rng.random(),
        assumed_adoption=rng.random(),
        assumed_seats=rng.uniform(0, 30),
    )
    return policy, people, ratings, rng.uniform(0.01, 99, REQUIREMENTS)


def shuffled(rows, rng):
    order = rng.permutation(len(next(iter(vars(rows).values()))))
    return type(rows)(**{name: column[order] for name, column in vars(rows).items()})


def only(ratings, wanted):
    kept = np.isin(ratings.requirement, wanted)
    return formula.Ratings(**{name: column[kept] for name, column in vars(ratings).items()})


def rows(scores, index):
    return {key: array[index].tobytes() for key, array in vars(scores).items() if key != "weights"}


@pytest.mark.parametrize("personas", range(1, 21))
def test_single_rows_and_subsets_have_the_bits_of_the_whole(personas):
    policy, people, ratings, effort = crowd(personas, personas)
    ids = np.arange(1, REQUIREMENTS + 1)
    whole = formula.score(policy, people, ratings, ids, effort)
    rng = np.random.default_rng(1000 + personas)
    subsets = [ids[[place]] for place in range(REQUIREMENTS)]
    subsets += [rng.permutation(ids)[: rng.integers(2, REQUIREMENTS)] for _ in range(12)]

    for wanted in subsets:
        part = formula.score(policy, people, only(ratings, wanted), wanted, effort[wanted - 1])

        assert rows(part, slice(None)) == rows(whole, wanted - 1)


@pytest.mark.parametrize("personas", [1, 5, 20])
def test_ratings_of_other_requirements_leave_no_trace(personas):
    policy, people, ratings, effort = crowd(77 + personas, personas)

    with_others = formula.score(policy, people, ratings, np.array([5]), effort[4:5])
    alone = formula.score(policy, people, only(ratings, [5]), np.array([5]), effort[4:5])

    assert bits(with_others) == bits(alone)


@pytest.mark.parametrize("personas", [2, 7, 20])
def test_the_order_of_the_input_leaves_no_trace(personas):
    policy, people, ratings, effort = crowd(99 + personas, personas)
    ids = np.arange(1, REQUIREMENTS + 1)
    rng = np.random.default_rng(personas)

    told = formula.score(policy, people, ratings, ids, effort)
    retold = formula.score(policy, shuffled(people, rng), shuffled(ratings, rng), ids, effort)

    assert bits(told) == bits(retold)


def test_values_that_do_not_add_up_exactly_have_one_order_too():
    # No whole numbers, so that another order of adding would show: it's the id's.
    rng = np.random.default_rng(5)
    count = 4000
    ratings = formula.Ratings(
        id=rng.permutation(count),
        requirement=rng.integers(1, 9, count),
        persona=rng.integers(1, 4, count),
        value=rng.uniform(-5, 5, count),
        confidence=rng.choice([0.8, 1.0], count),
    )

    held = opinions.opinions(ratings, np.array([3]), np.array([2]))

    total = weight = 0.0
    for place in np.argsort(ratings.id):
        if ratings.requirement[place] == 3 and ratings.persona[place] == 2:
            tenths = round(ratings.confidence[place] * 10)
            total += tenths * ratings.value[place]
            weight += tenths
    assert held.mean[0, 0] == total / weight


def test_raters_who_agree_have_exactly_that_mean():
    for count in range(1, 40):
        ratings = formula.Ratings(
            id=np.arange(count),
            requirement=np.ones(count, np.int64),
            persona=np.ones(count, np.int64),
            value=np.full(count, -3.0),
            confidence=np.where(np.arange(count) % 3, 0.8, 1.0),
        )

        assert opinions.opinions(ratings, np.array([1]), np.array([1])).mean[0, 0] == -3


def test_another_order_of_adding_would_be_seen():
    # The control: comparing bits sees the same sum added from the last persona to the first.
    points = np.random.default_rng(3).uniform(-1, 1, (4000, 5))

    assert formula.add_up(points).tobytes() != formula.add_up(points[:, ::-1]).tobytes()


def test_no_zero_is_negative():
    for seed in range(20):
        policy, people, ratings, effort = crowd(seed, 6)
        scores = formula.score(policy, people, ratings, np.arange(1, REQUIREMENTS + 1), effort)
        measures = [scores.reach, scores.answered, scores.value_for_effort]
        weights = scores.weights
        measures += [weights.weights, weights.people, weights.adoption]

        for measure in measures:
            assert not np.signbit(measure[measure == 0]).any()
