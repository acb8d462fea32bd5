"""What the planner plans, on products that are small enough to see why."""

import random
import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from prioritisation.planning.highs import Cancelled
from prioritisation.planning.plans import Infeasible
from prioritisation.planning.problem import Item, Problem, place_by
from prioritisation.planning.solver import solve, why_not
from tests.planning.cases import BY_HAND, POINT, by_hand, item, planned


def points(value):
    return value / POINT


def test_the_sum_by_hand():
    answer = solve(BY_HAND)

    assert answer.best.releases == {"sign-on": 0, "roles": 0, "dark": 1}
    assert points(answer.best.value) == Fraction("31.8") == points(answer.best.bound)
    assert answer.best.proven
    assert answer.best.gap == 0
    assert answer.best.proof == "proven to be the best"
    assert answer.best.used == [4, 1]
    assert answer.by_rank.releases == {"sync": 0, "roles": 1}
    assert points(answer.by_rank.value) == Fraction("29.6")
    assert answer.by_rank.bound is None
    assert answer.by_value_for_effort.releases == answer.best.releases


def test_why_not_says_what_it_costs_pushes_out_and_moves():
    swap = why_not(BY_HAND, solve(BY_HAND).best, "sync")

    assert points(swap.costs) == Fraction("2.2")
    assert swap.exact
    assert swap.pushed_out == ["sign-on", "dark"]
    assert swap.brought_in == ["sync"]
    assert swap.moved == {"roles": (0, 1)}


def test_a_group_sees_what_it_gains_loses_and_could_gain_at_most():
    groups = solve(by_hand(share=0.1)).best.groups

    assert (points(groups["nurses"].gained), points(groups["nurses"].most)) == (
        2,
        Fraction("11.8"),
    )
    assert points(groups["managers"].net) == -1
    assert groups["managers"].most is None


def test_nobody_left_out_gives_a_group_its_part_of_the_most():
    answer = solve(by_hand(share=0.5))

    assert answer.best.releases == {"sync": 0, "roles": 1}
    assert points(answer.best.value) == Fraction("29.6")
    assert points(answer.best.groups["nurses"].gained) == Fraction("11.8")
    # The simpler ways leave out whom they will.
    assert points(answer.by_value_for_effort.groups["nurses"].gained) == 2


def test_a_part_that_is_reached_exactly_is_reached():
    """2 of 11.8, as a fraction that no float can hold."""
    share = Fraction(2) / Fraction("11.8")

    assert "sync" not in solve(by_hand(share=share)).best.releases
    assert "sync" in solve(by_hand(share=share + Fraction(1, 10**9))).best.releases


def test_who_can_gain_nothing_asks_for_nothing():
    disliked = replace(DISLIKED, needs=())

    assert planned(disliked, protected=["nurses", "absent"], share=1) == {"disliked": 0}


DISLIKED = item("disliked", 3, 1, gains={"nurses": -5 * POINT})


def test_why_not_keeps_what_nobody_left_out_granted():
    """Forced in, C would leave nurses with 0 at most: it can't be had without leaving them out."""
    problem = Problem(
        [
            item("a", 9, 1, gains={"nurses": 9 * POINT}),
            item("b", 1, 1),
            item("c", 1, 1),
        ],
        [1],
        protected=["nurses"],
        share=0.5,
    )

    answer = why_not(problem, solve(problem).best, "c")

    assert isinstance(answer, Infeasible)
    assert answer.conflicts[0].kind == "share"


def test_what_fits_exactly_fits():
    assert planned(item("a", effort=0.1), item("b", effort=0.2), holds=[0.3]) == {"a": 0, "b": 0}


@pytest.mark.parametrize(
    ("effort", "holds", "fits"),
    [
        (1_000_000, 1_000_000, True),
        (1_000_000, 999_999.99, False),
        (0.01, 0.01, True),
        (0.0100001, 0.01, False),
        (Decimal("0.30"), 0.3, True),
        (0, 0, True),
        (0.01, 0, False),
        (5, None, True),
    ],
)
def test_an_effort_fits_or_not_to_the_last_digit(effort, holds, fits):
    assert planned(item("a", effort=effort), holds=[holds]) == ({"a": 0} if fits else {})


