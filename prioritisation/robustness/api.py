"""How sure the order is: exact intervals of the weighting, and ranks in plausible weightings."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from personas.models import Kind as PersonaKind
from prioritisation.models.analyses import Kind, State
from prioritisation.presentation.references import ReferenceSerializer, reference
from prioritisation.robustness.jobs import start_analysis
from prioritisation.robustness.selectors import (
    AT_ONCE,
    NOT_STARTED,
    read_plausible,
    read_sureness,
    takes_a_worker,
)
from prioritisation.scoring import score_curves, sensitivity
from products.api.base import ProductAPI

STATES = [NOT_STARTED, *State.values]
VERDICTS = ["robust", "fair", "fragile"]
PARAMETERS = [score_curves.END_USER_SAY, score_curves.SHARE, score_curves.ADOPTION]


class FlipSerializer(serializers.Serializer):
    overtakes = ReferenceSerializer(help_text="The requirement that comes up.")
    overtaken = ReferenceSerializer(help_text="The one that it is level with here.")


class EndsSerializer(serializers.Serializer):
    """null where nothing happens up to the end of what is allowed."""

    low = FlipSerializer(allow_null=True)
    high = FlipSerializer(allow_null=True)


class IntervalSerializer(serializers.Serializer):
    """One number of the weighting, everything else as it is: between `low` and `high` it may lie
    anywhere without a change. `least` and `most` are what is allowed."""

    parameter = serializers.ChoiceField(
        PARAMETERS,
        help_text="end_user_say: λ. share: the persona's part of its group's say, the others"
        " keeping their proportions; 0 and 1 are limits. adoption: of the persona's segment.",
    )
    persona = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(PersonaKind.choices, allow_null=True)
    now = serializers.FloatField()
    least = serializers.FloatField()
    most = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    what_happens = EndsSerializer()


class StandingSerializer(serializers.Serializer):
    top = serializers.IntegerField(
        allow_null=True,
        help_text="The set of the first 1, 3, 5 or 10; null: the whole order. Tops that would hold"
        " everything aren't listed.",
    )
    members = ReferenceSerializer(
        many=True,
        help_text="More than `top` where several are tied for the last place. Empty for the"
        " whole order.",
    )
    verdict = serializers.ChoiceField(
        VERDICTS,
        help_text=f"fragile: a single number's move by less than {sensitivity.FRAGILE_UNDER:.2f}"
        f" changes it; robust: none by less than {sensitivity.ROBUST_FROM:.2f} does.",
    )
    margin = serializers.FloatField(allow_null=True, help_text="null: nothing changes it.")
    intervals = IntervalSerializer(many=True)


class SensitivitySerializer(serializers.Serializer):
    product = serializers.CharField()
    version = serializers.IntegerField(help_text="Of the stored scores.")
    stale = serializers.BooleanField(
        help_text="Whether these inputs are newer than the stored scores."
    )
    results = StandingSerializer(many=True)


class Sensitivity(ProductAPI):
    """How far each number of the weighting may move before the top 1, 3, 5 or 10, or the whole
    order, changes: exact, and worked out of the inputs as they are now."""

    declared_role = {"GET": "read"}
    operations = {"GET": "Get the sensitivity of the order"}
    serializer_class = SensitivitySerializer

    @extend_schema(responses=SensitivitySerializer)
    def get(self, request, key):
        sureness = read_sureness(self.product.pk)
        present = sureness.present
        return Response(
            {
                "product": key,
                "version": present.standing.version,
                "stale": present.standing.stale,
                "results": [self._standing(present, one) for one in sureness.standings],
            }
        )

    def _standing(self, present, standing):
        return {
            "top": standing.top,
            "members": [self._reference(present, pk) for pk in standing.members if standing.top],
            "verdict": standing.verdict,
            "margin": None if standing.margin == float("inf") else standing.margin,
            "intervals": [self._interval(present, hold) for hold in standing.holds],
        }

    def _interval(self, present, hold):
        parameter = hold.parameter
        name, kind = present.names.get(parameter.persona_id, (None, None))
        return {
            "parameter": parameter.kind,
            "persona": parameter.persona_id,
            "name": name,
            "kind": kind,
            "now": parameter.now,
            "least": parameter.least,
            "most": parameter.most,
            "low": hold.low,
            "high": hold.high,
            "what_happens": {
                "low": self._flip(present, hold.below),
                "high": self._flip(present, hold.above),
            },
        }

    def _flip(self, present, flip):
        return flip and {
            "overtakes": self._reference(present, flip.riser),
            "overtaken": self._reference(present, flip.faller),
        }

    def _reference(self, present, requirement_id):
        return reference(self.product, requirement_id, present.number_of(requirement_id))


class RankShareSerializer(ReferenceSerializer):
    """Shares of all draws, 0…1."""

    top_1 = serializers.FloatField(help_text="First.")
    top_3 = serializers.FloatField(help_text="Among the first three.")
    top_5 = serializers.FloatField()
    top_10 = serializers.FloatField()
    usual = serializers.ListField(
        child=serializers.IntegerField(),
        min_length=2,
        max_length=2,
        help_text="The ranks between which it was in nine of ten draws.",
    )
    ranks = serializers.ListField(
        child=serializers.FloatField(), help_text="With rank 1, 2, …, 20."
    )


class PlausibleSerializer(serializers.Serializer):
    """Of up to 200 open requirements the state is always `done`."""

    product = serializers.CharField()
    state = serializers.ChoiceField(
        STATES,
        help_text="waiting, running: ask again in a second. lost: no worker is at it any more;"
        " POST starts it anew.",
    )
    progress = serializers.FloatField(help_text="0…1")
    error = serializers.CharField(allow_blank=True)
    started_at = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField(
        help_text="Whether an input was changed since the results were worked out."
    )
    draws = serializers.IntegerField(allow_null=True)
    ranked = serializers.IntegerField(allow_null=True, help_text="Requirements that have a rank.")
    results = RankShareSerializer(
        many=True,
        help_text="The first 20 in the present order; the last results while new ones are worked"
        " out.",
    )


class Plausible(ProductAPI):
    """In how many of 10,000 plausible weightings each of the first 20 has which rank.

    Drawn are end users' say (0.5…0.95), each importance (a third to three times the present one)
    and each answer that isn't seen (within what it leaves open)."""

    declared_role = {"GET": "read", "POST": "read"}
    operations = {
        "GET": "Get the ranks in plausible weightings",
        "POST": "Work out the ranks in plausible weightings",
    }
    serializer_class = PlausibleSerializer
    without_body = frozenset({"POST"})

    @extend_schema(responses=PlausibleSerializer)
    def get(self, request, key):
        return Response(self._told())

    @extend_schema(
        request=None,
        responses={
            202: PlausibleSerializer,
            200: OpenApiResponse(
                PlausibleSerializer,
                description=f"Up to {AT_ONCE} open requirements are worked out at once.",
            ),
        },
    )
    def post(self, request, key):
        """Have a worker work it out anew, unless one is at it."""
        large = takes_a_worker(self.product.pk)
        if large:
            start_analysis(self.product.pk, Kind.PLAUSIBLE)
        return Response(self._told(), status=202 if large else 200)

    def _told(self):
        found = read_plausible(self.product.pk)
        result = found.result or {"draws": None, "ranked": None, "requirements": []}
        return {
            "product": self.product.key,
            "state": found.state,
            "progress": found.progress,
            "error": found.error,
            "started_at": found.started_at,
            "stale": found.stale,
            "draws": result["draws"],
            "ranked": result["ranked"],
            "results": [self._row(row) for row in result["requirements"]],
        }

    def _row(self, row):
        shares = {name: value for name, value in row.items() if name not in {"id", "number"}}
        return reference(self.product, row["id"], row["number"]) | shares
