"""History's lines: the ranks of the top ten over time, and what happened meanwhile. Pure.

`lines` takes past.Places at each of spans.Moments; `history/_lines.html` draws the Chart.
Places are units of a viewBox, WIDTH wide.
"""

from dataclasses import dataclass

from prioritisation.presentation.charts.labels import width_of
from prioritisation.presentation.formatting import number, ordinal

#: Lines are drawn for those in the top so many, now or at one of the moments.
TOP = 10
#: lines at most, should the top ten have changed that often
MOST = 24
WIDTH, LEFT, RIGHT, NAMES = 1100, 44, 690, 712
FIRST_ROW, ROW, BELOW = 70, 30, 24
#: by how much text is larger in a narrow chart than the 12.5 units it has in a wide one
LARGEST = 1.3
NAME_ROOM = 385 / LARGEST
#: lines that are highlighted
HOT = 2
#: between two of the axis's words, two milestones that share a mark, two marks' words
ROOM, TOGETHER, APART = 46, 12, 24


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    requirement_id: int
    number: int
    key: str
    title: str
    exists: bool
    path: str
    dots: list
    """At its ends and at the two points compared."""
    name: str
    y: float
    """Of the name at the right."""
    left: Dot | None
    """Where it left the ranking."""
    hot: bool
    words: str
    ranks: list
    """Rank at each moment, as words."""
    spark: str
    """Points of a small line, 96 × 24."""


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    words: str
    """Empty where there is no room for it."""
    anchor: str
    """middle, or start where what is at the left leaves no more room."""
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    lines: list
    """In the order of their names, those that are highlighted last."""
    ticks: list
    """(x, words) along the top."""
    rows: list
    """(y, rank) along the left."""
    marks: list
    bands: list
    """x of the points compared."""
    height: float
    width: int = WIDTH
    names: int = NAMES

    @property
    def in_order(self):
        return sorted(self.lines, key=lambda line: line.y)


