"""The moments at which History looks back. Pure.

A span is cut into at most a dozen equal parts, counted back from now. A day stands for its end, so
that a date in an address means the same tomorrow.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

MOST = 13
PARTS = [
    *(timedelta(minutes=n) for n in (1, 5, 15, 60, 180, 720)),
    *(timedelta(days=n) for n in (1, 2, 7, 14, 28, 91, 182, 364, 1820, 18200)),
]
DAY = timedelta(days=1)
#: name in the address → (words, length or None for all)
RANGES = {
    "8w": ("8 weeks", timedelta(weeks=8)),
    "half": ("Half a year", timedelta(weeks=26)),
    "all": ("All", None),
}
DEFAULT = "8w"


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime
    value: str
    """As an address names it: a date, a time or a version."""
    words: str
    short: str
    """For an axis."""


def moments(began, now, name):
    """The Moments of the range of that name, oldest first; the last is now, aware as `now` is.

    Where the range reaches back to `began`, the first is that, and its value is version 1.
    """
    length = RANGES[name][1]
    from_the_start = length is None or now - length <= began
    start = began if from_the_start else now - length
    part = next(part for part in PARTS if (now - start) / part <= MOST)
    found = [latest(now)]
    place = now
    while True:
        place -= part
        at = _end_of_day(place) if part >= DAY else place.replace(second=0, microsecond=0)
        if at < start - (timedelta(0) if from_the_start else DAY) or at <= began:
            break
        found.append(on_day(at.date(), now) if part >= DAY else at_time(at, now))
    if from_the_start and began < now:
        found.append(_first(began, now))
    return found[::-1]


def latest(now):
    return Moment(now, "", f"now, {now:%H:%M}", "now")


def _first(began, now):
    return Moment(began, "1", f"the first, {_day(began, now)}, {began:%H:%M}", _short(began, now))


def on_day(day, now):
    """The end of a day, or now while it isn't over."""
    at = datetime.combine(day, time.max, tzinfo=now.tzinfo)
    return Moment(min(at, now), day.isoformat(), _day(at, now), f"{day.day} {day:%b}")


def at_time(at, now):
    value = f"{at:%Y-%m-%dT%H:%M}"
    return Moment(at, value, f"{_day(at, now)}, {at:%H:%M}", f"{at:%H:%M}")


def at_version(version, at, now):
    return Moment(at, str(version), f"version {version}, {_day(at, now)}, {at:%H:%M}", "")


def read(text, now):
    """What an address names: a version (int), a Moment, or None if it is neither."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    try:
        if len(text) == len("2026-11-03"):
            return on_day(date.fromisoformat(text), now)
        at = datetime.fromisoformat(text).replace(tzinfo=now.tzinfo)
        return at_time(min(at, now), now)
    except (ValueError, OverflowError):
        return None


def _end_of_day(at):
    return datetime.combine(at.date(), time.max, tzinfo=at.tzinfo)


def _day(at, now):
    if at.date() == now.date():
        return "today"
    year = "" if at.year == now.year else f" {at.year}"
    return f"{at.day} {at:%B}{year}"


def _short(at, now):
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at.day} {at:%b}"
