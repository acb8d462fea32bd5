"""Expected against happened: what shipped, and what adoption did since."""

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from prioritisation.outcomes.selectors import read_outcomes
from prioritisation.presentation.references import ReferenceSerializer, reference
from products.api.base import ProductAPI


class ExpectationSerializer(serializers.Serializer):
    persona = serializers.IntegerField()
    name = serializers.CharField()
    adoption = serializers.FloatField(help_text="0…1, of the segment when it shipped.")
    expected = serializers.FloatField(
        help_text="0…1: adoption + ρ · pull, with the ρ and the ratings of that time."
    )
    now = serializers.FloatField(
        allow_null=True, help_text="0…1, by the latest reading; null: none is from a later day."
    )


class OutcomeSerializer(ReferenceSerializer):
    title = serializers.CharField()
    shipped_at = serializers.DateTimeField(help_text="When it left the order.")
    reach = serializers.FloatField(
        help_text="0…1: which part of the people was expected to use the product with it."
    )
    expectations = ExpectationSerializer(
        many=True, help_text="Of each end-user persona that counted then and counts now."
    )


class FitSerializer(serializers.Serializer):
    """What ρ would have foreseen best; nobody but a maintainer ever applies it."""

    fitted = serializers.FloatField(help_text="0…1, in hundredths.")
    moved = serializers.FloatField(
        help_text="Of all people with a reading since, the part that was won."
    )
    expected = serializers.FloatField(help_text="The part that was expected to be.")
    requirements = serializers.IntegerField(help_text="How many shipped ones it rests on.")
    names = serializers.ListField(
        child=serializers.CharField(), help_text="The personas that it rests on."
    )


class OutcomesSerializer(serializers.Serializer):
    product = serializers.CharField()
    responsiveness = serializers.FloatField(help_text="ρ as it is now.")
    adopted = serializers.FloatField(
        allow_null=True, help_text="0…1, of all people; null where no end user counts."
    )
    fit = FitSerializer(allow_null=True, help_text="null while no reading tells.")
    sentence = serializers.CharField(allow_blank=True)
    results = OutcomeSerializer(many=True)


class Outcomes(ProductAPI):
    """Shipped requirements that had a place in the order before, the latest first: what was
    expected of each, what readings say since, and how far ρ looks too high or low."""

    declared_role = {"GET": "read"}
    operations = {"GET": "Get the outcomes"}
    serializer_class = OutcomesSerializer

    @extend_schema(responses=OutcomesSerializer)
    def get(self, request, key):
        outcomes = read_outcomes(self.product)
        return Response(
            {
                "product": self.product.key,
                "responsiveness": outcomes.responsiveness,
                "adopted": outcomes.adopted,
                "fit": outcomes.fit and asdict(outcomes.fit),
                "sentence": outcomes.words,
                "results": [self._result(one) for one in outcomes.shipped],
            }
        )

    def _result(self, shipped):
        return {
            **reference(self.product, shipped.requirement_id, shipped.number),
            "title": shipped.title,
            "shipped_at": shipped.at,
            "reach": shipped.reach,
            "expectations": [
                {
                    "persona": one.persona_id,
                    "name": one.name,
                    "adoption": one.adoption,
                    "expected": one.expected,
                    "now": one.now,
                }
                for one in shipped.expectations
            ],
        }
