"""All that the page of History shows, read in a fixed number of queries."""

from dataclasses import dataclass, replace

from prioritisation.history import time_ranges
from prioritisation.history.milestones import POLICY, milestones
from prioritisation.history.rank_changes import Comparison, compare
from prioritisation.history.reasons import why_moved
from prioritisation.presentation.charts.rank_lines import Chart, lines
from prioritisation.presentation.formatting import count
from prioritisation.selectors.past_rankings import (
    rankings_at,
    runs_around,
    titles_of,
    versions_at,
    when,
)

#: causes that are told of each move
CAUSES = 3
PASSED = "Its score stayed; others passed it."


@dataclass(frozen=True, slots=True)
class History:
    range: str
    moments: list
    choices: list
    """Moments that may be compared."""
    chart: Chart
    milestones: list
    has_earlier: bool
    """Whether there were more milestones before these."""
    start: time_ranges.Moment
    end: time_ranges.Moment
    between: tuple
    """The versions that are compared."""
    comparison: Comparison

    @property
    def policies(self):
        return sum(one.kind == POLICY for one in self.milestones)

    @property
    def readings(self):
        return len(self.milestones) - self.policies


def look_back(product, *, range_name, start="", end="", now):
    """The product's History, or None before its first run.

    `range_name` is one of spans.RANGES; `start` and `end` name the two points compared, as an
    address does: a date, a time or a version. What names nothing is the range's first and last.
    """
    around = runs_around(product)
    if around is None:
        return None
    first, last = around
    moments = time_ranges.moments(first.at, max(now, first.at), range_name)
    start = _point(product, start, now, last.version) or moments[0]
    end = _point(product, end, now, last.version) or moments[-1]
    start, end = _same(start, moments), _same(end, moments)
    versions = versions_at(product, [one.at for one in (*moments, start, end)])
    rankings = rankings_at(product, versions)
    *of_moments, then, now_ = (rankings[version] for version in versions)
    titles = titles_of(
        product, {one.requirement_id for places in rankings.values() for one in places}
    )
    found, has_earlier = milestones(product, moments[0].at)
    comparison = explained(product, compare(then, now_, titles), *versions[-2:])
    return History(
        range=range_name,
        moments=moments,
        choices=_in_time({one.at: one for one in (*moments, start, end)}.values()),
        chart=lines(
            moments,
            of_moments,
            titles=titles,
            milestones=found,
            compared=(start.at, end.at),
            hot=[move.requirement_id for move in comparison.moves if move.by],
        ),
        milestones=found,
        has_earlier=has_earlier,
        start=start,
        end=end,
        between=tuple(versions[-2:]),
        comparison=comparison,
    )


def explained(product, comparison, start, end):
    """The comparison with what moved each score most; from a later to an earlier point, nothing."""
    if start >= end:
        return comparison
    ids = [move.requirement_id for move in comparison.moves]
    found = why_moved(product, start, end, ids, weightiest=CAUSES)
    moves = [
        replace(move, causes=_causes(*found.get(move.requirement_id, (None, ()))))
        for move in comparison.moves
    ]
    return replace(comparison, moves=moves)


def _causes(movement, reasons):
    """The weightiest reasons; the score itself may have stayed where others passed it."""
    if not reasons:
        return (PASSED,)
    weighty = sorted(reasons, key=lambda reason: -abs(reason.by))[:CAUSES]
    left = len(reasons) - len(weighty) + movement.left
    words = [f"and {count(left, 'smaller cause')}"] if left else []
    if movement.is_cut:
        words.append(f"and what came before version {movement.since + 1}")
    return (*weighty, *words)


def _point(product, text, now, last):
    found = time_ranges.read(text, now)
    if isinstance(found, int):
        version = min(max(found, 1), last)
        at = when(product, version)
        return at and time_ranges.at_version(version, at.astimezone(now.tzinfo), now)
    return found


def _same(point, moments):
    """The moment of the chart that the point is, if it is one."""
    return next((one for one in moments if one.at == point.at), point)


def _in_time(points):
    return sorted(points, key=lambda one: one.at)
