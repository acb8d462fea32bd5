"""What somebody deletes after a request has found it is not found: on every URL, never a 500."""

import pytest
from django.db import connection, transaction

from prioritisation.pipeline.rescoring import rescore
from products import access
from products.models import Product
from tests import crawling
from tests.crawling import Crawler, client_of, urls

OF_A_PRODUCT = [url for url in urls() if url.of_a_product]

#: table → what is left to say of a product without its rows
BELOW = ["products_requirement", "personas_persona", "prioritisation_scenario"]


@pytest.fixture
def product(db):
    product = crawling.cast()
    rescore(product.pk)
    return product


@pytest.fixture
def once_authorised(monkeypatch):
    """`once_authorised(sql)`: runs after a view has found its product and row, and before it reads
    anything else."""
    authorise, statements = access._authorise, []

    def authorised(product, action):
        authorise(product, action)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    monkeypatch.setattr(access, "_authorise", authorised)
    return statements.append


def answers(product):
    """{(URL's name, method): status} of everything that an owner may ask."""
    crawler, alice = Crawler(product), client_of("alice")
    found = {}
    for url in OF_A_PRODUCT:
        for method in url.methods:
            with transaction.atomic():
                response, _text, _changed = crawler.ask(alice, method, crawler.path(url))
                transaction.set_rollback(True)
            found[url.name, method] = response.status_code
    return found


def test_a_product_deleted_meanwhile_is_not_found(product, once_authorised):
    once_authorised("DELETE FROM products_product")

    found = answers(product)

    assert {one: status for one, status in found.items() if status >= 500} == {}
    for name in ("ranking", "requirement", "rate", "personas", "history", "policy", "map", "ask"):
        assert found[name, "GET"] == 404, name


@pytest.mark.parametrize("table", BELOW)
def test_a_row_of_it_deleted_meanwhile_is_no_error(product, once_authorised, table):
    once_authorised(f"DELETE FROM {table}")

    found = answers(product)

    assert {one: status for one, status in found.items() if status >= 500} == {}


def test_the_control_any_other_error_is_one(product, monkeypatch):
    def fail(*args):
        raise KeyError("a fault of ours")

    monkeypatch.setattr("prioritisation.ranking.views.read_whole", fail)

    assert client_of("alice").get("/p/ROTA/").status_code == 500
    assert Product.objects.filter(pk=product.pk).exists()
