import pytest

from products.models import Requirement
from tests import cast
from tests.cast import signed_in


@pytest.fixture
def alice():
    return cast.user("alice", first_name="Alice", last_name="Ames")


@pytest.fixture
def client(alice):
    return signed_in(alice)


@pytest.fixture
def bob(rota):
    bob = cast.user("bob")
    cast.join(rota, bob, "contributor")
    return bob


@pytest.fixture
def swap(rota):
    return Requirement.objects.get(title="Swap shifts in two taps")
