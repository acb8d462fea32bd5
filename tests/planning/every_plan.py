"""Every plan there is of a small product, and the best of them: no solver, no shared code.

Two releases; an item is in the first (0), the second (1) or none (2).
"""

from fractions import Fraction
from functools import cache

import numpy as np

NONE = 2
#: efforts and capacities are whole hundredths, values whole tenths of what they count
WEIGHTS = np.array([10, 9, 0])


@cache
def all_places(count):
    """int8[3 ** count, count]"""
    codes = np.arange(3**count)
    return np.stack([codes // 3**item % 3 for item in range(count)], axis=1).astype(np.int8)


class EveryPlan:
    def __init__(self, problem):
        self.problem = problem
        self.places = all_places(len(problem.items))
        self.at = {item.key: column for column, item in enumerate(problem.items)}
        self.allowed = self._allowed()

    def _allowed(self):
        places, allowed = self.places, np.ones(len(self.places), bool)
        pinned = dict(self.problem.pins)
        for column, item in enumerate(self.problem.items):
            mine = places[:, column]
            if item.effort is None and item.key not in pinned:
                allowed &= mine == NONE
            if item.must_by is not None:
                allowed &= mine <= min(item.must_by, 1)
            for need in item.needs:
                allowed &= (mine == NONE) | (places[:, self.at[need]] <= mine)
        for key, place in self.problem.pins:
            allowed &= places[:, self.at[key]] == place
        efforts = np.array([round((item.effort or 0) * 100) for item in self.problem.items])
        for place, capacity in enumerate(self.problem.capacities):
            if capacity is not None:
                allowed &= (places == place) @ efforts <= round(capacity * 100)
        return allowed

    def worth(self, each):
        """int64 by plan, in tenths: what each item is worth, where that is more than nothing."""
        return WEIGHTS[self.places] @ np.maximum(np.array(each, np.int64), 0)

    @property
    def value(self):
        return self.worth([item.value for item in self.problem.items])

    def mosts(self):
        """Group → tenths; of a product that has a plan."""
        return {
            group: self.worth(self._gains(group))[self.allowed].max()
            for group in self.problem.protected
        }

    def fair(self, mosts):
        fair = self.allowed.copy()
        for group, most in mosts.items():
            share = Fraction(str(self.problem.share)) * int(most)
            fair &= self.worth(self._gains(group)) * share.denominator >= share.numerator
        return fair

    def best(self, among):
        """As a Fraction, or None where there is no plan."""
        return Fraction(int(self.value[among].max()), 10) if among.any() else None

    def row(self, releases):
        """The number of a plan of the solver's."""
        return sum(
            releases.get(item.key, NONE) * 3**column
            for column, item in enumerate(self.problem.items)
        )

    def _gains(self, group):
        return [item.gains.get(group, 0) for item in self.problem.items]
