"""What happened to a product's policy and adoption, run by run, with who did it and why."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from math import isnan

from django.db import connection

from personas.models import AdoptionReading, Persona
from prioritisation.history.sentences import policy_changes, share_change
from prioritisation.models import ScoringPolicy
from prioritisation.presentation.formatting import and_join
from products.input_history import Names

POLICY, ADOPTION = "policy", "adoption"
MOST_RUNS = 50
TABLES = {
    POLICY: ScoringPolicy._meta.db_table,
    ADOPTION: AdoptionReading._meta.db_table,
}


@dataclass(frozen=True, slots=True)
class Milestone:
    version: int
    at: datetime
    kind: str
    """policy or adoption."""
    short: str
    """For a mark on a chart."""
    words: str
    who: str
    reason: str


def milestones(product, since):
    """(the product's Milestones since that moment, oldest first: changes of policy and readings
    that the scores took in; whether there were more, in earlier runs than the MOST_RUNS latest).
    The first run, with which everything begins, is none."""
    latest = _runs(product.pk, since)
    runs = latest[:MOST_RUNS][::-1]
    change_ids = {change_id for run in runs for change_id in run["change_ids"]}
    policies = _events(ScoringPolicy, product, change_ids)
    readings = _events(AdoptionReading, product, change_ids)
    every = [event for told in (policies, readings) for events in told.values() for event in events]
    names = Names(every)
    people = dict(Persona.objects.filter(product=product).values_list("pk", "name"))
    found = []
    for run in runs:
        if changes := _policy_changes(run):
            events = [event for change_id in run["change_ids"] for event in policies[change_id]]
            found.append(_policy(run, changes, events, names))
        events = [event for change_id in run["change_ids"] for event in readings[change_id]]
        found += _adoption(run, events, names, people)
    return found, len(latest) > MOST_RUNS


def _events(model, product, change_ids):
    """Change id → the events of the model's rows in it, oldest first."""
    told = defaultdict(list)
    every = model.pgh_event_model.objects
    events = every.filter(product_id=product.pk, pgh_change_id__in=change_ids)
    for event in events.order_by("pgh_id"):
        told[event.pgh_change_id].append(event)
    return told


def _policy(run, changes, events, names):
    after = json.loads(run["policy"])
    # A transaction may have saved it more than once (the samples are told in one).
    saved = [event for event in events if all(getattr(event, n) == v for n, v in after.items())]
    last = saved[-1] if saved else None
    return Milestone(
        version=run["version"],
        at=run["at"],
        kind=POLICY,
        short="Policy saved",
        words=f"Policy: {and_join(changes)}",
        who=names.who(last) if last else "",
        reason=last.reason if last else "",
    )


def _policy_changes(run):
    return policy_changes(json.loads(run["policy_before"]), json.loads(run["policy"]))


def _adoption(run, events, names, people):
    """A Milestone for each persona of whom the run knew another adoption than the one before."""
    if TABLES[ADOPTION] not in run["tables"]:
        return
    before = dict(run["adoption_before"])
    for persona, after in run["adoption"]:
        # NaN (somebody who pays) differs from itself, and from a number.
        if persona not in before or isnan(after) or before[persona] == after:
            continue
        told = [
            event
            for event in events
            if event.persona_id == persona and event.observed_on <= run["at"].date()
        ]
        last = max(told, key=lambda event: (event.observed_on, event.pgh_id), default=None)
        name = people.get(int(persona), "a deleted persona")
        if last is None or isnan(before[persona]):
            continue
        yield Milestone(
            version=run["version"],
            at=run["at"],
            kind=ADOPTION,
            short=f"{name} {share_change(before[persona], after)}",
            words=f"{name}: adoption {share_change(before[persona], after)}",
            who=names.who(last),
            reason=last.note,
        )


def _runs(product_id, since):
    """Runs that took in a policy or a reading, each with the policy and adoption before it; the
    latest first, and one more than are told."""
    columns = (
        "version",
        "at",
        "change_ids",
        "tables",
        "policy",
        "policy_before",
        "adoption",
        "adoption_before",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.version, r.computed_at, r.cause_change_ids, r.cause_tables::text[],
                r.policy::text, b.policy::text,
                array(SELECT ARRAY[id, a] FROM unnest(r.persona_ids, r.adoption) x (id, a)),
                array(SELECT ARRAY[id, a] FROM unnest(b.persona_ids, b.adoption) x (id, a))
            FROM prioritisation_scoringrun r
            JOIN prioritisation_scoringrun b
                ON b.product_id = r.product_id AND b.version = r.version - 1
            WHERE r.product_id = %(product)s AND r.computed_at >= %(since)s
                AND r.cause_tables::text[] && %(tables)s::text[]
            ORDER BY r.version DESC LIMIT %(most)s
            """,
            {
                "product": product_id,
                "since": since,
                "tables": list(TABLES.values()),
                "most": MOST_RUNS + 1,
            },
        )
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
