"""What to ask next."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from personas.models import Kind
from prioritisation.comparison.next_questions import read_asking
from prioritisation.presentation.references import ReferenceSerializer, reference
from prioritisation.scoring.next_questions import TOP
from products.api.base import ProductAPI


class AskingQuery(serializers.Serializer):
    top = serializers.IntegerField(
        min_value=1, max_value=100, default=TOP, help_text="Whose change matters: the top k."
    )
    limit = serializers.IntegerField(min_value=1, max_value=500, default=20)


class AskedPersonaSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class QuestionSerializer(ReferenceSerializer):
    title = serializers.CharField()
    persona = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    guess = serializers.FloatField(allow_null=True, help_text="−5…5; null where it's missing.")
    top_chance = serializers.FloatField(help_text="0…1, that the answer changes the top.")
    rank_chance = serializers.FloatField(help_text="0…1, that it changes the requirement's rank.")
    rank = serializers.IntegerField(allow_null=True)
    best_rank = serializers.IntegerField()
    worst_rank = serializers.IntegerField()
    sentence = serializers.CharField()


class AskingSerializer(serializers.Serializer):
    product = serializers.CharField()
    top = serializers.IntegerField()
    could_change_top = serializers.IntegerField(help_text="How many open answers could.")
    could_change_a_rank = serializers.IntegerField(help_text="How many others could.")
    without_effect = serializers.IntegerField()
    starved = AskedPersonaSerializer(
        many=True, help_text="To whom nothing in the top ten is worth more than +1."
    )
    results = QuestionSerializer(many=True)


class AskNext(ProductAPI):
    """Missing and guessed answers, by how likely one changes the top of the ranking.

    From the inputs as they are now, without waiting for a rescore.
    """

    declared_role = {"GET": "read"}
    operations = {"GET": "Get the questions to ask next"}
    query_serializer = AskingQuery
    serializer_class = AskingSerializer

    @extend_schema(responses=AskingSerializer)
    def get(self, request, key):
        asking = read_asking(self.product, **self.query)
        return Response(
            {
                "product": self.product.key,
                "top": asking.top,
                "could_change_top": asking.for_top,
                "could_change_a_rank": asking.for_rank,
                "without_effect": asking.without_effect,
                "starved": [{"id": pk, "name": name} for pk, name in asking.starved],
                "results": [_result(self.product, question) for question in asking.questions],
            }
        )


def _result(product, question):
    return {
        **reference(product, question.requirement_id, question.number),
        "title": question.title,
        "persona": question.persona_id,
        "name": question.name,
        "kind": question.kind,
        "guess": question.guess,
        "top_chance": question.top_chance,
        "rank_chance": question.rank_chance,
        "rank": question.rank,
        "best_rank": question.best,
        "worst_rank": question.worst,
        "sentence": question.sentence,
    }
