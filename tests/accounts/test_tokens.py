"""What a token opens, when, and what is kept of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Token, User

NOW = timezone.now()


@pytest.fixture
def issued(alice):
    """(token, text) of Alice's, valid for a day."""
    return Token.objects.issue(name="t", user=alice, expires_at=NOW + timedelta(days=1))


def test_a_token_is_known_by_its_text(issued):
    token, text = issued

    assert Token.objects.authenticate(text, at=NOW) == token


def test_its_secret_is_stored_nowhere(issued):
    token, text = issued
    secret = text.split("_")[2]

    assert len(secret) == 64
    assert secret not in " ".join(map(str, Token.objects.values().get().values()))
    assert token.digest != secret


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda prefix, lookup, secret: f"{prefix}_{lookup}_{'0' * 64}",
        lambda prefix, lookup, secret: f"xx_{lookup}_{secret}",
        lambda prefix, lookup, secret: f"{prefix}_{'0' * 16}_{secret}",
        lambda prefix, lookup, secret: f"{prefix}_{lookup}\0_{secret}",
        lambda prefix, lookup, secret: f"{prefix}_{lookup}_{secret}x",
        lambda prefix, lookup, secret: f"{lookup}_{secret}",
        lambda prefix, lookup, secret: "",
    ],
)
def test_nothing_but_its_text_is_the_token(issued, spoiled):
    _token, text = issued

    assert Token.objects.authenticate(spoiled(*text.split("_")), at=NOW) is None


def test_it_opens_until_the_second_in_which_it_expires(issued):
    token, text = issued

    assert Token.objects.authenticate(text, at=token.expires_at - timedelta(seconds=1))
    assert Token.objects.authenticate(text, at=token.expires_at) is None


def test_a_deactivated_users_token_opens_nothing(issued, alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert Token.objects.authenticate(issued[1], at=NOW) is None
