"""Two requirements beside each other, as a page and the API tell it: who makes the difference, and
what would end the order. Rows are the stored ones; what would change them comes from the inputs as
they are now."""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from django.db import connection

from prioritisation.models import CONFIDENCE, Rating
from prioritisation.pipeline.snapshots import snapshot
from prioritisation.presentation.charts.bars import in_order
from prioritisation.presentation.formatting import UNIT, number, share, signed
from prioritisation.presentation.rounding import KNOWN, in_hundredths, in_steps
from prioritisation.ranking.rows import is_rated
from prioritisation.scoring import formula
from prioritisation.scoring.pairwise import (
    ADOPTION,
    END_USER_SAY,
    RATING,
    SHARE,
    differences,
    order_of,
)
from prioritisation.selectors.ranking_sql import NEIGHBOURS
from prioritisation.selectors.rankings import ALL_STATUSES, read_ranking
from prioritisation.selectors.weights import arrays, people_of

#: a kind of change → what it's called where none within what's allowed is enough
NOT_ENOUGH = {
    RATING: "any one rating",
    SHARE: "anybody’s share of their group’s say",
    END_USER_SAY: "end users’ say between 50 and 95\u00a0%",
    ADOPTION: "any one group’s adoption",
}


@dataclass(frozen=True, slots=True)
class Part:
    """What a persona adds more or less to the upper of the two."""

    persona_id: int
    name: str
    kind: str
    points: int
    """Ten-thousandths; they add up to the difference of the scores."""
    words: str
    """Empty where it rounds to nothing."""
    from_below: str
    """The same, seen from the lower of the two."""


@dataclass(frozen=True, slots=True)
class Move:
    """A change that ends the order, in words."""

    change: object
    """A comparison.Change."""
    what: str
    now: str


@dataclass(frozen=True, slots=True)
class Versus:
    upper: object
    lower: object
    """Rows by stored score, level ones as they were asked for."""
    difference: int
    by: str
    """The difference, as its parts add up to it."""
    parts: list
    """Parts of all who count, in the order of the bars."""
    moves: list
    """Moves, the smallest first; empty while a rescore is to come that turns the order around."""
    order: object
    """A comparison.Order."""
    not_enough: list
    """What can't end the order by itself."""
    standing: object

    @property
    def stale(self):
        return self.standing.stale

    @property
    def level(self):
        return self.difference == 0

    @property
    def told(self):
        return [part for part in self.parts if part.words]

    @property
    def table(self):
        """[(persona's kind, name, upper, lower, difference)] with two decimals, the scores last;
        rows and columns add up as shown."""
        columns = []
        for row in (self.upper, self.lower):
            points = [row.contributions.get(part.persona_id, 0) for part in self.parts]
            shown = in_hundredths(points, row.score)
            columns.append([*shown, sum(shown)])
        named = [(part.kind, part.name) for part in self.parts] + [("", "Score")]
        return [
            (*who, number(up / 100, 2), number(low / 100, 2), signed((up - low) / 100, 2))
            for who, up, low in zip(named, *columns, strict=True)
        ]


def read_versus(product, pairs):
    """A Versus for each pair of requirement ids, of those that are rated, in a fixed number of
    queries."""
    wanted = list({pk for pair in pairs for pk in pair})
    if not wanted:
        return []
    with snapshot():
        ranking = read_ranking(
            product, statuses=ALL_STATUSES, only_ranked=False, requirement_ids=wanted
        )
        inputs = _inputs(product, wanted)
    rows = {row.requirement_id: row for row in ranking.rows if is_rated(row)}
    return [
        _versus(ranking, rows[one], rows[other], order_of(*inputs, one, other))
        for one, other in pairs
        if one in rows and other in rows
    ]


def read_place(product, requirement_id):
    """(Versus the one right above, Versus the one right below) of a ranked requirement; None where
    there is none."""
    with connection.cursor() as cursor:
        cursor.execute(NEIGHBOURS, {"product": product.pk, "requirement": requirement_id})
        above, below = cursor.fetchone() or (None, None)
    near = [pk for pk in (above, below) if pk]
    found = read_versus(product, [(requirement_id, pk) for pk in near])
    by_other = {
        pk: versus
        for versus in found
        for pk in (versus.upper.requirement_id, versus.lower.requirement_id)
        if pk != requirement_id
    }
    return by_other.get(above), by_other.get(below)


