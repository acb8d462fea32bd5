"""The map: what end users gain against what payers gain, or value against effort. Pure.

`chart` takes what `read_ranking(product)` returns; `value_map/page.html` draws the Chart.
Places are percentages of the chart's width ("42.86%") and pixels of its height.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import median

from prioritisation.presentation.charts.axis import Axis
from prioritisation.presentation.charts.labels import Box, Disc, place_labels, width_of
from prioritisation.presentation.formatting import UNIT, number, unit_for, with_unit

#: the plot's edges: shares of the chart's width, pixels of its height
LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 0.045, 0.985, 30, 552, 576
#: the chart may be so wide, in pixels; where it would be narrower, lists take its place
WIDTHS = (820, 1700)
LARGEST, SMALLEST, UNKNOWN, EVEN = 21, 7, 13, 9
#: the room that the names of the corners need on either side of the axes
ROOM_X, ROOM_Y, MARGIN_Y = 0.17, 0.1, 0.1
#: bubbles drawn at most; the table names all
MOST = 80

LOVED_PAID, LOVED, PAID, NEITHER = (
    "Loved and paid for",
    "Loved, nobody pays",
    "Paid for, not used",
    "Think again",
)


@dataclass(frozen=True, slots=True)
class Bubble:
    row: object
    x: str
    y: float
    r: float
    harm: bool
    dashed: bool
    """Its effort isn't known."""
    label: object
    """A labels.Label, or None where there is no room for it."""
    words: str


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the table, and of the list of its corner; values in −100…100."""

    row: object
    users: float
    payers: float
    corner: str
    words: str

    @property
    def harm(self):
        return "harms" in self.row.flags

    @property
    def users_words(self):
        return number(self.users)

    @property
    def payers_words(self):
        return number(self.payers)


@dataclass(frozen=True, slots=True)
class Corner:
    name: str
    items: list
    x: str
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Chart:
    by_effort: bool
    bubbles: list
    """Large ones first, so that small ones lie on top."""
    items: list
    """All, in the order of the ranking."""
    corners: list
    x_ticks: list
    y_ticks: list
    """(place, label) of each grid line."""
    zero: tuple
    """(x, y) where the axes cross."""
    ray: tuple
    """(x, y) of the end of the line of the middle value for effort, else empty."""
    unit: str
    left_out: int
    """Bubbles that aren't drawn, because there are too many."""
    height: int = HEIGHT
    plot_height: int = BOTTOM - TOP
    edges: tuple = (f"{LEFT:.2%}", f"{RIGHT:.2%}", TOP, BOTTOM)

    @property
    def per(self):
        return unit_for(1, self.unit)

    @property
    def bad_width(self):
        """Of the half where end users lose."""
        return f"{float(self.zero[0][:-1]) - LEFT * 100:.2f}%"


def chart(ranking, *, by_effort=False):
    """The Chart of a Ranking's rated requirements; over score and effort with `by_effort`."""
    unit = ranking.product.effort_unit
    rows = [row for row in ranking.rows if row.ranked]
    values = _values(rows, ranking.personas)
    middle = _middle(rows) if by_effort else None
    items = []
    for row, (users, payers) in zip(rows, values, strict=True):
        corner = _by_effort(row, middle, unit) if by_effort else _by_value(users, payers)
        items.append(Item(row, users, payers, corner, _words(row, users, payers, unit)))
    placed = [one for one in items if not by_effort or one.row.effort is not None]
    points = [_point(one, by_effort) for one in placed]
    x = Axis.over([x for x, _ in points], below=0.02 if by_effort else ROOM_X, above=ROOM_X)
    y = Axis.over([y for _, y in points], below=ROOM_Y, above=ROOM_Y, margin=MARGIN_Y)
    corners = [_corner(name, items, *place) for name, place in _names(by_effort, unit, x, y)]
    return Chart(
        by_effort=by_effort,
        bubbles=_bubbles(placed[:MOST], points, x, y, corners, by_effort),
        items=items,
        corners=corners,
        x_ticks=[(_x(x, value), label) for value, label in x.ticks],
        y_ticks=[(_y(y, value), label) for value, label in y.ticks],
        zero=(_x(x, 0), _y(y, 0)),
        ray=_ray(middle, x, y),
        unit=unit,
        left_out=max(0, len(placed) - MOST),
    )


