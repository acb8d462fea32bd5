"""Every URL that there is asks for the role it declares, and lets nobody else see or change."""

import re

import pytest
from django.test import Client

from accounts.models import Token
from products.models import Product
from products.roles import MAY, Role
from tests import cast, crawling
from tests.crawling import SECRET, Crawler, Url, client_of, urls

#: callbacks of others that declare no role, and why that is right
DECLARE_NOTHING = {
    "admin:": "Django's own check: staff only; crawled below",
}


OURS = [url for url in urls() if not url.name.startswith("admin:")]
OF_A_PRODUCT = [url for url in OURS if url.of_a_product]
METHODS = ("GET", "POST", "PATCH", "DELETE")


@pytest.fixture
def product(db):
    return crawling.cast()


@pytest.fixture
def crawler(product):
    return Crawler(product)


def test_the_crawl_finds_pages_and_the_api():
    assert {"ranking", "requirement", "rate", "members", "healthz"} <= {url.name for url in OURS}
    assert sum(url.is_api for url in OF_A_PRODUCT) > 10
    assert sum(not url.is_api for url in OF_A_PRODUCT) > 20


def undeclared(found):
    return [
        url.route
        for url in found
        if url.declared is None
        and not any(url.name.startswith(prefix) for prefix in DECLARE_NOTHING)
    ]


def test_every_url_declares_its_role():
    assert undeclared(urls()) == []
    for url in OURS:
        assert url.of_a_product or url.declared in {"public", "signed in"}, url
        assert set(url.methods.values()) <= MAY.keys(), url


def test_the_control_a_url_without_a_role_is_found():
    bare = Url("bare", "p/<str:key>/bare/", lambda request, key: None)

    assert undeclared([bare]) == ["p/<str:key>/bare/"]


def test_the_control_a_change_is_seen_and_taken_back(crawler):
    alice = client_of("alice")

    for _ in range(2):
        answer, _text, changed = crawler.ask(alice, "DELETE", "/api/v1/products/ROTA/")
        assert (answer.status_code, changed) == (204, True)


def sent_to_sign_in(url, response):
    if url.is_api:
        return response.status_code == 401
    return response.status_code == 302 and response["Location"].startswith("/sign-in/")


def test_anonymous_must_sign_in_everywhere(crawler):
    anonymous, wrong = client_of(None), []
    for url in OF_A_PRODUCT:
        for method in METHODS:
            response, text, changed = crawler.ask(anonymous, method, crawler.path(url))
            fits = sent_to_sign_in(url, response) or (
                response.status_code == 405 and method not in url.methods
            )
            if not fits or changed or SECRET in text:
                wrong.append((url.name, method, response.status_code, changed))
    assert wrong == []


def test_a_stranger_finds_nothing_and_changes_nothing(crawler):
    stranger, wrong = client_of("charlie"), []
    for url in OF_A_PRODUCT:
        for method in METHODS:
            response, text, changed = crawler.ask(stranger, method, crawler.path(url))
            expected = 404 if method in url.methods else 405
            if response.status_code != expected or changed or SECRET in text:
                wrong.append((url.name, method, response.status_code, changed))
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_members_are_let_through_by_the_table(product, crawler, role):
    name = product.memberships.get(role=role).user.username
    member, wrong = client_of(name), []
    for url in OF_A_PRODUCT:
        for method, action in url.methods.items():
            response, _text, changed = crawler.ask(member, method, crawler.path(url))
            status = response.status_code
            if role < MAY[action]:
                fits = status == 403 and not changed
            else:
                fits = status < 500 and status != 404
            if not fits:
                wrong.append((url.name, method, action, status, changed))
    assert wrong == []


#: what a contributor does to what they wrote themselves, and to nothing of others
OWN_ALONE = {
    "requirement_edit": ("GET", "POST"),
    "requirement_delete": ("GET", "POST"),
    "requirement_decide": ("POST",),
    "rating_withdraw": ("POST",),
    "comment_edit": ("POST",),
    "comment_delete": ("POST",),
    "scenario_edit": ("GET", "POST"),
    "scenario_delete": ("GET", "POST"),
    "api_requirement": ("PATCH", "PUT", "DELETE"),
    "api_rating": ("PATCH", "DELETE"),
    "api_scenario": ("PATCH", "PUT", "DELETE"),
}


