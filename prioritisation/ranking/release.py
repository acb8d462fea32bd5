"""What the next release holds: must do and being built first, then by the page's order. Pure."""

from dataclasses import dataclass

from prioritisation.presentation.formatting import amount, count, with_unit

#: Above this share of the whole, must-do work is marked.
MUCH = 0.4
METER_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Cut:
    lead: str
    rest: str


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of the release is must do. width is of METER_WIDTH, 0 where capacity is unknown."""

    words: str
    width: str
    mark: str
    much: bool


def meter_of(must, capacity, unit):
    used, unknown = _effort(must)
    words = f"{count(len(must), 'item')}, "
    words += f"{amount(used)} of {with_unit(capacity, unit)}" if capacity else with_unit(used, unit)
    if unknown:
        words += f", {unknown} not estimated"
    share = used / capacity if capacity else 0
    return Meter(
        words=words,
        width=f"{min(share, 1) * METER_WIDTH:g}" if capacity else "",
        mark=f"{MUCH * METER_WIDTH:g}",
        much=share > MUCH,
    )


def cut_line(committed, ranked, capacity, unit):
    """(Cut, the row it stands above, or None for below the last). (None, None) without capacity.

    `committed` (must do, being built) is in the release whatever it needs; of `ranked` what fits,
    in order, up to the first that doesn't. What does more harm than good fills no release.
    """
    if not capacity or not ranked:
        return None, None
    used, unknown = _effort(committed)
    if used > capacity:
        needs = f"Must do and being built need {amount(used)} of {with_unit(capacity, unit)}."
        return Cut("The next release is full.", needs), ranked[0]
    for row in ranked:
        if row.score <= 0:
            return _fits(used, unknown, capacity, unit), row
        if row.effort is None:
            unknown += 1
        elif used + row.effort > capacity:
            left = capacity - used
            needs = f"“{row.title}” needs {amount(row.effort)}, {amount(left)} {_be(left)} left."
            rest = f"{_used(used, capacity, unit)}; {needs}{_unestimated(unknown)}"
            return Cut("The next release ends here.", rest), row
        else:
            used += row.effort
    return _fits(used, unknown, capacity, unit), None


def _fits(used, unknown, capacity, unit):
    rest = f"{_used(used, capacity, unit)}.{_unestimated(unknown)}"
    return Cut("All of this fits the next release.", rest)


def _used(used, capacity, unit):
    return f"{amount(used)} of {with_unit(capacity, unit)} {_be(used)} used"


def _be(value):
    return "is" if value == 1 else "are"


def _unestimated(unknown):
    return (
        f" {count(unknown, 'item')} above {'has' if unknown == 1 else 'have'} no estimate."
        if unknown
        else ""
    )


def _effort(rows):
    """(sum of the known efforts, how many are unknown)."""
    known = [row.effort for row in rows if row.effort is not None]
    return sum(known), len(rows) - len(known)
