"""The ranking under weights that aren't saved, by the one formula (scoring.py)."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
from django.db import connection

from prioritisation.models import ScoringPolicy
from prioritisation.pipeline.read_inputs import Inputs, read_inputs
from prioritisation.scoring import formula
from prioritisation.selectors.rankings import (
    PersonaWeight,
    Place,
    Ranking,
    Standing,
    snapshot,
    standing_of,
)
from prioritisation.selectors.weights import People, arrays, people_of
from prioritisation.selectors.whole_ranking import Cells, found_whole, rows_over

#: how many products' grounds a process keeps, and how many ratings of theirs: 40 bytes each
MAX_KEPT_GROUNDS, MAX_KEPT_RATINGS = 4, 600_000
#: of a row as `found_whole` gives it: the requirement's own columns come first
RANK, EFFORT_RANK, SCORE = 13, 14, 16


@dataclass(frozen=True)
class Ground:
    """All that a preview stands on, read in one snapshot; read only, since threads share it."""

    standing: Standing
    found: list
    """Rows of `found_whole`."""
    inputs: Inputs
    policy: ScoringPolicy
    people: People
    places: np.ndarray
    """Of each found row's requirement among the inputs' requirements."""


def read_ground(product):
    with snapshot(), connection.cursor() as cursor:
        standing, _personas, found = found_whole(product)
        inputs = read_inputs(cursor, product.pk, force=True)
        policy = ScoringPolicy.objects.get(product=product)
        people = people_of(product)
    order = np.argsort(inputs.requirement_ids)
    ids = np.array([row[0] for row in found], np.int64)
    places = order[np.searchsorted(inputs.requirement_ids, ids, sorter=order)]
    return Ground(standing, found, inputs, policy, people, places)


_grounds, _lock = OrderedDict(), Lock()


def ground_of(product):
    """The product's Ground, from this process's memory while nothing has changed.

    A slider asks ten times a second, and reading a thousand requirements takes longer than
    scoring and drawing them.
    """
    validator = standing_of(product.pk).validator
    with _lock:
        kept = _grounds.get(product.pk)
    if kept and kept.standing.validator == validator:
        return kept
    ground = read_ground(product)
    with _lock:
        _grounds[product.pk] = ground
        _grounds.move_to_end(product.pk)
        while len(_grounds) > 1 and _are_too_many(_grounds.values()):
            _grounds.popitem(last=False)
    return ground


def _are_too_many(grounds):
    ratings = sum(len(ground.inputs.ratings.id) for ground in grounds)
    return len(grounds) > MAX_KEPT_GROUNDS or ratings > MAX_KEPT_RATINGS


def scores_under(ground, people):
    """The scoring.Scores of the ground's requirements, in the order of its inputs, where its
    personas are those of `people`."""
    inputs = ground.inputs
    return formula.score(
        people.policy,
        arrays(people.personas),
        inputs.ratings,
        inputs.requirement_ids,
        inputs.effort,
    )


def preview_ranking(product, ground, supposed, *, order="score"):
    """The Ranking under what is Supposed.

    It is what a rescore would store and `read_whole(product, order=…)` then return; each row
    also knows where it `was`.
    """
    inputs, people = ground.inputs, ground.people.supposing(supposed)
    scores = scores_under(ground, people)
    personas = _weights(scores.weights, people.personas)
    scored = zip(ground.found, *_scored(inputs, scores, ground.places), strict=True)
    values = [(*found[:RANK], *measures) for found, *measures in scored]
    rows = rows_over(product, values, _cells(inputs, scores), personas)
    for row, found in zip(rows, ground.found, strict=True):
        row.was = Place(found[RANK], found[EFFORT_RANK], found[SCORE])
    rows.sort(key=BY[order])
    return Ranking(product, ground.standing, personas, rows, has_more=False)


def _weights(weights, personas):
    known = {persona.pk: persona for persona in personas}
    columns = (weights.persona_ids, weights.weights, weights.adoption)
    found = []
    for pk, weight, adoption in zip(*(column.tolist() for column in columns), strict=True):
        persona = known[pk]
        active = persona.reading and persona.reading.active
        found.append(
            PersonaWeight(pk, persona.name, persona.kind, weight, _known(adoption), active)
        )
    return found


def ranked_under(inputs, scores):
    """(bool[R], int64[R]): who has a place under the scores, and which; 0 for none."""
    ranked = inputs.is_open & (scores.answered > 0)
    return ranked, formula.ranks(np.where(ranked, scores.score, np.nan))


def _scored(inputs, scores, places):
    """Columns from RANK on, as lists in the order of `places`."""
    ranked, ranks = ranked_under(inputs, scores)
    by_effort = np.rint(scores.value_for_effort * formula.UNIT)
    effort_ranks = formula.ranks(np.where(ranked, by_effort, np.nan))
    columns = [
        [place or None for place in ranks[places].tolist()],
        [place or None for place in effort_ranks[places].tolist()],
        ranked[places].tolist(),
    ]
    names = ["score", "low", "high", "reach", "answered"]
    columns += [getattr(scores, name)[places].tolist() for name in names]
    columns.append([_known(quotient) for quotient in scores.value_for_effort[places].tolist()])
    return columns


def _cells(inputs, scores):
    return Cells(
        place={pk: at for at, pk in enumerate(inputs.requirement_ids.tolist())},
        contributions=scores.contributions,
        unrealised=scores.unrealised,
        means=np.where(scores.rated, scores.means, 0),
        confidences=scores.confidence,
    )


def _known(number):
    return None if np.isnan(number) else number


def _by_score(row):
    return row.rank is None, -row.score, row.number


def _by_effort(row):
    return row.effort_rank is None, row.effort_rank or 0, *_by_score(row)


BY = {"score": _by_score, "value_for_effort": _by_effort}
