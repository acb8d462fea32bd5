"""Field kinds that several models share."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


def within(name, column, low, high, *, message=None):
    """A check that the column lies in [low, high]; NULL passes, NaN and infinities don't.

    Both bounds matter: NaN sorts above all numbers in PostgreSQL, so a lone `>=` lets it in.
    """
    return models.CheckConstraint(
        condition=models.Q(**{f"{column}__gte": low, f"{column}__lte": high}),
        name=name,
        violation_error_message=message or f"Must be from {low:g} to {high:g}.",
    )


def version_field():
    """Raised by a trigger on every change; what If-Match and forms compare."""
    return models.PositiveIntegerField(db_default=1, default=1, editable=False)


def updated_by_field():
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )


def created_at_field():
    return models.DateTimeField(db_default=Now(), editable=False)


def one_of(name, column, choices):
    """A check that the column holds one of the values of a Choices class."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{column}__in": choices.values}),
        name=name,
        violation_error_message=f"Must be one of: {', '.join(map(str, choices.labels))}.",
    )
