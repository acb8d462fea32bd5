"""A history that grows costs nothing where it isn't told."""

import pytest

from personas.models import AdoptionReading
from prioritisation.pipeline.rescoring import rescore
from tests.benchmarks import data
from tests.benchmarks.history import product_with_readings
from tests.touched_rows import touched_rows

pytestmark = [pytest.mark.xdist_group("growing_history"), pytest.mark.scores_are_tampered_with]

#: five segments' readings, five to a run
READINGS = 600
#: page → rows that a statement of it may touch
PAGES = {
    # Five moves of five causes each, and the 100 runs before each: a walk over the runs for each
    # cause touched 44,000.
    "requirements/1/": 6_000,
    "requirements/1/?drawer=1": 6_000,
    # 60 readings of each segment, each once by the index and once to be told.
    "personas/": 700,
    # The latest of each segment.
    "": READINGS // 2,
    "who/": READINGS // 2,
    "rate/": READINGS // 2,
}


@pytest.fixture(scope="module")
def product(rows_for_the_module):
    return product_with_readings(READINGS, key="GROWN")


@pytest.fixture
def client(client, db, product):
    client.force_login(data.owner())
    return client


@pytest.mark.parametrize("page", PAGES)
def test_no_statement_of_a_page_reads_the_history(client, product, page):
    with touched_rows() as worst:
        assert client.get(f"/p/{product.key}/{page}").status_code == 200
    assert 0 < worst.most <= PAGES[page], worst.statement


def test_a_rescore_reads_the_latest_readings_alone(db, product):
    with touched_rows() as worst:
        rescore(product.pk, force=True)
    assert 0 < worst.most <= READINGS // 2, worst.statement


def test_a_statement_that_reads_it_would_be_seen(db, product):
    with touched_rows() as worst:
        list(AdoptionReading.objects.filter(product=product))
    assert worst.most > READINGS // 2
