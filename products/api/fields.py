"""Serializers whose bounds are told beside the field, before the database refuses them."""

import math

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from rest_framework import serializers

from products.api.strict import Strict
from products.roles import Role

MOST = 1_000_000_000


class TextField(serializers.CharField):
    """Text: DRF's own takes 0 for "0"."""

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class MeasureField(serializers.FloatField):
    """A finite number: "NaN" and "Infinity" pass every comparison with a bound."""

    def to_internal_value(self, data):
        try:
            value = super().to_internal_value(data)
        except OverflowError:  # a whole number beyond every float
            self.fail("invalid")
        if isinstance(data, bool) or not math.isfinite(value):
            self.fail("invalid")
        return value


class WholeNumberField(serializers.IntegerField):
    """A whole number: 3, 3.0 or "3", never 2.5 and never true."""

    def to_internal_value(self, data):
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


ROLES = [role.label for role in Role]


class RoleField(serializers.ChoiceField):
    """viewer, contributor, maintainer or owner."""

    def __init__(self, **kwargs):
        super().__init__(choices=ROLES, **kwargs)

    def to_internal_value(self, data):
        return Role[super().to_internal_value(data).upper()]

    def to_representation(self, value):
        return Role(value).label


class RowSerializer(Strict, serializers.ModelSerializer):
    """A model's row with its bounds; `limits` is field → (low, high)."""

    limits = {}
    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.CharField: TextField,
        models.TextField: TextField,
        models.FloatField: MeasureField,
        models.BigIntegerField: WholeNumberField,
        models.SmallIntegerField: WholeNumberField,
        models.IntegerField: WholeNumberField,
    }

    def get_fields(self):
        fields = super().get_fields()
        for name, (low, high) in self.limits.items():
            fields[name].validators = [
                MinValueValidator(low, f"At least {low:,}."),
                MaxValueValidator(high, f"At most {high:,}."),
            ]
        return fields

    def defaults(self):
        """What a field that may be left out gets from a PUT that leaves it out."""
        columns = {
            field.source: self.Meta.model._meta.get_field(field.source)
            for field in self._writable_fields
            if not field.required and field.source in _columns(self.Meta.model)
        }
        return {
            name: column.get_default()
            for name, column in columns.items()
            if column.has_default() or column.blank or column.null
        }


def _columns(model):
    return {field.name for field in model._meta.concrete_fields}


class PointsField(serializers.FloatField):
    """Ten-thousandths, shown as points."""

    def to_representation(self, value):
        return value / 10_000
