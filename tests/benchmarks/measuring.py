"""Side by side in one run: what is measured takes turns with what it is measured against."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """Milliseconds of the subject and of its yardstick, pair by pair."""

    name: str
    subject: list[float]
    yardstick: list[float]
    aim: float
    """The ratio of medians we want to stay under."""

    @property
    def ratio(self) -> float:
        return statistics.median(self.subject) / statistics.median(self.yardstick)

    def line(self) -> str:
        subject, yardstick = statistics.median(self.subject), statistics.median(self.yardstick)
        verdict = "ok" if self.ratio <= self.aim else "ABOVE"
        return (
            f"{self.name:<62} {subject:8.2f} {yardstick:8.2f} {_p95(self.subject):8.2f}"
            f" {self.ratio:6.2f} ≤ {self.aim:g} {verdict}"
        )


@dataclass(frozen=True)
class Limit:
    """Milliseconds of the subject alone, and what we want their median to stay under."""

    name: str
    times: list[float]
    at_most: float

    def line(self) -> str:
        taken = statistics.median(self.times)
        verdict = "ok" if taken <= self.at_most else "ABOVE"
        return (
            f"{self.name:<62} {taken:8.2f} {'':8} {_p95(self.times):8.2f}"
            f" {'':6} ≤ {self.at_most:g} ms {verdict}"
        )


def limit(name: str, subject: Callable, *, at_most: float, turns: int, warm_up: int = 1) -> Limit:
    times = [timed(subject) for _turn in range(warm_up + turns)]
    return Limit(name, times[warm_up:], at_most)


HEAD = f"{'medians of pairs, in ms':<62} {'ours':>8} {'beside':>8} {'our p95':>8} {'ratio':>6}"


def side_by_side(
    name: str, subject: Callable, yardstick: Callable, *, aim: float, pairs: int, warm_up: int = 3
) -> Comparison:
    """Time both in turns; the first few turns, which fill caches, don't count."""
    ours, beside = [], []
    for turn in range(warm_up + pairs):
        # Either goes first every other time, so that neither always finds the other's caches.
        for call, times in ((subject, ours), (yardstick, beside))[:: 1 if turn % 2 else -1]:
            taken = timed(call)
            if turn >= warm_up:
                times.append(taken)
    return Comparison(name, ours, beside, aim)


def timed(call: Callable) -> float:
    """Milliseconds that `call()` takes, or those it returns, where it knows better."""
    begun = time.perf_counter()
    own = call()
    return own if isinstance(own, float) else (time.perf_counter() - begun) * 1000


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]
