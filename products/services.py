"""Writes to products and their requirements. The caller has authorised them."""

import re
from itertools import chain

from products.following import follow_by_taking_part
from products.models import Membership, Product, Requirement
from products.roles import Role


def create_product(*, name, owner, key="", **fields):
    """A product with its owner; the key is derived from the name unless given."""
    product = Product.objects.create(
        name=name, key=key or free_key(name), updated_by=owner, **fields
    )
    Membership.objects.create(product=product, user=owner, role=Role.OWNER, updated_by=owner)
    return product


def free_key(name):
    """A key for a product of this name that no product has: ROTA, then ROTA2, ROTA3, …"""
    words = re.findall(r"[A-Z0-9]+", name.upper())
    stem = words[0] if words and len(words[0]) >= 2 else "".join(words)
    stem = (stem if len(stem) >= 2 else f"P{stem}0")[:8]
    short = stem[:6]
    taken = set(Product.objects.filter(key__startswith=short).values_list("key", flat=True))
    numbered = (f"{short}{n}" for n in range(2, 10_000))
    return next(key for key in chain([stem], numbered) if key not in taken)


def delete_product(product):
    """Remove the product and everything of it but its input history."""
    Product.objects.lock(product.pk)
    product.delete()


def add_requirements(*, product, by, requirements, following=True):
    """Insert unsaved Requirements under consecutive numbers; return them.

    Who adds some follows them unless, as an import does, `following` says otherwise.
    """
    first = Product.objects.take_numbers(product.pk, len(requirements))
    author = by if by is not None and by.pk else None
    for number, requirement in enumerate(requirements, start=first):
        requirement.product = product
        requirement.number = number
        requirement.created_by = requirement.updated_by = author
    made = Requirement.objects.bulk_create(requirements)
    if following:
        ids = [requirement.pk for requirement in made]
        follow_by_taking_part(user=author, product=product, requirement_ids=ids)
    return made


def delete_requirement(requirement):
    Product.objects.lock(requirement.product_id)
    requirement.delete()
