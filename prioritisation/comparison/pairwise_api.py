"""Why one requirement stands above another, and what would end that."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from personas.models import Kind
from prioritisation.comparison.pairwise import read_versus
from prioritisation.presentation.formatting import UNIT
from prioritisation.presentation.references import ReferenceSerializer, reference_of
from prioritisation.scoring.pairwise import KINDS
from products.api.base import ProductAPI


class ComparisonQuery(serializers.Serializer):
    a = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="A requirement's id.")
    b = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class ComparedSerializer(ReferenceSerializer):
    title = serializers.CharField()
    score = serializers.FloatField()
    rank = serializers.IntegerField(allow_null=True)


class DifferenceSerializer(serializers.Serializer):
    persona = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    points = serializers.FloatField(help_text="What it adds to the upper more than to the lower.")


class EndingSerializer(serializers.Serializer):
    """The smallest change of its kind after which the upper no longer scores more."""

    kind = serializers.ChoiceField(KINDS)
    persona = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(allow_null=True, help_text="The persona's.")
    requirement = serializers.IntegerField(allow_null=True, help_text="Whose rating it is.")
    key = serializers.CharField(allow_null=True)
    now = serializers.FloatField(
        allow_null=True, help_text="0…1; of a rating −5…5, as if seen: a guess of 4 is 2."
    )
    to = serializers.FloatField(
        allow_null=True, help_text="A rating is seen; null: none within what's allowed."
    )
    size = serializers.FloatField(
        allow_null=True, help_text="The part of the allowed range that it takes, 0…1."
    )


class ComparisonSerializer(serializers.Serializer):
    version = serializers.IntegerField()
    stale = serializers.BooleanField()
    upper = ComparedSerializer()
    lower = ComparedSerializer()
    difference = serializers.FloatField(help_text="The sum of by_persona, in ten-thousandths.")
    by_persona = DifferenceSerializer(many=True)
    changes = EndingSerializer(many=True)


class Comparison(ProductAPI):
    """Two rated requirements: who makes the difference, and what single change would end it.

    Scores and differences are the stored ones, changes those of the inputs as they are now.
    """

    declared_role = {"GET": "read"}
    operations = {"GET": "Compare two requirements"}
    query_serializer = ComparisonQuery
    serializer_class = ComparisonSerializer

    @extend_schema(responses=ComparisonSerializer)
    def get(self, request, key):
        pair = tuple(self._known(name, pk) for name, pk in self.query.items())
        if len(set(pair)) == 1:
            raise ValidationError({"b": "Choose another one to compare it with."})
        found = read_versus(self.product, [pair])
        if not found:
            raise ValidationError({"b": "Both have to be rated, by somebody who counts."})
        return Response(_body(found[0]))

    def _known(self, name, pk):
        if not self.product.requirements.filter(pk=pk).exists():
            raise ValidationError({name: "This product has none with this id."})
        return pk


def _body(versus):
    keys = {row.requirement_id: row.key for row in (versus.upper, versus.lower)}
    names = {part.persona_id: part.name for part in versus.parts}
    return {
        "version": versus.standing.version,
        "stale": versus.standing.stale,
        "upper": _compared(versus.upper),
        "lower": _compared(versus.lower),
        "difference": versus.difference / UNIT,
        "by_persona": [
            {
                "persona": part.persona_id,
                "name": part.name,
                "kind": part.kind,
                "points": part.points / UNIT,
            }
            for part in versus.parts
        ],
        "changes": [_change(kind, one, keys, names) for kind, one in versus.order.changes.items()],
    }


def _compared(row):
    return {
        **reference_of(row),
        "title": row.title,
        "score": row.score / UNIT,
        "rank": row.rank,
    }


def _change(kind, change, keys, names):
    if change is None:
        empty = ("persona", "name", "requirement", "key", "now", "to", "size")
        return {"kind": kind} | dict.fromkeys(empty)
    return {
        "kind": kind,
        "persona": change.persona_id,
        "name": names.get(change.persona_id),
        "requirement": change.requirement_id,
        "key": keys.get(change.requirement_id),
        "now": change.now,
        "to": change.to,
        "size": change.size,
    }
