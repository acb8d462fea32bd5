"""What a token was made for is all that it opens."""

import logging

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Token, User
from accounts.scopes import EVERYTHING, RESOURCES, SCOPES
from prioritisation.models import ProductChange
from products.api.scopes import RESOURCES_OF, needed_scopes
from tests import cast, crawling
from tests.api.test_problems import DOCS

API = [url for url in crawling.urls() if url.is_api and url.declared != "public"]


def bearer(text):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def token_with(scopes, **owner):
    """A client with a token that was stored with these, whatever they are."""
    token, text = Token.objects.issue(name="narrow", **owner)
    Token.objects.filter(pk=token.pk).update(scopes=scopes)
    return bearer(text)


def methods_of(url):
    names = url.methods or url.view.http_method_names
    return [
        name.upper() for name in names if name.upper() in ("GET", "POST", "PATCH", "PUT", "DELETE")
    ]


def test_every_address_of_the_api_is_in_the_table():
    assert {url.name for url in API} == RESOURCES_OF.keys()
    assert {name for of in RESOURCES_OF.values() for name in of} == RESOURCES.keys()


def test_what_is_got_or_a_viewer_may_do_is_read_and_all_else_is_written():
    for url in API:
        for method, action in url.methods.items():
            access = {one.partition(":")[2] for one in needed_scopes(url.name, method)}
            reads = method == "GET" or action == "read"
            assert access == {"read" if reads else "write"}, (url.name, method)


@pytest.mark.parametrize(
    ("name", "method", "needed"),
    [
        ("api_products", "POST", ["products:write"]),
        ("api_product", "DELETE", ["products:write"]),
        ("api_members", "POST", ["members:write"]),
        ("api_member", "PATCH", ["members:write"]),
        ("api_invitations", "POST", ["members:write"]),
        ("api_invitation", "GET", ["members:read"]),
        ("api_policy", "PATCH", ["policy:write"]),
        ("api_scenario", "PATCH", ["scenarios:write"]),
        ("api_scenario_apply", "POST", ["policy:write", "personas:write", "readings:write"]),
        ("api_ratings_of_product", "POST", ["ratings:write"]),
        ("api_reading", "HEAD", ["readings:read"]),
        ("api_ranking_csv", "GET", ["ranking:read"]),
        ("api_explanation", "GET", ["ranking:read"]),
        ("api_plausible", "POST", ["ranking:read"]),
        ("api_log", "GET", ["log:read"]),
        ("api_log_csv", "HEAD", ["log:read"]),
        ("api_me", "GET", []),
    ],
)
def test_the_table_needs(name, method, needed):
    assert needed_scopes(name, method) == needed


def test_each_address_opens_to_its_scopes_alone(db):
    crawler, wrong, asked = crawling.Crawler(crawling.cast()), [], 0
    alice = User.objects.get(username="alice")
    token, text = Token.objects.issue(name="narrow", user=alice)
    client = Client(headers={"Authorization": f"Bearer {text}"})

    def ask(scopes, method, url):
        Token.objects.filter(pk=token.pk).update(scopes=scopes)
        answer, body, changed = crawler.ask(client, method, crawler.path(url))
        return answer.status_code, "insufficient-scope" in body, changed

    for url in API:
        for method in methods_of(url):
            asked += 1
            needed = needed_scopes(url.name, method)
            # Whoever may write may also read, so those who may not read may not write either.
            others = [
                one for one in SCOPES[1:] if not {one, one.replace("write", "read")} & {*needed}
            ]
            status, refused, changed = ask(others, method, url)
            if needed and ((status, refused) != (403, True) or changed):
                wrong.append((url.name, method, "without", status))
            for scopes in (needed, [EVERYTHING]):
                status, refused, _changed = ask(scopes, method, url)
                if refused or status in (401, 403):
                    wrong.append((url.name, method, scopes, status))
    assert wrong == []
    assert asked > 60


def test_an_address_that_the_table_lacks_opens_to_no_token(product, alice, monkeypatch):
    monkeypatch.delitem(RESOURCES_OF, "api_product")

    assert token_with(["*"], user=alice).get("/api/v1/products/ROTA/").status_code == 403
    assert cast.signed_in(alice).get("/api/v1/products/ROTA/").status_code == 200