def test_a_contributor_leaves_what_others_wrote_as_it_is(crawler):
    contributor, wrong, asked = client_of("contributor"), [], set()
    for url in OF_A_PRODUCT:
        for method in OWN_ALONE.get(url.name, ()):
            asked.add(url.name)
            response, _text, changed = crawler.ask(contributor, method, crawler.path(url))
            if response.status_code != 403 or changed:
                wrong.append((url.name, method, response.status_code, changed))
    assert wrong == []
    assert asked == OWN_ALONE.keys()


def test_a_row_is_found_under_the_key_of_its_own_product_alone(crawler):
    """Mallory owns a product, and names rows of Alice's under its key."""
    cast.rota(cast.user("mallory"))
    mallory, wrong, asked = client_of("mallory"), [], 0
    for url in OF_A_PRODUCT:
        if "<str:key>" not in url.route or "<int:pk>" not in url.route:
            continue
        for method in url.methods:
            path = crawler.path(url).replace("ROTA", "ROTA2")
            response, text, changed = crawler.ask(mallory, method, path)
            asked += 1
            if response.status_code != 404 or changed or SECRET in text:
                wrong.append((url.name, method, response.status_code, changed))
    assert wrong == []
    assert asked > 15


def test_a_products_token_opens_no_other_product(crawler):
    other = cast.rota(cast.user("mallory"))
    text_of_token = Token.objects.issue(name="robot", product=other)[1]
    robot = Client(headers={"Authorization": f"Bearer {text_of_token}"})
    wrong = []
    for url in OURS:
        if not url.is_api or url.declared == "public":
            continue
        for method in url.methods or ("GET",):
            response, text, changed = crawler.ask(robot, method, crawler.path(url))
            fits = response.status_code == 404 if url.of_a_product else True
            if not fits or changed or SECRET in text or "ROTA/" in text:
                wrong.append((url.name, method, response.status_code, changed))
    assert wrong == []
    assert robot.get("/api/v1/products/").json()["results"][0]["key"] == "ROTA2"
    assert len(robot.get("/api/v1/products/").json()["results"]) == 1


@pytest.mark.parametrize("name", [None, "charlie"])
def test_what_belongs_to_no_product_shows_and_changes_none(crawler, name):
    client, wrong = client_of(name), []
    for url in OURS:
        if url.of_a_product:
            continue
        for method in METHODS:
            _response, text, changed = crawler.ask(client, method, crawler.path(url))
            if SECRET in text or changed:
                wrong.append((url.name, method, changed))
    assert wrong == []


def test_looking_changes_nothing(product):
    """A preview, a page fetched ahead, an image elsewhere: all ask as whoever is signed in."""
    Product.objects.filter(pk=product.pk).update(is_sample=True)
    crawler, alice = Crawler(product), client_of("alice")
    changed = {
        url.name
        for url in OURS
        for method in ("GET", "HEAD")
        if crawler.ask(alice, method, crawler.path(url))[2]
    }
    # What is opened has been read; a list of sessions drops those that have ended.
    assert changed == {"notification_open", "account", "usersessions_list"}


@pytest.mark.parametrize("name", [None, "charlie", "viewer"])
def test_the_back_office_is_for_staff(crawler, name):
    client, wrong = client_of(name), []
    for url in urls():
        if not url.name.startswith("admin:") or url.name in {"admin:login", "admin:logout"}:
            continue
        path = re.sub(r"<(?:\w+:)?\w+>", "1", url.route)
        if re.search(r"[()^$\\]", path):
            path = "admin/products/requirement/"
        for method in ("GET", "POST"):
            response, text, changed = crawler.ask(client, method, f"/{path}")
            if response.status_code not in {302, 301, 403} or changed or SECRET in text:
                wrong.append((url.name, method, response.status_code, changed))
    assert wrong == []
