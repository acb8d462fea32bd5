"""The ranking as a page shows it: a view-model of plain values. Pure; templates only draw it.

`present` takes what `read_whole(product, order=view.order)` returns, and filters.View.
`ranking/_page.html` draws the Page.
"""

from dataclasses import dataclass

from prioritisation.presentation.charts.bars import Scale, in_order, scale_for
from prioritisation.presentation.charts.trend import NOTHING
from prioritisation.presentation.formatting import number, share, with_unit
from prioritisation.ranking.filters import View
from prioritisation.ranking.moves import Moves, moves_of
from prioritisation.ranking.release import Cut, Meter, cut_line, meter_of
from prioritisation.ranking.rows import OPEN, Drawing, is_must, is_rated
from prioritisation.ranking.unserved import starving, starving_words

#: Rows of a group that are drawn at once; the rest comes in parts of as many.
LIMIT = 200
#: Rows of a group that stand on a page at most, however many parts were added: the next part is
#: a page of its own. A row over 48 personas is 8 kB, and all of it is drawn anew with each rescore.
MAX_LINES_OF_A_GROUP = 600


@dataclass(frozen=True, slots=True)
class Share:
    """A persona's share of the say; x and width are percentages of the whole."""

    name: str
    kind: str
    words: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    """must, built, ranked, unestimated, unrated or closed."""
    title: str
    facts: list
    lines: list
    before: int = 0
    more: int = 0
    """Further rows that aren't drawn, above and below."""
    previous: str = ""
    following: str = ""
    """Query strings of the pages that begin with those."""
    part: str = ""
    """Query string of the part that can be added below; empty where the page is full."""
    meter: Meter | None = None
    cut: Cut | None = None
    """The cut line, drawn below the last row."""


@dataclass(frozen=True, slots=True)
class Page:
    view: View
    groups: list
    """Those that hold something."""
    scale: Scale
    who: list
    """Shares of those who count."""
    unit: str
    open_count: int
    ranked_count: int
    closed_count: int
    """Shipped and declined ones that the filter keeps."""
    toggle_closed: str
    """A query string."""
    stale: bool
    """A change is not in these scores yet."""
    failed: bool
    """The latest attempt to compute newer ones failed; these are as they were computed last."""
    computed_at: object
    age: int | None
    """Seconds since the last computation; None before the first."""
    first: bool
    """The product has no requirement yet."""
    empty: tuple
    """What View.empty says when the filter leaves nothing, else empty."""
    unknown: str
    """How much of every score is unknown because no end user is described, else empty."""
    preview: Moves | None = None
    """What would move, where these are the scores under weights that aren't saved."""
    starving: str = ""
    """To whom nothing in the top ten is worth more than +1, as a sentence, or empty."""
    trends: bool = False
    """Whether lines have a trend; under value for effort its place takes the quotient."""


def present(
    ranking, view, *, now, found=None, preview=False, limit=LIMIT, drawn=None, part=None,
    recent=NOTHING, places=None,
):  # fmt: skip
    """The Page of a Ranking; `now` is an aware datetime, `found` what View.keeps takes.

    A group draws `limit` lines, or as many as `drawn` (its name → number) says it has already. A
    `part`, (group, row), is that group's next lines alone.
    As a `preview` each line also says how far it moved; the rows then know where they `was`.
    `recent` is a trend.Recent, `places` what sure.places.read_places says of the score's order.
    """
    product, rows = ranking.product, ranking.rows
    opened = [row for row in rows if row.status in OPEN]
    kept = [row for row in rows if view.keeps(row, found)]
    closed = [row for row in kept if row.status not in OPEN]
    shown = kept if view.closed else [row for row in kept if row.status in OPEN]
    scale = scale_for([row for row in shown if is_rated(row)])
    drawing = Drawing(
        ranking.personas,
        scale,
        unit=product.effort_unit,
        by_effort=view.by_effort,
        today=now.date(),
        preview=preview,
        recent=recent,
        places=None if preview or view.by_effort else places,
    )
    grouping = _Grouping(view, drawing, limit, drawn or {}, part)
    groups = [group for group in _groups(shown, product, view, grouping) if group.lines]
    computed = ranking.computed_at
    return Page(
        view=view,
        groups=groups,
        scale=scale,
        who=shares(ranking.personas),
        unit=product.effort_unit,
        open_count=len(opened),
        ranked_count=sum(row.ranked for row in opened),
        closed_count=len(closed),
        toggle_closed=view.query(closed=not view.closed, start=("", 0)),
        stale=ranking.stale,
        failed=ranking.failed,
        computed_at=computed,
        age=None if computed is None else max(0, int((now - computed).total_seconds())),
        first=not rows,
        empty=() if groups or not rows else view.empty(len(opened), len(closed)),
        unknown=_unknown(ranking.personas),
        preview=moves_of(opened, by_effort=view.by_effort) if preview else None,
        starving=_starving(opened, ranking.personas),
        trends=bool(recent.ranks) and not view.by_effort,
    )


