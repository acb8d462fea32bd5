"""Why scores moved between two versions: each change, by how much, who made it."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from prioritisation.history.past import runs_around, scores_at
from prioritisation.history.why_moved import why_moved
from products.api.base import ProductAPI
from products.api.fields import PointsField
from products.models import Product

MOST = 500
QUERY = [
    OpenApiParameter("from", int, description="A version; 0 is before the first."),
    OpenApiParameter("to", int, description="A version; default: the latest."),
    OpenApiParameter("requirement", int, description="Only this one, by its id."),
]


class EffectSerializer(serializers.Serializer):
    """One transaction; `points` of a movement's effects and `unexplained` add up to it."""

    version = serializers.IntegerField(help_text="The first whose scores hold it.")
    points = PointsField(source="by")
    what = serializers.CharField(source="words")
    by = serializers.CharField(source="who", allow_blank=True)
    reason = serializers.CharField(source="why", allow_blank=True)
    at = serializers.DateTimeField(allow_null=True)


class MovementSerializer(serializers.Serializer):
    requirement = serializers.IntegerField()
    before = PointsField(help_text="0 where it had none.")
    after = PointsField(help_text="Its last, where it is deleted.")
    effects = EffectSerializer(many=True)


class MovementsSerializer(serializers.Serializer):
    product = serializers.CharField()
    from_version = serializers.IntegerField()
    to_version = serializers.IntegerField()
    results = MovementSerializer(many=True)


class Movement(ProductAPI):
    """What moved between two versions, the largest movement first, and why."""

    declared_role = {"GET": "read"}
    query_names = frozenset(parameter.name for parameter in QUERY)
    queryset = Product.objects.none()
    serializer_class = MovementsSerializer

    @extend_schema(responses=MovementsSerializer, parameters=QUERY)
    def get(self, request, key):
        around = runs_around(self.product)
        latest = around[1].version if around else 0
        end = self._number("to", latest, default=latest)
        start = self._number("from", end, default=max(end - 1, 0))
        asked = self._number("requirement", 2**63 - 1, default=None)
        found = self._moved(start, end, asked)
        return Response(
            {
                "product": self.product.key,
                "from_version": start,
                "to_version": end,
                "results": MovementSerializer(found, many=True).data,
            }
        )

    def _moved(self, start, end, asked):
        """The movements of the one asked for, or of the MOST that moved furthest."""
        if asked is not None:
            ids = [asked]
        else:
            scores = scores_at(self.product, [start, end])
            by = {pk: after - scores[start].get(pk, 0) for pk, after in scores[end].items()}
            ids = sorted((pk for pk in by if by[pk]), key=lambda pk: (-abs(by[pk]), pk))[:MOST]
        found = why_moved(self.product, start, end, ids)
        return [
            {
                "requirement": pk,
                "before": found[pk][0].before,
                "after": found[pk][0].after,
                "effects": found[pk][1],
            }
            for pk in ids
            if pk in found
        ]

    def _number(self, name, most, *, default):
        text = self.request.query_params.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= most):
            raise ValidationError({name: f"A whole number from 0 to {most:,}."})
        return int(text)
