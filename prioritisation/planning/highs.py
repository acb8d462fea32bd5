"""HiGHS: a maximum in variables between bounds, under linear rows, with a time limit."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import highspy
import numpy as np

#: Whether to go on is asked, and how far it is told, so often at most, in seconds.
EVERY = 0.25
#: Larger objectives lose their last digits in a float, and the proof with them.
MAX_OBJECTIVE = 2.0**50

INFINITY = highspy.kHighsInf


class Cancelled(Exception):
    """Whoever asked for the plan no longer wants it."""


@dataclass(frozen=True, slots=True)
class Progress:
    seconds: float
    gap: float | None
    """How far what is found is from the most that there can be, 0…1; None: nothing found yet."""


@dataclass
class Watch:
    """The time that all solving for one answer may take together, and who is told of it."""

    time_limit: float
    cancelled: Callable[[], bool] = lambda: False
    progress: Callable[[Progress], None] = lambda _progress: None
    begun: float = field(default_factory=time.monotonic)
    _told: float = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    @property
    def left(self) -> float:
        return max(self.time_limit - self.seconds, 0.0)

    def look(self, gap: float | None) -> None:
        """Raise Cancelled if that is so, and tell the progress; both only every quarter second."""
        if self.seconds - self._told < EVERY:
            return
        self._told = self.seconds
        if self.cancelled():
            raise Cancelled
        self.progress(Progress(self.seconds, gap))


@dataclass(frozen=True, slots=True)
class Answer:
    values: np.ndarray | None
    """float64 by column; None: there is no solution, or none was found in time."""
    bound: float
    """No solution is worth more."""
    proven: bool
    """The values are the best there are, or there are none."""


class Model:
    """Rows and columns as they are added; solved as often as one likes."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.worth: list[float] = []
        self.whole: list[bool] = []
        self._starts = [0]
        self._columns: list[int] = []
        self._factors: list[float] = []
        self._row_lower: list[float] = []
        self._row_upper: list[float] = []

    def column(
        self, worth: float, lower: float = 0.0, upper: float = 1.0, whole: bool = True
    ) -> int:
        self.worth.append(worth)
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.worth) - 1

    def row(self, terms: Iterable[tuple[int, float]], lower: float, upper: float) -> None:
        """lower ≤ Σ factor · column ≤ upper, of (column, factor)."""
        for column, factor in terms:
            self._columns.append(column)
            self._factors.append(factor)
        self._starts.append(len(self._columns))
        self._row_lower.append(lower)
        self._row_upper.append(upper)

    def solve(self, watch: Watch, step: float = 1.0) -> Answer:
        """The most that there is. Two different totals are at least `step` apart: closer, it's
        proven. The same model gives the same answer, unless the time is up.

        HiGHS isn't given a plan to start from: 1.16 then carries it wrongly through its presolve
        now and then, and calls it optimal."""
        if not self.worth:
            return Answer(np.zeros(0), 0.0, proven=True)
        scale = min(1.0, MAX_OBJECTIVE / max(sum(abs(worth) for worth in self.worth), 1.0))
        solver = highspy.Highs()
        solver.silent()
        options: dict[str, str | int | float] = {
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
            "mip_rel_gap": 0.0 if scale == 1.0 else 1e-12,
            "mip_abs_gap": 0.999 * step * scale,
            "time_limit": watch.left,
        }
        for name, value in options.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._lp(scale))
        _run(solver, watch)
        return _answer(solver, scale, whole=any(self.whole))

    def _lp(self, scale: float) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.worth), len(self._row_lower)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = np.array(self.worth, float) * scale
        lp.col_lower_, lp.col_upper_ = np.array(self.lower, float), np.array(self.upper, float)
        lp.row_lower_ = np.array(self._row_lower, float)
        lp.row_upper_ = np.array(self._row_upper, float)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self._starts, np.int32)
        lp.a_matrix_.index_ = np.array(self._columns, np.int32)
        lp.a_matrix_.value_ = np.array(self._factors, float)
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self.whole]
        return lp


def _run(solver: highspy.Highs, watch: Watch) -> None:
    raised: list[BaseException] = []

    def look(event: highspy.highs.HighsCallbackEvent) -> None:
        # What is raised here would end in C++: it is kept until the solver has returned.
        try:
            watch.look(_gap(event.data_out))
        except BaseException as exception:  # noqa: BLE001
            raised.append(exception)
            event.interrupt()

    solver.cbMipInterrupt.subscribe(look)
    solver.run()
    solver.clearCallbacks()
    if raised:
        raise raised[0]


def _gap(told: highspy.cb.HighsCallbackOutput) -> float | None:
    found, bound = told.mip_primal_bound, told.mip_dual_bound
    if not (np.isfinite(found) and np.isfinite(bound)):
        return None
    return min(abs(bound - found) / max(abs(bound), 1e-9), 1.0)


def _answer(solver: highspy.Highs, scale: float, *, whole: bool) -> Answer:
    status, states = solver.getModelStatus(), highspy.HighsModelStatus
    if status in (states.kInfeasible, states.kUnboundedOrInfeasible):
        return Answer(None, -INFINITY, proven=True)
    if status not in (states.kOptimal, states.kTimeLimit):
        raise RuntimeError(f"HiGHS: {solver.modelStatusToString(status)}.")
    info = solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value) if found else None
    proven = status == states.kOptimal
    if whole:
        return Answer(values, info.mip_dual_bound / scale, proven)
    return Answer(values, info.objective_function_value / scale if proven else INFINITY, proven)
