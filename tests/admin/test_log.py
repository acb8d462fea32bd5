"""The log of all products in the back office: it outlives them."""

import pytest

from accounts.history import acting
from products.services import delete_product
from tests.cast import signed_in, user

pytestmark = pytest.mark.scores_are_tampered_with

LOG = "/admin/accounts/accountevent/"


def sentences(admin_client, **query):
    answer = admin_client.get(LOG, query)
    assert answer.status_code == 200
    return [entry.sentence for entry in answer.context["entries"]]


@pytest.fixture
def gone(product, alice):
    """The id of a product that Alice has deleted."""
    pk = product.pk
    with acting(means="session", user=alice):
        delete_product(product)
    return pk


def test_a_deleted_product_is_still_told_of_in_sentences(admin_client, gone):
    told = sentences(admin_client, product=gone)

    assert "alice deleted the product Rota (ROTA)" in told
    assert "alice deleted “Dark mode” (ROTA-3)" in told
    assert "alice withdrew the rating of “Single sign-on” (ROTA-2) for Hospital: +5, seen" in told
    assert "Rota (ROTA, deleted)" in admin_client.get(LOG).content.decode()


def test_it_is_narrowed_and_taken_along(admin_client, gone):
    assert sentences(admin_client, kind="accounts", person="sam") == ["sam signed in"]
    assert len(sentences(admin_client, kind="ratings", text="hospital", product=gone)) == 4
    assert admin_client.get(LOG, {"person": "nobody"}).status_code == 422

    file = b"".join(admin_client.get(LOG, {"csv": 1, "kind": "product"})).decode()
    assert [line.split(",")[4] for line in file.splitlines()] == ["did", "delete", "insert"]


def test_only_superusers_see_it(gone):
    staff = signed_in(user("stan", is_staff=True))

    assert staff.get(LOG).status_code == 403
    assert LOG not in staff.get("/admin/").content.decode()
