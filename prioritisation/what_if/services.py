"""Writes to scenarios, and the one write of theirs that the scores follow. The caller has
authorised them."""

from django.db import transaction
from django.utils import timezone

from personas.services import record_reading
from prioritisation.models import (
    LEAST_SAY_WITHOUT_REASON,
    PARAMETERS,
    ScenarioPersona,
    ScoringPolicy,
)
from prioritisation.people import people_of
from prioritisation.what_if.supposed import latest_of, supposed_by
from products.versions import StaleVersion, save_if_current


class NeedsReason(Exception):
    """Less than two thirds for the end users are applied with a note that says why, or not."""


@transaction.atomic
def keep_scenario(scenario, *, supposed, by):
    """Insert an unsaved Scenario with its name and note, and what it supposes."""
    author = by if by is not None and by.pk else None
    _set_policy(scenario, supposed)
    scenario.created_by = scenario.updated_by = author
    scenario.save(force_insert=True)
    _write_personas(scenario, supposed)
    return scenario


@transaction.atomic
def change_scenario(scenario, *, version, supposed, by, fields=("name", "note")):
    """Write a Scenario's `fields` and what it supposes, if it still is at `version`.

    Returns it as stored; raises as `save_if_current` does.
    """
    _set_policy(scenario, supposed)
    # Without it a change to its personas alone would be no new version.
    scenario.updated_at = timezone.now()
    fields = [*fields, *PARAMETERS, "updated_at"]
    stored = save_if_current(scenario, version=version, fields=fields, by=by)
    scenario.personas.all().delete()
    _write_personas(scenario, supposed)
    return stored


@transaction.atomic
def apply_scenario(scenario, *, version, by, today=None):
    """Make the product weigh as the scenario does, if that still is at `version`: its policy, its
    personas' importances, and its readings as today's. Ordinary writes, so the scores follow.

    Raises NeedsReason, and StaleVersion where the scenario has changed. What others do to the
    policy or a persona meanwhile waits for the end.
    """
    scenario = type(scenario).objects.select_for_update(of=["self"]).get(pk=scenario.pk)
    if scenario.version != version:
        raise StaleVersion(scenario)
    if scenario.end_user_say < LEAST_SAY_WITHOUT_REASON and not scenario.note.strip():
        raise NeedsReason
    supposed, product = supposed_by(scenario), scenario.product
    source = f"Scenario “{scenario.name}”"
    policy = ScoringPolicy.objects.select_for_update().get(product=product)
    list(product.personas.select_for_update().order_by("pk"))
    for name in PARAMETERS:
        setattr(policy, name, getattr(scenario, name))
    policy.reason = f"{source}: {scenario.note}" if scenario.note.strip() else source
    save_if_current(policy, version=policy.version, fields=[*PARAMETERS, "reason"], by=by)
    for persona in people_of(product).personas:
        importance = supposed.importances.get(persona.pk, persona.importance)
        if persona.importance != importance:
            persona.importance = importance
            save_if_current(persona, version=persona.version, fields=["importance"], by=by)
        reading = supposed.readings.get(persona.pk)
        if persona.is_end_user and reading and reading != latest_of(persona):
            _record(persona, reading, on=today or timezone.localdate(), source=source, by=by)


def _record(persona, reading, *, on, source, by):
    # The latest counts, and one may stand on a day to come.
    latest = persona.reading and persona.reading.observed_on
    record_reading(
        persona=persona,
        observed_on=max(on, latest) if latest else on,
        by=by,
        source=source,
        note="Supposed, not observed.",
        **dict(zip(("installed", "active", "worked_around"), reading, strict=True)),
    )


def _set_policy(scenario, supposed):
    for name in PARAMETERS:
        setattr(scenario, name, getattr(supposed.policy, name))


def _write_personas(scenario, supposed):
    rows = []
    for persona_id in sorted({*supposed.importances, *supposed.readings}):
        installed, active, around = supposed.readings.get(persona_id) or (None, None, None)
        rows.append(
            ScenarioPersona(
                product_id=scenario.product_id,
                scenario=scenario,
                persona_id=persona_id,
                importance=supposed.importances[persona_id],
                installed=installed,
                active=active,
                worked_around=around,
            )
        )
    ScenarioPersona.objects.bulk_create(rows)
