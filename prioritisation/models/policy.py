"""How a product weighs its personas."""

from django.db import models
from django.db.models import Q

from accounts.history import with_input_history
from products.fields import updated_by_field, version_field, within
from products.models import Product
from products.triggers import marks_product, raises_version, stays_in_product

#: the policy's columns that enter the formula, in the order pages show them
PARAMETERS = (
    "end_user_say",
    "people_exponent",
    "gap_emphasis",
    "responsiveness",
    "assumed_adoption",
    "assumed_seats",
)
#: an end users' say under this needs a written reason
LEAST_SAY_WITHOUT_REASON = 2 / 3


@with_input_history()
class ScoringPolicy(models.Model):
    """How a product weighs its personas (docs/score.md)."""

    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, related_name="policy", db_constraint=False
    )
    end_user_say = models.FloatField(
        "end users' say", default=0.85, db_default=0.85, help_text="Their share of the score."
    )
    people_exponent = models.FloatField(
        "people", default=1, db_default=1, help_text="1 by people, 0.5 damped, 0 equally."
    )
    gap_emphasis = models.FloatField(
        "extra weight for people it hasn't won yet", default=1, db_default=1
    )
    responsiveness = models.FloatField(
        "how far one requirement moves adoption", default=0.25, db_default=0.25
    )
    assumed_adoption = models.FloatField(
        "adoption assumed before any reading", default=0.5, db_default=0.5
    )
    assumed_seats = models.FloatField("seats that belief weighs", default=10, db_default=10)
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    version = version_field()
    updated_by = updated_by_field()

    class Meta:
        verbose_name_plural = "scoring policies"
        constraints = [
            within("an_end_user_say_is_half_to_0_95", "end_user_say", 0.5, 0.95),
            models.CheckConstraint(
                condition=Q(people_exponent__in=[0.0, 0.5, 1.0]),
                name="a_people_exponent_is_0_half_or_1",
                violation_error_message="Must be 1 (by people), 0.5 (damped) or 0 (equally).",
            ),
            within("a_gap_emphasis_is_0_to_1", "gap_emphasis", 0, 1),
            within("a_responsiveness_is_0_to_1", "responsiveness", 0, 1),
            within("an_assumed_adoption_is_0_to_1", "assumed_adoption", 0, 1),
            within("assumed_seats_are_0_to_a_billion", "assumed_seats", 0, 1e9),
            models.CheckConstraint(
                condition=Q(end_user_say__gte=LEAST_SAY_WITHOUT_REASON) | ~Q(reason=""),
                name="less_than_two_thirds_for_end_users_needs_a_reason",
                violation_error_message="Under two thirds for the end users needs a reason.",
            ),
        ]
        triggers = [raises_version(), stays_in_product(), *marks_product(requirement="NULL")]

    def __str__(self):
        return f"End users' say {self.end_user_say:.0%}"
