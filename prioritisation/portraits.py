"""The page of personas: their say, their adoption, and what counting a new one would do."""

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
from django.db import connection

from personas.models import AdoptionReading
from prioritisation import scoring
from prioritisation.inputs import read_inputs
from prioritisation.models import Rating
from prioritisation.people import people_of
from products.models import OPEN

FEW_PERCENT = 0.02
POINTS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the funnel; widths in percent of the segment."""

    name: str
    people: int
    width: float
    cut: float = 0


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    day: object
    share: float


@dataclass(slots=True)
class Portrait:
    persona: object
    share: float | None
    """Of the whole say, 0…1; None where not counted."""
    adoption: float | None
    funnel: list
    trend: list
    unrated: int = 0
    top_would_change: bool = False

    @property
    def hardly_counts(self):
        return self.share is not None and self.share < FEW_PERCENT


@dataclass(slots=True)
class Gallery:
    people: object
    portraits: list
    open_requirements: int

    @property
    def users(self):
        return [one for one in self._counted if one.persona.is_end_user]

    @property
    def payers(self):
        return [one for one in self._counted if not one.persona.is_end_user]

    @property
    def uncounted(self):
        return [one for one in self.portraits if one.share is None]

    @property
    def _counted(self):
        return [one for one in self.portraits if one.share is not None]

    def say_of(self, portraits):
        return sum(one.share for one in portraits)

    @property
    def users_say(self):
        return self.say_of(self.users)

    @property
    def payers_say(self):
        return self.say_of(self.payers)

    @property
    def in_use(self):
        """How many people use it by the latest readings, or None without any."""
        seen = [one.persona.reading for one in self.portraits if one.persona.reading]
        return sum(reading.active for reading in seen) if seen else None


def read_gallery(product):
    people = people_of(product)
    share, adoption = people.share, people.adoption
    history = _history(product)
    portraits = [
        Portrait(
            persona,
            share.get(persona.pk),
            adoption.get(persona.pk),
            _funnel(persona),
            _trend(history[persona.pk], people.policy),
        )
        for persona in people.personas
    ]
    gallery = Gallery(people, portraits, product.requirements.open().count())
    _foresee(product, gallery)
    return gallery


def _history(product):
    """Persona id → its last readings, oldest first."""
    found = defaultdict(list)
    readings = AdoptionReading.objects.filter(product=product, installed__gt=0)
    for reading in readings.order_by("observed_on", "id"):
        found[reading.persona_id].append(reading)
    return defaultdict(list, {pk: rows[-POINTS_SHOWN:] for pk, rows in found.items()})


def _funnel(persona):
    reading = persona.reading
    if not reading:
        return []
    whole = max(persona.headcount or 0, reading.installed, 1)

    def width(people):
        return round(people / whole * 100, 1)

    loyal = reading.active - reading.worked_around
    steps = [
        Step("have it", reading.installed, width(reading.installed)),
        Step("use it", reading.active, width(reading.active)),
        Step(
            "also work around it",
            reading.worked_around,
            width(loyal),
            round(width(reading.active) - width(loyal), 1),
        ),
    ]
    if persona.headcount:
        steps.insert(0, Step("in the segment", persona.headcount, width(persona.headcount)))
    return steps


def _trend(readings, policy):
    """Adoption at each reading, as points of a 160 × 82 chart."""
    if len(readings) < 2:
        return []
    first, last = readings[0].observed_on, readings[-1].observed_on
    days = (last - first).days or 1
    points = []
    for reading in readings:
        loyal = (
            reading.active - reading.worked_around + policy.assumed_seats * policy.assumed_adoption
        )
        share = loyal / (reading.installed + policy.assumed_seats)
        x = 34 + (reading.observed_on - first).days / days * 160
        points.append(Point(round(x, 1), round(90 - share * 82, 1), reading.observed_on, share))
    return points


def _foresee(product, gallery):
    """Fill in, for those not counted, what they lack and whether counting them moves the top."""
    waiting = [one for one in gallery.uncounted if one.persona.is_end_user]
    if not waiting:
        return
    rated = defaultdict(set)
    for persona_id, requirement_id in Rating.objects.filter(
        product=product, requirement__status__in=OPEN
    ).values_list("persona", "requirement"):
        rated[persona_id].add(requirement_id)
    with connection.cursor() as cursor:
        inputs = read_inputs(cursor, product.pk, force=True)
    before = _top_three(inputs, inputs.personas)
    for one in waiting:
        one.unrated = gallery.open_requirements - len(rated[one.persona.pk])
        importance = np.where(
            inputs.personas.ids == one.persona.pk, 1.0, inputs.personas.importance
        )
        counted = replace(inputs.personas, importance=importance)
        one.top_would_change = _top_three(inputs, counted) != before


def _top_three(inputs, personas):
    scores = scoring.score(
        inputs.policy, personas, inputs.ratings, inputs.requirement_ids, inputs.effort
    )
    ranked = np.flatnonzero(inputs.is_open & (scores.answered > 0))
    order = sorted(ranked, key=lambda i: (-scores.score[i], inputs.numbers[i]))
    return [int(inputs.requirement_ids[i]) for i in order[:3]]
