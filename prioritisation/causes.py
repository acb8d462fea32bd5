"""What made a requirement's score change: the inputs that a run took in, from the input history."""

from collections import defaultdict

from django.db.models import OuterRef, Subquery

from personas.models import AdoptionReading, Persona
from prioritisation.models import Rating, ScoringPolicy
from products.input_history import Names, changed_fields, means_of
from products.models import Requirement

INPUTS = (Requirement, Persona, AdoptionReading, Rating, ScoringPolicy)
#: Sources without number may have rated one requirement in one import.
MOST = 100


def causes_of(requirement, runs):
    """Run id → [{what, id, did, by, means, at, changes: [{field, old, new}]}], oldest first.

    Other requirements and their ratings are left out: they never change this one's score.
    """
    told = _told(requirement, runs)
    return {run.pk: [cause for xid in run.cause_xids for cause in told[xid]][:MOST] for run in runs}


def _told(requirement, runs):
    """Transaction id → its causes."""
    xids = {xid for run in runs for xid in run.cause_xids}
    tables = {table for run in runs for table in run.cause_tables}
    found = [
        (model, event, before)
        for model in INPUTS
        if model._meta.db_table in tables
        for event, before in _events(model, requirement, xids)
    ]
    found.sort(key=lambda one: one[1].pgh_created_at)
    names, told = Names([event for _model, event, _before in found]), defaultdict(list)
    for model, event, before in found:
        told[event.pgh_xid].append(
            {
                "what": str(model._meta.verbose_name),
                "id": event.pgh_obj_id,
                "did": event.pgh_label,
                "by": names.who(event),
                "means": means_of(event),
                "at": event.pgh_created_at,
                "changes": [
                    {"field": field.name, "old": old, "new": new}
                    for field, old, new in changed_fields(model, event, before)
                ],
            }
        )
    return told


def _events(model, requirement, xids):
    """(event, the same row's event before it or None) of what concerns the requirement."""
    only = {
        Requirement: {"pgh_obj_id": requirement.pk},
        Rating: {"requirement_id": requirement.pk},
    }.get(model, {})
    every = model.pgh_event_model.objects
    earlier = every.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    events = list(
        every.filter(pgh_xid__in=xids, product_id=requirement.product_id, **only)
        .annotate(before=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1]))
        .order_by("pgh_id")
    )
    befores = every.in_bulk([event.before for event in events if event.before])
    return [(event, befores.get(event.before)) for event in events]
