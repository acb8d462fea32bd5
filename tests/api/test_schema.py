"""The API's schema says what the API takes and answers, and says it well enough for clients."""

import json
import re

import pytest
from django.core.management import call_command
from django.test import Client

OPERATIONS = """
    apply_scenario change_adoption_reading change_member change_persona change_policy
    change_product change_rating change_requirement change_scenario compare_two_requirements
    create_invitation create_persona create_product create_requirement create_scenario
    delete_adoption_reading delete_member delete_persona delete_product delete_rating
    delete_requirement delete_scenario explain_score_of_requirement get_adoption_reading
    get_invitation get_log get_log_as_csv get_member get_order_by_other_lenses get_outcomes
    get_persona get_policy get_product get_questions_to_ask_next get_ranking get_ranking_as_csv
    get_ranking_under_scenario get_ranks_in_plausible_weightings get_rating get_requirement
    get_scenario get_sensitivity_of_order get_type_of_problems get_what_moved get_who_i_am
    invite_member list_adoption_readings list_history_of_requirement list_invitations
    list_members list_personas list_products list_ratings_of_product list_ratings_of_requirement
    list_requirements list_scenarios list_types_of_problems record_adoption_reading
    record_rating_of_requirement record_ratings_of_product replace_adoption_reading
    replace_persona replace_product replace_requirement replace_scenario revoke_invitation
    work_out_ranks_in_plausible_weightings
"""
SETS = {
    "Basis": "seen asked guessed",
    "Flag": "must_do harms end_users_not_asked guess shelfware conflict",
    "LogKind": "product members personas readings requirements ratings comments weighing scenarios"
    " tokens accounts",
    "Market": "consumer enterprise ad_funded mixed",
    "Order": "score value_for_effort",
    "PersonaKind": "end_user procurer advertiser other",
    "Role": "viewer contributor maintainer owner",
    "Status": "idea planned in_progress shipped declined",
    "Verdict": "robust fair fragile",
}


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    file = tmp_path_factory.mktemp("schema") / "schema.json"
    call_command("spectacular", "--validate", "--fail-on-warn", "--format=openapi-json", file=file)
    return json.loads(file.read_text())


def operations(schema):
    """(method, path, operation) of each."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def operation(schema, name):
    return next(one for _, _, one in operations(schema) if one["operationId"] == name)


def component(schema, name):
    return schema["components"]["schemas"][name]


def parts(part):
    """Every object within."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from parts(inner)


def test_it_is_openapi_3_1(schema):
    assert schema["openapi"].startswith("3.1")
    assert [part for part in parts(schema) if "nullable" in part] == []


def test_anybody_may_read_schema_and_docs(db):
    client = Client()

    assert client.get("/api/v1/schema/").status_code == 200
    assert b"swagger" in client.get("/api/v1/docs/").content


def test_an_operations_name_stays(schema):
    """Each is a method of generated clients: who renames one breaks theirs."""
    named = [one["operationId"] for _, _, one in operations(schema)]

    assert sorted(named) == sorted(OPERATIONS.split())
    assert [one for _, _, one in operations(schema) if not one["summary"]] == []


def test_a_request_holds_only_what_may_be_sent(schema):
    for name in ("ProductRequest", "PersonaRequest", "RequirementRequest", "ScenarioRequest"):
        fields = component(schema, name)["properties"]
        assert fields.keys() & {"id", "version", "score", "rank", "weight", "created_at"} == set()
        assert [name for name in fields if fields[name].get("readOnly")] == []
    assert component(schema, "ProductRequest")["required"] == ["name"]
    assert component(schema, "RequirementRequest")["required"] == ["title"]
    assert component(schema, "NewRatingRequest")["required"] == ["persona", "value"]
    assert "required" not in component(schema, "PatchedRequirementRequest")


def test_an_answer_says_that_every_field_is_there(schema):
    for name in ("Product", "Persona", "Requirement", "Rating", "Ranking", "Result", "Scenario"):
        found = component(schema, name)
        assert set(found["required"]) == found["properties"].keys(), name
    assert component(schema, "PaginatedPersonaList")["required"] == ["next", "previous", "results"]
    assert set(component(schema, "Problem")["required"]) == {"type", "title", "status", "detail"}


def test_only_requests_have_a_least_length_where_an_answer_may_be_blank(schema):
    assert component(schema, "PersonaRequest")["properties"]["name"]["minLength"] == 1
    assert "minLength" not in component(schema, "PersonaRequest")["properties"]["summary"]
    ranked = component(schema, "Ranked")["properties"]
    assert "minLength" not in ranked["external_id"]


