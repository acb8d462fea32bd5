"""A requirement's row in the ranking, in words and places. Pure; `_row.html` draws it."""

from dataclasses import dataclass

from prioritisation.presentation.charts.bars import bar_of, in_order
from prioritisation.presentation.charts.trend import NOTHING, TWO_WEEKS, Trend, trend_of
from prioritisation.presentation.formatting import (
    NONE,
    UNIT,
    amount,
    and_join,
    number,
    percent,
    points,
    signed,
    unit_for,
)
from prioritisation.ranking.release import Cut
from prioritisation.scoring.flags import KNOWN_FROM, SOME_FROM

OPEN = ("idea", "planned", "in_progress")
MUST = {"law": "Law", "contract": "Contract", "safety": "Safety", "upkeep": "Upkeep"}
STATUS = {"idea": "Idea", "planned": "Planned", "shipped": "Shipped", "declined": "Declined"}
#: flag → (words, icon, tone); "harms" names whom, so it is put together
BADGES = {
    "end_users_not_asked": ("End users not asked", "noask", "warn"),
    "shelfware": ("Shelfware", "shelf", ""),
    "conflict": ("Buyers want it, users don’t", "warn", "bad"),
}
#: Smaller changes of a score round to nought.
LEAST_CHANGE = 500


@dataclass(frozen=True, slots=True)
class Badge:
    words: str
    icon: str
    tone: str
    """bad, warn, robust, fragile or empty."""
    means: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    number: int
    key: str
    title: str
    place: str
    """Its rank in the page's order, or –."""
    score: str
    bar: object
    """A bars.Bar, or None while it isn't rated."""
    meta: list
    badges: list
    evidence: tuple
    """(words, one word, icon) of what the score rests on; empty while nobody rated it."""
    effort: str
    """Empty while it isn't estimated."""
    unit: str
    quotient: str
    """Value for effort."""
    open: bool
    rated: bool
    version: int
    """The requirement's, for a field in the row."""
    cut: Cut | None = None
    """The cut line, drawn above this row."""
    climbed: int = 0
    fell: int = 0
    """Places up or down in a preview; without one, since two weeks ago."""
    change: str = ""
    """By how much a preview changes the score, where one sees it."""
    trend: Trend | None = None


class Drawing:
    """Draws rows of one page to Lines: one scale, one order of personas."""

    def __init__(
        self, personas, scale, *, unit, by_effort, today, preview=False, recent=NOTHING, places=None
    ):
        self.personas = in_order(personas)
        self.scale, self.unit, self.by_effort, self.today = scale, unit, by_effort, today
        self.preview, self.recent, self.lowest = preview, recent, recent.lowest
        self.places = places or {}

    def line(self, row, cut=None):
        place = row.effort_rank if self.by_effort else row.rank
        rated = is_rated(row)
        return Line(
            id=row.requirement_id,
            number=row.number,
            key=row.key,
            title=row.title,
            place=NONE if place is None else number(place),
            score=points(row.score) if rated else NONE,
            bar=bar_of(row, self.personas, self.scale) if rated else None,
            meta=self._meta(row),
            badges=badges_of(row, self.personas, self.places.get(row.requirement_id)),
            evidence=evidence(row.answered) if rated else (),
            effort="" if row.effort is None else amount(row.effort),
            unit="" if row.effort is None else unit_for(row.effort, self.unit),
            quotient=NONE if row.value_for_effort is None else number(row.value_for_effort, 1),
            open=row.status in OPEN,
            rated=rated,
            version=row.requirement_version,
            cut=cut,
            trend=self._trend(row),
            **(self._moved(row, place) if self.preview else self._since(row)),
        )

    def _trend(self, row):
        if self.by_effort or not self.recent.ranks:
            return None
        return trend_of(self.recent.ranks.get(row.requirement_id), row.rank, self.lowest)

    def _since(self, row):
        """How far it moved in two weeks; ranks by value for effort aren't kept."""
        ranks = self.recent.ranks.get(row.requirement_id)
        before = ranks[TWO_WEEKS] if ranks and not self.by_effort else None
        up = before - row.rank if before and row.rank else 0
        return {"climbed": max(up, 0), "fell": max(-up, 0)}

    def _moved(self, row, place):
        before = row.was.effort_rank if self.by_effort else row.was.rank
        up = before - place if before and place else 0
        change = 0 if row.was.score is None else row.score - row.was.score
        return {
            "climbed": max(up, 0),
            "fell": max(-up, 0),
            "change": signed(change / UNIT, 1) if abs(change) >= LEAST_CHANGE else "",
        }

    def _meta(self, row):
        if is_must(row):
            first = [must_words(row, self.today)]
        else:
            first = [STATUS[row.status]] if row.status in STATUS else []
        return [row.key, *first, *self._outcome(row), *row.tags]

    def _outcome(self, row):
        expected = self.recent.expected.get(row.requirement_id)
        if expected is None or self.recent.adopted is None:
            return []
        return [f"expected {percent(expected)}, now {percent(self.recent.adopted)} use it"]


def is_rated(row):
    return row.score is not None and bool(row.answered)


def is_must(row):
    return bool(row.must_reason) and row.status in OPEN


def evidence(answered):
    """(words, one word, icon) of what a score with this much answered rests on."""
    answered = round(answered, 4)
    if answered < SOME_FROM:
        return "Guess", "Guess", "guess"
    if answered < KNOWN_FROM:
        return "Some evidence", "Some", "some"
    return "Known", "Known", "known"


def badges_of(row, personas, place=None):
    """`personas` are those who count; `place` is the requirement's sure.places.Place."""
    found = []
    if row.harmed:
        found.append(Badge(f"Harms {harm_words(row.harmed, personas)}", "harm", "bad"))
    found += [Badge(*words) for flag, words in BADGES.items() if flag in row.flags]
    if place and place.badge:
        found.append(Badge(place.label, place.icon, place.verdict, place.means))
    return found


def harm_words(harmed, personas):
    """Power users: 490 active people, 11 % of all active; their names alone where none is active
    as far as anybody knows, as with buyers."""
    found = [persona for persona in personas if persona.id in harmed]
    whom = and_join([persona.name for persona in found])
    active = sum(persona.active or 0 for persona in found)
    if not active:
        return whom
    everybody = sum(persona.active or 0 for persona in personas)
    people = "person" if active == 1 else "people"
    return f"{whom}: {number(active)} active {people}, {percent(active / everybody)} of all active"


def must_words(row, today):
    """Law, by 1 Jan; with the year where it isn't this one."""
    if row.must_by is None:
        return MUST[row.must_reason]
    year = "" if row.must_by.year == today.year else f" {row.must_by.year}"
    return f"{MUST[row.must_reason]}, by {row.must_by.day} {row.must_by:%b}{year}"
