"""The Next Release Problem is the planner's, with customers as items."""

from prioritisation.planning.problem import Problem
from prioritisation.planning.solver import solve
from tests.benchmarks.planner import budget, read

#: Costs 3, 4 | 2, of which 3 needs 1. Customers: 10 for {3}, 7 for {2}, 4 for {1, 3}.
INSTANCE = """
2
2 3 4
1 2
1
1 3
3
10 1 3
7 1 2
4 2 1 3
"""


def test_an_instance_is_read():
    items, costs = read(INSTANCE)

    assert costs == [3, 4, 2]
    assert [(item.key, item.value, item.effort, item.needs) for item in items] == [
        (1, 0, 3, ()),
        (2, 0, 4, ()),
        (3, 0, 2, (1,)),
        ("customer 1", 10, 0, (3,)),
        ("customer 2", 7, 0, (2,)),
        ("customer 3", 4, 0, (1, 3)),
    ]


def test_customers_come_with_all_that_they_need():
    items, _costs = read(INSTANCE)

    def profit(holds):
        return solve(Problem(items, [holds])).best.value

    assert [profit(holds) for holds in (3, 4, 5, 8, 9)] == [0, 7, 14, 14, 21]


def test_a_budget_is_rounded_half_up():
    assert [budget(total, 30) for total in (9, 10, 5, 15)] == [3, 3, 2, 5]
    assert budget(857, 50) == 429