def test_a_large_effort_beside_many_small_ones_doesnt_overflow_by_a_tolerance():
    """A solver's 0.9999999 of a million leaves room for a tenth."""
    many = [item(f"small {number}", 0.01, 0.01) for number in range(50)]

    releases = planned(item("large", 50, 1_000_000), *many, holds=[1_000_000.1])

    assert "large" in releases
    assert len(releases) == 1 + 10


def test_a_score_below_nought_is_planned_only_where_it_is_needed_and_counts_as_nothing():
    disliked = item("disliked", -50, 3)

    assert planned(disliked) == {}
    assert planned(disliked, item("a", 2, 1, needs=("disliked",))) == {"disliked": 0, "a": 0}
    # Its effort counts in full.
    assert planned(disliked, item("a", 2, 1, needs=("disliked",)), holds=[3]) == {}


def test_what_is_worth_nothing_isnt_planned_for_something_that_is_left_out():
    idle = item("idle", 0, 1)

    assert planned(idle, item("a", 1, 20, needs=("idle",))) == {}


def test_what_has_no_effort_and_what_needs_it_arent_planned_and_are_told_apart():
    unknown = item("unknown", 50, None)
    answer = solve(Problem([unknown, item("a", 2, 1, needs=("unknown",)), item("b")], [10]))

    assert answer.best.releases == {"b": 0}
    assert answer.by_rank.releases == {"b": 0}
    assert answer.without_effort == ["unknown"]


def test_what_is_pinned_without_an_effort_stays_and_takes_nothing():
    problem = Problem([item("unknown", 50, None), item("b")], [1], pins=[("unknown", 0)])
    answer = solve(problem)

    assert answer.best.releases == {"unknown": 0, "b": 0}
    assert answer.without_effort == []


def test_a_pin_moves_nothing_else_than_what_needs_it():
    items = item("a", 1, 1), item("b", 9, 1, needs=("a",)), item("c", 9, 1)

    assert planned(*items, holds=[5, 5], pins=[("a", 1)]) == {"a": 1, "b": 1, "c": 0}


def test_the_same_pin_twice_is_one_pin():
    assert planned(item("a"), holds=[5, 5], pins=[("a", 1), ("a", 1)]) == {"a": 1}


def test_a_must_brings_what_it_needs_by_its_release():
    items = (
        item("high", 9, 2),
        item("needed", -1, 1),
        item("must", -1, 1, needs=("needed",), must_by=0),
    )

    assert planned(*items, holds=[2, 2]) == {"high": 1, "needed": 0, "must": 0}


def test_a_must_later_than_the_last_release_may_come_in_any():
    assert planned(item("must", -1, 5, must_by=99), holds=[2, 5]) == {"must": 1}


def test_without_releases_nothing_is_planned():
    assert planned(item("a"), holds=[]) == {}
    assert planned(holds=[5]) == {}


def test_of_equals_the_better_ranked_comes_first():
    alike = [item(letter, 5, 1) for letter in "abcdef"]

    assert planned(*alike, holds=[2, 2]) == {"a": 0, "b": 0, "c": 1, "d": 1}


def test_of_the_same_score_the_better_ranked_comes_first_if_its_effort_fits():
    items = item("a", 5, 2), item("b", 5, 1)

    assert planned(*items, holds=[2]) == {"a": 0}
    assert planned(*items, holds=[2, 2]) == {"a": 0, "b": 1}
    assert planned(*items, holds=[1]) == {"b": 0}


def test_the_same_problem_gives_the_same_plan():
    items = [item(str(n), n % 7 + 1, n % 5 + 1) for n in range(40)]
    problem = Problem(items, [20, 20, 20])

    assert len({str(solve(problem).best) for _turn in range(3)}) == 1


def test_a_thousand_needs_in_a_row():
    chain = [item(n, 1, 1, needs=(n + 1,) if n < 999 else ()) for n in range(1000)]

    releases = planned(*chain, holds=[300, 300])

    assert releases == {n: (0 if n >= 700 else 1) for n in range(400, 1000)}


def test_twelve_releases():
    """0.9 to the eleventh, of scores with four decimals, still tells plans apart."""
    items = [Item(n, 10**6 - n, 1) for n in range(14)]

    assert planned(*items, holds=[1] * 12) == {n: n for n in range(12)}


