"""A requirement's rank over the last weeks, as a small line. Pure."""

from dataclasses import dataclass

from prioritisation.presentation.formatting import NONE, number

#: One place a week, oldest first, and then the present one.
WEEKS = 8
#: Two weeks ago is this one from the end of those.
TWO_WEEKS = -2
WIDTH, TOP, BOTTOM = 70, 3, 19


@dataclass(frozen=True, slots=True)
class Trend:
    """Points of an SVG 76 wide and 22 high, rank 1 at the top."""

    points: str
    end: tuple
    """(x, y) of the present place."""
    words: str


@dataclass(frozen=True, slots=True)
class Recent:
    """What a ranking comes from. Empty before two weeks of history."""

    ranks: dict
    """Requirement id → its ranks, WEEKS of them, None where it had none."""
    expected: dict
    """Id of a shipped one → which part of the people was expected to use it."""
    adopted: float | None = None
    """Which part uses the product now."""

    @property
    def lowest(self):
        return max((rank for ranks in self.ranks.values() for rank in ranks if rank), default=1)


NOTHING = Recent({}, {})


def trend_of(ranks, rank, lowest):
    """The Trend of `ranks`, then `rank`, between 1 and `lowest`; None for one without a place."""
    if rank is None:
        return None
    places = [*(ranks or [None] * WEEKS), rank]
    step = (BOTTOM - TOP) / max(lowest - 1, rank - 1, 1)
    drawn = [
        (f"{week * WIDTH / WEEKS:g}", f"{TOP + (place - 1) * step:.1f}")
        for week, place in enumerate(places)
        if place
    ]
    told = ", ".join(NONE if place is None else number(place) for place in places)
    return Trend(" ".join(",".join(one) for one in drawn), drawn[-1], f"Rank over 8 weeks: {told}")
