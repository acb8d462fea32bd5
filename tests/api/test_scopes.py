"""Scopes aren't enforced yet: a token that has some opens nothing, and nobody can make one."""

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Token
from prioritisation.models import ProductChange
from tests.cast import user

SCOPES = ["requirement:read"]


def bearer(text):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


@pytest.mark.parametrize("of", ["user", "product"])
def test_a_token_with_scopes_opens_nothing(product, alice, of):
    owner = {"user": alice} if of == "user" else {"product": product}
    token, text = Token.objects.issue(name="narrow", scopes=SCOPES, **owner)
    ProductChange.objects.all().delete()

    answers = [
        bearer(text).get("/api/v1/products/"),
        bearer(text).get("/api/v1/products/ROTA/ranking/"),
        bearer(text).post("/api/v1/requirements/", {"product": "ROTA", "title": "x"}),
        bearer(text).delete("/api/v1/products/ROTA/", HTTP_IF_MATCH='"1"'),
    ]

    for answer in answers:
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
        assert "scopes" in answer.json()["detail"]
    assert product.requirements.count() == 3
    assert not ProductChange.objects.exists()
    Token.objects.filter(pk=token.pk).update(scopes=[])
    assert bearer(text).get("/api/v1/products/").status_code == 200


def test_whoever_makes_a_token_gets_one_that_opens_the_api(alice, client, capsys):
    call_command("token", "alice")
    of_the_command = capsys.readouterr().out.strip()
    client.force_login(alice)
    client.post("/account/tokens/", {"name": "page", "days": "90", "scopes": SCOPES})

    assert bearer(of_the_command).get("/api/v1/products/").status_code == 200
    assert list(Token.objects.values_list("scopes", flat=True)) == [[], []]


def test_the_back_office_gives_no_scopes(alice):
    token, _text = Token.objects.issue(name="ci", user=alice)
    office = Client()
    office.force_login(user("sam", is_staff=True, is_superuser=True))
    form = {"name": "renamed", "scopes": '["requirement:read"]'}

    changed = office.post(f"/admin/accounts/token/{token.pk}/change/", form)
    added = office.post("/admin/accounts/token/add/", form)

    token.refresh_from_db()
    assert (changed.status_code, added.status_code) == (302, 403)
    assert (token.name, token.scopes) == ("renamed", [])