def test_of_the_same_score_the_better_ranked_gives_way_to_whom_it_would_leave_out():
    items = item("a", 5, 1), item("b", 5, 1, gains={"nurses": POINT})

    assert planned(*items, holds=[1]) == {"a": 0}
    assert planned(*items, holds=[1], protected=["nurses"], share=0.5) == {"b": 0}


def test_many_releases_and_efforts_of_seventeen_digits():
    """Larger numbers than a solver takes are made smaller for it."""
    items = [Item(n, 10**6 - n, 0.1 + 0.2) for n in range(24)]
    large = Item("large", 10**9, 1_000_000)

    releases = planned(*items, large, holds=[1_000_000] + [0.4] * 21)

    assert releases == {"large": 0} | {n: n + 1 for n in range(21)}


def test_progress_is_told_and_cancelling_ends_it():
    told = []
    with pytest.raises(Cancelled):
        solve(_hard(), cancelled=lambda: len(told) > 0, progress=told.append)

    assert told[0].seconds < 5
    assert told[0].gap is None or 0 <= told[0].gap <= 1


def test_what_cancelling_raises_is_raised():
    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        solve(_hard(), cancelled=broken)


def test_out_of_time_there_is_a_plan_and_how_far_it_is_from_the_best_at_most():
    answer = solve(_hard(), time_limit=0)

    assert not answer.best.proven
    assert answer.best.value >= answer.by_value_for_effort.value > 0
    assert 0 < answer.best.gap < 1


def test_other_threads_go_on_while_it_solves():
    ticks, done = [], threading.Event()

    def tick():
        while not done.wait(0.01):
            ticks.append(1)

    beside = threading.Thread(target=tick)
    beside.start()
    solve(_hard(), time_limit=0.5)
    done.set()
    beside.join()
    assert len(ticks) > 5


def test_how_far_it_is_from_the_best_is_rounded_up():
    plan = replace(solve(BY_HAND).best, value=Fraction(1000 - 12), bound=Fraction(1000))

    assert plan.proof == "at most 1.2\u00a0% away from the best"
    assert (
        replace(plan, value=plan.value - Fraction(1, 9)).proof
        == "at most 1.3\u00a0% away from the best"
    )


def test_why_not_of_what_there_isnt_is_an_error():
    with pytest.raises(KeyError):
        why_not(BY_HAND, solve(BY_HAND).best, "gone")


@pytest.mark.parametrize(
    ("day", "ends", "place"),
    [
        (15, [10, 20, 30], 0),
        (20, [10, 20, 30], 1),
        (9, [10, 20, 30], -1),
        (99, [10, 20, 30], 2),
        (20, [None, 20, None], 1),
        (19, [None, 20, None], -1),
        (1, [None, None], 1),
        (1, [], -1),
    ],
)
def test_a_day_stands_for_the_last_release_that_is_out_by_then(day, ends, place):
    start = date(2027, 1, 1)
    by = [None if end is None else start + timedelta(end) for end in ends]

    assert place_by(start + timedelta(day), by) == place


def test_integers_of_numpy_dont_overflow():
    items = [Item(np.int64(n), np.int64(10**9), np.int64(10**9 + n)) for n in range(4)]

    assert planned(*items, holds=[np.float64(4e9 + 5.5)] * 4) == {0: 0, 1: 0, 2: 0, 3: 1}


def _hard():
    """A solver needs seconds for it."""
    draw = random.Random(1)
    items = [
        Item(n, draw.randint(5_000, 99_999), draw.randint(100, 9_999) / 100) for n in range(500)
    ]
    return Problem(items, [2_000.01, 1_999.99, 2_003.57, 1_998.31, 2_001.17])


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": [item("a"), item("a")]},
        {"items": [item("a", effort=-1)]},
        {"items": [item("a", effort=float("nan"))]},
        {"items": [item("a", effort=float("inf"))]},
        {"items": [item("a", needs=("gone",))]},
        {"items": [Item("a", 0.5, 1)]},
        {"capacities": [-1]},
        {"capacities": [float("nan")]},
        {"pins": [("gone", 0)]},
        {"pins": [("a", 1)]},
        {"pins": [("a", -1)]},
        {"share": 1.1},
        {"share": float("nan")},
    ],
)
def test_what_cant_be_meant_is_refused(wrong):
    with pytest.raises(ValueError):
        Problem(**{"items": [item("a")], "capacities": [1], **wrong})
