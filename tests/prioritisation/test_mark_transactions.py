"""A mark is of the transaction that wrote, and of each product that it touched."""

import pytest
from django.db import connection, transaction

from prioritisation.models import ProductChange, Rating
from products.models import Product, Requirement
from products.services import create_product, delete_product
from tests.cast import rota, user
from tests.prioritisation.marking import marks, nurse_on_swap, unmarked
from tests.prioritisation.refusals import in_sql
from tests.processes import own_cursor

pytestmark = pytest.mark.scores_are_tampered_with


@pytest.fixture
def product(db):
    return unmarked(rota(user("alice")))


def change(rating):
    Rating.objects.filter(pk=rating.pk).update(value=-1)


def test_marks_are_of_the_transaction_that_wrote(transactional_db):
    product = unmarked(rota(user("alice")))
    with transaction.atomic():
        change(nurse_on_swap(product))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            (xid,) = cursor.fetchone()
        with own_cursor() as other:
            other.execute("SELECT count(*) FROM prioritisation_productchange")
            assert other.fetchone()[0] == 0

    mark = ProductChange.objects.get()
    event = Rating.pgh_event_model.objects.order_by("-pgh_id").first()
    assert mark.xid == event.pgh_xid == xid


def test_a_rollback_marks_nothing(transactional_db):
    product = unmarked(rota(user("alice")))
    with transaction.atomic():
        change(nurse_on_swap(product))
        assert marks() == {(1, "rating")}
        transaction.set_rollback(True)

    assert marks() == set()


def test_an_update_of_no_row_marks_nothing(product):
    assert Rating.objects.filter(value=4).update(value=5) == 0
    assert Rating.objects.filter(value=4).delete()[0] == 0

    assert marks() == set()


@pytest.mark.parametrize(("count", "expected"), [(100, 100), (101, 1)])
def test_a_statement_over_a_hundred_requirements_marks_the_product_once(product, count, expected):
    Requirement.objects.bulk_create(
        Requirement(product=product, number=10 + n, title="One of many") for n in range(count)
    )

    assert ProductChange.objects.count() == expected
    assert ProductChange.objects.filter(requirement_id=None).count() == (expected == 1)


def test_a_statement_over_two_products_marks_each(product):
    other = rota(user("bob"))
    unmarked(other)

    Rating.objects.all().update(note="said so")

    assert set(ProductChange.objects.values_list("product_id", flat=True)) == {
        product.pk,
        other.pk,
    }


@pytest.mark.parametrize(
    "delete",
    [
        delete_product,
        lambda product: Product.objects.filter(pk=product.pk).delete(),
        lambda product: in_sql(f"DELETE FROM products_product WHERE id = {product.pk}"),
    ],
    ids=["by service", "by queryset", "by SQL"],
)
def test_deleting_a_product_leaves_neither_mark_nor_row(transactional_db, delete):
    product = rota(user("alice"))
    key = product.pk

    delete(product)

    assert ProductChange.objects.count() == 0
    assert Rating.objects.filter(product_id=key).count() == 0
    assert Rating.pgh_event_model.objects.filter(product_id=key).exists()


def test_a_new_product_is_marked(db):
    product = create_product(name="Rota", owner=user("alice"))

    assert set(ProductChange.objects.values_list("product_id", flat=True)) == {product.pk}
