"""Tokens made and revoked in the browser, of a person and of a product."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts import models
from accounts.models import Token, User
from accounts.recovery import sign_in_link
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice_is_signed_in")]

TEXT = re.compile(r"uw_[0-9a-f]{16}_[0-9a-f]{64}")
NEW = {"name": "CI", "days": "30", "scopes": ["requirements:read", "ratings:write"]}
PAGES = ["/account/tokens/", "/p/ROTA/tokens/"]


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


@pytest.fixture
def said_again(client, rota):
    """Alice's client, who has just said by password who she is."""
    client.post("/sign-in/again/", {"password": cast.PASSWORD})
    return client


@pytest.mark.parametrize("page", PAGES)
class TestMaking:
    def test_asks_for_the_password_and_then_goes_on(self, client, rota, page):
        asked = client.post(page, NEW)
        assert asked["Location"].startswith("/sign-in/again/")
        assert not Token.objects.exists()

        answer = client.post(asked["Location"], {"password": "wrong", "next": page})
        assert not Token.objects.exists()
        answer = client.post(asked["Location"], {"password": cast.PASSWORD, "next": page})

        assert Token.objects.authenticate(TEXT.search(answer.content.decode())[0])

    def test_shows_the_text_once(self, said_again, page):
        answer = said_again.post(page, NEW)

        text = TEXT.search(answer.content.decode())[0]
        token = Token.objects.authenticate(text)
        assert token.scopes == ["requirements:read", "ratings:write"]
        assert 29 <= (token.expires_at - timezone.now()).days <= 30
        for later in ("/account/", *PAGES):
            assert not TEXT.search(said_again.get(later).content.decode())

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"name": "a\0b"}, "name"),
            ({"days": "0"}, "days"),
            ({"days": "400"}, "days"),
            ({"days": ""}, "days"),
            ({"scopes": []}, "scopes"),
            ({"scopes": ["read"]}, "scopes"),
            ({"scopes": ["requirements:read", "x:write"]}, "scopes"),
        ],
    )
    def test_tells_beside_the_field_what_can_not_be(self, said_again, page, fields, wrong):
        response = said_again.post(page, NEW | fields)

        assert response.status_code == 422
        assert list(response.context["form"].errors) == [wrong]
        assert f'id="id_{wrong}_error"' in response.content.decode()
        assert not Token.objects.exists()

    def test_ends_at_the_most(self, said_again, page, monkeypatch):
        for of in ("USER", "PRODUCT"):
            monkeypatch.setattr(models, f"MAX_TOKENS_OF_A_{of}", 1)
        said_again.post(page, NEW)

        response = said_again.post(page, NEW)

        assert response.status_code == 422
        assert "Revoke some first" in response.content.decode()
        assert Token.objects.count() == 1

    def test_leads_whoever_has_no_password_to_set_one(self, client, rota, alice, page):
        alice.set_unusable_password()
        alice.save()
        client.force_login(alice)

        assert client.post(page, NEW)["Location"] == "/account/password/first/"
        assert not Token.objects.exists()


def test_one_of_the_account_is_its_users(said_again, alice):
    said_again.post("/account/tokens/", NEW)

    token = Token.objects.get()
    assert (token.user, token.product, token.created_by) == (alice, None, alice)


def test_one_of_a_product_is_the_products(said_again, rota, alice):
    said_again.post("/p/ROTA/tokens/", NEW)

    token = Token.objects.get()
    assert (token.user, token.product, token.created_by) == (None, rota, alice)


def test_a_list_says_what_each_may_and_that_it_ended(client, rota, alice):
    for name, owner in (("mine", {"user": alice}), ("robot", {"product": rota})):
        Token.objects.issue(name=name, scopes=["personas:read"], by=alice, **owner)
    Token.objects.filter(name="robot").update(revoked_at="2026-11-05T12:00Z")

    account, product = (
        re.sub(r"\s+", " ", client.get(path).content.decode())
        for path in ("/account/", "/p/ROTA/tokens/")
    )

    assert "mine" in account
    assert "May: personas:read" in account
    assert "robot" not in account
    assert "revoked on 5 November 2026" in product
    assert "made by alice" in product
    assert "Revoke robot" not in product


def test_what_can_be_used_is_listed_before_what_ended(alice, monkeypatch):
    monkeypatch.setattr(models, "ENDED_TOKENS_SHOWN", 2)
    made = [Token.objects.issue(name=str(number), user=alice)[0].pk for number in range(5)]
    Token.objects.filter(pk__in=made[1:]).revoke()

    assert [token.name for token in alice.tokens.shown()] == ["0", "4", "3"]


