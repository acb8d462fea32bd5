"""Writes to personas and their adoption readings. The caller has authorised them."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.utils import timezone

from personas.models import AdoptionReading, Persona
from products.models import Product
from products.versions import StaleVersion


def add_persona(*, product, by, **fields):
    """A new persona, last in the list where no `position` is given.

    An end user who comes after the first rating isn't counted yet: counted, with every answer
    missing, they would take say from all that is rated, and the order would change at once.
    """
    kind = fields.get("kind")
    if kind == "end_user" and product.personas.filter(ratings__isnull=False).exists():
        fields.setdefault("importance", 0)
    last = product.personas.aggregate(last=Max("position"))["last"]
    fields.setdefault("position", 0 if last is None else min(last + 1, 1_000_000))
    return Persona.objects.create(product=product, updated_by=by, **fields)


#: of a reading, each among the one before
FIGURES = ("installed", "active", "worked_around")


def impossible(installed, active, worked_around):
    """{figure: why it can't be} of a reading; a figure that isn't known is None."""
    wrong = {}
    if None not in (installed, active) and active > installed:
        wrong["active"] = f"{active:,} use it, but only {installed:,} have it."
    if None not in (active, worked_around) and worked_around > active:
        wrong["worked_around"] = f"{worked_around:,} work around it, but {active:,} use it."
    return wrong


def check_observed_on(day):
    """The day, if somebody can have looked on it. Raises ValidationError.

    One of next year would stay the latest, and so the one that counts, until then.
    """
    if day.year < 1970:
        raise ValidationError("That is long ago. Is the year right?")
    # Where we count in UTC it may be tomorrow for the one who looks.
    if day > timezone.localdate() + timedelta(days=1):
        raise ValidationError("That day is still to come. Is the year right?")
    return day


#: the (id, version) of no reading
NONE_SEEN = (None, None)


class NotYours(PermissionDenied):
    """A contributor changes and deletes what they recorded themselves."""


def is_own(reading, user):
    """A reading is of whoever recorded it or, where it was corrected, corrected it last."""
    return user is not None and user.pk is not None and reading.updated_by_id == user.pk


def record_reading(*, persona, observed_on, by, seen=None, only_own=False, **measures):
    """Record how many of the persona's people had and used the product on a day.

    Replaces, in what is given, that day's reading. With `seen`, (id, version) of the one that its
    writer saw or NONE_SEEN, raises StaleVersion where that day has another which says something
    else. Raises ValidationError for a persona that isn't an end user, and for figures that can't
    be; with `only_own` NotYours, where it would replace what another recorded.
    """
    if not persona.is_end_user:
        raise ValidationError({"persona": "Only end users adopt a product; others pay for it."})
    author = by if by is not None and by.pk else None
    of_day = AdoptionReading.objects.filter(persona=persona, observed_on=observed_on)
    reading = of_day.first() or AdoptionReading(
        persona=persona, product_id=persona.product_id, observed_on=observed_on
    )
    _set(reading, measures)
    reading.full_clean(exclude=["product", "persona", "updated_by"])
    # In one statement: an empty row that is filled in later would stand in the history.
    stored, created = AdoptionReading.objects.select_for_update().get_or_create(
        persona=persona,
        observed_on=observed_on,
        defaults={"product_id": persona.product_id, "updated_by": author, **measures},
    )
    if created or all(getattr(stored, name) == value for name, value in measures.items()):
        return stored
    if only_own and not is_own(stored, by):
        raise NotYours("Somebody else recorded that day's reading; a maintainer may change it.")
    if seen is not None and seen != (stored.pk, stored.version):
        raise StaleVersion(stored)
    _set(stored, measures | {"updated_by": author})
    stored.save(update_fields=[*measures, "updated_by"])
    return stored


def _set(reading, measures):
    for name, value in measures.items():
        setattr(reading, name, value)


def delete_persona(persona):
    Product.objects.lock(persona.product_id)
    persona.delete()
