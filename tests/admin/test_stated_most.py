"""What the database has a stated most of, the back office neither makes more of nor fails on."""

from personas.models import MAX_PERSONAS_PER_PRODUCT, Persona
from products.models import MAX_PRODUCTS_PER_OWNER, Membership, Product
from products.roles import Role
from tests import cast
from tests.admin.test_pages import url
from tests.models.test_stated_most import owned, personas


def test_one_persona_more_is_refused(product, admin_client, form_of):
    personas(product, MAX_PERSONAS_PER_PRODUCT)
    path = url(Persona, "add")
    form = form_of(path) | {"product": product.pk, "name": "One more", "kind": "other"}

    answer = admin_client.post(path, form)

    assert answer.status_code == 409
    assert "A product has at most 100 personas." in answer.content.decode()
    assert product.personas.count() == MAX_PERSONAS_PER_PRODUCT


def test_a_role_is_not_raised_past_the_most(product, admin_client, form_of):
    bob = cast.user("bob")
    owned(bob, MAX_PRODUCTS_PER_OWNER)
    member = cast.join(product, bob, "viewer")
    path = url(Product, "change", product.pk)
    form = form_of(path)
    row = next(
        name for name, value in form.items() if value == str(member.pk) and name.endswith("-id")
    )

    answer = admin_client.post(path, form | {row.replace("-id", "-role"): str(Role.OWNER.value)})

    assert answer.status_code == 409
    assert "An owner has at most 200 products." in answer.content.decode()
    assert Membership.objects.get(pk=member.pk).role == Role.VIEWER
