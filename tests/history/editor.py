"""Edits at random, for tests of what the history tells."""

import random

from django.utils import timezone

from personas.services import record_reading
from prioritisation.models import ScoringPolicy
from prioritisation.ratings.services import NewRating, record_ratings
from products.models import Requirement, Status
from products.services import delete_requirement


class Editor:
    """Edits a product at random, by the services that pages use."""

    def __init__(self, product, by, seed):
        self.product, self.by, self.chance = product, by, random.Random(seed)

    def rate(self):
        requirement, persona = self._requirement(), self._persona()
        if requirement:
            basis = self.chance.choice(["seen", "asked", "guessed"])
            # Few values: ties are what a replay gets wrong most easily.
            new = NewRating(requirement.pk, persona.pk, self.chance.choice([-5, 0, 5]), basis)
            record_ratings(product=self.product, by=self.by, ratings=[new])

    def add(self):
        Requirement.objects.create(product=self.product, title="An idea", effort=1)

    def close_or_open(self):
        if requirement := self._requirement():
            requirement.status = self.chance.choice(Status.values)
            requirement.save(update_fields=["status"])

    def delete(self):
        if requirement := self._requirement():
            delete_requirement(requirement)

    def count_or_not(self):
        persona = self._persona()
        persona.importance = self.chance.choice([0, 1, 3])
        persona.save(update_fields=["importance"])

    def record(self):
        day, active = self.chance.randint(1, 28), self.chance.randint(0, 500)
        record_reading(
            persona=self.product.personas.get(name="Nurse"),
            observed_on=timezone.localdate().replace(day=day),
            installed=500,
            active=active,
            by=self.by,
        )

    def weigh(self):
        say = self.chance.choice([0.7, 0.85, 0.95])
        ScoringPolicy.objects.filter(product=self.product).update(end_user_say=say)

    def edit(self):
        likely = [self.rate] * 6 + [self.add] * 3
        self.chance.choice(
            [*likely, self.close_or_open, self.delete, self.count_or_not, self.record, self.weigh]
        )()

    def _requirement(self):
        return self.chance.choice([*self.product.requirements.all()] or [None])

    def _persona(self):
        return self.chance.choice(list(self.product.personas.all()))
