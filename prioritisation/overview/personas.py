"""The page of personas: their say, their adoption, and what counting a new one would do."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef

from personas.models import AdoptionReading, Persona
from prioritisation.models import Rating
from prioritisation.pipeline.read_inputs import read_inputs
from prioritisation.presentation.charts.adoption_line import ROWS, Trend, trend
from prioritisation.scoring import formula
from prioritisation.selectors.weights import people_of
from products.models import OPEN

FEW_PERCENT = 0.02


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the funnel; widths in percent of the segment."""

    name: str
    people: int
    width: float
    cut: float = 0
    """Those who also work around it, at the end of those who use it."""
    of_these: bool = False


@dataclass(slots=True)
class Portrait:
    persona: object
    share: float | None
    """Of the whole say, 0…1; None where not counted."""
    adoption: float | None
    funnel: list
    trend: Trend
    unrated: int = 0
    comes_in: list = field(default_factory=list)
    """Titles that counting them now would bring into the top three."""
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
            trend(history[persona.pk], people.policy),
        )
        for persona in people.personas
    ]
    gallery = Gallery(people, portraits, product.requirements.open().count())
    _foresee(product, gallery)
    return gallery


def _history(product):
    """Persona id → as many of its latest readings as are told, oldest first."""
    latest = AdoptionReading.objects.filter(persona=OuterRef("pk")).order_by("-observed_on")
    ids = dict(
        Persona.objects.filter(product=product).values_list(
            "pk", ArraySubquery(latest.values("pk")[:ROWS])
        )
    )
    found = AdoptionReading.objects.in_bulk(chain.from_iterable(ids.values()))
    told = defaultdict(list)  # also for a persona that is made meanwhile
    for persona, latest_first in ids.items():
        told[persona] = [found[pk] for pk in reversed(latest_first) if pk in found]
    return told


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
            of_these=True,
        ),
    ]
    if persona.headcount:
        steps.insert(0, Step("in the segment", persona.headcount, width(persona.headcount)))
    return steps


def _foresee(product, gallery):
    """Fill in, for those not counted, what they lack and whether counting them moves the top."""
    waiting = [one for one in gallery.uncounted if one.persona.is_end_user]
    if not waiting:
        return
    rated = defaultdict(set)
    for persona_id, requirement_id in Rating.objects.filter(
        product=product,
        persona__in=[one.persona.pk for one in waiting],
        requirement__status__in=OPEN,
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
        after = _top_three(inputs, counted)
        one.top_would_change = after != before
        one.comes_in = [pk for pk in after if pk not in before]
    _name(product, waiting)


def _name(product, portraits):
    """Titles instead of ids in what comes in."""
    ids = {pk for one in portraits for pk in one.comes_in}
    titles = dict(product.requirements.filter(pk__in=ids).values_list("pk", "title"))
    for one in portraits:
        one.comes_in = [titles[pk] for pk in one.comes_in if pk in titles]


def _top_three(inputs, personas):
    scores = formula.score(
        inputs.policy, personas, inputs.ratings, inputs.requirement_ids, inputs.effort
    )
    ranked = np.flatnonzero(inputs.is_open & (scores.answered > 0))
    order = sorted(ranked, key=lambda i: (-scores.score[i], inputs.numbers[i]))
    return [int(inputs.requirement_ids[i]) for i in order[:3]]
