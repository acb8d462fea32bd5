"""Who has how much say, from the inputs as they are now: read without waiting for a rescore."""

from collections import defaultdict
from copy import copy
from dataclasses import dataclass, field
from math import fsum

import numpy as np
from django.db.models import OuterRef, Subquery

from personas.models import AdoptionReading, Persona
from prioritisation.models import PARAMETERS, ScoringPolicy
from prioritisation.presentation.charts.bars import in_order
from prioritisation.scoring import formula


@dataclass(frozen=True, slots=True)
class Supposed:
    """Weights that aren't stored: what a preview or a scenario asks for."""

    policy: formula.Policy
    importances: dict
    """Persona id → importance; the others' are as stored."""
    readings: dict = field(default_factory=dict)
    """End user's id → (installed, active, worked around) in place of the latest reading."""


@dataclass(frozen=True, slots=True)
class Group:
    """Those who share one say."""

    end_users: bool
    """Else buyers and sponsors."""
    personas: list
    """The counted ones, in the order of all bars."""
    now: dict
    """Persona id → its share of the group's say; together 1."""


@dataclass(frozen=True)
class People:
    """A product's personas and what they weigh under a policy."""

    policy: formula.Policy
    personas: list
    """Persona models in their order, each with `reading`: its latest one or None."""
    weights: formula.Weights

    @property
    def share(self):
        """Persona id → its share of the score, 0…1; the counted ones only."""
        return dict(zip(self.weights.persona_ids.tolist(), self.weights.weights, strict=True))

    @property
    def counted(self):
        """The personas that count, in the order of all bars."""
        share = self.share
        return in_order(persona for persona in self.personas if persona.pk in share)

    @property
    def groups(self):
        """The Groups in which somebody counts."""
        found, share = [], self.share
        for end_users in (True, False):
            personas = [one for one in self.counted if one.is_end_user is end_users]
            total = fsum(share[one.pk] for one in personas)
            if personas:
                now = {one.pk: float(share[one.pk] / total) for one in personas}
                found.append(Group(end_users, personas, now))
        return found

    @property
    def stored(self):
        """What is stored of the counted personas, as what a form asks for."""
        return Supposed(self.policy, {one.pk: one.importance for one in self.counted})

    def supposing(self, supposed):
        """The People under what is Supposed."""
        personas = [copy(persona) for persona in self.personas]
        for persona in personas:
            persona.importance = supposed.importances.get(persona.pk, persona.importance)
            if persona.pk in supposed.readings:
                persona.reading = _reading(*supposed.readings[persona.pk])
        return weighed(supposed.policy, personas)

    @property
    def mix(self):
        """[{persona, share, x, width}] of the counted; x and width in percent."""
        share, x, parts = self.share, 0.0, []
        for persona in self.counted:
            width = share[persona.pk] * 100
            parts.append(
                {
                    "persona": persona,
                    "share": share[persona.pk],
                    "x": round(x, 2),
                    "width": round(width, 2),
                }
            )
            x += width
        return parts

    @property
    def adoption(self):
        """End user's id → adoption, 0…1; the counted ones only."""
        pairs = zip(self.weights.persona_ids.tolist(), self.weights.adoption, strict=True)
        return {pk: value for pk, value in pairs if not np.isnan(value)}

    @property
    def adopted(self):
        """Part of all end users' people who use it, 0…1, or None where no end user counts."""
        users = self.weights.is_end_user
        if not users.any():
            return None
        return float(sum(self.weights.people[users] * self.weights.adoption[users]))

    @property
    def has_readings(self):
        """Whether somebody has looked at any of the adoptions that count."""
        users = (one for one in self.counted if one.is_end_user)
        return any(one.reading and one.reading.installed for one in users)


def _reading(installed, active, worked_around):
    return AdoptionReading(installed=installed, active=active, worked_around=worked_around)


def policy_of(row):
    """A row with the policy's columns as the pure function's parameters."""
    return formula.Policy(**{name: getattr(row, name) for name in PARAMETERS})


def people_of(product, policy=None):
    """The product's People; under another policy than the stored one where given."""
    return read_people([product.pk], policy)[product.pk]


def read_people(product_ids, policy=None):
    """Product id → People, in three queries however many products."""
    # Each persona's last by an index, however many there are before it.
    last = AdoptionReading.objects.filter(persona=OuterRef("pk")).order_by("-observed_on")
    last_id = Subquery(last.values("pk")[:1])
    every = list(
        Persona.objects.filter(product_id__in=product_ids).annotate(last_reading_id=last_id)
    )
    readings = AdoptionReading.objects.in_bulk(
        [one.last_reading_id for one in every if one.last_reading_id]
    )
    personas = defaultdict(list)
    for persona in every:
        persona.reading = readings.get(persona.last_reading_id)
        personas[persona.product_id].append(persona)
    policies = {
        row.product_id: policy_of(row)
        for row in ScoringPolicy.objects.filter(product_id__in=product_ids)
    }
    return {pk: weighed(policy or policies[pk], personas[pk]) for pk in product_ids}


def weighed(policy, personas):
    return People(policy, personas, formula.weigh(policy, arrays(personas)))


def arrays(personas):
    """Persona models, each with its `reading`, as the pure function takes them."""

    def column(values):
        return np.array([np.nan if value is None else value for value in values], np.float64)

    readings = [persona.reading for persona in personas]
    return formula.Personas(
        ids=np.array([persona.pk for persona in personas], np.int64),
        is_end_user=np.array([persona.is_end_user for persona in personas], bool),
        headcount=column(persona.headcount for persona in personas),
        importance=column(persona.importance for persona in personas),
        installed=column(reading and reading.installed for reading in readings),
        active=column(reading and reading.active for reading in readings),
        worked_around=column(reading and reading.worked_around for reading in readings),
    )
