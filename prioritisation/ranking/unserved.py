"""Whom the top of the ranking gives nothing. Pure."""

import numpy as np

from prioritisation.presentation.formatting import UNIT, and_join
from prioritisation.scoring.flags import starved

FIRST = 10
"""Of how many somebody is starved who gets nothing out of them."""


def starving(rows, personas):
    """The personas to whom nothing in the top ten is worth more than +1, in their order.

    `rows` are selectors.Rows, among them those of the first ten ranks, in any order."""
    ranked = sorted(
        (row for row in rows if row.rank is not None), key=lambda row: (row.rank, row.number)
    )
    means = [[row.means.get(who.id) for who in personas] for row in ranked[:FIRST]]
    if not means or not personas:
        return []
    means = np.array(means, np.float64)
    rated = ~np.isnan(means)
    ids = np.array([persona.id for persona in personas])
    found = set(starved(np.where(rated, means * UNIT, 0), rated, ids))
    return [persona for persona in personas if persona.id in found]


def starving_words(names, ranked):
    """A sentence about them, or empty; `ranked` is how many have a rank."""
    if not names:
        return ""
    where = "in the top ten" if ranked >= FIRST else "that is ranked"
    return f"Nothing {where} is worth more than +1 to {and_join(names)}."
