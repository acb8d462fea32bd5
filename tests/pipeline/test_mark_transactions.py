"""A mark is of the transaction that wrote, and of each product that it touched."""

from io import StringIO

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from prioritisation.models import ProductChange, Rating
from prioritisation.pipeline.transactions import writing
from products.models import Product, Requirement
from products.services import create_product, delete_product
from tests.cast import rota, user
from tests.models.refusals import in_sql
from tests.pipeline.marking import marks, nurse_on_swap, unmarked
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
            cursor.execute("SELECT current_change_id()")
            (change_id,) = cursor.fetchone()
        with own_cursor() as other:
            other.execute("SELECT count(*) FROM prioritisation_productchange")
            assert other.fetchone()[0] == 0

    mark = ProductChange.objects.get()
    event = Rating.pgh_event_model.objects.order_by("-pgh_id").first()
    assert mark.change_id == event.pgh_change_id == change_id


def test_what_is_written_after_a_rolled_back_savepoint_has_one_id_in_events_and_marks(
    transactional_db,
):
    product = unmarked(rota(user("alice")))
    rating = nurse_on_swap(product)
    with writing(means="command") as written:
        with transaction.atomic():
            change(rating)
            transaction.set_rollback(True)
        Rating.objects.filter(pk=rating.pk).update(value=-2)
        with transaction.atomic():
            Rating.objects.filter(pk=rating.pk).update(value=-3)
    events = Rating.pgh_event_model.objects.filter(value__in=(-2, -3))

    assert len(events) == 2
    ids = {one.pgh_change_id for one in events} | {
        one.change_id for one in ProductChange.objects.all()
    }
    assert ids == {written.change_id}


def test_a_copy_has_one_id_and_the_next_transaction_another(transactional_db):
    product = unmarked(rota(user("alice")))
    rows = "".join(f"{product.pk}\t{n}\tOne of many\t\t\t{{}}\n" for n in (8, 9))
    with own_cursor() as cursor:
        columns = ["product_id", "number", "title", "description", "decision", "tags"]
        cursor.copy_from(StringIO(rows), "products_requirement", columns=columns)
    (copied,) = set(ProductChange.objects.values_list("change_id", flat=True))
    events = Requirement.pgh_event_model.objects.filter(number__in=(8, 9))
    assert [one.pgh_change_id for one in events] == [copied, copied]

    change(nurse_on_swap(product))
    assert ProductChange.objects.latest("id").change_id > copied


def test_a_transaction_that_changes_no_input_has_no_id(transactional_db):
    rota(user("alice"))
    with writing(means="command") as written:
        User.objects.update(first_name="Alice")
        Rating.objects.filter(value=-4).update(value=2)

    assert written.change_id is None


def test_what_a_save_rings_for_is_found_by_index(db):
    # Marks that wait: with 200,000 of them, reading all cost each save 40 ms.
    in_sql(
        "INSERT INTO prioritisation_productchange (product_id, change_id, table_name)"
        " SELECT n, n, '' FROM generate_series(1, 5000) n"
    )
    with CaptureQueriesContext(connection) as asked, writing(means="command"):
        pass
    statement = next(one["sql"] for one in asked if "userward.change_id" in one["sql"])
    with connection.cursor() as cursor:
        # Else: what other tests left of statistics makes another way seem cheap.
        cursor.execute("ANALYZE prioritisation_productchange")
        # What goes before it tells the database who writes.
        cursor.execute("EXPLAIN " + statement[statement.index("WITH change") :])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "marks_by_change" in plan
    assert "Seq Scan on prioritisation_productchange" not in plan


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
