"""An axis of a chart: what it spans, and where its grid lines are. Pure."""

from dataclasses import dataclass
from math import ceil, floor

from prioritisation.presentation.formatting import number

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5) + tuple(
    base * 10**power for power in range(1, 7) for base in (1, 2.5, 5)
)
MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Axis:
    low: float
    high: float
    """Low < 0 < high."""

    @classmethod
    def over(cls, values, *, below, above, margin=0.05):
        """Spans the values and zero, with a margin beyond those that aren't zero; at least the
        shares `below` and `above` of it lie on either side of zero."""
        low, high = min([0, *values]), max([0, *values])
        if high == low:
            high = 1
        by = margin * (high - low)
        low, high = low and low - by, high and high + by
        low = min(low, -below * high / (1 - below))
        return cls(low, max(high, -above * low / (1 - above)))

    def at(self, value):
        """0…1."""
        return (value - self.low) / (self.high - self.low)

    @property
    def ticks(self):
        """(value, label) of each grid line, zero included, from low to high."""
        span = self.high - self.low
        step = next(step for step in STEPS if span / step <= MOST_TICKS or step == STEPS[-1])
        decimals = 0 if step >= 1 else 1 if step >= 0.1 else 2
        places = range(ceil(self.low / step), floor(self.high / step) + 1)
        return [(place * step, number(place * step, decimals)) for place in places]
