"""A stated most of personas, scenarios and products a person; no race passes it."""

import json
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from personas.models import MAX_PERSONAS_PER_PRODUCT, Persona
from prioritisation.models import Scenario
from prioritisation.models.scenarios import MAX_SCENARIOS_PER_PRODUCT
from products.invitations import invite
from products.models import MAX_PRODUCTS_PER_OWNER, Membership, Product
from products.roles import Role
from products.services import create_product
from tests import cast


@pytest.fixture
def rota(alice, client):
    client.force_login(alice)
    return cast.rota(alice)


def personas(product, upto):
    """Up to that many in all."""
    more = range(upto - product.personas.count())
    Persona.objects.bulk_create(Persona(product=product, name=f"P{n}", kind="other") for n in more)


def scenarios(product, upto):
    Scenario.objects.bulk_create(Scenario(product=product, name=f"S{n}") for n in range(upto))


def owned(user, upto):
    have = Membership.objects.filter(user=user).count()
    products = Product.objects.bulk_create(
        Product(name="P", key=f"P{n}") for n in range(upto - have)
    )
    Membership.objects.bulk_create(
        Membership(product=one, user=user, role=Role.OWNER) for one in products
    )


def test_the_form_of_a_persona_says_it_beside_the_name(rota, client):
    personas(rota, MAX_PERSONAS_PER_PRODUCT - 1)
    persona = {"name": "Last", "kind": "other"}
    assert client.post("/p/ROTA/personas/new/", persona).status_code == 302
    answer = client.post("/p/ROTA/personas/new/", persona | {"name": "One more"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"] == [
        "A product has at most 100 personas. Delete one first."
    ]
    assert rota.personas.count() == MAX_PERSONAS_PER_PRODUCT


def test_the_api_says_it_in_a_problem(rota, client):
    personas(rota, MAX_PERSONAS_PER_PRODUCT)
    scenarios(rota, MAX_SCENARIOS_PER_PRODUCT)
    for path, body in [
        ("personas", {"product": "ROTA", "name": "One more", "kind": "other"}),
        ("scenarios", {"product": "ROTA", "name": "One more"}),
    ]:
        answer = client.post(f"/api/v1/{path}/", json.dumps(body), content_type="application/json")
        assert answer.status_code == 409, answer.content
        assert f"a product has at most 100 {path}" in answer.json()["detail"]


def test_the_page_of_a_new_product_says_it(rota, client, alice):
    owned(alice, MAX_PRODUCTS_PER_OWNER)
    answer = client.post("/products/new/", {"name": "One more", "users": "Nurse", "titles": "Swap"})
    assert answer.status_code == 422
    assert "An owner has at most 200 products." in answer.content.decode()
    assert not Product.objects.filter(name="One more").exists()


@pytest.mark.parametrize("fill", [personas, scenarios])
def test_no_way_of_writing_passes_it(rota, fill):
    with pytest.raises(IntegrityError, match="at most 100"), transaction.atomic():
        fill(rota, 101)


def refused_at_once(write, rows):
    """How many of `write(row)`, each in a transaction of its own at once, the database refuses."""
    together, refused = threading.Barrier(len(rows)), []

    def run(row):
        try:
            with transaction.atomic():
                together.wait(5)
                write(row)
        except IntegrityError:
            refused.append(row)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(refused)


@pytest.mark.django_db(transaction=True)
def test_two_who_add_the_last_one_at_once_do_not_pass_it(rota):
    personas(rota, MAX_PERSONAS_PER_PRODUCT - 1)

    def add(name):
        Persona.objects.create(product=rota, name=name, kind="other")

    assert refused_at_once(add, ["A", "B"]) == 1
    assert rota.personas.count() == MAX_PERSONAS_PER_PRODUCT


class TestAnOwnerOfAsManyProductsAsMayBe:
    @pytest.fixture
    def bob(self, rota):
        bob = cast.user("bob")
        owned(bob, MAX_PRODUCTS_PER_OWNER)
        return bob

    def test_becomes_owner_of_no_other_by_a_role(self, rota, client, bob):
        member = cast.join(rota, bob, "viewer")

        page = client.post(
            f"/p/ROTA/members/{member.pk}/", {"role": Role.OWNER.value, "version": member.version}
        )
        api = client.patch(
            f"/api/v1/products/ROTA/members/{member.pk}/",
            json.dumps({"role": Role.OWNER.label}),
            content_type="application/json",
            headers={"If-Match": f'"{member.version}"'},
        )

        assert (page.status_code, api.status_code) == (409, 409), api.content
        assert "An owner has at most 200 products." in page.content.decode()
        assert "an owner has at most 200 products" in api.json()["detail"]
        member.refresh_from_db()
        assert member.role == Role.VIEWER

    def test_becomes_a_maintainer_all_the_same(self, rota, client, bob):
        member = cast.join(rota, bob, "viewer")
        form = {"role": Role.MAINTAINER.value, "version": member.version}
        assert client.post(f"/p/ROTA/members/{member.pk}/", form).status_code == 302

    def test_becomes_owner_of_no_other_by_an_invitation_which_stays_good(self, rota, alice, bob):
        _invitation, text = invite(product=rota, role=Role.OWNER, by=alice)

        answer = cast.signed_in(bob).post(f"/invitations/{text}/accept/")

        assert answer.status_code == 409
        assert "An owner has at most 200 products." in answer.content.decode()
        assert rota.invitations.open().exists()
        assert not rota.memberships.filter(user=bob).exists()


@pytest.mark.django_db(transaction=True)
def test_two_roles_that_are_raised_at_once_do_not_pass_it(rota, alice):
    bob = cast.user("bob")
    owned(bob, MAX_PRODUCTS_PER_OWNER - 1)
    other = create_product(name="Other", owner=alice)
    for product in (rota, other):
        cast.join(product, bob, "viewer")

    def raise_role(product):
        product.memberships.filter(user=bob).update(role=Role.OWNER)

    assert refused_at_once(raise_role, [rota, other]) == 1
    assert bob.memberships.filter(role=Role.OWNER).count() == MAX_PRODUCTS_PER_OWNER
