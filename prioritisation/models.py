from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.expressions import CurrentChange
from accounts.history import with_input_history
from personas.models import Persona
from prioritisation.analysis import Analysis as Analysis
from prioritisation.scenario import Scenario as Scenario
from prioritisation.scenario import ScenarioPersona as ScenarioPersona
from prioritisation.seen import ProcessSeen as ProcessSeen
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


class ProductChange(models.Model):
    """A mark: something changed that the product's scores don't hold yet.

    Written by triggers in the transaction of the change, deleted by the rescore that read it.
    Plain bigints, no foreign keys: a cascade that marks a row being deleted would violate them.
    """

    product_id = models.BigIntegerField()
    requirement_id = models.BigIntegerField(null=True)
    change_id = models.BigIntegerField(db_default=CurrentChange())
    table_name = models.CharField(max_length=63)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["product_id", "id"], name="marks_by_product"),
            # What a request rings for, and what `ranking/?after=` waits for.
            models.Index(fields=["change_id"], name="marks_by_change"),
        ]

    def __str__(self):
        return f"{self.table_name} of product {self.product_id}"


class ScoringRun(models.Model):
    """One rescore: what it used, what made it necessary."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="runs", db_constraint=False
    )
    version = models.BigIntegerField()
    computed_at = models.DateTimeField(db_default=Now())
    algorithm = models.PositiveSmallIntegerField()
    #: the counted personas; what the arrays of scores are decoded by
    persona_ids = ArrayField(models.BigIntegerField())
    weights = ArrayField(models.FloatField())
    #: NaN for payers
    adoption = ArrayField(models.FloatField())
    policy = models.JSONField()
    #: the ids and tables of the marks' changes that it consumed
    cause_change_ids = ArrayField(models.BigIntegerField())
    cause_tables = ArrayField(models.CharField(max_length=63))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "version"], name="one_run_per_product_and_version"
            )
        ]
        indexes = [
            # Which run took a change in. At once in its place: a list of those to come would be
            # read whole by each look-up.
            GinIndex(fields=["cause_change_ids"], name="runs_by_change", fastupdate=False)
        ]

    def __str__(self):
        return f"version {self.version}"


class ScoringState(models.Model):
    """Where a product's scoring stands."""

    product = models.OneToOneField(
        Product,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="scoring_state",
        db_constraint=False,
    )
    run = models.ForeignKey(
        ScoringRun, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False
    )
    #: why the last attempt failed; empty when it didn't
    error = models.TextField(blank=True, default="", db_default="")
    failed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return f"state of {self.product_id}"


class ScoreValues(models.Model):
    """One requirement's score under one run; integers are ten-thousandths."""

    run = models.ForeignKey(
        ScoringRun, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    number = models.PositiveIntegerField()
    #: open and rated by at least one counted persona
    ranked = models.BooleanField()
    score = models.IntegerField()
    low = models.IntegerField()
    high = models.IntegerField()
    reach = models.FloatField()
    answered = models.FloatField()
    value_for_effort = models.FloatField(null=True)
    #: a number for each of the run's persona_ids
    contributions = ArrayField(models.IntegerField())
    unrealised = ArrayField(models.IntegerField())
    #: the weighted mean of the counted ratings, in ten-thousandths; 0 where not rated
    means = ArrayField(models.IntegerField())
    #: how well it is known, in percent: 100 seen, 80 asked, 50 guessed, 0 not rated
    confidences = ArrayField(models.SmallIntegerField())

    class Meta:
        abstract = True


class Score(ScoreValues):
    """The current score. No index on a column that changes, so that updates stay HOT.

    It outlives its requirement until the next rescore, which notes that it left the ranking.
    """

    requirement = models.OneToOneField(
        Requirement,
        primary_key=True,
        on_delete=models.DO_NOTHING,
        related_name="score",
        db_constraint=False,
    )
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )

    def __str__(self):
        return f"{self.score / 10_000:.1f}"


class ScoreChange(ScoreValues):
    """A score as it came to be, append-only; one with `ranked` false left the ranking."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    #: no foreign key: the history outlives the requirement
    requirement_id = models.BigIntegerField()
    requirement_key = models.CharField(max_length=21)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["requirement_id", "-id"], name="changes_by_requirement"),
            # The score as of a run, and so of any version.
            models.Index(
                fields=["product", "requirement_id", "run", "id"], name="changes_as_of_run"
            ),
        ]

    def __str__(self):
        return f"{self.requirement_key} {self.score / 10_000:.1f}"
