"""What no honest client sends: answered with a problem, never a 500."""

import base64

import pytest
from django.conf import settings

CURSORS = ["p=abc", "p=\x00", "p=2026-13-45", "o=x", "", "p=" + "9" * 5_000]
LISTS = [
    "products/?",
    "products/ROTA/members/?",
    "products/ROTA/ratings/?",
    "personas/?product=ROTA&",
    "requirements/?product=ROTA&",
]


@pytest.fixture
def alice_api(as_user, product):
    client = as_user("alice")
    client.raise_request_exception = False
    return client


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def is_problem(answer, status=400):
    return (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"title": "x", "status": "\\ud800"}',
        '{"title": "x", "effort": 1' + "0" * 400 + "}",
        '{"title": "x", "effort": 1' + "0" * 5_000 + "}",
        '{"title": "x", "effort": 1e999}',
        '{"title": "x", "effort": true}',
    ],
    ids=["deep list", "deep object", "half a character", "1e400", "1e5000", "infinite", "true"],
)
def test_json_that_no_row_can_hold_is_a_problem(alice_api, product, body):
    answer = alice_api.post(
        "/api/v1/requirements/?product=ROTA", body, content_type="application/json"
    )

    assert is_problem(answer), answer.content[:200]
    assert product.requirements.count() == 3


@pytest.mark.parametrize("persona", ["1e999", "true", "1.5", "[1]", '"x"', "9" * 5_000])
def test_a_reading_is_of_a_persona_by_id(alice_api, persona):
    answer = alice_api.post(
        "/api/v1/adoption-readings/", f'{{"persona": {persona}}}', content_type="application/json"
    )

    assert is_problem(answer)


@pytest.mark.parametrize(
    "cursor", ["p=abc", "p=\x00", "p=2026-13-45", "o=x", "", "p=" + "9" * 5_000]
)
def test_a_cursor_of_another_making_is_a_problem(alice_api, cursor):
    for address in LISTS:
        answer = alice_api.get(f"/api/v1/{address}cursor={encoded(cursor)}")
        assert is_problem(answer) or answer.status_code == 200, (address, answer.status_code)


@pytest.mark.parametrize(
    "cursor",
    [
        "o=-5",
        "x",
        "1,f,0",
        "1,x,0,0,1",
        "1,f,0,0,x",
        "1,f,0,0," + "9" * 99,
        "x,f,0,0,1",
        "1,f,0,0,0,1",
    ],
)
def test_a_ranking_begins_nowhere_but_at_one_of_its_rows(alice_api, cursor):
    answer = alice_api.get(f"/api/v1/products/ROTA/ranking/?limit=1&cursor={encoded(cursor)}")

    assert is_problem(answer)
    assert answer.json()["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "1e2", "9" * 5_000])
def test_a_page_holds_1_to_500(alice_api, limit):
    for address in LISTS:
        answer = alice_api.get(f"/api/v1/{address}limit={limit}")
        assert is_problem(answer)
        assert answer.json()["errors"][0]["field"] == "limit"


def test_pages_of_one_lead_through_the_whole_list_and_back(alice_api):
    titles, address = [], "/api/v1/requirements/?product=ROTA&limit=1"
    while address:
        page = alice_api.get(address).json()
        titles += [row["title"] for row in page["results"]]
        address, back = page["next"], page["previous"]

    assert titles == ["Swap shifts in two taps", "Single sign-on", "Dark mode"]
    assert alice_api.get(back).json()["results"][0]["title"] == "Single sign-on"


def test_a_member_is_found_under_its_own_product_only(alice_api, product):
    mine = product.memberships.first()
    alice_api.post("/api/v1/products/", {"name": "Other", "key": "OTHER"}, format="json")

    assert alice_api.get(f"/api/v1/products/ROTA/members/{mine.pk}/").status_code == 200
    assert is_problem(alice_api.get(f"/api/v1/products/OTHER/members/{mine.pk}/"), 404)
    assert is_problem(alice_api.get(f"/api/v1/products/O%00/members/{mine.pk}/"), 404)


def test_what_no_view_answers_is_a_problem_too(alice_api):
    unknown = alice_api.get("/api/v1/nothing/")
    too_big = alice_api.post(
        "/api/v1/products/ROTA/ratings/",
        b"[" + b" " * 6_000_000 + b"]",
        content_type="application/json",
    )
    assert is_problem(unknown, 404)
    assert is_problem(too_big, 413)
    assert too_big.json()["detail"] == "At most 5 MB at once."
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == 5 * 1024 * 1024


def test_a_failure_of_ours_is_a_problem_too(alice_api, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("ours")

    monkeypatch.setattr("prioritisation.ranking.api.read_page", fail)
    assert is_problem(alice_api.get("/api/v1/products/ROTA/ranking/"), 500)


def test_an_unknown_page_is_a_page(alice_api):
    assert "text/html" in alice_api.get("/nothing/")["Content-Type"]