@pytest.mark.parametrize(
    "scopes",
    [
        [],
        ["read"],
        ["*:read"],
        ["members"],
        ["members:"],
        ["members:owner"],
        ["Members:write"],
        ["members:write "],
        ["members:write", "only-on-mondays"],
        [["members:write"]],
        ["products:write", "ranking:write"],
        "*",
        "members:write",
        {"*": True},
        {"members:write": False},
        True,
        7,
    ],
)
@pytest.mark.parametrize("of", ["user", "product"])
def test_what_is_not_understood_opens_nothing(product, alice, scopes, of):
    owner = {"user": alice} if of == "user" else {"product": product}
    narrow, bob = token_with(scopes, **owner), product.memberships.get(user__username="bob")
    ProductChange.objects.all().delete()

    answers = [
        narrow.patch(
            f"/api/v1/products/ROTA/members/{bob.pk}/", {"role": "owner"}, HTTP_IF_MATCH="*"
        ),
        narrow.get("/api/v1/products/ROTA/members/"),
        narrow.post("/api/v1/requirements/", {"product": "ROTA", "title": "x"}),
    ]

    for answer in answers:
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
        assert answer.json()["type"] == "/api/v1/problems/insufficient-scope/"
    bob.refresh_from_db()
    assert bob.get_role_display() == "contributor"
    assert product.requirements.count() == 3
    assert not ProductChange.objects.exists()


def test_a_refusal_names_what_is_needed(product, alice, caplog):
    narrow = token_with(["requirements:read"], user=alice)

    answer = narrow.post("/api/v1/requirements/", {"product": "ROTA", "title": "x"}, format="json")

    assert answer.json()["detail"] == "This token lacks the scope requirements:write."
    assert answer.json()["scopes"] == ["requirements:write"]
    assert answer["WWW-Authenticate"] == (
        'Bearer error="insufficient_scope", scope="requirements:write"'
    )
    assert Token.objects.get().was_used_within(seconds=60)


def test_who_may_write_may_read(product, alice):
    assert (
        token_with(["personas:write"], user=alice).get("/api/v1/personas/?product=ROTA").status_code
        == 200
    )


def test_a_products_token_is_a_maintainer_within_its_scopes(product):
    all_of_it = token_with([EVERYTHING], product=product)
    narrow = token_with(["requirements:write", "members:write"], product=product)
    new = {"product": "ROTA", "title": "x"}

    assert narrow.post("/api/v1/requirements/", new, format="json").status_code == 201
    assert narrow.patch("/api/v1/products/ROTA/policy/", {}, HTTP_IF_MATCH="*").status_code == 403
    for robot in (narrow, all_of_it):
        invited = robot.post("/api/v1/products/ROTA/members/", {"role": "owner"}, format="json")
        assert invited.json()["type"] == "/api/v1/problems/permission-denied/"


def test_a_role_still_bounds_what_a_users_token_may(product):
    vera = User.objects.get(username="vera")

    answer = token_with([EVERYTHING], user=vera).post(
        "/api/v1/requirements/", {"product": "ROTA", "title": "x"}, format="json"
    )

    assert answer.json()["type"] == "/api/v1/problems/permission-denied/"


class TestMe:
    def test_of_a_user_tells_roles_and_scopes(self, product, alice):
        told = token_with(["ratings:write"], user=alice).get("/api/v1/me/").json()

        assert (told["id"], told["username"]) == (alice.pk, "alice")
        assert (told["scopes"], told["token"]["name"]) == (["ratings:write"], "narrow")
        assert told["token"]["product"] is None
        assert told["products"] == [{"key": "ROTA", "role": "owner"}]

    def test_of_a_product_tells_that_product_alone(self, product, alice):
        cast.rota(alice)

        told = token_with([], product=product).get("/api/v1/me/").json()

        assert (told["id"], told["username"], told["email"]) == (None, None, None)
        assert (told["scopes"], told["token"]["product"]) == ([], "ROTA")
        assert told["products"] == [{"key": "ROTA", "role": "maintainer"}]

    def test_of_a_session_is_everything(self, product, client):
        client.force_login(User.objects.get(username="vera"))

        told = client.get("/api/v1/me/").json()

        assert (told["token"], told["scopes"]) == (None, ["*"])
        assert told["products"] == [{"key": "ROTA", "role": "viewer"}]

    def test_of_nobody_is_a_401(self, client, db):
        assert client.get("/api/v1/me/").status_code == 401

    def test_tells_nothing_to_a_token_that_is_not_understood(self, product, alice):
        assert token_with(["read"], user=alice).get("/api/v1/me/").status_code == 403


