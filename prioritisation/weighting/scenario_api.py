"""Named what-ifs beside a product, which its scores never follow."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.response import Response

from personas.services import FIGURES, impossible
from prioritisation.models import PARAMETERS, Scenario
from prioritisation.models.scenarios import MOST_PEOPLE
from prioritisation.presentation.references import ReferenceSerializer, reference
from prioritisation.weighting.api import PolicySerializer, WithPeopleExponent
from prioritisation.weighting.overrides import Otherwise, otherwise_of
from prioritisation.weighting.scenario_comparison import compare
from prioritisation.weighting.services import (
    NeedsReason,
    apply_scenario,
    keep_scenario,
    save_scenario,
)
from products.access import may
from products.api.base import OneRow, ProductAPI
from products.api.fields import MeasureField, WholeNumberField
from products.api.schema import IF_MATCH, listing, needs_if_match
from products.api.strict import StrictSerializer


class Whole(StrictSerializer):
    """A part that takes another's place: complete in a PATCH as well, defaults and all."""

    def to_internal_value(self, data):
        if self.parent is None:
            return super().to_internal_value(data)
        alone = type(self)(data=data, context=self.context)
        alone.is_valid(raise_exception=True)
        return alone.validated_data


class SupposedReadingSerializer(Whole):
    installed = WholeNumberField(min_value=0, max_value=MOST_PEOPLE)
    active = WholeNumberField(min_value=0, max_value=MOST_PEOPLE)
    worked_around = WholeNumberField(min_value=0, max_value=MOST_PEOPLE, default=0)

    def validate(self, given):
        if wrong := impossible(*map(given.get, FIGURES)):
            raise ValidationError(wrong)
        return given


class SupposedPersonaSerializer(Whole):
    persona = WholeNumberField(help_text="Its id.")
    name = serializers.CharField(required=False, help_text="The persona's; may be left out.")
    importance = MeasureField(
        required=False, allow_null=True, help_text="0 (not counted) to 1000; null: as it is."
    )
    reading = SupposedReadingSerializer(
        required=False,
        allow_null=True,
        help_text="In place of an end user's latest one; null: that one.",
    )

    def validate_importance(self, value):
        if value and not 1e-6 <= value <= 1000:
            raise ValidationError("From 0 (not counted) to 1000.")
        return value

    def to_representation(self, row):
        reading = dict(zip(FIGURES, row.reading, strict=True)) if row.reading else None
        return {
            "persona": row.persona_id,
            "name": row.persona.name,
            "importance": row.importance,
            "reading": reading,
        }


class ScenarioSerializer(WithPeopleExponent):
    """What is null, and who isn't among the personas, is as the product has it at the time."""

    limits = PolicySerializer.limits
    product = serializers.CharField(source="product.key", read_only=True)
    personas = SupposedPersonaSerializer(
        many=True, required=False, help_text="A list replaces all of them."
    )

    class Meta:
        model = Scenario
        fields = ["id", "product", "name", "note", *PARAMETERS, "personas", "version"]
        read_only_fields = ["version"]
        validators = []

    def defaults(self):
        return super().defaults() | {"personas": []}

    def validate_personas(self, given):
        known = {persona.pk: persona for persona in self.context["product"].personas.all()}
        errors, seen = [{} for _ in given], set()
        for index, one in enumerate(given):
            persona = known.get(one["persona"])
            if persona is None:
                errors[index] = {"persona": "This product has none with this id."}
            elif one.get("name", persona.name) != persona.name:
                errors[index] = {"name": f"It is {persona.name}: leave it out."}
            elif one["persona"] in seen:
                errors[index] = {"persona": "It is here twice."}
            elif one.get("reading") and not persona.is_end_user:
                errors[index] = {"reading": "Only end users adopt a product."}
            seen.add(one["persona"])
        if any(errors):
            raise ValidationError(errors)
        return given


def otherwise_in(personas):
    """The Otherwise of a request's list of personas."""
    found = Otherwise({}, {})
    for one in personas:
        importance, reading = one.get("importance"), one.get("reading")
        if importance is not None:
            found.importances[one["persona"]] = importance
        if reading:
            found.readings[one["persona"]] = tuple(reading[name] for name in FIGURES)
    return found


@listing(ScenarioSerializer, product="The product's key.")
class Scenarios(ProductAPI):
    """The scenarios of `?product=KEY`."""

    declared_role = {"GET": "read", "POST": "edit_own_scenario"}
    noun = "scenario"
    serializer_class = ScenarioSerializer
    queryset = Scenario.objects.none()

    def get(self, request):
        rows = self.product.scenarios.select_related("product").prefetch_related(
            "personas__persona"
        )
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def post(self, request):
        given = self.valid()
        otherwise = otherwise_in(given.pop("personas", []))
        row = keep_scenario(
            Scenario(product=self.product, **given), otherwise=otherwise, by=self.author
        )
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
    noun = "scenario"
    serializer_class = ScenarioSerializer
    rows = Scenario.objects.all()

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method in ("PATCH", "PUT", "DELETE"):
            own = self.row.created_by_id == request.user.pk
            if not own and not may(self.product, "edit_any_scenario"):
                raise PermissionDenied("Somebody else keeps this scenario.")

    def save(self, row, *, version, changes):
        personas = changes.pop("personas", None)
        otherwise = otherwise_of(row) if personas is None else otherwise_in(personas)
        for name, value in changes.items():
            setattr(row, name, value)
        return save_scenario(row, version=version, otherwise=otherwise, by=self.author)


class PlaceSerializer(ReferenceSerializer):
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
    operations = {"GET": "Get the ranking under a scenario"}
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
                        **reference(self.product, one, comparison.titles[one][1]),
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
    operations = {"POST": "Apply a scenario"}
    serializer_class = ScenarioSerializer
    rows = Scenario.objects.all()
    without_body = frozenset({"POST"})

    @extend_schema(request=None, responses={204: None}, parameters=[IF_MATCH])
    def post(self, request, pk):
        try:
            self.written(lambda row: apply_scenario(row, version=row.version, by=self.author))
        except NeedsReason:
            raise ValidationError(
                {"note": "Under two thirds for the end users needs a reason: say why in its note."}
            ) from None
        return Response(status=204)
