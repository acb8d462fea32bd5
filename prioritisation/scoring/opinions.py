"""What the personas hold of the requirements: many ratings made one opinion each (pure).

Every cell is computed from its own ratings alone, in one order, so a requirement has the
same bits whichever others are asked for.
"""

from dataclasses import dataclass

import numpy as np

UNIT = 10_000  # stored integers are ten-thousandths
GUESSED = 5  # confidences in tenths: guessed 5, asked 8, seen 10
HIGHEST_VALUE = 5


@dataclass(frozen=True)
class Ratings:
    """One entry a rating, in any order; those of unknown requirements and of personas that
    aren't counted are ignored."""

    id: np.ndarray  # int64[K]
    requirement: np.ndarray  # int64[K], requirement ids
    persona: np.ndarray  # int64[K], persona ids
    value: np.ndarray  # float64[K], −5…5
    confidence: np.ndarray  # float64[K]: 1 seen, 0.8 asked, 0.5 guessed


@dataclass(frozen=True)
class Opinions:
    """What each persona holds of each requirement, several raters made one."""

    mean: np.ndarray  # float64[R, C], rating points; 0 where nobody rated
    confidence: np.ndarray  # int64[R, C], tenths; 0 where nobody rated
    rated: np.ndarray  # bool[R, C]


def opinions(ratings, requirement_ids, persona_ids):
    """What the personas hold of the requirements; ids must be unique, persona ids ascending."""
    cell, value, tenths = placed(in_order(ratings), requirement_ids, persona_ids)
    shape = (len(requirement_ids), len(persona_ids))
    cells = shape[0] * shape[1]
    kept = admitted(cell, tenths, cells)
    cell, value, tenths = cell[kept], value[kept], tenths[kept]
    # Whole tenths times whole values add up without rounding, so raters who agree on 3 have
    # the mean 3 and not 2.9999999999999996. bincount adds one by one, in the order given.
    weight = np.bincount(cell, tenths, cells)
    weighed = np.bincount(cell, tenths * value, cells)
    confidence = np.zeros(cells, np.int64)
    np.maximum.at(confidence, cell, tenths)
    rated = confidence > 0
    mean = np.divide(weighed, weight, out=np.zeros(cells), where=rated)
    return Opinions(
        mean=mean.reshape(shape),
        confidence=confidence.reshape(shape),
        rated=rated.reshape(shape),
    )


def in_order(ratings):
    """By requirement, persona and id; free where they come so, as they do from the database."""
    requirement, persona, number = ratings.requirement, ratings.persona, ratings.id
    same_requirement = requirement[1:] == requirement[:-1]
    same_persona = persona[1:] == persona[:-1]
    rises = (requirement[1:] > requirement[:-1]) | same_requirement & (
        (persona[1:] > persona[:-1]) | same_persona & (number[1:] >= number[:-1])
    )
    if rises.all():
        return ratings
    order = np.lexsort((number, persona, requirement))
    return Ratings(**{name: column[order] for name, column in vars(ratings).items()})


def placed(ratings, requirement_ids, persona_ids):
    """(cell in row-major R × C, value, confidence in tenths) of the ratings that have a cell."""
    row, known = positions(ratings.requirement, requirement_ids)
    column, counts = positions(ratings.persona, persona_ids)
    here = known & counts
    cell = row[here] * len(persona_ids) + column[here]
    return cell, ratings.value[here], np.rint(ratings.confidence[here] * 10).astype(np.int64)


def positions(wanted, ids):
    """(index in `ids`, whether it's there) of each wanted id."""
    if not len(ids):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    order = np.argsort(ids, kind="stable")
    index = order[np.minimum(np.searchsorted(ids, wanted, sorter=order), len(ids) - 1)]
    return index, ids[index] == wanted


def admitted(cell, tenths, cells):
    """Which ratings count: guesses only while nobody has seen or asked."""
    evidence = tenths > GUESSED
    has_evidence = np.bincount(cell[evidence], minlength=cells) > 0
    return evidence | ~has_evidence[cell]


def effective_values(held):
    """ṽ, −1…1: a mean counts as much as its best evidence."""
    return held.confidence / 10 * held.mean / HIGHEST_VALUE
