"""A persona's adoption over time: its readings as points of a small line. Pure."""

from dataclasses import dataclass
from datetime import date

from prioritisation.presentation.formatting import percent

LEFT, WIDTH, FOOT, HEIGHT = 34, 160, 90, 82
#: readings that are drawn, and those that the table names
POINTS, ROWS = 12, 60
#: a line that spans fewer days is dated by days, one that spans more by months
A_FEW_MONTHS, A_YEAR = 75, 330


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    day: date
    share: float
    label: str
    """Of the axis; empty but for the first and the last."""


@dataclass(frozen=True, slots=True)
class Trend:
    points: list
    """Oldest first; fewer than two readings draw no line."""
    rows: list
    """(reading, adoption 0…1 or None where nobody has it) of the latest, newest first."""

    @property
    def words(self):
        """11 % on 23 July 2026, 28 % on 12 November 2026: for those who don't see the line."""
        return ", ".join(
            f"{percent(point.share)} on {point.day.day} {point.day:%B %Y}" for point in self.points
        )


def trend(readings, policy):
    """The Trend of readings (oldest first) under a policy's assumption of adoption."""
    shares = [(reading, _adoption(reading, policy)) for reading in readings]
    known = [(reading, share) for reading, share in shares if share is not None][-POINTS:]
    points = _points(known) if len(known) > 1 else []
    return Trend(points, shares[: -ROWS - 1 : -1])


def _adoption(reading, policy):
    """As in docs/score.md; None where nobody has it, so that nobody could have been seen."""
    if not reading.installed:
        return None
    loyal = reading.active - reading.worked_around
    believed = policy.assumed_seats * policy.assumed_adoption
    return (loyal + believed) / (reading.installed + policy.assumed_seats)


def _points(known):
    first, last = known[0][0].observed_on, known[-1][0].observed_on
    days = (last - first).days
    form = "%b %y" if days > A_YEAR else "%b" if days > A_FEW_MONTHS else ""
    return [
        Point(
            x=round(LEFT + (reading.observed_on - first).days / days * WIDTH, 1),
            y=round(FOOT - share * HEIGHT, 1),
            day=reading.observed_on,
            share=share,
            label=_label(reading.observed_on, form) if reading.observed_on in (first, last) else "",
        )
        for reading, share in known
    ]


def _label(day, form):
    return f"{day:{form}}" if form else f"{day.day} {day:%b}"
