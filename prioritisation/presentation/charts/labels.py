"""Where the names beside the discs of a chart go, so that none lies on another. Pure.

A chart is as wide as its page and its text isn't scaled. So a place is a share of the width plus
pixels, and a name must find room at the narrowest *and* at the widest: the gap between two boxes
is linear in the width, so one that is positive at both ends is positive at all widths between.
"""

from dataclasses import dataclass
from itertools import chain
from math import hypot, inf

#: pixels, of 12.5 px Inter, and how high a line of it is
NARROW, WIDE, CHARACTER = 3.6, 10.2, 6.9
ABOVE, BELOW = 11, 5
LONGEST = 46
#: between a disc and its name, and between two names
AWAY, GAP = 6, 3
#: how far up or down a name may go, on a lead
REACH = (22, 38, 54, 70)


@dataclass(frozen=True, slots=True)
class Disc:
    x: float
    """0…1 of the chart's width."""
    y: float
    r: float
    """Pixels, as y is."""
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    text: str
    dx: float
    dy: float
    """Pixels from the disc's middle to the text's anchor."""
    anchor: str
    """start or end."""
    lead: tuple = ()
    """(x1, y1, x2, y2) of a line from the disc to it; empty when it stands right beside."""


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    left: float
    right: float
    top: float
    bottom: float
    """From x, a share of the width, by so many pixels; top and bottom in pixels."""

    def clear_of(self, other, widths):
        if self.bottom + GAP <= other.top or other.bottom + GAP <= self.top:
            return True
        return self._is_left_of(other, widths) or other._is_left_of(self, widths)

    def clear_of_all(self, others, widths):
        return all(self.clear_of(other, widths) for other in others)

    def _is_left_of(self, other, widths):
        return all(
            self.x * width + self.right + GAP <= other.x * width + other.left for width in widths
        )

    @classmethod
    def line(cls, y):
        """A line across the whole chart."""
        return cls(0, -inf, inf, y, y)

    def within(self, widths, height):
        inside = all(
            self.x * width + self.left >= 0 and self.x * width + self.right <= width
            for width in widths
        )
        return inside and self.top >= 0 and self.bottom <= height


def width_of(text):
    """About how many pixels wide the text is."""
    return sum(
        NARROW if letter in " iljtfrI.,’'“”|()[]1:;" else WIDE if letter in "mwMWQO–" else CHARACTER
        for letter in text
    )


def shortened(text):
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def place_labels(discs, *, widths, height, taken=(), better_not=()):
    """A Label for each Disc, in their order; None where there is no room for it.

    `widths` are the narrowest and the widest that the chart can be, `taken` Boxes of what else is
    there, `better_not` those of lines that a name crosses only if there is no other way. The
    earlier a disc comes, the sooner it has its choice.
    """
    around = [Box(disc.x, -disc.r, disc.r, disc.y - disc.r, disc.y + disc.r) for disc in discs]
    named, labels = list(taken), []
    for index, disc in enumerate(discs):
        others = around[:index] + around[index + 1 :] + named
        best, found = 4, (None, [])
        for label in _choices(disc):
            text, *lead = _boxes(disc, label)
            if not (text.within(widths, height) and text.clear_of(around[index], widths)):
                continue
            crosses = not all(line.clear_of_all(others, widths) for line in lead)
            blemish = 2 * crosses + (not text.clear_of_all(better_not, widths))
            if blemish < best and text.clear_of_all(others, widths):
                best, found = blemish, (label, [text, *lead])
                if not best:
                    break
        labels.append(found[0])
        named += found[1]
    return labels


def _choices(disc):
    text = shortened(disc.text)
    side, corner = disc.r + AWAY, disc.r * 0.75 + AWAY / 2
    beside = [
        (side, 4),
        (-side, 4),
        *(
            (dx, dy)
            for dx in (corner, -corner)
            for dy in (disc.r * 0.75 + ABOVE, -disc.r * 0.75 - BELOW)
        ),
    ]
    led = (
        (dx, dy)
        for far in REACH
        for dx in (side + 8, -side - 8, 4, -4)
        for dy in (disc.r / 2 + far, 8 - disc.r / 2 - far)
    )
    for lead, (dx, dy) in chain(((False, at) for at in beside), ((True, at) for at in led)):
        dx, dy = round(dx, 1), round(dy, 1)
        line = _lead(disc.r, dx - 3 if dx > 0 else dx + 3, dy - 4) if lead else ()
        yield Label(text, dx, dy, "start" if dx > 0 else "end", line)


def _lead(r, x, y):
    """From the disc's edge to (x, y)."""
    away = r / hypot(x, y)
    return tuple(round(place, 1) for place in (x * away, y * away, x, y))


def _boxes(disc, label):
    """Of the text and, where there is one, of the line that leads to it."""
    width = width_of(label.text)
    left = label.dx if label.anchor == "start" else label.dx - width
    y = disc.y + label.dy
    text = Box(disc.x, left, left + width, y - ABOVE, y + BELOW)
    if not label.lead:
        return [text]
    x1, y1, x2, y2 = label.lead
    low, high = sorted((disc.y + y1, disc.y + y2))
    return [text, Box(disc.x, min(x1, x2), max(x1, x2), low, high)]
