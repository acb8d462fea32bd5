"""Named what-ifs beside a product, which its scores never follow."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.response import Response

from prioritisation.api.policy import PolicySerializer
from prioritisation.models import LEAST_SAY_WITHOUT_REASON, PARAMETERS, Scenario
from prioritisation.people import Supposed, people_of
from prioritisation.scenario import MOST_PEOPLE
from prioritisation.scoring import Policy
from prioritisation.what_if.comparing import compare
from prioritisation.what_if.services import apply_scenario, change_scenario, keep_scenario
from prioritisation.what_if.supposed import supposed_by
from products.access import may
from products.api.base import OneRow, ProductAPI, expected_version
from products.api.fields import RowSerializer
from products.api.schema import CHANGE, IF_MATCH, listing, needs_if_match

FIGURES = ("installed", "active", "worked_around")


class SupposedReadingSerializer(serializers.Serializer):
    installed = serializers.IntegerField(min_value=0, max_value=MOST_PEOPLE)
    active = serializers.IntegerField(min_value=0, max_value=MOST_PEOPLE)
    worked_around = serializers.IntegerField(min_value=0, max_value=MOST_PEOPLE, default=0)

    def validate(self, given):
        if given["active"] > given["installed"]:
            raise ValidationError({"active": "More people use it than have it."})
        if given["worked_around"] > given["active"]:
            raise ValidationError({"worked_around": "More people work around it than use it."})
        return given


class SupposedPersonaSerializer(serializers.Serializer):
    persona = serializers.IntegerField(help_text="Its id.")
    importance = serializers.FloatField(
        required=False, help_text="0 (not counted) to 1000; left out: as it is."
    )
    reading = SupposedReadingSerializer(
        required=False, allow_null=True, help_text="In place of an end user's latest one."
    )

    def validate_importance(self, value):
        if value != 0 and not 1e-6 <= value <= 1000:
            raise ValidationError("From 0 (not counted) to 1000.")
        return value

    def to_representation(self, row):
        reading = dict(zip(FIGURES, row.reading, strict=True)) if row.reading else None
        return {"persona": row.persona_id, "importance": row.importance, "reading": reading}


class ScenarioSerializer(RowSerializer):
    """Left out of a new one: as the product weighs now."""

    limits = PolicySerializer.limits
    product = serializers.CharField(source="product.key", read_only=True)
    personas = SupposedPersonaSerializer(many=True, required=False)

    class Meta:
        model = Scenario
        fields = ["id", "product", "name", "note", *PARAMETERS, "personas", "version"]
        read_only_fields = ["version"]
        validators = []
        extra_kwargs = {name: {"required": False} for name in PARAMETERS}

    validate_people_exponent = PolicySerializer.validate_people_exponent

    def validate_name(self, name):
        twins = Scenario.objects.filter(product=self.context["product"], name__iexact=name)
        if twins.exclude(pk=getattr(self.instance, "pk", None)).exists():
            raise ValidationError("There is already a scenario with this name.")
        return name

    def validate_personas(self, given):
        kinds = dict(self.context["product"].personas.values_list("pk", "kind"))
        errors, seen = [{} for _ in given], set()
        for index, one in enumerate(given):
            if one["persona"] not in kinds:
                errors[index] = {"persona": "This product has none with this id."}
            elif one["persona"] in seen:
                errors[index] = {"persona": "It is here twice."}
            elif one.get("reading") and kinds[one["persona"]] != "end_user":
                errors[index] = {"reading": "Only end users adopt a product."}
            seen.add(one["persona"])
        if any(errors):
            raise ValidationError(errors)
        return given


def supposed_of(given, base):
    """The Supposed of a request over `base`; a list of personas replaces all of them."""
    values = {name: given.get(name, getattr(base.policy, name)) for name in PARAMETERS}
    importances, readings = dict(base.importances), dict(base.readings)
    if "personas" in given:
        readings = {}
        for one in given["personas"]:
            pk, reading = one["persona"], one.get("reading")
            importances[pk] = one.get("importance", importances.get(pk, 0.0))
            if reading:
                readings[pk] = reading["installed"], reading["active"], reading["worked_around"]
    return Supposed(Policy(**values), importances, readings)


@listing(ScenarioSerializer, product="The product's key.")
class Scenarios(ProductAPI):
    """The scenarios of `?product=KEY`."""

    declared_role = {"GET": "read", "POST": "edit_own_scenario"}
    serializer_class = ScenarioSerializer
    queryset = Scenario.objects.none()

    def get(self, request):
        rows = self.product.scenarios.select_related("product").prefetch_related("personas")
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def post(self, request):
        given = self.valid()
        scenario = Scenario(product=self.product, name=given["name"], note=given.get("note", ""))
        supposed = supposed_of(given, people_of(self.product).stored)
        row = keep_scenario(scenario, supposed=supposed, by=self.author)
        row.refresh_from_db()
        return Response(
            self.get_serializer(row).data, status=201, headers={"ETag": f'"{row.version}"'}
        )


@needs_if_match
class OneScenario(OneRow):
    declared_role = {
        "GET": "read",
        "PATCH": "edit_own_scenario",
        "PUT": "edit_own_scenario",
        "DELETE": "edit_own_scenario",
    }
    serializer_class = ScenarioSerializer
    rows = Scenario.objects.all()

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method in ("PATCH", "PUT", "DELETE"):
            own = self.row.created_by_id is not None and self.row.created_by_id == request.user.pk
            if not own and not may(self.product, "edit_any_scenario"):
                raise PermissionDenied("Somebody else keeps this scenario.")

    def save(self, row, *, version, changes):
        for name in {"name", "note"} & set(changes):
            setattr(row, name, changes[name])
        supposed = supposed_of(changes, supposed_by(row))
        return change_scenario(row, version=version, supposed=supposed, by=self.author)


class PlaceSerializer(serializers.Serializer):
    requirement = serializers.CharField(help_text="Its key.")
    title = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    rank_now = serializers.IntegerField(allow_null=True)
    score_now = serializers.FloatField(allow_null=True)


class ScenarioRankingSerializer(serializers.Serializer):
    scenario = serializers.IntegerField()
    name = serializers.CharField()
    differences = serializers.ListField(
        child=serializers.CharField(), help_text="What is other than now, in words."
    )
    moved = serializers.IntegerField(help_text="How many would have another rank.")
    results = PlaceSerializer(many=True)


class ScenarioRanking(ProductAPI):
    """The order under a scenario, beside the order now; computed now, stored nowhere."""

    declared_role = {"GET": "read"}
    serializer_class = ScenarioRankingSerializer
    rows = Scenario.objects.prefetch_related("personas")

    @extend_schema(responses=ScenarioRankingSerializer)
    def get(self, request, pk):
        comparison = compare(self.product, [self.row])
        (beside,) = comparison.all
        return Response(
            {
                "scenario": self.row.pk,
                "name": self.row.name,
                "differences": beside.differences,
                "moved": beside.moved,
                "results": [
                    {
                        "requirement": f"{self.product.key}-{comparison.titles[one][1]}",
                        "title": comparison.titles[one][0],
                        **_place(beside.order, one),
                        **{f"{k}_now": v for k, v in _place(comparison.now, one).items()},
                    }
                    for one in beside.ids
                ],
            }
        )


def _place(order, one):
    score = order.scores.get(one)
    return {"rank": order.ranks.get(one), "score": None if score is None else score / 10_000}


class ScenarioApply(ProductAPI):
    """Make the product weigh as the scenario does; its readings become today's."""

    declared_role = {"POST": "edit_policy"}
    serializer_class = ScenarioSerializer
    rows = Scenario.objects.all()

    @extend_schema(request=None, responses={204: None}, parameters=[IF_MATCH, CHANGE])
    def post(self, request, pk):
        version = expected_version(request)
        if self.row.end_user_say < LEAST_SAY_WITHOUT_REASON and not self.row.note.strip():
            raise ValidationError(
                {"note": "Under two thirds for the end users needs a reason: say why in its note."}
            )
        apply_scenario(self.row, version=version, by=self.author)
        return Response(status=204)
