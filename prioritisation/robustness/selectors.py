"""How sure a product's order is, read from its inputs as they are now."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import caches

from prioritisation.models.analyses import Analysis, Kind, State
from prioritisation.pipeline.snapshots import snapshot
from prioritisation.scoring.rank_acceptability import plausible
from prioritisation.scoring.sensitivity import TOPS, sensitivity
from prioritisation.selectors.current_inputs import Present, read_present
from prioritisation.selectors.rankings import standing_of
from products.models import OPEN, Requirement

cache = caches["process"]

#: so many open requirements are drawn while one waits; more by a worker
AT_ONCE = 200
#: nobody has asked for it yet; other states are State
NOT_STARTED = "not_started"


@dataclass(frozen=True)
class Sureness:
    present: Present
    standings: list
    """sensitivity.Standing"""

    titles: dict
    """Requirement id → title, of those in a flip or alone at the top."""


def read_sureness(product_id):
    """The product's Sureness, in one snapshot."""
    with snapshot():
        present = read_present(product_id)
        standings = sensitivity(*present.arguments)
        return Sureness(present, standings, titles_of(_mentioned(standings)))


def _mentioned(standings):
    ids = {standing.members[0] for standing in standings}
    holds = [hold for standing in standings for hold in standing.holds]
    for flip in (flip for hold in holds for flip in (hold.below, hold.above) if flip):
        ids |= {flip.riser, flip.faller}
    return ids


def titles_of(requirement_ids):
    """Requirement id → title, of those that are still there."""
    found = Requirement.objects.filter(pk__in=requirement_ids)
    return dict(found.values_list("id", "title"))


@dataclass(frozen=True)
class PlausibleRanks:
    state: str
    """A State or NOT_STARTED."""
    progress: float
    result: dict | None
    """As `plausible_in_json` gives it; the last one while a new one is under way."""
    stale: bool
    """Whether the result is from before the last change of an input."""
    started_at: datetime | None = None
    error: str = ""

    @property
    def is_under_way(self):
        return self.state in {State.WAITING, State.RUNNING}


def takes_a_worker(product_id):
    return Requirement.objects.filter(product_id=product_id, status__in=OPEN).count() > AT_ONCE


def read_plausible(product_id, present=None):
    """The product's PlausibleRanks: worked out here and now, or as far as a worker is.

    `present` is the product's, where it has been read already."""
    if not takes_a_worker(product_id):
        present = present or read_present(product_id)
        # A tenth of a second's work, and a page that follows the scores asks often.
        result = cache.get_or_set(
            _key(product_id, present.standing),
            lambda: plausible_in_json(plausible(*present.arguments), present),
        )
        return PlausibleRanks(State.DONE, 1.0, result, stale=False)
    with snapshot():
        standing = standing_of(product_id)
        kind = Kind.PLAUSIBLE
        analysis = Analysis.objects.filter(product_id=product_id, kind=kind).first()
    if analysis is None:
        return PlausibleRanks(NOT_STARTED, 0.0, None, stale=False)
    return PlausibleRanks(
        state=analysis.state,
        progress=analysis.progress,
        result=analysis.result,
        stale=analysis.result is not None and analysis.validator != standing.validator,
        started_at=analysis.created_at,
        error=analysis.error,
    )


def kept_plausible(product_id, standing):
    """The result for where the product stands, where it has been worked out here; else None."""
    return cache.get(_key(product_id, standing))


def _key(product_id, standing):
    return f"plausible.{product_id}.{standing.validator}"


def plausible_in_json(found, present):
    """A `Plausible` as it is stored, by requirement ids and numbers."""
    within = {top: found.within(top) for top in TOPS}
    usual = found.usual().tolist()
    return {
        "draws": found.draws,
        "ranked": found.ranks.shape[1],
        "requirements": [
            {
                "id": requirement_id,
                "number": present.number_of(requirement_id),
                "rank": int(found.present[place]),
                **{f"top_{top}": float(within[top][place]) for top in TOPS},
                "usual": usual[place],
                "ranks": (found.ranks[place, :20] / found.draws).tolist(),
            }
            for place, requirement_id in enumerate(found.requirement_ids.tolist())
        ],
    }