def _inputs(product, requirement_ids):
    """(policy, personas, ratings) as the pure functions take them; ratings of these alone."""
    people = people_of(product)
    rows = list(
        Rating.objects.filter(product=product, requirement__in=requirement_ids).values_list(
            "id", "requirement", "persona", "value", "basis"
        )
    )
    ids, requirements, personas, values, bases = zip(*rows, strict=True) if rows else [()] * 5
    ratings = formula.Ratings(
        id=np.array(ids, np.int64),
        requirement=np.array(requirements, np.int64),
        persona=np.array(personas, np.int64),
        value=np.array(values, np.float64),
        confidence=np.array([CONFIDENCE[basis] for basis in bases], np.float64),
    )
    return people.policy, arrays(people.personas), ratings


def _versus(ranking, one, other, order):
    upper, lower = (one, other) if one.score >= other.score else (other, one)
    difference = upper.score - lower.score
    parts, by = _parts(ranking.personas, upper, lower, difference)
    # Between an edit and its rescore the inputs may tell of another order than the scores do, or
    # of somebody whom the last run didn't count.
    counted = {None, *(persona.id for persona in ranking.personas)}
    fits = order.upper in (None, upper.requirement_id)
    moves = [
        _move(ranking, change, upper, lower)
        for change in order.by_size
        if fits and change.persona_id in counted
    ]
    return Versus(
        upper=upper,
        lower=lower,
        difference=difference,
        by=by,
        parts=parts,
        moves=moves,
        order=order,
        not_enough=[NOT_ENOUGH[kind] for kind, change in order.changes.items() if change is None],
        standing=ranking.standing,
    )


def _parts(personas, upper, lower, difference):
    """(Parts, the difference in words): one decimal, or as many as it takes to see it."""
    personas = in_order(personas)
    points = differences(upper.contributions, lower.contributions)
    step, decimals = next(
        (UNIT // 10**decimals, decimals)
        for decimals in (1, 2, 4)
        if decimals == 4 or not difference or difference * 2 >= UNIT // 10**decimals
    )
    exact = [points.get(persona.id, 0) for persona in personas]
    shown = in_steps(exact, difference, step)
    told = [steps * step / UNIT for steps in shown]
    parts = [
        Part(
            persona_id=who.id,
            name=who.name,
            kind=who.kind,
            points=value,
            words=signed(more, decimals) if more else "",
            from_below=signed(-more, decimals) if more else "",
        )
        for who, value, more in zip(personas, exact, told, strict=True)
    ]
    return parts, number(sum(shown) * step / UNIT, decimals)


def _move(ranking, change, upper, lower):
    names = {persona.id: persona for persona in ranking.personas}
    persona = names.get(change.persona_id)
    name = persona.name if persona else ""
    to, now = outward(change), share(change.now)
    if change.kind == RATING:
        row = upper if change.requirement_id == upper.requirement_id else lower
        return Move(
            change, f"{name} rating {row.key} {signed(change.to)}, seen", _held(row, persona)
        )
    if change.kind == SHARE:
        group = "end users’ say" if persona.is_end_user else "buyers’ and sponsors’ say"
        return Move(change, f"{name} with {to} of the {group}", now)
    if change.kind == END_USER_SAY:
        return Move(change, f"End users’ say at {to}", now)
    return Move(change, f"{to} of {name} using it", now)


def _held(row, persona):
    mean = row.means.get(persona.id)
    if mean is None:
        return "missing"
    return (
        f"{signed(mean, 0 if mean == round(mean) else 1)}, {KNOWN[row.confidences[persona.id]][0]}"
    )


def outward(change):
    """A share in percent with as few decimals as let it still be enough and allowed: what is
    shown is never between now and the value found."""
    least, most = {END_USER_SAY: (0.5, 0.95)}.get(change.kind, (0.0, 1.0))
    for decimals in (0, 1, 2):
        scale = 10 ** (decimals + 2)
        rounded = ceil if change.to > change.now else floor
        # 0.8 found as 0.7999999999999999 or 0.8000000000000002 is 80 %.
        shown = rounded(round(change.to * scale, 6)) / scale
        at_limit = change.kind == SHARE and shown in (0, 1)
        if least <= shown <= most and not at_limit:
            break
    return f"{shown * 100:.{decimals}f}\u00a0%"
