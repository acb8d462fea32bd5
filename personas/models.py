from django.db import models
from django.db.models import F, Q

from accounts.at_most import at_most
from accounts.history import with_input_history
from products.fields import one_of, updated_by_field, version_field, within
from products.models import Product
from products.triggers import marks_product, raises_version, stays_in_product

#: each adds a column to every score, table and grid
MAX_PERSONAS_PER_PRODUCT = 100


class Kind(models.TextChoices):
    END_USER = "end_user", "End user"
    PROCURER = "procurer", "Procurer"
    ADVERTISER = "advertiser", "Advertiser"
    OTHER = "other", "Other"


@with_input_history()
class Persona(models.Model):
    """Somebody who acts on a product: uses it, pays for it, allows or sponsors it."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="personas", db_constraint=False
    )
    name = models.CharField(max_length=100)
    kind = models.CharField(
        max_length=10,
        choices=Kind.choices,
        help_text="Does this person use it to do their job? End user, even if they also pay. "
        "Only signs, pays, allows or sponsors? Procurer, advertiser or other.",
    )
    summary = models.TextField(blank=True, max_length=2_000, default="", db_default="")
    goals = models.TextField(blank=True, max_length=2_000, default="", db_default="")
    frustrations = models.TextField(blank=True, max_length=2_000, default="", db_default="")
    quote = models.TextField(
        blank=True, max_length=500, default="", db_default="", help_text="What they'd say."
    )
    headcount = models.BigIntegerField(
        "people", null=True, blank=True, help_text="People in the segment, if known."
    )
    importance = models.FloatField(
        default=1, db_default=1, help_text="1 is normal. 0: described, but not counted."
    )
    position = models.PositiveIntegerField(default=0, db_default=0)
    version = version_field()
    updated_by = updated_by_field()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "name"],
                name="one_persona_per_product_and_name",
                violation_error_message="There is already a persona with this name.",
            ),
            # What the composite foreign keys of ratings and readings point to.
            models.UniqueConstraint(fields=["id", "product"], name="a_persona_is_of_one_product"),
            one_of("a_kind_is_one_of_the_four", "kind", Kind),
            within("a_headcount_is_1_to_a_billion", "headcount", 1, 1_000_000_000),
            # Not between 0 and a millionth: its share of the say would vanish in float8.
            models.CheckConstraint(
                condition=Q(importance=0) | Q(importance__gte=1e-6, importance__lte=1000),
                name="an_importance_is_0_or_a_millionth_to_1000",
                violation_error_message="Must be from 0 to 1000.",
            ),
            within("a_position_is_0_to_a_million", "position", 0, 1_000_000),
        ]
        triggers = [
            raises_version(),
            stays_in_product(),
            *marks_product(requirement="NULL"),
            *at_most(
                MAX_PERSONAS_PER_PRODUCT,
                of="product_id",
                parent="products_product",
                says=f"a product has at most {MAX_PERSONAS_PER_PRODUCT} personas",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_end_user(self):
        return self.kind == Kind.END_USER


@with_input_history(
    indexes=[
        models.Index(fields=["persona", "observed_on", "pgh_obj"], name="reading_events_by_day")
    ]
)
class AdoptionReading(models.Model):
    """How many of an end-user segment could use it, used it, and also worked around it."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    persona = models.ForeignKey(
        Persona, on_delete=models.CASCADE, related_name="readings", db_constraint=False
    )
    observed_on = models.DateField("on")
    installed = models.BigIntegerField(
        "have it",
        help_text="People who could use it now: seats assigned, or devices seen in the last "
        "90 days. Never downloads ever.",
    )
    active = models.BigIntegerField(
        "use it", help_text="Used it for its purpose in the last 28 days."
    )
    worked_around = models.BigIntegerField(
        "also work around it",
        default=0,
        db_default=0,
        help_text="Of those who use it, how many were seen doing the job with something else too.",
    )
    note = models.CharField(
        max_length=500, blank=True, default="", db_default="", help_text="With what?"
    )
    source = models.CharField(max_length=200, blank=True, default="", db_default="")
    version = version_field()
    updated_by = updated_by_field()

    class Meta:
        ordering = ["-observed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["persona", "observed_on"],
                name="one_reading_per_persona_and_day",
                violation_error_message="There is already a reading of that day.",
            ),
            within("an_installed_is_0_to_a_billion", "installed", 0, 1_000_000_000),
            within("an_active_is_0_to_a_billion", "active", 0, 1_000_000_000),
            within("a_worked_around_is_0_to_a_billion", "worked_around", 0, 1_000_000_000),
            models.CheckConstraint(
                condition=Q(active__lte=F("installed")),
                name="the_active_are_among_the_installed",
                violation_error_message="More people use it than have it.",
            ),
            models.CheckConstraint(
                condition=Q(worked_around__lte=F("active")),
                name="those_who_work_around_it_are_among_the_active",
                violation_error_message="More people work around it than use it.",
            ),
        ]
        triggers = [
            raises_version(),
            stays_in_product("persona"),
            *marks_product(requirement="NULL"),
        ]

    def __str__(self):
        return f"{self.active} of {self.installed} on {self.observed_on}"