def first_lines(ranking, *, now, limit, preview=False):
    """Lines of the first ranked ones, on a scale of their own: a small ranking beside a form."""
    rows = [row for row in ranking.rows if row.rank is not None][:limit]
    unit, today = ranking.product.effort_unit, now.date()
    drawing = Drawing(
        ranking.personas,
        scale_for(rows),
        unit=unit,
        by_effort=False,
        today=today,
        preview=preview,
    )
    return [drawing.line(row) for row in rows]


def shares(personas):
    """One stacked bar of who counts: a Share each, from left to right."""
    found, x = [], 0
    for persona in in_order(personas):
        width = persona.weight * 100
        words = share(persona.weight)
        found.append(Share(persona.name, persona.kind, words, f"{x:.2f}%", f"{width:.2f}%"))
        x += width
    return found


def _starving(opened, personas):
    names = [persona.name for persona in starving(opened, personas)]
    return starving_words(names, sum(row.ranked for row in opened))


def _unknown(personas):
    if not personas or any(persona.is_end_user for persona in personas):
        return ""
    return share(1 - sum(persona.weight for persona in personas))


def _groups(rows, product, view, draw):
    """The rows, in the page's order within each group; must do by date, then score."""
    must = sorted((row for row in rows if is_must(row)), key=_by_date_then_score)
    rest = [row for row in rows if not is_must(row)]
    built = [row for row in rest if row.status == "in_progress"]
    ranked = [row for row in rest if row.ranked and row.status != "in_progress"]
    unrated = [row for row in rest if not row.ranked and row.status in ("idea", "planned")]
    closed = [row for row in rest if row.status not in OPEN]
    unknown = [row for row in ranked if view.by_effort and _lacks_effort(row)]
    placed = [row for row in ranked if not (view.by_effort and _lacks_effort(row))]
    unit, capacity = product.effort_unit, product.capacity
    meter = meter_of(must, capacity, unit)
    # Under a filter the rows between are missing, and the line would seem to be theirs.
    cut, below = (None, None) if view.narrows else cut_line(must + built, placed, capacity, unit)
    return [
        draw("must", "Must do", must, [meter.words], meter=meter),
        draw("built", "Being built", built, [_count(built), _effort(built, unit)]),
        draw("ranked", "Ranked", placed, [_count(placed)], cut=cut, above=below),
        draw("unestimated", "Not estimated", unknown, [_count(unknown)]),
        draw("unrated", "Not rated yet", unrated, [_count(unrated)]),
        draw("closed", "Shipped and declined", closed, [_count(closed)]),
    ]


@dataclass(frozen=True, slots=True)
class _Grouping:
    view: View
    drawing: Drawing
    limit: int
    drawn: dict
    part: tuple | None

    def __call__(self, name, title, rows, facts, *, meter=None, cut=None, above=None):
        """`above` is the row that `cut` stands above; without one it stands below the last."""
        start, end = self._part(name, len(rows))
        lines = rows[start:end]
        following = self.view.query(start=(name, end)) if end < len(rows) else ""
        room = end - self._first(name, len(rows)) < MAX_LINES_OF_A_GROUP
        return Group(
            name=name,
            title=title,
            facts=[fact for fact in facts if fact],
            lines=[self.drawing.line(row, cut if row is above else None) for row in lines],
            before=start,
            more=len(rows) - end,
            previous=self.view.query(start=(name, max(0, start - self.limit))) if start else "",
            following=following,
            part=self._part_query(name, end) if following and room else "",
            meter=meter,
            cut=cut if above is None and end >= len(rows) else None,
        )

    def _first(self, name, rows):
        """Of a list that has become shorter than that, the first."""
        group, row = self.view.start
        return row if group == name and row < rows else 0

    def _part(self, name, rows):
        """(first, after the last) of its rows that are drawn."""
        if self.part:
            group, start = self.part
            length = self.limit if group == name else 0
        else:
            start = self._first(name, rows)
            length = min(max(self.limit, self.drawn.get(name, 0)), MAX_LINES_OF_A_GROUP)
        start = min(start, rows)
        return start, min(start + length, rows)

    def _part_query(self, name, row):
        return "&".join(filter(None, [self.view.query(), f"part={name}.{row}"]))


def _lacks_effort(row):
    return row.effort is None and row.score > 0


def _count(rows):
    return number(len(rows))


def _effort(rows, unit):
    known = [row.effort for row in rows if row.effort is not None]
    return with_unit(sum(known), unit) if known else ""


def _by_date_then_score(row):
    date = row.must_by.toordinal() if row.must_by else float("inf")
    score = row.score if row.ranked else float("-inf")
    return date, -score, row.number
