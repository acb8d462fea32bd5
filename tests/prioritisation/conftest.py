import pytest

from prioritisation.pipeline.rescoring import rescore
from tests import cast


@pytest.fixture
def rota(alice):
    """Alice's ROTA, scored."""
    product = cast.rota(alice)
    rescore(product.pk)
    return product
