"""What an endpoint doesn't know, or can't do, it refuses by name. Walks all endpoints."""

import json

import pytest

from prioritisation.pipeline.rescoring import rescore
from tests import crawling
from tests.crawling import Crawler, client_of, urls

API = [url for url in urls() if url.is_api and hasattr(url.callback, "cls")]
OF_A_PRODUCT = [url for url in API if url.of_a_product]
WRITES = ("POST", "PATCH", "PUT")


@pytest.fixture
def product(db):
    made = crawling.cast()
    rescore(made.pk)
    return made


@pytest.fixture
def crawler(product):
    return Crawler(product)


@pytest.fixture
def alice(product):
    return client_of("alice")


def told(answer):
    """{field: message} of a problem."""
    if answer["Content-Type"] != "application/problem+json":
        return {}
    return {one["field"]: one["message"] for one in answer.json().get("errors", [])}


def with_query(path, extra):
    return f"{path}{'&' if path.rstrip('?') != path or '=' in path else '?'}{extra}"


def test_an_unknown_parameter_is_refused_everywhere(crawler, alice):
    wrong = []
    for url in OF_A_PRODUCT:
        for method in url.methods:
            path = with_query(crawler.path(url), "efort=1")
            answer, _text, changed = crawler.ask(alice, method, path)
            if answer.status_code != 400 or "efort" not in told(answer) or changed:
                wrong.append((url.name, method, answer.status_code))
    assert wrong == []


def test_an_unknown_field_is_refused_everywhere(crawler, alice):
    wrong = []
    for url in OF_A_PRODUCT:
        for method in set(WRITES) & set(url.methods):
            fields = {"efort": 1}
            if url.name == "api_ratings_of_product":
                fields = [fields]
            answer, _text, changed = crawler.ask(alice, method, crawler.path(url), fields)
            if answer.status_code != 400 or "efort" not in told(answer) or changed:
                wrong.append((url.name, method, answer.status_code))
    assert wrong == []


def test_what_belongs_to_no_product_takes_nothing_silently_either(alice):
    made = alice.post("/api/v1/products/", {"name": "x", "efort": 1}, "application/json")
    asked = [
        alice.get(f"/api/v1/{path}?efort=1")
        for path in ("products/", "problems/", "schema/", "docs/")
    ]
    owned = alice.post("/api/v1/products/?limit=1", {"name": "x"}, "application/json")

    assert [answer.status_code for answer in (made, owned, *asked)] == [400] * 6
    assert list(told(made)) == ["efort"]
    assert list(told(owned)) == ["limit"]
    assert [list(told(answer)) for answer in asked] == [["efort"]] * 4


@pytest.mark.parametrize("path", ["plausible", "apply"])
def test_a_post_that_takes_no_body_refuses_one(alice, product, path):
    pk = product.scenarios.get().pk
    address = {"plausible": "products/ROTA/plausible/", "apply": f"scenarios/{pk}/apply/"}[path]

    for body, status in [
        ('{"draws": 5}', 400),
        ("[1]", 400),
        ("{}", (200, 202, 204)),
        ("", (200, 204)),
    ]:
        answer = alice.generic(
            "POST", f"/api/v1/{address}", body, "application/json", headers={"If-Match": "*"}
        )
        assert answer.status_code in (status if isinstance(status, tuple) else (status,)), body


ROWS = [url for url in OF_A_PRODUCT if "PATCH" in url.methods]


def test_an_answer_can_be_sent_back_and_a_read_only_field_not_changed(crawler, alice):
    for url in ROWS:
        path = crawler.path(url)
        read = alice.get(path)
        body, match = read.json(), {"If-Match": read["ETag"]}
        for method in {"PATCH", "PUT"} & set(url.methods):
            back = alice.generic(method, path, json.dumps(body), "application/json", headers=match)
            assert back.status_code == 200, (url.name, method, back.json())
            match = {"If-Match": back["ETag"]}
            body = back.json()
        fields = url.view.serializer_class().fields
        for name in [name for name, field in fields.items() if field.read_only]:
            for other in (f"{body[name]}0", True, None, [1]):
                if other == body[name]:
                    continue
                answer = alice.patch(
                    path, json.dumps({name: other}), "application/json", headers=match
                )
                assert (answer.status_code, list(told(answer))) == (400, [name]), (url.name, other)


def test_a_time_may_be_sent_back_as_another_writes_it(crawler, alice, product):
    path = f"/api/v1/requirements/{product.requirements.first().pk}/"
    read = alice.get(path)
    body = {"created_at": read.json()["created_at"].replace("Z", "+00:00")}

    answer = alice.patch(path, body, "application/json", headers={"If-Match": read["ETag"]})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("requirements/?product=ROTA", {"product": "OTHER", "title": "x"}, "product"),
        (
            "products/ROTA/members/",
            {"product": "X", "email": "a@b.org", "role": "viewer"},
            "product",
        ),
        ("requirements/{requirement}/ratings/", {"requirement": 10**9, "value": 1}, "requirement"),
        ("adoption-readings/?persona={nurse}", {"persona": 10**9, "installed": 1}, "persona"),
        ("requirements/?product=ROTA", {"title": "x", "score": 99}, "score"),
        ("requirements/?product=ROTA", {"title": "x", "id": 7}, "id"),
    ],
)
def test_a_body_does_not_contradict_the_url(alice, product, path, body, field):
    ids = {
        "requirement": product.requirements.first().pk,
        "nurse": product.personas.get(name="Nurse").pk,
    }
    answer = alice.post(f"/api/v1/{path.format(**ids)}", body, "application/json")

    assert (answer.status_code, field in told(answer)) == (400, True)


