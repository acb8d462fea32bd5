"""Whose the samples are, and what they are called beside one's own."""

import pytest
from django.core.management import CommandError, call_command

from products.models import Product
from products.services import create_product
from tests.cast import user


def test_a_key_that_is_taken_gives_way_to_another(db):
    alice = user("alice")
    create_product(name="Rota", owner=alice)
    bob = user("bob")

    call_command("load_samples", "--owner", "bob", verbosity=0)

    sample = Product.objects.get(name="Rota", is_sample=True)
    assert (sample.key, sample.memberships.get().user) == ("ROTA2", bob)


def test_an_owner_must_be_known(db):
    with pytest.raises(CommandError, match="Name the owner"):
        call_command("load_samples")
    with pytest.raises(CommandError, match="No user has the name or e-mail nobody"):
        call_command("load_samples", "--owner", "nobody")
