"""Who may see which products, and what makes writers of one product take turns."""

from django.db import connection, models
from django.db.models import F
from django.utils import timezone

from products.roles import Role

#: first key of the advisory locks that make one product's rescores and deletions take turns
PRODUCT_LOCK = 0x75770001


def with_role(rows, user, *, path="", name="role"):
    """Those of `rows` that are in the user's products, each with the user's role there as `name`.

    `path` leads from a row to its product: "product__", or nothing where rows are products.
    """
    token = getattr(user, "product_token", None)
    if token is not None:
        maintainer = models.Value(Role.MAINTAINER.value)
        return rows.filter(**{f"{path}pk": token.product_id}).annotate(**{name: maintainer})
    rows = rows.filter(**{f"{path}memberships__user": user})
    return rows.annotate(**{name: F(f"{path}memberships__role")})


class InvitationQuerySet(models.QuerySet):
    def open(self, at=None):
        """Those that still let somebody in, `at` that time (now)."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at or timezone.now())


class ProductQuerySet(models.QuerySet):
    def with_role(self, user):
        """The user's products, each with the user's role in it as `role`."""
        return with_role(self, user)

    def take_numbers(self, product_id, count):
        """Reserve `count` requirement numbers, never used before; return the first.

        Raises DoesNotExist where the product is gone.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE products_product SET last_number = last_number + %s WHERE id = %s"
                " RETURNING last_number",
                [count, product_id],
            )
            found = cursor.fetchone()
        if found is None:
            raise self.model.DoesNotExist
        return found[0] - count + 1

    def lock(self, product_id):
        """Wait until no rescore of this product runs; hold that until the transaction ends.

        A deletion takes it first, else: a rescore reads the requirement, the deletion commits,
        the rescore inserts a score for a row that is gone.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PRODUCT_LOCK, product_id])
