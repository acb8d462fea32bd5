"""What made a requirement's score change: the inputs that a run took in, from the input history."""

from collections import defaultdict
from operator import itemgetter
from typing import NamedTuple

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
    return {
        run.pk: [cause for pk in sorted(run.cause_change_ids) for cause in told[pk]][:MOST]
        for run in runs
    }


def _told(requirement, runs):
    """Change id → its causes."""
    change_ids = {change_id for run in runs for change_id in run.cause_change_ids}
    tables = {table for run in runs for table in run.cause_tables}
    found = changes_in(requirement.product_id, change_ids, [requirement.pk], tables=tables)
    names, told = Names([one.event for one in found]), defaultdict(list)
    for model, event, before in found:
        told[event.pgh_change_id].append(
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


class Change(NamedTuple):
    """An event of the input history, and the same row's event before it, or None."""

    model: type
    event: object
    before: object


def changes_in(product_id, change_ids, requirement_ids, *, tables=None):
    """The Changes that those transactions made to the product's inputs, oldest first; of
    requirements and their ratings only those named."""
    found = [
        change
        for model in INPUTS
        if tables is None or model._meta.db_table in tables
        for change in _events(model, product_id, requirement_ids, change_ids)
    ]
    return sorted(found, key=lambda change: change.event.pgh_created_at)


class Causes:
    """Changes by what they are causes of."""

    def __init__(self, changes):
        self.changes = changes
        self._of = defaultdict(list)
        for place, change in enumerate(changes):
            self._of[change.event.pgh_change_id, _requirement_of(change)].append((place, change))

    def of(self, change_id, requirement_id):
        """The Changes of that id to the requirement, or to what counts for all of them."""
        own = self._of.get((change_id, requirement_id), [])
        shared = self._of.get((change_id, None), [])
        return [change for _place, change in sorted(own + shared, key=itemgetter(0))]


def _requirement_of(change):
    """The id of the requirement that it is of alone, or None."""
    if change.model is Requirement:
        return change.event.pgh_obj_id
    return getattr(change.event, "requirement_id", None)


def _events(model, product_id, requirement_ids, change_ids):
    only = {
        Requirement: {"pgh_obj_id__in": requirement_ids},
        Rating: {"requirement_id__in": requirement_ids},
    }.get(model, {})
    every = model.pgh_event_model.objects
    earlier = every.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    events = list(
        every.filter(pgh_change_id__in=change_ids, product_id=product_id, **only)
        .annotate(before=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1]))
        .order_by("pgh_id")
    )
    befores = every.in_bulk([event.before for event in events if event.before])
    return [Change(model, event, befores.get(event.before)) for event in events]
