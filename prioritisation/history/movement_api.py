"""Why scores moved between two versions: each change, by how much, who made it."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from prioritisation.history import steps
from prioritisation.history.reasons import why_moved
from prioritisation.selectors.past_rankings import runs_around, scores_at
from products.api.base import ProductAPI
from products.api.fields import PointsField
from products.models import Product, Requirement

FEW, MOST, MAX_OFFSET = 100, 500, 2**31
QUERY = [
    OpenApiParameter("from", int, description="A version; 0 is before the first."),
    OpenApiParameter("to", int, description="A version; default: the latest."),
    OpenApiParameter("requirement", int, description="Only this one, by its id."),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": FEW}),
    OpenApiParameter(
        "offset",
        {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET},
        description="Of `next`: how many go before.",
    ),
]
#: of all results of one answer
MOST_STEPS = 150
LEAST_STEPS = 3


class EffectSerializer(serializers.Serializer):
    """One change; `points` of a movement's effects and `unexplained` add up to it."""

    version = serializers.IntegerField(help_text="The first whose scores hold it.")
    points = PointsField(source="by")
    what = serializers.CharField(source="words")
    by = serializers.CharField(source="who", allow_blank=True)
    reason = serializers.CharField(source="why", allow_blank=True)
    at = serializers.DateTimeField(allow_null=True)


class MovementSerializer(serializers.Serializer):
    requirement = serializers.IntegerField()
    key = serializers.CharField(help_text="Its last, where it is deleted.")
    before = PointsField(help_text="0 where it had none.")
    after = PointsField(help_text="Its last, where it is deleted.")
    effects = EffectSerializer(many=True)
    earlier = serializers.URLField(
        allow_null=True,
        help_text="The effects before these, where they are too many for one answer; the points of"
        " these begin at that one's `after`.",
    )


class MovementsSerializer(serializers.Serializer):
    product = serializers.CharField()
    from_version = serializers.IntegerField()
    to_version = serializers.IntegerField()
    count = serializers.IntegerField(help_text="How many moved, on all pages.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = MovementSerializer(many=True)


class Movement(ProductAPI):
    """What moved between two versions, the largest movement first, and why.

    In parts: `next` has the next movements, a movement's `earlier` the effects before those told.
    """

    declared_role = {"GET": "read"}
    operations = {"GET": "Get what moved"}
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
        limit = self._number("limit", MOST, least=1, default=FEW)
        offset = self._number("offset", MAX_OFFSET, default=0)
        ids = self._moved(start, end) if asked is None else [asked]
        here = self._address(**{"from": start, "to": end, "limit": limit})

        def page(at):
            return replace_query_param(here, "offset", at)

        return Response(
            {
                "product": self.product.key,
                "from_version": start,
                "to_version": end,
                "count": len(ids),
                "next": page(offset + limit) if offset + limit < len(ids) else None,
                "previous": page(max(offset - limit, 0)) if offset else None,
                "results": MovementSerializer(
                    self._told(start, end, ids[offset : offset + limit]), many=True
                ).data,
            }
        )

    def _moved(self, start, end):
        """Ids of all that moved, those that moved furthest first."""
        scores = scores_at(self.product, [start, end])
        by = {pk: after - scores[start].get(pk, 0) for pk, after in scores[end].items()}
        return sorted((pk for pk in by if by[pk]), key=lambda pk: (-abs(by[pk]), pk))

    def _told(self, start, end, ids):
        most = min(steps.MOST, max(MOST_STEPS // max(len(ids), 1), LEAST_STEPS))
        found = why_moved(self.product, start, end, ids, most=most)
        numbers = _numbers(found)
        return [
            {
                "requirement": pk,
                "key": f"{self.product.key}-{numbers[pk]}",
                "before": movement.before,
                "after": movement.after,
                "effects": effects,
                "earlier": self._address(**{"from": start, "to": movement.since, "requirement": pk})
                if movement.is_cut
                else None,
            }
            for pk in ids
            if pk in found
            for movement, effects in [found[pk]]
        ]

    def _address(self, **query):
        address = self.request.build_absolute_uri(self.request.path)
        if "requirement" in self.request.query_params:
            query = {"requirement": self.request.query_params["requirement"]} | query
        for name, value in query.items():
            address = replace_query_param(address, name, value)
        return address

    def _number(self, name, most, *, default, least=0):
        text = self.request.query_params.get(name)
        if text is None:
            return default
        known = text.isascii() and text.isdigit() and len(text) < 20
        if not (known and least <= int(text) <= most):
            raise ValidationError({name: f"A whole number from {least} to {most:,}."})
        return int(text)


def _numbers(ids):
    """id → number of requirements, deleted ones' too: a number never changes."""
    events = Requirement.pgh_event_model.objects.filter(pgh_obj_id__in=ids)
    return dict(
        events.order_by("pgh_obj_id").distinct("pgh_obj_id").values_list("pgh_obj_id", "number")
    )
