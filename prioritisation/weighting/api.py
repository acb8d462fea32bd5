from drf_spectacular.drainage import set_override
from rest_framework.exceptions import ValidationError

from prioritisation.models import LEAST_SAY_WITHOUT_REASON, PARAMETERS, ScoringPolicy
from products.api.base import OneRow
from products.api.fields import RowSerializer
from products.api.schema import needs_if_match


class WithPeopleExponent(RowSerializer):
    def get_fields(self):
        fields = super().get_fields()
        # 0, 0.5 or 1, as JSON Schema can say it: generated clients know no set of numbers.
        in_halves = {"type": "number", "format": "double", "multipleOf": 0.5}
        set_override(fields["people_exponent"], "field", in_halves)
        return fields

    def validate_people_exponent(self, value):
        if value not in (None, 0, 0.5, 1):
            raise ValidationError("1 (by people), 0.5 (damped) or 0 (equally).")
        return value


class PolicySerializer(WithPeopleExponent):
    """How the product weighs its personas."""

    limits = {
        "end_user_say": (0.5, 0.95),
        "people_exponent": (0, 1),
        "gap_emphasis": (0, 1),
        "responsiveness": (0, 1),
        "assumed_adoption": (0, 1),
        "assumed_seats": (0, 1_000_000_000),
    }

    class Meta:
        model = ScoringPolicy
        fields = [*PARAMETERS, "reason", "version"]
        read_only_fields = ["version"]

    def validate(self, given):
        say = given.get("end_user_say", self.instance.end_user_say)
        # A change says why anew; the reason of an earlier one isn't its own.
        kept = "" if say != self.instance.end_user_say else self.instance.reason
        reason = given.get("reason", kept)
        if say < LEAST_SAY_WITHOUT_REASON and not reason.strip():
            raise ValidationError({"reason": "Under two thirds for the end users needs a reason."})
        return given | {"reason": reason}


@needs_if_match
class Policy(OneRow):
    """How the product weighs its personas."""

    declared_role = {"GET": "read", "PATCH": "edit_policy"}
    operations = {"GET": "Get the policy", "PATCH": "Change the policy"}
    serializer_class = PolicySerializer

    def find_product(self, request, action):
        product = super().find_product(request, action)
        self.row = product.policy
        return product
