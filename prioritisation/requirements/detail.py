"""All that a requirement's page shows, read in a fixed number of queries."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor

from django.utils import timezone

from personas.models import Persona
from prioritisation.history.reasons import UNTOLD, why_moved
from prioritisation.models import Basis, Rating, ScoreChange
from prioritisation.presentation.charts.bars import STEP, Scale, bar_of, in_order, scale_for
from prioritisation.presentation.formatting import NONE, UNIT, and_join, number, ordinal, points
from prioritisation.presentation.rounding import told_in_tenths
from prioritisation.ranking.rows import badges_of, evidence, is_rated
from prioritisation.requirements import explanation
from prioritisation.selectors.rankings import ALL_STATUSES, read_ranking
from products.models import Requirement

#: moves of the score that are told; more are asked for, so many at a time, up to a limit
MOVES_SHOWN, MORE_MOVES, MOST_MOVES = 5, 20, 105
#: table of a mark → what changed, in the history's words
TABLES = {
    "prioritisation_rating": "ratings",
    "products_requirement": "the requirement",
    "personas_persona": "personas",
    "personas_adoptionreading": "adoption",
    "prioritisation_scoringpolicy": "how it is weighed",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A rating as listed: `set_aside` where a guess gives way to evidence."""

    rating: Rating
    who: str
    set_aside: bool
    counted: bool


@dataclass(frozen=True, slots=True)
class Move:
    at: object
    score: str
    by: str
    """The difference to the change before, or empty."""
    why: str
    """In general; `reasons` tell what changed the score itself."""
    reasons: list
    """(a why_moved.Reason, by how much); as they are shown, they add up to `by`."""


@dataclass(frozen=True, slots=True)
class Dossier:
    row: object
    """The requirement's selectors.Row."""
    standing: object
    rated: bool
    score: str
    known: tuple
    """What it rests on, as lines.evidence says."""
    reason: object
    sum: object
    """An explanation.Sum, or None while it isn't scored."""
    bar: object
    low: str
    high: str
    question: object
    badges: list
    ratings: list
    personas: list
    moves: list
    more_moves: int
    """How many to ask for to see older ones too; 0 where there are none."""


def read_requirement(product, requirement):
    """(Ranking, Row) of one requirement, whatever its status. Raises Requirement.DoesNotExist."""
    found = read_ranking(
        product, statuses=ALL_STATUSES, only_ranked=False, requirement_ids=[requirement.pk]
    )
    if not found.rows:
        raise Requirement.DoesNotExist
    return found, found.rows[0]


def read_dossier(product, requirement, *, moves=MOVES_SHOWN):
    ranking, row = read_requirement(product, requirement)
    rated = is_rated(row)
    ordered = in_order(ranking.personas)
    place = ordinal(row.rank) if row.rank else ""
    told, has_older = _moves(product, requirement, moves)
    return Dossier(
        row=row,
        standing=ranking.standing,
        rated=rated,
        score=points(row.score) if rated else "–",
        known=evidence(row.answered) if rated else (),
        reason=explanation.reason_for(row, ranking.personas, place),
        sum=explanation.sum_of(row, ranking.personas) if rated else None,
        bar=bar_of(row, ordered, _scale(row)) if rated else None,
        low=number((row.low or 0) / UNIT),
        high=number((row.high or 0) / UNIT),
        question=explanation.question_for(row, ranking.personas) if rated else None,
        badges=badges_of(row, ordered),
        ratings=_given(product, requirement, ranking.personas),
        personas=list(Persona.objects.filter(product=product)),
        moves=told,
        more_moves=min(moves + MORE_MOVES, MOST_MOVES) if has_older and moves < MOST_MOVES else 0,
    )


def _scale(row):
    """Wide enough for all that the score could be."""
    scale = scale_for([row])
    low, high = (value / UNIT / STEP for value in (row.low, row.high))
    return Scale(min(scale.low, floor(low) * STEP), max(scale.high, ceil(high) * STEP))


def _given(product, requirement, counted):
    ids = {persona.id for persona in counted}
    found = list(
        Rating.objects.filter(product=product, requirement=requirement)
        .select_related("persona", "rater")
        .order_by("persona__position", "persona_id", "id")
    )
    evidenced = {one.persona_id for one in found if one.basis != Basis.GUESSED}
    return [
        Given(
            rating=one,
            who=str(one.rater) if one.rater else one.source or "no one named",
            set_aside=one.basis == Basis.GUESSED and one.persona_id in evidenced,
            counted=one.persona_id in ids,
        )
        for one in found
    ]


def _moves(product, requirement, most):
    """(the score's moves in its latest `most` changes, newest first, each with what made it;
    whether there are older changes)."""
    changes = list(
        ScoreChange.objects.filter(requirement_id=requirement.pk)
        .select_related("run")
        .order_by("-id")[: most + 1]
    )
    if not changes:
        return [], False
    shown, older = changes[:most], changes[most:]
    start = older[0].run.version if older else shown[-1].run.version - 1
    end = shown[0].run.version
    moved = why_moved(product, start, end, [requirement.pk], most=most)
    _movement, reasons = moved.get(requirement.pk, (None, ()))
    of = defaultdict(list)
    # Of what is older than a year one score a day is kept: it stands for all runs since the last.
    stored = [change.run.version for change in reversed(shown)]
    for reason in (one for one in reasons if one.words != UNTOLD):  # `why` says more
        of[stored[bisect_left(stored, reason.version)]].append(reason)
    moves = [
        _move(now, before, of[now.run.version])
        for now, before in pairwise([*shown, *(older or [None])])
        if of[now.run.version] or _moved(now, before)
    ]
    return moves, bool(older)


def _moved(now, before):
    """Whether the score or the place in the ranking did, and not a range or a reach alone."""
    return before is None or (now.score, now.ranked) != (before.score, before.ranked)


def _move(now, before, reasons):
    score = points(now.score) if now.answered else NONE
    was = before.score if before is not None else 0
    rated = before is not None and before.answered and now.answered
    by = told_in_tenths([now.score - was])[0] if rated and (now.score != was or reasons) else ""
    tables = dict.fromkeys(TABLES.get(name, name) for name in now.run.cause_tables)
    why = and_join([*tables] or ["recomputed"])
    told = list(zip(reasons, told_in_tenths([reason.by for reason in reasons]), strict=True))
    return Move(timezone.localtime(now.created_at), score, by, why, told)
