"""The same requirements as others would order them."""

import math

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from prioritisation.comparison.other_methods import read_beside
from prioritisation.presentation.references import ReferenceSerializer, reference_of
from prioritisation.scoring.other_methods import NAMES, RICE
from prioritisation.selectors.rankings import ORDERS
from products.api.base import ProductAPI


class LensSerializer(serializers.Serializer):
    name = serializers.ChoiceField(NAMES)
    words = serializers.CharField()
    compared_with = serializers.ChoiceField(ORDERS, help_text="Our order.")
    most_moved = ReferenceSerializer(many=True)


class SeenSerializer(serializers.Serializer):
    value = serializers.FloatField(allow_null=True, help_text="null where the lens can't tell.")
    rank = serializers.IntegerField(allow_null=True)


class RiceSerializer(SeenSerializer):
    reach = serializers.FloatField(help_text="People.")
    impact = serializers.FloatField(help_text="0…3.")
    confidence = serializers.FloatField(help_text="0…1.")
    effort = serializers.FloatField(allow_null=True)


class BesideSerializer(ReferenceSerializer):
    title = serializers.CharField()
    rank = serializers.IntegerField()
    effort_rank = serializers.IntegerField(allow_null=True)
    rice = RiceSerializer()
    equal = SeenSerializer()
    payers_first = SeenSerializer()


class LensesSerializer(serializers.Serializer):
    product = serializers.CharField()
    lenses = LensSerializer(many=True)
    results = BesideSerializer(many=True)


class OtherLenses(ProductAPI):
    """The rated open requirements by RICE, by equal weights and payers first, beside our order.

    From the inputs as they are now, without waiting for a rescore.
    """

    declared_role = {"GET": "read"}
    operations = {"GET": "Get the order by other lenses"}
    serializer_class = LensesSerializer

    @extend_schema(responses=LensesSerializer)
    def get(self, request, key):
        beside = read_beside(self.product)
        return Response(
            {
                "product": self.product.key,
                "lenses": [_lens(beside, name) for name in NAMES],
                "results": [_result(beside, at) for at in range(len(beside.rows))],
            }
        )


def _lens(beside, name):
    return {
        "name": name,
        "words": beside.words(name),
        "compared_with": "value_for_effort" if name == RICE else "score",
        "most_moved": [reference_of(row) for row, _here, _there in beside.most_moved(name)],
    }


def _result(beside, at):
    row, rice, lenses = beside.rows[at], beside.found.rice, beside.found.lenses
    seen = {
        name: {"value": _known(lens.value[at]), "rank": int(lens.rank[at]) or None}
        for name, lens in lenses.items()
    }
    seen[RICE] |= {
        "reach": float(rice.reach[at]),
        "impact": float(rice.impact[at]),
        "confidence": float(rice.confidence[at]),
        "effort": row.effort,
    }
    return {
        **reference_of(row),
        "title": row.title,
        "rank": int(lenses["equal"].own[at]),
        "effort_rank": int(lenses[RICE].own[at]) or None,
        **seen,
    }


def _known(value):
    return None if math.isnan(value) else float(value)
