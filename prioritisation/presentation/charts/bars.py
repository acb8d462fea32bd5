"""A score as a bar: harm left of zero, gains right, lost value outlined after them. Pure.

One scale for a page. Places are percentages of the bar's width, as SVG takes them ("42.86%").
Rows and personas are those of `selectors.read_ranking`; points are ten-thousandths there.
"""

from dataclasses import dataclass
from math import ceil, floor

from prioritisation.presentation.formatting import UNIT, number, points, signed

STEP = 25
#: Lost value below this, in points, is shown only on the requirement's own page.
LEAST_LOST = 0.6
KINDS = ("end_user", "procurer", "advertiser", "other")
#: Where a cut-off bar is broken, and the tick of a score that lies beyond the break.
BREAK, BEYOND = "2.40%", "0.60%"


@dataclass(frozen=True, slots=True)
class Scale:
    low: float
    high: float
    """Score points at the left and right end; low ≤ 0 < high."""

    def at(self, score_points):
        """0…100, the place of a score; what lies beyond an end is at that end."""
        within = min(max(score_points, self.low), self.high)
        return (within - self.low) / (self.high - self.low) * 100

    def place(self, score_points):
        return f"{self.at(score_points):.2f}%"

    @property
    def zero(self):
        return self.place(0)

    @property
    def ticks(self):
        """(place, label) of the grid, zero included, from left to right."""
        step = STEP if self.high - self.low <= 75 else 2 * STEP
        values = range(ceil(self.low / step) * step, floor(self.high / step) * step + 1, step)
        return [(self.place(value), number(value)) for value in values]

    @property
    def grid(self):
        return [place for place, label in self.ticks if label != "0"]


@dataclass(frozen=True, slots=True)
class Piece:
    kind: str
    x: str
    width: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    scale: Scale
    solid: list
    """Pieces of harm and gain."""
    lost: list
    seams: list
    """Places between two pieces of one side."""
    net: str
    """The place of the score where there is harm, else empty: then the solid end is the score."""
    span: tuple
    """(from, to, words) of what the score could be; empty when nothing is missing."""
    broken: str
    """The place of the break mark; empty unless harm goes beyond the scale."""
    label: str


def in_order(personas):
    """End users first, then by kind: one order for all bars of a page."""
    return sorted(personas, key=lambda persona: (KINDS.index(persona.kind), persona.id))


def scale_for(rows):
    """From the lowest to the highest that these rows show, rounded outwards to 25.

    Harm takes at most a third of the width; what goes beyond is cut off, with a break mark.
    """
    top = bottom = 0
    for row in rows:
        # Of a thousand requirements: summed up for all of them at once, where they were read so.
        gains, harm = row.extent or _extent(row)
        top, bottom = max(top, gains / UNIT), min(bottom, harm / UNIT)
    high = max(STEP, ceil(top / STEP) * STEP)
    low = floor(bottom / STEP) * STEP
    return Scale(max(low, -high / 2), high)


def _extent(row):
    gains = harm = 0
    for value in row.contributions.values():
        if value > 0:
            gains += value
        else:
            harm += value
    for value in row.unrealised.values():
        if value >= LEAST_LOST * UNIT:
            gains += value
    return gains, harm


def bar_of(row, personas, scale):
    """The Bar of a scored row; personas as `in_order` gives them."""
    solid, seams = _solid(row, personas, scale)
    harm = _harm(row)
    beyond = scale.low if harm < scale.low else None
    net = ""
    if harm < 0:
        score = row.score / UNIT
        net = BEYOND if beyond is not None and score <= beyond else scale.place(score)
    return Bar(
        scale=scale,
        solid=solid,
        lost=_outlined(row, personas, scale),
        seams=seams,
        net=net,
        span=_span(row, scale),
        broken="" if beyond is None else BREAK,
        label=_in_words(row, personas),
    )


def _gains(row):
    return sum(value for value in row.contributions.values() if value > 0) / UNIT


def _harm(row):
    return sum(value for value in row.contributions.values() if value < 0) / UNIT


def _lost(row):
    shown = {persona: value / UNIT for persona, value in row.unrealised.items()}
    return {persona: value for persona, value in shown.items() if value >= LEAST_LOST}


def _solid(row, personas, scale):
    pieces, seams, ends = [], [], {True: 0, False: 0}
    for persona in personas:
        value = row.contributions.get(persona.id, 0) / UNIT
        if not value:
            continue
        side = value > 0
        start, end = ends[side], ends[side] + value
        ends[side] = end
        piece = _piece(persona.kind, start, end, scale, f"{persona.name}: {signed(value, 1)}")
        if piece is None:
            continue
        pieces.append(piece)
        if start:
            seams.append(scale.place(start))
    return pieces, seams


def _outlined(row, personas, scale):
    lost, pieces, end = _lost(row), [], _gains(row)
    for persona in personas:
        if persona.id in lost:
            start, end = end, end + lost[persona.id]
            words = f"{number(lost[persona.id], 1)} lost because people won’t use it"
            pieces.append(_piece(persona.kind, start, end, scale, f"{persona.name}: {words}"))
    return [piece for piece in pieces if piece]


def _piece(kind, start, end, scale, title):
    left, right = sorted((scale.at(start), scale.at(end)))
    if right == left:
        return None
    return Piece(kind, f"{left:.2f}%", f"{right - left:.2f}%", title)


def _span(row, scale):
    if row.low is None or row.low == row.high:
        return ()
    low, high = row.low / UNIT, row.high / UNIT
    return scale.place(low), scale.place(high), f"Could be {number(low)} to {number(high)}"


def _in_words(row, personas):
    parts = [
        f"{persona.name} {signed(row.contributions[persona.id] / UNIT, 1)}"
        for persona in personas
        if row.contributions.get(persona.id)
    ]
    lost = sum(_lost(row).values())
    words = ", ".join(parts) or "Nobody gains or loses"
    if lost:
        words += f"; {number(lost, 1)} lost because people won’t use it"
    return f"{words}. Score {points(row.score)}"
