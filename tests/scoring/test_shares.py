"""Shares of a say and the importances behind them; every number is worked by hand."""

import numpy as np
import pytest

from prioritisation.scoring import formula
from prioritisation.scoring.shares import Unfit, completed, implied_importances

NURSES, LEADS, SURGEONS = 1, 2, 3


def shares_of(policy, importances):
    """s_i by the formula of docs/score.md, of 500 nurses of whom 140 of 500 are won (200 less 60
    who work around it), 50 ward leads and 2 surgeons whom nobody has counted."""
    n, nan = len(importances), np.nan
    weights = formula.weigh(
        policy,
        formula.Personas(
            ids=np.arange(1, n + 1),
            is_end_user=np.ones(n, bool),
            headcount=np.array([500.0, 50.0, 2.0][:n]),
            importance=np.array([importances[i] for i in range(1, n + 1)], np.float64),
            installed=np.array([500.0, nan, nan][:n]),
            active=np.array([200.0, nan, nan][:n]),
            worked_around=np.array([60.0, nan, nan][:n]),
        ),
    )
    return dict(enumerate(weights.weights.tolist(), start=1))


def test_the_implied_importance_by_hand():
    # a = (140 + 10 · 0.5) / 510 = 0.28431, so nurses 500 · (1 + 0.71569) = 857.843;
    # ward leads 50 · 1.5 = 75. A quarter for them: 75 q = 857.843 / 3.
    now = shares_of(formula.Policy(), {NURSES: 1, LEADS: 1})
    assert now == pytest.approx({NURSES: 857.8431372549 / 932.8431372549, LEADS: 0.0803994})

    found = implied_importances({NURSES: 1, LEADS: 1}, now, {NURSES: 0.75, LEADS: 0.25})

    assert found == pytest.approx({NURSES: 1, LEADS: 3.81263616558})


@pytest.mark.parametrize("exponent", [1, 0.5, 0])
@pytest.mark.parametrize("emphasis", [1, 0.4, 0])
def test_shares_come_back_by_the_formula(exponent, emphasis):
    policy = formula.Policy(people_exponent=exponent, gap_emphasis=emphasis)
    stored = {NURSES: 2, LEADS: 0.25, SURGEONS: 7}
    wanted = {NURSES: 0.3, LEADS: 0.05, SURGEONS: 0.65}

    found = implied_importances(stored, shares_of(policy, stored), wanted)

    assert shares_of(policy, found) == pytest.approx(wanted, abs=1e-9)


def test_the_others_keep_their_importance_where_one_is_moved():
    # q 2, 1, 1 are shares of 50, 25, 25 %. The first to 40: 30 each for the others. 4/3 of 10/3.
    now = {1: 0.5, 2: 0.25, 3: 0.25}

    found = implied_importances({1: 2, 2: 1, 3: 1}, now, completed(now, {1: 0.4}))

    assert found == {1: pytest.approx(4 / 3, rel=1e-12), 2: 1, 3: 1}


def test_those_not_stated_share_what_is_left_as_before():
    now = {1: 0.6, 2: 0.3, 3: 0.1}

    assert completed(now, {}) == now
    assert completed(now, {1: 0.2}) == pytest.approx({1: 0.2, 2: 0.6, 3: 0.2})
    assert completed(now, {1: 0.2, 3: 0.5}) == pytest.approx({1: 0.2, 2: 0.3, 3: 0.5})


def test_typed_percentages_may_miss_a_hundred_by_rounding():
    thirds = completed({1: 0.6, 2: 0.3, 3: 0.1}, {1: 0.33, 2: 0.33, 3: 0.33})

    assert thirds == pytest.approx({1: 1 / 3, 2: 1 / 3, 3: 1 / 3})


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ({1: 0.5, 2: 0.4}, "Together these make 90"),
        ({1: 0.5, 2: 0.9}, "Together these make 140"),
        ({1: 1.0}, "nothing for the others"),
    ],
)
def test_shares_that_cannot_be_are_told(stated, says):
    with pytest.raises(Unfit, match=says):
        completed({1: 0.5, 2: 0.5}, stated)


def test_importances_stay_within_what_the_database_holds():
    # A billion people against one: as much say for both needs importances a billion apart.
    now = {1: 1 - 1e-9, 2: 1e-9}

    found = implied_importances({1: 1, 2: 1}, now, {1: 0.5, 2: 0.5})

    assert found[1] >= 1e-6
    assert found[2] <= 1000
    assert found[2] / found[1] == pytest.approx(1e9)
    with pytest.raises(Unfit):
        implied_importances({1: 1, 2: 1}, now, {1: 0.4, 2: 0.6})
