"""A product's inputs as they were: events of the input history, applied one after another. Pure.

Scores come from the one `scoring.score`, so a replayed score has the bits of the one that was
stored, as long as the formula is the same.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from prioritisation.scoring import formula

POLICY, PERSONA, READING, REQUIREMENT, RATING = (
    "policy",
    "persona",
    "reading",
    "requirement",
    "rating",
)
ALL = None
"""In place of ids: every requirement of the product."""


@dataclass(frozen=True, slots=True)
class Event:
    """A row as one change left it; `values` is None where it deleted the row.

    policy       a scoring.Policy
    persona      (is end user, headcount or nan, importance)
    reading      (persona id, day, installed, active, worked_around)
    requirement  effort or nan
    rating       (requirement id, persona id, value, confidence)
    """

    kind: str
    id: int
    """The event's own; of two events of one row the later has the higher."""
    row: int
    values: object


class Replay:
    """The inputs after the events applied so far."""

    def __init__(self):
        self._rows = {kind: {} for kind in (POLICY, PERSONA, READING, REQUIREMENT)}
        self._ratings = defaultdict(dict)
        self._requirement_of = {}
        self._newest = {}

    def apply(self, events):
        """Apply the events of one change; return the ids of the requirements whose score it can
        alter, or ALL.

        Changes of one run come by their ids, not by their COMMITs. An event that is older than
        what its row already shows is passed over: it was overwritten before the run.
        """
        touched, everything = set(), False
        for event in events:
            place = event.kind, event.row
            if self._newest.get(place, -1) > event.id:
                continue
            self._newest[place] = event.id
            if event.kind == RATING:
                touched.add(self._rate(event))
                continue
            self._put(event)
            if event.kind == REQUIREMENT:
                touched.add(event.row)
            else:
                everything = True
        return ALL if everything else touched

    def _put(self, event):
        rows = self._rows[event.kind]
        if event.values is None:
            rows.pop(event.row, None)
        else:
            rows[event.row] = event.values

    def _rate(self, event):
        known = event.values and event.values[0]
        requirement = known or self._requirement_of.get(event.row)
        self._requirement_of[event.row] = requirement
        if event.values is None:
            self._ratings[requirement].pop(event.row, None)
        else:
            self._ratings[requirement][event.row] = event.values[1:]
        return requirement

    def has(self, requirement_id):
        return requirement_id in self._rows[REQUIREMENT]

    def scores(self, requirement_ids=ALL):
        """scoring.Scores of those of the requirements that exist, and their ids (sorted)."""
        known = self._rows[REQUIREMENT]
        ids = sorted(known if requirement_ids is ALL else known.keys() & set(requirement_ids))
        found = formula.score(
            next(iter(self._rows[POLICY].values()), formula.Policy()),
            self._personas(),
            self._ratings_of(ids),
            np.array(ids, np.int64),
            np.array([known[pk] for pk in ids], np.float64),
        )
        return ids, found

    def _personas(self):
        people = self._rows[PERSONA]
        ids = sorted(people)
        latest = {}
        for pk, (persona, day, *counts) in self._rows[READING].items():
            if persona not in latest or latest[persona][0] < (day, pk):
                latest[persona] = ((day, pk), counts)
        unknown = (None, (np.nan, np.nan, np.nan))
        measures = np.array([latest.get(pk, unknown)[1] for pk in ids], np.float64).reshape(-1, 3)
        described = [people[pk] for pk in ids]
        return formula.Personas(
            ids=np.array(ids, np.int64),
            is_end_user=np.array([one[0] for one in described], bool),
            headcount=np.array([one[1] for one in described], np.float64),
            importance=np.array([one[2] for one in described], np.float64),
            installed=measures[:, 0],
            active=measures[:, 1],
            worked_around=measures[:, 2],
        )

    def _ratings_of(self, ids):
        rows = [
            (pk, requirement, *values)
            for requirement in ids
            for pk, values in self._ratings.get(requirement, {}).items()
        ]
        columns = list(zip(*rows, strict=True)) or [()] * 5
        kinds = (np.int64, np.int64, np.int64, np.float64, np.float64)
        return formula.Ratings(*(np.array(c, k) for c, k in zip(columns, kinds, strict=True)))


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change did to one requirement's stored score; ten-thousandths."""

    version: int
    """Of the run that took it in."""
    change_id: int
    by: int


def effects(replay, runs, requirement_ids, *, before=None, after=None):
    """Requirement id → its Effects that aren't 0, in the order in which they came about.

    replay  the inputs as they were before the first of the runs; it is used up
    runs    (version, [(change id, its Events)]) by version, the changes of each by id
    before, after
            requirement id → score, where the same formula computed what is stored: the ends needn't
            be computed again

    An effect is the difference of two integers, the score before and after. A requirement that
    doesn't exist yet, or that nobody rated, has the score 0. One that a run deleted has none: what
    it had become by then was never stored.
    """
    standing = _scores(replay, requirement_ids) if before is None else dict(before)
    last = [change_id for _version, changes in runs for change_id, events in changes if events][-1:]
    found = {pk: [] for pk in requirement_ids}
    for version, changes in runs:
        new = {pk: [] for pk in requirement_ids}
        for change_id, events in changes:
            touched = replay.apply(events)
            asked = requirement_ids if touched is ALL else touched & set(requirement_ids)
            known = after is not None and [change_id] == last
            if not asked:
                continue
            scores = {pk: after[pk] for pk in asked} if known else _scores(replay, asked)
            for pk, score in scores.items():
                if score != standing.get(pk, 0):
                    new[pk].append(Effect(version, change_id, score - standing.get(pk, 0)))
                    standing[pk] = score
        for pk, came_about in new.items():
            if replay.has(pk):
                found[pk] += came_about
    return found


def _scores(replay, requirement_ids):
    ids, scores = replay.scores(requirement_ids)
    return dict(zip(ids, scores.score.tolist(), strict=True))
