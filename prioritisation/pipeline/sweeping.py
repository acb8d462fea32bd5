"""The safety net under every lost message: whatever is marked gets rescored."""

from datetime import timedelta

from django.utils import timezone

from accounts.cut_offs import cut_offs_that_matter
from prioritisation.models import ProductChange
from prioritisation.models.analyses import Analysis
from prioritisation.models.processes import SWEEPER, note_seen
from prioritisation.pipeline import notify
from prioritisation.pipeline.turns import take_turns
from products.models import Product

#: Who is at an analysis touches all that are unfinished several times a second.
UNTOUCHED = timedelta(seconds=5)


def sweep(*, wanted=lambda: True):
    """Rescore what is marked, for two seconds at most; whether something is left to go on with.

    One that fails doesn't stop the others.
    """
    note_seen(SWEEPER)
    notify.tell_cut_offs(cut_offs_that_matter())
    drop_marks_of_deleted_products()
    ring_for_lost_analyses()
    return take_turns(wanted=wanted) is not None


def drop_marks_of_deleted_products():
    """A write that raced with the deletion of its product leaves marks nobody else clears."""
    living = Product.objects.values("pk")
    ProductChange.objects.exclude(product_id__in=living).delete()


def ring_for_lost_analyses():
    """Their message was lost, or their worker ended in the middle."""
    since = timezone.now() - UNTOUCHED
    if Analysis.objects.filter(finished_at=None, touched_at__lt=since).exists():
        notify.ring_for_analyses()
