"""A product's open requirements and all that they are weighed by, as they are now, in one snapshot:
what the pure analyses take. It waits for no rescore and holds no lock."""

from dataclasses import dataclass

import numpy as np
from django.db import connection

from personas.models import Persona
from prioritisation.pipeline.read_inputs import read_inputs
from prioritisation.pipeline.snapshots import snapshot
from prioritisation.scoring import formula
from prioritisation.selectors.rankings import Standing, standing_of


@dataclass(frozen=True)
class Present:
    standing: Standing
    """Where the stored scores stand; `stale` while a rescore is to come."""
    policy: formula.Policy
    personas: formula.Personas
    ratings: formula.Ratings
    requirement_ids: np.ndarray
    """Of the open requirements."""
    numbers: np.ndarray
    """Of the same, like the next."""
    effort: np.ndarray
    """nan where it isn't estimated."""
    names: dict
    """Persona id → (name, kind)."""

    @property
    def arguments(self):
        """What `sensitivity` and `plausible` take."""
        return self.policy, self.personas, self.ratings, self.requirement_ids, self.numbers

    @property
    def is_ranked(self):
        """bool, of the requirements: those that a counted persona rated have a rank."""
        counted = self.personas.ids[self.personas.importance > 0]
        rated = self.ratings.requirement[np.isin(self.ratings.persona, counted)]
        return np.isin(self.requirement_ids, rated)

    @property
    def ranked(self):
        """How many requirements have a rank."""
        return int(self.is_ranked.sum())

    def number_of(self, requirement_id):
        return int(self.numbers[self.requirement_ids == requirement_id][0])


def read_present(product_id):
    """The product's Present."""
    with snapshot(), connection.cursor() as cursor:
        standing = standing_of(product_id)
        inputs = read_inputs(cursor, product_id, force=True)
        personas = Persona.objects.filter(product_id=product_id)
        names = {pk: (name, kind) for pk, name, kind in personas.values_list("id", "name", "kind")}
    return Present(
        standing=standing,
        policy=inputs.policy,
        personas=inputs.personas,
        ratings=inputs.ratings,
        requirement_ids=inputs.requirement_ids[inputs.is_open],
        numbers=inputs.numbers[inputs.is_open],
        effort=inputs.effort[inputs.is_open],
        names=names,
    )
