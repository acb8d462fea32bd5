"""Bad input gets a clear message beside its field, changes nothing, and is never a 500."""

import json

import pytest

from prioritisation.models import ProductChange, Rating
from products.models import Product, Requirement


@pytest.fixture
def maya(as_user, product):
    ProductChange.objects.all().delete()
    return as_user("maya")


def refused(answer, field):
    assert answer.status_code == 400, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 400
    assert field in {error["field"] for error in problem["errors"]}
    assert all(error["message"] for error in problem["errors"])
    assert not ProductChange.objects.exists()


@pytest.mark.parametrize("value", [6, -6, 2.5, "NaN", None, True, [], {}, "x", 10**30])
def test_a_rating_is_a_whole_number_from_minus_5_to_5(maya, product, value):
    url = f"/api/v1/requirements/{product.requirements.first().pk}/ratings/"
    persona = product.personas.first().pk

    refused(maya.post(url, {"persona": persona, "value": value}, format="json"), "value")


@pytest.mark.parametrize("persona", [0, -1, 10**30, "x", None, [1], True])
def test_a_persona_is_one_of_the_product(maya, product, persona):
    url = f"/api/v1/requirements/{product.requirements.first().pk}/ratings/"

    refused(maya.post(url, {"persona": persona, "value": 1}, format="json"), "persona")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("effort", 0),
        ("effort", -1),
        ("effort", "NaN"),
        ("effort", "Infinity"),
        ("effort", 1e308),
        ("title", ""),
        ("title", "x" * 1_000_000),
        ("title", "nul \x00 byte"),
        ("status", "done"),
        ("must_reason", "whim"),
        ("must_by", "soon"),
        ("tags", ["x" * 41]),
        ("tags", [f"tag {number}" for number in range(21)]),  # more than the form takes back
        ("tags", ["night, weekend"]),  # two, once its form is saved
        ("tags", "x"),
        ("external_url", "javascript:alert(1)"),
    ],
)
def test_a_requirement_keeps_its_bounds(maya, field, value):
    given = {"product": "ROTA", "title": "Fine"} | {field: value}

    answer = maya.post("/api/v1/requirements/", given, format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].split(".")[0] == field
    assert not ProductChange.objects.exists()


@pytest.mark.parametrize(
    ("figures", "field"),
    [
        ({"installed": 5, "active": 6}, "active"),
        ({"installed": 5, "active": 4, "worked_around": 5}, "worked_around"),
        ({"installed": -1, "active": 0}, "installed"),
        ({"installed": 10**12, "active": 0}, "installed"),
        ({"installed": "NaN", "active": 0}, "installed"),
        ({"installed": 5, "active": 4, "observed_on": "2026-02-30"}, "observed_on"),
        ({"installed": 5, "active": 4, "observed_on": "2206-11-01"}, "observed_on"),
        ({"installed": 5, "active": 4, "observed_on": "0206-11-01"}, "observed_on"),
    ],
)
def test_a_reading_must_be_possible(maya, product, figures, field):
    nurse = product.personas.get(name="Nurse")
    given = {"persona": nurse.pk, "observed_on": "2026-11-01"} | figures

    refused(maya.post("/api/v1/adoption-readings/", given, format="json"), field)


def test_a_buyer_has_no_adoption(maya, product):
    hospital = product.personas.get(name="Hospital")
    given = {"persona": hospital.pk, "observed_on": "2026-11-01", "installed": 1, "active": 1}

    refused(maya.post("/api/v1/adoption-readings/", given, format="json"), "persona")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("end_user_say", 0.4, "end_user_say"),
        ("end_user_say", 0.96, "end_user_say"),
        ("end_user_say", "NaN", "end_user_say"),
        ("end_user_say", 0.6, "reason"),
        ("people_exponent", 0.7, "people_exponent"),
        ("gap_emphasis", 2, "gap_emphasis"),
        ("assumed_seats", -1, "assumed_seats"),
    ],
)
def test_a_policy_keeps_its_bounds(maya, field, value, told):
    url = "/api/v1/products/ROTA/policy/"

    refused(maya.patch(url, {field: value}, format="json", HTTP_IF_MATCH='"1"'), told)