class TestARefusedToken:
    @pytest.fixture(autouse=True)
    def _log(self, caplog):
        caplog.set_level(logging.INFO)

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"revoked_at": "2026-01-01T00:00Z"}, "revoked"),
            ({"expires_at": "2026-01-01T00:00Z"}, "expired"),
            ({"digest": "0" * 64}, "unknown"),
        ],
    )
    def test_leaves_a_line_without_its_text(self, alice, caplog, change, why):
        token, text = Token.objects.issue(name="ci", user=alice)
        Token.objects.filter(pk=token.pk).update(**change)

        assert bearer(text).get("/api/v1/products/").status_code == 401

        assert [record.name for record in caplog.records if why in record.message] == [
            "userward.security"
        ]
        assert all(part not in caplog.text for part in text.split("_")[1:])

    def test_of_a_deactivated_user_does(self, alice, caplog):
        _token, text = Token.objects.issue(name="ci", user=alice)
        User.objects.update(is_active=False)

        assert bearer(text).get("/api/v1/products/").status_code == 401
        assert "of a deactivated user" in caplog.text

    def test_whose_scopes_are_too_few_does(self, product, alice, caplog):
        token_with([], user=alice).get("/api/v1/products/")

        assert "insufficient scope for GET api_products" in caplog.text


class TestTheCommand:
    def test_makes_one_of_everything_for_90_days(self, alice, capsys):
        call_command("token", "alice")

        assert bearer(capsys.readouterr().out.strip()).get("/api/v1/products/").status_code == 200
        token = Token.objects.get()
        assert token.scopes == ["*"]
        assert (token.expires_at - token.created_at).days in (89, 90)

    def test_makes_one_of_the_scopes_and_days_asked_for(self, alice):
        call_command("token", "alice", "--scope=personas:read", "--scope=ratings:write", "--days=7")

        token = Token.objects.get()
        assert token.scopes == ["personas:read", "ratings:write"]
        assert (token.expires_at - token.created_at).days in (6, 7)

    @pytest.mark.parametrize("option", ["--scope=read", "--days=0", "--days=366"])
    def test_refuses_what_no_token_may_have(self, alice, option):
        with pytest.raises(CommandError):
            call_command("token", "alice", option)
        assert not Token.objects.exists()


def test_none_is_made_with_a_scope_that_nobody_knows(alice):
    with pytest.raises(ValueError, match="no such scope: read"):
        Token.objects.issue(name="t", user=alice, scopes=["read"])


def test_a_revoked_token_stays_revoked(alice):
    token, text = Token.objects.issue(name="t", user=alice)
    Token.objects.revoke()

    for change in ({"revoked_at": None}, {"revoked_at": "2099-01-01T00:00Z"}):
        with pytest.raises(IntegrityError, match="stays revoked"), transaction.atomic():
            Token.objects.filter(pk=token.pk).update(**change)
    Token.objects.filter(pk=token.pk).update(name="may be renamed")
    assert bearer(text).get("/api/v1/products/").status_code == 401


def test_the_back_office_gives_no_scopes_and_takes_no_revocation_back(alice):
    token, _text = Token.objects.issue(name="ci", user=alice, scopes=["personas:read"])
    Token.objects.revoke()
    office = Client()
    office.force_login(cast.user("sam", is_staff=True, is_superuser=True))
    form = {
        "name": "renamed",
        "scopes": '["*"]',
        "expires_at_0": "2099-01-01",
        "expires_at_1": "00:00",
        "revoked_at_0": "",
        "revoked_at_1": "",
    }

    changed = office.post(f"/admin/accounts/token/{token.pk}/change/", form)
    added = office.post("/admin/accounts/token/add/", form)

    expires_at = token.expires_at
    token.refresh_from_db()
    assert (changed.status_code, added.status_code) == (302, 403)
    assert (token.name, token.scopes) == ("renamed", ["personas:read"])
    assert token.expires_at == expires_at
    assert token.revoked_at


def test_the_schema_says_which_scope_an_operation_needs(client, db):
    paths = client.get("/api/v1/schema/?format=json").json()["paths"]

    def security(path, method):
        return paths[f"/api/v1/{path}"][method]["security"]

    assert security("personas/{id}/", "patch")[0] == {"token": ["personas:write"]}
    assert security("products/{key}/ranking.csv", "get")[0] == {"token": ["ranking:read"]}
    assert security("me/", "get")[0] == {"token": []}
    assert security("personas/{id}/", "patch")[1] == {"cookieAuth": []}
    assert "`personas:write`" in paths["/api/v1/personas/{id}/"]["patch"]["description"]


def test_the_documentation_names_every_resource():
    for name in RESOURCES:
        assert f"| `{name}` |" in DOCS.read_text()
