"""Why scores moved: what each transaction of the input history did to them.

The history is replayed from its beginning, so the effects add up to the movement exactly.
"""

from dataclasses import dataclass

from django.db import connection

from personas.models import AdoptionReading, Kind, Persona
from prioritisation.history import replaying
from prioritisation.history.past import scores_at
from prioritisation.history.replaying import Event
from prioritisation.models import CONFIDENCE, PARAMETERS, Rating, ScoringPolicy
from prioritisation.scoring import Policy
from prioritisation.selectors import snapshot
from products.models import Requirement

UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class Movement:
    """How one requirement's stored score came from one version's to another's."""

    before: int
    """Ten-thousandths, like all here; 0 where it wasn't scored yet."""
    after: int
    effects: list
    """replaying.Effects in the order in which they came about."""
    unexplained: int
    """What the history doesn't tell: another formula computed the older score. `after − before`
    is the sum of the effects and this."""


def movements(product, start, end, requirement_ids=replaying.ALL):
    """Requirement id → its Movement from version `start` to version `end`, where there is any."""
    with snapshot():
        events = list(_events(product, requirement_ids))
        runs = _runs(product, end, {event.change_id for event in events})
        scores = scores_at(product, [start, end], requirement_ids)
    found = replaying.effects(events, runs, requirement_ids)
    moved = {}
    for pk in found.keys() | scores[end].keys():
        before, after = (scores[version].get(pk, 0) for version in (start, end))
        effects = [effect for effect in found.get(pk, ()) if effect.version > start]
        rest = after - before - sum(effect.by for effect in effects)
        if effects or rest:
            moved[pk] = Movement(before, after, effects, rest)
    return moved


def _runs(product, end, change_ids):
    """(version, ids of the changes it took in) of each run that took in one of these, oldest
    first. The others, all that anybody did to other requirements, have no effect here."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT version, cause_change_ids FROM prioritisation_scoringrun WHERE id IN (
                SELECT r.id FROM prioritisation_scoringrun r, unnest(r.cause_change_ids) change_id
                WHERE r.product_id = %s AND r.version <= %s
                    AND change_id IN (SELECT unnest(%s::bigint[]))
            ) ORDER BY version
            """,
            [product.pk, end, list(change_ids)],
        )
        return cursor.fetchall()


def _events(product, requirement_ids):
    """The events of the product's inputs; only those requirements and their ratings, if given."""
    only = {}
    if requirement_ids is not replaying.ALL:
        only = {
            Rating: {"requirement_id__in": requirement_ids},
            Requirement: {"pgh_obj_id__in": requirement_ids},
        }
    for kind, model, columns, values in KINDS:
        events = model.pgh_event_model.objects.filter(product_id=product.pk, **only.get(model, {}))
        told = events.order_by("pgh_id").values_list(
            "pgh_id", "pgh_obj_id", "pgh_change_id", "pgh_label", *columns
        )
        for pk, row, change_id, label, *rest in told.iterator(chunk_size=5_000):
            yield Event(kind, pk, row, change_id, None if label == "delete" else values(*rest))


def _number(value):
    return UNKNOWN if value is None else float(value)


KINDS = (
    (replaying.POLICY, ScoringPolicy, PARAMETERS, Policy),
    (
        replaying.PERSONA,
        Persona,
        ("kind", "headcount", "importance"),
        lambda kind, people, importance: (kind == Kind.END_USER, _number(people), importance),
    ),
    (
        replaying.READING,
        AdoptionReading,
        ("persona_id", "observed_on", "installed", "active", "worked_around"),
        lambda *values: values,
    ),
    (replaying.REQUIREMENT, Requirement, ("effort",), _number),
    (
        replaying.RATING,
        Rating,
        ("requirement_id", "persona_id", "value", "basis"),
        lambda requirement, persona, value, basis: (
            requirement,
            persona,
            float(value),
            CONFIDENCE[basis],
        ),
    ),
)
