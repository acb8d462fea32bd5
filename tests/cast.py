"""Who plays: Alice owns Rota, Bob contributes, Vera views; Charlie must see nothing."""

from functools import cache

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from accounts.models import User
from personas.models import Persona
from prioritisation.models import Rating, Scenario
from prioritisation.weighting.overrides import Otherwise
from prioritisation.weighting.services import keep_scenario
from products.models import Membership, Requirement
from products.roles import Role
from products.services import add_requirements, create_product

PASSWORD = "correct horse battery"


@cache
def hashed_password():
    """Hashed once: it is made to be slow, and every test has users."""
    return make_password(PASSWORD)


def user(name, **fields):
    return User.objects.create(
        username=name, email=f"{name}@example.org", password=hashed_password(), **fields
    )


def rota(owner):
    """Product ROTA with a nurse, a hospital and three requirements, rated but for the last."""
    product = create_product(name="Rota", owner=owner)
    nurse, hospital = Persona.objects.bulk_create(
        [
            Persona(product=product, name="Nurse", kind="end_user", headcount=500),
            Persona(product=product, name="Hospital", kind="procurer"),
        ]
    )
    titles = [("Swap shifts in two taps", 8), ("Single sign-on", 5), ("Dark mode", None)]
    swap, sso, _dark = add_requirements(
        product=product,
        by=None,
        requirements=[Requirement(title=title, effort=effort) for title, effort in titles],
    )
    given = [(swap, nurse, 5), (swap, hospital, 1), (sso, nurse, 0), (sso, hospital, 5)]
    Rating.objects.bulk_create(
        Rating(
            product=product,
            requirement=requirement,
            persona=persona,
            value=value,
            basis="seen",
            rater=owner,
        )
        for requirement, persona, value in given
    )
    return product


def scenario(product, *, by, importances=None, readings=None, **given):
    """A scenario of the product as it is weighed now, but for what is given."""
    kept = Scenario(**{"product": product, "name": "The hospital decides"} | given)
    return keep_scenario(kept, otherwise=Otherwise(importances or {}, readings or {}), by=by)


def signed_in(who):
    """A client of somebody who has signed in."""
    client = Client()
    client.force_login(who)
    return client


def join(product, member, role):
    return Membership.objects.create(product=product, user=member, role=Role[role.upper()])


def another_change():
    """What is written from here on is a change of its own, also within one transaction of a test:
    what the set-up wrote isn't told to anybody as what a request did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('userward.change_id', '', true)")
