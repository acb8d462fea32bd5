"""Who takes part in a product. The caller has authorised these writes."""

from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction

from products.models import Product
from products.versions import save_if_current

#: what the database says when it refuses (products/models.py)
OWNER_STAYS = "a product keeps an owner"


class LastOwner(Exception):
    """A product keeps an owner while it lives."""


class AlreadyMember(Exception):
    pass


def set_role(*, membership, version, by):
    """Save the membership's role if it still is at `version`; raises StaleVersion, LastOwner."""
    with _owner_stays(membership.product_id):
        return save_if_current(membership, version=version, fields=["role"], by=by)


def remove_member(membership):
    with _owner_stays(membership.product_id):
        membership.delete()


@contextmanager
def _owner_stays(product_id):
    """A savepoint that checks at its end, not at COMMIT, whether the product has an owner.

    The product's row is locked first, else: two owners remove each other, each one's check here
    still sees the other, and the later COMMIT fails, when no page can tell why.
    """
    try:
        with transaction.atomic():
            list(Product.objects.select_for_update(no_key=True).filter(pk=product_id))
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        if OWNER_STAYS in str(error):
            raise LastOwner from None
        raise
