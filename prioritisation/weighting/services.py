"""Writes to scenarios, and the one write of theirs that the scores follow. The caller has
authorised them."""

from django.db import transaction
from django.utils import timezone

from personas.services import FIGURES, record_reading
from prioritisation.models import (
    LEAST_SAY_WITHOUT_REASON,
    PARAMETERS,
    Scenario,
    ScenarioPersona,
    ScoringPolicy,
)
from prioritisation.selectors.weights import people_of
from prioritisation.weighting.overrides import beyond, otherwise_of, supposed_by
from products.versions import StaleVersion, holds_alike, save_if_current

WRITTEN = ("name", "note", *PARAMETERS)


class NeedsReason(Exception):
    """Less than two thirds for the end users are applied with a note that says why, or not."""


@transaction.atomic
def keep_scenario(scenario, *, otherwise, by):
    """Insert an unsaved Scenario, and what would be Otherwise of its personas."""
    author = by if by is not None and by.pk else None
    scenario.created_by = scenario.updated_by = author
    scenario.save(force_insert=True)
    _write_personas(scenario, otherwise)
    return scenario


@transaction.atomic
def change_scenario(scenario, *, version, otherwise, by):
    """Write a Scenario as it now is, and what would be Otherwise of its personas, if it still is
    at `version`. Returns it as stored; raises as `save_if_current` does.
    """
    # Without it a change to its personas alone would be no new version.
    scenario.updated_at = timezone.now()
    fields = [*WRITTEN, "updated_at"]
    stored = save_if_current(scenario, version=version, fields=fields, by=by)
    scenario.personas.all().delete()
    _write_personas(scenario, otherwise)
    return stored


def save_scenario(scenario, *, version, otherwise, by):
    """`change_scenario`, unless it is so already: then nothing is written."""
    current = Scenario.objects.get(pk=scenario.pk)
    same = current.version == version and holds_alike(current, scenario, WRITTEN)
    if same and otherwise == otherwise_of(current):
        return current
    return change_scenario(scenario, version=version, otherwise=otherwise, by=by)


@transaction.atomic
def apply_scenario(scenario, *, version, by, today=None):
    """Make the product weigh as the scenario does, if that still is at `version`: its policy, its
    personas' importances, and its readings as today's. Ordinary writes, so the scores follow;
    what is as the scenario has it already isn't written.

    Raises NeedsReason, and StaleVersion where the scenario has changed. What others do to the
    policy or a persona meanwhile waits for the end.
    """
    scenario = type(scenario).objects.select_for_update(of=["self"]).get(pk=scenario.pk)
    if scenario.version != version:
        raise StaleVersion(scenario)
    product, source = scenario.product, f"Scenario “{scenario.name}”"
    policy = ScoringPolicy.objects.select_for_update().get(product=product)
    # Not their keys: somebody who records a reading of today shares one at COMMIT, while we wait
    # for that reading to be committed or not. A deadlock.
    list(product.personas.select_for_update(no_key=True).order_by("pk"))
    people = people_of(product)
    supposed = supposed_by(scenario, people)
    parameters, otherwise = beyond(people, supposed)
    if parameters or otherwise.importances:
        _weigh(policy, supposed.policy, source=source, note=scenario.note.strip(), by=by)
    for persona in people.personas:
        if persona.pk in otherwise.importances:
            persona.importance = otherwise.importances[persona.pk]
            save_if_current(persona, version=persona.version, fields=["importance"], by=by)
        if persona.pk in otherwise.readings:
            reading = otherwise.readings[persona.pk]
            _record(persona, reading, on=today or timezone.localdate(), source=source, by=by)


def _weigh(policy, supposed, *, source, note, by):
    if supposed.end_user_say < LEAST_SAY_WITHOUT_REASON and not note:
        raise NeedsReason
    for name in PARAMETERS:
        setattr(policy, name, getattr(supposed, name))
    policy.reason = f"{source}: {note}" if note else source
    save_if_current(policy, version=policy.version, fields=[*PARAMETERS, "reason"], by=by)


def _record(persona, reading, *, on, source, by):
    # The latest counts, and one may stand on a day to come.
    latest = persona.reading and persona.reading.observed_on
    record_reading(
        persona=persona,
        observed_on=max(on, latest) if latest else on,
        by=by,
        source=source,
        note=f"{source}: supposed, not observed",
        **dict(zip(FIGURES, reading, strict=True)),
    )


def _write_personas(scenario, otherwise):
    rows = []
    for persona_id in sorted({*otherwise.importances, *otherwise.readings}):
        installed, active, around = otherwise.readings.get(persona_id, (None, None, None))
        rows.append(
            ScenarioPersona(
                product_id=scenario.product_id,
                scenario=scenario,
                persona_id=persona_id,
                importance=otherwise.importances.get(persona_id),
                installed=installed,
                active=active,
                worked_around=around,
            )
        )
    ScenarioPersona.objects.bulk_create(rows)
