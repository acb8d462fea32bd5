"""The API at nearly the right address: answered, or sent on with the method it came with."""

import json

import pytest
from django.test import override_settings

from accounts.models import Token, User
from tests import crawling
from tests.crawling import Crawler, client_of, urls

API = [url for url in urls() if url.is_api and url.of_a_product]


@pytest.fixture
def crawler(db):
    return Crawler(crawling.cast())


def test_without_its_slash_every_address_answers_as_with_it(crawler):
    alice, wrong = client_of("alice"), []
    for url in API:
        path = crawler.path(url)
        bare = path.replace("/?", "?")
        for method in (*url.methods, "HEAD", "OPTIONS"):
            (here, *_), (there, *_) = (crawler.ask(alice, method, at) for at in (bare, path))
            if here.status_code != there.status_code or here.get("Allow") != there.get("Allow"):
                wrong.append((url.name, method, here.status_code, there.status_code))
    assert wrong == []


def test_a_post_without_the_slash_writes(crawler):
    alice = client_of("alice")

    made = alice.post("/api/v1/requirements?product=ROTA", {"title": "New"}, "application/json")
    page = alice.get("/api/v1/requirements?product=ROTA&limit=1").json()

    assert (made.status_code, made.json()["title"]) == (201, "New")
    assert "/api/v1/requirements/?" in page["next"]
    assert alice.get(page["next"]).status_code == 200


def test_what_is_nowhere_is_nowhere_without_a_slash_too(crawler):
    assert client_of("alice").post("/api/v1/nothing").status_code == 404


@override_settings(SECURE_SSL_REDIRECT=True)
def test_sent_on_to_https_a_post_stays_a_post(crawler):
    alice = client_of("alice")

    assert alice.post("/api/v1/requirements/", secure=False).status_code == 308
    assert alice.get("/api/v1/requirements/", secure=False).status_code == 301


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "products/ROTA/", 200),
        ("get", "products/NONE/", 404),
        ("post", "requirements/?product=ROTA", 400),
        ("delete", "products/ROTA/", 428),
        ("get", "requirements/?produkt=ROTA", 400),
    ],
)
def test_a_token_is_used_by_a_refused_request_too(crawler, method, path, status):
    token, text = Token.objects.issue(name="t", user=User.objects.get(username="alice"))
    ask = getattr(client_of(None), method)

    answer = ask(
        f"/api/v1/{path}",
        data=json.dumps({}) if method == "post" else None,
        content_type="application/json",
        headers={"Authorization": f"Bearer {text}"},
    )

    assert answer.status_code == status
    token.refresh_from_db()
    assert token.was_used_within(seconds=60)


@pytest.mark.parametrize(
    "accept",
    ["application/problem+json", "application/JSON", "*/*", "a/b, application/*;q=0.1", ""],
)
def test_whoever_accepts_a_documented_answer_is_served_everywhere(crawler, accept):
    alice = client_of("alice")
    wrong = [
        (url.name, method)
        for url in API
        for method in url.methods
        if crawler.ask(alice, method, crawler.path(url), Accept=accept)[0].status_code == 406
    ]
    assert wrong == []


def test_the_file_is_served_to_who_accepts_csv(crawler):
    alice, path = client_of("alice"), "/api/v1/products/ROTA/ranking"

    assert alice.get(f"{path}.csv", headers={"Accept": "text/csv"}).status_code == 200
    assert alice.get(f"{path}/", headers={"Accept": "text/csv"}).status_code == 406


def test_errors_are_served_whatever_is_accepted(crawler):
    answers = [
        client_of(who).get(path, headers={"Accept": "text/plain"})
        for who, path in [
            (None, "/api/v1/products/ROTA/"),
            ("charlie", "/api/v1/products/ROTA/"),
            ("alice", "/api/v1/products/ROTA/"),
        ]
    ]

    assert [answer.status_code for answer in answers] == [401, 404, 406]
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("products/", "GET, POST"),
        ("problems/", "GET"),
        ("problems/invalid/", "GET"),
    ],
)
def test_head_and_options_of_what_belongs_to_no_product(crawler, path, allowed):
    alice = client_of("alice")

    options, head = alice.options(f"/api/v1/{path}"), alice.head(f"/api/v1/{path}")

    assert set(options["Allow"].split(", ")) == {*allowed.split(", "), "HEAD", "OPTIONS"}
    assert (options.status_code, options.content) == (200, b"")
    assert (head.status_code, head.content) == (200, b"")


def test_head_and_options_are_answered_everywhere(crawler):
    alice = client_of("alice")
    for url in API:
        path = crawler.path(url)
        if url.name == "api_comparison":
            path += "a=1&b=2"  # refused, in one way
        options = alice.options(path)
        assert options.status_code == 200
        assert set(options["Allow"].split(", ")) == {
            *url.methods, "OPTIONS", *(["HEAD"] if "GET" in url.methods else []),
        }  # fmt: skip
        head = alice.head(path)
        if "GET" not in url.methods:
            assert head.status_code == 405
            continue
        read = alice.get(path)
        assert (head.status_code, head.getvalue()) == (read.status_code, b"")
        assert head.get("ETag") == read.get("ETag")
        assert head["Content-Type"] == read["Content-Type"]
