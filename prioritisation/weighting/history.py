"""Each time somebody saved how a product is weighed: its policy, who counts how much, or both."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from math import fsum

from django.db import connection
from django.db.models import F, Q, Window
from django.db.models.functions import Lag

from personas.models import Kind, Persona
from prioritisation.history.sentences import share_change
from prioritisation.models import ScoringPolicy
from prioritisation.presentation.formatting import percent
from products.input_history import Names

SHOWN = 20
#: events of importances that are looked at
MOST = 500
#: smaller changes of a share aren't seen
LEAST = 0.0005


@dataclass(frozen=True, slots=True)
class Weighing:
    at: datetime
    who: str
    reason: str
    end_user_say: float
    people_exponent: float
    """The policy's, as it was from then on."""
    shares: list
    """“Nurse 80 → 60 %”, of its group's say, of each that somebody moved; of one whose run is still
    to come, the name alone."""


def read_weighings(product):
    """The latest Weighings, newest first; the last of all is what the product began with."""
    policies = list(
        ScoringPolicy.pgh_event_model.objects.filter(product_id=product.pk).order_by("-pgh_id")
    )[:SHOWN]
    moved = _moved(product.pk)
    # What a transaction did has one time. Its shares are told with its last policy, if it has one.
    tells = {save: events[0] for save, events in moved.items()}
    tells |= {_save(policy): policy for policy in reversed(policies)}
    alone = [event for event in tells.values() if event not in policies]
    newest = sorted([*policies, *alone], key=lambda one: one.pgh_created_at, reverse=True)[:SHOWN]
    names, shares = Names(newest), _shares(product, moved)
    return [
        _weighing(
            event,
            policies,
            names.who(event),
            shares.get(_save(event), []) if tells[_save(event)] is event else [],
        )
        for event in newest
    ]


def _save(event):
    return event.pgh_change_id, event.pgh_created_at


def _weighing(event, policies, who, shares):
    earlier = (one for one in policies if one.pgh_created_at <= event.pgh_created_at)
    policy = event if event in policies else next(earlier, policies[-1])
    return Weighing(
        at=event.pgh_created_at,
        who=who,
        reason=policy.reason if policy is event else "",
        end_user_say=policy.end_user_say,
        people_exponent=policy.people_exponent,
        shares=shares,
    )


def _moved(product_id):
    """_save → the events in it that gave a persona another importance; of the latest."""
    events = Persona.pgh_event_model.objects.filter(product_id=product_id)
    before = Window(Lag("importance"), partition_by="pgh_obj_id", order_by="pgh_id")
    other = Q(importance__lt=F("before")) | Q(importance__gt=F("before"))
    found = defaultdict(list)
    for event in events.annotate(before=before).filter(other).order_by("-pgh_id")[:MOST]:
        found[_save(event)].insert(0, event)
    return found


def _shares(product, moved):
    """_save → what its run says of the shares in the groups concerned, in words."""
    told = {save: [event.name for event in events] for save, events in moved.items()}
    personas = list(Persona.objects.filter(product=product))
    for change_ids, before, after in _runs(product.pk, [change_id for change_id, _at in moved]):
        for save in (save for save in moved if save[0] in change_ids):
            kinds = {event.kind == Kind.END_USER for event in moved[save]}
            groups = [[one for one in personas if one.is_end_user is kind] for kind in kinds]
            told[save] = [words for group in groups for words in _changes(group, before, after)]
    return told


def _runs(product_id, change_ids):
    """(change ids, {persona: weight} before, after) of each run that took one of them in."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.cause_change_ids, b.persona_ids, b.weights, r.persona_ids, r.weights
            FROM prioritisation_scoringrun r
            JOIN prioritisation_scoringrun b
                ON b.product_id = r.product_id AND b.version = r.version - 1
            WHERE r.product_id = %s AND r.cause_change_ids && %s::bigint[]
            """,
            [product_id, change_ids],
        )
        return [
            (caused, dict(zip(before, had, strict=True)), dict(zip(after, has, strict=True)))
            for caused, before, had, after, has in cursor.fetchall()
        ]


def _changes(group, before, after):
    had, has = _within(group, before), _within(group, after)
    pairs = [(one.name, had.get(one.pk, 0), has.get(one.pk, 0)) for one in group]
    return [f"{name} {_change(*pair)}" for name, *pair in pairs if abs(pair[0] - pair[1]) >= LEAST]


def _within(group, weights):
    """Persona id → its share of what the group weighs, of those who count."""
    total = fsum(weights.get(one.pk, 0) for one in group)
    return {one.pk: weights[one.pk] / total for one in group if weights.get(one.pk)}


def _change(before, after):
    if not before:
        return f"not counted → {percent(after)}"
    return share_change(before, after) if after else f"{percent(before)} → not counted"
