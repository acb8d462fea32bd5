"""No measure is outside its bounds, or no number at all."""

import math

import pghistory.models
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, models

from personas.models import Persona
from prioritisation.models import Rating, ScoringPolicy
from products.models import Product, Requirement
from tests.cast import rota, scenario
from tests.models.refusals import refused

pytestmark = pytest.mark.scores_are_tampered_with


@pytest.fixture
def product(alice):
    product = rota(alice)
    scenario(product, by=alice, importances={product.personas.first().pk: 2})
    return product


def float_columns():
    worked_out = {"ScoringRun", "Score", "ScoreChange", "Analysis"}
    return [
        (model, field)
        for app in ("products", "personas", "prioritisation")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.fields
        if isinstance(field, models.FloatField)
        and not issubclass(model, pghistory.models.Event)
        and model.__name__ not in worked_out
    ]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("model", "field"), float_columns(), ids=lambda value: getattr(value, "name", None)
)
def test_no_measure_is_nan_or_infinite(product, model, field, value):
    assert model.objects.exists()
    with refused("violates check constraint", IntegrityError):
        model.objects.update(**{field.name: value})


def test_every_measure_is_among_those_tried():
    assert {field.name for _model, field in float_columns()} == {
        "capacity",
        "effort",
        "importance",
        "end_user_say",
        "people_exponent",
        "gap_emphasis",
        "responsiveness",
        "assumed_adoption",
        "assumed_seats",
    }


@pytest.mark.parametrize(
    ("model", "column", "values"),
    [
        (Rating, "value", [-6, 6]),
        (Requirement, "effort", [0, 0.009, 1_000_001]),
        (Requirement, "number", [0]),
        (Persona, "headcount", [0, 1_000_000_001]),
        (Persona, "importance", [-1, 1_001]),
        (ScoringPolicy, "end_user_say", [0.4, 0.96]),
        (ScoringPolicy, "end_user_say", [0.66]),
        (Product, "capacity", [0, 1_000_001]),
    ],
)
def test_measures_have_bounds(product, model, column, values):
    for value in values:
        with refused("violates check constraint|Cannot update rows", DatabaseError):
            model.objects.update(**{column: value})