@pytest.mark.parametrize("name", SETS)
def test_a_closed_set_has_a_name(schema, name):
    assert component(schema, name)["enum"] == SETS[name].split()


def test_a_closed_set_stands_nowhere_without_its_name(schema):
    """In a parameter neither; and an empty choice is one of its set, not a set of its own."""
    assert component(schema, "MustReason")["enum"] == ["", "law", "contract", "safety", "upkeep"]
    names = schema["components"]["schemas"]
    assert [name for name in names if name.endswith("Enum")] == []
    within = {name: part for name, part in names.items() if "enum" not in part}
    assert [
        part for part in parts([within, schema["paths"]]) if len(part.get("enum", "")) > 1
    ] == []
    ranking = {one["name"]: one for one in operation(schema, "get_ranking")["parameters"]}
    assert ranking["status"]["schema"] == {"$ref": "#/components/schemas/Status"}


def test_the_exponent_is_0_half_or_1(schema):
    for name in ("PatchedPolicyRequest", "ScenarioRequest"):
        exponent = component(schema, name)["properties"]["people_exponent"]
        assert (exponent["minimum"], exponent["maximum"], exponent["multipleOf"]) == (0, 1, 0.5)


def codes(schema, name):
    return " ".join(sorted(operation(schema, name)["responses"]))


def test_each_operation_tells_of_the_problems_that_it_has(schema):
    assert codes(schema, "list_products") == "200 400 401 403 406 429 503"
    assert codes(schema, "create_product") == "201 400 401 403 406 409 413 415 422 429 503"
    assert codes(schema, "get_persona") == "200 400 401 403 404 406 429 503"
    assert codes(schema, "create_persona") == "201 400 401 403 404 406 409 413 415 422 429 503"
    assert codes(schema, "change_persona") == "200 400 401 403 404 406 409 412 413 415 428 429 503"
    assert codes(schema, "delete_persona") == "204 400 401 403 404 406 412 413 428 429 503"
    assert codes(schema, "delete_member") == "204 400 401 403 404 406 409 412 413 428 429 503"
    assert codes(schema, "get_ranking") == "200 304 400 401 403 404 406 409 429 503"


def test_every_problem_is_a_problem_document(schema):
    for method, path, one in operations(schema):
        for code, answer in one["responses"].items():
            if code >= "400":
                assert list(answer["content"]) == ["application/problem+json"], (method, path, code)


def test_answers_tell_of_their_headers(schema):
    def headers(name, code):
        return operation(schema, name)["responses"][code].get("headers", {}).keys()

    for name, code in [("create_persona", "201"), ("record_rating_of_requirement", "201")]:
        assert headers(name, code) == {"ETag", "Userward-Change", "Idempotent-Replayed"}
    assert headers("record_ratings_of_product", "201") == {"Userward-Change", "Idempotent-Replayed"}
    assert headers("change_persona", "200") == {"ETag", "Userward-Change"}
    assert headers("delete_persona", "204") == {"Userward-Change"}
    assert headers("get_persona", "200") == headers("change_persona", "412") == {"ETag"}
    assert headers("list_personas", "200") == set()
    assert headers("get_persona", "401") == {"WWW-Authenticate"}
    assert headers("get_ranking", "200") == headers("get_ranking", "304") == {"ETag"}


def test_operations_tell_of_the_headers_that_they_take(schema):
    for method, path, one in operations(schema):
        takes = {each["name"] for each in one["parameters"]} if "parameters" in one else set()
        assert ("Idempotency-Key" in takes) is (method == "post"), path
        assert ("If-Match" in takes) is ("428" in one["responses"]), path
        if method in ("put", "patch", "delete"):
            assert "If-Match" in takes, path
    taken = {each["name"] for each in operation(schema, "get_ranking")["parameters"]}
    assert "If-None-Match" in taken


def test_parameters_have_their_bounds(schema):
    asked = {each["name"]: each for each in operation(schema, "list_personas")["parameters"]}

    assert asked["product"]["required"]
    assert asked["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 500}
    key = operation(schema, "get_policy")["parameters"][0]["schema"]["pattern"]
    assert re.search(key, "ROTA")


def test_a_rating_may_have_no_rater(schema):
    assert "null" in component(schema, "Rating")["properties"]["rater"]["type"]
