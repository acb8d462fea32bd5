"""What is read together is read of one moment: a ranking never holds new input and an old score."""

import pytest
from django.db import connection

from prioritisation.comparison.next_questions import read_asking
from prioritisation.comparison.other_methods import read_beside
from prioritisation.comparison.pairwise import read_versus
from prioritisation.history.score_changes import movements
from prioritisation.overview.products import read_cards
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.verification import verify_all
from prioritisation.ranking.preview import read_ground
from prioritisation.ratings.grid import read_grid
from prioritisation.robustness.selectors import read_sureness
from prioritisation.selectors.current_inputs import read_present
from prioritisation.selectors.rankings import read_ranking
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


def page(path):
    return lambda product, user: cast.signed_in(user).get(path)


def two_compared(product, user):
    one, other = product.first_two
    return read_versus(product, [(one, other)])


READERS = {
    "ranking": lambda product, user: read_ranking(product),
    "the ground of a preview": lambda product, user: read_ground(product),
    "rating grid": lambda product, user: read_grid(product, user),
    "products": lambda product, user: read_cards(user),
    "how sure": lambda product, user: read_sureness(product.pk),
    "other lenses": lambda product, user: read_beside(product),
    "what to ask": lambda product, user: read_asking(product, top=3, limit=5),
    "two compared": two_compared,
    "movement": lambda product, user: movements(product, 0, 1, product.first_two),
    "what an analysis stands on": lambda product, user: read_present(product.pk),
    "a verification": lambda product, user: list(verify_all()),
    "what is new in the grid": page("/p/ROTA/rate/changes/?seen=1:1:"),
    "API's products": page("/api/v1/products/"),
    "API's requirements": page("/api/v1/requirements/?product=ROTA"),
}


@pytest.fixture
def isolations():
    """(isolation level, statement) of each statement that reads inputs or scores."""
    seen = []

    def wrapper(execute, sql, params, many, context):
        if "prioritisation_" in sql or "products_requirement" in sql:
            with connection.connection.cursor() as own:
                own.execute("SHOW transaction_isolation")
                seen.append((own.fetchone()[0], sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield seen


@pytest.mark.parametrize("reader", READERS)
def test_all_that_a_reader_puts_together_is_of_one_moment(isolations, reader):
    alice = cast.user("alice")
    product = cast.rota(alice)
    rescore(product.pk)
    product.first_two = list(product.requirements.values_list("pk", flat=True)[:2])
    isolations.clear()

    READERS[reader](product, alice)

    assert isolations
    assert [sql for level, sql in isolations if level != "repeatable read"] == []
