"""What a requirement is worth to a persona."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.history import with_input_history
from personas.models import Persona
from products.fields import created_at_field, one_of, updated_by_field, version_field, within
from products.models import Product, Requirement
from products.triggers import marks_product, raises_version, stays_in_product


class Basis(models.TextChoices):
    """How do you know?"""

    SEEN = "seen", "Seen"
    ASKED = "asked", "Asked"
    GUESSED = "guessed", "Guessed"


CONFIDENCE = {Basis.SEEN: 1.0, Basis.ASKED: 0.8, Basis.GUESSED: 0.5}


@with_input_history(
    indexes=[models.Index(fields=["requirement", "pgh_obj"], name="rating_events_by_requirement")]
)
class Rating(models.Model):
    """What a requirement is worth to a persona, who says so, and how they know."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, related_name="ratings", db_constraint=False
    )
    persona = models.ForeignKey(
        Persona, on_delete=models.CASCADE, related_name="ratings", db_constraint=False
    )
    value = models.SmallIntegerField()
    basis = models.CharField("how do you know", max_length=7, choices=Basis.choices)
    note = models.CharField(max_length=1_000, blank=True, default="", db_default="")
    rater = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    source = models.CharField(max_length=200, blank=True, default="", db_default="")
    created_at = created_at_field()
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    version = version_field()
    updated_by = updated_by_field()

    class Meta:
        ordering = ["requirement", "persona", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "persona", "rater"],
                condition=Q(rater__isnull=False),
                name="one_rating_per_persona_and_rater",
            ),
            models.UniqueConstraint(
                fields=["requirement", "persona", "source"],
                condition=Q(rater__isnull=True),
                name="one_rating_per_persona_and_source",
            ),
            within("a_value_is_minus_5_to_5", "value", -5, 5),
            one_of("a_basis_is_one_of_the_three", "basis", Basis),
        ]
        indexes = [
            # Holds all that a rescore reads, so that it never visits the table.
            models.Index(
                fields=["product", "requirement", "persona", "id"],
                include=["value", "basis"],
                name="ratings_in_scoring_order",
            )
        ]
        triggers = [
            raises_version(touching=["updated_at"]),
            stays_in_product("requirement", "persona"),
            *marks_product(requirement="requirement_id"),
        ]

    def __str__(self):
        return f"{self.value:+d}, {self.basis}"

    @property
    def confidence(self):
        return CONFIDENCE[self.basis]
