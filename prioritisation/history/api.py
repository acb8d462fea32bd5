"""A requirement's scores as they came to be, and what caused each."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from prioritisation.models import ScoreChange
from prioritisation.selectors.input_events import INPUTS, causes_of
from products.api.base import ProductAPI
from products.api.fields import PointsField
from products.api.pages import Pages
from products.api.schema import listing
from products.input_history import MEANS
from products.models import Requirement

INPUT_KINDS = [str(model._meta.verbose_name) for model in INPUTS]
DEEDS = ["insert", "update", "delete"]


class FieldChangeSerializer(serializers.Serializer):
    field = serializers.CharField()
    old = serializers.CharField(allow_null=True, help_text="null where the row is new")
    new = serializers.CharField(allow_blank=True)


class CauseSerializer(serializers.Serializer):
    """An input that the run took in: of this requirement, or one that counts for all."""

    what = serializers.ChoiceField(INPUT_KINDS)
    id = serializers.IntegerField()
    did = serializers.ChoiceField(DEEDS)
    by = serializers.CharField(allow_blank=True)
    means = serializers.ChoiceField(MEANS)
    at = serializers.DateTimeField()
    changes = FieldChangeSerializer(many=True)


class ChangeSerializer(serializers.ModelSerializer):
    version = serializers.IntegerField(source="run.version")
    at = serializers.DateTimeField(source="created_at")
    score = PointsField()
    low = PointsField()
    high = PointsField()
    cause_tables = serializers.ListField(
        source="run.cause_tables",
        child=serializers.CharField(),
        help_text="What the run took in, of the whole product.",
    )
    causes = serializers.SerializerMethodField()

    class Meta:
        model = ScoreChange
        fields = [
            "version",
            "at",
            "ranked",
            "score",
            "low",
            "high",
            "reach",
            "answered",
            "value_for_effort",
            "cause_tables",
            "causes",
        ]

    @extend_schema_field(CauseSerializer(many=True))
    def get_causes(self, change):
        return CauseSerializer(self.context["causes"][change.run_id], many=True).data


class HistoryPages(Pages):
    ordering = ("-id",)


@listing(ChangeSerializer)
class History(ProductAPI):
    """A requirement's scores as they came to be, newest first, each with its causes."""

    declared_role = {"GET": "read"}
    operations = {"GET": "List the history of a requirement"}
    pagination_class = HistoryPages
    serializer_class = ChangeSerializer
    rows = Requirement.objects.all()
    queryset = ScoreChange.objects.none()

    def get(self, request, pk):
        changes = ScoreChange.objects.filter(requirement_id=pk).select_related("run")
        page = self.paginate_queryset(changes)
        serializer = self.get_serializer(page, many=True)
        serializer.context["causes"] = causes_of(self.row, [change.run for change in page])
        return self.get_paginated_response(serializer.data)