def lines(moments, rankings, *, titles, milestones=(), compared=(), hot=()):
    """The Chart.

    moments    spans.Moments, oldest first
    rankings   a list of past.Places for each of them
    titles     requirement id → (title, whether it exists)
    compared   the two moments (aware datetimes) that are compared below the chart
    hot        ids of requirements, of which the first that are drawn are highlighted
    """
    scale = _Scale(moments[0].at, moments[-1].at)
    shown = _shown(rankings)
    tracks = [_track(shown, places) for places in rankings]
    last = len(tracks[-1])
    gone = [pk for pk in shown if pk not in tracks[-1]]
    hot = [pk for pk in hot if pk in shown][:HOT]
    draw = _Drawing(moments, tracks, scale, titles, set(compared), set(hot))
    rows = {pk: row for row, pk in enumerate([*tracks[-1], *gone])}
    drawn = [draw(pk, row, gone=row >= last) for pk, row in rows.items()]
    deepest = max([len(rows), *map(len, tracks)])
    return Chart(
        lines=sorted(drawn, key=lambda line: (line.hot, line.y)),
        ticks=_ticks(moments, scale),
        rows=[(_y(row), number(row + 1)) for row in range(min(TOP, deepest))],
        marks=_marks(milestones, scale),
        bands=sorted({scale.at(at) for at in compared if scale.holds(at)}),
        height=_y(max(deepest, 1) - 1) + BELOW,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    start: object
    end: object

    def at(self, moment):
        span = (self.end - self.start).total_seconds() or 1
        return round(LEFT + (moment - self.start).total_seconds() / span * (RIGHT - LEFT), 1)

    def holds(self, moment):
        return self.start <= moment <= self.end


def _y(row):
    return FIRST_ROW + row * ROW


def _shown(rankings):
    """Ids of those in the top now, then of those that were, the most recent and highest first."""
    found = {}
    for places in reversed(rankings):
        for place in places[:TOP]:
            found.setdefault(place.requirement_id, None)
    return list(found)[:MOST]


def _track(shown, places):
    """Id → Place of the shown ones, in order: their place in it is their row."""
    wanted = set(shown)
    return {place.requirement_id: place for place in places if place.requirement_id in wanted}


class _Drawing:
    def __init__(self, moments, tracks, scale, titles, compared, hot):
        self.moments, self.tracks, self.titles = moments, tracks, titles
        self.compared, self.hot = compared, hot
        self.x = [scale.at(moment.at) for moment in moments]
        self.rows = [{pk: row for row, pk in enumerate(track)} for track in tracks]
        self.deepest = max(max(map(len, tracks)) - 1, 1)

    def __call__(self, pk, row, *, gone):
        title, exists = self.titles.get(pk, ("", False))
        known = [index for index, track in enumerate(self.tracks) if pk in track]
        place = self.tracks[known[-1]][pk]
        title = title or place.key
        ends = {known[0], known[-1]}
        return Line(
            requirement_id=pk,
            number=place.number,
            key=place.key,
            title=title,
            exists=exists,
            path=self._path(pk, known),
            dots=[
                self._dot(pk, index)
                for index in known
                if index in ends or self.moments[index].at in self.compared
            ],
            name=_name(title, place.rank, gone),
            y=_y(row),
            left=self._dot(pk, known[-1]) if gone else None,
            hot=pk in self.hot,
            words=self._words(title, pk, known, gone),
            ranks=[number(track[pk].rank) if pk in track else "–" for track in self.tracks],
            spark=self._spark(pk, known),
        )

    def _dot(self, pk, index):
        words = f"{self.moments[index].words}: {ordinal(self.tracks[index][pk].rank)}"
        return Dot(self.x[index], _y(self.rows[index][pk]), words)

    def _path(self, pk, known):
        """A curve through its rows; begun anew where it was not ranked in between."""
        parts, before = [], None
        for index in known:
            x, y = self.x[index], _y(self.rows[index][pk])
            if before is None or before[0] != index - 1:
                parts.append(f"M{x:g} {y:g}")
            else:
                middle = (before[1] + x) / 2
                parts.append(f"C{middle:g} {before[2]:g} {middle:g} {y:g} {x:g} {y:g}")
            before = (index, x, y)
        return "".join(parts)

    def _spark(self, pk, known):
        width = self.x[-1] - self.x[0] or 1
        return " ".join(
            f"{(self.x[index] - self.x[0]) / width * 92 + 2:.1f},"
            f"{self.rows[index][pk] / self.deepest * 18 + 3:.1f}"
            for index in known
        )

    def _words(self, title, pk, known, gone):
        """Swap shifts: 3rd on 6 October, 2nd on 3 November, 1st now; each change of rank."""
        told, before = [], None
        for index in known:
            rank = self.tracks[index][pk].rank
            if rank != before or index == known[-1]:
                told.append(f"{ordinal(rank)} {self.moments[index].words}")
            before = rank
        left = "; left the ranking after that" if gone else ""
        return f"{title}: {', '.join(told)}{left}"


def _name(title, rank, gone):
    """What stands at the right; its rank too where the row doesn't say it."""
    name = ("left: " if gone else "" if rank <= TOP else f"{number(rank)} · ") + title
    if width_of(name) <= NAME_ROOM:
        return name
    while width_of(name) > NAME_ROOM:
        name = name[:-1]
    return f"{name.rstrip()}…"


def _ticks(moments, scale):
    """Words that don't run into each other; the first and the last have their place for certain."""
    found, before = [], None
    end = scale.at(moments[-1].at)
    for moment in moments[:-1]:
        x = scale.at(moment.at)
        if moment.short and (before is None or x - before >= ROOM) and end - x >= ROOM:
            found.append((x, moment.short))
            before = x
    return [*found, (end, moments[-1].short)]


def _marks(milestones, scale):
    """One Mark for milestones that lie close together; words where they have room."""
    groups = []
    for one in milestones:
        x = scale.at(one.at)
        if scale.holds(one.at):
            if groups and x - groups[-1][0] < TOGETHER:
                groups[-1][1].append(one)
            else:
                groups.append((x, [one]))
    marks, free = [], 0
    for x, told in groups:
        words = _together(told)
        width = width_of(words) * LARGEST
        fits = [
            (anchor, end)
            for anchor, start, end in [
                ("middle", x - width / 2, x + width / 2),
                ("start", x - 4, x + width),
            ]
            if start >= free and end <= WIDTH
        ]
        anchor, end = fits[0] if fits else ("", None)
        free = free if end is None else end + APART
        title = "; ".join(one.words for one in told)
        marks.append(Mark(x, words if anchor else "", anchor, title))
    return marks


def _together(told):
    words = told[0].short
    return words if len(told) == 1 else f"{words} and {len(told) - 1} more"
