"""What a problem says of itself, and that a taken value is one and the same problem."""

from pathlib import Path

import pytest
from django.db import connection

from products.api.problem_types import BY_NAME, PROBLEMS
from products.api.taken import fields_by_constraint
from tests.cast import scenario

DOCS = Path(__file__).parents[2] / "docs/api.md"


@pytest.fixture
def alice_api(as_user, product):
    return as_user("alice")


def test_every_type_is_documented_at_its_own_address(client, db):
    listed = client.get("/api/v1/problems/").json()["results"]

    assert [one["name"] for one in listed] == [one.name for one in PROBLEMS]
    for one in listed:
        assert client.get(one["type"]).json() == one
        assert f"`{one['name']}`" in DOCS.read_text()
    assert client.get("/api/v1/problems/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "name"),
    [
        ("post", "requirements/?product=ROTA", {}, {}, "invalid"),
        ("get", "requirements/?produkt=ROTA", None, {}, "invalid"),
        ("post", "requirements/?product=ROTA", "{", {}, "parse-error"),
        ("get", "products/ROTA/", None, {"Authorization": "Bearer x"}, "authentication-failed"),
        ("get", "products/ROTA/", None, {"Authorization": ""}, "not-authenticated"),
        ("get", "products/ROTA/", None, {"Accept": "text/plain"}, "not-acceptable"),
        ("delete", "products/ROTA/", None, {}, "version-required"),
        ("delete", "products/ROTA/", None, {"If-Match": '"9"'}, "stale-version"),
        ("post", "products/ROTA/ratings/", "x" * 6_000_000, {}, "too-large"),
    ],
)
def test_a_problem_names_its_type(client, alice_api, method, path, body, headers, name):
    if "Authorization" in headers:
        answer = client.get(f"/api/v1/{path}", headers=headers)
    elif body is None:
        answer = getattr(alice_api, method)(f"/api/v1/{path}", headers=headers)
    else:
        content = body if isinstance(body, str) else "{}"
        answer = alice_api.generic(method, f"/api/v1/{path}", content, "application/json")

    known = BY_NAME[name]
    assert answer.status_code == known.status
    said = answer.json()
    assert (said["type"], said["title"]) == (f"/api/v1/problems/{name}/", known.title)
    assert said["detail"]


def test_what_the_status_says_alone_has_no_type(alice_api):
    answers = [alice_api.get("/api/v1/products/NONE/"), alice_api.put("/api/v1/products/")]

    assert [answer.status_code for answer in answers] == [404, 405]
    assert {answer.json()["type"] for answer in answers} == {"about:blank"}


#: unique constraints that no request can run into, and why
OUT_OF_REACH = {
    "one_requirement_per_product_and_number": "numbers are taken one by one",
    "a_requirement_is_of_one_product": "holds the primary key",
    "a_persona_is_of_one_product": "holds the primary key",
    "a_scenario_is_of_one_product": "holds the primary key",
    "a_scenario_supposes_a_persona_once": "told by index before",
    "one_rating_per_persona_and_rater": "a second one replaces the first",
    "one_rating_per_persona_and_source": "a second one replaces the first",
    "one_run_per_product_and_version": "runs take turns",
    "one_kept_answer_per_caller_and_key": "the second is answered as the first",
    "one_analysis_per_product_and_kind": "a second one is that one",
    "failures_are_counted_by_account_and_hour": "a second one is counted in the first",
    "one_choice_per_user_and_kind": "a second one replaces the first",
    "one_following_per_requirement_and_user": "a second one replaces the first",
}


@pytest.mark.django_db
def test_every_unique_constraint_says_its_field_or_why_it_needs_none():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
            WHERE x.indisunique AND NOT x.indisprimary AND i.relname !~ '(event|history)'
            AND x.indrelid::regclass::text ~ '^(accounts|products|personas|prioritisation)_'
            AND x.indrelid::regclass::text NOT IN
                ('accounts_user_groups', 'accounts_user_user_permissions')
            """
        )
        names = {name for (name,) in cursor.fetchall()}

    assert sorted(names - fields_by_constraint().keys() - OUT_OF_REACH.keys()) == []
    assert OUT_OF_REACH.keys() <= names


def test_what_is_taken_is_told_beside_its_field(alice_api, product, alice):
    scenario(product, by=alice)
    first, second = product.requirements.all()[:2]
    product.requirements.filter(pk=first.pk).update(external_id="X-1")
    nurse = product.personas.get(name="Nurse")
    days = {"2026-11-01", "2026-11-02"}
    readings = [
        alice_api.post(
            "/api/v1/adoption-readings/",
            {"persona": nurse.pk, "observed_on": day, "installed": 1, "active": 1},
            "json",
        ).json()
        for day in sorted(days)
    ]
    cases = [
        ("post", "products/", {"name": "x", "key": "ROTA"}, "key"),
        ("post", "personas/?product=ROTA", {"name": "Nurse", "kind": "other"}, "name"),
        ("post", "requirements/?product=ROTA", {"title": "x", "external_id": "X-1"}, "external_id"),
        ("patch", f"requirements/{second.pk}/", {"external_id": "X-1"}, "external_id"),
        ("post", "scenarios/?product=ROTA", {"name": "THE HOSPITAL DECIDES"}, "name"),
        (
            "post",
            "products/ROTA/members/",
            {"email": "bob@example.org", "role": "viewer"},
            "email",
        ),
        (
            "patch",
            f"adoption-readings/{readings[0]['id']}/",
            {"observed_on": "2026-11-02"},
            "observed_on",
        ),
    ]
    for method, path, body, field in cases:
        answer = getattr(alice_api, method)(
            f"/api/v1/{path}", body, "json", headers={"If-Match": "*"}
        )
        assert answer.status_code == 400, (path, answer.content)
        assert [one["field"] for one in answer.json()["errors"]] == [field]
