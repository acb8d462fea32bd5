import pytest

from prioritisation.rescoring import rescore
from tests.cast import rota, user


@pytest.fixture
def product(transactional_db):
    """Rota, scored; committed, so that other processes see it."""
    product = rota(user("alice"))
    rescore(product.pk)
    return product
