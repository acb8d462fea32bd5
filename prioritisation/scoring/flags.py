"""What a requirement's number hides: its flags, and what it rests on (pure; docs/score.md).

Vectorised over the rows asked for. Means are the ten-thousandths of rating points that
`scoring.score` gives, so a flag agrees with the mean that a page shows.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from prioritisation.scoring.opinions import UNIT

NAMES = ("harms", "end_users_not_asked", "guess", "shelfware", "conflict")

HARMFUL = -3 * UNIT
WORTH_PAYING_FOR = 3 * UNIT
OF_NO_USE = UNIT // 2
UNWANTED = -2 * UNIT

WORTH_LITTLE = UNIT

KNOWN_FROM = 0.8
SOME_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Signals:
    flags: tuple  # of NAMES, in their order
    harmed: tuple  # ids of the counted personas whose mean is −3 or less


def signals(means, rated, answered, weights):
    """One Signals a requirement.

    means int64[R, C] ten-thousandths and rated bool[R, C] go along with the counted personas
    of `weights`, answered float64[R]. "must_do" isn't among them: it's no matter of opinion.
    """
    users = weights.is_end_user
    by_users, users_mean = group(means, rated, weights.weights, users)
    by_payers, payers_mean = group(means, rated, weights.weights, ~users)
    harms = rated & (means <= HARMFUL)
    wanted_by_payers = by_payers & (payers_mean >= WORTH_PAYING_FOR)
    raised = np.column_stack(
        [
            harms.any(axis=1),
            by_payers & ~by_users,
            np.round(answered, 4) < SOME_FROM,
            wanted_by_payers & by_users & (users_mean <= OF_NO_USE),
            wanted_by_payers & by_users & (users_mean <= UNWANTED),
        ]
    )
    flags = [COMBINATIONS[tuple(row)] for row in raised.tolist()]
    harmed = harmed_by_row(harms, weights.persona_ids)
    return [Signals(names, harmed.get(row, ())) for row, names in enumerate(flags)]


COMBINATIONS = {
    row: tuple(name for name, up in zip(NAMES, row, strict=True) if up)
    for row in product((False, True), repeat=len(NAMES))
}


def group(means, rated, weights, members):
    """(whether one of the members rated, their mean by weight over those who did); [R] each."""
    weight, weighed = np.zeros(len(means)), np.zeros(len(means))
    for j in np.flatnonzero(members):
        weight += weights[j] * rated[:, j]
        weighed += weights[j] * rated[:, j] * means[:, j]
    asked = weight > 0
    mean = np.divide(weighed, weight, out=np.zeros(len(means)), where=asked)
    # Rounded, or two payers who both say 3 may have the mean 2.9999999999999996.
    return asked, np.rint(mean)


def harmed_by_row(harms, persona_ids):
    rows, columns = np.nonzero(harms)
    harmed = {}
    for row, persona in zip(rows.tolist(), persona_ids[columns].tolist(), strict=True):
        harmed[row] = (*harmed.get(row, ()), persona)
    return harmed


def starved(means, rated, persona_ids):
    """Ids of the personas to whom none of these rows, the top of the ranking, is worth more than
    +1. Whoever nobody asked about any of them isn't among them: that is another matter."""
    none_worth_more = ~(rated & (means > WORTH_LITTLE)).any(axis=0)
    return persona_ids[rated.any(axis=0) & none_worth_more].tolist()


def rests_on(answered):
    """How well the answers carry a score: "guess", "some" or "known"."""
    answered = round(answered, 4)  # as shown: guesses alone can add up to 0.49999999999999994
    if answered < SOME_FROM:
        return "guess"
    return "some" if answered < KNOWN_FROM else "known"
