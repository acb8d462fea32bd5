"""What one would plan without a solver."""

import time

import pytest

from prioritisation.planning.problem import Problem
from prioritisation.planning.solver import solve
from tests.planning.cases import item


def simpler(*items, holds, **more):
    answer = solve(Problem(items, holds, **more))
    return dict(answer.by_rank.releases), dict(answer.by_value_for_effort.releases)


def test_by_rank_takes_what_is_left_over_by_larger_ones():
    by_rank, by_ratio = simpler(
        item("a", 9, 5), item("b", 8, 6), item("c", 7, 3), item("d", 1, 0.1), holds=[8]
    )

    assert by_rank == {"a": 0, "c": 0}
    assert by_ratio == {"c": 0, "d": 0}  # 2.3 and 10 a day; then neither 1.8 nor 1.3 fits


def test_what_takes_no_effort_comes_first_for_its_value():
    assert simpler(item("a", 9, 5), item("b", 1, 0), holds=[5])[1] == {"a": 0, "b": 0}


def test_needs_come_with_it_or_not_at_all():
    items = item("a", 9, 3, needs=("b",)), item("b", 0, 3), item("c", 1, 4)

    assert simpler(*items, holds=[5])[0] == {"c": 0}
    assert simpler(*items, holds=[6])[0] == {"a": 0, "b": 0}
    assert simpler(*items, holds=[4, 5])[0] == {"b": 0, "a": 1}


def test_what_was_half_placed_gives_its_room_back():
    """B's need fits, B doesn't; then the room is C's."""
    items = item("b", 9, 9, needs=("n",)), item("n", 0, 3), item("c", 1, 5)

    assert simpler(*items, holds=[5, 7])[0] == {"c": 0}


def test_pins_come_first_then_what_is_due_first():
    items = item("a", 9, 2), item("late", -1, 2, must_by=1), item("soon", -1, 2, must_by=0)

    for plan in simpler(*items, holds=[2, 4]):
        assert plan == {"soon": 0, "late": 1, "a": 1}


def test_what_needs_something_that_is_pinned_later_waits():
    items = item("a", 9, 1, needs=("b",)), item("b", 1, 1)

    assert simpler(*items, holds=[5, 5], pins=[("b", 1)])[0] == {"a": 1, "b": 1}


def test_what_is_worth_nothing_fills_nothing():
    assert simpler(item("a", -9, 1), item("b", 0, 1), holds=[5]) == ({}, {})


@pytest.mark.parametrize("top", ["first", "last"])
def test_ten_thousand_needs_in_a_row_take_no_time(top):
    """Over room for half of them; ranked with what needs all the others first, or last."""
    count = 10_000
    chain = [item(n, 1, 1, needs=(n + 1,) if n < count - 1 else ()) for n in range(count)]
    problem = Problem(chain if top == "first" else chain[::-1], [count / 2])
    begun = time.process_time()
    answer = solve(problem)

    assert len(answer.best.releases) == len(answer.by_rank.releases) == count / 2
    assert time.process_time() - begun < 6
