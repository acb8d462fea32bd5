"""Fetch and authorise, in one call: the first of a view's three moves."""

from contextlib import nullcontext
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpResponseNotAllowed

from accounts.access import public, signed_in
from products.models import Product
from products.querysets import with_role
from products.roles import MAY, Role
from products.turns import turn_for

__all__ = ["get_product", "get_row", "may", "product_view", "public", "signed_in"]


def get_product(user, key, action):
    """The product with this key if the user may do `action` in it; sets `product.role`.

    Raises Http404 for one who has no role in it, PermissionDenied for one whose role is too small.
    """
    if not key.isalnum():  # PostgreSQL refuses a NUL byte: that would be a 500
        raise Http404("No such product.")
    product = Product.objects.with_role(user).filter(key=key).first()
    if product is None:
        raise Http404("No such product.")
    _authorise(product, action)
    return product


def get_row(user, rows, action):
    """The one row in the queryset `rows`, with its `product` as `get_product` gives it."""
    rows = with_role(rows.select_related("product"), user, path="product__", name="users_role")
    row = rows.order_by().first()
    if row is None:
        raise Http404("No such row.")
    row.product.role = row.users_role
    _authorise(row.product, action)
    return row


def was_deleted(key=None, number=None, **_others):
    """Whether the product that a URL names by `key`, or its requirement `number`, isn't there.

    Asked after an error: a view that found them reads on, somebody deletes them, and what it reads
    then is empty in ways that it can't foresee.
    """
    if key is None or connection.needs_rollback:
        return False
    products = Product.objects.filter(key=key.replace("\x00", ""))
    if number is not None:
        products = products.filter(requirements__number=number)
    return not products.exists()


def _authorise(product, action):
    needed, role = MAY[action], Role(product.role)
    if role < needed:
        raise PermissionDenied(f"This needs the role of {needed.label}; yours is {role.label}.")


def may(product, action):
    """Whether the caller for whom `get_product` fetched the product may also do `action`."""
    return product.role >= MAY[action]


def product_view(action=None, *, whole=False, **actions):
    """Decorate `view(request, product, …)`; the URL names the product by `key`. One that reads
    the `whole` of it takes a turn if that is large.

    `@product_view("read")` declares one action for GET; `@product_view(GET="read", POST="rate")`
    one for each method, and no other method is allowed.
    """
    actions = actions or {"GET": action}

    def decorate(view):
        @wraps(view)
        @login_required
        def wrapped(request, key, **kwargs):
            method = "GET" if request.method == "HEAD" else request.method
            if method not in actions:
                return HttpResponseNotAllowed(actions)
            product = get_product(request.user, key, actions[method])
            with turn_for(product) if whole else nullcontext():
                return view(request, product, **kwargs)

        wrapped.declared_role = actions
        return wrapped

    return decorate
