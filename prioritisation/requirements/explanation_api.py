"""Why a requirement has its score: the sentence, and the sum behind the number."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from personas.models import Kind
from prioritisation.presentation.charts.bars import in_order
from prioritisation.presentation.formatting import UNIT, ordinal
from prioritisation.presentation.references import ReferenceSerializer, reference_of
from prioritisation.requirements.detail import read_requirement
from prioritisation.requirements.explanation import reason_for
from products.api.base import ProductAPI
from products.models import Requirement


class TermSerializer(serializers.Serializer):
    """A counted persona's part. `points` of all terms add up to the score, in ten-thousandths."""

    persona = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    missing = serializers.BooleanField(help_text="Nobody rated it for this persona.")
    rating = serializers.FloatField(allow_null=True, help_text="The mean of those that count.")
    confidence = serializers.FloatField(help_text="1 seen, 0.8 asked, 0.5 guessed, 0 missing.")
    weight = serializers.FloatField(help_text="Its share of the score, 0…1.")
    reach = serializers.FloatField(
        allow_null=True,
        help_text="As far as people use it: what a payer's gain is counted by, else null.",
    )
    points = serializers.FloatField()
    unrealised = serializers.FloatField(help_text="Lost because people won't use it.")


class ExplanationSerializer(ReferenceSerializer):
    version = serializers.IntegerField()
    stale = serializers.BooleanField()
    rank = serializers.IntegerField(allow_null=True)
    sentence = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    reach = serializers.FloatField(allow_null=True)
    answered = serializers.FloatField(allow_null=True)
    terms = TermSerializer(many=True)


class Explanation(ProductAPI):
    """Why the requirement has its score: a sentence, and what each counted persona adds."""

    declared_role = {"GET": "read"}
    operations = {"GET": "Explain the score of a requirement"}
    rows = Requirement.objects.all()
    queryset = Requirement.objects.none()
    serializer_class = ExplanationSerializer

    @extend_schema(responses=ExplanationSerializer)
    def get(self, request, pk):
        ranking, row = read_requirement(self.product, self.row)
        reason = reason_for(row, ranking.personas, ordinal(row.rank) if row.rank else "")
        return Response(
            {
                **reference_of(row),
                "version": ranking.version,
                "stale": ranking.stale,
                "rank": row.rank,
                "sentence": f"{reason.lead}{reason.core}{reason.rest}",
                "score": points(row.score),
                "low": points(row.low),
                "high": points(row.high),
                "reach": row.reach,
                "answered": row.answered,
                "terms": [term(row, persona) for persona in in_order(ranking.personas)]
                if row.score is not None
                else [],
            }
        )


def points(ten_thousandths):
    return None if ten_thousandths is None else ten_thousandths / UNIT


def term(row, persona):
    mean = row.means.get(persona.id)
    gated = mean is not None and mean > 0 and not persona.is_end_user
    return {
        "persona": persona.id,
        "name": persona.name,
        "kind": persona.kind,
        "missing": mean is None,
        "rating": mean,
        "confidence": row.confidences.get(persona.id, 0) / 100,
        "weight": persona.weight,
        "reach": row.reach if gated else None,
        "points": points(row.contributions.get(persona.id, 0)),
        "unrealised": points(row.unrealised.get(persona.id, 0)),
    }
