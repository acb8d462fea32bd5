from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from accounts.at_most import at_most
from accounts.history import with_input_history
from personas.models import Persona
from products.fields import created_at_field, updated_by_field, version_field, within
from products.models import Product
from products.triggers import raises_version, stays_in_product

MOST_PEOPLE = 1_000_000_000
#: all of them are worked out for their page
MAX_SCENARIOS_PER_PRODUCT = 100


@with_input_history()
class Scenario(models.Model):
    """A named what-if beside the product: what of its policy and personas would be otherwise.

    What is null here, and a persona without a ScenarioPersona, is as the product has it whenever
    somebody looks. It has no mark: the scores never follow it. Whoever changes one of its personas
    writes `updated_at` too, so that its `version` is that of all of it.
    """

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="scenarios", db_constraint=False
    )
    name = models.CharField(max_length=80)
    note = models.CharField(
        max_length=400, blank=True, default="", db_default="", help_text="What if, and why?"
    )
    end_user_say = models.FloatField("end users' say", null=True, blank=True)
    people_exponent = models.FloatField("people", null=True, blank=True)
    gap_emphasis = models.FloatField(
        "extra weight for people it hasn't won yet", null=True, blank=True
    )
    responsiveness = models.FloatField(
        "how far one requirement moves adoption", null=True, blank=True
    )
    assumed_adoption = models.FloatField(
        "adoption assumed before any reading", null=True, blank=True
    )
    assumed_seats = models.FloatField("seats that belief weighs", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = created_at_field()
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = version_field()
    updated_by = updated_by_field()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                "product",
                Lower("name"),
                name="one_scenario_per_product_and_name",
                violation_error_message="There is already a scenario with this name.",
            ),
            # What the composite foreign key of its personas points to.
            models.UniqueConstraint(fields=["id", "product"], name="a_scenario_is_of_one_product"),
            within("a_supposed_say_is_half_to_0_95", "end_user_say", 0.5, 0.95),
            models.CheckConstraint(
                condition=Q(people_exponent__in=[0.0, 0.5, 1.0]),
                name="a_supposed_people_exponent_is_0_half_or_1",
                violation_error_message="Must be 1 (by people), 0.5 (damped) or 0 (equally).",
            ),
            within("a_supposed_gap_emphasis_is_0_to_1", "gap_emphasis", 0, 1),
            within("a_supposed_responsiveness_is_0_to_1", "responsiveness", 0, 1),
            within("a_supposed_assumed_adoption_is_0_to_1", "assumed_adoption", 0, 1),
            within("supposed_assumed_seats_are_0_to_a_billion", "assumed_seats", 0, 1e9),
        ]
        triggers = [
            raises_version(),
            stays_in_product(),
            *at_most(
                MAX_SCENARIOS_PER_PRODUCT,
                of="product_id",
                parent="products_product",
                says=f"a product has at most {MAX_SCENARIOS_PER_PRODUCT} scenarios",
            ),
        ]

    def __str__(self):
        return self.name


@with_input_history()
class ScenarioPersona(models.Model):
    """What a scenario supposes of a persona: another importance, another reading than the latest,
    or both."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    scenario = models.ForeignKey(
        Scenario, on_delete=models.CASCADE, related_name="personas", db_constraint=False
    )
    persona = models.ForeignKey(
        Persona, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    importance = models.FloatField(null=True, blank=True)
    installed = models.BigIntegerField("have it", null=True, blank=True)
    active = models.BigIntegerField("use it", null=True, blank=True)
    worked_around = models.BigIntegerField("also work around it", null=True, blank=True)

    class Meta:
        ordering = ["persona"]
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "persona"], name="a_scenario_supposes_a_persona_once"
            ),
            models.CheckConstraint(
                condition=Q(importance=0) | Q(importance__gte=1e-6, importance__lte=1000),
                name="a_supposed_importance_is_0_or_a_millionth_to_1000",
                violation_error_message="Must be from 0 to 1000.",
            ),
            within("a_supposed_installed_is_0_to_a_billion", "installed", 0, MOST_PEOPLE),
            within("a_supposed_active_is_0_to_a_billion", "active", 0, MOST_PEOPLE),
            within("a_supposed_worked_around_is_0_to_a_billion", "worked_around", 0, MOST_PEOPLE),
            models.CheckConstraint(
                condition=Q(installed=None, active=None, worked_around=None)
                | Q(
                    installed__isnull=False,
                    active__lte=F("installed"),
                    worked_around__lte=F("active"),
                    active__isnull=False,
                    worked_around__isnull=False,
                ),
                name="a_supposed_reading_is_whole_and_possible",
                violation_error_message=(
                    "Of those who have it some use it, and of those some work around it."
                ),
            ),
        ]
        triggers = [stays_in_product("scenario", "persona")]

    def __str__(self):
        return str(self.persona_id)

    @property
    def reading(self):
        """(installed, active, worked around), or None."""
        if self.installed is None:
            return None
        return self.installed, self.active, self.worked_around