def _values(rows, personas):
    """(end users', payers' before reach) value of each row, both in −100…100."""
    say = sum(persona.weight for persona in personas if persona.is_end_user)
    users = [persona.id for persona in personas if persona.is_end_user]
    payers = [persona.id for persona in personas if not persona.is_end_user]
    return [
        (
            _sum(row.contributions, users) / say if say else 0,
            # What they gain and what is lost because people won't use it: the gain before reach.
            (_sum(row.contributions, payers) + _sum(row.unrealised, payers)) / (1 - say)
            if payers
            else 0,
        )
        for row in rows
    ]


def _sum(stored, ids):
    return sum(stored.get(persona, 0) for persona in ids) / UNIT


def _by_value(users, payers):
    if users > 0:
        return LOVED_PAID if payers > 0 else LOVED
    return PAID if payers > 0 else NEITHER


def _middle(rows):
    """The middle value for effort, or None."""
    known = [row.value_for_effort for row in rows if row.value_for_effort is not None]
    return median(known) if known else None


def _by_effort(row, middle, unit):
    more, less, none, unknown = _effort_names(unit)
    if row.score <= 0:
        return none
    if row.value_for_effort is None:
        return unknown
    return more if row.value_for_effort >= middle else less


def _effort_names(unit):
    per = f"per {unit_for(1, unit)}"
    return f"Most value {per}", f"Less value {per}", "No value", "Not estimated"


def _names(by_effort, unit, x, y):
    """(name, (x, y, anchor)) of the corners; one without a place is only a list."""
    left, right = f"{LEFT + 0.01:.2%}", f"{RIGHT - 0.01:.2%}"
    top, bottom = TOP + 20, BOTTOM - 12
    if by_effort:
        names = _effort_names(unit)
        left = f"{_share(x, 0) + 0.01:.2%}"
        lower = _y(y, 0) - 10
        places = [(left, top, "start"), (right, lower, "end"), (right, bottom, "end"), ("", 0, "")]
    else:
        names = (LOVED_PAID, LOVED, PAID, NEITHER)
        places = [
            (right, top, "end"),
            (right, bottom, "end"),
            (left, top, "start"),
            (left, bottom, "start"),
        ]
    return list(zip(names, places, strict=True))


def _corner(name, items, x, y, anchor):
    return Corner(name, [one for one in items if one.corner == name], x, y, anchor)


def _words(row, users, payers, unit):
    effort = "effort not known" if row.effort is None else with_unit(row.effort, unit)
    harm = ", harms somebody" if "harms" in row.flags else ""
    return f"end users {number(users)}, buyers and sponsors {number(payers)}, {effort}{harm}"


def _point(item, by_effort):
    return (item.row.effort, item.row.score / UNIT) if by_effort else (item.users, item.payers)


def _share(axis, value):
    return LEFT + axis.at(value) * (RIGHT - LEFT)


def _x(axis, value):
    return f"{_share(axis, value):.2%}"


def _y(axis, value):
    return round(BOTTOM - axis.at(value) * (BOTTOM - TOP), 1)


def _bubbles(items, points, x, y, corners, by_effort):
    most = max((one.row.effort or 0 for one in items), default=0)
    discs = [
        Disc(
            _share(x, across),
            _y(y, up),
            EVEN if by_effort else _radius(one.row.effort, most),
            one.row.title,
        )
        for one, (across, up) in zip(items, points, strict=False)
    ]
    labels = place_labels(
        discs,
        widths=WIDTHS,
        height=BOTTOM,
        taken=[_taken(one) for one in corners if one.anchor],
        better_not=[Box.line(_y(y, 0))],
    )
    found = [
        Bubble(
            row=one.row,
            x=f"{disc.x:.2%}",
            y=disc.y,
            r=round(disc.r, 1),
            harm=one.harm,
            dashed=one.row.effort is None,
            label=label,
            words=f"{one.row.title}: {one.words}",
        )
        for one, disc, label in zip(items, discs, labels, strict=True)
    ]
    return sorted(found, key=lambda bubble: -bubble.r)


def _radius(effort, most):
    """The area goes with the effort, down to a disc that can still be seen and hit."""
    return UNKNOWN if effort is None else max(SMALLEST, LARGEST * sqrt(effort / most))


def _taken(corner):
    x, width = float(corner.x.rstrip("%")) / 100, width_of(corner.name) * 1.1
    left = 0 if corner.anchor == "start" else -width
    return Box(x, left, left + width, corner.y - 14, corner.y + 5)


def _ray(middle, x, y):
    """Where the line from zero through the middle value for effort leaves the plot."""
    if not middle:
        return ()
    across = min(x.high, y.high / middle)
    return _x(x, across), _y(y, across * middle)
