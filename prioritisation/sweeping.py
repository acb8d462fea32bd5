"""The safety net under every lost message: whatever is marked gets rescored."""

import logging

from django.db import connection

from prioritisation.models import ProductChange
from prioritisation.rescoring import rescore
from products.models import Product

log = logging.getLogger(__name__)


def sweep():
    """Rescore every marked product once; one that fails doesn't stop the others."""
    drop_marks_of_deleted_products()
    marked = ProductChange.objects.order_by("product_id").values_list("product_id", flat=True)
    for product_id in marked.distinct():
        try:
            rescore(product_id)
        except Exception:
            # rescore has noted and logged it, and the others wait for us.
            if connection.connection is None or connection.connection.closed:
                raise


def drop_marks_of_deleted_products():
    """A write that raced with the deletion of its product leaves marks nobody else clears."""
    living = Product.objects.values("pk")
    ProductChange.objects.exclude(product_id__in=living).delete()