def test_a_body_may_repeat_the_url(alice, product):
    requirement, nurse = product.requirements.first(), product.personas.get(name="Nurse")
    rating = {"product": "ROTA", "requirement": requirement.pk, "persona": nurse.pk, "value": 1}

    for path, body in [
        (f"requirements/{requirement.pk}/ratings/", rating),
        ("products/ROTA/ratings/", [rating]),
        ("requirements/?product=ROTA", {"product": "ROTA", "title": "x"}),
    ]:
        answer = alice.post(f"/api/v1/{path}", json.dumps(body), "application/json")
        assert answer.status_code == 201, answer.content


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("requirements/?product=ROTA", '{"title": "a", "title": "b"}', {"field": "title"}),
        (
            "products/ROTA/ratings/",
            '[{"value": 1}, {"value": 1, "value": 2}]',
            {"index": 1, "field": "value"},
        ),
        (
            "scenarios/?product=ROTA",
            '{"name": "x", "personas": [{"persona": 1, "reading": {"active": 1, "active": 2}}]}',
            {"index": 0, "field": "personas.reading.active"},
        ),
    ],
)
def test_a_key_that_is_there_twice_is_refused_where_it_stands(alice, path, body, where):
    answer = alice.post(f"/api/v1/{path}", body, "application/json")

    assert answer.status_code == 400
    assert answer.json()["errors"] == [where | {"message": "It is here twice."}]


def test_an_unknown_field_is_named_where_it_stands(alice, product):
    nurse, requirement = product.personas.get(name="Nurse"), product.requirements.first()
    rating = {"requirement": requirement.pk, "persona": nurse.pk, "value": 1}
    bulk = alice.post(
        "/api/v1/products/ROTA/ratings/", json.dumps([rating, rating | {"vlaue": 2}]),
        "application/json",
    )  # fmt: skip
    reading = {"installed": 2, "active": 1, "wroked_around": 1}
    nested = alice.post(
        "/api/v1/scenarios/",
        {"product": "ROTA", "name": "x", "personas": [{"persona": nurse.pk, "reading": reading}]},
        "application/json",
    )

    assert [(one["index"], one["field"]) for one in bulk.json()["errors"]] == [(1, "vlaue")]
    assert [one["field"] for one in nested.json()["errors"]] == ["personas.reading.wroked_around"]


def test_a_parameter_is_given_once(alice):
    answer = alice.get("/api/v1/products/ROTA/ranking/?status=idea&status=shipped")

    assert (answer.status_code, told(answer)) == (400, {"status": "Only once."})


def test_put_gives_what_it_leaves_out_its_default(alice, product):
    requirement = product.requirements.first()
    path = f"/api/v1/requirements/{requirement.pk}/"
    full = {
        "title": "Full", "description": "d", "status": "declined", "decision": "why", "effort": 3,
        "must_reason": "law", "must_note": "n", "must_by": "2027-01-01", "tags": ["a"],
        "external_id": "X", "external_url": "https://example.org/x",
    }  # fmt: skip
    match = {"If-Match": alice.get(path)["ETag"]}
    first = alice.put(path, full, "application/json", headers=match)
    bare = alice.put(
        path, {"title": "Bare"}, "application/json", headers={"If-Match": first["ETag"]}
    )

    assert {name: first.json()[name] for name in full} == full
    assert {name: bare.json()[name] for name in full} == {
        "title": "Bare", "description": "", "status": "idea", "decision": "", "effort": None,
        "must_reason": "", "must_note": "", "must_by": None, "tags": [], "external_id": "",
        "external_url": "",
    }  # fmt: skip


def test_put_of_any_row_leaves_nothing_of_the_old_one(crawler, alice):
    """Every field that a row may be made without has its default after a PUT without it."""
    for url in [url for url in ROWS if "PUT" in url.methods]:
        path = crawler.path(url)
        serializer = url.view.serializer_class()
        fields = serializer.fields
        left_out = {name for name, f in fields.items() if not (f.read_only or f.required)}
        read = alice.get(path)
        needed = {name: read.json()[name] for name, f in fields.items() if f.required}

        answer = alice.put(path, needed, "application/json", headers={"If-Match": read["ETag"]})

        assert answer.status_code == 200, answer.content
        defaults = serializer.defaults()
        assert left_out - {"key"} == defaults.keys()
        assert {name: answer.json()[name] for name in defaults} == defaults


@pytest.mark.parametrize(
    "question",
    ["log/?until=", "log/?person=", "log.csv?kind=", "ranking/?after=", "ask-next/?top="],
)
def test_an_empty_parameter_is_not_left_out(alice, question):
    answer = alice.get(f"/api/v1/products/ROTA/{question}")

    assert answer.status_code == 400
    assert list(told(answer)) == [question.partition("?")[2].rstrip("=")]
