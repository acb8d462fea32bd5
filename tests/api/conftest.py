import pytest
from rest_framework.test import APIClient

from accounts.models import Token, User
from tests.cast import join, rota, user


@pytest.fixture
def product(alice):
    """Alice's ROTA: Bob contributes, Maya maintains, Vera views; Charlie must see nothing."""
    made = rota(alice)
    for name, role in [("bob", "contributor"), ("maya", "maintainer"), ("vera", "viewer")]:
        join(made, user(name), role)
    user("charlie")
    return made


@pytest.fixture
def as_user(db):
    """A client that signs in with a user's token, as a program would."""

    def client(name):
        text = Token.objects.issue(name="test", user=User.objects.get(username=name))[1]
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
        return client

    return client