def test_owners_alone_see_make_and_revoke_those_of_a_product(rota):
    token, _text = Token.objects.issue(name="secret robot", product=rota)
    cast.join(rota, cast.user("mary"), "maintainer")
    mary = cast.signed_in(User.objects.get(username="mary"))
    mary.post("/sign-in/again/", {"password": cast.PASSWORD})

    answers = [
        mary.get("/p/ROTA/tokens/"),
        mary.post("/p/ROTA/tokens/", NEW),
        mary.post(f"/p/ROTA/tokens/{token.pk}/revoke/"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert "/p/ROTA/tokens/" not in mary.get("/p/ROTA/members/").content.decode()
    assert Token.objects.usable().count() == 1


def test_an_owner_revokes_one_of_the_product(client, rota):
    token, text = Token.objects.issue(name="robot", product=rota)

    client.post(f"/p/ROTA/tokens/{token.pk}/revoke/")

    assert Token.objects.authenticate(text) is None
    assert client.post("/p/ROTA/tokens/", NEW)["Location"].startswith("/sign-in/again/")


@pytest.mark.parametrize("path", ["/account/tokens/{}/revoke/", "/p/ROTA/tokens/{}/revoke/"])
def test_one_that_is_revoked_twice_was_revoked_the_first_time(client, rota, alice, path):
    owner = {"user": alice} if "account" in path else {"product": rota}
    token, _text = Token.objects.issue(name="CI", **owner)
    Token.objects.filter(pk=token.pk).update(revoked_at="2026-11-05T12:00Z")

    assert client.post(path.format(token.pk)).status_code == 302

    token.refresh_from_db()
    assert f"{token.revoked_at:%-d %B}" == "5 November"


@pytest.mark.parametrize("of", ["user", "product"])
def test_nobody_revokes_what_is_not_theirs(client, rota, of):
    bob = cast.user("bob")
    owner = {"user": bob} if of == "user" else {"product": cast.rota(bob)}
    token, text = Token.objects.issue(name="CI", **owner)

    for path in (f"/account/tokens/{token.pk}/revoke/", f"/p/ROTA/tokens/{token.pk}/revoke/"):
        assert client.post(path).status_code == 404
    assert Token.objects.authenticate(text)


class TestANewPassword:
    CHANGE = {
        "oldpassword": cast.PASSWORD,
        "password1": "a longer battery staple",
        "password2": "a longer battery staple",
    }

    @pytest.fixture
    def text(self, alice):
        return Token.objects.issue(name="CI", user=alice)[1]

    def test_ends_the_tokens(self, client, rota, text):
        robot = Token.objects.issue(name="robot", product=rota)[1]

        client.post("/account/password/", self.CHANGE)

        assert Token.objects.authenticate(text) is None
        assert Token.objects.authenticate(robot), "that is the product's"

    def test_leaves_them_to_whoever_says_so(self, client, text):
        assert "Keep my tokens" in client.get("/account/password/").content.decode()

        client.post("/account/password/", self.CHANGE | {"keep_tokens": "on"})

        assert Token.objects.authenticate(text)

    def test_that_is_refused_ends_none(self, client, text):
        client.post("/account/password/", self.CHANGE | {"oldpassword": "wrong"})

        assert Token.objects.authenticate(text)

    def test_asks_nothing_where_there_are_none(self, client):
        assert "Keep my tokens" not in client.get("/account/password/").content.decode()

    def test_by_a_link_ends_them_too(self, alice, text):
        link = sign_in_link(alice, means="command")
        somebody, path = Client(), link.partition("//")[2].partition("/")[2]
        form = somebody.get(f"/{path}")["Location"]
        assert "Keep my tokens" in somebody.get(form).content.decode()

        somebody.post(form, {name: self.CHANGE[name] for name in ("password1", "password2")})

        alice.refresh_from_db()
        assert alice.check_password(self.CHANGE["password1"])
        assert Token.objects.authenticate(text) is None

    def test_that_the_back_office_gives_ends_them_and_says_so(self, alice, text):
        office, page = Client(), f"/admin/accounts/user/{alice.pk}/password/"
        office.force_login(cast.user("sam", is_staff=True, is_superuser=True))
        assert "The tokens of this user end" in office.get(page).content.decode()

        form = {name: self.CHANGE[name] for name in ("password1", "password2")}
        answer = office.post(page, form | {"usable_password": "true"})

        assert answer.status_code == 302
        alice.refresh_from_db()
        assert alice.check_password(self.CHANGE["password1"])
        assert Token.objects.authenticate(text) is None
