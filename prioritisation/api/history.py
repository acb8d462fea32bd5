"""A requirement's scores as they came to be, and what caused each."""

from collections import defaultdict

from rest_framework import serializers

from accounts.models import User
from personas.models import AdoptionReading, Persona
from prioritisation.models import Rating, ScoreChange, ScoringPolicy
from products.api.base import Pages, ProductAPI
from products.api.fields import PointsField
from products.api.schema import listing
from products.models import Requirement

INPUTS = (Requirement, Persona, AdoptionReading, Rating, ScoringPolicy)
#: An import may touch thousands of rows: so many are named, the rest counted.
NAMED = 20


def causes_of(runs):
    """Run id → [{what, id, did, by, means, at}], of the run's product, in order of writing."""
    events = _events({xid for run in runs for xid in run.cause_xids})
    causes = {}
    for run in runs:
        mine = [
            event
            for xid in run.cause_xids
            for event in events[xid]
            if event["product"] == run.product_id
        ]
        causes[run.pk] = [
            {name: value for name, value in event.items() if name != "product"}
            for event in mine[:NAMED]
        ]
    return causes


def _events(xids):
    found = defaultdict(list)
    for model in INPUTS:
        event_model = model._meta.get_field("events").related_model
        for event in event_model.objects.filter(pgh_xid__in=xids).order_by("pgh_id"):
            context = event.pgh_context or {}
            found[event.pgh_xid].append(
                {
                    "what": model._meta.verbose_name,
                    "id": event.pgh_obj_id,
                    "did": event.pgh_label,
                    "by": context.get("user"),
                    "means": context.get("means"),
                    "at": event.pgh_created_at,
                    "product": event.product_id,
                }
            )
    _name_users(found)
    return found


def _name_users(found):
    events = [event for events in found.values() for event in events]
    names = {
        user.pk: str(user) for user in User.objects.filter(pk__in={event["by"] for event in events})
    }
    for event in events:
        event["by"] = names.get(event["by"])


class CauseSerializer(serializers.Serializer):
    what = serializers.CharField()
    id = serializers.IntegerField()
    did = serializers.CharField(help_text="insert, update or delete")
    by = serializers.CharField(allow_null=True)
    means = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()


class ChangeSerializer(serializers.ModelSerializer):
    version = serializers.IntegerField(source="run.version")
    at = serializers.DateTimeField(source="created_at")
    score = PointsField()
    low = PointsField()
    high = PointsField()
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
            "causes",
        ]

    def get_causes(self, change) -> CauseSerializer(many=True):
        return CauseSerializer(self.context["causes"][change.run_id], many=True).data


class HistoryPages(Pages):
    ordering = "-id"


@listing(ChangeSerializer)
class History(ProductAPI):
    """A requirement's scores as they came to be, newest first, each with its causes."""

    declared_role = {"GET": "read"}
    pagination_class = HistoryPages
    serializer_class = ChangeSerializer
    rows = Requirement.objects.all()
    queryset = ScoreChange.objects.none()

    def get(self, request, pk):
        changes = ScoreChange.objects.filter(requirement_id=pk).select_related("run")
        page = self.paginate_queryset(changes)
        serializer = self.get_serializer(page, many=True)
        serializer.context["causes"] = causes_of([change.run for change in page])
        return self.get_paginated_response(serializer.data)