@pytest.mark.parametrize(
    "body", ["{", "[1", "NaN", '{"title": NaN}', '"\\ud800"', "[]", "null", "\x00"]
)
def test_malformed_json_is_a_problem(maya, body):
    answer = maya.post("/api/v1/requirements/?product=ROTA", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_bulk_request_is_all_or_nothing_with_errors_by_index(maya, product):
    nurse, before = product.personas.first().pk, Rating.objects.count()
    ids = list(product.requirements.values_list("pk", flat=True))
    given = [
        {"requirement": ids[0], "persona": nurse, "value": 1},
        {"requirement": ids[1], "persona": nurse, "value": 6},
        {"requirement": 10**9, "persona": nurse, "value": 1},
        {"requirement": ids[2], "persona": nurse, "value": 1, "basis": "heard"},
    ]

    answer = maya.post("/api/v1/products/ROTA/ratings/", given, format="json")

    errors = answer.json()["errors"]
    assert [(error["index"], error["field"]) for error in errors] == [
        (1, "value"),
        (2, "requirement"),
        (3, "basis"),
    ]
    assert Rating.objects.count() == before
    assert not ProductChange.objects.exists()


def test_a_bulk_request_rates_nothing_twice_and_has_a_limit(maya, product):
    one = {
        "requirement": product.requirements.first().pk,
        "persona": product.personas.first().pk,
        "value": 1,
    }
    url = "/api/v1/products/ROTA/ratings/"

    twice = maya.post(url, [one, one], format="json").json()
    many = maya.post(url, [one] * 5_001, format="json").json()

    assert twice["errors"][0]["index"] == 1
    assert many["errors"] == [{"field": "ratings", "message": "At most 5,000 at once."}]


@pytest.mark.parametrize("key", ["rota", "A", "TOOLONGAKEY", "RO TA", "RO\x00A", "ROTA"])
def test_a_key_is_2_to_10_capitals_or_digits_and_free(maya, key):
    answer = maya.post("/api/v1/products/", {"name": "New", "key": key}, format="json")

    refused(answer, "key")
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=x", "order=luck", "cursor=zzz", "status=gone", "after=-1", "search=%00"],
)
def test_an_unknown_question_to_the_ranking_is_refused(maya, query):
    answer = maya.get(f"/api/v1/products/ROTA/ranking/?{query}")

    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"][0]["field"] == query.partition("=")[0]


def test_what_is_taken_already_is_told_beside_its_field(maya, product):
    Requirement.objects.filter(number=1).update(external_id="X-1")
    ProductChange.objects.all().delete()
    made = {"product": "ROTA", "kind": "end_user"}

    refused(maya.post("/api/v1/personas/", made | {"name": "Nurse"}, format="json"), "name")
    taken = {"product": "ROTA", "title": "New", "external_id": "X-1"}
    refused(maya.post("/api/v1/requirements/", taken, format="json"), "external_id")


@pytest.mark.parametrize("importance", [-1, 1e-7, 1000.5, 10**400])
def test_an_importance_is_0_or_a_millionth_to_1000(maya, importance):
    given = {"product": "ROTA", "name": "New", "kind": "end_user", "importance": importance}

    refused(maya.post("/api/v1/personas/", given, format="json"), "importance")


def test_a_change_of_the_say_gives_its_own_reason(maya, product):
    url = "/api/v1/products/ROTA/policy/"
    first = maya.patch(
        url, {"end_user_say": 0.6, "reason": "A tender"}, format="json", HTTP_IF_MATCH='"1"'
    )
    ProductChange.objects.all().delete()

    refused(maya.patch(url, {"end_user_say": 0.55}, "json", HTTP_IF_MATCH=first["ETag"]), "reason")
    # What leaves the say alone leaves its reason, too.
    kept = maya.patch(url, {"gap_emphasis": 0}, format="json", HTTP_IF_MATCH=first["ETag"])
    assert kept.json()["reason"] == "A tender"


def test_a_bulk_request_is_a_list(maya):
    refused(maya.post("/api/v1/products/ROTA/ratings/", {"value": 1}, format="json"), "ratings")


def test_a_scenario_supposes_one_thing_of_a_persona(maya, product):
    nurse = product.personas.get(name="Nurse").pk
    twice = [{"persona": nurse, "importance": 1}, {"persona": nurse, "importance": 2}]
    given = {"product": "ROTA", "name": "What if", "personas": twice}

    answer = maya.post("/api/v1/scenarios/", given, format="json")

    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert (error["index"], error["field"]) == (1, "personas.persona")


def test_a_key_is_for_life(as_user, product):
    alice = as_user("alice")
    change = {"key": "OTHER"}

    answer = alice.patch("/api/v1/products/ROTA/", change, format="json", HTTP_IF_MATCH='"1"')

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "key")
    assert Product.objects.get().key == "ROTA"
