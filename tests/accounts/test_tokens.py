"""What a token opens, when, and what is kept of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from accounts import models
from accounts.models import Token, TooManyTokens, User
from tests import cast

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


def test_one_that_is_made_for_no_time_ends_after_90_days(alice):
    _token, text = Token.objects.issue(name="t", user=alice)

    assert Token.objects.authenticate(text, at=NOW + timedelta(days=89))
    assert Token.objects.authenticate(text, at=NOW + timedelta(days=91)) is None


@pytest.mark.parametrize("of", ["user", "product"])
def test_only_so_many_can_be_used_at_a_time(alice, monkeypatch, of):
    monkeypatch.setattr(models, f"MAX_TOKENS_OF_A_{of.upper()}", 3)
    owner = {of: alice if of == "user" else cast.rota(alice)}
    made = [Token.objects.issue(name="t", **owner)[0] for _ in range(3)]

    for frees_a_place in ({"revoked_at": NOW}, {"expires_at": NOW}):
        with pytest.raises(TooManyTokens, match="There are 3"):
            Token.objects.issue(name="one too many", **owner)
        Token.objects.filter(pk=made.pop().pk).update(**frees_a_place)
        Token.objects.issue(name="fits", **owner)


@pytest.mark.django_db(transaction=True)
def test_side_by_side_no_more_are_made_than_one_after_another(alice, monkeypatch):
    monkeypatch.setattr(models, "MAX_TOKENS_OF_A_USER", 3)

    def issue(number):
        try:
            Token.objects.issue(name=str(number), user=alice)
        except TooManyTokens:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(issue, range(8))) == 3


def test_an_update_says_of_old_tokens_without_scopes_that_they_may_everything(alice):
    for scopes in ([], ["read"]):
        token, _text = Token.objects.issue(name=str(scopes), user=alice)
        Token.objects.filter(pk=token.pk).update(scopes=scopes)
    update = import_module("accounts.migrations.0007_tokens_with_scopes").Migration.operations[0]

    with connection.cursor() as cursor:
        cursor.execute(update.sql)

    assert dict(Token.objects.values_list("name", "scopes")) == {"[]": ["*"], "['read']": ["read"]}
