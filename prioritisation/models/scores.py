"""Marks, runs and what they computed."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from accounts.expressions import CurrentChange
from products.models import Product, Requirement


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
