from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from products.fields import created_at_field, one_of, within
from products.models import Product

#: Who is at it touches all that is unfinished several times a second, once it has begun.
LOST_AFTER = timedelta(seconds=30)


class Kind(models.TextChoices):
    PLAUSIBLE = "plausible", "In how many plausible weightings"


class State(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    LOST = "lost"
    DONE = "done"
    FAILED = "failed"


class Analysis(models.Model):
    """Something on a product that takes long to work out: how far it is, and the last result.

    One row a product and kind; starting anew raises `attempt`, so that a worker still at an older
    one notices. A message or a worker may be lost: then nobody touches the row; the
    sweeper sees that and rings again.
    """

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    attempt = models.PositiveIntegerField(db_default=1, default=1)
    parameters = models.JSONField()
    progress = models.FloatField(db_default=0, default=0)
    created_at = created_at_field()
    touched_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    #: of the last attempt that was worked out, kept while a new one is under way
    result = models.JSONField(null=True, blank=True)
    #: what the result was worked out from (selectors.Standing.validator)
    validator = models.CharField(max_length=80, blank=True, default="", db_default="")
    error = models.TextField(blank=True, default="", db_default="")

    class Meta:
        verbose_name_plural = "analyses"
        constraints = [
            models.UniqueConstraint(
                fields=["product", "kind"], name="one_analysis_per_product_and_kind"
            ),
            one_of("an_analysis_is_of_a_known_kind", "kind", Kind),
            within("progress_is_0_to_1", "progress", 0, 1),
        ]

    def __str__(self):
        return f"{self.kind} of product {self.product_id}"

    @property
    def state(self):
        if self.finished_at is not None:
            return State.FAILED if self.error else State.DONE
        if timezone.now() - self.touched_at > LOST_AFTER:
            return State.LOST
        return State.RUNNING if self.progress else State.WAITING

    @property
    def is_under_way(self):
        return self.state in {State.WAITING, State.RUNNING}
