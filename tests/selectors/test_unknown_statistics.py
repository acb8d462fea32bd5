"""A product that was just imported has no statistics: no plan may depend on them."""

import pytest
from django.db import connection

from prioritisation.models import Scenario
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.verification import wrong_scores
from tests.benchmarks import data
from tests.touched_rows import touched_rows

ROWS = 400
# Not tampered with; but to check all scores of a product after each test takes long.
pytestmark = [pytest.mark.xdist_group("unknown_statistics"), pytest.mark.scores_are_tampered_with]

#: Rows that a statement may touch for each requirement: a page scans and joins them a few times.
#: A walk over all of one list for each row of another touches ROWS.
MOST_TOUCHED = 60 * ROWS
PAGES = [
    "",
    "?order=value_for_effort",
    "?q=requirement",
    "ranking.csv",
    "requirements/5/",
    "bulk/?what=status&row=1.1&row=2.1",
    "ask/",
    "compare/",
    "lenses/",
    "rate/",
    "rate/?persona=1",
    "rate/changes/?have=0.0.0&seen=0:",
    "map/",
    "history/",
    "shipped/",
    "personas/",
    "weighed/",
    "who/",
    "preview/",
    "sure/",
    "scenarios/",
    "scenarios/new/",
    "start/",
]
API = [
    "products/{key}/ranking/",
    "products/{key}/ranking/?limit=50",
    "products/{key}/ranking/?order=value_for_effort&ranked=false",
    "products/{key}/ratings/",
    "requirements/?product={key}",
    "products/{key}/ask-next/",
    "products/{key}/movement/",
]


@pytest.fixture(scope="module")
def product(rows_for_the_module):
    """400 requirements by five personas, of which PostgreSQL has no idea."""
    product = data.product_of(ROWS, vacuum=False)
    Scenario.objects.create(product=product, name="What if", end_user_say=0.7)
    forget_statistics()
    return product


@pytest.fixture
def client(client, db, product):
    client.force_login(data.owner())
    return client


def forget_statistics():
    ours = "relname ~ '^(accounts|personas|prioritisation|products)_'"
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE {ours})"
        )
        cursor.execute(f"UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE {ours}")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_walks_all_rows_for_each_row(client, product, page):
    with touched_rows() as worst:
        answer = client.get(f"/p/{product.key}/{page}")
    assert answer.status_code == (422 if page == "preview/" else 200)  # of no weights
    assert worst.most <= MOST_TOUCHED, worst.statement


@pytest.mark.parametrize("path", API)
def test_no_answer_of_the_api_walks_all_rows_for_each_row(client, product, path):
    with touched_rows() as worst:
        answer = client.get("/api/v1/" + path.format(key=product.key))
    assert answer.status_code == 200
    assert worst.most <= MOST_TOUCHED, worst.statement


def test_no_rescore_walks_all_rows_for_each_row(db, product):
    forget_statistics()
    with touched_rows() as worst:
        rescore(product.pk, force=True)
        product.requirements.filter(number__lte=30).update(effort=3)
        rescore(product.pk)
        product.personas.filter(name="Persona 0").update(importance=3)
        rescore(product.pk)
    assert 0 < worst.most <= MOST_TOUCHED, worst.statement


def test_no_check_of_the_scores_walks_all_cells_for_each_cell(db, product):
    """It works each cell out three times, for the worst, the score and the best."""
    rescore(product.pk)
    forget_statistics()
    with touched_rows() as worst:
        assert wrong_scores(product.pk) == []
    assert 0 < worst.most <= 10 * MOST_TOUCHED, worst.most


def test_a_walk_would_be_seen(db, product):
    """The control: two lists without an index, joined while their sizes are unknown."""
    lists = "(SELECT id, row_number() OVER () AS n FROM products_requirement WHERE product_id = %s)"
    with touched_rows() as worst, connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashjoin = off")
        cursor.execute("SET LOCAL enable_mergejoin = off")
        cursor.execute(f"SELECT count(*) FROM {lists} a JOIN {lists} b USING (n)", [product.pk] * 2)
    assert worst.most > MOST_TOUCHED
